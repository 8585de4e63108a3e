"""Read-ahead: requests to an object store are slow one after the other, and cheap side by side."""

from __future__ import annotations

from collections import deque
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from concurrent.futures import Future

T = TypeVar("T")
R = TypeVar("R")
MAX_REQUESTS = 16  # requests at a time


def read_ahead(work: Callable[[T], R], items: Iterable[T]) -> Iterator[R]:
    """Yield what `work` returns for each of `items`, in their order. Threads call it for the next MAX_REQUESTS items
    before their results are asked for. Raises what `work` raises."""
    pending: deque[Future[R]] = deque()
    for item in items:
        pending.append(_threads().submit(work, item))
        if len(pending) > MAX_REQUESTS:
            yield pending.popleft().result()
    while pending:
        yield pending.popleft().result()


@cache
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(MAX_REQUESTS, thread_name_prefix="store-ahead")
