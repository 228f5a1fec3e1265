"""Documents of a served release in SQLite are packed: deflated, with a dictionary of documents of the same release.

`document` is then a generated column, so that every statement reads its text; decisions/023 has what it costs and saves.
"""

import sqlite3
import zlib
from collections.abc import Callable, Iterable
from contextlib import closing
from functools import cache

RAW, MEMORY, LEVEL = -15, 8, 3  # without a header; of the levels of zlib, the one at which time and size are best balanced
MOST = 1 << 15  # bytes of a dictionary that deflate can look back to
FUNCTION = "unpack"
PLAIN = '"document" TEXT NOT NULL'
PACKED = f'"packed" BLOB NOT NULL, "document" TEXT GENERATED ALWAYS AS ({FUNCTION}("packed")) VIRTUAL'
TABLE = "CREATE TABLE dictionary (bytes BLOB NOT NULL)"


def dictionary(samples: Iterable[str]) -> bytes:
    """What packing refers to: the last samples."""
    return "".join(samples).encode()[-MOST:]


def packer(dictionary: bytes) -> Callable[[str], bytes]:
    """What packs a document."""
    prepared = zlib.compressobj(LEVEL, zlib.DEFLATED, RAW, MEMORY, zlib.Z_DEFAULT_STRATEGY, dictionary)

    def pack(document: str) -> bytes:
        deflate = prepared.copy()  # a third of the time of preparing another one
        return deflate.compress(document.encode()) + deflate.flush()

    return pack


def unpacker(dictionary: bytes) -> Callable[[bytes], bytes]:
    """What unpacks a document."""
    return lambda packed: zlib.decompressobj(RAW, dictionary).decompress(packed)


def function(dictionary: Callable[[], bytes | None]) -> Callable[[bytes], str]:
    """SQL's `unpack`."""
    return lambda packed: unpacker(dictionary() or b"")(packed).decode()


def dictionary_of(address: str) -> Callable[[], bytes | None]:
    """What gives the dictionary of the release at an address, None without one; read once, when the first document is."""

    @cache
    def read() -> bytes | None:
        with closing(sqlite3.connect(address, uri=True)) as database:
            has = database.execute("SELECT 1 FROM sqlite_master WHERE name = 'dictionary'").fetchone()
            return bytes(database.execute("SELECT bytes FROM dictionary").fetchone()[0]) if has else None

    return read
