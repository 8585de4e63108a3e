"""Servers of the tests' own process: each answers in a thread, and ends at once when it is needed no more."""

from __future__ import annotations

from contextlib import contextmanager
from threading import Thread
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from socketserver import BaseServer

LOOKS = 0.02  # seconds until it is looked again whether it is to end: half a second, unless one says so


@contextmanager
def answering(server: BaseServer) -> Iterator[None]:
    """Have a server that listens answer; it is closed in the end."""
    with server:
        thread = Thread(target=server.serve_forever, args=(LOOKS,), daemon=True)
        thread.start()
        try:
            yield
        finally:
            server.shutdown()
            thread.join()
