"""Alpha is what Krippendorff publishes; a coding with faulty values is refused with all of them."""

import csv
import math
import random
import shutil
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from conftest import SMALL
from hypothesis import given, settings
from hypothesis import strategies as st

from api.cli import main
from api.dataset.codings import COLUMNS, Codings, read_codings
from api.dataset.findings import DatasetError
from api.dataset.reliability import (
    RESAMPLES,
    SEED,
    VARIABLES,
    Disagreement,
    Figures,
    agreement,
    alpha,
    confidence,
    figures,
    interval,
    nominal,
)
from api.releases.codebook import reliability_table

# Krippendorff (2011), Computing Krippendorff's Alpha-Reliability, examples A, B, C: one line a coder, one column a unit.
BINARY = ["0 1 0 0 0 0 0 0 1 0", "1 1 1 0 0 1 0 0 0 0"]
TWO_CODERS = ["a a b b d c c c e d d a", "b a b b b c c c e d d d"]
FOUR_CODERS = ["1 2 3 3 2 1 4 1 2 . . .", "1 2 3 3 2 2 4 1 2 5 . 3", ". 3 3 3 2 3 4 2 2 5 1 .", "1 2 3 3 2 4 4 1 2 5 1 ."]
EVENT = ["event", "summit", "occurred", "2001-06-16", "both", "none", "SVN", "no", "na", "na"]
STATEMENT = ["statement", "na", "na", "2001-06", "usa", "none", "na", "no", "assert", "quote"]
LEVELS = [nominal, interval]


def units(coders: list[str]) -> list[list[Any]]:
    """The values of each unit, numbers as numbers, missing ones left out."""
    columns = zip(*(line.split() for line in coders), strict=True)
    return [[int(value) if value.isdigit() else value for value in column if value != "."] for column in columns]


@pytest.mark.parametrize(
    ("coders", "level", "published"),
    [
        pytest.param(BINARY, nominal, 0.095, id="binary"),
        pytest.param(TWO_CODERS, nominal, 0.692, id="nominal, two coders"),
        pytest.param(FOUR_CODERS, nominal, 0.743, id="nominal, missing values"),
        pytest.param(FOUR_CODERS, interval, 0.849, id="interval, missing values"),
    ],
)
def test_alpha_is_that_of_the_published_examples(coders: list[str], level: Disagreement, published: float) -> None:
    assert alpha(units(coders), level) == pytest.approx(published, abs=0.0005)


def test_agreement_counts_pairs_within_units() -> None:
    assert agreement(units(BINARY)) == 0.6
    assert agreement([["a"], []]) is None


@pytest.mark.parametrize("level", LEVELS)
def test_alpha_is_not_defined_without_variation_or_without_pairs(level: Disagreement) -> None:
    assert alpha([[1, 1], [1, 1]], level) is None
    assert alpha([[1], [2], []], level) is None
    assert confidence([[1], [2]], level) is None


values = st.integers(0, 5)
codings_of_two = st.lists(st.tuples(values, values), min_size=2, max_size=12)


@settings(max_examples=50)
@given(codings_of_two, st.sampled_from(LEVELS))
def test_perfect_agreement_is_1_and_the_order_of_coders_does_not_matter(pairs: list[Any], level: Disagreement) -> None:
    same = alpha([(one, one) for one, _ in pairs], level)
    assert same == (1 if len({one for one, _ in pairs}) > 1 else None)
    assert alpha(pairs, level) == alpha([(other, one) for one, other in pairs], level)


@settings(max_examples=50)
@given(codings_of_two, st.sampled_from([(nominal, lambda a, b: a != b), (interval, lambda a, b: (a - b) ** 2)]))
def test_alpha_is_one_less_observed_by_expected_difference(pairs: list[Any], level: Any) -> None:
    """By its definition: over all ordered pairs within units, and over all ordered pairs of values."""
    disagreement, difference = level
    pool = [value for pair in pairs for value in pair]
    observed = sum(2 * difference(one, other) for one, other in pairs) / len(pool)
    expected = sum(difference(one, other) for one in pool for other in pool) / (len(pool) * (len(pool) - 1))
    found = alpha(pairs, disagreement)
    assert found is None if not expected else math.isclose(found or 0, 1 - observed / expected, abs_tol=1e-9)


def test_the_interval_is_the_same_again_and_holds_alpha() -> None:
    found = confidence(units(FOUR_CODERS), nominal)
    assert found == confidence(units(FOUR_CODERS), nominal)
    assert found
    assert found[0] < 0.743 < found[1] <= 1
    assert confidence([("a", "a"), ("b", "b")] * 5, nominal) == (1, 1)


def test_the_interval_leaves_out_2_5_percent_of_the_samples_on_either_side() -> None:
    pairs = units(TWO_CODERS)
    chance = random.Random(SEED)
    drawn = [each for _ in range(RESAMPLES) if (each := alpha(chance.choices(pairs, k=len(pairs)), nominal)) is not None]
    found = confidence(pairs, nominal)
    assert found
    below, above = (sum(each < found[0] for each in drawn), sum(each > found[1] for each in drawn))
    assert below <= 0.025 * len(drawn) <= sum(each <= found[0] for each in drawn)
    assert above <= 0.025 * len(drawn) <= sum(each >= found[1] for each in drawn)


def test_the_interval_narrows_with_more_units() -> None:
    few, many = confidence(units(TWO_CODERS), nominal), confidence(units(TWO_CODERS) * 10, nominal)
    assert few
    assert many
    assert many[1] - many[0] < (few[1] - few[0]) / 2


def write(path: Path, header: tuple[str, ...], rows: list[list[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *rows])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three units coded alike by two."""
    write(tmp_path / "units.csv", ("unit", "source", "locator"), [[f"u{n}", "a-source", f"paragraph {n}"] for n in range(1, 4)])
    for coder in (1, 2):
        rows = [["u1", *EVENT], ["u2", *STATEMENT], ["u3", "none", *["na"] * 9]]
        write(tmp_path / f"coder_{coder}.csv", COLUMNS, rows)
    return tmp_path


def recode(folder: Path, old: str, new: str) -> None:
    path = folder / "coder_2.csv"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["reliability", *map(str, arguments), "--dataset", str(SMALL)])


def test_the_command_prints_a_row_for_every_variable(folder: Path) -> None:
    result = run(folder)
    assert result.exit_code == 0, result.output
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in result.stdout.splitlines()]
    assert rows[0] == ["variable", "what", "level", "units", "same value", "alpha", "95 % interval"]
    assert [row[0].strip("`") for row in rows[2:]] == [variable.name for variable in VARIABLES]
    found = {row[0].strip("`"): row[2:] for row in rows[2:]}
    assert found["kind"][:4] == ["nominal", "3", "100%", "1.00"]
    assert found["earliest"][:4] == ["interval", "2", "100%", "1.00"]
    assert found["type"] == ["nominal", "1", "100%", "not defined", "not defined"]


def test_codings_that_agree_less_than_by_chance_are_said_to_be_not_comparable() -> None:
    """As where one coder was shown whole letters and the other only what a record quotes of them."""
    variable = next(one for one in VARIABLES if one.name == "form")
    low, high = (reliability_table([Figures(variable, 19, 0.4, value, (value, value))]) for value in (-0.37, 0.37))
    assert "| -0.37, below chance: not comparable |" in low
    assert "| 0.37 |" in high


def test_without_a_folder_the_command_prints_a_table_for_each_set_of_units_in_the_dataset(folder: Path, small: Path) -> None:
    for target in (small / "reliability", small / "reliability" / "again"):
        target.mkdir()
        for path in folder.glob("*.csv"):
            shutil.copy(path, target)
    recode(small / "reliability" / "again", "2001-06-16", "2001-06-17")
    result = CliRunner().invoke(main, ["reliability", "--dataset", str(small)])
    assert result.exit_code == 0, result.output
    own, again = result.stdout.split("\n\nUnits of `again`:\n\n")
    assert own == run(small / "reliability").stdout.strip()
    assert again == run(small / "reliability" / "again").stdout
    assert own != again.strip()


def test_precision_sense_and_earliest_day_follow_from_the_date(folder: Path) -> None:
    recode(folder, "2001-06-16", "2001-06-14/2001-06")
    found = {each.variable.name: each for each in figures(read_codings(folder, ["summit"], ("usa", "russia")))}
    assert [found[name].agreement for name in ("date", "precision", "sense", "earliest")] == [0.5, 0.5, 0.5, 0.5]
    recode(folder, "2001-06-14/2001-06", "unknown")
    found = {each.variable.name: each for each in figures(read_codings(folder, ["summit"], ("usa", "russia")))}
    assert [found[name].units for name in ("date", "precision", "sense", "earliest")] == [2, 1, 1, 1]


def test_a_value_that_does_not_apply_to_one_coder_is_missing(folder: Path) -> None:
    recode(folder, ",".join(EVENT), ",".join(STATEMENT))
    found = {each.variable.name: each for each in figures(read_codings(folder, ["summit"], ("usa", "russia")))}
    assert (found["kind"].units, found["type"].units, found["source"].units) == (3, 0, 2)
    assert found["kind"].agreement == pytest.approx(2 / 3)


def test_the_units_stay_in_their_order_with_one_coding_for_each_coder(folder: Path) -> None:
    found = read_codings(folder, ["summit"], ("usa", "russia"))
    assert isinstance(found, Codings)
    assert (found.units, len(found.coders)) == (["u1", "u2", "u3"], 2)


def faults(folder: Path) -> list[str]:
    with pytest.raises(DatasetError) as refused:
        read_codings(folder, ["summit", "visit"], ("usa", "russia"))
    return [str(each).replace(f"{folder}/", "") for each in refused.value.findings]


def test_every_faulty_value_is_named_at_once_by_line_and_column(folder: Path) -> None:
    rows = [
        ["u1", "event", "sumit", "happened", "2001-6", "us", "", "Slovenia", "maybe", "assert", "na"],
        ["u1", "evnt", *["na"] * 9],
        ["u9", *STATEMENT],
        ["u2", "agreement_act", "signd", *["na", "na", "usa", "na", "svn", "no", "na", "na"]],
    ]
    write(folder / "coder_2.csv", COLUMNS, rows)
    found = faults(folder)
    places = [line.split(": ")[:2] for line in found]
    line_2 = ["act", "date", "one_sided", "place", "source", "status", "target", "type"]
    assert places == [
        ["coder_2.csv", "unit"],
        *(["coder_2.csv:2", column] for column in line_2),
        *(["coder_2.csv:3", column] for column in ("kind", "unit")),
        ["coder_2.csv:4", "unit"],
        *(["coder_2.csv:5", column] for column in ("date", "place", "type")),
    ]
    text = "\n".join(found)
    for message in (
        "unit: 'u3' is not coded",
        "type: 'sumit' is not one of summit, visit; did you mean 'summit'?",
        "source: 'us' is not one of usa, russia, both, third, none; did you mean 'usa'?",
        "target: '': of the kind 'event' it has a value",
        "act: 'assert': of the kind 'event' it is 'na'",
        "kind: 'evnt' is not one of event, statement, agreement_act, office, none; did you mean 'event'?",
        "'u1' stands in line 2, too",
        "'u9' is not in units.csv",
        "did you mean 'SVN'?",
        "did you mean 'signed'?",
    ):
        assert message in text


def test_a_wrong_header_and_a_short_row_are_named(folder: Path) -> None:
    recode(folder, "one_sided", "onesided")
    (folder / "units.csv").write_text("unit,source,locator\nu1,a\nu2,,b\nu2,a,b\n")
    assert faults(folder) == [
        "coder_1.csv:2: unit: 'u1' is not in units.csv",
        "coder_1.csv:4: unit: 'u3' is not in units.csv",
        "coder_2.csv:1: one_sided: is missing",
        "coder_2.csv:1: onesided: is not a column; did you mean 'one_sided'?",
        "units.csv:2: has 2 cells instead of 3",
        "units.csv:3: source: is empty",
        "units.csv:4: unit: 'u2' stands in line 3, too",
    ]


def test_the_command_lists_faults_with_their_files_and_exits_with_1(folder: Path) -> None:
    recode(folder, "2001-06-16", "16 June 2001")
    result = run(folder)
    assert result.exit_code == 1
    assert "coder_2.csv:2: date: " in result.output
    assert "1 error" in result.output


def test_one_coding_alone_has_no_reliability(folder: Path) -> None:
    (folder / "coder_2.csv").unlink()
    assert "found: 1; reliability needs those of two" in "".join(faults(folder))


def test_what_cannot_be_read_is_named_without_a_traceback(folder: Path) -> None:
    (folder / "units.csv").unlink()
    result = run(folder)
    assert (result.exit_code, "units.csv" in result.output, "Traceback" in result.output) == (2, True, False)
    (folder / "units.csv").write_bytes(b"unit,source,locator\n\xff,a,b\n")
    assert "is not UTF-8" in run(folder).output
