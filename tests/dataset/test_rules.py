"""Breaking any rule of the data by hand makes `check` say exactly where, and everything at once."""

from collections.abc import Callable
from pathlib import Path

import pytest
from support import findings_of

EVENT = "events/2021-06-16-geneva-summit.yaml"
PLANNED = "events/2021-06-follow-up.yaml"
DENIAL = "statements/2021-06-16-putin-denies.yaml"
BIDEN = "actors/joe-biden.yaml"


def test_a_sound_dataset_has_no_findings(small: Path) -> None:
    assert findings_of(small) == []


@pytest.mark.parametrize(
    ("name", "old", "new", "finding"),
    [
        (EVENT, "type: summit", "type: sumit", f"{EVENT}:2: type: 'sumit' is not among the event-types; did you mean 'summit'?"),
        (EVENT, "status: occurred", "status: ocurred", f"{EVENT}:3: status: 'ocurred' is not allowed; did you mean 'occurred'?"),
        (EVENT, "place: geneva", "plaec: geneva", f"{EVENT}:5: plaec: is unknown; did you mean 'place'?"),
        (EVENT, "place: geneva\n", "places:\n  - geneva\n", f"{EVENT}:5: places: is not a list of several places: write `place` for one"),
        (EVENT, "place: geneva\n", "places:\n  - geneva\n  - geneva\n", f"{EVENT}:5: places: names a place twice"),
        (EVENT, "place: geneva\n", "place: geneva\nplaces:\n  - geneva\n  - switzerland\n", f"{EVENT}:5: place: is given beside `places`"),
        (EVENT, "place: geneva\n", "places:\n  - geneva\n  - genva\n", f"{EVENT}:7: places[1]: 'genva' is not among the places; did you mean 'geneva'?"),
        (EVENT, "actor: joe-biden", "actor: joe-bidden", f"{EVENT}:7: participants[0].actor: 'joe-bidden' is not among the actors"),
        (EVENT, "value: 93", "value: many", f"{EVENT}:19: quantities[0].value: 'many' is not a number"),
        (EVENT, "title: Summit in Geneva", "title:", f"{EVENT}:1: title: is empty"),
        ("sources/report.yaml", "paragraphs: 4\n", "paragraphs: 5\nparagraphs: 4\n", "sources/report.yaml:8: paragraphs: duplicate key"),
        (EVENT, "title: Summit in Geneva", "title: Summit (see strategic-stability, 2021-06-16-geneva-summit)", f"{EVENT}:1: title: '2021-06-16-geneva-summit' is an id of events: readers need its title"),
        (EVENT, "title: Summit in Geneva\n", "title: a\ntitle: b\n", f"{EVENT}:2: title: duplicate key"),
        (EVENT, "citations:\n  - source: report\n    paragraphs:\n      - 1\n", "", f"{EVENT}:1: citations: is missing"),
        (EVENT, "date: '2021-06-16'", "date: 2021-02-30", f"{EVENT}:4: date: '2021-02-30' is not an EDTF date"),
        (EVENT, "date: '2021-06-16'", "date: '2021-06-17'", f"{EVENT}:4: date: does not say '2021-06-16', with which the id begins: begin it with '2021-06-17'"),
        (EVENT, "date: '2021-06-16'", "date: 2021-06", f"{EVENT}:4: date: does not say '2021-06-16', with which the id begins: begin it with '2021-06'"),
        (EVENT, "date: '2021-06-16'", "date: '[2020-06-16..2021-06-16]'", f"{EVENT}:4: date: does not say '2021-06-16', with which the id begins: begin it with no date"),
        (EVENT, "date: '2021-06-16'", "date: '2021-06-16 '", f"{EVENT}:4: date: '2021-06-16 ' has spaces"),
        (EVENT, "date: '2021-06-16'", "date: 2021-06-16 / 2021-06-17", f"{EVENT}:4: date: '2021-06-16 / 2021-06-17' has spaces"),
        (EVENT, "date: '2021-06-16'", "date: '[..2021-06-16]'", f"{EVENT}:4: date: '[..2021-06-16]' is open on one side: bound it, or say in `note` why"),
        (EVENT, "date: '2021-06-16'", "date: 2021-06-16/..", f"{EVENT}:4: date: '2021-06-16/..' is open on one side"),
        (BIDEN, "to: '2025-01-20'", "to: '[2025-01-20..]'", f"{BIDEN}:8: roles[0].to: '[2025-01-20..]' is open on one side"),
        (EVENT, "      - 1\n", "      - 9\n", f"{EVENT}:30: accounts[0].citations[0].paragraphs: report has 4 paragraphs, not 9"),
        (PLANNED, "    paragraphs:\n      - 2\n", "", f"{PLANNED}:10: citations[0]: add the paragraphs of report that are cited"),
        (PLANNED, "event: 2021-06-16-geneva-summit", "event: 2021-06-follow-up", f"{PLANNED}:8: related[0].event: refers to the record itself"),
        (DENIAL, "quote: It was not us.", "quote: " + "word " * 61, f"{DENIAL}:6: quote: has 61 words"),
        (DENIAL, "statement: 2021-06-16-biden-accuses", "statement: x", f"{DENIAL}:13: replies_to[0].statement: 'x' is not among the statements"),
        (BIDEN, "country: USA", "country: US", f"{BIDEN}:3: country: 'US' is not an ISO 3166-1 alpha-3 code"),
        (BIDEN, "to: '2025-01-20'", "to: '2020-01-20'", f"{BIDEN}:5: roles[0]: ends (2020-01-20) before it begins"),
        (BIDEN, "from: '2021-01-20'", "from: yesterday", f"{BIDEN}:7: roles[0].from: 'yesterday' is not an EDTF date"),
        ("places/geneva.yaml", "longitude: 6.14569\n", "", "places/geneva.yaml:1: give both latitude and longitude, or neither"),
        ("places/switzerland.yaml", "country: CHE\n", "country: CHE\nwithin: geneva\n", "places/geneva.yaml:4: within: is circular"),
        ("event-types/denial.yaml", "note: Neither scheme has a category for it.\n", "", "event-types/denial.yaml:1: a type without plover or cameo needs a note"),
        ("sources/report.yaml", "no_url: It was made up for tests.\n", "", "sources/report.yaml:1: url: give either url, or no_url"),
        ("sources/report.yaml", "paragraphs: 4", "paragraphs: 5", "sources/report.yaml:7: paragraphs: paragraph 5 is neither cited by a record nor listed"),
        ("sources/report.yaml", "      - 4\n", "      - 3\n      - 4\n", "sources/report.yaml:8: not_coded: paragraph 3 is cited by statements/2021-06-16-biden-accuses"),
        ("sources/report.yaml", "not_coded:\n  - paragraphs:\n      - 4\n    reason: A line of contact addresses.\n", "", "sources/report.yaml:7: paragraphs: paragraph 4 is neither cited by a record nor listed"),
        ("dataset.yaml", "version: 0.1.0", "version: 0.1", "dataset.yaml:3: version: '0.1' is not x.y.z"),
    ],
)  # fmt: skip
def test_a_broken_rule_is_told_with_file_line_and_key(
    edit: Callable[..., Path], small: Path, name: str, old: str, new: str, finding: str
) -> None:
    edit(name, old, new)
    assert any(text.startswith(finding) for text in findings_of(small)), findings_of(small)


@pytest.mark.parametrize(
    ("name", "about", "told"),
    [
        ("events/Upper.yaml", "events/Upper.yaml", "is not named <id>.yaml"),
        ("events/2021-06-17-new.yml", "events/2021-06-17-new.yml", "is not named <id>.yaml"),
        ("events/2021/2021-06-17-new.yaml", "events/2021", "is a folder: records lie in events/ itself"),
        ("event/2021-06-17-new.yaml", "event", "is not part of a dataset; did you mean 'events'?"),
    ],
)
@pytest.mark.parametrize("key", ["actor: vladimir-putin", "actor: nobody"])
def test_a_wrong_name_or_place_hides_no_other_error(
    edit: Callable[..., Path], small: Path, name: str, about: str, told: str, key: str
) -> None:
    text = (small / EVENT).read_text().replace("actor: vladimir-putin", key).replace("2021-06-16", "2021-06-17")
    edit(name, "", text.replace("status: occurred", "status: done") if key.endswith("putin") else text)
    found = findings_of(small)
    assert f"{about}: {told}" in [finding.partition(", with")[0] for finding in found]
    other = "status: 'done' is not allowed" if key.endswith("putin") else "'nobody' is not among the actors"
    assert [finding for finding in found if finding.startswith(f"{name}:") and other in finding], found


@pytest.mark.parametrize(
    ("name", "new", "finding"),
    [
        ("topics/security.yaml", 'name: "a\\0b"\ndefinition: x\n', "topics/security.yaml:1: name: holds a control character"),
        (f"topics/{'a' * 130}.yaml", "name: x\n", f"topics/{'a' * 130}.yaml: is not named <id>.yaml"),
        ("events/2021-06-17-new.yml", "title: x\n", "events/2021-06-17-new.yml: is not named <id>.yaml"),
        ("events/Upper.yaml", "title: x\n", "events/Upper.yaml: is not named <id>.yaml"),
        ("event/x.yaml", "title: x\n", "event: is not part of a dataset; did you mean 'events'?"),
        ("topics/list.yaml", "- a\n", "topics/list.yaml:1: is not a mapping of keys"),
        ("topics/broken.yaml", "a: [", "topics/broken.yaml:1: is not YAML: a bracket is not closed"),
        (
            "topics/mine.yaml",
            "name: a\n<<<<<<< HEAD\ndefinition: x\n=======\ndefinition: y\n>>>>>>> theirs\n",
            "topics/mine.yaml:2: holds the marks of an unfinished merge",
        ),
        ("moved.yaml", "events:\n  old-one: x\n", "moved.yaml:2: events.old-one: is not a mapping of keys"),
        ("moved.yaml", "events:\n  old-one:\n    to: nowhere\n", "moved.yaml: events.old-one: 'nowhere' is not among the events"),
        ("moved.yaml", "topics:\n  security:\n    withdrawn: Merged.\n", "moved.yaml: topics.security: is still a record"),
        ("dataset.yaml", None, "dataset.yaml: is missing"),
        ("releases/1.tsv", "x\n", "releases/1.tsv: is not named <version>.tsv"),
        ("releases/0.0.1.tsv", "x\n", "releases/0.0.1.tsv:1: differs from what was published"),
        ("releases/0.0.1.tsv", "#\t0.0.2\t2026-01-01\tff\n", "releases/0.0.1.tsv:1: differs from what was published"),
        (
            "releases/0.0.1.tsv",
            "#\t0.0.1\t2026-01-01\tff\ntopics/a\tff\tname=ff\ntopics/b\tff\tna",
            "releases/0.0.1.tsv:3: differs from what was published",
        ),
        (
            "releases/0.0.1.tsv",
            "#\t0.0.1\t2026-01-01\tff\ntopics/a\tff\tname=ff",
            "releases/0.0.1.tsv:2: differs from what was published",
        ),
        ("topics.jsonl", '{"id": "security", "name": "x", "definition": "y"}\n', "topics.jsonl:1: id: duplicate id 'security'"),
    ],
)
def test_a_stray_file_is_told(edit: Callable[..., Path], small: Path, name: str, new: str | None, finding: str) -> None:
    edit(name, "", new)
    assert any(text.startswith(finding) for text in findings_of(small)), findings_of(small)


def test_a_link_out_of_the_folder_is_refused(small: Path, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("name: x\n")
    (small / "topics" / "linked.yaml").symlink_to(tmp_path / "secret")
    assert findings_of(small) == ["topics/linked.yaml: is a symbolic link; the dataset holds regular files only"]


def test_all_faults_are_told_in_one_run_and_none_is_invented(edit: Callable[..., Path], small: Path) -> None:
    edit(EVENT, "status: occurred", "status: ocurred")
    edit(BIDEN, "kind: person", "kind: human")
    edit("topics/strategic-stability.yaml", "broader: security", "broader: securty")
    found = findings_of(small)
    assert len(found) == 3, found
    assert [text.split(":")[0] for text in found] == [BIDEN, EVENT, "topics/strategic-stability.yaml"]


def test_a_record_with_faulty_keys_is_examined_in_all_that_does_not_depend_on_them(
    edit: Callable[..., Path], small: Path
) -> None:
    edit(EVENT, "status: occurred", "status: ocurred")
    edit(EVENT, "title: Summit in Geneva", "title:")
    edit(EVENT, "date: '2021-06-16'", "date: '2021-06-17'")
    edit(EVENT, "actor: joe-biden\n    role: participant", "actor: joe-bidden\n    role: guest of honour")
    edit(EVENT, "      - 1\n", "      - 9\n")
    edit(EVENT, "place: geneva", "place: genva")
    told = [text.removeprefix(f"{EVENT}:").partition(": ")[2] for text in findings_of(small)]
    assert [text.split(":")[0] for text in told] == [
        "title", "status", "date", "place", "participants[0].actor", "participants[0].role", "accounts[0].citations[0].paragraphs"
    ], told  # fmt: skip


def test_a_paragraph_that_only_a_faulty_record_cites_is_not_told_to_be_cited_by_none(
    edit: Callable[..., Path], small: Path
) -> None:
    accuses = "statements/2021-06-16-biden-accuses.yaml"  # cites paragraph 3
    edit(accuses, "act: ", "act: not-")
    assert [text.partition(": ")[0] for text in findings_of(small)] == [f"{accuses}:4"]
    edit(accuses, "act: ", "act: [")
    assert [text.partition(": ")[0] for text in findings_of(small)] == [f"{accuses}:5"]


def test_bytes_that_are_no_text_are_told_with_their_line(small: Path) -> None:
    (small / "topics" / "security.yaml").write_bytes(b"name: Security\ndefinition: caf\xe9\n")
    assert findings_of(small) == ["topics/security.yaml:2: is not UTF-8"]
