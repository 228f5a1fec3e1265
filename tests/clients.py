"""Clients that ask again and again while something happens to the server."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import requests

CLIENTS, PAUSE = 4, 0.02  # seconds between two requests of a client: the tests beside it need the processor, too


@dataclass
class Heard:
    """What the clients heard: every status and body, and every fault in place of an answer."""

    statuses: list[int] = field(default_factory=list)
    bodies: list[str] = field(default_factory=list)
    cut: list[str] = field(default_factory=list)


@contextmanager
def asking(addressed: Callable[[int], str], connection: str = "keep-alive") -> Iterator[Heard]:
    """Several clients ask at once, for the address that belongs to the number of answers so far."""
    heard, stop = Heard(), threading.Event()

    def ask() -> None:
        with requests.Session() as session:
            while not stop.is_set():
                try:
                    answer = session.get(addressed(len(heard.statuses)), headers={"Connection": connection}, timeout=30)
                except requests.RequestException as fault:
                    heard.cut.append(str(fault))
                    continue
                heard.statuses.append(answer.status_code)
                heard.bodies.append(answer.text)
                time.sleep(PAUSE)

    threads = [threading.Thread(target=ask) for _ in range(CLIENTS)]
    for thread in threads:
        thread.start()
    try:
        yield heard
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def pages(url: str) -> Callable[[int], str]:
    """Lists of ever another length, which were rarely asked before."""
    return lambda number: f"{url}{'&' if '?' in url else '?'}limit={1 + number % 400}"
