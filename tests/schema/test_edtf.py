"""Dates mean no more and no less than their text says."""

from datetime import date, timedelta

import pytest
from edtf import EDTFParseException
from hypothesis import given, settings
from hypothesis import strategies as st

from api.schema.edtf import bounds, by_grammar, certain_prefix, render

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
        "2021-06/2021-05",
        "2021/",
        "/2021",
        "..",
    ],
)
def test_what_is_no_date_is_refused_in_words(text: str) -> None:
    with pytest.raises(ValueError, match=r"EDTF|ends before|has an empty end"):
        bounds(text)


def test_open_ends_are_shown_as_null() -> None:
    assert render("2021-06-22/..") == {"edtf": "2021-06-22/..", "earliest": "2021-06-22", "latest": None}
    assert render("../2021-05-20") == {"edtf": "../2021-05-20", "earliest": None, "latest": "2021-05-20"}


@settings(deadline=None)
@given(day=DAYS)
def test_no_precision_is_added_or_lost(day: date) -> None:
    text = day.isoformat()
    assert bounds(text) == (day, day)
    month, year = bounds(text[:7]), bounds(text[:4])
    assert year.earliest <= month.earliest <= day <= month.latest <= year.latest
    assert certain_prefix(month) == text[:7]


@settings(deadline=None)
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


@settings(deadline=None)
@given(text=st.one_of(PART, END, st.builds("{}/{}".format, END, END)))
def test_the_short_way_reads_dates_as_the_grammar_does(text: str) -> None:
    try:
        expected = by_grammar(text)
    except (ValueError, OverflowError, TypeError, EDTFParseException):
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
