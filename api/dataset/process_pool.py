"""Work spread over processes: chunks go in, results come out in the same order, and nothing is left running."""

import gc
import multiprocessing
import os
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from itertools import cycle
from multiprocessing.connection import Connection
from typing import TypeVar

Chunk = TypeVar("Chunk")
Result = TypeVar("Result")
AHEAD = 2  # chunks that a process may have before it: one in work, one waiting


def ordered(work: Callable[[Chunk], Result], chunks: Iterable[Chunk], processes: int | None = None) -> Iterator[Result]:
    """`work` of every chunk, in order, by as many processes as there are processors; by this one alone if `processes` is 0.

    No more than a few chunks are under way at a time, so that a slow reader is never buried in results. An exception in
    `work` is raised here; ChildProcessError is raised if a process is killed.
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
            process = context.Process(target=_serve, args=(work, theirs, [*pipes, mine]), daemon=True)
            process.start()
            theirs.close()
            pipes.append(mine)
            started.append(process)
        yield from _answers(pipes, chunks)
    finally:
        gc.unfreeze()
        for pipe in pipes:
            pipe.close()
        for process in started:
            process.terminate()
            process.join()


def _answers(pipes: list[Connection], chunks: Iterable[Chunk]) -> Iterator[Result]:
    """Chunks are dealt out in turns; results are taken in the same turns."""
    waiting: deque[Connection] = deque()
    for chunk, pipe in zip(chunks, cycle(pipes), strict=False):
        if len(waiting) == AHEAD * len(pipes):
            yield _answer(waiting.popleft())
        try:
            pipe.send(chunk)
        except OSError:
            raise ChildProcessError("a working process was killed") from None
        waiting.append(pipe)
    while waiting:
        yield _answer(waiting.popleft())


def _answer(pipe: Connection) -> Result:  # type: ignore[type-var]  # what the caller's work gives
    try:
        done, result = pipe.recv()
    except (EOFError, OSError):
        raise ChildProcessError("a working process was killed") from None
    if not done:
        raise result
    return result  # type: ignore[no-any-return]


def _serve(work: Callable[[Chunk], Result], pipe: Connection, others: list[Connection]) -> None:
    """The life of a process: it ends when the parent closes the pipe, or is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the parent, which ends the others
    for other in others:
        other.close()
    gc.disable()  # records hold no circles; what little there is goes after each chunk, and nothing is looked through twice
    try:
        while True:
            gc.collect(1)
            chunk = pipe.recv()
            try:
                answer: tuple[bool, object] = True, work(chunk)
            except Exception as error:  # noqa: BLE001  # it is raised where the result was awaited
                answer = False, error
            pipe.send(answer)
    except (EOFError, OSError):
        pass
