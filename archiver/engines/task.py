"""The function that a worker of a cluster runs. It is imported there."""

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

MAX_KEPT_FUNCTIONS = 8  # how many functions that were set up are kept, one for each thread that calls it


def run(version: str, function: str, setup: bytes, job: Any) -> Any:
    """Return the result of a job, or the WorkerError that says how it failed. version: of the archiver that submitted
    the job. setup: pickled."""
    if version != archiver.__version__:
        return EngineError(f"a worker has archiver {archiver.__version__}, and here is {version}: install the same")
    try:
        return _work(function, setup, threading.get_ident())([job])[0]
    except Exception as error:  # the function itself returns its errors, so this is a fault
        return WorkerError(f"the task for {function} failed: {in_a_line(error)}")


@lru_cache(MAX_KEPT_FUNCTIONS)
def _work(function: str, setup: bytes, _thread: int) -> Callable[[list[Any]], list[Any]]:
    """Return the function, set up with `setup`. Each thread of a worker has one of its own, since the functions are not
    thread-safe."""
    module, _, name = function.partition(":")
    work: Callable[[list[Any]], list[Any]] = getattr(import_module(module), name)(pickle.loads(setup))
    return work
