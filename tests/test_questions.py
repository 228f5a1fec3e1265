"""Questions about half a century of arms control, each asked by one URL of the bundled dataset and answered as its sources do."""

import re
from datetime import date
from itertools import pairwise
from typing import Any
from urllib.parse import urlencode

import pytest
import yaml
from conftest import DATASET, ROOT
from flask.testing import FlaskClient

QUESTIONS = [(each["question"], each["address"]) for each in yaml.safe_load((DATASET / "dataset.yaml").read_text())["questions"]]
BETWEEN_THE_TWO = {
    "topic": "nuclear-arms-control,nuclear-weapons",
    "party_all": "united-states",
    "party": "soviet-union,russia",
    "sort": "date",
}
SINCE_THE_SIXTIES = ["hotline-memorandum-1963", "limited-test-ban-treaty", "non-proliferation-treaty"]
ABM, PREVENTION = "abm-treaty", "prevention-of-nuclear-war-agreement-1973"
TESTS = ["threshold-test-ban-treaty", "peaceful-nuclear-explosions-treaty"]
ACCIDENTS, LAUNCHES = "accidents-measures-agreement-1971", "launch-notification-agreement-1988"
TAKEN_OVER = {*SINCE_THE_SIXTIES, ACCIDENTS, "incsea-agreement-1972", PREVENTION, LAUNCHES, *TESTS}  # still in force
INF, PLUTONIUM, NEW_START = "inf-treaty", "plutonium-disposition-agreement", "new-start"


DONE_IN_GENEVA = {
    "joint-statement-strategic-stability-2021",
    "understanding-ambassadors-return-2021",
    "understanding-dialogues-2021",
}
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
        ("1985-01-01", [*SINCE_THE_SIXTIES, ACCIDENTS, ABM, PREVENTION]),
        (
            "2000-01-01",
            [*SINCE_THE_SIXTIES, ACCIDENTS, ABM, PREVENTION, *TESTS, INF, LAUNCHES, "start-i-treaty", "lisbon-protocol"],
        ),
        ("2015-01-01", [*SINCE_THE_SIXTIES, ACCIDENTS, PREVENTION, *TESTS, INF, LAUNCHES, PLUTONIUM, NEW_START]),
        (
            "2021-06-16",
            [*SINCE_THE_SIXTIES, ACCIDENTS, PREVENTION, *TESTS, LAUNCHES, PLUTONIUM, NEW_START, "new-start-extension-2021"],
        ),
        ("2026-03-01", [*SINCE_THE_SIXTIES, ACCIDENTS, PREVENTION, *TESTS, LAUNCHES]),
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
    never = ids(ask(client, "/v1/agreements", status="never_in_force", action="signed", **BETWEEN_THE_TWO))
    assert set(never) == {"salt-ii-treaty", "start-ii-treaty"}


def test_an_entry_into_force_that_was_not_read_is_not_denied(client: FlaskClient) -> None:
    unknown = ask(client, "/v1/agreements", status="unknown")
    assert set(ids(unknown)) == UNREAD
    assert {d["status"]["detail"] for d in unknown} == {
        "Unknown: the sources cited here do not say whether and when it entered into force."
    }


UNREAD = {
    "nuclear-risk-reduction-centers-agreement-1987",
    "dangerous-military-activities-agreement-1989",
    "chemical-weapons-agreement-1990",
    "crimea-accession-treaty-2014",
}


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ({"party": "russia", "in_force_on": "2026-03-01"}, TAKEN_OVER),
        ({"bound_on": "russia:2026-03-01"}, TAKEN_OVER),
        ({"bound_on": "russia:2026-02-05"}, TAKEN_OVER | {NEW_START, "new-start-extension-2021"}),
        ({"bound_on": "russia:1991-12-26", "date_match": "certain"}, TAKEN_OVER | {ABM, INF}),
        ({"bound_on": "russia:1991-12-25"}, TAKEN_OVER | {ABM, INF}),
        ({"bound_on": "russia:1991-12-25", "date_match": "certain"}, set()),
        ({"bound_on": "russia:1991-12-24"}, set()),
        ({"bound_on": "soviet-union:1991-12-24", "date_match": "certain"}, TAKEN_OVER | {ABM, INF}),
        ({"bound_on": "soviet-union:1991-12-26", "date_match": "certain"}, set()),
        ({"bound_on": "soviet-union:1991-12-27"}, set()),
        ({"bound_on": "united-states:2020-11-22", "action": "withdrawal_notified"}, {"open-skies-treaty"}),
        ({"bound_on": "united-states:2020-11-23", "action": "withdrawal_notified"}, set()),
        (
            {"party": "russia", "in_force_on": "2021-12-15", "topic": "conventional-arms-control"},
            {"cfe-treaty", "open-skies-treaty"},
        ),
        (
            {"party": "russia", "in_force_on": "2021-12-15", "topic": "conventional-arms-control", "date_match": "certain"},
            {"cfe-treaty", "open-skies-treaty"},
        ),
        (
            {"bound_on_all": "russia:2015-01-01,united-states:2015-01-01", "topic": "conventional-arms-control"},
            {"cfe-treaty", "open-skies-treaty"},
        ),
        ({"in_force_on": "2026-03-01", "topic": "conventional-arms-control"}, {"cfe-treaty", "open-skies-treaty"}),
        ({"bound_on": "soviet-union:1995-01-01", "ids": "start-i-treaty,cfe-treaty"}, set()),
        ({"date_from": "2021-06-16", "date_to": "2021-06-16"}, DONE_IN_GENEVA),
        ({"on": "2021-06-16", "date_match": "certain"}, DONE_IN_GENEVA),
        ({"date_from": "2007-12-12", "date_to": "2007-12-12"}, {"cfe-treaty"}),
        ({"date_from": "2007-12-12", "date_to": "2007-12-12", "date_match": "certain"}, set()),
        ({"on": "2021-06-13"}, {"g7-communique-2021"}),
        ({"on": "2021-06-13", "date_match": "certain"}, {"g7-communique-2021"}),
    ],
)
def test_who_was_bound_on_a_day_and_what_was_done_on_it(
    client: FlaskClient, parameters: dict[str, str], expected: set[str]
) -> None:
    assert set(ids(ask(client, "/v1/agreements", **parameters))) == expected


def test_the_answer_says_that_the_party_was_bound_on_the_day(client: FlaskClient) -> None:
    meta = client.get("/v1/agreements?party=russia&in_force_on=2026-03-01").get_json()["meta"]
    assert meta["query"]["party_bound_on"] == "2026-03-01"
    assert "party_bound_on" not in client.get("/v1/agreements?party=russia").get_json()["meta"]["query"]


@pytest.mark.parametrize(
    ("agreement", "state", "detail"),
    [
        (NEW_START, "ended", "expired"),
        ("salt-ii-treaty", "never_in_force", "Never entered into force"),
        ("cfe-treaty", "suspended", "left by Russia"),
        ("open-skies-treaty", "in_force", "left by the United States"),
        (INF, "ended", "left by the United States"),
        (PLUTONIUM, "ended", "left by Russia"),
        ("jcpoa", "adopted", "left by the United States"),
        ("joint-statement-strategic-stability-2021", "adopted", "does not enter into force"),
        ("nord-stream-2-sanctions-waiver-2021", "announced", "does not enter into force"),
    ],
)
def test_an_agreement_says_how_it_stands(client: FlaskClient, agreement: str, state: str, detail: str) -> None:
    status = ask(client, f"/v1/agreements/{agreement}")["status"]
    assert status["state"] == state
    assert detail in status["detail"]


def test_each_party_says_when_it_was_bound_and_what_ended_that(client: FlaskClient) -> None:
    parties = {party["id"]: party for party in ask(client, "/v1/agreements/cfe-treaty")["parties"]}
    (bound,) = parties["russia"]["bound"]
    assert (bound["from"]["edtf"], bound["to"]["edtf"], bound["ended_by"]) == ("1992-11-09", "2023-11-07", "withdrawn")
    assert [(s["from"]["edtf"], s["to"]["edtf"]) for s in bound["suspensions"]] == [("[2007-12-12..2007-12-13]", "2023-11-07")]
    assert [party["id"] for party in bound["by"]] == ["russia"]
    assert (parties["russia"]["status"], parties["united-states"]["status"]) == ("ended", "suspended")
    assert parties["soviet-union"]["bound"] == [], "it no longer existed when the treaty entered into force"
    assert parties["soviet-union"]["status"] == "never_in_force"


def test_a_successor_is_found_as_the_party_whose_place_it_took(client: FlaskClient) -> None:
    assert INF in ids(ask(client, "/v1/agreements", party="russia", limit="200"))
    parties = {party["id"]: party for party in ask(client, f"/v1/agreements/{INF}")["parties"]}
    assert [party["id"] for party in parties["soviet-union"]["succeeded_by"]] == ["russia"]
    assert parties["russia"]["succeeds"]["id"] == "soviet-union"
    assert [(b["from"]["edtf"], b["to"]["edtf"], b["ended_by"]) for b in parties["russia"]["bound"]] == [
        ("[1991-12-25..1991-12-26]", "2019-08-02", "withdrawn")
    ]
    assert [b["ended_by"] for b in parties["soviet-union"]["bound"]] == ["succeeded"]
    assert parties["united-states"]["succeeds"] is None
    assert "russia" not in {party["id"] for party in ask(client, "/v1/agreements/salt-i-interim-agreement")["parties"]}


LEFT = {
    "2002-06-14": ["start-ii-treaty"],
    "[2007-12-12..2007-12-13]": ["cfe-treaty"],
    "2016-10-03": ["plutonium-disposition-agreement"],
    "2019-03-04": ["inf-treaty"],
    "2021-12-18": ["open-skies-treaty"],
    "2023-02-28": ["new-start"],
    "2023-11-07": ["cfe-treaty"],
    "2025-10-27": ["plutonium-disposition-agreement"],
}


def test_what_russia_suspended_or_left_and_when(client: FlaskClient) -> None:
    types = "agreement-suspended,agreement-withdrawn"
    path = f"/v1/events?type={types}&actor=russia&sort=date&fields=title,date.edtf,agreements.id"
    events = client.get(path).get_json()["data"]
    assert {event["date"]["edtf"]: ids(event["agreements"]) for event in events}.items() >= LEFT.items()


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
        ("washington-joint-statement-1987", "1987-12-10"),
        ("joint-statement-strategic-stability-2021", "2021-06-16"),
        ("p5-joint-statement-2022", "2022-01-03"),
    ]
    repeated = ask(client, "/v1/agreements", reaffirms="reagan-gorbachev-joint-statement-1985", sort="date")
    assert ids(repeated) == ids(said)[1:]


OCTOBER_1962 = [  # a letter of the Cuban missile crisis, and the letters that it answers
    ("1962-10-22-kennedy-tells-khrushchev-of-measures-over-cuba", set()),
    ("1962-10-23-1-khrushchev-calls-quarantine-a-threat-to-peace", {"1962-10-22-kennedy-tells-khrushchev-of-measures-over-cuba"}),
    ("1962-10-23-2-kennedy-asks-for-observance-of-quarantine", {"1962-10-23-1-khrushchev-calls-quarantine-a-threat-to-peace"}),
    ("1962-10-24-khrushchev-rejects-quarantine", {"1962-10-23-2-kennedy-asks-for-observance-of-quarantine"}),
    ("1962-10-25-kennedy-says-assurances-were-false", {"1962-10-24-khrushchev-rejects-quarantine"}),
    ("1962-10-26-khrushchev-offers-to-remove-cause-of-crisis", {"1962-10-25-kennedy-says-assurances-were-false"}),
    ("1962-10-27-1-khrushchev-proposes-exchange-with-turkey", set()),
    (
        "1962-10-27-2-kennedy-sets-out-terms-of-settlement",
        {"1962-10-26-khrushchev-offers-to-remove-cause-of-crisis", "1962-10-27-1-khrushchev-proposes-exchange-with-turkey"},
    ),
    ("1962-10-28-1-khrushchev-orders-missiles-withdrawn", {"1962-10-27-2-kennedy-sets-out-terms-of-settlement"}),
    ("1962-10-28-2-kennedy-welcomes-withdrawal", {"1962-10-28-1-khrushchev-orders-missiles-withdrawn"}),
]


def test_the_letters_of_the_cuban_missile_crisis_in_order_and_which_answers_which(client: FlaskClient) -> None:
    (address,) = (address for question, address in QUESTIONS if "missile crisis" in question)
    wanted = dict(OCTOBER_1962)
    letters = {letter["id"]: letter for letter in client.get(address).get_json()["data"] if letter["id"] in wanted}
    answers = {id: {reply["statement"]["id"] for reply in letter["replies_to"]} for id, letter in letters.items()}
    assert list(answers.items()) == OCTOBER_1962
    writer = {id: letter["speakers"][0]["name"] for id, letter in letters.items()}
    assert all({writer[id], writer[other]} == {"John F. Kennedy", "Nikita Khrushchev"} for id in answers for other in answers[id])


def test_the_thread_of_the_missile_crisis_runs_from_the_first_letter_to_the_last(client: FlaskClient) -> None:
    (tree,) = client.get(f"/v1/threads/{OCTOBER_1962[0][0]}").get_json()["data"]
    chain = []
    while tree:
        chain.append(tree["id"])
        tree = next(iter(tree["replies"]), None)
    assert chain == [id for id, _ in OCTOBER_1962 if "turkey" not in id]
    assert len(client.get(f"/v1/threads/{OCTOBER_1962[7][0]}").get_json()["data"]) == 2, "it answers two letters"


def test_letters_are_found_by_their_form_and_the_place_from_which_they_were_sent(client: FlaskClient) -> None:
    from_moscow = {"form": "letter", "place": "russia", "addressee": "john-f-kennedy", "on": "1962-10-28"}
    path = f"/v1/statements?{urlencode(from_moscow)}&fields=form,place.id"
    found = client.get(path).get_json()["data"]
    assert {"form": "letter", "place": {"id": "moscow"}}.items() <= found[0].items()
    assert {"1962-10-28-1-khrushchev-orders-missiles-withdrawn", "1962-10-28-3-khrushchev-on-missiles-in-turkey"} <= set(
        ids(found)
    )
    assert "1962-10-28-2-kennedy-welcomes-withdrawal" not in ids(found)


def test_what_was_extended_and_has_expired_since(client: FlaskClient) -> None:
    (found,) = ask(client, "/v1/agreements", action="extended", ended_by="expired")
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


AMBASSADOR = "Ambassador of the United States to the Soviet Union,Ambassador of the United States to Russia"
SECRETARY = "Secretary of State,Acting Secretary of State"
MINISTER = (
    "People's Commissar for Foreign Affairs of the Soviet Union,Minister of Foreign Affairs of the Soviet Union,"
    "Minister of Foreign Affairs of Russia"
)


def holders(client: FlaskClient, role: str, day: str, match: str) -> list[str]:
    answer = client.get(f"/v1/actors?{urlencode({'role': role, 'role_on': day, 'role_match': match})}")
    assert answer.status_code == 200, answer.text
    return ids(answer.get_json()["data"])


@pytest.mark.parametrize(
    ("role", "day", "certain", "possible"),
    [
        (AMBASSADOR, "1933-12-12", [], ["william-bullitt"]),
        (AMBASSADOR, "1933-12-13", ["william-bullitt"], ["william-bullitt"]),
        (AMBASSADOR, "1943-11-28", ["averell-harriman"], ["averell-harriman"]),
        (AMBASSADOR, "1952-10-03", [], []),
        (AMBASSADOR, "1962-10-20", ["foy-kohler"], ["foy-kohler"]),
        (AMBASSADOR, "1966-11-01", ["foy-kohler"], ["foy-kohler"]),
        (AMBASSADOR, "1985-11-20", ["arthur-hartman"], ["arthur-hartman"]),
        (AMBASSADOR, "1991-12-25", ["robert-strauss"], ["robert-strauss"]),
        (AMBASSADOR, "1991-12-31", ["robert-strauss"], ["robert-strauss"]),
        (AMBASSADOR, "2001-09-11", [], ["alexander-vershbow"]),
        (AMBASSADOR, "2021-06-16", ["john-sullivan"], ["john-sullivan"]),
        (AMBASSADOR, "2024-02-24", ["lynne-tracy"], ["lynne-tracy"]),
        (SECRETARY, "1933-11-16", ["cordell-hull"], ["cordell-hull"]),
        (SECRETARY, "1945-07-01", ["joseph-grew"], ["joseph-grew"]),
        (SECRETARY, "1947-01-10", ["james-byrnes"], ["james-byrnes"]),
        (SECRETARY, "1962-10-20", ["dean-rusk"], ["dean-rusk"]),
        (SECRETARY, "2018-04-10", ["john-sullivan"], ["john-sullivan"]),
        (MINISTER, "1933-11-16", ["maxim-litvinov"], ["maxim-litvinov"]),
        (MINISTER, "1945-02-04", ["vyacheslav-molotov"], ["vyacheslav-molotov"]),
        (MINISTER, "1962-10-20", ["andrei-gromyko"], ["andrei-gromyko"]),
        (MINISTER, "1991-12-01", ["andrei-kozyrev", "eduard-shevardnadze"], ["andrei-kozyrev", "eduard-shevardnadze"]),
        (MINISTER, "1999-06-18", ["igor-ivanov"], ["igor-ivanov"]),
    ],
)
def test_who_held_an_office_on_a_day(client: FlaskClient, role: str, day: str, certain: list[str], possible: list[str]) -> None:
    assert holders(client, role, day, "certain") == certain
    assert holders(client, role, day, "possible") == possible


@pytest.mark.parametrize("role", [AMBASSADOR, SECRETARY])
def test_nobody_takes_an_office_up_before_the_one_before_has_left_it(client: FlaskClient, role: str) -> None:
    answer = client.get(f"/v1/actors?{urlencode({'role': role, 'fields': 'roles', 'limit': '200'})}").get_json()
    assert answer["meta"]["total"] == len(answer["data"])
    held = sorted(
        (held["from"]["earliest"], held["to"] and held["to"]["latest"], actor["id"])
        for actor in answer["data"]
        for held in actor["roles"]
        if held["title"] in role.split(",")
    )
    for (_, left, before), (taken, _, after) in pairwise(held):
        assert left, f"{after} followed {before}, of whom no end is given"
        assert left <= taken or before == after, f"{after} took the office up on {taken}, and {before} left it on {left}"


def test_how_relations_were_recognized_and_restored(client: FlaskClient) -> None:
    types, topics = "recognition,relations-established,mission-opened,mission-closed", "us-russia-relations,diplomatic-missions"
    answer = client.get(f"/v1/events?type={types}&topic={topics}&status=occurred&sort=date&fields=date.edtf,type.id")
    found = {(event["date"]["edtf"], event["type"]["id"]) for event in answer.get_json()["data"]}
    assert found >= {
        ("1919-09-14", "mission-closed"),
        ("1933-11-16", "recognition"),
        ("1933-12-13", "mission-opened"),
        ("1948-08-27", "mission-closed"),
        ("1991-12-25", "recognition"),
        ("1991-12-31", "relations-established"),
        ("2017-09-02", "mission-closed"),
        ("2018-03-31", "mission-closed"),
    }


def test_vetoes_on_matters_between_the_two_by_year_and_by_whom(client: FlaskClient) -> None:
    groups = client.get("/v1/aggregates/events?type=veto&by=year,actor&coding=series").get_json()["data"]
    by = {(group["year"], group["actor"]): group["count"] for group in groups}
    assert {actor for _, actor in by} == {"soviet-union", "russia"}
    assert by["1949", "soviet-union"] == 3, "on the control of armaments"
    assert {year for year, actor in by if actor == "russia"} == {"2014", "2015", "2022"}, "on Ukraine"
    assert sum(by.values()) == 21


def shown(part: str) -> str:
    """The address among the questions of sixty years that has a part."""
    (address,) = (address for address in SIXTY_YEARS if part in address)
    return address


BY_DECADE = {"194": 3, "195": 2, "196": 3, "197": 5, "198": 6, "199": 23, "200": 24, "201": 10, "202": 2}


def test_meetings_of_presidents_with_soviet_and_russian_leaders_by_decade(client: FlaskClient) -> None:
    groups = client.get(shown("type=summit&status=occurred")).get_json()["data"]
    found = {decade: sum(g["count"] for g in groups if g["year"].startswith(decade)) for decade in BY_DECADE}
    assert all(found[decade] >= count for decade, count in BY_DECADE.items()), found
    assert [g["year"] for g in groups] == sorted(g["year"] for g in groups), "ready for a chart"


def test_the_days_between_meetings_of_foreign_ministers_follow_from_one_list(client: FlaskClient) -> None:
    answer = client.get(shown("type=ministerial-meeting&status=occurred")).get_json()
    meetings = {event["id"]: event["date"] for event in answer["data"]}
    assert len(meetings) == answer["meta"]["total"], "all are on one page"
    begun = [event["earliest"] for event in meetings.values()]
    assert begun == sorted(begun)
    one, other = meetings["1985-10-25-shultz-shevardnadze-meeting"], meetings["1985-11-shultz-shevardnadze-meeting"]
    assert (date.fromisoformat(other["earliest"]) - date.fromisoformat(one["latest"])).days == 10
    years = {facet["value"]: facet["count"] for facet in answer["meta"]["facets"]["year"]}
    assert years["2016"] >= 12
    assert years["1986"] >= 1


def test_in_which_places_the_two_met_most(client: FlaskClient) -> None:
    groups = client.get(shown("by=place")).get_json()["data"]
    met = {group["place"]: group["count"] for group in groups}
    assert [group["count"] for group in groups] == sorted(met.values(), reverse=True)
    assert met["washington"] >= 100
    assert met["moscow"] >= 60
    assert met["new-york"] >= 40
    assert met["geneva"] >= 30
    assert met["united-states"] >= met["washington"]


def test_meetings_in_the_ten_years_before_and_after_1991(client: FlaskClient) -> None:
    groups = client.get(shown("date_from=1981&date_to=2001")).get_json()["data"]
    before = sum(group["count"] for group in groups if "1981" <= group["year"] <= "1990")
    after = sum(group["count"] for group in groups if "1992" <= group["year"] <= "2001")
    assert before >= 50
    assert after >= 75
    assert {group["year"] for group in groups} == {str(year) for year in range(1981, 2002)}


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
        "action=extended&ended_by=expired",
        "/v1/agreements/inf-treaty",
        "role_on=1962-10-20&role_match=certain&role=Ambassador+of+the+United+States",
        "role_match=certain&role=Secretary+of+State",
        "Minister+of+Foreign+Affairs+of+Russia",
        "type=recognition,relations-established",
        "type=veto&by=year,actor",
        "type=summit&status=occurred&actor_all=united-states&actor=soviet-union,russia&by=year",
        "type=ministerial-meeting&status=occurred",
        "date_from=1981&date_to=2001&by=year",
        "by=place",
    ):
        assert asked in text
