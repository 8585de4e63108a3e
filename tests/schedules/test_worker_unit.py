"""The unit for workers in the docs is one that systemd takes."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING

from tests.conftest import PROJECT
from tests.schedules.calls import needed, run

if TYPE_CHECKING:
    from pathlib import Path


def test_systemd_takes_the_unit_for_workers(tmp_path: Path) -> None:
    analyze = needed("systemd-analyze", "systemd")
    (unit,) = re.findall(r"```ini\n(.*?)```", (PROJECT / "docs" / "scale.md").read_text(), re.DOTALL)
    unit = re.sub(r"ExecStart=\S+", f"ExecStart={sys.executable}", unit)  # that is not there
    file = tmp_path / "archiver-worker@.service"
    file.write_text(unit)
    (tmp_path / "archiver-worker@1.service").write_text(unit)
    done = run(analyze, "--user", "verify", str(tmp_path / "archiver-worker@1.service"), XDG_RUNTIME_DIR=str(tmp_path))
    assert (done.returncode, done.stderr) == (0, "")
