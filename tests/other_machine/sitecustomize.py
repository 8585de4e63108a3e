"""What makes processes ones of another machine (in PYTHONPATH): its name, its clock, and how long it waits for others.

MACHINE: its name. CLOCK: seconds by which its clock is wrong. SILENCE: seconds after which it takes others for dead.
"""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import os
import socket
import sys
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import ModuleType

SETTING = "MAX_SILENCE_MICROS"
time_of_machine, wrong = time.time_ns, int(float(os.environ["CLOCK"]) * 1_000_000_000)
time.time_ns = lambda: time_of_machine() + wrong
time.time = lambda: time.time_ns() / 1_000_000_000
socket.gethostname = lambda: os.environ["MACHINE"]


class Impatient(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Loads one module, and has it wait for less long."""

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """Find the module."""
        if name != "archiver.index.workers":
            return None
        sys.meta_path.remove(self)
        spec = importlib.machinery.PathFinder.find_spec(name, path, target)
        assert spec
        assert spec.loader
        self._loader = spec.loader
        spec.loader = self
        return spec

    def exec_module(self, module: ModuleType) -> None:
        """Load it."""
        self._loader.exec_module(module)
        assert hasattr(module, SETTING), f"{module.__name__} has no {SETTING}: the machines would wait for minutes"
        setattr(module, SETTING, round(float(os.environ["SILENCE"]) * 1_000_000))


sys.meta_path.insert(0, Impatient())
