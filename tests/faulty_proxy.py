"""A proxy before a server, which does to connections what networks do: it cuts, resets, freezes and half-closes them,
before or after the server has what the client sends, and hands on slowly and in small pieces."""

from __future__ import annotations

import socket
import struct
import threading
import time
from contextlib import suppress
from enum import Enum, auto
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

RESET_AT_CLOSE = struct.pack("ii", 1, 0)  # SO_LINGER: a connection that is closed is reset
PIECE, PAUSE = 200, 0.002  # bytes that are handed on at a time where it is slow, and the seconds before


class Fault(Enum):
    """What happens to a connection."""

    CUT = auto()  # the server does not get what is sent, and learns that the client is gone
    CUT_AFTER = auto()  # the server gets it and carries it out, and the client does not hear of it
    LEFT = auto()  # the client is cut off, and the server does not learn of it
    RESET = auto()  # as CUT, and the client hears that it was no end in order
    FROZEN = auto()  # it stays open, and nothing more goes through
    DEAF = auto()  # the server gets it, and what it says to that never comes
    HALF_CLOSED = auto()  # the server seems to say no more, and goes on to listen
    SLOW = auto()  # all goes through, later, and a few bytes at a time


PASSED_ON = (Fault.DEAF, Fault.HALF_CLOSED, Fault.SLOW)  # the connection lives on


class FaultyProxy:
    """Listens at `port`, on loopback, for a server that does, too. done: the faults that were; happened: whether
    any was."""

    def __init__(self, server: int) -> None:
        self._server = server
        self._plan: Iterator[tuple[int, Fault]] = iter(())
        self._next: tuple[int, Fault] | None = None
        self._sent = 0  # since the last fault of the plan
        self._words: tuple[bytes, Callable[[], Fault | None]] | None = None
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.done: list[Fault] = []
        self.happened = threading.Event()
        self._silent = 0  # connections that are answered nothing
        self._open: list[socket.socket] = []
        self._threads = [threading.Thread(target=self._accept, daemon=True)]

    def meet(self, plan: Iterable[tuple[int, Fault]], after: bytes) -> None:
        """Have faults when these words were sent, each when so often something was sent since the one before."""

        def begin() -> None:
            self._plan = iter(plan)
            self._sent, self._next = 0, next(self._plan, None)

        self._words = after, begin

    def fault_at(self, words: bytes, fault: Fault, silent: int = 0) -> None:
        """Have the connection on which these words are sent next have a fault. silent: see `answer_nothing`."""

        def have() -> Fault:
            self.answer_nothing(silent)
            return fault

        self._words = words, have

    def answer_nothing(self, connections: int) -> None:
        """Take so many new connections, and answer nothing on them."""
        self._silent = connections

    def __enter__(self) -> Self:
        self._threads[0].start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for one in self._open:
            _end(one)
        for thread in self._threads:
            thread.join(10)
        for one in self._open:
            one.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                self._open.append(client)
                if self._silent:
                    self._silent -= 1
                    continue
                thread = threading.Thread(target=self._serve, args=(client,), daemon=True)
                self._threads.append(thread)
                thread.start()

    def _serve(self, client: socket.socket) -> None:
        try:
            upstream = socket.create_connection(("127.0.0.1", self._server))
        except OSError:  # as a server that is not there
            _reset(client)
            return
        self._open.append(upstream)
        one = _Connection(client, upstream)
        with suppress(OSError):
            while data := client.recv(1 << 16):
                fault = self._fault_for(data)
                if fault and fault not in PASSED_ON:
                    self._end_with(fault, one, data)
                    return
                one.suffer(fault)
                one.to_server(data)
        one.end()

    def _fault_for(self, data: bytes) -> Fault | None:
        """Return the fault that what is sent meets, None if it meets none."""
        with self._lock:
            fault = None
            self._sent += 1
            if self._words and self._words[0] in data:
                (_, happens), self._words = self._words, None
                fault = happens()
            elif self._next and self._sent > self._next[0]:
                fault, self._sent, self._next = self._next[1], 0, next(self._plan, None)
            if fault:
                self.done.append(fault)
                self.happened.set()
            return fault

    def _end_with(self, fault: Fault, one: _Connection, data: bytes) -> None:
        if fault is Fault.FROZEN:
            one.hears = False
            return
        if fault is Fault.LEFT:
            _end(one.client)
            return
        if fault is Fault.CUT_AFTER:
            one.carry_out(data)
        if fault is Fault.RESET:
            _reset(one.client)
        one.end()


class _Connection:
    """A client and its server. hears: whether the client gets what the server says."""

    def __init__(self, client: socket.socket, upstream: socket.socket) -> None:
        self.client, self.upstream = client, upstream
        self.hears = True
        self._slow = False
        self._back = threading.Thread(target=self._copy_back, daemon=True)
        self._back.start()

    def suffer(self, fault: Fault | None) -> None:
        """Have a fault with which it lives on."""
        if fault is Fault.SLOW:
            self._slow = True
        elif fault:
            self.hears = False
        if fault is Fault.HALF_CLOSED:
            self.client.shutdown(socket.SHUT_WR)

    def to_server(self, data: bytes) -> None:
        """Hand on what the client sends."""
        self._send(self.upstream, data)

    def carry_out(self, data: bytes) -> None:
        """Let the server carry out what it is sent, and let nobody hear of it."""
        self.hears = False
        self.upstream.sendall(data)
        self.upstream.shutdown(socket.SHUT_WR)  # the server ends when it has done all
        self._back.join(10)

    def end(self) -> None:
        """End it on both sides."""
        _end(self.client)
        _end(self.upstream)
        self._back.join(10)
        self.client.close()
        self.upstream.close()

    def _copy_back(self) -> None:
        with suppress(OSError):
            while data := self.upstream.recv(1 << 16):
                if self.hears:
                    with suppress(OSError):
                        self._send(self.client, data)
        if self.hears:  # the server has ended it
            _end(self.client)

    def _send(self, target: socket.socket, data: bytes) -> None:
        if not self._slow:
            target.sendall(data)
            return
        time.sleep(PAUSE)
        for start in range(0, len(data), PIECE):
            target.sendall(data[start : start + PIECE])


def _reset(connection: socket.socket) -> None:
    with suppress(OSError):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_AT_CLOSE)
        connection.close()


def _end(connection: socket.socket) -> None:
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
