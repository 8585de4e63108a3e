"""Programs of others that open web archives: pywb and py-wacz, in an environment of their own."""

from __future__ import annotations

import os
import socket
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.request import ProxyHandler, build_opener

import pytest

from tests.conftest import PROJECT

if TYPE_CHECKING:
    from collections.abc import Iterator

CONSUMERS = Path(os.environ.get("CONSUMERS", PROJECT / ".venv" / "consumers")) / "bin"  # tests/install-consumers
DIRECT = build_opener(ProxyHandler({}))  # whatever proxy this machine has
LOCAL = {name: value for name, value in os.environ.items() if "proxy" not in name.lower()}


def consumer(name: str) -> str:
    """Return a command of pywb or py-wacz, or skip the test."""
    if not (CONSUMERS / name).exists():
        pytest.skip(f"{name} is missing; to have it: tests/install-consumers")
    return str(CONSUMERS / name)


def run(*command: str, **options: Any) -> subprocess.CompletedProcess[str]:
    """Run a command of another package."""
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, env=LOCAL, **options)


def fetched(address: str) -> bytes:
    """Return what is at an address of this machine."""
    with DIRECT.open(address, timeout=60) as answer:
        return bytes(answer.read())


@contextmanager
def served_by_pywb(root: Path, *added: str, settings: str = "") -> Iterator[str]:
    """Serve web archives with pywb, and return their address. root: a directory of its own. added: files, and options
    of `wb-manager add`. settings: further lines of its configuration."""
    manager = consumer("wb-manager")
    (root / "config.yaml").write_text(
        f"framed_replay: false\n{settings}", encoding="utf-8"
    )  # a page is the document itself
    assert run(manager, "init", "news", cwd=root).returncode == 0
    assert run(manager, "add", "news", *added, cwd=root).returncode == 0
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [consumer("wayback"), "--bind", "127.0.0.1", "--port", str(port), "--directory", str(root)]
    with (root / "log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, env=LOCAL, cwd=root)
    try:
        for _ in range(1200):
            with socket.socket() as there:
                if there.connect_ex(("127.0.0.1", port)) == 0:
                    break
            assert process.poll() is None, (root / "log").read_text()
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}/news"
    finally:
        process.terminate()
        process.wait(20)
