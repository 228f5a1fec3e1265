"""Dates mean no more and no less than their text says."""

from datetime import date, timedelta

import marshmallow as ma
import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.schema.edtf import bounds, by_grammar, certain_core, certain_prefix, read
from api.schema.public_date import DATE_KEYS, render
from api.schema.query_fields import Partial

DAYS_NEAR = st.dates(min_value=date(2020, 12, 1), max_value=date(2021, 3, 31))
DAYS = st.dates(min_value=date(1, 1, 1), max_value=date(9999, 12, 31))


@pytest.mark.parametrize(
    ("text", "earliest", "latest"),
    [
        ("2021", "2021-01-01", "2021-12-31"),
        ("2020-02", "2020-02-01", "2020-02-29"),
        ("2021-06-16", "2021-06-16", "2021-06-16"),
        ("2021-06-09/2021-06-16", "2021-06-09", "2021-06-16"),
        ("2021-05~", "2021-05-01", "2021-05-31"),
        ("2021?", "2021-01-01", "2021-12-31"),
        ("202X", "2020-01-01", "2029-12-31"),
        ("2021-22", "2021-06-01", "2021-08-31"),
        ("[2021-05-25..2021-05-28]", "2021-05-25", "2021-05-28"),
        ("[2021-05..2021-06]", "2021-05-01", "2021-06-30"),
        ("20XX", "2000-01-01", "2099-12-31"),
    ],
)
def test_a_date_spans_the_days_it_can_mean(text: str, earliest: str, latest: str) -> None:
    assert bounds(text) == (date.fromisoformat(earliest), date.fromisoformat(latest))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2021-02-30",
        "2021-13",
        "16 June 2021",
        "2021-6-1",
        "unknown",
        "[2021,2022]",
        "[2021]",
        "[..]",
        "[2021-05~..2021-06]",
        "[2021..2022-05]",
        "[2022..2021]",
        "{2021..2022}",
        "156X-12-25",
        "2XXX",
        " 2021-06-16",
        "2021-06-16 ",
        "2021-06-11 / 2021-06-13",
        "[2021-05-25 ..2021-05-28]",
        "2021-06/2021-05",
        "2021/",
        "/2021",
        "2020/2021-XX",
        "..",
    ],
)
def test_what_is_no_date_is_refused_in_words(text: str) -> None:
    with pytest.raises(ValueError, match=r"EDTF|ends before|has an empty end|has spaces"):
        bounds(text)


OPEN = {"precision": "day", "approximate": False, "uncertain": False}


def test_open_ends_are_shown_as_null() -> None:
    assert render("2021-06-22/..") == {
        **OPEN,
        "edtf": "2021-06-22/..",
        "earliest": "2021-06-22",
        "latest": None,
        "sense": "extent",
        "text": "from 22 June 2021 on",
    }
    assert render("[..2021-05-20]") == {
        **OPEN,
        "edtf": "[..2021-05-20]",
        "earliest": None,
        "latest": "2021-05-20",
        "sense": "one_of",
        "text": "on or before 20 May 2021",
    }


@pytest.mark.parametrize(
    ("text", "precision", "sense", "hedge", "words"),
    [
        ("2021-06-16", "day", "one_of", "", "16 June 2021"),
        ("2021-06", "month", "one_of", "", "June 2021"),
        ("2021-06-XX", "month", "one_of", "", "June 2021"),
        ("2021", "year", "one_of", "", "2021"),
        ("2021-22", "season", "one_of", "", "summer 2021"),
        ("202X", "decade", "one_of", "", "the 2020s"),
        ("19XX", "century", "one_of", "", "the years 1900 to 1999"),
        ("2021-05~", "month", "one_of", "approximate", "about May 2021"),
        ("1983?", "year", "one_of", "uncertain", "perhaps 1983"),
        ("1983%", "year", "one_of", "approximate uncertain", "perhaps about 1983"),
        ("2021-06-11/2021-06-13", "day", "extent", "", "11 to 13 June 2021"),
        ("1985-11-30/1985-12-02", "day", "extent", "", "30 November to 2 December 1985"),
        ("2020-12-30/2021-01-02", "day", "extent", "", "30 December 2020 to 2 January 2021"),
        ("2021-05/2021-06-16", "month", "extent", "", "May 2021 to 16 June 2021"),
        ("2021-05~/2021-06", "month", "extent", "approximate", "about May 2021 to June 2021"),
        ("2021-06/2021-06", "month", "extent", "", "June 2021"),
        ("../2021-05-20", "day", "extent", "", "until 20 May 2021"),
        ("[2021-05-25..2021-05-28]", "day", "one_of", "", "between 25 and 28 May 2021"),
        ("[2021-04..2021-05]", "month", "one_of", "", "between April and May 2021"),
        ("[2017..2021]", "year", "one_of", "", "between 2017 and 2021"),
        ("[..2021-05]", "month", "one_of", "", "in or before May 2021"),
        ("[2021-06-16..]", "day", "one_of", "", "on or after 16 June 2021"),
    ],
)
def test_a_date_says_what_it_means(text: str, precision: str, sense: str, hedge: str, words: str) -> None:
    shown = render(text)
    assert tuple(shown) == DATE_KEYS
    assert (shown["precision"], shown["sense"], shown["text"]) == (precision, sense, words)
    assert (shown["approximate"], shown["uncertain"]) == ("approximate" in hedge, "uncertain" in hedge)


@given(day=DAYS)
def test_no_precision_is_added_or_lost(day: date) -> None:
    text = day.isoformat()
    assert bounds(text) == (day, day)
    month, year = bounds(text[:7]), bounds(text[:4])
    assert year.earliest <= month.earliest <= day <= month.latest <= year.latest
    assert certain_prefix(month) == text[:7]


@given(first=DAYS, second=DAYS)
def test_two_spans_meet_where_they_share_a_day(first: date, second: date) -> None:
    low, high = sorted([first, second])
    span = bounds(f"{low}/{high}")
    assert span.meets(bounds(first.isoformat()))
    if high < date(9999, 12, 31):
        assert not span.meets(bounds((high + timedelta(days=1)).isoformat()))


PART = st.builds(
    lambda day, length, mark: day.isoformat()[:length] + mark,
    DAYS,
    st.sampled_from([4, 7, 10]),
    st.sampled_from(["", "~", "?", "%"]),
)
END = st.one_of(PART, st.just(".."), st.sampled_from(["2021-02-30", "2021-13", "202X", "2021-21", "0000", "2021-1", "", "~"]))
CUT = st.builds(lambda day, length: day.isoformat()[:length], DAYS, st.sampled_from([4, 7, 10]))
PLAIN_END = st.one_of(CUT, END, st.just(""))


@given(text=st.one_of(PART, END, st.builds("{}/{}".format, END, END), st.builds("[{}..{}]".format, PLAIN_END, PLAIN_END)))
def test_the_short_way_reads_dates_as_the_grammar_does(text: str) -> None:
    try:
        expected = by_grammar(text)
    except (ValueError, OverflowError, TypeError):
        expected = None
    if expected and expected.earliest > expected.latest:
        expected = None
    if text.startswith("/") or text.endswith("/"):
        expected = None
    try:
        found = bounds(text)
    except ValueError:
        found = None
    assert found == expected


# A date that lasted or was on one day, as its ends; each end a day, month or year.
@given(
    low=DAYS_NEAR,
    high=DAYS_NEAR,
    cut=st.sampled_from([(10, 10), (7, 7), (4, 4), (7, 10), (10, 7)]),
    form=st.sampled_from(["{}/{}", "[{}..{}]", "{}"]),
    since=DAYS_NEAR,
    until=DAYS_NEAR,
)
def test_certain_is_what_every_reading_of_a_date_gives(
    low: date, high: date, cut: tuple[int, int], form: str, since: date, until: date
) -> None:
    """Held against every pair of a first and a last day that the text can mean."""
    low, high = sorted([low, high])
    since, until = sorted([since, until])
    first, last = low.isoformat()[: cut[0]], high.isoformat()[: cut["/" in form]]
    text = form.format(first, last)
    begins, ends = days_of(first), days_of(last)
    if "/" in form:
        readings = [(begin, end) for begin in begins for end in ends if begin <= end]
    else:
        each = begins if form == "{}" else [begins[0] + timedelta(n) for n in range((ends[-1] - begins[0]).days + 1)]
        readings = [(day, day) for day in each]
    core = certain_core(text)
    assert core is not None
    assert read(text).sense == ("extent" if "/" in text else "one_of")
    expected = all(begin <= until and since <= end for begin, end in readings)
    assert (core.earliest <= until and since <= core.latest) == expected


@pytest.mark.parametrize("text", ["2021-06-16?", "2021~", "2021-06-11~/2021-06-13", "2021-06-11/2021-06-13%", "202X?"])
def test_a_doubtful_date_is_never_certain(text: str) -> None:
    assert certain_core(text) is None


def days_of(text: str) -> list[date]:
    """Every day of a year, a month or a day."""
    first = date.fromisoformat(text + "-01-01"[len(text) - 4 :] if len(text) < 10 else text)
    return [first + timedelta(n) for n in range(366) if (first + timedelta(n)).isoformat().startswith(text)]


@pytest.mark.parametrize(
    ("text", "date"),
    [
        *(("2021-6-16", "2021-06-16"), ("2021-6", "2021-06"), ("2021/6/16", "2021-06-16"), ("2021.06.16", "2021-06-16")),
        *(
            ("October 1962", "1962-10"),
            ("16 June 2021", "2021-06-16"),
            ("June 6, 2021", "2021-06-06"),
            ("7 sept. 2021", "2021-09-07"),
        ),
    ],
)
def test_what_is_nearly_a_date_suggests_it(text: str, date: str) -> None:
    with pytest.raises(ValueError, match=f"not an EDTF date; did you mean '{date}'"):
        read(text)
    with pytest.raises(ma.ValidationError, match=f"did you mean '{date}'"):
        Partial().deserialize(text)


@pytest.mark.parametrize("text", ["2021-02-30", "2021-13", "2021-6-31", "yesterday", "202-6-1", "summer-2021"])
def test_what_is_no_date_suggests_none(text: str) -> None:
    with pytest.raises(ValueError, match="is not an EDTF date: write 2021"):
        read(text)
