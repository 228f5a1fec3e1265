"""Questions about half a century of arms control, each asked by one URL of the bundled dataset and answered as its sources do."""

import re
from typing import Any
from urllib.parse import urlencode

import pytest
from conftest import DATASET, ROOT
from flask.testing import FlaskClient

from api.web.questions import QUESTIONS

BETWEEN_THE_TWO = {
    "topic": "nuclear-arms-control,nuclear-weapons",
    "party_all": "united-states",
    "party": "soviet-union,russia",
    "sort": "date",
}
SINCE_THE_SIXTIES = ["hotline-memorandum-1963", "limited-test-ban-treaty", "non-proliferation-treaty"]
ABM, PREVENTION = "abm-treaty", "prevention-of-nuclear-war-agreement-1973"
TESTS = ["threshold-test-ban-treaty", "peaceful-nuclear-explosions-treaty"]
INF, PLUTONIUM, NEW_START = "inf-treaty", "plutonium-disposition-agreement", "new-start"


ADDRESS = re.compile(r"http://127\.0\.0\.1:8000(/v1/[^)'\s]+)")
ASKING = (ROOT / "docs" / "asking.md").read_text(encoding="utf-8")
SIXTY_YEARS = ADDRESS.findall(ASKING.split("## Questions of sixty years")[1].split("\n## ")[0])


# The records that were there when the questions were answered: others may be added, and answer them too.
ANSWERED = {
    line.split("\t")[0].split("/")[1]
    for line in (DATASET / "releases" / "2.0.0.tsv").read_text(encoding="utf-8").splitlines()
    if not line.startswith("#")
}


def ask(client: FlaskClient, path: str, **parameters: str) -> Any:
    answer = client.get(f"{path}?{urlencode(parameters)}")
    assert answer.status_code == 200, answer.text
    data = answer.get_json()["data"]
    return [document for document in data if document["id"] in ANSWERED] if isinstance(data, list) else data


def ids(documents: list[dict[str, Any]]) -> list[str]:
    return [document["id"] for document in documents]


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("1985-01-01", [*SINCE_THE_SIXTIES, ABM, PREVENTION]),
        ("2000-01-01", [*SINCE_THE_SIXTIES, ABM, PREVENTION, *TESTS, INF, "start-i-treaty", "lisbon-protocol"]),
        ("2015-01-01", [*SINCE_THE_SIXTIES, PREVENTION, *TESTS, INF, PLUTONIUM, NEW_START]),
        ("2021-06-16", [*SINCE_THE_SIXTIES, PREVENTION, *TESTS, PLUTONIUM, NEW_START, "new-start-extension-2021"]),
        ("2026-03-01", [*SINCE_THE_SIXTIES, PREVENTION, *TESTS]),
    ],
)
def test_which_nuclear_agreements_were_in_force_on_a_day(client: FlaskClient, day: str, expected: list[str]) -> None:
    assert ids(ask(client, "/v1/agreements", in_force_on=day, **BETWEEN_THE_TWO)) == expected


@pytest.mark.parametrize(
    ("last", "after", "agreement"),
    [
        ("1977-10-03", "1977-10-04", "salt-i-interim-agreement"),
        ("2002-06-13", "2002-06-14", "abm-treaty"),
        ("2009-12-05", "2009-12-06", "start-i-treaty"),
        ("2011-02-05", "2011-02-06", "sort-treaty"),
        ("2019-08-02", "2019-08-03", "inf-treaty"),
        ("2026-02-05", "2026-02-06", "new-start"),
    ],
)
def test_the_last_day_in_force_counts_and_the_next_does_not(client: FlaskClient, last: str, after: str, agreement: str) -> None:
    assert agreement in ids(ask(client, "/v1/agreements", in_force_on=last, **BETWEEN_THE_TWO))
    assert agreement not in ids(ask(client, "/v1/agreements", in_force_on=after, **BETWEEN_THE_TWO))


def test_what_was_signed_but_never_in_force(client: FlaskClient) -> None:
    never = ids(ask(client, "/v1/agreements", status="not_in_force", action="signed", **BETWEEN_THE_TWO))
    assert {"salt-ii-treaty", "start-ii-treaty"} <= set(never)


LEFT = {
    "2002-06-14": ["start-ii-treaty"],
    "2007-07": ["cfe-treaty"],
    "2016-10": ["plutonium-disposition-agreement"],
    "2019-02-02": ["inf-treaty"],
    "2021-12": ["open-skies-treaty"],
    "2023-02-28": ["new-start"],
    "2023-11-07": ["cfe-treaty"],
    "2025-10-27": ["plutonium-disposition-agreement"],
}


def test_what_russia_suspended_or_left_and_when(client: FlaskClient) -> None:
    types = "agreement-suspended,agreement-withdrawn"
    events = ask(client, "/v1/events", type=types, actor="russia", sort="date", fields="title,date.edtf,agreements.id")
    assert {event["date"]["edtf"]: ids(event["agreements"]) for event in events} == LEFT


def test_who_did_what_is_found_by_the_agreements_themselves(client: FlaskClient) -> None:
    did = ask(client, "/v1/agreements", did="russia:suspended,russia:withdrawn")
    assert set(ids(did)) == {agreement for agreements in LEFT.values() for agreement in agreements}
    both = ask(client, "/v1/agreements", did_all="russia:suspended,russia:withdrawn", sort="title")
    assert ids(both) == ["cfe-treaty", "plutonium-disposition-agreement"]
    assert "jcpoa" in ids(ask(client, "/v1/agreements", did="united-states:withdrawn"))


def test_all_meetings_of_the_presidents_in_geneva(client: FlaskClient) -> None:
    found = ask(client, "/v1/events", type="summit", place="geneva", sort="date")
    leaders = [{p["actor"]["id"] for p in event["participants"]} for event in found]
    assert [event["date"]["edtf"] for event in found] == ["1985-11-19/1985-11-21", "2021-06-16"]
    assert leaders[0] >= {"ronald-reagan", "mikhail-gorbachev"}
    assert leaders[1] >= {"joe-biden", "vladimir-putin"}


def test_how_the_sentence_on_nuclear_war_travelled(client: FlaskClient) -> None:
    said = ask(client, "/v1/agreements", q='"nuclear war cannot be won"', sort="date")
    assert [(d["id"], d["actions"][0]["date"]["edtf"]) for d in said] == [
        ("reagan-gorbachev-joint-statement-1985", "1985-11-21"),
        ("washington-joint-statement-1987", "1987-12"),
        ("joint-statement-strategic-stability-2021", "2021-06-16"),
        ("p5-joint-statement-2022", "2022-01-03"),
    ]
    repeated = ask(client, "/v1/agreements", reaffirms="reagan-gorbachev-joint-statement-1985", sort="date")
    assert ids(repeated) == ids(said)[1:]


def test_what_was_extended_and_has_expired_since(client: FlaskClient) -> None:
    (found,) = ask(client, "/v1/agreements", action="extended", status="expired")
    (extended,) = (action for action in found["actions"] if action["kind"] == "extended")
    assert (found["id"], extended["date"]["edtf"], extended["until"]["edtf"]) == ("new-start", "2021-02-03", "2026-02-05")
    (period,) = found["in_force"]
    assert (period["from"]["edtf"], period["to"]["edtf"], period["ended_by"]) == ("2011-02-05", "2026-02-05", "expired")


def test_who_signed_the_inf_treaty_and_in_what_office(client: FlaskClient) -> None:
    found = ask(client, "/v1/agreements/inf-treaty", fields="actions.kind,actions.date.edtf,actions.by.id,actions.by.offices")
    (signed,) = (action for action in found["actions"] if action["kind"] == "signed")
    assert signed["date"]["edtf"] == "1987-12-08"
    offices = {actor["id"]: [office["title"] for office in actor["offices"]] for actor in signed["by"]}
    assert offices["ronald-reagan"] == ["President of the United States"]
    assert [title for title in offices["mikhail-gorbachev"] if "Soviet Union" in title]


@pytest.mark.parametrize("address", [*SIXTY_YEARS, *(address for _, address in QUESTIONS)])
def test_every_question_that_is_shown_has_an_answer(client: FlaskClient, address: str) -> None:
    answer = client.get(address)
    assert answer.status_code == 200, answer.text
    assert answer.get_json()["data"]


def test_the_documents_ask_every_question_about_sixty_years() -> None:
    text = " ".join(SIXTY_YEARS)
    for asked in (
        *(f"in_force_on={day}" for day in ("1985-01-01", "2000-01-01", "2015-01-01", "2021-06-16", "2026-03-01")),
        "type=agreement-suspended,agreement-withdrawn&actor=russia",
        "type=summit&place=geneva",
        "q=%22nuclear%20war%20cannot%20be%20won%22",
        "action=extended&status=expired",
        "/v1/agreements/inf-treaty",
    ):
        assert asked in text
