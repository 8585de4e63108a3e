"""A command, measured from outside (`python -m bench.command COMMAND…`)."""

from __future__ import annotations

import json
import os
import re
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

from bench.figures import BenchError

ROOT = Path(__file__).parent.parent
# Variables that would change what is measured.
FOREIGN = re.compile(r"ARCHIVER_|SCRAPY_|PYTHONDONTWRITEBYTECODE$|.*_proxy$", re.IGNORECASE)


class Done(NamedTuple):
    """A command that has ended: what it printed, what it took, in seconds, and its largest memory, in MB."""

    status: int
    output: str
    wall: float
    cpu: float
    peak: float


def environment(**more: str) -> dict[str, str]:
    """Return the environment for what is measured."""
    return {**{name: value for name, value in os.environ.items() if not FOREIGN.match(name)}, **more}


def archiver(*arguments: str, **variables: str) -> Done:
    """Run `archiver` with `arguments` and the environment's `variables`. Raises BenchError unless all goes well."""
    return run(sys.executable, "-m", "archiver", *arguments, **variables)


def run(*words: str, **variables: str) -> Done:
    """Run a command with the environment's `variables`. Raises BenchError unless all goes well."""
    # By a small process in between: Linux counts the memory of a process as that of those which it starts.
    command = [sys.executable, "-m", "bench.command", *words]
    process = subprocess.run(command, env=environment(**variables), cwd=ROOT, stdout=subprocess.PIPE, check=True)
    done = Done(*json.loads(process.stdout))
    if done.status:
        raise BenchError(f"{' '.join(words)} ended with status {done.status}: {done.output}")
    return done


def main() -> None:
    """Run the command that the command line is, and print a Done as JSON."""
    begun = time.perf_counter()
    process = subprocess.run(sys.argv[1:], stdout=subprocess.PIPE, text=True, check=False)
    wall, used = time.perf_counter() - begun, resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu, peak = used.ru_utime + used.ru_stime, used.ru_maxrss / 1024
    print(json.dumps(Done(process.returncode, process.stdout, wall, cpu, peak)))


if __name__ == "__main__":
    main()
