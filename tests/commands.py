"""The command `diplomatic-events` without its start: forked from a process that has imported what every command imports.

It is the command in a process of its own: its arguments, folder, environment, output, signals and end are those of
`python -m api`, without the second that Python takes to import the code. What is about the start itself starts `python -m api`.
"""

import contextlib
import gc
import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path
from typing import IO, Any

ROOT = Path(__file__).resolve().parent.parent
# The readers that start at once, for releases where the others are no matter.
QUICK_READERS = ("SQLite", "pyarrow")
ENDS = 3  # of a command: stdin, stdout, stderr; a fourth descriptor is told its process and its end
REPORT = ENDS


class Command:
    """A command that runs, as subprocess.Popen has one; `stderr` is read where it is `subprocess.PIPE`.

    A `quick` release is read by QUICK_READERS only.
    """

    def __init__(
        self,
        *arguments: str | Path,
        cwd: Path | str = ROOT,
        env: dict[str, str] | None = None,
        stdout: int | IO[Any] = subprocess.DEVNULL,
        stderr: int | IO[Any] = subprocess.DEVNULL,
        quick: bool = False,
    ) -> None:
        self.returncode: int | None = None
        self.stderr: IO[str] | None = None
        self._report, told = os.pipe()
        asked = {"arguments": [str(one) for one in arguments], "cwd": str(cwd), "env": env or dict(os.environ), "quick": quick}
        with open(os.devnull, "r+b") as nothing, contextlib.ExitStack() as stack:
            stack.callback(os.close, told)
            if stderr == subprocess.PIPE:
                mine, theirs = os.pipe()
                stack.callback(os.close, theirs)
                self.stderr = os.fdopen(mine, encoding="utf-8")
                stderr = theirs
            outputs = [nothing if one == subprocess.DEVNULL else one for one in (stdout, stderr)]
            ends = [one if isinstance(one, int) else one.fileno() for one in (nothing, *outputs)]
            socket.send_fds(starter(), [json.dumps(asked).encode()], [*ends, told])
        self.pid = int(self._told())

    def _told(self) -> str:
        """The next line of the report."""
        return b"".join(iter(lambda: os.read(self._report, 1).strip(), b"")).decode()

    def wait(self, timeout: float | None = None) -> int:
        if self.returncode is None:
            if not select.select([self._report], [], [], timeout)[0]:
                raise subprocess.TimeoutExpired(str(self.pid), timeout or 0)
            self.returncode = os.waitstatus_to_exitcode(int(self._told()))
            os.close(self._report)
        return self.returncode

    def poll(self) -> int | None:
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.wait(0)
        return self.returncode

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            with contextlib.suppress(ProcessLookupError):  # it has just ended
                os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


def finished(*arguments: str | Path, check: bool = False, **options: Any) -> subprocess.CompletedProcess[str]:
    """What a command says from its start to its end, as subprocess.run has it."""
    with tempfile.TemporaryFile("w+", errors="replace") as out, tempfile.TemporaryFile("w+", errors="replace") as err:
        code = Command(*arguments, stdout=out, stderr=err, **options).wait()
        for file in (out, err):
            file.seek(0)
        ended = subprocess.CompletedProcess([str(one) for one in arguments], code, out.read(), err.read())
    if check:
        assert code == 0, ended.stderr
    return ended


@cache
def _started() -> tuple[socket.socket, subprocess.Popen[bytes]]:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with theirs:
        line = [sys.executable, __file__, str(theirs.fileno())]
        return ours, subprocess.Popen(line, cwd=ROOT, pass_fds=(theirs.fileno(),))


def starter() -> socket.socket:
    """The socket of the process that commands are forked from."""
    return _started()[0]


def forget_starter() -> None:
    """Ends it; commands that it started go on."""
    if _started.cache_info().currsize:
        ours, process = _started()
        ours.close()
        process.wait(timeout=60)
        _started.cache_clear()


def serve(asked: socket.socket) -> dict[str, Any]:
    """Forks a process for each message, and tells its number and its end; returns in that process, with the message."""
    running: dict[int, int] = {}
    heard, told = os.pipe()
    os.set_blocking(told, False)
    signal.set_wakeup_fd(told)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    while True:
        ready = select.select([asked, heard], [], [])[0]
        if heard in ready:
            os.read(heard, 1000)
            while running and (ended := os.waitpid(-1, os.WNOHANG))[0]:
                with contextlib.suppress(BrokenPipeError):  # nobody waits for it
                    os.write(running[ended[0]], b"%d\n" % ended[1])
                os.close(running.pop(ended[0]))
        if asked in ready:
            message, ends, _, _ = socket.recv_fds(asked, 1 << 20, REPORT + 1)
            if not message:
                sys.exit()
            pid = os.fork()
            if not pid:
                signal.set_wakeup_fd(-1)
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                signal.signal(signal.SIGINT, signal.default_int_handler)
                for number, end in enumerate(ends[:ENDS]):
                    os.dup2(end, number)
                return json.loads(message)  # type: ignore[no-any-return]
            running[pid] = ends[REPORT]
            os.write(running[pid], b"%d\n" % pid)
            for end in ends[:ENDS]:
                os.close(end)


def become(asked: dict[str, Any]) -> None:
    """Runs the command, and ends with it."""
    os.closerange(ENDS, 256)
    os.chdir(asked["cwd"])
    os.environ.clear()
    os.environ.update(asked["env"])
    tempfile.tempdir = None  # it is looked for anew, in the new environment
    sys.stdout = open(1, "w", encoding=sys.stdout.encoding, errors=sys.stdout.errors)  # noqa: SIM115
    sys.argv = ["diplomatic-events", *asked["arguments"]]
    if asked["quick"]:
        readers.READERS = {name: readers.READERS[name] for name in QUICK_READERS}
    main(prog_name="diplomatic-events")


if __name__ == "__main__":
    sys.path[:1] = [str(ROOT)]
    gc.disable()  # as the command does while it imports
    import api.cli.curation
    import api.cli.load
    import api.cli.publication
    import api.cli.serve
    import api.web.app  # noqa: F401
    from api.cli import main
    from api.releases import readers

    assert os.listdir("/proc/self/task") == [str(os.getpid())], "a process with threads must not fork"
    gc.enable()
    gc.collect()
    gc.freeze()
    become(serve(socket.socket(fileno=int(sys.argv[1]))))
