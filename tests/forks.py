"""Processes that start in milliseconds: forked from one that has loaded the program already.

A real process, with a number, files and an end of its own, that can be killed; only the tenths of a second in which the
interpreter would load Scrapy are saved, for it and for the processes that work for it. `python -m tests.forks NAME
LISTENER ALIVE` (name, descriptors) is the one that forks: it has one thread, as what forks must.

There are two of them, since a fork takes as long as its memory is large: `program` has loaded what commands load,
`writers` only what the processes load that write posts and captures, of which a run starts two.

Protocol, a connection for each: the arguments of Python, its environment and its directory, pickled, with the
descriptors of what will be its standard input, output and error, of a pipe for its status, and of others that it is to
hold; back comes its number.
"""

from __future__ import annotations

import asyncio
import atexit
import gc
import importlib
import importlib.util
import os
import pickle
import pkgutil
import re
import runpy
import select
import selectors
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import types
import weakref
from contextlib import suppress
from io import BufferedReader, BufferedWriter, FileIO, TextIOWrapper
from pathlib import Path
from tempfile import TemporaryFile, mkdtemp
from typing import Any, NoReturn

import archiver
from archiver.workers.process import WorkerProcess

PROJECT = Path(__file__).parent.parent
DIRECTORY = "FORKS_OF_TESTS"  # in the environment of all processes that were forked, too
PROGRAM, WRITERS = "program", "writers"
WRITER_MODULES = ("archiver.captures.writing", "archiver.storage.writing")
# What takes a third of the memory, and hardly any command loads.
RARE = (
    *("archiver.browser.chromium", "archiver.browser.drawing", "archiver.datasets.parquet"),
    *("archiver.engines.dask_cluster", "archiver.exports.parquet"),
)
PART = 1 << 16  # bytes
MOST_DESCRIPTORS = 16


class Forked:
    """A process that was forked, as `asyncio.subprocess.Process` has it."""

    def __init__(self, pid: int, status: int) -> None:
        self.pid = pid
        self._status = status
        weakref.finalize(self, os.close, status)
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
            if self._returncode is None:  # whoever handles a signal may have asked meanwhile
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


class Servers:
    """The processes that fork, as the one that starts them sees them: with its first request."""

    def __init__(self) -> None:
        self.processes: list[subprocess.Popen[bytes]] = []
        self._alive = -1  # they live for as long as this is open

    def directory(self) -> str:
        """Return where they listen, each at its name. A process that was forked has it in its environment."""
        if DIRECTORY not in os.environ:
            os.environ[DIRECTORY] = mkdtemp(prefix="forks-")
            alive, self._alive = os.pipe()
            for name in (PROGRAM, WRITERS):
                with socket.socket(socket.AF_UNIX) as listener:
                    listener.bind(f"{os.environ[DIRECTORY]}/{name}")
                    listener.listen(64)
                    passed = (listener.fileno(), alive)
                    command = [sys.executable, "-m", "tests.forks", name, *map(str, passed)]
                    self.processes.append(
                        subprocess.Popen(command, cwd=PROJECT, pass_fds=passed, stdin=subprocess.DEVNULL)
                    )
            os.close(alive)
        return os.environ[DIRECTORY]

    def end(self) -> None:
        """End them, if this process has started them."""
        if self.processes:
            os.close(self._alive)
            for process in self.processes:
                process.wait()
            shutil.rmtree(os.environ.pop(DIRECTORY))


SERVERS = Servers()


def fork(arguments: list[str], descriptors: list[int], *, environment: dict[str, str], directory: str) -> Forked:
    """Start `python ARGUMENTS`. descriptors: its standard input, output and error, and others that it is to hold."""
    where = SERVERS.directory()
    name = WRITERS if any(f"{module}:serve" in arguments for module in WRITER_MODULES) else PROGRAM
    request = pickle.dumps((arguments, {**environment, DIRECTORY: where}, directory))
    status, end = os.pipe()
    with socket.socket(socket.AF_UNIX) as connection:
        try:
            connection.connect(f"{where}/{name}")
            sent = socket.send_fds(connection, [request], [*descriptors[:3], end, *descriptors[3:]])
        finally:
            os.close(end)
        connection.sendall(request[sent:])
        connection.shutdown(socket.SHUT_WR)
        return Forked(int(connection.recv(16)), status)


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


class Popen(subprocess.Popen[Any]):
    """`subprocess.Popen` of `python ARGUMENTS`, whose process is forked. What else a process may be asked to be, such
    as of a session of its own, it is not."""

    def _execute_child(self, args: Any, *options: Any) -> None:
        """Do what `subprocess.Popen` does."""
        directory, environment = options[4:6]
        pipes = options[9:15]  # what the process has of each, and what we
        stdin, _, _, stdout, _, stderr = pipes
        streams = [own if given == -1 else given for own, given in enumerate((stdin, stdout, stderr))]
        try:
            self._forked = fork(
                list(map(str, args[1:])),
                streams,
                environment=dict(os.environ if environment is None else environment),
                directory=str(directory or os.getcwd()),
            )
        finally:
            self._close_pipe_fds(*pipes)  # type: ignore[attr-defined]
        self.pid, self._child_created = self._forked.pid, True

    def _internal_poll(self, *_: Any, **__: Any) -> int | None:
        self.returncode = self._forked.returncode
        return self.returncode

    def _wait(self, timeout: float | None) -> int:
        status = self._forked.poll(timeout)
        if status is None:
            raise subprocess.TimeoutExpired(self.args, timeout or 0)
        self.returncode = status
        return status


# What `archiver.supervisor` knows by the name of subprocess.
STARTS = types.SimpleNamespace(Popen=Popen, PIPE=subprocess.PIPE)


async def start_worker(worker: WorkerProcess[Any, Any]) -> None:
    """Do what `WorkerProcess._start` does."""
    if worker._killed:
        raise EOFError("it was given up")
    if worker._process and worker._process.stdin:  # of one that has ended; asyncio closes those of its own processes
        worker._process.stdin.close()
    ours, theirs = socket.socketpair()
    with theirs:
        held = [worker._descriptor] if worker._descriptor >= 0 else []
        process = fork(
            worker.arguments,
            [theirs.fileno(), theirs.fileno(), 2, *held],
            environment=dict(os.environ),
            directory=os.getcwd(),
        )
    process.stdout, process.stdin = await asyncio.open_connection(sock=ours)
    worker._process = process  # type: ignore[assignment]
    await worker._send(worker._setup)


def serve(listener: socket.socket, alive: int) -> None:
    """Fork a process for each request, and say how each ends, for as long as `alive` is open."""
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
        for watched in (listener.fileno(), wake, alive):
            selector.register(watched, selectors.EVENT_READ)
        while True:
            ready = {key.fd for key, _ in selector.select()}
            if alive in ready:
                return
            if wake in ready:
                os.read(wake, 1024)
                _reap(running)
            if listener.fileno() not in ready:
                continue
            connection, _ = listener.accept()
            with connection:
                asked = _receive(connection)
                if asked is None:
                    continue
                request, descriptors = asked
                pid = os.fork()
                if pid == 0:
                    for descriptor in (connection.fileno(), listener.fileno(), alive, wake, woken, selector.fileno()):
                        os.close(descriptor)
                    for descriptor in running.values():
                        os.close(descriptor)
                    become(*request, descriptors)
                stdin, stdout, stderr, running[pid], *held = descriptors
                for descriptor in {stdin, stdout, stderr, *held}:
                    os.close(descriptor)
                with suppress(OSError):  # whoever asked has been killed
                    connection.sendall(b"%d" % pid)


def _receive(connection: socket.socket) -> tuple[tuple[list[str], dict[str, str], str], list[int]] | None:
    """Return what is asked for, and the descriptors that come with it; None if whoever asks was killed meanwhile."""
    content, descriptors = b"", list[int]()
    try:
        content, descriptors, *_ = socket.recv_fds(connection, PART, MOST_DESCRIPTORS)
        while part := connection.recv(PART):
            content += part
        return pickle.loads(content), descriptors
    except (OSError, EOFError, pickle.UnpicklingError):
        for descriptor in descriptors:
            os.close(descriptor)
        return None


def load_writers() -> None:
    """Load what the processes load that write."""
    for module in ("archiver.workers.serve", *WRITER_MODULES):
        importlib.import_module(module)


def load_program() -> None:
    """Load what a command loads, sooner or later: the program, and what Scrapy's settings name. Whoever works for it is
    forked, too."""
    for module in pkgutil.walk_packages(archiver.__path__, "archiver."):
        if module.name not in RARE and not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    from scrapy.settings import Settings
    from scrapy.utils.misc import load_object

    from archiver import supervisor  # and not before: processes that write do without all that it loads

    settings = Settings()
    settings.setmodule("archiver.settings")
    for value in settings.copy_to_dict().values():
        for name in value if isinstance(value, (dict, list)) else (value,):
            if re.match(r"(scrapy|twisted|archiver)\.", str(name)):
                load_object(name)
    WorkerProcess._start = start_worker  # type: ignore[method-assign,assignment]
    vars(supervisor)["subprocess"] = STARTS


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
    _find_modules(environment.get("PYTHONPATH", ""))
    os.environ.clear()
    os.environ.update(environment)
    time.tzset()
    os.chdir(directory)
    sys.stdin, sys.stdout, sys.stderr = (
        TextIOWrapper(BufferedReader(FileIO(0, closefd=False)), "utf-8"),
        TextIOWrapper(BufferedWriter(FileIO(1, "w", closefd=False)), "utf-8"),
        TextIOWrapper(BufferedWriter(FileIO(2, "w", closefd=False)), "utf-8", "backslashreplace", line_buffering=True),
    )
    gc.get_freeze_count = lambda: 1  # counting takes as long as a small command
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


def _find_modules(path: str) -> None:
    """Let modules be found in a PYTHONPATH, and begin with what customizes Python there, as Python does."""
    if path == os.environ.get("PYTHONPATH", ""):
        return
    directories = path.split(os.pathsep)
    sys.path[:0] = directories
    importlib.invalidate_caches()
    for directory in directories:
        if (file := Path(directory, "sitecustomize.py")).is_file():
            runpy.run_path(str(file))


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
    {PROGRAM: load_program, WRITERS: load_writers}[sys.argv[1]]()
    with socket.socket(fileno=int(sys.argv[2])) as listening:
        serve(listening, int(sys.argv[3]))
