"""`archiver explain FILE|ADDRESS|ID`: where each field of an article comes from, and candidates that were not taken."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from archiver.addresses import SCHEME_PATTERN
from archiver.commands.display import print_json, print_line, say
from archiver.commands.inputs import InputPage, advice, each_page
from archiver.commands.options import add_archive_option, add_setting_option, archive_from
from archiver.commands.showing import is_said, print_beside, show_field
from archiver.commands.wrapping import columns, wrap
from archiver.errors import UsageError
from archiver.reading import explain_page
from archiver.recipes import site_for
from archiver.statuses import FAILED
from archiver.views.plain import as_json

if TYPE_CHECKING:
    import argparse

    from archiver.archive import Archive
    from archiver.reading import Explanation


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to `subparsers`."""
    parser = subparsers.add_parser(
        "explain",
        help="show where each field of an article comes from, and the candidates that were not taken",
        description="Show how a page is read: for each field its value, the rule that gave it, and the candidates that "
        "were not taken, with the reason; or why the page is no article. An article that the archive has (by its id or "
        "address) is explained from its capture, without the network; any other address is fetched, and nothing is "
        "written. The exit status is 0 only if the page is an article.",
    )
    parser.add_argument("page", metavar="FILE|ADDRESS|ID", help="a saved page (- is standard input), an address, an id")
    parser.add_argument("--address", metavar="ADDRESS", help="where a page in a file came from")
    parser.add_argument("--json", action="store_true", help="print it as JSON")
    add_archive_option(parser)
    add_setting_option(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Explain the page and return the exit status."""
    archive = archive_from(arguments)
    explanation = _explanation(arguments.page, arguments.address, archive)
    if isinstance(explanation, str):
        say(f"{arguments.page}: {explanation}")
        return FAILED
    known = advice(archive, arguments.page, explanation.address) if explanation.refused else ""
    if arguments.json:
        print_json(_as_json(arguments.page, explanation, known), indent=1)
    else:
        _show(arguments.page, explanation, known, columns())
    return FAILED if explanation.refused else 0


def _explanation(page: str, address: str | None, archive: Archive) -> Explanation | str:
    """Return how `page` is read, or why it cannot be obtained. Raises UsageError if it is neither a file, an address
    nor an article of the archive."""
    is_file = page == "-" or (not SCHEME_PATTERN.match(page) and Path(page).is_file())
    if not is_file and (held := archive.explain(page)):
        return held
    if not is_file and not SCHEME_PATTERN.match(page):
        raise UsageError(
            f"{page}: no such file, and no article of {archive.output}; expected a file, an address or an id"
        )
    results: list[Explanation | str] = []
    sites = archive.sites

    def take(page: InputPage) -> None:
        results.append(
            page.problem
            or explain_page(
                page.content,
                page.address,
                content_type=page.content_type,
                fetched=page.fetched,
                recipe=site_for(page.address, page.fetched, sites),
            )
        )

    each_page([page], archive, address, take)
    return results[0] if results else "stopped"


def _as_json(page: str, explanation: Explanation, known: str) -> dict[str, Any]:
    refused = explanation.refused
    return {
        "page": page,
        "address": explanation.address,
        **({"refused": refused.reason, "evidence": refused.evidence} if refused else {}),
        **({"advice": known} if known else {}),
        "fields": {name: as_json(field) for name, field in explanation.fields.items()},
    }


def _show(page: str, explanation: Explanation, known: str, width: int) -> None:
    for line in dict.fromkeys((page, explanation.address or page)):
        print_line("\n".join(wrap(line, width)))
    if refused := explanation.refused:
        print_line("")
        print_beside("refused", refused.reason, width)
        print_beside("", refused.evidence, width, mark="because ")
        if known:
            print_beside("", known, width)
    for name, field in explanation.fields.items():
        if is_said(field) or field.lost:
            print_line("")
            show_field(name, field, width)
    if silent := [name for name, field in explanation.fields.items() if not is_said(field) and not field.lost]:
        print_line("")
        print_beside("(nothing)", f"is said of {', '.join(silent)}", width)
