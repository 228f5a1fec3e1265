"""A pool of forked processes: chunks go in, results come out in the same order, and no process is left running."""

import gc
import multiprocessing
import os
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from itertools import cycle
from multiprocessing.connection import Connection
from typing import TypeVar

Work = TypeVar("Work")
Result = TypeVar("Result")
AHEAD = 2  # chunks that are sent to a process at a time: one in work, one waiting


def ordered(work: Callable[[Work], Result], chunks: Iterable[Work], processes: int | None = None) -> Iterator[Result]:
    """`work` of every chunk, in order, in one process a processor by default; in this process if `processes` is 0.

    Only a few chunks are in work at a time, so results do not pile up in memory. An exception in `work` is raised here;
    ChildProcessError is raised if a process is killed.
    """
    count = (os.cpu_count() or 1) if processes is None else processes
    if not count:
        yield from map(work, chunks)
        return
    context = multiprocessing.get_context("fork")
    pipes: list[Connection] = []
    started = []
    gc.freeze()
    try:
        for _ in range(count):
            mine, theirs = context.Pipe()
            process = context.Process(target=_run, args=(work, theirs, [*pipes, mine]), daemon=True)
            process.start()
            theirs.close()
            pipes.append(mine)
            started.append(process)
        yield from _results(pipes, chunks)
    finally:
        gc.unfreeze()
        for pipe in pipes:
            pipe.close()
        for process in started:
            process.terminate()
            process.join()


def _results(pipes: list[Connection], chunks: Iterable[Work]) -> Iterator[Result]:
    """Sends chunks to the processes in turn, and receives results in the same turn."""
    waiting: deque[Connection] = deque()
    for chunk, pipe in zip(chunks, cycle(pipes), strict=False):
        if len(waiting) == AHEAD * len(pipes):
            yield _receive(waiting.popleft())
        try:
            pipe.send(chunk)
        except OSError:
            raise ChildProcessError("a worker process was killed") from None
        waiting.append(pipe)
    while waiting:
        yield _receive(waiting.popleft())


def _receive(pipe: Connection) -> Result:  # type: ignore[type-var]  # the result of the caller's work
    try:
        result = pipe.recv()
    except (EOFError, OSError):
        raise ChildProcessError("a worker process was killed") from None
    if isinstance(result, Exception):
        raise result
    return result  # type: ignore[no-any-return]


def _run(work: Callable[[Work], Result], pipe: Connection, others: list[Connection]) -> None:
    """The main loop of a process; it ends when the parent closes the pipe or ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent handles Ctrl-C and ends the others
    for other in others:
        other.close()
    gc.disable()  # records have no reference cycles; the few others are collected after each chunk
    try:
        while True:
            gc.collect(1)
            chunk = pipe.recv()
            try:
                pipe.send(work(chunk))
            except Exception as error:  # noqa: BLE001  # raised again in the parent
                pipe.send(error)
    except (EOFError, OSError):
        pass
