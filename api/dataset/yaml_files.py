"""Text files of the dataset: read so that no YAML trap can bite, and written in one canonical form.

Every scalar is read as text; the schema decides what it means. Aliases, tags, duplicate keys, several documents, deep
nesting and oversized files are refused. Every value knows its line.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

MOST_BYTES = 1 << 20
DEEPEST = 12
_Loader: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
Path_ = tuple[str | int, ...]
HINT = "#:"
NUMERIC = re.compile(r"[-+.]?[0-9][0-9_.:+/-]*([eE][-+]?[0-9]+)?")
COMMENT = re.compile(rf"(?<!\S)#(?!{HINT[1:]})")


class Unreadable(Exception):
    """A file that cannot be read at all; `line` is 0 where the fault has no line."""

    def __init__(self, message: str, line: int = 0) -> None:
        super().__init__(message)
        self.line = line


@dataclass
class Text:
    """A parsed file: its value, the line of every path in it, and the keys that stand twice."""

    value: Any = None
    lines: dict[Path_, int] = field(default_factory=dict)
    twice: list[Path_] = field(default_factory=list)

    def line(self, path: Path_) -> int:
        """The line of `path`, or of the nearest thing around it."""
        return next((self.lines[path[:n]] for n in range(len(path), -1, -1) if path[:n] in self.lines), 1)


def read_text(path: Path) -> str:
    """A file's text. Raises Unreadable for what is no plain file, for oversized files, and text that is not UTF-8."""
    if path.is_symlink():
        raise Unreadable("is a symbolic link; the dataset holds plain files only")
    if not path.is_file():  # a pipe would be waited for until somebody writes into it
        raise Unreadable("is not a plain file")
    data = path.read_bytes()
    if len(data) > MOST_BYTES:
        raise Unreadable(f"is larger than {MOST_BYTES:,} bytes")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Unreadable("is not UTF-8", data[: error.start].count(b"\n") + 1) from None


def parse_yaml(text: str) -> Text:
    """YAML as nested dicts, lists and text (None where nothing stands). Raises Unreadable with the line."""
    try:
        return _build(yaml.parse(text, Loader=_Loader))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = min(mark.line + 1, len(text.splitlines())) if mark else 0
        raise Unreadable(f"is not YAML: {error.problem or error.context}", line) from None
    except yaml.YAMLError as error:
        raise Unreadable(f"is not YAML: {str(error).splitlines()[0]}") from None


def _scalar(event: yaml.ScalarEvent) -> str | None:
    bare = event.style in (None, "") and event.value in ("", "~", "null")
    return None if bare else event.value


def _build(events: Iterator[yaml.Event]) -> Text:
    """Nested values out of YAML events, without recursion: depth is bounded, and nothing is ever expanded."""
    out = Text()
    stack: list[tuple[Any, Path_]] = []
    key: list[str | None] = []

    def place(value: Any, line: int) -> Path_:
        if not stack:
            if out.lines:
                raise Unreadable("holds more than one document", line)
            path: Path_ = ()
            out.value = value
        elif isinstance(stack[-1][0], list):
            path = (*stack[-1][1], len(stack[-1][0]))
            stack[-1][0].append(value)
        else:
            name = str(key[-1])
            path = (*stack[-1][1], name)
            if name in stack[-1][0]:
                out.twice.append(path)
            stack[-1][0][name] = value
            key[-1] = None
        out.lines.setdefault(path, line)
        return path

    for event in events:
        line = event.start_mark.line + 1 if event.start_mark else 0
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise Unreadable("uses an anchor or alias; write the value out", line)
        if getattr(event, "tag", None):
            raise Unreadable("uses a tag; plain values only", line)
        awaits_key = bool(stack) and isinstance(stack[-1][0], dict) and key[-1] is None
        if isinstance(event, yaml.ScalarEvent):
            if awaits_key:
                key[-1] = event.value
                out.lines[(*stack[-1][1], event.value)] = line
            else:
                place(_scalar(event), line)
        elif isinstance(event, yaml.CollectionStartEvent):
            if awaits_key:
                raise Unreadable("has a key that is not text", line)
            if len(stack) == DEEPEST:
                raise Unreadable(f"nests deeper than {DEEPEST} levels", line)
            value: Any = {} if isinstance(event, yaml.MappingStartEvent) else []
            stack.append((value, place(value, line)))
            key.append(None)
        elif isinstance(event, yaml.CollectionEndEvent):
            stack.pop()
            key.pop()
    return out


class _Dumper(yaml.SafeDumper):
    """Canonical YAML: lists indented under their key, long prose folded, what other readers would mistake quoted."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    """Text that any version of YAML might take for a number or a date stands in quotes."""
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="'" if NUMERIC.fullmatch(text) else None)


_Dumper.add_representer(str, _text)


def write_yaml(value: Any) -> str:
    """The one canonical text of a value; reading it gives the value back, by this reader and by any other."""
    return yaml.dump(value, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=100, default_flow_style=False)


_encode = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode


def canonical(value: Any) -> bytes:
    """The one JSON text of a value: no spaces, keys in order, UTF-8."""
    return _encode(value).encode()


def comments(text: str) -> list[int]:
    """The lines of a YAML text that hold a comment, `new`'s hints left aside."""
    spans = [(t.start_mark.index, t.end_mark.index) for t in yaml.scan(text) if isinstance(t, yaml.ScalarToken)]
    marks = (match.start() for match in COMMENT.finditer(text))
    return [text.count("\n", 0, at) + 1 for at in marks if not any(start <= at < end for start, end in spans)]


def record_files(folder: Path) -> Iterator[Path]:
    """The files of a kind's folder, in order, hidden ones left out."""
    return (path for path in sorted(folder.iterdir()) if not path.name.startswith("."))
