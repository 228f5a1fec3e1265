"""The figures of quality are what a plain count of the public documents gives."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from oracle import Document, Documents, span

STANDING = ("events", "statements", "agreements", "actors")


@pytest.fixture(scope="module")
def figures(client: FlaskClient) -> Document:
    found: Document = client.get("/v1/quality").get_json()["data"]
    return found


def citations(value: Any) -> list[Document]:
    """Every citation at any depth of a document."""
    if isinstance(value, list):
        return [found for item in value for found in citations(item)]
    if isinstance(value, dict):
        return [value] if set(value) == {"source", "paragraphs", "locator"} else citations(list(value.values()))
    return []


def share(part: int, whole: int) -> float:
    return round(part / whole, 4)


def test_records_are_counted_by_kind(figures: Document, documents: Documents) -> None:
    assert figures["records"] == {kind: len(found) for kind, found in documents.items()}


def test_citations_are_counted_at_every_depth(figures: Document, documents: Documents) -> None:
    counts = {kind: share(len(citations(found)), len(found)) for kind, found in documents.items()}
    assert figures["citations_per_record"] == {kind: count for kind, count in counts.items() if count}
    assert counts["agreements"] > 1


def test_a_date_is_day_precise_where_it_can_be_one_day_only(figures: Document, documents: Documents) -> None:
    dates = [d["date"] for kind in ("events", "statements") for d in documents[kind]]
    dates += [action["date"] for d in documents["agreements"] for action in d["actions"]]
    dates += [succession["date"] for d in documents["actors"] for succession in d["succeeded_by"]]
    assert figures["day_precise_dates"] == share(sum(span(date)[0] == span(date)[1] for date in dates), len(dates))


def test_dates_are_told_of_by_kind_and_of_events_by_coding(figures: Document, documents: Documents) -> None:
    events = documents["events"]
    groups = {"events": events, "statements": documents["statements"]}
    groups |= {f"{coding}_events": [d for d in events if d["coding"] == coding] for coding in ("curated", "series")}
    for group, found in groups.items():
        spans = [span(d["date"]) for d in found]
        known = [first == last or "[" not in d["date"]["edtf"] for d, (first, last) in zip(found, spans, strict=True)]
        to_the_day = sum(d["date"]["precision"] == "day" and each for d, each in zip(found, known, strict=True))
        one_day = sum(first == last for first, last in spans)
        shares = {"one_day": share(one_day, len(found)), "to_the_day": share(to_the_day, len(found))}
        assert figures["dates"][group] == {"count": len(found), **shares}, group
    assert figures["dates"]["curated_events"]["to_the_day"] >= 0.85


def test_nearly_every_city_has_coordinates_and_no_area_has(figures: Document, documents: Documents) -> None:
    kinds = {place["kind"]: [d for d in documents["places"] if d["kind"] == place["kind"]] for place in documents["places"]}
    located = {kind: share(sum(d["latitude"] is not None for d in found), len(found)) for kind, found in kinds.items()}
    assert figures["places_with_coordinates"] == located
    assert located["city"] >= 0.9
    assert located["country"] == 0, "a mark in the middle of a country would mislead"


def test_dates_that_are_open_on_one_side_are_counted_and_few(figures: Document, documents: Documents) -> None:
    """Something nearly always bounds a date: an office, a publication, what was spoken of."""
    open_dates = [
        (kind, d["id"], date)
        for kind, found in documents.items()
        for d in found
        for date in dates_in({key: value for key, value in d.items() if key != "in_force"})
        if not (date["earliest"] and date["latest"])
    ]
    assert figures["open_dates"] == len(open_dates) <= 5
    for kind, id, _ in open_dates:
        assert next(d for d in documents[kind] if d["id"] == id)["note"], id


def dates_in(value: object) -> list[Document]:
    """Every date at any depth."""
    if isinstance(value, dict):
        return [value] if "edtf" in value else [date for inner in value.values() for date in dates_in(inner)]
    return [date for inner in value for date in dates_in(inner)] if isinstance(value, list) else []


def test_official_texts_count_as_sources_and_as_cited(figures: Document, documents: Documents) -> None:
    kinds = {d["id"]: d["kind"] for d in documents["sources"]}
    official = [id for id, kind in kinds.items() if kind == "official_text"]
    cited = [citation["source"]["id"] for kind in documents for citation in citations(documents[kind])]
    assert figures["official_share_of_sources"] == share(len(official), len(kinds))
    assert figures["official_share_of_citations"] == share(sum(id in official for id in cited), len(cited))
    shares = {kind: share(sum(kinds[id] == kind for id in cited), len(cited)) for kind in set(kinds.values())}
    assert figures["shares_of_citations"] == {kind: part for kind, part in shares.items() if part}
    assert shares["encyclopedia"] < 0.03, "an encyclopedia comes last"
    assert figures["sources_with_address"] == share(sum(bool(d["url"]) for d in documents["sources"]), len(kinds))


def test_disagreement_is_counted(figures: Document, documents: Documents) -> None:
    standing = [d for kind in STANDING for d in documents[kind]]
    assert figures["accounts"] == sum(len(d["accounts"]) for d in standing)
    assert figures["disputed_records"] == sum(disputed(d["accounts"]) for d in standing) > 0


def disputed(accounts: list[Document]) -> bool:
    """Whether one account denies or disputes, or two say different things of the same aspect."""
    said: dict[str, set[str]] = {}
    for account in accounts:
        said.setdefault(account["about"], set()).add(account["value"])
    return any(len(values) > 1 for values in said.values()) or any(a["stance"] in ("denies", "disputes") for a in accounts)
