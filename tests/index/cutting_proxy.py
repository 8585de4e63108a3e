"""A proxy before a server. It cuts connections at words that the client sends, before or after the server has them."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from typing import Self


class CuttingProxy:
    """Listens at `port`. cuts: how many connections it has cut."""

    def __init__(self, server: int) -> None:
        self._server = server
        self._words, self._forward, self._tell_server = b"", False, True
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.cuts = 0
        self._held: list[socket.socket] = []
        self._threads = [threading.Thread(target=self._accept, daemon=True)]

    def cut_at(self, words: bytes, *, forward: bool, tell_server: bool = True) -> None:
        """Cut the connection on which these words come next. forward: when the server has got them, and has answered.
        tell_server: that the client is gone."""
        self._words, self._forward, self._tell_server = words, forward, tell_server

    def __enter__(self) -> Self:
        self._threads[0].start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join(10)
        for one in self._held:
            one.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                thread = threading.Thread(target=self._serve, args=(client,), daemon=True)
                self._threads.append(thread)
                thread.start()

    def _serve(self, client: socket.socket) -> None:
        upstream = socket.create_connection(("127.0.0.1", self._server))
        back = threading.Thread(target=_copy, args=(upstream, client), daemon=True)
        back.start()
        with suppress(OSError):
            while data := client.recv(1 << 16):
                if self._words and self._words in data:
                    self._words = b""
                    self.cuts += 1
                    if self._forward:
                        self._answer(client, upstream, back, data)
                    break
                upstream.sendall(data)
        _end(client)
        if self._tell_server:
            _end(upstream)
        else:
            self._held.append(upstream)
        back.join(10)
        client.close()
        if self._tell_server:
            upstream.close()

    def _answer(self, client: socket.socket, upstream: socket.socket, back: threading.Thread, data: bytes) -> None:
        """Let the server carry out what it is sent, and let nobody hear of it."""
        client.shutdown(socket.SHUT_WR)  # what comes back finds it closed
        upstream.sendall(data)
        upstream.shutdown(socket.SHUT_WR)  # the server ends when it has done all
        back.join(10)


def _copy(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(1 << 16):
            with suppress(OSError):
                target.sendall(data)


def _end(connection: socket.socket) -> None:
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
