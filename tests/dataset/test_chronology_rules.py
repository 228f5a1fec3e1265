"""Acts out of their order, of nobody, or of who was not there are refused; the nearest that can have been are not."""

from collections.abc import Callable
from pathlib import Path

import pytest
from support import findings_of

from api.dataset import chronology_rules, rules

TREATY = "agreements/treaty.yaml"
SUMMIT = "events/2021-06-16-geneva-summit.yaml"
ACCUSES = "statements/2021-06-16-biden-accuses.yaml"
USA, RUSSIA, PUTIN = "actors/united-states.yaml", "actors/russia.yaml", "actors/vladimir-putin.yaml"
BIDEN, CITES = "actors/joe-biden.yaml", "citations:\n  - source: treaty-text\n"
BOTH = "    by:\n      - united-states\n      - russia\n"
CITED = "    citations:\n      - source: treaty-text\n        locator: article XIV\n"
SIGNED = "date: '2010-04-08'"
ENTERED = "date: '2011-02-05'"
EXTENDING_DAY = "date: '2021-02-03'"
RATIFIED = f"  - kind: ratified\n    date: 2010-12/2011-01\n{BOTH}{CITED}"
TERMS = "terms:\n"
NEVER = f"never_in_force:\n  citations:\n    - source: treaty-text\n{TERMS}"
EXTENDED = "    until: '2026-02-05'\n"
SECOND = "actor: vladimir-putin\n    role: participant\n"
PARTIES = "parties:\n  - united-states\n  - russia\n"
TOOK_OVER = "dissolved: '{0}'\nsucceeded_by:\n  - actor: russia\n    date: '{0}'\n    citations:\n      - source: treaty-text\n"
FORMER = "name: Soviet Union\nkind: state\ncountry: SUN\ncitations:\n  - source: treaty-text\n"
PERSON = "name: Andrei Gromyko\nkind: person\ncountry: SUN\nborn: {0}\ndied: {1}\ncitations:\n  - source: treaty-text\n"
CODES = "codes:\n  - system: cow\n    code: 2\n    from: '1816-01-01'\n    citations:\n      - source: treaty-text\n        locator: row 1\n"
OFFICE = "    organization: russia\n"
GONE = f"country: USA\n{TOOK_OVER.format('2021-12')}"
LEADERS = f"{SUMMIT}:6: participants: a summit needs leaders of two countries: add them, or choose another type"
UNRATIFIED = (
    "in force (2011-02-05) after its signature, and never ratified: add the action `ratified` (its date may be an interval), "
    "or correct the kind or the dates"
)


def ends(kind: str, date: str, by: str = BOTH) -> str:
    """One action more at the end of the list."""
    return f"  - kind: {kind}\n    date: {date}\n{by}{CITED}{TERMS}"


def early(kind: str, date: str) -> str:
    """What is told of an end before the beginning."""
    end = f"ends ({kind} {date}) before it entered into force (2011-02-05): correct the wrong date"
    return f"{TREATY}:42: actions[4].date: {end}"


def absent(place: str, actor: str, date: str) -> str:
    return f"{place}: {actor} did not exist on {date!r}: correct the actor or the date"


@pytest.mark.parametrize(
    ("name", "old", "wrong", "right", "finding"),
    [
        (TREATY, SIGNED, "date: '2011-02-06'", "date: '2011-02-05'", f"{TREATY}:27: actions[2].date: enters into force (entered_into_force 2011-02-05) before it was signed (2011-02-06): correct the wrong date"),
        (TREATY, SIGNED, "date: '2011-02-06'", "date: 2011-02", f"{TREATY}:27: actions[2].date: enters into force (entered_into_force 2011-02-05) before it was signed (2011-02-06): correct the wrong date"),
        (TREATY, TERMS, ends("announced", "'2010-04-09'"), ends("announced", "'2010-04-08'"), f"{TREATY}:41: actions[4]: is announced (2010-04-09) after its signature: what is announced about it is an event, and no action"),
        (TREATY, TERMS, ends("withdrawn", "'2011-02-04'"), ends("withdrawn", "'2011-02-05'"), early("withdrawn", "2011-02-04")),
        (TREATY, TERMS, ends("expired", "2011-01", ""), ends("expired", "2011-02", ""), early("expired", "2011-01")),
        (TREATY, TERMS, ends("terminated", "'2010'"), ends("terminated", "'2011'"), early("terminated", "2010")),
        (TREATY, TERMS, ends("superseded", "'2010'", ""), ends("superseded", "'2011'", ""), early("superseded", "2010")),
        (TREATY, TERMS, NEVER, TERMS, f"{TREATY}:26: actions[2]: enters into force (2011-02-05), and `never_in_force` denies it: remove one, and keep the other as an account"),
        (TREATY, EXTENDED, "", EXTENDED, f"{TREATY}:32: actions[3]: an extension needs its new end: add `until`"),
        (TREATY, RATIFIED, "", RATIFIED, f"{TREATY}:18: actions[1]: {UNRATIFIED}"),
        (TREATY, "2010-12/2011-01", "2011-02-06/2011-03", "2011-02", f"{TREATY}:26: actions[2]: {UNRATIFIED}"),
        (TREATY, EXTENDED + BOTH, EXTENDED, EXTENDED + BOTH, f"{TREATY}:32: actions[3]: does not say who did it (extended): add `by`"),
        (SUMMIT, f"  - {SECOND}", "", f"  - {SECOND}", LEADERS),
        (SUMMIT, SECOND, SECOND.replace("participant", "subject"), SECOND.replace("participant", "guest"), LEADERS),
        (SUMMIT, SECOND, SECOND.replace("vladimir-putin", "russia"), SECOND, LEADERS),
        (PUTIN, "country: RUS", "country: USA", "country: SUN", LEADERS),
        (TREATY, EXTENDING_DAY, "date: '2021-02-06'", "date: '2021-02-05'", f"{TREATY}:33: actions[3].date: is agreed (2021-02-06) after the end that was set (2021-02-05): correct a date, or say in `note` what it revives"),
        (RUSSIA, "country: RUS\n", "country: RUS\ndissolved: '2026-02-04'\n", "country: RUS\ndissolved: '2026-02-05'\n", f"{TREATY}:5: parties[1]: russia is still bound after its end (2026-02-04): add `succeeded_by` to it, or the action that ended the bond"),
        (RUSSIA, "country: RUS\n", "country: RUS\nfounded: '2010-04-09'\n", "country: RUS\nfounded: 2010-04\n", absent(f"{TREATY}:14: actions[0].by[1]", "russia", "2010-04-08")),
        (PUTIN, "country: RUS\n", f"country: RUS\n{CODES}", "country: RUS\n", f"{PUTIN}:5: codes[0]: is a code of a state, and this is of the kind person"),
        (USA, "country: USA\n", f"country: USA\nfounded: 1816-02\n{CODES}", f"country: USA\nfounded: 1816-01\n{CODES}", f"{USA}:6: codes[0]: does not begin with the state: add `from`, 1816-02-01 at the earliest"),
        (PUTIN, "country: RUS\n", "country: RUS\nfounded: '1952'\n", "country: RUS\nborn: '1952'\n", f"{PUTIN}:4: founded: is not for the kind person"),
        (RUSSIA, "country: RUS\n", "country: RUS\nborn: '1991'\n", "country: RUS\nfounded: '1991'\n", f"{RUSSIA}:6: born: is not for the kind state"),
        (PUTIN, OFFICE, OFFICE + "    appointed: 2012-05-07\n    from: 2012-05-06\n", OFFICE + "    appointed: 2012-05-07\n    from: 2012-05\n", f"{PUTIN}:5: roles[0]: from (2012-05-06) is before appointed (2012-05-07)"),
        (PUTIN, OFFICE, OFFICE + "    appointed: 2012-05-07\n    credentials: 2012-05-06\n", OFFICE + "    credentials: 2012-05-06\n", f"{PUTIN}:5: roles[0]: credentials (2012-05-06) is before appointed (2012-05-07)"),
        (PUTIN, OFFICE, OFFICE + "    credentials: 2012-05-06\n    to: '2011'\n", OFFICE + "    credentials: 2012-05-06\n    to: '2012'\n", f"{PUTIN}:5: roles[0]: to (2011) is before credentials (2012-05-06)"),
        (USA, "country: USA\n", GONE + CODES, GONE + CODES.replace("    cit", "    to: 2021\n    cit"), f"{USA}:11: codes[0]: does not end with the state: add `to`, 2021-12-31 at the latest"),
    ],
)  # fmt: skip
def test_what_cannot_have_happened_is_refused_and_the_nearest_that_can_is_not(
    edit: Callable[..., Path], small: Path, name: str, old: str, wrong: str, right: str, finding: str
) -> None:
    path = small / name
    sound = path.read_text()
    edit(name, old, wrong)
    assert findings_of(small) == [finding]
    path.write_text(sound)
    edit(name, old, right)
    assert findings_of(small) == []


def test_a_state_that_is_gone_acts_no_more(edit: Callable[..., Path], small: Path) -> None:
    edit(USA, "country: USA\n", f"country: USA\n{TOOK_OVER.format(2020)}")
    signs = absent(f"{TREATY}:36: actions[3].by[0]", "united-states", "2021-02-03")
    assert findings_of(small) == [signs, absent(f"{SUMMIT}:11: participants[2].actor", "united-states", "2021-06-16")]
    edit(USA, "2020", "2021")
    assert findings_of(small) == []


def test_an_extension_after_the_end_needs_a_note(edit: Callable[..., Path], small: Path) -> None:
    edit(TREATY, EXTENDING_DAY, "date: '2021-02-06'\n    note: The sides revived what had expired the day before.")
    assert findings_of(small) == []


EXTENDING = ("kind: treaty", "kind: extension")
UNTIL = ("    until: '2021-02-05'\n", "")


def test_the_entry_into_force_of_an_extension_names_its_end_too(edit: Callable[..., Path], small: Path) -> None:
    edit(TREATY, *EXTENDING)
    assert findings_of(small) == []
    edit(TREATY, *UNTIL)
    assert findings_of(small) == [f"{TREATY}:26: actions[2]: an extension needs its new end: add `until`"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("kind: treaty", "kind: agreement"),
        (ENTERED, SIGNED),
        (ENTERED, "date: 2010-04"),
        (PARTIES, f"{PARTIES}  - canada\n"),
    ],
    ids=["of another kind", "on the day of signature", "perhaps on that day", "among three"],
)
def test_what_need_not_be_ratified_is_not_asked_for_it(edit: Callable[..., Path], small: Path, old: str, new: str) -> None:
    edit("actors/canada.yaml", "", FORMER.replace("Soviet Union", "Canada").replace("SUN", "CAN"))
    edit(TREATY, RATIFIED, "")
    assert findings_of(small) == [f"{TREATY}:18: actions[1]: {UNRATIFIED}"]
    edit(TREATY, old, new)
    assert findings_of(small) == []


def test_a_treaty_never_in_force_may_be_left_and_need_not_be_ratified(edit: Callable[..., Path], small: Path) -> None:
    path = small / TREATY
    head, rest = path.read_text().split(RATIFIED)
    path.write_text(head + ends("withdrawn", "'2010-04-09'") + rest.split(TERMS)[1])
    assert findings_of(small) == []


@pytest.mark.parametrize("kind", chronology_rules.UNATTENDED)
def test_what_comes_about_by_itself_needs_no_actor(edit: Callable[..., Path], small: Path, kind: str) -> None:
    edit(TREATY, TERMS, ends(kind, "'2026-02-05'", ""))
    assert findings_of(small) == []


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        (SUMMIT, "status: occurred", "status: planned"),
        (SUMMIT, f"  - {SECOND}", "  - actor: alliance\n    role: participant\n"),
    ],
    ids=["not yet held", "of an organization"],
)
def test_a_summit_may_have_no_two_named_leaders(edit: Callable[..., Path], small: Path, name: str, old: str, new: str) -> None:
    alliance = "name: Alliance\nkind: international_organization\ncitations:\n  - source: treaty-text\n"
    edit("actors/alliance.yaml", "", alliance)
    edit(SUMMIT, f"  - {SECOND}", "")
    assert findings_of(small) == [LEADERS]
    edit(SUMMIT, "  - actor: joe-biden\n    role: participant\n", f"  - actor: joe-biden\n    role: participant\n  - {SECOND}")
    edit(name, old, new)
    assert findings_of(small) == []


@pytest.mark.parametrize(
    ("name", "old", "new", "finding"),
    [
        (TREATY, f"{BOTH}    citations", f"{BOTH.replace('russia', 'soviet-union')}    citations", absent(f"{TREATY}:14: actions[0].by[1]", "soviet-union", "2010-04-08")),
        (TREATY, PARTIES, f"{PARTIES}  - soviet-union\n", absent(f"{TREATY}:6: parties[2]", "soviet-union", "2010-04-08")),
        (SUMMIT, SECOND, f"{SECOND}  - actor: soviet-union\n    role: host\n", absent(f"{SUMMIT}:11: participants[2].actor", "soviet-union", "2021-06-16")),
        (ACCUSES, "  - joe-biden\n", "  - soviet-union\n", absent(f"{ACCUSES}:2: speakers[0]", "soviet-union", "2021-06-16")),
    ],
)  # fmt: skip
def test_a_state_whose_code_was_withdrawn_acts_no_more(
    edit: Callable[..., Path], small: Path, name: str, old: str, new: str, finding: str
) -> None:
    edit("actors/soviet-union.yaml", "", FORMER)
    edit(name, old, new)
    assert findings_of(small) == [finding]
    edit("actors/soviet-union.yaml", "country: SUN", "country: RUS")
    assert findings_of(small) == []


def test_a_former_state_may_be_what_an_event_is_about(edit: Callable[..., Path], small: Path) -> None:
    edit("actors/soviet-union.yaml", "", FORMER)
    edit(SUMMIT, SECOND, f"{SECOND}  - actor: soviet-union\n    role: subject\n")
    assert findings_of(small) == []


def test_a_party_that_came_to_be_later_comes_in_by_an_act_of_its_own(edit: Callable[..., Path], small: Path) -> None:
    edit(TREATY, PARTIES, f"{PARTIES}  - canada\n")
    late = FORMER.replace("Soviet Union", "Canada").replace("SUN", "CAN").replace("CAN\n", "CAN\nfounded: '2011'\n")
    edit("actors/canada.yaml", "", late)
    assert findings_of(small) == [absent(f"{TREATY}:6: parties[2]", "canada", "2010-04-08")]
    edit(TREATY, RATIFIED, RATIFIED.replace("      - russia\n", "      - russia\n      - canada\n"))
    assert findings_of(small) == []


def test_leaders_and_officials_stand_beside_their_states(edit: Callable[..., Path], small: Path) -> None:
    states = "  - actor: united-states\n    role: participant\n  - actor: russia\n    role: participant\n"
    (small / "events/2021-06-follow-up.yaml").unlink()
    edit(SUMMIT, states, states.replace("russia", "kremlin"))
    edit("actors/kremlin.yaml", "", "name: Kremlin\nkind: government_body\ncountry: RUS\ncitations:\n  - source: treaty-text\n")
    told = f"{SUMMIT}:6: participants: vladimir-putin takes part for RUS, and the state is not listed: add russia"
    assert findings_of(small) == [told]
    edit("event-types/denial.yaml", "definition", "plover:\n  event: CONSULT\n  version: 2.0-draft\ndefinition")
    edit(SUMMIT, "type: summit", "type: denial")
    office = "roles:\n  - title: {}\n    organization: {}\n    from: '2021'\n    citations:\n      - source: treaty-text\n"
    both = [(PUTIN, "kremlin", "president"), (BIDEN, "united-states", "president")]
    for path, organization, title in both:
        record = (small / path).read_text()
        (small / path).write_text(record.split("roles:")[0] + office.format(title, organization) + CITES)
    assert findings_of(small) == [told]
    edit(PUTIN, "organization: kremlin", "organization: club")
    edit("actors/club.yaml", "", "name: Club\nkind: company\ncountry: RUS\ncitations:\n  - source: treaty-text\n")
    assert findings_of(small) == [], "whoever holds no public office stands for no state at a meeting that is no summit"


@pytest.mark.parametrize("status", ["announced", "planned", "alleged", "cancelled"])
def test_what_has_not_occurred_is_no_act_on_an_agreement(edit: Callable[..., Path], small: Path, status: str) -> None:
    edit(TREATY, SIGNED, f"{SIGNED}\n    event: 2010-04-08-signing")
    signing = (small / SUMMIT).read_text().replace("2021-06-16", "2010-04-08")
    edit("events/2010-04-08-signing.yaml", "", signing)
    assert findings_of(small) == []
    edit("events/2010-04-08-signing.yaml", "status: occurred", f"status: {status}")
    advice = "so nothing was done in it: remove the action, or cite a source that it occurred"
    assert findings_of(small) == [f"{TREATY}:12: actions[0].event: is {status}, {advice}"]
    edit(TREATY, "    event: 2010-04-08-signing\n", "")
    told = f"treaty has an action of this date (signed) that names no event, and this one is {status}"
    advice = "let the action name the event in which it was done, or remove it"
    assert findings_of(small) == [f"events/2010-04-08-signing.yaml:23: agreements[0]: {told}: {advice}"]
    edit("events/2010-04-08-signing.yaml", "date: '2010-04-08'", "date: '2010-04-09'")
    assert [one for one in findings_of(small) if "agreements" in one] == []


def test_nothing_is_dissolved_before_it_is_founded(edit: Callable[..., Path], small: Path) -> None:
    edit("actors/canada.yaml", "", f"{FORMER}founded: '1993'\n")
    assert findings_of(small) == ["actors/canada.yaml:6: founded: is after the end (1992-08-30)"]
    edit("actors/canada.yaml", "founded: '1993'", "founded: '1992'")
    assert findings_of(small) == []
    edit("actors/andrei-gromyko.yaml", "", PERSON.format("1909-08", "1909-07"))
    assert findings_of(small) == ["actors/andrei-gromyko.yaml:4: born: is after the end (1909-07-31)"]
    edit("actors/andrei-gromyko.yaml", "1909-08", "'1909'")
    assert findings_of(small) == []


def test_each_rule_over_one_record_is_a_promise_of_its_own() -> None:
    promised = {rule.__name__: rule.__doc__ for rule in rules.RULES}
    assert {rule.__name__: rule.__doc__ for _, rule in chronology_rules.LIFECYCLE_RULES}.items() <= promised.items()
