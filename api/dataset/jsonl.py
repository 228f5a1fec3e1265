"""JSON Lines: reads a file in pieces of bounded size; every scalar is read as text."""

import json
import os
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from .os_errors import cannot_be
from .yaml_files import DEEPEST, MERGE, MOST_BYTES, UNMERGED, ParsedText, Path_, Unreadable, in_words

SPAN = 1 << 20  # bytes of a file that are read as one piece
MOST_TIMES = 200  # largest ratio of unpacked to packed size
GZIP = 31  # zlib's wbits for the gzip format
BOM = b"\xef\xbb\xbf"
# What is wrong, by what the parser calls it.
WORDS = {
    "Expecting value": "a value is missing",
    "Expecting property name": "a key in double quotes is missing",
    "Expecting ',' delimiter": "a ',' or a closing bracket is missing",
    "Expecting ':' delimiter": "a ':' is missing",
    "Unterminated string": "a quotation mark is not closed",
    "Invalid control character": "a control character in a text: write it as \\uXXXX, or leave it out",
    "Invalid \\": "a backslash that begins no escape: write \\\\",
    "Extra data": "the line goes on after its record; one record a line",
    "Illegal trailing comma": "a ',' stands before a closing bracket",
}


class _Duplicate(Exception):
    """A mapping has a duplicate key."""


def _pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
    mapping = dict(items)
    if len(mapping) != len(items):
        raise _Duplicate
    return mapping


class _Items(list[tuple[str, Any]]):
    """A mapping as written, duplicate keys included."""


_as_text: Any = {"parse_int": str, "parse_float": str, "parse_constant": str}
_decode = json.JSONDecoder(**_as_text, object_pairs_hook=_pairs).decode
_decode_items = json.JSONDecoder(**_as_text, object_pairs_hook=_Items).decode


def parse(data: bytes, number: int) -> ParsedText:
    """Parses one line. Raises Unreadable with the line's number."""
    if len(data) > MOST_BYTES:
        raise Unreadable(f"is larger than {MOST_BYTES:,} bytes", number)
    if data.startswith(BOM):
        raise Unreadable("begins with a byte order mark; write plain UTF-8", number)
    try:
        text = data.decode()
    except UnicodeDecodeError:
        raise Unreadable("is not UTF-8", number) from None
    duplicates: list[Path_] = []
    try:
        value = _value(text, duplicates)
    except RecursionError:
        raise Unreadable(f"nests deeper than {DEEPEST} levels", number) from None
    except json.JSONDecodeError as error:
        if MERGE.match(text):
            raise Unreadable(UNMERGED, number) from None
        raise Unreadable(f"is not JSON: {in_words(error.msg, WORDS)} (character {error.colno})", number) from None
    if text.count("[") + text.count("{") > DEEPEST and _depth(value) > DEEPEST:
        raise Unreadable(f"nests deeper than {DEEPEST} levels", number)
    if ("\\ud" in text or "\\uD" in text) and not _encodable(value):
        raise Unreadable("contains an unpaired surrogate", number)
    return ParsedText(value, {(): number}, duplicates)


def _value(text: str, duplicates: list[Path_]) -> Any:
    try:
        return _decode(text)
    except _Duplicate:
        return _as_dicts(_decode_items(text), (), duplicates)


def _as_dicts(value: Any, path: Path_, duplicates: list[Path_]) -> Any:
    """Turns mappings into dicts; adds the paths of duplicate keys to `duplicates`."""
    if len(path) > DEEPEST:
        raise RecursionError
    if isinstance(value, _Items):
        mapping: dict[str, Any] = {}
        for key, item in value:
            if key in mapping and (*path, key) not in duplicates:
                duplicates.append((*path, key))
            mapping[key] = _as_dicts(item, (*path, key), duplicates)
        return mapping
    return [_as_dicts(item, (*path, n), duplicates) for n, item in enumerate(value)] if isinstance(value, list) else value


def _depth(value: Any) -> int:
    level, depth = [value], 0
    while level := [item for item in level if isinstance(item, dict | list)]:
        level = [inner for item in level for inner in (item.values() if isinstance(item, dict) else item)]
        depth += 1
    return depth


def _encodable(value: Any) -> bool:
    try:
        return bool(json.dumps(value, ensure_ascii=False).encode())
    except UnicodeEncodeError:
        return False


def pread(handle: int, size: int, offset: int) -> bytes:
    """The bytes at an offset of an open file. Raises Unreadable where the operating system cannot read them."""
    try:
        return os.pread(handle, size, offset)
    except OSError as error:
        raise Unreadable(cannot_be("read", error)) from None


def byte_ranges(size: int) -> Iterator[tuple[int, int]]:
    """(start, end) of the pieces of a file of `size` bytes."""
    return ((start, min(start + SPAN, size)) for start in range(0, size, SPAN))


def lines_in(handle: int, start: int, end: int) -> Iterator[tuple[int, bytes]]:
    """(offset, bytes) of each line that begins between two offsets; an oversized one is cut just above the limit."""
    before = start - 1  # the byte before, as a line begins with the piece if it is a newline
    data = pread(handle, end - before, before) if start else b"\n" + pread(handle, end, 0)
    at = data.find(b"\n") + 1
    while 0 < at <= end - start:
        stop = data.find(b"\n", at)
        if stop < 0:
            rest = pread(handle, max(MOST_BYTES + 1 - len(data) + at, 0), before + len(data))
            yield before + at, data[at:] + rest.partition(b"\n")[0]
            return
        yield before + at, data[at:stop]
        at = stop + 1


def unpack(packed: int, target: Path) -> None:
    """Unpacks an open gzip file. Raises Unreadable with the number of the last line that could be unpacked."""
    most, written, number = max(os.fstat(packed).st_size * MOST_TIMES, SPAN), 0, 1
    with target.open("wb") as out:
        try:
            for data in _inflated(packed):
                out.write(data)
                written += len(data)
                number += data.count(b"\n")
                if written > most:
                    raise Unreadable(f"unpacks to more than {MOST_TIMES} times its size", number)
        except EOFError:
            raise Unreadable("is truncated", number) from None
        except zlib.error:
            raise Unreadable("is not valid gzip", number) from None


def _inflated(packed: int) -> Iterator[bytes]:
    """The unpacked bytes of an open gzip file, up to an error. Raises EOFError or zlib.error."""
    inflate, offset = zlib.decompressobj(GZIP), 0
    while data := pread(packed, SPAN, offset):
        offset += len(data)
        while data:
            if inflate.eof:  # another member follows
                inflate = zlib.decompressobj(GZIP)
            yield inflate.decompress(data, SPAN)
            data = inflate.unconsumed_tail or inflate.unused_data
    if not inflate.eof:
        raise EOFError
