"""`archiver sources`: which sources and listings are known."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archiver.commands.display import print_json
from archiver.commands.options import add_archive_option, archive_from
from archiver.commands.wrapping import print_wrapped

if TYPE_CHECKING:
    import argparse

    from archiver.recipes import SiteRecipe


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to `subparsers`."""
    parser = subparsers.add_parser(
        "sources",
        help="list the sources that archiver has recipes for, and their listings",
        description="List the sources that archiver has recipes for (its own, those of plug-ins, and yours in "
        "ARCHIVER_RECIPES), and the listings of each: these names are what `archiver crawl` takes. Then list the sites "
        "that a recipe helps to read.",
    )
    parser.add_argument("--json", action="store_true", help="print it as JSON")
    add_archive_option(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """List the sources and return the exit status."""
    archive = archive_from(arguments)
    recipes, sites = archive.recipes, archive.sites
    if arguments.json:
        known: list[dict[str, object]] = [
            {"source": name, "listings": list(recipe.listings)} for name, recipe in recipes.items()
        ]
        print_json([*known, *map(_as_json, sites)], indent=1)
        return 0
    for name, recipe in recipes.items():
        print_wrapped(f"{name} (any news page, by its address)" if recipe.is_web else name)
        for listing, rules in recipe.listings.items():
            wanted = "&".join(f"{key}=…" for key, value in rules.parameters.items() if value is None)
            print_wrapped(f"  {name}/{listing}{f'?{wanted}' if wanted else ''}")
    for site in sites:
        until = f", until {site.valid_until}" if site.valid_until else ""
        print_wrapped(f"{site.name}  (pages of {', '.join(site.hosts)}{until})")
    return 0


def _as_json(site: SiteRecipe) -> dict[str, object]:
    until = {"valid_until": site.valid_until.isoformat()} if site.valid_until else {}
    return {"source": site.name, "listings": [], "hosts": site.hosts, "paths": site.paths, **until}
