"""`archiver recipe new|test`: draft a recipe for a site from its pages, and try one on pages."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from archiver.commands.display import count, print_json, print_line, say
from archiver.commands.inputs import InputPage, each_page
from archiver.commands.options import add_setting_option, add_target_option, archive_from, path_from
from archiver.commands.showing import print_beside, show_field
from archiver.commands.wrapping import columns, wrap
from archiver.errors import StoreError, UsageError, os_reason
from archiver.recipes import load_site
from archiver.statuses import FAILED
from archiver.storage import write_atomically
from archiver.teaching import (
    EXPECTED_ENDING,
    DraftPage,
    Expected,
    differences,
    draft,
    expected_of,
    file_beside,
    read_expected,
)
from archiver.views.plain import as_json

if TYPE_CHECKING:
    import argparse

    from archiver.reading import Explanation
    from archiver.recipes import SiteRecipe

GENERAL_READING_NOTE = "no rule finds it: the general reading counts"


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to `subparsers`."""
    parser = subparsers.add_parser(
        "recipe",
        help="draft a recipe for a site that is read wrong, and try it",
        description="Draft a recipe for a site from some of its pages, and try one on pages (docs/recipes.md).",
    )
    commands = parser.add_subparsers(required=True, metavar="new|test", parser_class=type(parser))
    new = commands.add_parser(
        "new",
        help="draft a recipe from one or more pages",
        description="Print a recipe for the site that some pages are of: for each field a selector that finds on all "
        "of them what the reading without a recipe finds; the values stand beside it as comments.",
    )
    new.add_argument("pages", nargs="+", metavar="ADDRESS|FILE", help="pages of one site")
    add_target_option(new, "default: standard output")
    new.set_defaults(run=run_new)
    test = commands.add_parser(
        "test",
        help="show what a recipe finds on pages",
        description="Show field by field what the rules of a recipe find on pages, and what they do not; and whether "
        "the values that are expected beside the recipe (NAME.expected.jsonl) come out. The exit status is 1 if one "
        "does not, if a page is no article, or if the rules of a field find nothing on any page.",
    )
    test.add_argument("recipe", metavar="RECIPE", help="the file of a recipe for a site")
    test.add_argument("pages", nargs="*", default=[], metavar="PAGE", help="files, directories or addresses")
    test.add_argument("--keep", action="store_true", help="keep the pages and what they say now beside the recipe")
    test.add_argument("--json", action="store_true", help="print a line of JSON for each page")
    test.set_defaults(run=run_test)
    for command in (new, test):
        command.add_argument("--address", metavar="ADDRESS", help="where pages in files came from")
        add_setting_option(command)
        command.set_defaults(output=None)


def run_new(arguments: argparse.Namespace) -> int:
    """Print a draft and return the exit status."""
    target = path_from(arguments.target)
    if target and target.exists():
        raise UsageError(f"{target}: is there already; a draft does not replace it")
    pages: list[DraftPage] = []
    missed: list[InputPage] = []

    def take(page: InputPage) -> None:
        if page.problem:
            missed.append(page)
        else:
            pages.append(_page(page))

    stopped = each_page(arguments.pages, archive_from(arguments), arguments.address, take)
    for page in missed:
        say(f"{page.name}: {page.problem}")
    if stopped or missed:
        return stopped or FAILED
    text = draft(pages)
    if target:
        _write(target, text.encode())
    else:
        print_line(text.rstrip("\n"))
    return 0


def run_test(arguments: argparse.Namespace) -> int:
    """Try a recipe and return the exit status."""
    file = Path(arguments.recipe)
    trial = _Trial(load_site(file), as_lines=arguments.json)
    beside = file_beside(file)
    expected = read_expected(beside)
    if not (expected or arguments.pages):
        raise UsageError(f"no page was given, and there is no {beside}")
    for one in expected:
        trial.expect(one, beside.parent)

    def take(page: InputPage) -> None:
        explained = trial.take(page)
        if arguments.keep and explained:
            _keep(page, explained, beside)

    stopped = each_page(arguments.pages, archive_from(arguments), arguments.address, take)
    return stopped or trial.end()


@dataclass
class _Trial:
    """Tries a recipe on pages, and counts those that are not as expected."""

    recipe: SiteRecipe
    as_lines: bool
    pages: int = 0
    failed: int = 0
    found: set[str] = field(default_factory=set)  # fields that a rule of the recipe found on at least one page

    def expect(self, expected: Expected, directory: Path) -> None:
        """Read a page that is kept beside the recipe, and compare its fields with the expected values."""
        file = directory / expected.page
        try:
            content = file.read_bytes()
        except OSError as error:
            raise UsageError(f"{file}: cannot be read: {os_reason(error)}") from error
        explained = DraftPage(str(file), content, expected.address, None, expected.fetched).explained(self.recipe)
        self._show(str(file), explained, list(differences(expected, explained)), is_expected=True)

    def take(self, page: InputPage) -> Explanation | None:
        """Read a page and return the result; None if the page could not be obtained."""
        if page.problem:
            self.failed += 1
            say(f"{page.name}: {page.problem}")
            return None
        explained = _page(page).explained(self.recipe)
        refused = explained.refused
        wrong = [("refused", "an article", f"{refused.reason} ({refused.evidence})")] if refused else []
        self._show(page.name, explained, wrong, is_expected=False)
        return explained

    def end(self) -> int:
        """Print a summary and the fields that no rule found, and return the exit status."""
        idle = [name for name in self.recipe.fields if name not in self.found] if self.pages else []
        if not self.as_lines:
            print_line("")
            print_line(f"{count(self.pages, 'page')}, {self.failed} not as expected")
        for name in idle:
            say(f"{self.recipe.name}: fields.{name}: its rules find nothing on any page")
        return FAILED if self.failed or idle else 0

    def _show(self, name: str, explained: Explanation, wrong: list[tuple[str, str, str]], *, is_expected: bool) -> None:
        self.pages += 1
        self.failed += bool(wrong)
        named = {field: explained.fields[field] for field in self.recipe.fields if field in explained.fields}
        by_rule = {field for field, value in named.items() if value.rule.startswith(f"{self.recipe.label}:")}
        self.found |= by_rule
        if self.as_lines:
            shown: dict[str, Any] = {"page": name, "matched": sorted(by_rule), "fields": as_json(named)}
            parts = ("field", "expected", "got")
            print_json({**shown, "wrong": [dict(zip(parts, difference, strict=True)) for difference in wrong]})
            return
        width = columns()
        if self.pages > 1:
            print_line("")
        print_line("\n".join(wrap(name, width)))
        if explained.address and not self.recipe.knows(explained.address):
            print_line("\n".join(wrap(f"(the recipe is not for {explained.address})", width)))
        for field_name, value in named.items():
            show_field(field_name, value, width)
            if field_name not in by_rule:
                print_beside("", GENERAL_READING_NOTE, width, mark="!   ")
        for field_name, wanted, got in wrong:
            print_beside(field_name, f"expected {wanted}", width, mark="!   ")
            print_beside("", f"got {got}", width, mark="    ")
        if is_expected and not wrong:
            print_line("all as expected")


def _page(page: InputPage) -> DraftPage:
    return DraftPage(page.name, page.content, page.address, page.content_type, page.fetched)


def _keep(page: InputPage, explained: Explanation, beside: Path) -> None:
    """Save a page beside a recipe, and add what was read from it to the expected values."""
    directory = beside.with_name(f"{beside.name.removesuffix(EXPECTED_ENDING)}.pages")
    before = beside.read_bytes() if beside.exists() else b""
    file = directory / f"{len(before.splitlines()) + 1}.html"
    _write(file, page.content)
    _write(beside, before + expected_of(f"{directory.name}/{file.name}", explained, page.fetched))


def _write(target: Path, content: bytes) -> None:
    try:
        write_atomically(target, content)
    except OSError as error:
        raise StoreError(f"{target}: cannot be written: {os_reason(error)}") from error
