"""What a client accepts is read leniently: by the type and the coding alone, weights as RFC 9110 has them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.formats.accept import CODINGS, accepts_coding, best_coding, best_type

TYPES = ("application/json", "text/csv", "application/ld+json")


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("", "application/json"),
        ("application/json; charset=utf-8", "application/json"),
        ("text/csv; header=present", "text/csv"),
        ('text/csv; note="a, b; q=0"', "text/csv"),
        ("TEXT/CSV", "text/csv"),
        ('application/ld+json; profile="http://www.w3.org/ns/json-ld#expanded"', "application/ld+json"),
        ("text/html, */*; q=.2", "application/json"),
        ("text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2", "application/json"),  # Java
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "application/json"),  # browsers
        ("*/*, text/csv", "text/csv"),
        ("text/*", "text/csv"),
        ("application/json;q=0.5, text/csv;q=0.9", "text/csv"),
        ("application/json;q=0, */*", "text/csv"),
        ("text/csv;v=1;q=0.1, text/csv;q=0.9, application/json;q=0.5", "text/csv"),
        ("text/csv;q=high, application/json;q=0.9", "text/csv"),
        ("text/csv ; q = 0.5 , application/json;q=0.4", "text/csv"),
        ("image/png", None),
        ("application/json;q=0", None),
        ("*/*;q=0", None),
        ("json", "application/json"),
        (";;;q=,,", "application/json"),
    ],
)
def test_the_type_alone_chooses(header: str, expected: str | None) -> None:
    assert best_type(header, TYPES) == expected


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("", ""),
        ("gzip", "gzip"),
        ("gzip; q=1.0", "gzip"),
        ("GZIP;Q=1", "gzip"),
        ("x-gzip", "gzip"),
        ("gzip;q=0", ""),
        ("gzip;q=0.000", ""),
        ("gzip;q=0, *", "zstd"),
        ("gzip, deflate, br, zstd", "zstd"),
        ("gzip, deflate, br", "br"),
        ("gzip;q=1.0, br;q=0.5", "gzip"),
        ("br;q=0.8, gzip;q=0.8", "br"),
        ("identity, gzip;q=0.5", ""),
        ("identity;q=0.5, gzip;q=1.0", "gzip"),
        ("identity;q=0, gzip", "gzip"),
        ("*;q=0", ""),
        ("deflate", ""),
        ("compress, gzip", "gzip"),
        ("identity", ""),
    ],
)
def test_the_coding_is_the_one_that_is_liked_best(header: str, expected: str) -> None:
    assert best_coding(header) == expected


@given(
    header=st.text(max_size=60)
    | st.lists(st.sampled_from([*CODINGS, "*", "identity", ";", ",", "q=", "0", ".5", '"']), max_size=12).map("".join)
)
def test_no_coding_is_chosen_that_is_refused_and_no_header_is_an_error(header: str) -> None:
    chosen = best_coding(header)
    assert not chosen or accepts_coding(header, chosen)
    assert best_type(header, TYPES) in (*TYPES, None)
