"""No YAML trap bites: text stays text, and what could mislead is refused with its line."""

from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from api.dataset import jsonl, yaml_files

PLAIN = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), min_size=1).map(str.strip).filter(bool)
VALUES = st.recursive(
    PLAIN,
    lambda inner: st.lists(inner, min_size=1, max_size=4) | st.dictionaries(PLAIN, inner, min_size=1, max_size=4),
    max_leaves=12,
)


@pytest.mark.parametrize("scalar", ["NO", "yes", "2021-06-16", "1e3", "012", "0x1F", "12:30:45", "1_000", "=", "<<"])
def test_every_scalar_is_text(scalar: str) -> None:
    assert yaml_files.parse_yaml(f"key: {scalar}").value == {"key": scalar}


def test_nothing_is_null_and_quoted_null_is_text() -> None:
    assert yaml_files.parse_yaml("a:\nb: ~\nc: null\nd: 'null'\ne: ''").value == {
        "a": None,
        "b": None,
        "c": None,
        "d": "null",
        "e": "",
    }


def test_every_value_knows_its_line() -> None:
    text = yaml_files.parse_yaml("a: 1\nb:\n  - c: 2\n\n    d: 3\n")
    assert [text.line(path) for path in [("a",), ("b", 0, "c"), ("b", 0, "d"), ("b", 7, "x")]] == [1, 3, 5, 2]


def test_a_key_that_stands_twice_is_told() -> None:
    text = yaml_files.parse_yaml("a: 1\nb:\n  c: 1\n  c: 2\n")
    assert text.duplicates == [("b", "c")]
    assert text.line(("b", "c")) == 4


@pytest.mark.parametrize(
    ("text", "message", "line"),
    [
        ("a: &x 1\nb: *x", "anchor or alias", 1),
        ("a: [1]\nb: !!python/object:os.system 1", "tag", 2),
        ("a: 1\n---\nb: 2", "more than one document", 3),
        ("? [a]\n: b", "a key that is not text", 1),
        ("a: " + "[" * 40 + "]" * 40, "nests deeper", 1),
        ("a: {b", "no closing bracket", 1),
        ("a: b\nc: d: e", "; put text that contains ': ' in quotes", 2),
        ("a: 'x", "is not YAML: a quotation mark is not closed", 1),
        ("\ta: 1", "is not YAML", 1),
        ("b: 1\na: \x07", "is not YAML: a control character", 2),
    ],
)
def test_what_could_mislead_is_refused_with_its_line(text: str, message: str, line: int) -> None:
    with pytest.raises(yaml_files.Unreadable, match=message) as refused:
        yaml_files.parse_yaml(text)
    assert refused.value.line == line


def test_a_bomb_is_refused_before_it_grows() -> None:
    lines = ["a0: &a0 [x, x]"] + [f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]" for n in range(1, 60)]
    with pytest.raises(yaml_files.Unreadable, match="anchor"):
        yaml_files.parse_yaml("\n".join(lines))


@given(value=st.dictionaries(PLAIN, VALUES, min_size=1, max_size=4))
def test_what_is_written_reads_the_same_here_and_elsewhere(value: dict[str, Any]) -> None:
    text = yaml_files.write_yaml(value)
    assert yaml_files.parse_yaml(text).value == value
    assert yaml.safe_load(text) == value
    assert yaml_files.comments(text) == []


def test_comments_are_found_and_hints_are_not() -> None:
    text = "a: b # one\nc: 'x # y'\n#: hint\nd: 1  #: hint\n# two\ne: a#b\n"
    assert yaml_files.comments(text) == [1, 5]


def test_json_lines_are_text_too_and_tell_what_stands_twice() -> None:
    assert jsonl.parse(b'{"id": "a", "n": 1.50}', 1).value == {"id": "a", "n": "1.50"}
    text = jsonl.parse(b'{"id": "b", "id": "c", "d": [{"e": 1, "e": 2}]}', 3)
    assert (text.value, text.line(()), text.duplicates) == ({"id": "c", "d": [{"e": "2"}]}, 3, [("id",), ("d", 0, "e")])
    with pytest.raises(yaml_files.Unreadable) as refused:
        jsonl.parse(b"{oops", 4)
    assert refused.value.line == 4
