"""Plug-ins: another package brings a format, a recipe and an add-on, and the commands use them."""

from __future__ import annotations

import re
import shutil
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from scrapy.settings import Settings

from archiver.html import parse_document
from archiver.scrapy_settings import add_plugins
from tests.conftest import PROJECT
from tests.sites import dead_links, fill, site_of

if TYPE_CHECKING:
    import subprocess

    from tests.conftest import Archive

PLUGIN = Path(__file__).parent / "plugin"
DOCUMENTED = (PLUGIN.parent.parent / "docs" / "plugins.md").read_text(encoding="utf-8")


class Installed:
    """The example, installed into a directory of its own as pip does it, and commands that find it there."""

    def __init__(self, directory: Path, archive: Archive) -> None:
        self.archive = archive
        self.notices = directory / "notices.txt"
        self._directory = directory / "packages"
        shutil.copytree(PLUGIN / "archiver_example", self._directory / "archiver_example")
        self.offer(tomllib.loads((PLUGIN / "pyproject.toml").read_text(encoding="utf-8"))["project"]["entry-points"])

    def offer(self, groups: dict[str, dict[str, str]]) -> None:
        """Let these be the entry points of the package."""
        info = self._directory / "archiver_example-1.0.dist-info"
        info.mkdir(exist_ok=True)
        (info / "METADATA").write_text("Metadata-Version: 2.1\nName: archiver-example\nVersion: 1.0\n")
        lines = (
            f"[{name}]\n" + "".join(f"{key} = {value}\n" for key, value in group.items())
            for name, group in groups.items()
        )
        (info / "entry_points.txt").write_text("\n".join(lines))

    def run(self, command: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a command of archiver, or `scrapy`, where the package is installed."""
        environment = {"PYTHONPATH": str(self._directory)}
        more = ["-s", f"EXAMPLE_NOTICES={self.notices}", "-s", "DOWNLOAD_DELAY=0"]
        if command == "scrapy":
            more += ["-s", f"ARCHIVER_OUTPUT={self.archive.output}"]
            return self.archive.run("-m", "scrapy", *arguments, *more, env=environment)
        if command == "site":
            return self.archive.run(
                *("-m", "archiver", "site", *arguments, "--output", str(self.archive.output)), env=environment
            )
        return self.archive.archiver(command, *arguments, *more, env=environment)


@pytest.fixture
def installed(archive: Archive, tmp_path: Path) -> Installed:
    return Installed(tmp_path, archive)


def test_the_example_depends_on_the_distribution_that_this_is() -> None:
    """Another one could be called as the package that is imported, and would be installed."""
    ours = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["name"]
    example = tomllib.loads((PLUGIN / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert example["dependencies"] == [ours]


def test_recipe_pipeline_and_format_are_used(installed: Installed) -> None:
    one, other = installed.archive.replica.articles[:2]
    got = installed.run("get", f"http://gazette.example.com/story/G{one.id}", f"eastmoney/{other.id}")
    assert got.returncode == 0, got.stderr
    names = sorted(installed.archive.posts)
    assert [f"G{one.id}" in name for name in names].count(True) == 1
    notices = installed.notices.read_text(encoding="utf-8").splitlines()
    assert sorted(line.partition(" ")[0] for line in notices) == [f"_posts/{name}" for name in names]
    exported = installed.run("export", "titles")
    assert exported.returncode == 0, exported.stderr
    assert sorted(exported.stdout.splitlines()) == sorted(
        f"{article.date[:10]} {article.title}" for article in (one, other)
    )
    assert "titles" in installed.run("export", "--help").stdout


def test_a_step_changes_articles_in_crawls_and_replays_alike(installed: Installed) -> None:
    one = installed.archive.replica.articles[0]
    installed.archive.replica.add(replace(one, title=f"速递｜{one.title}"))
    assert installed.run("get", "--warc", f"eastmoney/{one.id}").returncode == 0
    assert f'title: "{one.title}"' in installed.archive.post(one.id)
    assert installed.run("replay").stdout.startswith("0 written, 1 unchanged")


def test_scrapy_uses_them_too(installed: Installed) -> None:
    one = installed.archive.replica.articles[0]
    crawled = installed.run("scrapy", "crawl", "share", "-a", f"url=http://gazette.example.com/story/{one.id}")
    assert crawled.returncode == 0, crawled.stderr
    assert f"G{one.id}.md" in installed.notices.read_text(encoding="utf-8")


def test_pages_are_on_the_site(installed: Installed) -> None:
    fill(installed.archive, 3, title="《题》 & <b>")
    built = installed.run("site", "build")
    assert built.returncode == 0, built.stderr
    site = site_of(installed.archive)
    page = parse_document((site / "pages" / "longest.html").read_text("utf-8"))
    assert [link.text_content() for link in page.cssselect("main li a")] == ["《题》 & <b>"] * 3
    assert dead_links(site) == []
    about = parse_document((site / "about" / "index.html").read_text("utf-8"))
    assert about.cssselect('main li a[href="../pages/longest.html"]')[0].text_content() == "The longest titles"


def test_a_user_turns_an_addon_off(installed: Installed) -> None:
    one = installed.archive.replica.articles[0]
    got = installed.run("get", f"eastmoney/{one.id}", "-s", 'ADDONS={"archiver_example.notice.NoticeAddon": null}')
    assert got.returncode == 0, got.stderr
    assert not installed.notices.exists()


@pytest.mark.parametrize(
    ("group", "value", "arguments", "message"),
    [
        (
            "archiver.addons",
            "archiver_missing:Addon",
            ["get", "1"],
            "plug-in broken of archiver-example (archiver.addons: archiver_missing:Addon): cannot be loaded: "
            "ModuleNotFoundError: No module named 'archiver_missing'",
        ),
        ("archiver.addons", "archiver_example:recipes", ["get", "1"], "AttributeError: "),
        ("archiver.addons", "archiver_example.recipes", ["get", "1"], "archiver_example.recipes): is not a class"),
        (
            "archiver.recipes",
            "archiver_missing",
            ["get", "1"],
            "plug-in broken of archiver-example (archiver.recipes: ",
        ),
        ("archiver.recipes", "archiver_missing", ["export", "jsonl"], "No module named 'archiver_missing'"),
        ("archiver.recipes", "archiver_example.titles", ["get", "1"], "archiver_example.titles): is not a package"),
        ("archiver.recipes", "archiver_example.wrong", ["get", "1"], "wrong/wrong.yaml: the recipe: "),
        ("archiver.formats", "archiver_missing:FORMAT", ["export", "broken"], "broken: No module named"),
        (
            "archiver.formats",
            "archiver_example.titles:write",
            ["export", "broken"],
            "is not an archiver.exports.Format",
        ),
    ],
)
def test_a_broken_plugin_is_named(
    installed: Installed, tmp_path: Path, group: str, value: str, arguments: list[str], message: str
) -> None:
    wrong = tmp_path / "packages" / "archiver_example" / "wrong"
    wrong.mkdir()
    (wrong / "__init__.py").touch()
    (wrong / "wrong.yaml").write_text("name: wrong\n")
    installed.offer({group: {"broken": value}})
    ran = installed.run(*arguments)
    assert (ran.returncode, ran.stdout) == (1, "")
    assert message in ran.stderr
    assert ran.stderr.startswith("archiver: ")
    assert ran.stderr.count("\n") == 1


def test_a_recipe_of_ones_own_comes_before_that_of_a_plugin(installed: Installed, tmp_path: Path) -> None:
    text = (PLUGIN / "archiver_example" / "recipes" / "gazette.yaml").read_text(encoding="utf-8")
    (tmp_path / "gazette.yaml").write_text(text.replace("'G{id}'", "'MINE{id}'"), encoding="utf-8")
    one = installed.archive.replica.articles[0]
    got = installed.run("get", f"http://gazette.example.com/story/{one.id}", "-s", f"ARCHIVER_RECIPES={tmp_path}")
    assert got.returncode == 0, got.stderr
    (name,) = installed.archive.posts
    assert f"MINE{one.id}" in name


def test_without_plugins_nothing_changes() -> None:
    settings = Settings()
    add_plugins(settings)
    assert dict(settings["ADDONS"]) == {}


@pytest.mark.parametrize(
    "file",
    ["pyproject.toml", *(f"archiver_example/{name}" for name in ("titles.py", "step.py", "pages.py", "notice.py"))],
)
def test_the_documentation_shows_the_example(file: str) -> None:
    blocks: list[Any] = re.findall(r"```\w+\n(.*?)```", DOCUMENTED, re.DOTALL)
    assert (PLUGIN / file).read_text(encoding="utf-8") in blocks
