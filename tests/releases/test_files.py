"""The files of a release for research: each, read by its own reader, gives the records of NDJSON, field by field."""

import csv
import gzip
import io
import json
import re
import shutil
import sqlite3
import subprocess
import tomllib
import zipfile
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from functools import cache, lru_cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
import pandas
import pyarrow.parquet
import pytest
from conftest import DATASET, ROOT
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st
from programs import need
from support import released, run

from api.cli import publication
from api.dataset.findings import DatasetError
from api.releases import readers
from api.releases.files import FILES, dyads
from api.releases.files.datapackage import package
from api.releases.files.parquet import parquet_writer
from api.releases.files.sqlite import add_views, view_name
from api.releases.files.tables import tables
from api.resources import BY_KIND, RESOURCES
from api.schema.edtf import bounds
from api.schema.shape import Node, shape

Document = dict[str, Any]
Rows = dict[str, list[dict[str, Any]]]


@pytest.fixture(scope="module")
def folder(bundled_release: Path) -> Path:
    return bundled_release


@lru_cache(2)
def ndjson(folder: Path) -> dict[str, list[Document]]:
    return {
        kind: [json.loads(line) for line in gzip.decompress((folder / f"{kind}.ndjson.gz").read_bytes()).splitlines()]
        for kind in BY_KIND
    }


def expected(documents: dict[str, list[Document]]) -> Rows:
    """The tables that documents make, from their JSON alone: a mapping's keys are joined, a list's items stand elsewhere."""
    rows: Rows = {name: [] for name in tables()}

    def fill(row: dict[str, Any], value: Document, prefix: str, at: str, key: dict[str, Any]) -> None:
        for name, item in value.items():
            if isinstance(item, dict):
                fill(row, item, f"{prefix}{name}_", f"{at}{name}/", key)
            elif isinstance(item, list):
                for position, element in enumerate(item, 1):
                    child = {**key, "list": f"{at}{name}", "position": position}
                    rows[f"linked_{name}" if name in BY_KIND else name].append(child)
                    inner = element if isinstance(element, dict) else {"value": element}
                    fill(child, inner, "", f"{at}{name}/{position}/", key)
            elif item is not None:
                row[f"{prefix}{name}"] = item

    for kind, some in documents.items():
        for document in some:
            row: dict[str, Any] = {}
            rows[kind].append(row)
            value = {name: item for name, item in document.items() if name != "links"}
            fill(row, value, "", "", {"record_kind": kind, "record_id": document["id"]})
    return {name: ordered(some) for name, some in rows.items()}


def ordered(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(rows, key=lambda row: str([row.get(key) for key in ("id", "record_kind", "record_id", "list", "position")]))


READ = {"integer": int, "number": float, "boolean": {"true": True, "false": False}.__getitem__}


@lru_cache(2)
def from_csv(path: Path) -> Rows:
    """The tables of a zip of CSV files, typed by the data dictionary."""
    with zipfile.ZipFile(path) as archive:
        described = json.loads(archive.read("datapackage.json"))["resources"]
        texts = {d["name"]: archive.read(d["path"]).decode() for d in described}
    rows: Rows = {}
    for table in described:
        kinds = {field["name"]: READ.get(field["type"], str) for field in table["schema"]["fields"]}
        lines = csv.DictReader(io.StringIO(texts[table["name"]], newline=""))
        rows[table["name"]] = ordered([{k: kinds[k](cell) for k, cell in line.items() if cell != ""} for line in lines])
    return rows


def of_records(rows: Rows) -> Rows:
    """The tables without those made for analysis."""
    return {name: some for name, some in rows.items() if name in tables()}


def from_sqlite(database: sqlite3.Connection) -> Rows:
    with closing(database) as connection:
        connection.row_factory = sqlite3.Row
        rows = {}
        for name, table in tables().items():
            flags = {column.name for column in table.columns if column.type == "boolean"}
            lines = connection.execute(f'SELECT * FROM "{view_name(table)}"').fetchall()
            shown = [{k: bool(line[k]) if k in flags else line[k] for k in line.keys() if line[k] is not None} for line in lines]  # noqa: SIM118
            rows[name] = ordered(shown)
    return rows


def from_parquet(folder: Path, kind: str) -> list[Document]:
    """The documents of a Parquet file, days as text again."""

    def text(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: text(item) for key, item in value.items()}
        if isinstance(value, list):
            return [text(item) for item in value]
        return value.isoformat() if hasattr(value, "isoformat") else value

    return [text(row) for row in pyarrow.parquet.read_table(folder / f"{kind}.parquet").to_pylist()]


def without_links(documents: list[Document]) -> list[Document]:
    """Documents as files without addresses have them: these follow from the kind and the id."""
    return [{key: value for key, value in document.items() if key != "links"} for document in documents]


def test_every_file_gives_the_records_of_ndjson_field_by_field(folder: Path) -> None:
    documents = ndjson(folder)
    tidy = expected(documents)
    assert of_records(from_csv(folder / "csv.zip")) == tidy
    assert from_sqlite(sqlite3.connect(folder / "diplomatic-events.sqlite")) == tidy
    for kind, some in documents.items():
        assert from_parquet(folder, kind) == without_links(some)


@cache
def document(nodes: tuple[Node, ...]) -> st.SearchStrategy[Document]:
    """Any document of a shape, with nulls and empty lists wherever there can be some."""
    return st.fixed_dictionaries({node.name: value(node) for node in nodes})


TEXT = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=6) | st.sampled_from(
    [" | ", "\\", "-3.5", "=1+1", '"', "a,b", "NULL", "NA", "null", "true", "007", "1e5", " x "]
)
PLAIN: dict[str, st.SearchStrategy[Any]] = {
    "string": TEXT,
    "integer": st.integers(1, 2**53),
    "number": st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False),
    "boolean": st.booleans(),
    "date": st.dates().map(str),
}


@cache
def value(node: Node) -> st.SearchStrategy[Any]:
    one = document(node.parts) if node.parts else st.sampled_from(node.values) if node.values else PLAIN[node.type]
    if node.many:
        return st.lists(one, max_size=2)
    return one if node.required else st.none() | one


ABOUT_WORDS = ("name", "title", "version", "digest", "licence", "licence_url", "description", "released", "coverage")


def content(kind: str, documents: list[Document]) -> Any:
    """The content of a release that has these documents of one kind, and no others."""
    connection = sqlite3.connect(":memory:")
    for resource in RESOURCES:
        connection.execute(f'CREATE TABLE "{resource.model._meta.table_name}" (seq INTEGER PRIMARY KEY, id TEXT, document TEXT)')
    name = BY_KIND[kind].model._meta.table_name
    connection.executemany(
        f'INSERT INTO "{name}" VALUES (?, ?, ?)', [(n, d["id"], json.dumps(d)) for n, d in enumerate(documents)]
    )
    connection.commit()
    words = dict.fromkeys(ABOUT_WORDS, "x")
    lists: dict[str, Any] = {"creators": [], "keywords": [], "countries": []}
    about = {**words, **lists, "counts": {k: len(documents) if k == kind else 0 for k in BY_KIND}}
    release = SimpleNamespace(
        about=about, database=SimpleNamespace(connection=lambda: connection), once=lambda key, compute: None
    )
    return SimpleNamespace(documents=lambda r: iter(documents if r.kind == kind else []), release=release)


@pytest.mark.parametrize("examples", [4, pytest.param(15, marks=pytest.mark.trials)])
@pytest.mark.parametrize("kind", BY_KIND)
def test_any_record_comes_back_from_every_file(
    kind: str, examples: int, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    for rows in ("dyads.dyad_rows", "treaties.treaty_rows"):  # which need records that fit together
        monkeypatch.setattr(f"api.releases.files.{rows}", lambda content: iter(()))

    @settings(max_examples=examples)
    @given(st.lists(document(shape(BY_KIND[kind].schema)), max_size=2, unique_by=lambda d: d["id"]))
    def comes_back(documents: list[Document]) -> None:
        made, folder = content(kind, documents), tmp_path_factory.mktemp("any")
        tidy = expected({kind: documents})
        package(made, folder / "csv.zip")
        assert of_records(from_csv(folder / "csv.zip")) == tidy
        connection = made.release.database.connection()
        add_views(connection)
        assert from_sqlite(connection) == tidy
        parquet_writer(BY_KIND[kind])(made, folder / f"{kind}.parquet")
        assert from_parquet(folder, kind) == documents

    comes_back()


def test_nothing_pairs_the_wrong_values(folder: Path) -> None:
    """The numbers of an event each with what it counts; the actions of a treaty of which one sets an end."""
    tidy = from_csv(folder / "csv.zip")
    numbers = {d["id"]: [(q["value"], q["of"]) for q in d["quantities"]] for d in ndjson(folder)["events"] if d["quantities"]}
    assert max(map(len, numbers.values())) > 1
    for id, pairs in numbers.items():
        assert [(q["value"], q["of"]) for q in tidy["quantities"] if q["record_id"] == id] == pairs
    start = [a for a in tidy["actions"] if a["record_id"] == "new-start"]
    assert {a["kind"] for a in start if "until_edtf" in a} <= {"entered_into_force", "extended"}
    assert not [cell for rows in tidy.values() for row in rows for cell in row.values() if " | " in str(cell)]
    query = (
        f"SELECT a.kind, a.until.edtf FROM (SELECT unnest(actions) a FROM '{folder}/agreements.parquet' WHERE id = 'new-start')"
    )
    assert sorted(duckdb.sql(query).fetchall(), key=str) == sorted(((a["kind"], a.get("until_edtf")) for a in start), key=str)


def columns_of(package: Document) -> Iterator[tuple[str, Document]]:
    return ((table["name"], field) for table in package["resources"] for field in table["schema"]["fields"])


# What cannot be the name of a variable, in Stata or in R.
RESERVED = (
    r"_all|_b|byte|_coef|_cons|double|float|if|in|int|long|_n|_N|_pi|_pred|_rc|_skip|str\d+|strL|using|with|"
    "else|repeat|while|function|for|next|break|TRUE|FALSE|NULL|Inf|NaN|NA"
)


def parts(field: Any) -> Iterator[Any]:
    """An Arrow field, and those within it."""
    yield field
    inner = field.type.value_type if pyarrow.types.is_list(field.type) else field.type
    for number in range(inner.num_fields if pyarrow.types.is_struct(inner) else 0):
        yield from parts(inner.field(number))


def test_every_column_is_in_the_dictionary_under_a_name_that_stata_and_r_take(folder: Path) -> None:
    with zipfile.ZipFile(folder / "csv.zip") as archive:
        described = json.loads(archive.read("datapackage.json"))
        for table in described["resources"]:
            header = next(csv.reader(io.StringIO(archive.read(table["path"]).decode())))
            assert header == [field["name"] for field in table["schema"]["fields"]]
    codebook = (folder / "codebook.html").read_text()
    for table, field in columns_of(described):
        assert field["description"], (table, field)
        name = field["name"] if not table.startswith("treaty_") else field["name"].lower()  # names of manytreaties
        assert re.fullmatch("[a-z][a-z0-9_]{0,31}", name), (table, name)
        assert not re.fullmatch(RESERVED, field["name"]), (table, name)
        assert f"<code>{field['name']}</code>" in codebook
    for kind in BY_KIND:
        schema = pyarrow.parquet.read_schema(folder / f"{kind}.parquet")
        assert json.loads(schema.metadata[b"release"])["version"] == described["version"]
        for field in (part for name in schema.names for part in parts(schema.field(name))):
            assert field.metadata[b"description"], field
            assert field.metadata[b"missing"], field


def test_pandas_reads_the_same_cells(folder: Path) -> None:
    tidy = from_csv(folder / "csv.zip")
    with zipfile.ZipFile(folder / "csv.zip") as archive:
        for name, rows in tidy.items():
            frame = pandas.read_csv(archive.open(f"{name}.csv"), dtype=str, keep_default_na=False, na_values=[""])
            assert int(frame.notna().to_numpy().sum()) == sum(map(len, rows)), name


def test_dyads_count_as_the_interface_does(folder: Path, client: FlaskClient) -> None:
    with zipfile.ZipFile(folder / "csv.zip") as archive:
        events = pandas.read_csv(archive.open("dyad_events.csv"), dtype={"cameo": str})
        by_year = pandas.read_csv(archive.open("dyad_years.csv"))
    assert set(events["event_id"]) == {d["id"] for d in ndjson(folder)["events"]}
    single = events.drop_duplicates("event_id").dropna(subset=["earliest", "latest"])
    counted: Counter[str] = Counter()
    for first, last in zip(single["earliest"].str[:4].astype(int), single["latest"].str[:4].astype(int), strict=True):
        counted.update(map(str, range(first, last + 1)))
    groups = client.get("/v1/aggregates/events?by=year").get_json()["data"]
    assert counted == {g["year"]: g["count"] for g in groups if g["year"]}
    assert (by_year["certain"] <= by_year["occurred"]).all()
    assert (by_year["occurred"] <= by_year["events"]).all()
    (row,) = by_year[
        by_year["source_state"].eq("united-states") & by_year["target_state"].eq("russia") & by_year["year"].eq(2021)
    ].to_dict("records")
    both = events[
        events["source_state"].eq("united-states") & events["target_state"].eq("russia") & events["status"].eq("occurred")
    ]
    both = both[both["earliest"].str[:4].eq("2021") & both["latest"].str[:4].eq("2021")].drop_duplicates("event_id")
    doubtful = {d["id"] for d in ndjson(folder)["events"] if d["date"]["uncertain"] or d["date"]["approximate"]}
    assert row["certain"] == len(set(both["event_id"]) - doubtful)


def test_dyads_say_what_is_disputed_one_sided_and_machine_made(folder: Path) -> None:
    tidy, documents = from_csv(folder / "csv.zip"), {d["id"]: d for d in ndjson(folder)["events"]}
    for row in tidy["dyad_events"]:
        for key in ("status", "coding", "disputed", "one_sided"):
            assert row[key] == documents[row["event_id"]][key], row["event_id"]
    years = tidy["dyad_years"]
    for row in years:
        occurred = {
            e["event_id"]: e
            for e in tidy["dyad_events"]
            if (e.get("source_state"), e.get("target_state"), e["status"])
            == (row["source_state"], row["target_state"], "occurred")
            and e["earliest"][:4] <= str(row["year"]) <= e["latest"][:4]
        }
        assert row["disputed"] == sum(e["disputed"] for e in occurred.values()), row["year"]
        assert row["one_sided"] == sum(e["one_sided"] for e in occurred.values()), row["year"]
        assert row["curated"] == sum(e["coding"] == "curated" for e in occurred.values()), row["year"]
    assert sum(row["disputed"] for row in years) > 0
    assert sum(row["one_sided"] for row in years) > 0


def test_codes_of_states_hold_on_the_day(folder: Path) -> None:
    rows = from_csv(folder / "csv.zip")["dyad_events"]
    for row in rows:
        for side in ("source", "target"):
            if row.get(f"{side}_iso") == "SUN":
                assert row.get("earliest", "") <= "1992-08-30", row["event_id"]
            if row.get(f"{side}_iso") == "RUS":
                assert row.get("latest", "9999") >= "1991-07-31", row["event_id"]
    assert {row["source_iso"] for row in rows if row.get("source_actor") == "united-states"} == {"USA"}


def test_every_dyad_of_states_has_their_codes(folder: Path) -> None:
    """The numbers of both lists on every row with a state, one and the same for a state and all who act for it."""
    tidy = from_csv(folder / "csv.zip")
    coded = {actor["id"] for actor in ndjson(folder)["actors"] if actor["codes"]}
    found: dict[str, set[tuple[int, int]]] = {}
    for row in (*tidy["dyad_events"], *tidy["dyad_years"]):
        for side in ("source", "target"):
            if row.get(f"{side}_state") in coded:
                numbers = row.get(f"{side}_cow"), row.get(f"{side}_gw")
                assert None not in numbers, row
                found.setdefault(row[f"{side}_state"], set()).add(numbers)
    assert {id: found[id] for id in ("united-states", "russia", "soviet-union", "germany", "ukraine")} == {
        "united-states": {(2, 2)},
        "russia": {(365, 365)},
        "soviet-union": {(365, 365)},
        "germany": {(255, 260)},
        "ukraine": {(369, 369)},
    }


@pytest.mark.parametrize(
    ("state", "edtf", "expected"),
    [
        ("DEU", "1987-06-12", ("germany", "DEU", 260, 260)),
        ("DEU", "1990-10-02", ("germany", "DEU", 260, 260)),
        ("DEU", "1990-10-03", ("germany", "DEU", 255, 260)),
        ("DEU", "1990-10", ("germany", "DEU", None, 260)),
        ("DEU", "1950", ("germany", "DEU", None, 260)),
        ("SUN", "1987-12-08", ("soviet-union", "SUN", 365, 365)),
        ("RUS", "1987-12-08", (None, None, None, None)),
        ("RUS", "2021-06-16", ("russia", "RUS", 365, 365)),
        ("SUN", "2021-06-16", (None, None, None, None)),
        ("UKR", "1991-12-05", ("ukraine", "UKR", None, 369)),
        ("UKR", "1994-12-05", ("ukraine", "UKR", 369, 369)),
        ("BLR", "1991-08-25", ("belarus", "BLR", None, 370)),
    ],
)
def test_codes_are_those_of_the_day(folder: Path, state: str, edtf: str, expected: tuple[Any, ...]) -> None:
    """Germany changes its number in one list and not in the other; a month in which it changes leaves it open."""
    states = {d["id"]: d for d in ndjson(folder)["actors"] if d["kind"] == "state"}
    known = dyads.Codes({**states, "somebody": {"kind": "person", "country": state}}, {})
    days = bounds(edtf)
    date = {"earliest": days.earliest.isoformat(), "latest": days.latest.isoformat()}
    assert known.state("somebody", {"date": date}) == expected


def test_codes_are_those_of_states_each_with_two_sources(folder: Path) -> None:
    for actor in ndjson(folder)["actors"]:
        assert not actor["codes"] or actor["kind"] == "state", actor["id"]
        for code in actor["codes"]:
            assert len({citation["source"]["id"] for citation in code["citations"]}) == 2, actor["id"]


def test_r_reads_the_tables_and_gives_the_same_sums(folder: Path, tmp_path: Path) -> None:
    program = need("Rscript")
    tidy = from_csv(folder / "csv.zip")
    script = """
    for (name in commandArgs(TRUE)[-1]) {
      frame <- read.csv(unz(commandArgs(TRUE)[1], paste0(name, ".csv")), na.strings = "", encoding = "UTF-8")
      numbers <- sum(sapply(frame, function(column) if (is.numeric(column)) sum(column, na.rm = TRUE) else 0))
      cat(name, nrow(frame), sum(!is.na(frame)), format(numbers, digits = 15), "\\n")
    }"""
    names = ["dyad_events", "dyad_years", "quantities", "actions", "participants"]
    command = [program, "-e", script, str(folder / "csv.zip"), *names]
    lines = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
    for name, line in zip(names, lines, strict=True):
        rows = tidy[name]
        read, count, cells, numbers = line.split()
        assert (read, int(count), int(cells)) == (name, len(rows), sum(map(len, rows)))
        sums = sum(c for row in rows for key, c in row.items() if type(c) in (int, float))
        extra = sum(int(row["cameo"]) for row in rows if "cameo" in row)  # R reads the code as a number
        assert float(numbers) == pytest.approx(sums + extra), name


def test_r_reads_the_documents_by_the_line_that_is_given_for_it(folder: Path) -> None:
    program, path, documents = need("Rscript"), folder / "events.ndjson.gz", ndjson(folder)["events"]
    line = FILES[path.name].open["r"].replace("URL", path.as_uri())
    script = f"""
    frame <- {line}
    cat(nrow(frame), sum(sapply(frame$participants, NROW)), sum(frame$disputed), range(frame$date$earliest, na.rm = TRUE))
    """
    told = subprocess.run([program, "-e", script], check=True, capture_output=True, text=True).stdout.splitlines()[-1].split()
    days = sorted(d["date"]["earliest"] for d in documents if d["date"]["earliest"])
    sums = [len(documents), sum(len(d["participants"]) for d in documents), sum(d["disputed"] for d in documents)]
    assert told[-5:] == [*map(str, sums), days[0], days[-1]]


# The columns of agreements$GGO and parties$GGO of the R package manytreaties 1.0.0, and of references$ECOLEX_REF of manyenviron.
MANYTREATIES = {
    "treaty_agreements": "treatyID Title Begin End Signature Force Term Grounds TypeDomain TypeAgree TypeAmbit "
    "TypeGeo TypeSubject Location Depository Published Secretariat Website TitleAlt Language Languages Text TextURL Coder "
    "Comments Source",
    "treaty_memberships": "stateID treatyID Title Begin End Signature StateSignature StateRatification Force StateForce Term "
    "StateEnd Coder Comments",
    "treaty_references": "treatyID1 treatyID2 RefType",
}


def test_treaties_have_the_names_of_manytreaties(folder: Path) -> None:
    with zipfile.ZipFile(folder / "csv.zip") as archive:
        described = {table["name"]: table for table in json.loads(archive.read("datapackage.json"))["resources"]}
    for name, theirs in MANYTREATIES.items():
        ours = [field["name"] for field in described[name]["schema"]["fields"]]
        assert {column for column in ours if column != column.lower()} <= set(theirs.split()), name
        assert {"disputed", "one_sided"} <= {column for column in ours if column == column.lower()}
    tidy = from_csv(folder / "csv.zip")
    documents = ndjson(folder)["agreements"]
    (start,) = [row for row in tidy["treaty_agreements"] if row["treatyID"] == "new-start"]
    assert (start["Begin"], start["Signature"], start["Force"], start["End"]) == (
        *("2010-04-08", "2010-04-08", "2011-02-05", "2026-02-05"),
    )
    assert (start["TypeAgree"], start["kind"], start["status"]) == ("Agreement", "treaty", "ended")
    assert len(tidy["treaty_agreements"]) == len(documents)
    assert {row["stateID"] for row in tidy["treaty_memberships"] if row["treatyID"] == "new-start"} == {"USA", "RUS"}
    bound = {(row["treatyID"], row["actor"]): (row.get("StateForce"), row.get("StateEnd")) for row in tidy["treaty_memberships"]}
    assert bound["open-skies-treaty", "russia"] == ("2002-01-01", "2021-12-18"), "it left, and others are still bound"
    assert bound["open-skies-treaty", "canada"] == ("2002-01-01", None)
    assert bound["cfe-treaty", "soviet-union"] == (None, None), "it was gone before the entry into force"
    states = {(row["treatyID"], row["actor"]): row["status"] for row in tidy["treaty_memberships"]}
    assert (states["open-skies-treaty", "russia"], states["open-skies-treaty", "canada"]) == ("ended", "in_force")
    assert {row["RefType"] for row in tidy["treaty_references"]} >= {"Extends", "Supersedes", "Cites"}
    assert len(tidy["treaty_references"]) == sum(
        len({(r["relation"], r["agreement"]["id"]) for r in d["relations"]}) for d in documents
    )


def test_the_folder_says_what_it_is_and_on_what_terms(folder: Path) -> None:
    readme = (folder / "README.md").read_text()
    assert "Cite as: " in readme
    assert "Read columns of the type `string` as text" in readme, "or codes lose the zeros that they begin with"
    assert "https://creativecommons.org/licenses/by/4.0/" in (folder / "LICENSE").read_text()


def test_the_raw_codings_are_published_with_the_reliability_computed_from_them(folder: Path) -> None:
    with zipfile.ZipFile(folder / "reliability.zip") as archive:
        codings = DATASET / "reliability"
        parts = [part for part in codings.rglob("*") if part.is_file()]
        assert len({part.parent for part in parts}) > 1, "a folder for each set of units"
        for part in parts:
            assert archive.read(part.relative_to(codings).as_posix()) == part.read_bytes()
        table = archive.read("reliability.md").decode()
    assert table.split("\n\n")[1].strip() in (DATASET / "README.md").read_text(encoding="utf-8")
    assert table.count("| `kind` |") == len({part.parent for part in parts})


@pytest.mark.trials  # in short: the files of a release are read by these readers one by one, here and in test_publish.py
def test_independent_readers_must_agree_before_anything_is_published(
    folder: Path, small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    counts = {kind: len(documents) for kind, documents in ndjson(folder).items()}
    lines = readers.verify(folder, counts)
    assert [line.split()[0] for line in lines] == list(readers.READERS)
    with pytest.raises(DatasetError) as refused:
        readers.verify(folder, {**counts, "events": 1})
    assert len(refused.value.findings) == sum("read" in line.split() for line in lines)
    monkeypatch.setattr(readers.shutil, "which", lambda program: None)
    monkeypatch.setitem(readers.READERS, "SQLite", lambda folder, kinds: {}[folder])
    result = released("--dataset", small, "--output", tmp_path)
    assert result.exit_code == 1
    assert "SQLite cannot read the release" in result.output
    assert not [path for path in tmp_path.iterdir() if path.name[0].isdigit()]
    monkeypatch.setitem(readers.READERS, "SQLite", readers._sqlite)
    monkeypatch.setattr(readers, "find_spec", lambda module: None if module == "pandas" else module)
    result = run("release", "--dataset", small, "--output", tmp_path)
    assert result.exit_code == 2
    assert "pandas is missing: in a checkout run `make release`; elsewhere install the wheel" in result.output
    monkeypatch.setattr(readers, "find_spec", lambda module: module)
    lines = run("release", "--dataset", small, "--output", tmp_path).stdout.splitlines()
    assert [line.split()[0] for line in lines[:-1]] == list(readers.READERS), "and nobody can publish with fewer"
    assert lines[-2] == "R is not installed: nothing was read with it"


def test_whoever_publishes_cannot_choose_the_readers(small: Path, tmp_path: Path) -> None:
    assert "reader" not in {parameter.name for parameter in publication.release.params}
    assert run("release", "--dataset", small, "--output", tmp_path, "--reader", "SQLite").exit_code == 2


def test_a_table_that_lost_a_row_is_told(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Records are counted against the database, rows of all other tables against the data package."""
    counts = {kind: len(documents) for kind, documents in ndjson(folder).items()}
    with zipfile.ZipFile(folder / "csv.zip") as whole, zipfile.ZipFile(tmp_path / "csv.zip", "w") as less:
        for name in whole.namelist():
            lines = whole.read(name).splitlines(keepends=True)
            less.writestr(name, b"".join(lines[:-1] if name == "dyad_years.csv" else lines))
        left = len(whole.read("dyad_years.csv").splitlines()) - 2
    every = readers.READERS
    for reader in ("pandas", *(["R"] if shutil.which("Rscript") else [])):
        monkeypatch.setattr(readers, "READERS", {reader: every[reader]})
        with pytest.raises(DatasetError) as refused:
            readers.verify(tmp_path, counts)
        assert str(refused.value.findings[0]).endswith(f'{reader} counts other records: {{"dyad_years": {left}}}')


def test_every_reader_at_the_gate_comes_with_the_extra_that_publishing_needs() -> None:
    extra = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]["release"]
    names = {re.split("[<>=]", requirement)[0] for requirement in extra}
    assert set(readers.MODULES) < names
    assert {name.lower() for name in readers.READERS} - {"sqlite", "r"} == set(readers.MODULES)
