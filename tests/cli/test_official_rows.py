"""`coverage --official` tells which rows of official lists have an event, and why others have none."""

import csv
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from conftest import SMALL
from support import run

from api.dataset import official_rows

PAGE = "https://history.state.gov/departmenthistory/travels/president/russia"
LISTS = {one["name"]: one["file"] for one in yaml.safe_load((SMALL / "dataset.yaml").read_text())["official_lists"]}
HEAD = ("row_id", "role", "start", "place", "relation", "page_by_person", "page_by_country")
SUMMIT = "events/2021-06-16-geneva-summit.yaml"
STATEMENT = "statements/2021-06-16-putin-denies.yaml"


def extract(folder: Path, name: str, rows: list[tuple[str, ...]]) -> None:
    folder.mkdir(exist_ok=True)
    with (folder / LISTS[name]).open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([HEAD, *rows])


@pytest.fixture
def official(tmp_path: Path) -> Path:
    trips = [
        ("16", "president", "2021-06-16", "Geneva", "met_abroad", "", PAGE),
        ("17", "president", "2021-06-06", "Geneva", "met_abroad", "", PAGE),
        ("18", "president", "2021-06-16", "Geneva", "met_abroad", "", f"{PAGE}/another"),
    ]
    extract(tmp_path / "extracts", "trips", trips)
    extract(tmp_path / "extracts", "visits", [("7", "", "2021-06-16", "", "from_russia", "", PAGE)])
    return tmp_path / "extracts"


def cite(edit: Callable[..., Path], small: Path, locator: str) -> None:
    edit("sources/list.yaml", "", (small / "sources/treaty-text.yaml").read_text().split("url:")[0] + f"url: {PAGE}\n")
    text = (small / SUMMIT).read_text()
    edit(SUMMIT, "", f"{text}  - source: list\n    locator: {locator}\n")


@pytest.mark.parametrize(("locator", "matched"), [("Geneva, 16 June 2021", "trips 16"), ("row 17", "trips 17")])
def test_a_row_is_matched_by_its_page_and_its_first_day_or_number(
    edit: Callable[..., Path], small: Path, official: Path, locator: str, matched: str
) -> None:
    cite(edit, small, locator)
    told = run("coverage", "--dataset", small, "--official", official).output
    rows = {f"trips {number}" for number in (16, 17, 18)}
    assert {row for row in rows if f"theirs only  {row} " in told} == rows - {matched}
    assert "| trips: president, met abroad | 3 | 1 | 2 | not settled (2) |" in told
    assert "ours only" not in told


def test_what_has_no_event_is_told_with_its_reason_and_what_has_no_row_too(small: Path, official: Path) -> None:
    (small / official_rows.REASONS).write_text("list,row,reason\ntrips,17,a rest on the way\n")
    told = run("coverage", "--dataset", small, "--official", official).output
    assert "| trips: president, met abroad | 3 | 0 | 3 | not settled (2); a rest on the way (1) |" in told
    assert "theirs only  trips 17  2021-06-06  Geneva  (a rest on the way)" in told
    assert "ours only    2021-06-16-geneva-summit" in told
    assert run("check", "--dataset", small).exit_code == 0, "the reasons are part of a dataset"


def test_a_list_that_is_not_there_is_named(small: Path, official: Path) -> None:
    (official / LISTS["visits"]).unlink()
    result = run("coverage", "--dataset", small, "--official", official)
    assert result.exit_code == 2
    assert "visits_from_russia.csv: No such file" in result.output


def test_a_document_is_matched_by_its_address_in_an_event_or_a_statement(
    edit: Callable[..., Path], small: Path, official: Path
) -> None:
    pages = [f"https://history.state.gov/historicaldocuments/frus1/{document}" for document in ("d1", "d2", "d3")]
    about = (small / "dataset.yaml").read_text()
    (small / "dataset.yaml").write_text(
        about.replace("official_lists:\n", "official_lists:\n  - name: letters\n    file: letters.csv\n    of: documents\n")
    )
    with (official / "letters.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([("url", "kind", "date", "head"), *((page, "letter", "", "A letter") for page in pages)])
    for source, page, record in zip(("first", "second"), pages, (SUMMIT, STATEMENT), strict=False):
        edit(f"sources/{source}.yaml", "", (small / "sources/treaty-text.yaml").read_text().split("url:")[0] + f"url: {page}\n")
        edit(record, "", f"{(small / record).read_text()}  - source: {source}\n")
    told = run("coverage", "--dataset", small, "--official", official).output
    assert "| letters: letter | 3 | 2 | 1 | not settled (1) |" in told
    assert "theirs only  letters frus1/d3 " in told
