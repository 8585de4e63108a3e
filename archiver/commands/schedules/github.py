"""A GitHub Actions workflow."""

from __future__ import annotations

import json
import posixpath
import shlex
from typing import TYPE_CHECKING

from archiver.commands.schedules.job import fill
from archiver.errors import UsageError
from archiver.places import INDEX, PARTS

if TYPE_CHECKING:
    from archiver.commands.schedules.job import ScheduledCrawl

GLOB = frozenset("*?[]\\")  # what the cache action and git take for patterns


# A fork has none of a repository's variables.
VARIABLE = "ARCHIVER_RUNS_HERE"
SET_VARIABLE = f"""\
# In Settings, Secrets and variables, Actions, Variables,
# add the variable {VARIABLE} with the value yes: without it
# nothing is run. Or print this with --repository OWNER/NAME.
"""
SECRETS = """\
# In Settings, Secrets and variables, Actions, Secrets, add these, with their values:
#   {names}
"""
OUTPUTS = """\
    outputs:
      site: ${{ steps.pack.outcome }}
"""


def render(job: ScheduledCrawl, package: str, repository: str = "", *, pages: bool = False) -> str:
    """Return the workflow for `job`. Raises UsageError.

    package: what pip installs there. repository: the only one in which it is to run, as OWNER/NAME; without it a
    variable of the repository says so. pages: build the site, too, and publish it on GitHub Pages.
    """
    output = posixpath.normpath(job.output)
    if output.startswith(("/", "..")) or GLOB & set(output):
        raise UsageError(
            f"--output {job.output}: expected a directory in the repository, as seen from its root, "
            f"without any of {' '.join(sorted(GLOB))}"
        )
    minutes, hours = job.times()
    build = ["archiver", "site", "build", *_settings(job)]
    return fill(
        "github.template",
        name=job.name,
        minutes=minutes,
        hours=hours,
        # With ./ before it, no first character of it means anything to git, to the cache action or to a program.
        output=_yaml(output if output == "." else f"./{output}"),
        package=_shell([package]),
        where=f"github.repository == '{repository}'" if repository else f"vars.{VARIABLE} == 'yes'",
        once=("" if repository else SET_VARIABLE)
        + (SECRETS.format(names=", ".join(job.secrets)) if job.secrets else ""),
        secrets="".join(f"  {name}: ${{{{ secrets.{name} }}}}\n" for name in job.secrets),
        command=_shell(["archiver", "crawl", *job.arguments]),
        parts=_shell([part for part in PARTS if part != INDEX]),
        outputs=OUTPUTS if pages else "",
        site=fill("github-steps.template", name=job.name, command=_shell(build)) if pages else "",
        publish=fill("github-publish.template") if pages else "",
    )


def _settings(job: ScheduledCrawl) -> list[str]:
    """Return the settings among the arguments of a crawl."""
    words = iter(job.arguments)
    return [part for word in words if word == "-s" for part in (word, next(words))]


def _shell(words: list[str]) -> str:
    """Return `words` for a shell, with no `${{` in them: GitHub would put in a value before a shell sees the line."""
    return shlex.join(words).replace("${{", "$''{{")


def _yaml(value: str) -> str:
    """Return `value` as a YAML string in which GitHub sees no expression but one that gives `${{`."""
    return json.dumps(value, ensure_ascii=False).replace("${{", "${{ '${{' }}")
