"""Every command does what its help says, ends with a code that scripts can use, and never shows a traceback."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from click.shell_completion import BashComplete
from conftest import DATASET, SMALL
from support import run

from api import __version__
from api.cli import COMMANDS, main
from api.dataset import yaml_files
from api.resources import BY_KIND


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_every_command_and_option_explains_itself(command: str) -> None:
    text = run(command, "--help").output
    assert len(text.split("Options:")[0].split("\n\n")[1].strip()) > 30
    for option in re.findall(r"^  (--[a-z-]+)", text, re.MULTILINE):
        assert re.search(rf"{option}.*(\s{{2,}}|\n\s+)\S", text), f"{command} {option} says nothing"


@pytest.mark.parametrize(
    "name", ["confg", "releases", "sreve", "check --colour red", "new events", "new evnts x", "schema", "serve --port many"]
)
def test_what_is_not_understood_ends_with_2(name: str) -> None:
    assert run(*name.split()).exit_code == 2


def test_a_setting_that_cannot_be_read_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DIPLOMATIC_EVENTS_PORT", "many")
    monkeypatch.setenv("DIPLOMATIC_EVENTS_WORKERS", "few")
    result = run("check")
    assert result.exit_code == 2
    assert "DIPLOMATIC_EVENTS_PORT='many'" in result.output
    assert "DIPLOMATIC_EVENTS_WORKERS='few' is not a whole number of at least 1" in result.output


def test_check_ends_with_0_or_lists_the_faults_and_ends_with_1(edit: Callable[..., Path], small: Path) -> None:
    assert run("check", "--dataset", small).exit_code == 0
    edit("topics/security.yaml", "name: Security\n", "")
    edit("actors/russia.yaml", "kind: state", "kind: stat")
    result = run("check", "--dataset", small)
    assert result.exit_code == 1
    assert "actors/russia.yaml:4: kind: 'stat' is not allowed; did you mean 'state'?" in result.output
    assert "topics/security.yaml:1: name: is missing" in result.output


def test_a_folder_that_is_not_there_is_a_fault(tmp_path: Path) -> None:
    assert run("check", "--dataset", tmp_path / "nowhere").exit_code == 1


def test_load_makes_a_release_once(tmp_path: Path) -> None:
    arguments = ("load", "--dataset", SMALL, "--data-dir", tmp_path)
    assert "is loaded in" in run(*arguments).output
    assert "was loaded already" in run(*arguments).output


@pytest.mark.parametrize("kind", list(BY_KIND))
def test_a_new_file_hints_at_every_key_and_tells_what_is_needed(small: Path, kind: str) -> None:
    assert run("new", kind, "2021-06-17-new", "--dataset", small).exit_code == 0
    path = small / kind / "2021-06-17-new.yaml"
    text = path.read_text()
    assert yaml_files.comments(text) == []
    for key, field in BY_KIND[kind].schema.load_fields.items():
        assert re.search(rf"^(#:)?{field.data_key or key}:.*#: {re.escape(field.metadata['description'])}", text, re.MULTILINE)
    result = run("check", "--dataset", small)
    assert result.exit_code == 1
    required = [key for key, field in BY_KIND[kind].schema.load_fields.items() if field.required]
    for key in required:
        assert re.search(rf"^{path}:\d+: {key}", result.output, re.MULTILINE), (key, result.output)


def test_a_new_file_with_every_key_uncommented_is_a_mapping_of_them_all(small: Path) -> None:
    run("new", "events", "2021-06-17-new", "--dataset", small)
    text = (small / "events" / "2021-06-17-new.yaml").read_text()
    uncommented = re.sub(r"^#:", "", text, flags=re.MULTILINE)
    assert set(yaml_files.parse_yaml(uncommented).value) == set(BY_KIND["events"].schema.load_fields)


def test_many_errors_are_counted_by_kind(small: Path) -> None:
    for number in range(21):
        (small / "topics" / f"t{number}.yaml").write_text(f"name: {number}\ndefinition: x\nbroader: nothing-{number}\n")
    result = run("check", "--dataset", small)
    assert result.exit_code == 1
    assert result.stderr.endswith("21 errors\n    21  … is not among the topics\n"), result.stderr


def test_warnings_are_told_when_asked_for_and_are_no_errors(edit: Callable[..., Path], small: Path) -> None:
    event = small / "events" / "2021-06-16-geneva-summit.yaml"
    (small / "events" / "2021-06-16-the-same.yaml").write_text(event.read_text().replace("agreements:\n  - treaty\n", ""))
    (small / "actors" / "unused.yaml").write_text(
        "name: Nobody\nkind: company\ncitations:\n  - source: report\n    paragraphs:\n      - 1\n"
    )
    (small / "topics.jsonl").write_text('{"id": "arms", "name": "Arms", "definition": "Weapons."}\n')
    edit("sources/report.yaml", "published: '2021-06-17'", "published: '2020'")
    result = run("check", "--warnings", "--dataset", small)
    told = result.output.replace(f"{small}/", "")
    assert result.exit_code == 0, told
    assert "warning: actors/unused.yaml:1: no record names this actor" in told
    assert "warning: events/2021-06-16-the-same.yaml:1: has day, type and participants of 2021-06-16-geneva-summit" in told
    assert "warning: events/2021-06-16-geneva-summit.yaml:39: citations: every source is older" in told, told
    assert "warnings: `check --warnings` lists them\n" in run("check", "--dataset", small).stderr


def warned(folder: Path) -> list[str]:
    told = run("check", "--warnings", "--dataset", folder)
    assert told.exit_code == 0, told.output
    return [line.removeprefix(f"warning: {folder}/") for line in told.output.splitlines() if line.startswith("warning: ")]


def test_a_name_that_an_actor_has_is_warned_of(edit: Callable[..., Path], small: Path) -> None:
    path = "events/2021-06-follow-up.yaml"
    named = "participants:\n  - name: {}\n    role: guest\n"
    before = warned(small)
    (small / path).write_text((small / path).read_text() + named.format("Some Delegate"))
    assert warned(small) == before
    edit(path, "Some Delegate", "joe biden")
    text = (
        f"{path}:14: participants[0].name: is a name of the actor joe-biden: write `actor: joe-biden`, if it is the same [named]"
    )
    assert warned(small) == sorted([*before, text])
    edit(path, "joe biden", "Bidden")
    edit(
        "actors/joe-biden.yaml",
        "roles:",
        "misspelt:\n  - name: Bidden\n    citations:\n      - source: report\n        paragraphs: [1]\nroles:",
    )
    assert warned(small) == sorted([*before, text]), "under a name by which a source misspells him, too"


def test_a_warning_is_acknowledged_with_its_reason_as_long_as_it_applies(small: Path) -> None:
    statement = next(line for line in warned(small) if line.endswith("[one_sided]"))
    kind, id = statement.split(".yaml")[0].split("/")
    judged = small / "acknowledged.yaml"
    judged.write_text(f"{kind}:\n  {id}:\n    one_sided: Nobody else was there.\n")
    assert statement not in warned(small)
    judged.write_text(f"{kind}:\n  {id}:\n    older: It is not.\n")
    past = f"acknowledged.yaml: {kind}.{id}.older: there is no such warning: remove it"
    assert [line for line in warned(small) if line in (statement, past)] == [past, statement]
    judged.write_text(f"{kind}:\n  {id}:\n    onesided: Misspelt.\n    one_sided:\n")
    told = run("check", "--dataset", small).output
    assert f"acknowledged.yaml:3: {kind}.{id}.onesided: is unknown" in told
    assert f"acknowledged.yaml:4: {kind}.{id}.one_sided: is empty" in told


FOLLOWS = "related:\n  - relation: follows\n    event: 2021-06-16-geneva-summit\n"


def test_only_what_nobody_answers_is_warned_of_as_one_sided(small: Path) -> None:
    event = "events/2021-06-follow-up.yaml"
    account = (
        "  - about: date\n    value: {}\n    stance: {}\n    holders:\n      - {}\n    citations:\n      - source: treaty-text\n"
    )
    text = (small / event).read_text()
    (small / event).write_text(f"{text}accounts:\n{account.format('In June.', 'reports', 'joe-biden')}")
    assert [line for line in warned(small) if line.startswith(event)]
    (small / event).write_text((small / event).read_text() + account.format("Never.", "denies", "russia"))
    assert not [line for line in warned(small) if line.startswith(event)], "both sides stand there"
    (small / event).write_text(
        f"{text.replace('planned', 'alleged').replace(FOLLOWS, '')}accounts:\n{account.format('So.', 'reports', 'joe-biden')}"
    )
    assert not [line for line in warned(small) if line.startswith(event)], "an allegation is one side's"


def test_nothing_is_overwritten_by_new(small: Path) -> None:
    assert run("new", "topics", "security", "--dataset", small).exit_code == 2
    assert run("new", "topics", "Not An Id", "--dataset", small).exit_code == 2
    assert run("new", "topics", "a" * 300, "--dataset", small).exit_code == 2


def test_fmt_gives_one_canonical_form_and_keeps_the_facts(edit: Callable[..., Path], small: Path) -> None:
    path = small / "topics" / "strategic-stability.yaml"
    before = path.read_text()
    path.write_text(
        'broader: "security"\n\nname:    Strategic stability  #: hint\n'
        "definition: >\n  Whatever keeps nuclear powers\n  from a first strike.\n"
    )
    assert run("fmt", "--dataset", small, "--check").exit_code == 1
    assert run("fmt", "--dataset", small).exit_code == 0
    assert path.read_text() == before
    assert run("fmt", "--dataset", small, "--check").exit_code == 0


def test_fmt_does_not_lose_a_remark(small: Path) -> None:
    path = small / "topics" / "security.yaml"
    path.write_text("# Think of cyber, too.\ndefinition: x\nname: Security\n")
    result = run("fmt", "--dataset", small)
    assert result.exit_code == 1
    assert "topics/security.yaml:1: `fmt` removes comments: move this text to the key `note`\n" in result.output
    assert path.read_text().startswith("# Think")


def test_fmt_keeps_the_line_by_which_an_editor_knows_the_schema(small: Path) -> None:
    path = small / "topics" / "security.yaml"
    line = "# yaml-language-server: $schema=../.schemas/topics.json\n"
    path.write_text(line + "definition: x\nname: Security\n")
    assert run("fmt", "--dataset", small).exit_code == 0
    assert path.read_text() == line + "name: Security\ndefinition: x\n"
    assert run("fmt", "--dataset", small, "--check").exit_code == 0
    path.write_text("name: Security\n" + line + "definition: x\n")
    assert run("fmt", "--dataset", small).exit_code == 1, "elsewhere it is a comment like any other"


def test_new_fills_in_a_date_and_a_type(small: Path) -> None:
    assert run("new", "events", "talks", "--date", "2021-06-17?", "--type", "summit", "--dataset", small).exit_code == 0
    text = (small / "events" / "2021-06-17-talks.yaml").read_text()
    value = yaml_files.parse_yaml(text).value
    assert (value["date"], value["type"]) == ("2021-06-17?", "summit")
    assert run("new", "events", "2021-06-18-more", "--date", "2021-06-18", "--dataset", small).exit_code == 0
    assert (small / "events" / "2021-06-18-more.yaml").is_file(), "the date is not written twice"
    for wrong in (("events", "x", "--date", "tomorrow"), ("actors", "x", "--date", "2021"), ("topics", "x", "--type", "summit")):
        assert run("new", *wrong, "--dataset", small).exit_code == 2


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (["new", "ev"], {"events", "event-types"}),
        (["new", "events", "--type", "summ"], {"summit"}),
        (["new", "actors", "vlad"], {"vladimir-putin"}),
    ],
)
def test_the_shell_completes_kinds_types_and_ids(monkeypatch: pytest.MonkeyPatch, words: list[str], found: set[str]) -> None:
    monkeypatch.setenv("DIPLOMATIC_EVENTS_DATASET", str(SMALL))
    complete = BashComplete(main, {}, "diplomatic-events", "_DIPLOMATIC_EVENTS_COMPLETE")
    assert {item.value for item in complete.get_completions(words[:-1], words[-1])} == found


def test_openapi_and_schema_print_and_write_the_same(tmp_path: Path) -> None:
    assert yaml.safe_load(run("openapi").output)["openapi"] == "3.1.0"
    target = tmp_path / "openapi.yaml"
    drifted = run("openapi", "--output", target, "--check")
    remedy = "run `make derive`, or this command without --check"
    assert (drifted.exit_code, drifted.output) == (1, f"{target}: has drifted from what it is derived from: {remedy}\n")
    assert run("openapi", "--output", target).exit_code == 0
    assert target.read_text() == run("openapi").output
    assert run("openapi", "--output", target, "--check").exit_code == 0
    assert run("schema", "--output", tmp_path).exit_code == 0
    assert (tmp_path / "events.json").read_text() == run("schema", "events").output


def test_coverage_shows_what_every_paragraph_gave(edit: Callable[..., Path], small: Path) -> None:
    result = run("coverage", "--dataset", small)
    assert result.exit_code == 0
    assert "    3  statements/2021-06-16-biden-accuses statements/2021-06-16-putin-denies" in result.output
    assert "    4  (A line of contact addresses.)" in result.output
    edit("sources/report.yaml", "paragraphs: 4", "paragraphs: 5")
    assert run("coverage", "--dataset", small, "--source", "nothing").exit_code == 2
    result = run("coverage", "--dataset", small)
    assert result.exit_code == 1
    assert "    5  NOT CODED" in result.output


def test_codebook_fills_the_generated_sections(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("Before\n<!-- begin counts -->\nold\n<!-- end counts -->\nAfter\n")
    assert run("codebook", page, "--check", "--dataset", SMALL).exit_code == 1
    assert run("codebook", page, "--dataset", SMALL).exit_code == 0
    assert "| `events` | 2 |" in page.read_text()
    assert page.read_text().startswith("Before\n")
    assert page.read_text().endswith("After\n")
    assert run("codebook", page, "--check", "--dataset", SMALL).exit_code == 0


def test_paths_are_those_that_the_reader_can_open(
    edit: Callable[..., Path], small: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    edit("topics/security.yaml", "name: Security\n", "")
    finding = "topics/security.yaml:1: name: is missing\n1 error\n"
    monkeypatch.chdir(small.parent)
    assert run("check", "--dataset", small.name).output == f"dataset {small}\n{small.name}/{finding}"
    assert run("check", "--dataset", small).output == f"dataset {small}\n{small.name}/{finding}"
    monkeypatch.setenv("DIPLOMATIC_EVENTS_DATASET", str(small))
    assert run("load").output == f"dataset {small}\n{small.name}/{finding}"
    missing = small.parent / "nowhere"
    assert run("check", "--dataset", "nowhere").output == f"dataset {missing}\nnowhere: no such folder\n1 error\n"
    monkeypatch.chdir(small)
    assert run("check").output == f"dataset {small}\n{finding}"
    monkeypatch.chdir(small / "events")
    assert run("check").output == f"dataset {small}\n{small}/{finding}"


def test_cite_prints_every_error_as_check_does(tmp_path: Path) -> None:
    places = ("--data-dir", tmp_path / "data", "--releases-dir", tmp_path / "releases")
    assert run("load", "--dataset", SMALL, "--data-dir", tmp_path / "data").exit_code == 0
    result = run("cite", "events?typ=summit&status=ocurred&actor=joe-bidden", *places)
    assert result.exit_code == 2
    assert "Error: Invalid query parameters: " in result.output
    assert re.search(r"^typ: is unknown; did you mean 'type'\? \(allowed: .*\btype\b.*\)$", result.output, re.MULTILINE)
    assert re.search(r"^status: .*; did you mean 'occurred'\? \(allowed: .*planned.*\)$", result.output, re.MULTILINE)
    assert re.search(r"^actor: 'joe-bidden' is not among the actors; did you mean 'joe-biden'\?", result.output, re.MULTILINE)
    result = run("cite", "event?type=summit", *places)
    assert "\nquery: 'event' is not a kind of record; did you mean 'events'? (allowed: events, " in result.output


@pytest.mark.parametrize(
    ("module", "command", "message"),
    [
        ("pyarrow", "release", "in a checkout run `make release`; elsewhere install the wheel "),
        ("psycopg.sql", "load", "install the wheel "),
        ("redis", "load", "install the wheel "),
    ],
)
def test_a_missing_extra_is_told_with_what_to_install(
    small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, module: str, command: str, message: str
) -> None:
    def lacks(*_: object) -> None:
        raise ModuleNotFoundError(name=module)

    monkeypatch.setattr("api.cli.publication.publish.publish", lacks)
    monkeypatch.setattr("api.cli.load.load_release", lacks)
    monkeypatch.setenv("DIPLOMATIC_EVENTS_DATA_DIR", str(tmp_path))
    result = run(command, "--dataset", small)
    extra = {"pyarrow": "release", "psycopg.sql": "postgresql", "redis": "redis"}[module]
    assert result.exit_code == 2
    assert f"Error: {module.partition('.')[0]} is missing: {message}" in result.output
    assert f"pip install 'diplomatic_events-{__version__}-py3-none-any.whl[{extra}]'\n" in result.output


def test_the_bundled_dataset_has_no_faults() -> None:
    result = run("check", "--dataset", DATASET)
    assert result.exit_code == 0, result.output
