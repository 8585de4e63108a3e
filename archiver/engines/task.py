"""What a worker of a cluster does. It is imported there."""

from __future__ import annotations

import pickle
import threading
from functools import lru_cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

import archiver
from archiver.errors import EngineError, WorkerError, in_a_line

if TYPE_CHECKING:
    from collections.abc import Callable

KEPT = 8  # functions that are set up, for each thread that calls them


def run(version: str, function: str, setup: bytes, job: Any) -> Any:
    """Return the result of a job, or the WorkerError that says how it failed. version: of whoever asks. setup:
    pickled."""
    if version != archiver.__version__:
        return EngineError(f"a worker has archiver {archiver.__version__}, and here is {version}: install the same")
    try:
        return _work(function, setup, threading.get_ident())([job])[0]
    except Exception as error:  # which work as it should does not raise
        return WorkerError(f"the task for {function} failed: {in_a_line(error)}")


@lru_cache(KEPT)
def _work(function: str, setup: bytes, _thread: int) -> Callable[[list[Any]], list[Any]]:
    """Return a function that is set up: once for each thread of a worker, as nothing in it expects several."""
    module, _, name = function.partition(":")
    work: Callable[[list[Any]], list[Any]] = getattr(import_module(module), name)(pickle.loads(setup))
    return work
