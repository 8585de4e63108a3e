"""The documentation says what is so: its examples work, and nothing that a user can set is missing from it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from archiver import Archive as ArchiveApi
from archiver import settings
from archiver.addresses import resolve
from archiver.recipes import FieldPlace, SiteRecipe, load_recipe, load_site
from archiver.recipes import recipe as types

if TYPE_CHECKING:
    from tests.conftest import Archive

PROJECT = Path(__file__).parent.parent
OF_THE_MACHINE = {"ARCHIVER_EXTRACTORS": "one less than there are cores"}
PAGES = [PROJECT / "README.md", PROJECT / "CHANGELOG.md", *sorted((PROJECT / "docs").glob("*.md"))]


def read(name: str) -> str:
    """Return a page of the documentation."""
    return (PROJECT / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", [name for name in dir(settings) if name.startswith("ARCHIVER_")])
def test_every_setting_is_documented_with_its_default(name: str) -> None:
    (row,) = re.findall(rf"^\| `{name}` \| (.*?) \|", read("docs/settings.md"), re.MULTILINE)
    default = OF_THE_MACHINE.get(name, getattr(settings, name))
    assert row.strip("`") in ([str(default)] if default != "" else ["none", "the recipe's"])


def test_the_example_recipe_is_one(tmp_path: Path) -> None:
    short, example = re.findall(r"```yaml\n(.*?)```", read("docs/recipes.md"), re.DOTALL)
    file = tmp_path / "gazette.yaml"
    file.write_text(short, encoding="utf-8")
    assert load_site(file).knows("https://www.isle.example/post/2026/ferry")
    file.write_text(example, encoding="utf-8")
    recipe = load_recipe(file)
    assert resolve("https://gazette.example.com/story/20240315", [recipe]).id == "20240315"
    assert resolve("https://www.gazette.example.com/read?story=G20240315", [recipe]).id == "20240315"


@pytest.mark.parametrize(
    "part",
    [
        *(types.Recipe, types.PageRules, types.Listing, types.Endpoint, types.RecheckRule, types.Form, types.Recovery),
        *(types.Politeness, types.CleanRules, types.Drop, SiteRecipe, FieldPlace),
    ],
)
def test_every_key_of_a_recipe_is_documented(part: type[types.Part]) -> None:
    text = read("docs/recipes.md")
    assert [key for key in part.__struct_encode_fields__ if f"`{key}`" not in text] == []


def test_every_method_of_an_archive_is_documented() -> None:
    members = {name: one for name, one in vars(ArchiveApi).items() if name[0] != "_"}
    shown = [f"| `{name}(" for name, one in members.items() if callable(one)]
    shown += [f"| `{name}` |" for name, one in members.items() if isinstance(one, property)]
    text = read("docs/python.md")
    assert [one for one in shown if one not in text] == []


def test_every_option_of_get_is_in_the_readme(archive: Archive) -> None:
    usage = archive.get("--help").stdout
    options = set(re.findall(r"--[\w-]+", usage)) - {"--help"}
    rows = re.findall(r"^\| (`--.*?) \|", read("README.md"), re.MULTILINE)
    assert options == set(re.findall(r"--[\w-]+", " ".join(rows)))


def test_the_commands_of_the_readme_are_there() -> None:
    makefile = read("Makefile")
    for target in re.findall(r"make (\w+)", read("README.md")):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target
    assert "make test" in read(".ci/run")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    links = re.findall(
        r"(?<!`)\]\((?!https?://|//)([^)#]+)",
        re.sub(r"^ {4}.*$", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE),
    )
    assert [link for link in links if "<" not in link and not (page.parent / link).exists()] == []
