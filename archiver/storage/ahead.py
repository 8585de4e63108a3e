"""Asking ahead: what a store answers takes long to come, and little to wait for."""

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
AT_ONCE = 16  # requests


def ahead(work: Callable[[T], R], items: Iterable[T]) -> Iterator[R]:
    """Yield what `work` returns for each of `items`, in their order; it is called for some before they are needed, in
    threads."""
    asked: deque[Future[R]] = deque()
    for item in items:
        asked.append(_threads().submit(work, item))
        if len(asked) > AT_ONCE:
            yield asked.popleft().result()
    while asked:
        yield asked.popleft().result()


@cache
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(AT_ONCE, thread_name_prefix="store-ahead")
