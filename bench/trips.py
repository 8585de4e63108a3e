"""Round trips to a database server, counted on the way: a proxy that hands on what client and server say."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Callable

ASKS = (b"Q", b"S", b"H")  # messages after which a client waits: Query, Sync, Flush
STARTUP_CODE = 196608  # in the message that begins a session; those before it ask for encryption
HEAD_SIZE = 4  # bytes of a length


class CountingProxy:
    """Listens at `port`, on loopback, for a server that does, too. trips: how often clients have waited: they asked for
    answers, and one came."""

    def __init__(self, server: int) -> None:
        self._server = server
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.trips = 0
        self._lock = threading.Lock()
        self._open: list[socket.socket] = []
        self._threads = [threading.Thread(target=self._accept, daemon=True)]

    def __enter__(self) -> Self:
        self._threads[0].start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join()
        for one in self._open:
            one.close()

    def _accept(self) -> None:
        with suppress(OSError):  # the listener was closed
            while True:
                client, _ = self._listener.accept()
                server = socket.create_connection(("127.0.0.1", self._server))
                self._open += (client, server)
                waits = Waits()
                for source, sink, note in ((client, server, waits.sent), (server, client, self._noting(waits))):
                    source.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                    thread = threading.Thread(target=_hand_on, args=(source, sink, note), daemon=True)
                    self._threads.append(thread)
                    thread.start()

    def _noting(self, waits: Waits) -> Callable[[bytes], None]:
        def note(_: bytes) -> None:
            with self._lock:
                self.trips += waits.came()

        return note


class Waits:
    """What a client waits for, by what it has sent."""

    def __init__(self) -> None:
        self._rest = b""
        self._has_begun = False
        self._asks = False

    def sent(self, data: bytes) -> None:
        """Take note of what a client sends."""
        self._rest += data
        while len(self._rest) >= HEAD_SIZE + self._has_begun:
            kind, begins = self._rest[: self._has_begun], int(self._has_begun)
            length = begins + int.from_bytes(self._rest[begins : begins + HEAD_SIZE])
            if len(self._rest) < length:
                return
            message, self._rest = self._rest[:length], self._rest[length:]
            if not self._has_begun:
                self._asks = True
                self._has_begun = int.from_bytes(message[HEAD_SIZE : 2 * HEAD_SIZE]) == STARTUP_CODE
            self._asks = self._asks or kind in ASKS

    def came(self) -> bool:
        """Return whether the client has waited for what comes now."""
        waited, self._asks = self._asks, False
        return waited


def _hand_on(source: socket.socket, sink: socket.socket, note: Callable[[bytes], None]) -> None:
    with suppress(OSError):
        while data := source.recv(1 << 16):
            note(data)
            sink.sendall(data)
    with suppress(OSError):
        sink.shutdown(socket.SHUT_WR)
