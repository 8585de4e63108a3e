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

GLOB_CHARACTERS = frozenset("*?[]\\")  # characters that make a path a pattern for the cache action and for git


# The variables of a repository are not copied to its forks, so the workflow does not run there.
GUARD_VARIABLE = "ARCHIVER_RUNS_HERE"
SET_VARIABLE = f"""\
# In Settings, Secrets and variables, Actions, Variables,
# add the variable {GUARD_VARIABLE} with the value yes: without it
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

    package: what pip installs in the workflow. repository: the only repository in which the workflow runs, as
    OWNER/NAME; if it is empty, the workflow runs wherever the variable `GUARD_VARIABLE` is `yes`. pages: also build the
    site and publish it on GitHub Pages.
    """
    output = posixpath.normpath(job.output)
    if output.startswith(("/", "..")) or GLOB_CHARACTERS & set(output):
        raise UsageError(
            f"--output {job.output}: expected a directory in the repository, as seen from its root, "
            f"without any of {' '.join(sorted(GLOB_CHARACTERS))}"
        )
    minutes, hours = job.times()
    build = ["archiver", "site", "build", *_settings(job)]
    return fill(
        "github.template",
        name=job.name,
        minutes=minutes,
        hours=hours,
        # After ./ the first character of the path cannot be misread as an option or a pattern.
        output=_yaml(output if output == "." else f"./{output}"),
        package=_shell([package]),
        where=f"github.repository == '{repository}'" if repository else f"vars.{GUARD_VARIABLE} == 'yes'",
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
    """Return the settings (`-s NAME=VALUE`) among the arguments of a crawl."""
    words = iter(job.arguments)
    return [part for word in words if word == "-s" for part in (word, next(words))]


def _shell(words: list[str]) -> str:
    """Return `words` quoted for a shell, with no `${{` in them: GitHub would evaluate it before the shell runs."""
    return shlex.join(words).replace("${{", "$''{{")


def _yaml(value: str) -> str:
    """Return `value` as a YAML string. A `${{` in it is written as an expression that GitHub evaluates to `${{`."""
    return json.dumps(value, ensure_ascii=False).replace("${{", "${{ '${{' }}")
