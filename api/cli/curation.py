"""Commands for curators of the dataset: check, new, fmt, changes, coverage."""

import re
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import click

from ..config import Settings
from ..dataset import official_rows, reader, rules, shipped, yaml_files
from ..dataset.dataset import Dataset, part
from ..dataset.findings import DatasetError, Finding
from ..dataset.os_errors import dataset_errors, replace_text
from ..dataset.record import Entry
from ..dataset.template import scaffold
from ..dataset.warnings import warnings
from ..releases import publish
from ..resources import BY_KIND
from ..resources.resource import Resource
from ..schema import edtf
from ..schema.fields import is_id
from ..schema.walk import plain
from .common import FAULTY, a_folder, check_option, dataset_option, fail, progress, settings_of, shown, tell, watch_option
from .editors import EDITORS, write_schemas
from .watching import saved

MODELINE = re.compile("# (yaml-language-server|vim?|ex|-\\*-).*\n")  # what an editor reads in the first line


def ids_of(kind: str | None) -> Callable[[click.Context, click.Parameter, str], list[str]]:
    """Completes the ids of a kind's files in the shell; of the kind that was typed before, if none is named."""

    def complete(context: click.Context, parameter: click.Parameter, begun: str) -> list[str]:
        folder, wanted = context.params.get("folder") or Settings.read().dataset, kind or context.params["kind"]
        known = {path.stem for path in (folder / wanted).glob("*.yaml")} | {*(shipped.paths() if wanted == shipped.KIND else ())}
        return sorted(id for id in known if id.startswith(begun))

    return complete


@click.command()
@dataset_option
@watch_option
@click.option("--warnings", "warned", is_flag=True, help="List what is probably a mistake, too; the exit code stays 0.")
def check(folder: Path | None, watch: bool, warned: bool) -> None:
    """List the errors of the dataset, all in one run, each with file, line and key.

    What depends on a faulty key (the order of two dates of which one is no date) is checked once that is right.
    """
    root = settings_of(dataset=folder).dataset
    if not watch:
        sys.exit(0 if _check(root, warned) else FAULTY)
    for _ in saved(root):
        _check(root, warned)


def _check(root: Path, warned: bool) -> bool:
    """Tells the errors of a dataset, or that there are none; gives editors its ids as they are now, if they have such."""
    with progress("checking") as show, closing(reader.read(root, part(show, 0, 100))) as dataset:
        findings = rules.findings(dataset, part(show, 100, 1000))
        found = [] if findings else warnings(dataset)
        counts = ", ".join(counted(dataset.count(kind), BY_KIND[kind]) for kind in BY_KIND)
        if (root / EDITORS).is_dir():
            write_schemas(root / EDITORS, dataset)
    if findings:
        tell(findings)
        return False
    click.echo(f"no errors: {counts}")
    for warning in found if warned else ():
        click.echo(f"warning: {replace(warning, file=shown(warning.file))}")
    if found and not warned:
        click.echo(f"{len(found)} warning{'s' * (len(found) > 1)}: `check --warnings` lists them", err=True)
    return True


def counted(number: int, resource: Resource) -> str:
    """A number of records in words: `1 event`, `2 events`."""
    return f"{number} {resource.singular.replace('_', '-') if number == 1 else resource.kind}"


@click.command()
@click.argument("kind", type=click.Choice(list(BY_KIND)))
@click.argument("id", shell_complete=ids_of(None))
@dataset_option
@click.option("--date", help="Its date (EDTF), with which the id begins, too, as far as it is certain.")
@click.option("--type", help="The type of an event.", shell_complete=ids_of("event-types"))
def new(kind: str, id: str, folder: Path | None, date: str | None, type: str | None) -> None:
    """Start a record: writes <dataset>/KIND/ID.yaml with a hint on every key.

    Fill in the required keys, uncomment the optional ones that you need, then run `check` and `fmt`.

    After eval "$(_DIPLOMATIC_EVENTS_COMPLETE=bash_source diplomatic-events)" bash completes kinds, types and ids.
    """
    given = {key: value for key, value in (("date", date), ("type", type)) if value is not None}
    for key in given.keys() - BY_KIND[kind].schema.load_fields.keys():
        raise click.BadParameter(f"{kind} have no {key}", param_hint=f"--{key}")
    id = dated(id, date) if date else id
    if not is_id(id):
        raise click.BadParameter(f"{id!r} is not an id (a-z, 0-9 and single hyphens)", param_hint="ID")
    root = settings_of(dataset=folder).dataset
    path = root / kind / f"{id}.yaml"
    with dataset_errors(root, path, "created"):
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with path.open("x", encoding="utf-8") as file:
                file.write(scaffold(BY_KIND[kind], given))
        except FileExistsError:
            raise click.UsageError(f"{path} exists already") from None
    click.echo(path)


def dated(id: str, date: str) -> str:
    """An id that begins with a date, as far as that is certain. Raises BadParameter if it is none."""
    try:
        prefix = edtf.certain_prefix(edtf.bounds(date))
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--date") from None
    return id if not prefix or id.startswith(f"{prefix}-") else f"{prefix}-{id}"


@click.command()
@dataset_option
@check_option
def fmt(folder: Path | None, only_check: bool) -> None:
    """Write every file in its one canonical form: keys in order, hints removed."""
    root = settings_of(dataset=folder).dataset
    dataset = reader.read(root)
    changed, findings = [], dataset.findings.all()
    for entries in dataset.files.entries.values():
        for entry in entries.values():
            try:
                if _format(root, entry, only_check):
                    changed.append(entry.file)
            except DatasetError as error:
                findings += error.findings
    for name in changed:
        click.echo(f"{shown(name)}: {'is not' if only_check else 'is now'} in canonical form")
    if findings:
        fail(sorted(findings))
    sys.exit(FAULTY if only_check and changed else 0)


def _format(root: Path, entry: Entry, only_check: bool) -> bool:
    """Writes a record in canonical form unless `only_check`; returns whether it was in another form.

    Raises DatasetError if it has a comment that is no hint, or if the file cannot be read or written.
    """
    path = root / entry.file
    with dataset_errors(root, path, "read"):
        text = path.read_text(encoding="utf-8")
    modeline = MODELINE.match(text)
    canonical = (modeline[0] if modeline else "") + yaml_files.write_yaml(plain(entry.resource.schema, entry.record))
    if text == canonical:
        return False
    if lost := [line for line in yaml_files.comments(text) if not (modeline and line == 1)]:
        raise DatasetError([Finding(entry.file, lost[0], "", "`fmt` removes comments: move this text to the key `note`")])
    if not only_check:
        with dataset_errors(root, path, "written"):
            replace_text(path, canonical)
    return True


def _compare(dataset: Dataset, official: Path) -> None:
    found = official_rows.compare(dataset, official)
    click.echo(official_rows.table(found))
    for row in found.rows:
        if not row.records:
            reason = found.reasons.get((row.list, row.number), "NOT SETTLED")
            click.echo(f"theirs only  {row.list} {row.number}  {row.start}  {row.text}  ({reason})")
    for event in found.ours_only:
        click.echo(f"ours only    {event}")


@click.command()
@dataset_option
def changes(folder: Path | None) -> None:
    """Print a draft of the data changelog: what changed since the last published version."""
    dataset = reader.read(settings_of(dataset=folder).dataset)
    if dataset.findings:
        fail(dataset.findings.all())
    click.echo(publish.draft(dataset), nl=False)


@click.command()
@dataset_option
@click.option("--source", "only", help="Only this source.")
@click.option(
    "--official",
    type=a_folder(exists=True),
    help="A folder of extracts of official lists: print which of their rows have a record, and why others have none.",
)
def coverage(folder: Path | None, only: str | None, official: Path | None) -> None:
    """Print, for each source whose paragraphs are counted, which records every paragraph gave.

    With --official: the table of the codebook, then each row without a record and each meeting without a row.
    """
    with closing(reader.read(settings_of(dataset=folder).dataset)) as dataset:
        if official:
            _compare(dataset, official)
            return
        statistics, _ = rules.survey(dataset)
        if only and not dataset.has("sources", only):
            raise click.UsageError(f"there is no source {only!r}")
        missing = 0
        for id in sorted(statistics.counted):
            if only not in (None, id):
                continue
            source = dataset.at("sources", id).record
            reasons = {number: item["reason"] for item in source["not_coded"] for number in item["paragraphs"]}
            click.echo(f"{id}: {source['title']}")
            for number in range(1, source["paragraphs"] + 1):
                records = statistics.paragraphs[id, number].shown() if (id, number) in statistics.paragraphs else ""
                missing += not records and number not in reasons
                click.echo(f"{number:5}  {records or (f'({reasons[number]})' if number in reasons else 'NOT CODED')}")
        if dataset.findings:
            fail(dataset.findings.all())
    sys.exit(FAULTY if missing else 0)
