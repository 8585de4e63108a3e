"""Processes that start in milliseconds: forked from one that has loaded the program already.

A real process, with a number, files and an end of its own, that can be killed; only the tenths of a second in which the
interpreter would load Scrapy are saved. `python -m tests.forks DESCRIPTOR` is the one that forks: it has one thread, as
what forks must, and serves the process at the other end of a socket until that has ended.

Protocol: the arguments of Python, its environment and its directory, pickled, with the descriptors of what will be its
standard input, output and error, of a pipe for its status, and others that it is to hold; back comes its number.
"""

from __future__ import annotations

import asyncio
import atexit
import gc
import importlib
import importlib.util
import os
import pickle
import select
import selectors
import signal
import socket
import subprocess
import sys
import threading
import time
import types
from contextlib import suppress
from io import BufferedReader, BufferedWriter, FileIO, TextIOWrapper
from pathlib import Path
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from archiver.workers.process import WorkerProcess

PROJECT = Path(__file__).parent.parent
MOST = 1 << 20  # bytes of a request
MOST_DESCRIPTORS = 16
LOADED = (
    *("archiver.archive", "archiver.crawling", "archiver.commands.crawl", "archiver.commands.get"),
    *("archiver.captures.writing", "archiver.storage.disk", "archiver.replay.serve", "archiver.extraction.serve"),
    *("archiver.discovery.look", "asyncio.unix_events"),
)


class Forked:
    """A process that was forked, as `asyncio.subprocess.Process` has it."""

    def __init__(self, pid: int, status: int) -> None:
        self.pid = pid
        self._status = status
        self._returncode: int | None = None
        self.stdin: asyncio.StreamWriter | None = None
        self.stdout: asyncio.StreamReader | None = None

    @property
    def returncode(self) -> int | None:
        """Its exit status, or the signal that ended it as a negative number; None while it lives."""
        self.poll(0)
        return self._returncode

    def poll(self, seconds: float | None) -> int | None:
        """Wait for its end, so long at most, and return its exit status."""
        if self._returncode is None and select.select([self._status], [], [], seconds)[0]:
            said = os.read(self._status, 8)
            os.close(self._status)
            self._returncode = int(said) if said else -signal.SIGKILL
        return self._returncode

    async def wait(self) -> int | None:
        """Wait for its end, and return its exit status."""
        if self.stdin:
            self.stdin.close()
        return await asyncio.to_thread(self.poll, None)

    def kill(self) -> None:
        """Kill it, if it lives."""
        if self.returncode is None:
            os.kill(self.pid, signal.SIGKILL)


class Server:
    """The process that forks, as the one sees it that asks it to: it starts with the first request."""

    def __init__(self) -> None:
        self.process: subprocess.Popen[bytes] | None = None
        self._connection: socket.socket | None = None

    def ask(self, request: bytes, descriptors: list[int]) -> int:
        """Return the number of the process that it forked."""
        if self._connection is None:
            self._connection, theirs = socket.socketpair()
            with theirs:
                end = theirs.fileno()
                command = [sys.executable, "-m", "tests.forks", str(end)]
                self.process = subprocess.Popen(command, cwd=PROJECT, pass_fds=(end,), stdin=subprocess.DEVNULL)
        socket.send_fds(self._connection, [request], descriptors)
        return int(self._connection.recv(16))

    def end(self) -> None:
        """End it."""
        if self._connection and self.process:
            self._connection.close()
            self.process.wait()


SERVER = Server()


def fork(arguments: list[str], descriptors: list[int], *, environment: dict[str, str], directory: str) -> Forked:
    """Start `python ARGUMENTS`. descriptors: its standard input, output and error, and others that it is to hold."""
    status, end = os.pipe()
    try:
        request = pickle.dumps((arguments, environment, directory))
        return Forked(SERVER.ask(request, [*descriptors[:3], end, *descriptors[3:]]), status)
    finally:
        os.close(end)


def run(arguments: list[str], *, environment: dict[str, str], timeout: float) -> subprocess.CompletedProcess[str]:
    """Run `python ARGUMENTS` in the project, and return what it wrote. timeout: seconds that it may take."""
    with TemporaryFile() as output, TemporaryFile() as errors, Path(os.devnull).open() as nothing:
        descriptors = [one.fileno() for one in (nothing, output, errors)]
        process = fork(arguments, descriptors, environment=environment, directory=str(PROJECT))
        status = process.poll(timeout)
        if status is None:
            process.kill()
            raise subprocess.TimeoutExpired(arguments, timeout)
        for file in (output, errors):
            file.seek(0)
        return subprocess.CompletedProcess(arguments, status, output.read().decode(), errors.read().decode())


async def start_worker(worker: WorkerProcess[Any, Any]) -> None:
    """Do what `WorkerProcess._start` does."""
    ours, theirs = socket.socketpair()
    with theirs:
        held = [worker._descriptor] if worker._descriptor >= 0 else []
        process = fork(
            ["-P", "-m", "archiver.workers.serve", worker._function],
            [theirs.fileno(), theirs.fileno(), 2, *held],
            environment=dict(os.environ),
            directory=os.getcwd(),
        )
    process.stdout, process.stdin = await asyncio.open_connection(sock=ours)
    worker._process = process  # type: ignore[assignment]
    await worker._send(worker._setup)


def serve(control: socket.socket) -> None:
    """Fork a process for each request, and say how each ends, until nobody is there to ask."""
    for name in LOADED:
        importlib.import_module(name)
    gc.collect()
    gc.freeze()
    wake, woken = os.pipe()
    for descriptor in (wake, woken):
        os.set_blocking(descriptor, False)
    signal.set_wakeup_fd(woken, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    running: dict[int, int] = {}
    with selectors.DefaultSelector() as selector:
        selector.register(control, selectors.EVENT_READ)
        selector.register(wake, selectors.EVENT_READ)
        while True:
            for key, _ in selector.select():
                if key.fd == wake:
                    os.read(wake, 1024)
                    _reap(running)
                    continue
                request, descriptors, *_ = socket.recv_fds(control, MOST, MOST_DESCRIPTORS)
                if not request:
                    return
                pid = os.fork()
                if pid == 0:
                    for descriptor in (control.fileno(), wake, woken, selector.fileno(), *running.values()):
                        os.close(descriptor)
                    arguments, environment, directory = pickle.loads(request)
                    become(arguments, environment, directory, descriptors)
                stdin, stdout, stderr, running[pid], *held = descriptors
                for descriptor in {stdin, stdout, stderr, *held}:
                    os.close(descriptor)
                control.send(b"%d" % pid)


def _reap(running: dict[int, int]) -> None:
    while running:
        pid, status = os.waitpid(-1, os.WNOHANG)
        if not pid:
            return
        end = running.pop(pid)
        with suppress(BrokenPipeError):  # nobody waits for it
            os.write(end, b"%d" % os.waitstatus_to_exitcode(status))
        os.close(end)


def become(arguments: list[str], environment: dict[str, str], directory: str, descriptors: list[int]) -> NoReturn:
    """Be the process that `python ARGUMENTS` is, to its end."""
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for number, descriptor in enumerate(descriptors[:3]):
        os.dup2(descriptor, number)
    for descriptor in descriptors[:4]:
        os.close(descriptor)
    os.environ.clear()
    os.environ.update(environment)
    time.tzset()
    os.chdir(directory)
    sys.stdin, sys.stdout, sys.stderr = (
        TextIOWrapper(BufferedReader(FileIO(0, closefd=False)), "utf-8"),
        TextIOWrapper(BufferedWriter(FileIO(1, "w", closefd=False)), "utf-8"),
        TextIOWrapper(BufferedWriter(FileIO(2, "w", closefd=False)), "utf-8", "backslashreplace", line_buffering=True),
    )
    status = 1
    try:
        status = _run(arguments)
    except KeyboardInterrupt:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGINT)
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        threading._shutdown()  # type: ignore[attr-defined]
        atexit._run_exitfuncs()
        for stream in (sys.stdout, sys.stderr):
            try:
                stream.flush()
            except OSError:
                status = 120  # as Python has it
        os._exit(status)


def _run(arguments: list[str]) -> int:
    """Run `-m MODULE …` or `-c CODE …`, and return its exit status."""
    how, what, *rest = arguments[1:] if arguments[0] == "-P" else arguments
    main = sys.modules["__main__"] = types.ModuleType("__main__")
    code: Any = what
    sys.argv = [how, *rest]
    if how == "-m":
        name = f"{what}.__main__" if importlib.util.find_spec(what).submodule_search_locations else what  # type: ignore[union-attr]
        spec = importlib.util.find_spec(name)
        assert spec is not None
        assert spec.origin is not None
        main.__spec__, main.__file__, main.__package__ = spec, spec.origin, name.rpartition(".")[0]
        sys.argv[0] = spec.origin
        code = spec.loader.get_code(name)  # type: ignore[union-attr]
    try:
        exec(code, main.__dict__)
    except SystemExit as end:
        if isinstance(end.code, str):
            sys.stderr.write(f"{end.code}\n")
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    return 0


if __name__ == "__main__":
    with socket.socket(fileno=int(sys.argv[1])) as connection:
        serve(connection)
