"""Related records are in the order in time that their relation claims, disputes have two sides, and nothing is recorded twice."""

from collections.abc import Callable
from pathlib import Path

import pytest
from support import findings_of

from api.dataset import order_rules, rules

SUMMIT = "events/2021-06-16-geneva-summit.yaml"
OTHER = "events/other.yaml"
DENIAL = "statements/2021-06-16-putin-denies.yaml"
WRITTEN = """\
title: Another event
type: {type}
status: occurred
date: '{date}'
participants:
  - actor: joe-biden
    role: participant
  - actor: vladimir-putin
    role: participant
  - actor: united-states
    role: participant
  - actor: russia
    role: participant
summary: It happened.
{more}citations:
  - source: report
    paragraphs:
      - 1
"""
RELATED = "related:\n  - relation: {}\n    event: 2021-06-16-geneva-summit\n"
NARROW = "narrow or correct a date, or the relation"


def written(date: str = "2021-06-17", type: str = "denial", more: str = "") -> str:
    return WRITTEN.format(date=date, type=type, more=more)


@pytest.mark.parametrize("relation", ["prompted_by", "response_to", "retaliates_against", "carries_out", "reverses"])
@pytest.mark.parametrize(("date", "early"), [("2021-06-15", True), ("2021-06", True), ("2021-06-16", False), ("2021-07", False)])
def test_an_answer_is_not_dated_before_what_it_answers(
    edit: Callable[..., Path], small: Path, relation: str, date: str, early: bool
) -> None:
    edit(OTHER, "", written(date, more=RELATED.format(relation)))
    told = f"{OTHER}:16: related[0]: {relation} 2021-06-16-geneva-summit, but may have begun before it (2021-06-16): {NARROW}"
    assert findings_of(small) == [told] * early


def test_what_is_only_planned_keeps_the_date_of_the_plan(edit: Callable[..., Path], small: Path) -> None:
    edit(OTHER, "", written("2021-06", more=RELATED.format("carries_out")).replace("occurred", "planned"))
    assert findings_of(small) == []


@pytest.mark.parametrize("relation", ["announces", "proposes"])
@pytest.mark.parametrize(("date", "late"), [("2021-06-17", True), ("2021-06-16", False), ("2021-05", False)])
def test_an_announcement_is_not_dated_after_what_it_announces(
    edit: Callable[..., Path], small: Path, relation: str, date: str, late: bool
) -> None:
    edit(OTHER, "", written(date, more=RELATED.format(relation)))
    told = f"{OTHER}:16: related[0]: {relation} 2021-06-16-geneva-summit, which may have begun before (2021-06-16): {NARROW}"
    assert findings_of(small) == [told] * late


@pytest.mark.parametrize("relation", ["part_of", "signed_at"])
@pytest.mark.parametrize("date", ["2021-06-15", "2021-06-17", "2021-06", "2021-06-15/2021-06-16"])
def test_a_part_is_not_dated_outside_the_whole(edit: Callable[..., Path], small: Path, relation: str, date: str) -> None:
    edit(OTHER, "", written(date, more=RELATED.format(relation)))
    told = f"{OTHER}:16: related[0]: {relation} 2021-06-16-geneva-summit (2021-06-16), but may lie outside it: {NARROW}"
    assert findings_of(small) == [told]
    edit(OTHER, date, "2021-06-16")
    assert findings_of(small) == []


def test_two_events_of_different_days_are_not_perhaps_the_same(edit: Callable[..., Path], small: Path) -> None:
    edit(OTHER, "", written(more=RELATED.format("same_as_perhaps")))
    told = f"{OTHER}:16: related[0]: cannot be the same as 2021-06-16-geneva-summit (2021-06-16): no day in common"
    assert findings_of(small) == [told]
    edit(OTHER, "2021-06-17", "2021-06")
    assert findings_of(small) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("type: denial", "type: summit"),
        ("citations", "agreements:\n  - treaty\ncitations"),
        ("  - actor: united-states\n    role: source\n", "  - actor: vladimir-putin\n    role: participant\n"),
    ],
)
def test_what_follows_is_a_step_of_one_procedure_or_series(edit: Callable[..., Path], small: Path, old: str, new: str) -> None:
    text = written(more=RELATED.format("follows"))
    edit(OTHER, "", text.replace("actor: vladimir-putin\n    role: participant", "actor: united-states\n    role: source"))
    told = (
        "shares no agreement, type or participants with 2021-06-16-geneva-summit: choose a relation that says more, or remove it"
    )
    assert findings_of(small) == [f"{OTHER}:16: related[0]: {told}"]
    edit(OTHER, old, new)
    assert [text for text in findings_of(small) if "related" in text] == []


def test_a_reply_is_not_dated_before_what_it_replies_to(edit: Callable[..., Path], small: Path) -> None:
    edit("statements/2021-06-16-biden-accuses.yaml", "date: '2021-06-16'", "date: '2021-06-17'")
    found = [text for text in findings_of(small) if text.startswith(DENIAL)]
    told = f"replies to 2021-06-16-biden-accuses, but may have begun before it (2021-06-17): {NARROW}"
    assert found == [f"{DENIAL}:13: replies_to[0]: {told}"]


def test_what_is_disputed_is_said_by_somebody(edit: Callable[..., Path], small: Path) -> None:
    edit(SUMMIT, "about: duration\n    value: About three hours", "about: content\n    value: About three hours")
    told = "no account says what this one disputes (duration): add the account of the other side"
    assert findings_of(small) == [f"{SUMMIT}:32: accounts[1]: {told}"]


def test_an_event_recorded_twice_is_told_unless_one_names_the_other(edit: Callable[..., Path], small: Path) -> None:
    edit(OTHER, "", written("2021-06-16", "summit", "agreements:\n  - treaty\n"))
    told = (
        "has day, type, participants and agreements of 2021-06-16-geneva-summit: merge them, or say in `related` how they differ"
    )
    assert findings_of(small) == [f"{OTHER}:1: {told}"]
    edit(OTHER, "agreements", f"{RELATED.format('follows')}agreements")
    assert findings_of(small) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("'2021-06-16'", "'2021-06-18'"),
        ("'2021-06-16'", "'2021-06'"),
        ("type: summit", "type: denial"),
        ("joe-biden", "united-states"),
        ("agreements:\n  - treaty\n", ""),
    ],
)
def test_what_differs_is_not_taken_for_the_same(edit: Callable[..., Path], small: Path, old: str, new: str) -> None:
    text = written("2021-06-16", "summit", "agreements:\n  - treaty\n")
    changed = text.replace(old, new)
    assert changed != text
    edit(OTHER, "", changed)
    assert [told for told in findings_of(small) if "merge them" in told] == []


def test_two_sources_of_one_address_are_told(edit: Callable[..., Path], small: Path) -> None:
    address = "url: https://example.org/report\n"
    edit("sources/report.yaml", "no_url: It was made up for tests.\n", address)
    edit("sources/copy.yaml", "", f"title: Copy\nkind: news_report\npublisher: Somebody\nlanguage: en\n{address}")
    told = "sources/report.yaml:6: url: is the address of copy, too: keep one of the two"
    assert [text for text in findings_of(small) if "address" in text] == [told]


def test_each_rule_is_a_promise_of_its_own() -> None:
    promised = {rule.__name__: rule.__doc__ for rule in rules.RULES}
    assert {rule.__name__: rule.__doc__ for _, rule in order_rules.ORDER_RULES}.items() <= promised.items()
