"""Sets of numbers as integers, in which bit n stands for the number n."""

from collections.abc import Sequence
from itertools import compress, islice

BITS = bytes.maketrans(b"01", b"\0\1")
IN_BYTE = [[bit for bit in range(8) if byte >> bit & 1] for byte in range(256)]  # of each byte the bits that are set


def without(records: int, others: int) -> int:
    """The records that are not among the others; `records & ~others` takes ten times as long."""
    return records ^ (records & others)


def of_numbers(numbers: Sequence[int]) -> int:
    """The set of the records with these numbers."""
    if not numbers:
        return 0
    packed = bytearray((max(numbers) >> 3) + 1)
    for number in numbers:
        packed[number >> 3] |= 1 << (number & 7)
    return of_bytes(packed)


def as_bytes(records: int) -> bytes:
    return records.to_bytes((records.bit_length() + 7) // 8, "little")


def of_bytes(data: bytes | bytearray) -> int:
    return int.from_bytes(data, "little")


def first(records: int) -> int:
    """The lowest number of a set; -1 of an empty one."""
    return (records & -records).bit_length() - 1


def chosen(records: int) -> bytes:
    """For each number from 0 up whether a record has it that is in the set, one byte each."""
    return bin(records)[:1:-1].encode().translate(BITS)


def members(records: int) -> list[int]:
    """The numbers of all records of a set, in their order."""
    base = max(first(records), 0) & ~7
    data = as_bytes(records >> base)
    starts = compress(range(base, base + 8 * len(data), 8), data)
    return [start + bit for start, byte in zip(starts, filter(None, data), strict=True) for bit in IN_BYTE[byte]]


def ends(records: int, most: int, descends: bool) -> list[int]:
    """The numbers of the first `most` records of a set, or of the last ones, the last one first."""
    found: list[int] = []
    width, base = 64 * most, 0 if descends else max(first(records), 0)
    records >>= base  # of records of late days, the others are not gone through
    while records and len(found) < most:
        if descends:
            base = max(records.bit_length() - width, 0)
            text = bin(records >> base)[2:]
            numbers = range(base + len(text) - 1, base - 1, -1)
            records &= (1 << base) - 1
        else:
            text = bin(records & ((1 << width) - 1))[:1:-1]
            numbers = range(base, base + len(text))
            records >>= width
            base += width
        found += islice(compress(numbers, text.encode().translate(BITS)), most - len(found))
        width *= 8
    return found
