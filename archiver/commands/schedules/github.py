"""A GitHub Actions workflow."""

from __future__ import annotations

import json
import posixpath
import shlex
from typing import TYPE_CHECKING

from archiver.commands.schedules.job import fill
from archiver.errors import UsageError

if TYPE_CHECKING:
    from archiver.commands.schedules.job import Job

GLOB = frozenset("*?[]\\")  # what the cache action and git take for patterns


def render(job: Job, package: str) -> str:
    """Return the workflow for `job`; `package` is what pip installs there. Raises UsageError."""
    output = posixpath.normpath(job.output)
    if output.startswith(("/", "..")) or GLOB & set(output):
        raise UsageError(
            f"--output {job.output}: expected a directory in the repository, as seen from its root, "
            f"without any of {' '.join(sorted(GLOB))}"
        )
    minutes, hours = job.times()
    return fill(
        "github.template",
        name=job.name,
        minutes=minutes,
        hours=hours,
        # With ./ before it, no first character of it means anything to git, to the cache action or to a program.
        output=_yaml(output if output == "." else f"./{output}"),
        package=_shell([package]),
        command=_shell(["archiver", "crawl", *job.arguments]),
    )


def _shell(words: list[str]) -> str:
    """Return `words` for a shell, with no `${{` in them: GitHub would put in a value before a shell sees the line."""
    return shlex.join(words).replace("${{", "$''{{")


def _yaml(value: str) -> str:
    """Return `value` as a YAML string in which GitHub sees no expression but one that gives `${{`."""
    return json.dumps(value, ensure_ascii=False).replace("${{", "${{ '${{' }}")
