"""`archiver duplicates`: articles with other ids and the same text."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from archiver.commands.display import print_line
from archiver.commands.options import add_settings_options, looking, settings_from

if TYPE_CHECKING:
    import argparse

    from archiver.index.catalogue import SameText


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to `subparsers`."""
    parser = subparsers.add_parser(
        "duplicates",
        help="list articles that have other ids and the same text",
        description="List articles that have other ids and the same text: the same characters, when tags, white "
        "space and the note of the source at the end are left out, and at least 50 of them.",
    )
    parser.add_argument("--json", action="store_true", help="print a line of JSON for each group")
    add_settings_options(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """List the groups and return the exit status."""
    with looking(Path(settings_from(arguments)["ARCHIVER_OUTPUT"])) as index:
        for group in index.catalogue.same_text():
            if arguments.json:
                print_line(json.dumps([_fields(one) for one in group], ensure_ascii=False))
                continue
            print_line(f"{len(group)} articles with the same text")
            for one in group:
                fields = _fields(one)
                print_line(f"  {one.key.recipe} {one.key.id}  {fields['published'] or ''}  {one.path or ''}")
    return 0


def _fields(one: SameText) -> dict[str, str | None]:
    published = one.published.isoformat() if one.published else None
    return {"recipe": one.key.recipe, "id": one.key.id, "published": published, "path": one.path}
