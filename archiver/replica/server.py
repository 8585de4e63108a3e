"""The replica as a running server."""

from __future__ import annotations

from threading import Thread
from typing import TYPE_CHECKING, Any, Self

from archiver.replica.exchange import Reply, Seen, plain
from archiver.replica.faults import SERVED, Case, Fault, complete_options
from archiver.replica.rules import FaultRule, Rules
from archiver.replica.site import Site, bare
from archiver.replica.validators import unless_held
from archiver.replica.wire import Wire

if TYPE_CHECKING:
    from types import TracebackType


class Replica(Site):
    """A stand-in for the news-share site, on loopback.

    A context manager. It answers by path, whatever the host, and as a plain HTTP proxy too: with `http_proxy` set
    to its `url`, a client reaches it under the real addresses. `requests` lists what was asked, oldest first.
    With port 0 a free port is taken on `start`.
    """

    def __init__(self, host: str = "127.0.0.1", port: int = 0) -> None:
        super().__init__()
        self.host = host
        self.port = port
        self.requests: list[Seen] = []
        self._rules = Rules()
        self._wire: Wire | None = None

    @property
    def url(self) -> str:
        """The replica's own address, without a slash at the end."""
        return f"http://{self.host}:{self.port}"

    def start(self) -> Self:
        """Serve in a background thread; from the return on, connections are accepted."""
        if self._wire:
            raise RuntimeError(f"the replica runs already, at {self.url}")
        self._wire = Wire((self.host, self.port), self.respond)
        self.port = self._wire.server_address[1]
        Thread(target=self._wire.serve_forever, args=(0.02,), name="replica", daemon=True).start()
        return self

    def stop(self) -> None:
        """Stop serving and drop all connections; `start` serves again, at the same port."""
        if self._wire:
            self._wire.close()
            self._wire = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def fail(
        self,
        fault: Fault,
        id: str | None = None,  # noqa: A002
        path: str | None = None,
        listing: str | None = None,
        times: int | None = None,
        **options: Any,
    ) -> None:
        """Answer requests for that article, exact path or listing with a fault; given none, all but /robots.txt.

        `listing` is one of the names in `listings`; any other is a ValueError. `times` limits how often. Of several
        faults for one request the one set first is used, until it is spent. The options are those
        of the fault; an unknown or missing one is a TypeError.
        """
        complete = complete_options(fault, options)
        if listing is not None and listing not in self.listings:
            raise ValueError(f"there is no listing {listing}; there are: {', '.join(self.listings)}")
        self._rules.add(FaultRule(fault, id if id is None else bare(id), path, listing, times, complete))

    def heal(self) -> None:
        """Remove all faults."""
        self._rules.clear()

    def respond(self, seen: Seen) -> Reply:
        """Note the request and answer it, with a fault where one is due."""
        self.requests.append(seen)
        if seen.method == "CONNECT":
            return plain(501)
        if rule := self._rules.take(seen):
            return SERVED[rule.fault](Case(self, seen, rule.options))
        return unless_held(self.answer(seen), seen)
