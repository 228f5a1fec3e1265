"""A cache of what was used last, which costs a look into a dict or two."""

from collections.abc import Callable, Collection
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Recent(Generic[K, V]):
    """Values by key, of at most a size in all: two halves, of which the older one is dropped when the newer one is full.

    Threads share it without a lock, as no dict loses an entry: what is dropped between two of their steps is made again.
    """

    def __init__(self, most: int, size: Callable[[V], int]) -> None:
        self._half, self._size, self._filled = most // 2, size, 0
        self._newer: dict[K, V] = {}
        self._older: dict[K, V] = {}

    def of(self, keys: Collection[K]) -> dict[K, V]:
        """What is held of some keys."""
        newer, older = self._newer, self._older
        found = {key: newer[key] for key in keys if key in newer}
        if len(found) < len(keys) and (again := {key: older[key] for key in keys if key not in found and key in older}):
            found |= self.keep(again)
        return found

    def keep(self, values: dict[K, V]) -> dict[K, V]:
        """Holds some values as the newest ones, but for one that is larger than all may be; returns them."""
        for key, value in values.items():
            size = self._size(value)
            if size <= 2 * self._half:
                self._filled += size
                if self._filled > self._half:
                    self._newer, self._older, self._filled = {}, self._newer, size
                self._newer[key] = value
        return values
