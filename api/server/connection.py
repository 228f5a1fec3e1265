"""A client's connection on the event loop: the heads of its requests, and their answers in the same order.

What is finished is sent at once. What is not is made by a thread, a step at a time, so that a client that reads slowly
holds a connection and no thread.
"""

import asyncio
import time
from collections.abc import Iterable
from contextlib import suppress
from enum import Enum
from importlib import import_module
from io import BytesIO
from typing import TYPE_CHECKING, Any
from wsgiref.types import WSGIEnvironment

from ..web.response_cache import REQUEST_ID
from .access_log import request_id
from .errors import HEAD_SECONDS, LARGEST_HEAD, TooSlow, is_refusal, problem_of, refusal
from .heads import LARGEST_BODY, RequestHead, read
from .response import Response
from .steps import STEP, Steps

if TYPE_CHECKING:
    from .worker import Worker

wsgi: Any = import_module("gunicorn.http.wsgi")  # the stubs are of an older version
MOST_HELD = LARGEST_HEAD + LARGEST_BODY  # bytes that wait in memory: a request, or several smaller ones
MOST_DRAINED = 1 << 20  # bytes that a client may still send after its last response
BLOCK = 256 << 10  # bytes of a file that are sent at once
END = b"\r\n\r\n"


class Wait(Enum):
    """What a connection waits for, and for how many seconds at most; IDLE is a setting."""

    IDLE = 0
    HEAD = HEAD_SECONDS  # the rest of a request
    READER = 30  # a client that does not read
    LEAVING = 2  # the client's end of the connection, after its last response


class Connection(asyncio.Protocol):
    """One client: `buffer` is what it sent and nobody has looked at yet."""

    transport: asyncio.Transport
    connecting: asyncio.Task[Any]

    def __init__(self, worker: "Worker", peer: Any, local: Any) -> None:
        self.worker, self.peer, self.local = worker, peer, local
        self.waiting: Wait | None = None
        self.buffer = bytearray()
        self.needed = 1  # bytes of the buffer before it is worth a look
        self.busy = self.ended = self.leaving = self.lost = False
        self.room: asyncio.Future[None] | None = None  # done when the client has read
        self.task: asyncio.Task[None] | None = None
        self.left = self.drained = 0
        self.began = 0.0
        self.known: Any = None  # the request that `environ` was made of
        self.environ: WSGIEnvironment = {}

    def wait(self, what: Wait | None) -> None:
        """Waits for something from now on; of those that wait for the same, it is the last."""
        if self.waiting:
            self.worker.waiting[self.waiting].pop(self, None)
        self.waiting = what
        if what:
            self.worker.waiting[what][self] = time.monotonic() + (what.value or self.worker.cfg.keepalive)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport  # type: ignore[assignment]
        self.wait(Wait.HEAD)

    def connection_lost(self, _error: Exception | None) -> None:
        self.lost = True
        self.environ = {}
        self.worker.forget(self)
        self.resume_writing()

    def pause_writing(self) -> None:
        self.room = self.worker.loop.create_future()
        self.wait(Wait.READER)

    def resume_writing(self) -> None:
        if self.room and not self.room.done():
            self.room.set_result(None)
        self.room = None
        if not self.lost:
            self.wait(Wait.LEAVING if self.leaving else None if self.busy else Wait.IDLE)
            self.proceed()

    def data_received(self, data: bytes) -> None:
        if self.leaving:
            self.drained += len(data)
            if self.drained > MOST_DRAINED:
                self.abort()
            return
        self.buffer += data
        self.proceed()
        if len(self.buffer) > MOST_HELD:
            self.transport.pause_reading()

    def eof_received(self) -> bool:
        self.ended = True
        if self.leaving:
            return False
        self.proceed()
        return True

    def proceed(self) -> None:
        """Answers the next request if it is whole, and waits for the rest of it otherwise."""
        if self.busy or self.leaving or self.lost or self.room:
            return
        if not self.buffer:
            if self.ended:
                self.leave()
            return
        if len(self.buffer) < self.needed and not self.ended:
            return
        end = self.buffer.find(END) + len(END)
        if end < len(END):
            if self.ended or len(self.buffer) >= LARGEST_HEAD:
                self.parse(bytes(self.buffer))
            elif self.waiting is not Wait.HEAD:
                self.wait(Wait.HEAD)
            return
        head = self.parse(bytes(self.buffer[:end]))
        if not head:
            return
        length = head.length
        if length and len(self.buffer) < end + length and not self.ended:
            self.expect(head.request, end + length)
            return
        body = bytes(self.buffer[end : end + (length or 0)])
        del self.buffer[: end + len(body)]
        self.needed = 1
        self.answer(head, body, last=length is None or len(body) < length)

    def parse(self, head: bytes) -> RequestHead | None:
        """The request with this head; one that is refused is answered, and None."""
        try:
            return read(self.worker.cfg, head)
        except Exception as error:  # noqa: BLE001  # whatever a client sends
            self.refuse(error)
            return None

    def expect(self, request: Any, needed: int) -> None:
        """Waits for a body, which the client may hold back until it is told."""
        if self.needed == 1 and ("EXPECT", "100-continue") in request.headers:
            self.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        self.needed = needed
        if self.waiting is not Wait.HEAD:
            self.wait(Wait.HEAD)

    def environ_of(self, head: RequestHead) -> WSGIEnvironment:
        """The environ of a request; one that differs from the one before in its address alone differs in that alone."""
        if head.request is not self.known:
            _, self.environ = wsgi.create(head.request, self, self.peer, self.local, self.worker.cfg, Response)
            self.known = head.request
        environ = self.environ.copy()
        if head.target:
            environ["RAW_URI"], environ["PATH_INFO"], environ["QUERY_STRING"] = head.target
        return environ

    def answer(self, head: RequestHead, body: bytes, last: bool) -> None:
        """Answers a request: what is finished at once, otherwise as it is made."""
        self.began = time.perf_counter()
        self.busy = True
        self.wait(None)
        response: Response | None = None
        try:
            response, environ = Response(head.request), self.environ_of(head)
            environ["wsgi.input"] = BytesIO(body)
            response.last |= last or not self.worker.alive
            chunks = self.worker.wsgi(environ, response.start_response)
            if isinstance(chunks, list) and sum(map(len, chunks)) <= STEP:
                for chunk in chunks:
                    response.write(chunk)
                self.finish(response, environ)
            else:
                self.task = self.worker.loop.create_task(self.stream(chunks, response, environ))
        except Exception as error:  # noqa: BLE001  # outside of the application, whose own errors are answered
            self.fail(error, response)

    async def stream(self, chunks: Iterable[bytes], response: Response, environ: WSGIEnvironment) -> None:
        """Sends an answer as it is made and as the client reads it."""
        steps, more = Steps(chunks, self.worker.pool), True
        try:
            while more and not self.lost:
                made, more = steps.next() if isinstance(chunks, list) else await steps.in_thread(steps.next)
                for chunk in made:
                    for start in range(0, len(chunk), STEP):
                        response.write(chunk[start : start + STEP])
                        await self.flush(response)
                if file := steps.file():
                    await self.send_file(*file, response)
            self.finish(response, environ)
        except Exception as error:  # noqa: BLE001
            self.task = None
            self.fail(error, response)
        finally:
            self.task = None
            if steps.chunks:
                await steps.in_thread(steps.close)

    async def send_file(self, file: Any, start: int, response: Response) -> None:
        """Sends a file, or a part of it, by the kernel alone: in larger blocks to a client that takes them quickly."""
        response.write(b"")
        await self.flush(response)
        length, block = 0 if response.bodiless else response.length or 0, BLOCK
        while response.sent < length and not self.lost:
            self.wait(Wait.READER)
            began = time.monotonic()
            count = min(block, length - response.sent)
            sent = await self.worker.loop.sendfile(self.transport, file, start + response.sent, count)
            if not sent:
                raise EOFError("The file is shorter than it was.")
            response.sent += sent
            block = min(2 * block, 32 * BLOCK) if time.monotonic() - began < 0.5 else BLOCK
        self.wait(None)

    def send(self, _data: bytes) -> None:
        """Nothing: `100 Continue`, which gunicorn would send now, comes too late."""

    async def flush(self, response: Response) -> None:
        """Sends what was written, and waits for a client that has much to read still."""
        self.write(response)
        if self.room:
            await self.room

    def write(self, response: Response) -> None:
        if response.out and not self.lost:
            self.transport.write(b"".join(response.out))
        response.out.clear()

    def finish(self, response: Response, environ: WSGIEnvironment) -> None:
        """Ends an answer, and goes on with the next request."""
        response.close()
        self.write(response)
        self.worker.log.record(environ, response.status[:3], response.sent, time.perf_counter() - self.began)
        self.busy = False
        if self.lost:
            return
        if response.last:
            self.leave()
            return
        if not self.room:
            self.wait(Wait.IDLE)
        if len(self.buffer) <= MOST_HELD:
            self.transport.resume_reading()
        if self.buffer or self.ended:
            self.worker.loop.call_soon(self.proceed)

    def fail(self, error: Exception, response: Response | None) -> None:
        """Ends an answer that cannot be finished: a client that has part of it is cut off."""
        if self.lost or isinstance(error, ConnectionError):
            self.abort()
        elif response and response.begun and not response.out:
            self.worker.log.error("an answer was cut off", exc_info=error)
            self.abort()
        else:
            self.refuse(error)

    def refuse(self, error: Exception) -> None:
        """Answers a request that cannot be parsed, or that failed outside the application."""
        if not is_refusal(error):
            self.worker.log.error("unexpected error outside the application", exc_info=error)
        problem = problem_of(error)
        id = request_id()
        head, body = refusal(problem, id)
        self.transport.write(head + body)
        about = {REQUEST_ID: id, "REMOTE_ADDR": self.peer[0] if self.peer else ""}
        self.worker.log.record(about, str(problem.status), len(body), 0.0)
        self.leave()

    def leave(self) -> None:
        """Ends the connection: unread bytes would reset it before the last answer is read, so they are awaited and dropped."""
        self.busy, self.leaving = False, True
        self.buffer.clear()
        if self.lost:
            return
        if self.ended:
            self.transport.close()
        else:
            with suppress(OSError):  # it is gone already
                self.transport.write_eof()
            self.transport.resume_reading()
        self.wait(Wait.LEAVING)

    def expire(self) -> None:
        """Gives up a client that was waited for long enough; one that reads a little is waited for again."""
        left, self.left = self.left, self.transport.get_write_buffer_size()
        if self.waiting is Wait.HEAD and self.buffer:
            self.refuse(TooSlow())
        elif self.left and (self.left != left or self.waiting is Wait.LEAVING):
            self.wait(Wait.READER)
        else:
            self.abort()

    def abort(self) -> None:
        self.worker.forget(self)
        if self.task:
            self.task.cancel()
        self.transport.abort()
