"""The object store itself: `python -m tests.store_process`. What stands on its standard input it does, a line each, and
answers with a line of JSON."""

from __future__ import annotations

import json
import sys
from contextlib import nullcontext, suppress
from socket import SHUT_RDWR, SO_REUSEPORT, SOL_SOCKET, socket
from threading import Lock, Thread
from typing import TYPE_CHECKING, Any
from weakref import WeakSet

from moto import settings
from moto.core.authorization import ActionAuthenticatorMixin
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from tests.answering import LOOKS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


class _Quiet(WSGIRequestHandler):
    def log_request(self, *_: object) -> None:
        """Say nothing."""


class _Serving:
    """The store itself."""

    def __init__(self) -> None:
        self._application = DomainDispatcherApplication(create_backend_app)
        self._server: BaseWSGIServer | None = None
        self._writing = Lock()
        self._held: socket | None = None  # has the port while nobody listens there, or others might get it
        self._requests: list[str] = []
        self._losing: list[str] = []
        self._restart: list[str] = []
        self._ignores = False
        self._refusing = 0
        self._sockets: WeakSet[socket] = WeakSet()

    def do(self, line: str) -> Any:
        """Do what a line says, and return what is answered."""
        command, *words = line.split()
        if command == "start":
            return self._start(int(words[0]))
        if command == "stop":
            self._stop()
        if command == "lose":
            self._losing = [words[0]] * int(words[1])
        if command == "refuse":
            self._refusing = int(words[0])
        if command == "restart":
            self._restart = [words[0]] * int(words[1])
        if command == "awaits":
            return bool(self._restart)
        if command == "ignore":
            self._ignores = words[0] == "1"
        if command == "keys":
            settings.INITIAL_NO_AUTH_ACTION_COUNT = float(words[0])
            ActionAuthenticatorMixin.request_count = 0
        if command == "requests":
            found, self._requests = self._requests, []
            return found
        return None

    def _start(self, port: int) -> int:
        own = _bound(port)
        self._held = self._held or _bound(own.getsockname()[1])
        own.listen()
        self._server = make_server(
            "127.0.0.1", port, self._answer, threaded=True, request_handler=_Quiet, fd=own.fileno()
        )
        own.close()  # the server has one of its own to the same end
        Thread(target=self._server.serve_forever, args=(LOOKS,), daemon=True).start()
        return int(self._held.getsockname()[1])

    def _stop(self) -> None:
        server = self._server
        assert server
        server.shutdown()
        server.server_close()
        for one in list(self._sockets):
            with suppress(OSError):
                one.shutdown(SHUT_RDWR)

    def _answer(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        method = environ["REQUEST_METHOD"]
        asked = f"{method} {environ['PATH_INFO']} {environ.get('HTTP_RANGE', '')}"
        self._requests.append(asked.strip())
        self._sockets.add(environ["werkzeug.socket"])
        if self._refusing:
            self._refusing -= 1
            start("503 Slow Down", [("Content-Type", "application/xml")])
            return [b"<Error><Code>SlowDown</Code><Message>Reduce your request rate.</Message></Error>"]
        if self._ignores:
            environ.pop("HTTP_IF_NONE_MATCH", None)
        # What a store compares and what it writes then are one step; here they are two, which requests could share.
        with self._writing if method == "PUT" else nullcontext():
            answer: Iterable[bytes] = self._application(environ, start)
        if self._losing and method == self._losing[0]:
            self._losing.pop()
            environ["werkzeug.socket"].shutdown(SHUT_RDWR)
        if self._restart and method == self._restart[0]:
            self._restart.pop()
            if not self._restart:
                self._stop()
                self._start(self._held.getsockname()[1] if self._held else 0)
        return answer


def _bound(port: int) -> socket:
    own = socket()
    own.setsockopt(SOL_SOCKET, SO_REUSEPORT, 1)
    own.bind(("127.0.0.1", port))
    return own


if __name__ == "__main__":
    serving = _Serving()
    for command in sys.stdin:
        print(json.dumps(serving.do(command)), flush=True)
