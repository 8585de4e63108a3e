"""`archiver verify`: is the archive whole?"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from archiver.commands.display import print_line, print_problems
from archiver.commands.options import add_settings_options, looking, settings_from
from archiver.index import Index
from archiver.manifest import add_manifest
from archiver.session_options import session_options
from archiver.statuses import FAILED
from archiver.verify.credentials import remove_credentials
from archiver.verify.files import sweep
from archiver.verify.problems import HEADINGS, NOTES
from archiver.verify.repair import Repair
from archiver.verify.verify import Verification

if TYPE_CHECKING:
    import argparse

    from archiver.configuration import Configuration
    from archiver.verify.problems import Problem


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to `subparsers`."""
    parser = subparsers.add_parser(
        "verify",
        help="check every post, version, capture and manifest, offline",
        description="Check every post and earlier version against what was written, every capture against its digest, "
        "the index against the disk both ways, local pictures, and the chain of manifests. The exit status is 0 "
        "only if nothing is wrong, or everything was repaired.",
    )
    parser.add_argument("--repair", action="store_true", help="restore what the captures allow")
    parser.add_argument(
        "--remove-credentials",
        action="store_true",
        help="first write captures that hold a credential of yours anew without it, and put that on record",
    )
    parser.add_argument("--json", action="store_true", help="print a line of JSON for each problem")
    add_settings_options(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Verify the archive and return the exit status."""
    settings = settings_from(arguments)
    output = Path(settings["ARCHIVER_OUTPUT"])
    if arguments.remove_credentials:
        _remove_credentials(output)
    with looking(output) as index:  # for the error if there is no index, too
        if not arguments.repair:
            verification = Verification(output, index)
            problems = list(verification.problems())
    if arguments.repair:
        verification, problems = _repaired(output, settings)
    left = sum(not problem.repaired for problem in problems if problem.kind not in NOTES)
    repaired = sum(bool(problem.repaired) for problem in problems)
    found = f"{left} {'problem' if left == 1 else 'problems'}" if left else "nothing is wrong"
    summary = f"{verification.files:,} files, {verification.bytes:,} bytes: {found}"
    if repaired:
        summary += f", {repaired} repaired"
    if arguments.json:
        for problem in problems:
            print_line(json.dumps(problem._asdict(), ensure_ascii=False))
        sys.stderr.write(f"{summary}\n")
    else:
        print_problems(problems, HEADINGS)
        print_line(summary)
    return FAILED if left else 0


def _remove_credentials(output: Path) -> None:
    """Write captures anew that hold a credential, while no run can be at work. Raises ArchiverError."""
    with looking(output):  # for the error if there is no index
        pass
    index = Index.open(output)
    try:
        for path in remove_credentials(output, index):
            sys.stderr.write(f"written anew without credentials: {path}\n")
    finally:
        index.close()


def _repaired(output: Path, settings: Configuration) -> tuple[Verification, list[Problem]]:
    """Verify the archive while no run can be at work in it, and what a killed one left open is settled; repair it."""
    index = Index.open(output)
    try:
        sweep(output)
        verification = Verification(output, index)
        problems = list(verification.problems())
        if problems:
            repair = Repair(output, index, session_options(settings).extract)
            problems = [repair.repaired(problem) for problem in problems]
        add_manifest(output, index)
    finally:
        index.close()
    return verification, problems
