"""The command `diplomatic-events`.

Exit codes: 0 done, 1 the dataset or a derived file has faults (they are listed), 2 the command was not understood,
3 another load is running.
"""

import json
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

import click

from .. import __version__, config, server
from ..config import Settings
from ..dataset import reader, rules, yaml_files
from ..dataset.dataset import part
from ..dataset.findings import DatasetError, Finding
from ..dataset.template import scaffold
from ..problems import Problem
from ..query.citation import cite as make_citation
from ..query.citation import cited_query, verify
from ..releases import codebook, load, publish
from ..resources import BY_KIND, RESOURCES
from ..schema.fields import is_id
from ..schema.json_schema import json_schema
from ..schema.walk import plain
from ..storage import open_store
from ..web import openapi
from . import generated_docs

FAULTY, BUSY = 1, 3
HEALTH_TIMEOUT = 4  # seconds: less than a container engine waits for the command
dataset_option = click.option(
    "--dataset",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder of the dataset's text files. [default: DIPLOMATIC_EVENTS_DATASET, or the one that ships with this command]",
)
data_dir_option = click.option(
    "--data-dir",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder where loaded releases live. [default: DIPLOMATIC_EVENTS_DATA_DIR, or ./diplomatic-events-data]",
)
check_option = click.option("--check", "only_check", is_flag=True, help="Change nothing; exit with 1 if something would change.")


def settings_of(**options: Any) -> Settings:
    try:
        return Settings.read(**options)
    except ValueError as error:
        raise click.UsageError(str(error)) from None


@contextmanager
def progress(label: str) -> Iterator[Callable[[str, int, int], None]]:
    """A progress bar on a terminal; silent elsewhere."""
    if not sys.stderr.isatty():
        yield lambda step, done, of: None
        return
    with click.progressbar(length=1, label=label, file=sys.stderr, item_show_func=lambda step: step) as bar:

        def show(step: str, done: int, of: int) -> None:
            bar.length = of
            bar.update(done - bar.pos, step)

        yield show


def fail(findings: list[Finding]) -> NoReturn:
    for finding in findings:
        click.echo(str(finding))
    click.echo(f"{len(findings)} {'fault' if len(findings) == 1 else 'faults'}", err=True)
    sys.exit(FAULTY)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="diplomatic-events")
def main() -> None:
    """Diplomacy between the United States and Russia, as data: check it, load it, serve it.

    The dataset is a folder of text files. `check` tells every fault in them, `load` makes them a release, `serve`
    answers from the release over HTTP. Settings come from options, or from the environment as DIPLOMATIC_EVENTS_*.

    Exit codes: 0 done, 1 faults (they are listed), 2 not understood, 3 another load is running.
    """
    for name, meant in config.unknown().items():
        click.echo(f"warning: {name} is no setting" + (f"; did you mean {meant}?" if meant else ""), err=True)


@main.command("config")
def config_command() -> None:
    """Print every setting: its value, where that comes from (the environment or the default), and what it means.

    Passwords are not shown. A variable DIPLOMATIC_EVENTS_* that is no setting is warned of, as by every command.
    """
    for name, value, source, description in settings_of().listed():
        click.echo(f"{name}={value}  [{source}]\n    {description}")


@main.command()
@click.option("--host", help="Address of the server. [default: DIPLOMATIC_EVENTS_HOST, or 127.0.0.1]")
@click.option("--port", type=click.IntRange(1, 65535), help="Port of the server. [default: DIPLOMATIC_EVENTS_PORT, or 8000]")
def health(host: str | None, port: int | None) -> None:
    """Ask a running server whether it is ready; ends with 0 if it is, with 1 and the reason if it is not."""
    settings = settings_of(host=host, port=port)
    here = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.host, settings.host)  # noqa: S104  # one of all of them
    url = f"http://{f'[{here}]' if ':' in here else here}:{settings.port}/readyz"
    try:
        with urllib.request.urlopen(url, timeout=HEALTH_TIMEOUT) as answer:
            click.echo(answer.read().decode().strip())
    except urllib.error.HTTPError as error:
        with error:
            click.echo(f"{url}: {error} {error.read().decode().strip()}", err=True)
        sys.exit(FAULTY)
    except OSError as error:
        click.echo(f"{url}: {error}", err=True)
        sys.exit(FAULTY)


@main.command()
@dataset_option
def check(folder: Path | None) -> None:
    """Tell every fault of the dataset at once, each with file, line and key."""
    settings = settings_of(dataset=folder)
    try:
        with progress("checking") as show:
            found = reader.read(settings.dataset, part(show, 0, 100))
            faults = rules.findings(found, part(show, 100, 1000))
    except OSError as error:
        raise click.UsageError(f"cannot check {settings.dataset}: {error.strerror or error}") from None
    if faults:
        fail(faults)
    counts = ", ".join(f"{found.count(kind)} {kind}" for kind in BY_KIND)
    click.echo(f"no faults: {counts}")


def loaded(settings: Settings) -> None:
    """Loads the dataset and says what came of it; exits with the code that fits where it cannot."""
    began = time.monotonic()
    try:
        with progress("loading") as show:
            release, new = load.load(settings, show)
        if new:
            open_store(settings).took(time.monotonic() - began)
    except DatasetError as error:
        fail(error.findings)
    except BlockingIOError:
        click.echo(f"another load is running in {settings.data_dir}", err=True)
        sys.exit(BUSY)
    except OSError as error:
        raise click.UsageError(f"cannot load into {settings.data_dir}: {error.strerror or error}") from None
    click.echo(f"release {release.id} {'is loaded' if new else 'was loaded already'} in {settings.data_dir}", err=True)


@main.command("load")
@dataset_option
@data_dir_option
def load_command(folder: Path | None, data_dir: Path | None) -> None:
    """Check the dataset and make it the served release; a running server answers from it at once."""
    loaded(settings_of(dataset=folder, data_dir=data_dir))


@main.command()
@dataset_option
@data_dir_option
@click.option("--host", help="Address to listen on. [default: 127.0.0.1]")
@click.option("--port", type=click.IntRange(0, 65535), help="Port to listen on; 0 takes any free one. [default: 8000]")
@click.option("--workers", type=click.IntRange(1), help="Server processes. [default: 2]")
@click.option("--threads", type=click.IntRange(1), help="Threads of each process. [default: 4]")
@click.option("--load/--no-load", "fresh", default=True, help="Load the dataset first, if it is not loaded yet.")
def serve(folder: Path | None, data_dir: Path | None, fresh: bool, **options: Any) -> None:
    """Load the dataset if need be, and serve it over HTTP with gunicorn."""
    settings = settings_of(dataset=folder, data_dir=data_dir, **options)
    if fresh:
        loaded(settings)
    try:
        server.run(settings)
    except ModuleNotFoundError as error:
        extra = "redis" if error.name == "redis" else "postgresql"
        raise click.UsageError(f"{error.name} is missing: pip install 'diplomatic-events[{extra}]'") from None
    except OSError as error:
        raise click.UsageError(str(error)) from None


@main.command()
@click.argument("kind", type=click.Choice(list(BY_KIND)))
@click.argument("id")
@dataset_option
def new(kind: str, id: str, folder: Path | None) -> None:
    """Start a record: writes <dataset>/KIND/ID.yaml with a hint on every key.

    Fill in the required keys, uncover those optional ones that you need, then run `check` and `fmt`.
    """
    if not is_id(id):
        raise click.BadParameter(f"{id!r} is not an id: a-z, 0-9 and single hyphens", param_hint="ID")
    path = settings_of(dataset=folder).dataset / kind / f"{id}.yaml"
    if path.exists():
        raise click.UsageError(f"{path} exists already")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(scaffold(BY_KIND[kind]), encoding="utf-8")
    click.echo(path)


@main.command()
@dataset_option
@check_option
def fmt(folder: Path | None, only_check: bool) -> None:
    """Write every file in its one canonical form: keys in order, hints removed."""
    root = settings_of(dataset=folder).dataset
    found = reader.read(root)
    changed, faults = [], []
    for kind, entries in found.entries.items():
        for entry in entries.values():
            path = root / entry.file
            text = path.read_text(encoding="utf-8")
            canonical = yaml_files.write_yaml(plain(BY_KIND[kind].schema, entry.record))
            if text == canonical:
                continue
            if lost := yaml_files.comments(text):
                faults.append(Finding(entry.file, lost[0], "", "this comment would be lost: put it under note"))
                continue
            changed.append(entry.file)
            if not only_check:
                path.write_text(canonical, encoding="utf-8")
    for name in changed:
        click.echo(f"{name}: {'is not' if only_check else 'is now'} in canonical form")
    if faults or found.findings:
        fail(sorted([*faults, *found.findings.all()]))
    sys.exit(FAULTY if only_check and changed else 0)


def derived(path: Path, text: str, only_check: bool) -> bool:
    """Writes a derived file, or with `only_check` says whether it has drifted."""
    if path.exists() and path.read_text(encoding="utf-8") == text:
        return False
    if only_check:
        click.echo(f"{path}: has drifted from what it is derived from")
    else:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        click.echo(path)
    return True


@main.command("openapi")
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), help="File to write. [default: standard output]")
@check_option
def openapi_command(output: Path | None, only_check: bool) -> None:
    """Print the OpenAPI contract as YAML, or write it to a file."""
    if output is None:
        click.echo(openapi.as_yaml(), nl=False)
    else:
        sys.exit(FAULTY if derived(output, openapi.as_yaml(), only_check) and only_check else 0)


@main.command()
@click.argument("kind", type=click.Choice(list(BY_KIND)), required=False)
@click.option("--output", type=click.Path(path_type=Path, file_okay=False), help="Folder to write <kind>.json files to.")
@check_option
def schema(kind: str | None, output: Path | None, only_check: bool) -> None:
    """Print the JSON Schema of KIND's files, or write one for every kind; editors complete and check with them."""
    if output is None:
        if kind is None:
            raise click.UsageError("name a KIND, or a folder with --output")
        click.echo(codebook.json_text(json_schema(BY_KIND[kind].schema)), nl=False)
        return
    kinds = [BY_KIND[kind]] if kind else RESOURCES
    drifted = [derived(output / f"{r.kind}.json", codebook.json_text(json_schema(r.schema)), only_check) for r in kinds]
    sys.exit(FAULTY if only_check and any(drifted) else 0)


@main.command("codebook")
@click.argument("documents", nargs=-1, type=click.Path(path_type=Path, dir_okay=False, exists=True))
@dataset_option
@check_option
def codebook_command(documents: tuple[Path, ...], folder: Path | None, only_check: bool) -> None:
    """Bring the generated tables of DOCUMENTS up to date (README.md, dataset/README.md)."""
    found = reader.read(settings_of(dataset=folder).dataset)
    if found.findings:
        fail(found.findings.all())
    drifted = [derived(path, generated_docs.filled(path.read_text(encoding="utf-8"), found), only_check) for path in documents]
    sys.exit(FAULTY if only_check and any(drifted) else 0)


@main.command("release")
@dataset_option
@click.option(
    "--output", type=click.Path(path_type=Path, file_okay=False), help="Folder of published releases. [default: ./releases]"
)
def release_command(folder: Path | None, output: Path | None) -> None:
    """Publish the dataset's version: its files, with sums, and its manifest in the dataset.

    Refuses what the gate finds: faults, ids gone without a word, a version that is too small a step. A version that is
    published already must come out the same to the byte. Needs the extra `release`.
    """
    settings = settings_of(dataset=folder, releases_dir=output)
    try:
        with progress("publishing") as show:
            target, new_release = publish.publish(settings.dataset, settings.releases_dir, show)
    except DatasetError as error:
        fail(error.findings)
    except FileExistsError as error:
        fail([Finding(str(settings.releases_dir), 0, "", str(error))])
    except OSError as error:
        raise click.UsageError(f"cannot publish into {settings.releases_dir}: {error.strerror or error}") from None
    except ModuleNotFoundError as error:
        raise click.UsageError(f"{error.name} is missing: pip install 'diplomatic-events[release]'") from None
    click.echo(f"{target} {'is published' if new_release else 'was published already, and is the same to the byte'}")


@main.command()
@dataset_option
def changes(folder: Path | None) -> None:
    """Print a draft of the data changelog: what changed since the last published version."""
    click.echo(publish.draft(reader.read(settings_of(dataset=folder).dataset)), nl=False)


@main.command()
@click.argument("query", required=False)
@click.option(
    "--verify", "cited", type=click.Path(path_type=Path, dir_okay=False, exists=True), help="A citation, as JSON, to verify."
)
@click.option("--release", "version", help="The release to cite. [default: the loaded one]")
@data_dir_option
@click.option(
    "--releases-dir", type=click.Path(path_type=Path, file_okay=False), help="Folder of published releases. [default: ./releases]"
)
def cite(query: str | None, cited: Path | None, version: str | None, data_dir: Path | None, releases_dir: Path | None) -> None:
    """Cite a QUERY such as 'events?type=summit' as JSON, or verify a citation against its release.

    Ends with 0 if the citation holds and with 1 if it does not, telling what differs.
    """
    if (query is None) == (cited is None):
        raise click.UsageError("give either a QUERY, or a citation with --verify")
    settings = settings_of(data_dir=data_dir, releases_dir=releases_dir)
    store = open_store(settings)
    try:
        known = json.loads(cited.read_text(encoding="utf-8")) if cited else {}
        known = known.get("data", known)
        wanted = version or known.get("release", {}).get("version")
        checked = cited_query(query or known["query"], store, store.version(wanted) if wanted else None, wanted)
        answer = verify(checked, known["count"], known["sha256"]) if known else make_citation(checked, "/")
    except Problem as problem:
        raise click.UsageError(
            problem.body["detail"] + "".join(f" {e['detail']}" for e in problem.body.get("errors", []))
        ) from None
    except FileNotFoundError as missing:
        raise click.UsageError(f"version {missing} is neither published in {settings.releases_dir} nor loaded") from None
    except (ValueError, KeyError, TypeError, AttributeError):
        raise click.UsageError("that is not a citation") from None
    click.echo(codebook.json_text(answer), nl=False)
    sys.exit(FAULTY if known and not answer["valid"] else 0)


@main.command()
@dataset_option
@click.option("--source", "only", help="Only this source.")
def coverage(folder: Path | None, only: str | None) -> None:
    """Print, for each source whose paragraphs are counted, which records every paragraph gave."""
    found = reader.read(settings_of(dataset=folder).dataset)
    tally = rules.survey(found)[0].tally
    if only and not found.has("sources", only):
        raise click.UsageError(f"there is no source {only!r}")
    missing = 0
    for id in sorted(tally.counted):
        if only not in (None, id):
            continue
        source = found.at("sources", id).record
        reasons = {number: item["reason"] for item in source["not_coded"] for number in item["paragraphs"]}
        click.echo(f"{id}: {source['title']}")
        for number in range(1, source["paragraphs"] + 1):
            records = tally.paragraphs[id, number].shown() if (id, number) in tally.paragraphs else ""
            missing += not records and number not in reasons
            click.echo(f"{number:5}  {records or (f'({reasons[number]})' if number in reasons else 'NOT CODED')}")
    sys.exit(FAULTY if missing else 0)
