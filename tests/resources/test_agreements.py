"""When an agreement was in force follows from its actions alone."""

from typing import Any

import pytest

from api.resources.lifecycle import Succession, lifecycle

USA, RUS = "united-states", "russia"


def action(kind: str, date: str, *by: str, until: str | None = None) -> dict[str, Any]:
    return {"kind": kind, "date": date, "until": until, "by": list(by)}


def in_force(agreement: dict[str, Any]) -> list[dict[str, Any]]:
    return lifecycle({"further_parties": None, **agreement}, {}).in_force


def periods(*actions: dict[str, Any], parties: tuple[str, ...] = (USA, RUS)) -> list[tuple[Any, ...]]:
    found = in_force({"parties": list(parties), "actions": list(actions)})
    return [(p["start"], p["end"], p["ended_by"]) for p in found]


SIGNED = action("signed", "2010-04-08")
BEGUN = action("entered_into_force", "2011-02-05", until="2021-02-05")


@pytest.mark.parametrize(
    ("actions", "expected"),
    [
        ([SIGNED], []),
        ([SIGNED, action("ratified", "2011-01-01")], []),
        ([action("entered_into_force", "1970-03-05")], [("1970-03-05", None, None)]),
        ([SIGNED, BEGUN], [("2011-02-05", "2021-02-05", "expired")]),
        ([BEGUN, action("extended", "2021-02-03", until="2026-02-05")], [("2011-02-05", "2026-02-05", "expired")]),
        ([BEGUN, action("superseded", "2015-01-01")], [("2011-02-05", "2015-01-01", "superseded")]),
        ([BEGUN, action("withdrawn", "2019-08-02", USA)], [("2011-02-05", "2019-08-02", "withdrawn")]),
        ([BEGUN, action("terminated", "2012"), action("extended", "2013", until="2030")], [("2011-02-05", "2012", "terminated")]),
    ],
)
def test_it_begins_and_ends_as_its_actions_say(actions: list[dict[str, Any]], expected: list[tuple[Any, ...]]) -> None:
    assert periods(*actions) == expected
    assert periods(*reversed(actions)) == expected


def test_it_outlives_one_of_several_parties() -> None:
    left = action("withdrawn", "2020-11-22", USA)
    assert periods(action("entered_into_force", "2002-01-01"), left, parties=(USA, RUS, "canada")) == [("2002-01-01", None, None)]


def test_a_suspension_lasts_until_the_same_party_resumes() -> None:
    actions = [
        action("entered_into_force", "2011"),
        action("suspended", "2019-02-02", USA),
        action("suspended", "2019-03-04", RUS),
        action("resumed", "2020-01-01", RUS),
    ]
    (period,) = in_force({"parties": [USA, RUS], "actions": actions})
    assert [(s["by"], s["start"], s["end"]) for s in period["suspensions"]] == [
        ([USA], "2019-02-02", None),
        ([RUS], "2019-03-04", "2020-01-01"),
    ]


def test_a_suspension_ends_when_that_party_leaves_and_others_remain() -> None:
    actions = [
        action("entered_into_force", "1992-11-09"),
        action("suspended", "2007-07", RUS),
        action("withdrawn", "2023-11-07", RUS),
        action("suspended", "2023-12-07", USA),
    ]
    (period,) = in_force({"parties": [USA, RUS, "canada"], "actions": actions})
    assert [(s["by"], s["start"], s["end"]) for s in period["suspensions"]] == [
        ([RUS], "2007-07", "2023-11-07"),
        ([USA], "2023-12-07", None),
    ]


SUN = "soviet-union"
TOOK_OVER = [Succession(SUN, RUS, "[1991-12-25..1991-12-26]")]


def bonds(*actions: dict[str, Any]) -> dict[str, list[tuple[Any, ...]]]:
    agreement = {"parties": [USA, SUN], "actions": list(actions), "further_parties": None}
    found = lifecycle(agreement, {}, TOOK_OVER)
    assert [(p["start"], p["end"]) for p in found.in_force] == [(p["start"], p["end"]) for p in found.bound[USA]]
    return {party: [(p["start"], p["end"], p["ended_by"], p["by"]) for p in periods] for party, periods in found.bound.items()}


def test_a_successor_takes_the_place_of_a_party_that_is_bound() -> None:
    found = bonds(action("entered_into_force", "1988-06-01"), action("withdrawn", "2019-08-02", USA))
    assert found[SUN] == [("1988-06-01", "[1991-12-25..1991-12-26]", "succeeded", [RUS])]
    assert found[RUS] == [("[1991-12-25..1991-12-26]", "2019-08-02", "withdrawn", [USA])]
    assert found[USA] == [("1988-06-01", "2019-08-02", "withdrawn", [USA])]


def test_what_had_ended_or_was_not_yet_in_force_is_not_taken_over() -> None:
    assert bonds(action("entered_into_force", "1972", until="1977"))[SUN] == [("1972", "1977", "expired", [])]
    assert RUS not in bonds(action("entered_into_force", "1972", until="1977"))
    assert RUS not in bonds(action("signed", "1990-06-01", USA, SUN))


def test_a_successor_acts_for_itself_and_inherits_a_suspension() -> None:
    agreement = {
        "parties": [USA, SUN],
        "actions": [
            action("entered_into_force", "1980"),
            action("suspended", "1985", SUN),
            action("resumed", "1995", RUS),
            action("withdrawn", "2000", RUS),
        ],
        "further_parties": None,
    }
    found = lifecycle(agreement, {}, TOOK_OVER)
    (held,) = found.bound[RUS][0]["suspensions"]
    assert (held["by"], held["start"], held["end"]) == ([RUS], "[1991-12-25..1991-12-26]", "1995")
    assert [(s["by"], s["end"]) for s in found.in_force[0]["suspensions"]] == [
        ([SUN], "[1991-12-25..1991-12-26]"),
        ([RUS], "1995"),
    ]
    assert found.in_force[0]["end"] == "2000", "the successor leaves for itself"


def test_two_parties_that_become_one_have_no_agreement_between_them() -> None:
    agreement = {"parties": [USA, SUN], "actions": [action("entered_into_force", "1980")], "further_parties": None}
    found = lifecycle(agreement, {}, [Succession(SUN, USA, "1991")])
    assert [(p["start"], p["end"], p["ended_by"]) for p in found.in_force] == [("1980", "1991", "succeeded")]


def test_every_act_of_a_known_day_has_its_event_and_the_event_names_the_agreement(
    documents: dict[str, list[dict[str, Any]]],
) -> None:
    named = {event["id"]: {agreement["id"] for agreement in event["agreements"]} for event in documents["events"]}
    for agreement in documents["agreements"]:
        for action in agreement["actions"]:
            if action["date"]["earliest"] == action["date"]["latest"]:
                assert action["event"], (agreement["id"], action["kind"], action["date"]["edtf"])
            assert not action["event"] or agreement["id"] in named[action["event"]["id"]], (agreement["id"], action["event"])


def test_a_vote_of_a_parliament_is_no_ratification(documents: dict[str, list[dict[str, Any]]]) -> None:
    chambers = {"us-senate", "state-duma", "federation-council"}
    for agreement in documents["agreements"]:
        for action in agreement["actions"]:
            assert action["kind"] != "ratified" or not chambers & {actor["id"] for actor in action["by"]}, agreement["id"]
