"""YAML files of the dataset: a strict parser that keeps line numbers, and a writer with one canonical form.

Every scalar is read as text; the schema decides what it means. Aliases, tags, several documents, deep nesting and
oversized files are rejected; duplicate keys are recorded.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

YAML = (".yaml", ".yml")  # the former is right
MOST_BYTES = 1 << 20
DEEPEST = 12
_Loader: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
Path_ = tuple[str | int, ...]
MERGE = re.compile(r"^(<{7}|>{7})(?= |$)", re.MULTILINE)
UNMERGED = "holds the marks of an unfinished merge (<<<<<<< ======= >>>>>>>): keep one side, and delete the marks"
# What is wrong, by what the parser calls it.
TAB = "a tab is used to indent: use spaces"
WORDS = {
    "mapping values are not allowed": "there are two keys on one line; put text that contains ': ' in quotes",
    "could not find expected ':'": "a key has no ':' after it",
    "did not find expected key": "this line is indented otherwise than those beside it, or a quotation mark is missing",
    "did not find expected '-' indicator": "this line is neither an item of the list ('- ') nor indented as one",
    "did not find expected ',' or": "a list or mapping in brackets has no ',' or no closing bracket here",
    "block sequence entries are not allowed": "a list ('- ') cannot begin on this line",
    "found character that cannot start": "text cannot begin with this character: put it in quotes",
    "found a tab character": TAB,
    "found unexpected end of stream": "a quotation mark is not closed",
    "found unknown escape character": "a backslash within double quotes: use single quotes",
    "control characters are not allowed": "a control character, which no text may hold",
    "did not find expected node content": "a bracket is not closed",
    "did not find expected alphabetic": "text that begins with & or *: put it in quotes",
    "did not find expected <document start>": "the file goes on after its end",
}
HINT = "#:"
NUMERIC = re.compile(r"[-+.]?[0-9][0-9_.:+/-]*([eE][-+]?[0-9]+)?")
COMMENT = re.compile(rf"(?<!\S)#(?!{HINT[1:]})")


class Unreadable(Exception):
    """A file or line that cannot be parsed at all, or lacks a `key`; `line` is 0 where the error has no line."""

    def __init__(self, message: str, line: int = 0, key: str = "") -> None:
        super().__init__(message)
        self.line, self.key = line, key


@dataclass
class ParsedText:
    """A parsed file or line: its value, the line number of every path in it, and the paths of duplicate keys."""

    value: Any = None
    lines: dict[Path_, int] = field(default_factory=dict)
    duplicates: list[Path_] = field(default_factory=list)

    def line(self, path: Path_) -> int:
        """The line number of `path`, or of its nearest parent that has one."""
        return next((self.lines[path[:n]] for n in range(len(path), -1, -1) if path[:n] in self.lines), 1)


def parse_yaml(text: str) -> ParsedText:
    """Parses YAML into dicts, lists and str (None for an empty scalar). Raises Unreadable with the line."""
    if unmerged := MERGE.search(text):
        raise Unreadable(UNMERGED, text.count("\n", 0, unmerged.start()) + 1)
    try:
        return _build(yaml.parse(text, Loader=_Loader))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = min(mark.line + 1, len(text.splitlines())) if mark else 0
        tab = line and text.splitlines()[line - 1].lstrip(" ").startswith("\t")
        raise Unreadable(f"is not YAML: {TAB if tab else in_words(error.problem or '', WORDS)}", line) from None
    except yaml.YAMLError as error:
        line = text.encode()[: getattr(error, "position", 0)].count(b"\n") + 1
        raise Unreadable(f"is not YAML: {in_words(getattr(error, 'reason', ''), WORDS)}", line) from None


def in_words(problem: str, words: dict[str, str]) -> str:
    """What is wrong, in our words for what a parser calls it."""
    return next((ours for theirs, ours in words.items() if problem.startswith(theirs)), "this cannot be read")


def _build(events: Iterator[yaml.Event]) -> ParsedText:
    """Builds nested values from YAML events; depth is bounded and nothing is expanded."""
    out = ParsedText()
    for event in events:
        if isinstance(event, yaml.NodeEvent):
            if out.lines:
                raise Unreadable("contains more than one document", _line(event))
            out.value = _node(event, events, (), out)
    return out


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 0


def _node(event: yaml.Event, events: Iterator[yaml.Event], path: Path_, out: ParsedText) -> Any:
    """The value that begins with an event."""
    out.lines.setdefault(path, _line(event))
    if isinstance(event, yaml.ScalarEvent):
        return _scalar(event)
    if len(path) == DEEPEST and not isinstance(event, yaml.AliasEvent):
        raise Unreadable(f"nests deeper than {DEEPEST} levels", _line(event))
    if isinstance(_bare(event), yaml.SequenceStartEvent):
        items: list[Any] = []
        while not isinstance(event := next(events), yaml.SequenceEndEvent):
            items.append(_node(event, events, (*path, len(items)), out))
        return items
    mapping: dict[str, Any] = {}
    while not isinstance(event := next(events), yaml.MappingEndEvent):
        if not isinstance(key := _bare(event), yaml.ScalarEvent):
            raise Unreadable("has a key that is not text", _line(key))
        below = (*path, key.value)
        if key.value in mapping:
            out.duplicates.append(below)
        out.lines[below] = _line(key)
        mapping[key.value] = _node(next(events), events, below, out)
    return mapping


def _scalar(event: yaml.ScalarEvent) -> str | None:
    empty = _bare(event).style in (None, "") and event.value in ("", "~", "null")
    return None if empty else event.value


def _bare(event: Any) -> Any:
    """An event of a plain value. Raises Unreadable for others."""
    if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
        raise Unreadable("uses an anchor or alias; write the value out", _line(event))
    if getattr(event, "tag", None):
        raise Unreadable("uses a tag; plain values only", _line(event))
    return event


class _CanonicalDumper(yaml.SafeDumper):
    """Canonical YAML: lists are indented under their key, long text is folded, ambiguous scalars are quoted."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    """Quotes text that some version of YAML would read as a number or a date."""
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="'" if NUMERIC.fullmatch(text) else None)


_CanonicalDumper.add_representer(str, _text)


def write_yaml(value: Any) -> str:
    """The canonical YAML of a value; this and any other YAML parser reads the same value back."""
    return yaml.dump(value, Dumper=_CanonicalDumper, allow_unicode=True, sort_keys=False, width=100, default_flow_style=False)


_encode = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), check_circular=False).encode


def canonical(value: Any) -> bytes:
    """The canonical JSON of a value: UTF-8, no spaces, sorted keys."""
    return _encode(value).encode()


def comments(text: str) -> list[int]:
    """The line numbers of comments in a YAML text, except the hints that `new` writes."""
    spans = [(t.start_mark.index, t.end_mark.index) for t in yaml.scan(text) if isinstance(t, yaml.ScalarToken)]
    marks = (match.start() for match in COMMENT.finditer(text))
    return [text.count("\n", 0, at) + 1 for at in marks if not any(start <= at < end for start, end in spans)]
