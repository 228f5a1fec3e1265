"""What will be withdrawn says so in answers and in the contract, and nothing else does."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from api.cli import generated_docs
from api.dataset.dataset import Dataset
from api.web import deprecations, openapi
from api.web.deprecations import Deprecation

TABLE = (
    Deprecation("/v1/quality", date(2027, 1, 1), date(2028, 1, 1), "use `/v1/releases`."),
    Deprecation("/v1/events", date(2027, 3, 1), date(2029, 1, 1), "use `type`.", "plover"),
    Deprecation("/v1/events", date(2026, 12, 1), date(2028, 6, 1), "use `type`.", "cameo"),
    Deprecation("/v1/topics/{id}", date(2027, 1, 1), date(2028, 1, 1), "use the list."),
)


@pytest.fixture
def table(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(deprecations, "DEPRECATIONS", TABLE)
    openapi.contract.cache_clear()
    yield
    openapi.contract.cache_clear()


@pytest.mark.usefixtures("table")
@pytest.mark.parametrize(
    ("url", "since", "until"),
    [
        ("/v1/quality", "@1798761600", "Sat, 01 Jan 2028 00:00:00 GMT"),
        ("/v1/events?plover=AGREE&limit=1", "@1803859200", "Mon, 01 Jan 2029 00:00:00 GMT"),
        ("/v1/events?plover=AGREE&cameo=036&limit=1", "@1796083200", "Thu, 01 Jun 2028 00:00:00 GMT"),
        ("/v1/events?plover=WRONG", "@1803859200", "Mon, 01 Jan 2029 00:00:00 GMT"),
        ("/v1/topics/nothing", "@1798761600", "Sat, 01 Jan 2028 00:00:00 GMT"),
    ],
)
def test_an_answer_says_that_what_was_asked_will_be_withdrawn(client: FlaskClient, url: str, since: str, until: str) -> None:
    for _ in range(2):  # from the cache, too
        answer = client.get(url, base_url="http://of.this.test")
        assert (answer.headers["Deprecation"], answer.headers["Sunset"]) == (since, until)
    assert {"Deprecation", "Sunset"} <= set(answer.headers["Access-Control-Expose-Headers"].split(", "))


@pytest.mark.usefixtures("table")
@pytest.mark.parametrize("url", ["/v1/events?limit=2", "/v1/statements?limit=1", "/v1/nothing", "/v1/topics"])
def test_other_answers_do_not(client: FlaskClient, url: str) -> None:
    assert not {"Deprecation", "Sunset"} & set(client.get(url, base_url="http://of.this.test").headers.keys())


@pytest.mark.usefixtures("table")
def test_the_contract_marks_it() -> None:
    paths = openapi.contract()["paths"]
    assert paths["/v1/quality"]["get"]["deprecated"] is True
    assert paths["/v1/quality"]["get"]["description"].endswith(TABLE[0].text)
    assert "deprecated" not in paths["/v1/events"]["get"]
    inline = [*paths["/v1/events"].get("parameters", ()), *paths["/v1/events"]["get"]["parameters"]]
    marked = {parameter["name"]: parameter["description"] for parameter in inline if parameter.get("deprecated")}
    assert set(marked) == {"plover", "cameo"}
    assert marked["plover"].endswith("Deprecated since 2027-03-01, withdrawn on 2029-01-01: use `type`.")
    assert "deprecated" not in str(paths["/v1/cite/events"])


def test_the_documents_have_the_table(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(generated_docs, "DEPRECATIONS", TABLE)
    lines = generated_docs.deprecations(Dataset(Path())).splitlines()
    assert lines[2] == "| `/v1/quality` | 2027-01-01 | 2028-01-01 | use `/v1/releases`. |"
    assert lines[3].startswith("| `plover` of `/v1/events` |")
    assert len(lines) == 2 + len(TABLE)


def test_every_entry_is_of_the_contract() -> None:
    paths = openapi.contract()["paths"]
    assert [entry for entry in deprecations.DEPRECATIONS if entry.path not in paths or entry.until <= entry.since] == []
