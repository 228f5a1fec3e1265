"""JSON Lines: a file read in pieces of bounded size, whatever stands in it; every scalar is read as text."""

import json
import os
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from .yaml_files import DEEPEST, MOST_BYTES, Path_, Text, Unreadable

SPAN = 1 << 20  # bytes that one piece of work takes from a file
MOST_TIMES = 200  # a packed file that grows more than so many times is no data
GZIP = 31  # zlib's word for the gzip format
BOM = b"\xef\xbb\xbf"


class _Twice(Exception):
    """A mapping has a key twice."""


def _pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(items)
    if len(found) != len(items):
        raise _Twice
    return found


class _Items(list[tuple[str, Any]]):
    """A mapping as it was written, keys that stand twice included."""


_as_text: Any = {"parse_int": str, "parse_float": str, "parse_constant": str}
_decode = json.JSONDecoder(**_as_text, object_pairs_hook=_pairs).decode
_decode_items = json.JSONDecoder(**_as_text, object_pairs_hook=_Items).decode


def parse(data: bytes, number: int) -> Text:
    """The value of one line. Raises Unreadable, with the line's number, where it has none."""
    if len(data) > MOST_BYTES:
        raise Unreadable(f"is larger than {MOST_BYTES:,} bytes", number)
    if data.startswith(BOM):
        raise Unreadable("begins with a byte order mark; write plain UTF-8", number)
    try:
        text = data.decode()
    except UnicodeDecodeError:
        raise Unreadable("is not UTF-8", number) from None
    twice: list[Path_] = []
    try:
        value = _value(text, twice)
    except RecursionError:
        raise Unreadable(f"nests deeper than {DEEPEST} levels", number) from None
    except ValueError as error:
        raise Unreadable(f"is not JSON: {error}", number) from None
    if text.count("[") + text.count("{") > DEEPEST and _depth(value) > DEEPEST:
        raise Unreadable(f"nests deeper than {DEEPEST} levels", number)
    if ("\\ud" in text or "\\uD" in text) and not _whole(value):
        raise Unreadable("holds half of a surrogate pair", number)
    return Text(value, {(): number}, twice)


def _value(text: str, twice: list[Path_]) -> Any:
    try:
        return _decode(text)
    except _Twice:
        return _settled(_decode_items(text), (), twice)


def _settled(value: Any, path: Path_, twice: list[Path_]) -> Any:
    """A value whose mappings are dicts again; the paths of keys that stood twice are noted."""
    if len(path) > DEEPEST:
        raise RecursionError
    if isinstance(value, _Items):
        found: dict[str, Any] = {}
        for key, item in value:
            if key in found and (*path, key) not in twice:
                twice.append((*path, key))
            found[key] = _settled(item, (*path, key), twice)
        return found
    return [_settled(item, (*path, n), twice) for n, item in enumerate(value)] if isinstance(value, list) else value


def _depth(value: Any) -> int:
    level, depth = [value], 0
    while level := [item for item in level if isinstance(item, dict | list)]:
        level = [inner for item in level for inner in (item.values() if isinstance(item, dict) else item)]
        depth += 1
    return depth


def _whole(value: Any) -> bool:
    try:
        return bool(json.dumps(value, ensure_ascii=False).encode())
    except UnicodeEncodeError:
        return False


def spans(size: int) -> Iterator[tuple[int, int]]:
    """A file of `size` bytes in pieces."""
    return ((start, min(start + SPAN, size)) for start in range(0, size, SPAN))


def begun(handle: int, start: int, end: int) -> Iterator[tuple[int, bytes]]:
    """(offset, bytes) of each line that begins in a piece of a file; of an oversized one, enough to tell."""
    before = start - 1  # the byte that tells whether a line begins with the piece
    data = os.pread(handle, end - before, before) if start else b"\n" + os.pread(handle, end, 0)
    at = data.find(b"\n") + 1
    while 0 < at <= end - start:
        stop = data.find(b"\n", at)
        if stop < 0:
            rest = os.pread(handle, max(MOST_BYTES + 1 - len(data) + at, 0), before + len(data))
            yield before + at, data[at:] + rest.partition(b"\n")[0]
            return
        yield before + at, data[at:stop]
        at = stop + 1


def unpack(path: Path, target: Path) -> None:
    """Writes a gzipped file plain. Raises Unreadable with the line up to which it could be read; that much is written."""
    most, written, number = max(path.stat().st_size * MOST_TIMES, SPAN), 0, 1
    with target.open("wb") as out:
        try:
            for data in _inflated(path):
                out.write(data)
                written += len(data)
                number += data.count(b"\n")
                if written > most:
                    raise Unreadable(f"unpacks to more than {MOST_TIMES} times its size", number)
        except EOFError:
            raise Unreadable("is cut off", number) from None
        except zlib.error:
            raise Unreadable("is not whole gzip", number) from None


def _inflated(path: Path) -> Iterator[bytes]:
    """What a gzipped file holds, as far as it can be read. Raises EOFError or zlib.error where it cannot."""
    inflate = zlib.decompressobj(GZIP)
    with path.open("rb") as packed:
        while data := packed.read(SPAN):
            while data:
                if inflate.eof:  # another member follows
                    inflate = zlib.decompressobj(GZIP)
                yield inflate.decompress(data, SPAN)
                data = inflate.unconsumed_tail or inflate.unused_data
    if not inflate.eof:
        raise EOFError
