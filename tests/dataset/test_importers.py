"""Machine-coded events become a dataset that `check` accepts, never above `alleged`; bad lines are told by number."""

import csv
import gzip
import io
import json
import zipfile
from pathlib import Path

import pytest
from conftest import SMALL
from support import run

from api.config import Settings
from api.dataset.importers import LAYOUTS
from api.releases import load
from api.web.app import create_app

ICEWS = (
    "Event ID", "Event Date", "Source Name", "Source Sectors", "Source Country", "Event Text", "CAMEO Code", "Intensity",
    "Target Name", "Target Sectors", "Target Country", "Story ID", "Sentence Number", "Publisher", "City", "District",
    "Province", "Country", "Latitude", "Longitude",
)  # fmt: skip


def gdelt(id: str, day: str, one: tuple[str, str, str], two: tuple[str, str, str], code: str, columns: int = 58) -> str:
    row = [id, day, day[:6], day[:4], f"{day[:4]}.5", *one, *[""] * 7, *two, *[""] * 7, "1", code, code[:3], code[:2], "1", "7.0"]
    row += ["5", "1", "5", "2.5"]
    return (
        "\t".join([*row, *[""] * (columns - len(row) - 1), "https://example.org/report" if columns > 57 else "20210616"]) + "\n"
    )


def icews(id: str, day: str, source: tuple[str, str, str], text: str, code: str, target: tuple[str, str, str]) -> str:
    return "\t".join([id, day, *source, text, code, "7", *target, "47", "2", "A paper", *["NA"] * 4, "1", "2"]) + "\n"


USA, RUS = ("USA", "UNITED STATES", "USA"), ("RUS", "RUSSIA", "RUS")
LINES = {
    "gdelt": [
        gdelt("1", "20210616", USA, ("RUSGOV", "VLADIMIR PUTIN", "RUS"), "046"),
        gdelt("2", "20210617", RUS, ("", "", ""), "0211", 57),
        gdelt("3", "20210617", USA, ("DEU", "GERMANY", "DEU"), "010", 61),
    ],
    "icews": [
        "\t".join(ICEWS) + "\n",
        icews("1", "2021-06-16", ("United States", "NA", "United States"), "Engage in negotiation", "046",
              ("Vladimir Putin", "Executive,Government", "Russian Federation")),
        icews("2", "2021-06-17", ("Russia", "NA", "Russian Federation"), "Appeal for economic cooperation", "0211", ("NA",) * 3),
        icews("3", "2021-06-17", ("United States", "NA", "United States"), "Make statement", "010", ("Germany", "NA", "Germany")),
    ],
    "plover": [
        json.dumps({"id": "A-1", "date": "2021-06-16", "actor": [{"code": "USA"}], "event": ["CONSULT"], "mode": ["multilateral"],
                    "recipient": [{"code": "RUS", "sector": "GOV", "identifier_text": "Vladimir Putin"}]}) + "\n",
        json.dumps({"id": "A-2", "date": "2021-06-17", "actor": [{"code": "RUS"}], "event": ["REQUEST"]}) + "\n",
        json.dumps({"id": "A-3", "date": "2021-06-17", "actor": [{"code": "USA"}, {"code": "DEU"}],
                    "event": ["AGREE", "AID"]}) + "\n",
    ],
}  # fmt: skip
EVENTS = {"gdelt": 3, "icews": 3, "plover": 4}  # an event for each category that a line of PLOVER has


def written(folder: Path, layout: str, lines: list[str]) -> Path:
    path = folder / f"{layout}.txt"
    path.write_text("".join(lines), encoding="utf-8")
    return path


def records(folder: Path, kind: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in (folder / f"{kind}.jsonl").read_text(encoding="utf-8").splitlines()]


def test_every_layout_is_tried() -> None:
    assert set(LINES) == set(LAYOUTS)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_layout_becomes_a_dataset_of_alleged_events(layout: str, tmp_path: Path) -> None:
    made = tmp_path / "made"
    result = run("import", layout, written(tmp_path, layout, LINES[layout]), made)
    assert result.exit_code == 0, result.output
    events = records(made, "events")
    assert len(events) == EVENTS[layout]
    assert {(event["status"], event["coding"]) for event in events} == {("alleged", "machine")}
    assert len({actor["id"] for actor in records(made, "actors")}) == 4
    assert {actor["country"]: actor["name"] for actor in records(made, "actors") if actor["kind"] == "state"} == {
        "USA": "United States", "RUS": "Russian Federation", "DEU": "Germany"
    }  # fmt: skip
    checked = run("check", "--dataset", made)
    assert checked.exit_code == 0, checked.output
    first = events[0]
    assert first["date"] == "2021-06-16"
    assert [who["role"] for who in first["participants"]] == ["source", "target"]  # type: ignore[attr-defined]
    assert (made / "event-types" / f"{first['type']}.yaml").is_file()


def test_only_events_between_the_countries_that_are_asked_for_are_taken(tmp_path: Path) -> None:
    path, made = written(tmp_path, "gdelt", LINES["gdelt"]), tmp_path / "made"
    assert run("import", "gdelt", path, made, "--between", "USA", "--between", "RUS").exit_code == 0
    assert [event["id"] for event in records(made, "events")] == ["2021-06-16-gdelt-1"]
    assert run("import", "gdelt", path, tmp_path / "b", "--between", "USA").exit_code == 2
    refused = run("import", "gdelt", path, tmp_path / "b", "--between", "USA", "--between", "Russia")
    assert (refused.exit_code, "'Russia'" in refused.output) == (2, True)


BAD = {
    "gdelt": ["1\t2\n", LINES["gdelt"][0].replace("20210616", "20210631", 1), LINES["gdelt"][0].replace("\t046\t", "\tX\t"),
              "\n"],
    "icews": ["1\t2\n", LINES["icews"][1].replace("2021-06-16", "16.6.2021"), LINES["icews"][1].replace("\t046\t", "\t\t")],
    "plover": ["{\n", "[]\n", '{"id": "A-4"}\n', LINES["plover"][0].replace("CONSULT", "FIGHT"),
               LINES["plover"][1].replace('{"code": "RUS"}', "{}")],
}  # fmt: skip


@pytest.mark.parametrize("layout", LAYOUTS)
def test_bad_lines_are_told_by_number_and_left_out(layout: str, tmp_path: Path) -> None:
    lines, made = [*LINES[layout], *BAD[layout], LINES[layout][-1]], tmp_path / "made"  # the last one has an id that was there
    path = written(tmp_path, layout, lines)
    result = run("import", layout, path, made)
    assert result.exit_code == 1
    told = {
        int(line.removeprefix(f"{path}:").split(":")[0]) for line in result.output.splitlines() if line.startswith(f"{path}:")
    }
    assert told == set(range(len(LINES[layout]) + 1, len(lines) + 1))
    assert len(records(made, "events")) == EVENTS[layout]


def test_a_file_of_another_layout_makes_nothing(tmp_path: Path) -> None:
    path, made = written(tmp_path, "gdelt", LINES["gdelt"]), tmp_path / "made"
    result = run("import", "icews", path, made)
    assert result.exit_code == 2
    assert "is not the header of ICEWS: it has no Event ID" in result.output
    assert "there is no event in gdelt.txt" in result.output
    assert [each.name for each in tmp_path.iterdir()] == ["gdelt.txt"]


def test_a_folder_with_files_is_not_written_into(tmp_path: Path) -> None:
    (tmp_path / "made").mkdir()
    (tmp_path / "made" / "mine.txt").write_text("mine")
    result = run("import", "gdelt", written(tmp_path, "gdelt", LINES["gdelt"]), tmp_path / "made")
    assert (result.exit_code, "it exists, and is not empty" in result.output) == (2, True)
    assert (tmp_path / "made" / "mine.txt").read_text() == "mine"


def test_compressed_files_are_read_as_they_are_published(tmp_path: Path) -> None:
    text = "".join(LINES["gdelt"]).encode()
    packed, archive = tmp_path / "a.CSV.gz", tmp_path / "b.CSV.zip"
    packed.write_bytes(gzip.compress(text))
    with zipfile.ZipFile(archive, "w") as made:
        made.writestr("b.CSV", text)
    for number, path in enumerate((packed, archive)):
        assert run("import", "gdelt", path, tmp_path / f"made{number}").exit_code == 0
        assert len(records(tmp_path / f"made{number}", "events")) == 3
    archive.write_bytes(b"no archive")
    assert run("import", "gdelt", archive, tmp_path / "broken").exit_code == 2


def test_no_machine_coded_event_is_more_than_alleged(tmp_path: Path) -> None:
    made = tmp_path / "made"
    run("import", "gdelt", written(tmp_path, "gdelt", LINES["gdelt"]), made)
    path = made / "events.jsonl"
    path.write_text(path.read_text().replace('"status": "alleged"', '"status": "occurred"', 1))
    result = run("check", "--dataset", made)
    assert (result.exit_code, "events.jsonl:1: status: is `alleged` where `coding` is `machine`" in result.output) == (1, True)


def test_an_event_with_a_counterpart_is_told_from_one_without_and_from_one_that_cannot_be_compared(tmp_path: Path) -> None:
    made = tmp_path / "made"
    assert run("import", "icews", written(tmp_path, "icews", LINES["icews"]), made).exit_code == 0
    result = run("compare", made, "--dataset", SMALL)
    rows = {row["event"]: row for row in csv.DictReader(io.StringIO(result.stdout))}
    assert rows["2021-06-16-geneva-summit"]["counterparts"] == "1"
    assert rows["2021-06-16-geneva-summit"]["same_category"] == "1"
    assert rows["2021-06-16-geneva-summit"]["ids"] == "2021-06-16-icews-1"
    assert rows["2021-06-follow-up"]["compared"] == "its actors are not of two countries"


def test_an_id_of_another_data_set_leads_to_the_record(tmp_path: Path) -> None:
    made = tmp_path / "made"
    run("import", "gdelt", written(tmp_path, "gdelt", LINES["gdelt"]), made)
    settings = Settings(dataset=made, data_dir=tmp_path / "data")
    load.load(settings)[0].close()
    client = create_app(settings).test_client()
    answer = client.get("/v1/resolve?id=gdelt:1")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/v1/events/2021-06-16-gdelt-1")
    assert client.get("/v1/resolve?id=gdelt:99").get_json()["schemes"] == ["gdelt", "iso3166"]
    assert client.get("/v1/events?coding=machine&limit=0").get_json()["meta"]["coding"]["machine"] == 3
