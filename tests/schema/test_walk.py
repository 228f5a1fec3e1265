"""Walks over records: what a file says of a loaded record."""

from api.resources import BY_KIND
from api.schema.walk import plain


def test_a_zero_is_a_value_and_what_is_empty_is_left_out() -> None:
    schema = BY_KIND["event-types"].schema
    loaded = schema.load(
        {"label": "Speech", "definition": "Words.", "cameo": {"code": "010", "version": "1", "goldstein": 0}, "note": "None."}
    )
    written = plain(schema, loaded)
    assert written["cameo"]["goldstein"] == 0
    assert set(written) == {"label", "definition", "cameo", "note"}
