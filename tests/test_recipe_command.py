"""`archiver recipe new` and `archiver recipe test`: a draft from pages, and what a recipe finds on them."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from archiver.commands.display import width_of
from archiver.recipes import load_site
from archiver.replica.exchange import HTML, typed
from tests.conftest import NO_DELAY, Archive, invoke

ADDRESS = "http://www.isle.example/post"
STORIES = {
    "ferry": ("Ferry runs again", "Ann Lee", "2026-03-04T09:30:00+00:00", "The ferry to the island runs from Monday"),
    "otter": ("Otter seen at the mill", "Bo Moss", "2026-03-06T10:00:00+00:00", "An otter swam past the mill at dawn"),
}


def html(name: str) -> str:
    title, author, time, story = STORIES[name]
    return f"""<!doctype html><html lang="en"><head><title>{title} | Isle Post</title></head><body>
<nav><a href=/>Home</a></nav>
<h1 class="c-title" id="t1">{title}</h1><p class="c-by">By <span>{author}</span></p>
<time class="stamp" datetime="{time}">4 March</time><div class="story-text" id="story-{len(title)}">
<p>{story}, the harbour office said on Wednesday, after three weeks in which nobody had seen it.</p>
<p>{story}, it said again on the evening of the same day, when somebody asked whether that was certain.</p></div>"""


@pytest.fixture
def pages(tmp_path: Path) -> list[str]:
    """The files of two pages of one site."""
    for name in STORIES:
        (tmp_path / f"{name}.html").write_text(html(name), encoding="utf-8")
    return [str(tmp_path / f"{name}.html") for name in STORIES]


@pytest.fixture
def recipe(tmp_path: Path, pages: list[str]) -> Path:
    """A drafted recipe."""
    file = tmp_path / "isle.yaml"
    result = invoke("recipe", "new", *pages, "--address", f"{ADDRESS}/x", "--to", str(file))
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")
    return file


def edit(file: Path, old: str, new: str) -> None:
    content = file.read_text(encoding="utf-8")
    assert old in content
    file.write_text(content.replace(old, new), encoding="utf-8")


def test_a_draft_says_on_all_pages_what_the_general_reading_says(recipe: Path) -> None:
    site = load_site(recipe)
    assert (site.name, site.hosts) == ("isle-example", ("www.isle.example", "isle.example"))
    assert site.fields == {
        "title": ("h1.c-title",),
        "published": ("time.stamp",),
        "authors": ("p.c-by",),
    }
    assert "# Ferry runs again | Otter seen at the mill" in recipe.read_text(encoding="utf-8")
    assert "# body: ['say where it is']" in recipe.read_text(encoding="utf-8")  # its id is another on each page


def test_a_draft_says_where_the_body_is_though_a_page_is_read_with_more(pages: list[str]) -> None:
    more = "<p>Nobody has asked the harbour office about the otter yet, but it is thought to know.</p>"
    for page in map(Path, pages):
        content = re.sub('<div class="story-text".*?>', '<div class="c-words">', page.read_text(encoding="utf-8"))
        if page.stem == "otter":
            content = content.replace('<div class="c-words">', '<div class="post-body"><div class="c-words">')
            content += f"{more}</div>"
        page.write_text(content, encoding="utf-8")
    drafted = invoke("recipe", "new", *pages, "--address", ADDRESS).stdout
    assert '  body: ["div.c-words"]\n' in drafted
    assert "body: ['say where it is']" not in drafted


def test_a_draft_of_pages_at_their_addresses(archive: Archive) -> None:
    for name in STORIES:
        archive.replica.routes[f"/post/{name}"] = lambda *_, name=name: typed(html(name), HTML)
    env = {"http_proxy": archive.replica.url, "no_proxy": ""}
    addresses = [f"{ADDRESS}/{name}" for name in STORIES]
    result = invoke("recipe", "new", *NO_DELAY, *addresses, env=env)
    assert (result.returncode, result.stderr) == (0, "")
    assert 'title: ["h1.c-title"]' in result.stdout
    missing = invoke("recipe", "new", *NO_DELAY, f"{ADDRESS}/none", env=env)
    assert (missing.returncode, missing.stdout) == (1, "")
    assert missing.stderr.startswith(f"archiver: {ADDRESS}/none: HTTP status 404")


def test_a_draft_needs_to_know_the_site_and_replaces_nothing(recipe: Path, pages: list[str], tmp_path: Path) -> None:
    assert "of which site it is; say it with --address" in invoke("recipe", "new", *pages).stderr
    result = invoke("recipe", "new", *pages, "--address", ADDRESS, "--to", str(recipe))
    assert (result.returncode, result.stderr) == (
        2,
        f"archiver: {recipe}: is there already; a draft does not replace it\n",
    )


def test_pages_of_several_sites_are_no_site(tmp_path: Path) -> None:
    for host in ("isle", "mill"):
        page = html("ferry").replace("<title>", f"<link rel=canonical href=http://{host}.example/a-1><title>")
        (tmp_path / f"{host}.html").write_text(page, encoding="utf-8")
    result = invoke("recipe", "new", str(tmp_path))
    assert (result.returncode, result.stdout) == (2, "")
    assert "of several sites: isle.example, mill.example" in result.stderr


@pytest.mark.parametrize("width", [60, 80, 120])
def test_what_matched_and_what_did_not_is_shown_field_by_field(recipe: Path, pages: list[str], width: int) -> None:
    edit(recipe, "p.c-by", "p.who")
    result = invoke("recipe", "test", str(recipe), *pages, env={"COLUMNS": str(width)})
    assert result.returncode == 1
    assert result.stderr == "archiver: isle-example: fields.authors: its rules find nothing on any page\n"
    lines = [line.rstrip() for line in result.stdout.splitlines()]
    assert all(width_of(line) <= max(width, len(pages[0])) for line in lines)
    assert "            by recipe isle-example: css h1.c-title" in lines
    assert "            !   no rule finds it: the general reading counts" in lines
    assert lines[-1] == "2 pages, 0 not as expected"


def test_a_rule_that_finds_something_on_one_page_is_of_use(recipe: Path, pages: list[str]) -> None:
    edit(recipe, '["p.c-by"]', """[{"xpath": "//span[.='Ann Lee']"}]""")
    result = invoke("recipe", "test", str(recipe), *pages)
    assert (result.returncode, result.stderr) == (0, "")


def test_expected_values_are_kept_and_run(recipe: Path, pages: list[str]) -> None:
    assert invoke("recipe", "test", "--keep", str(recipe), *pages, "--address", f"{ADDRESS}/x").returncode == 0
    expected = recipe.with_name("isle.expected.jsonl")
    assert [json.loads(line)["title"] for line in expected.read_text(encoding="utf-8").splitlines()] == [
        "Ferry runs again",
        "Otter seen at the mill",
    ]
    result = invoke("recipe", "test", str(recipe))
    assert result.returncode == 0
    assert result.stdout.count("all as expected") == 2
    edit(expected, "Bo Moss", "Bo Mole")
    result = invoke("recipe", "test", str(recipe))
    assert result.returncode == 1
    assert "expected Bo Mole\n                got Bo Moss\n" in result.stdout
    told = [json.loads(line) for line in invoke("recipe", "test", "--json", str(recipe)).stdout.splitlines()]
    assert [one["wrong"] for one in told] == [[], [{"field": "authors", "expected": "Bo Mole", "got": "Bo Moss"}]]
    assert told[0]["matched"] == ["authors", "published", "title"]


@pytest.mark.parametrize(
    ("values", "wrong"),
    [
        ({"has": ["nobody had seen it"], "lacks": ["Home"], "published": "2026-03-04T09:30:00"}, []),
        ({"has": ["everybody"]}, ["text"]),
        ({"lacks": ["nobody"]}, ["text"]),
        ({"published": "2026-03-04T09:30:00+01:00", "language": "de"}, ["published", "language"]),
        ({"refused": "an error page"}, ["refused"]),
    ],
)
def test_each_kind_of_expectation(recipe: Path, values: dict[str, object], wrong: list[str]) -> None:
    line = json.dumps({"page": "ferry.html", "address": f"{ADDRESS}/ferry", **values})
    recipe.with_name("isle.expected.jsonl").write_text(f"\n{line}\n", encoding="utf-8")
    (told,) = map(json.loads, invoke("recipe", "test", "--json", str(recipe)).stdout.splitlines())
    assert [one["field"] for one in told["wrong"]] == wrong


def test_a_page_that_is_no_article_fails(recipe: Path, tmp_path: Path) -> None:
    page = tmp_path / "gone.html"
    page.write_text("<title>Page not found</title>", encoding="utf-8")
    result = invoke("recipe", "test", str(recipe), str(page))
    assert result.returncode == 1
    assert "got an error page (it is headed" in result.stdout


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "isle.expected.jsonl: line 1: "),
        ('{"page": "ferry.html", "titel": "x"}', "line 1: Object contains unknown field `titel`"),
        ('{"page": "none.html"}', "none.html: cannot be read: No such file"),
        ("", "no page was given, and there is no "),
    ],
)
def test_a_mistake_in_what_is_expected_is_said(recipe: Path, content: str, message: str) -> None:
    recipe.with_name("isle.expected.jsonl").write_text(content, encoding="utf-8")
    result = invoke("recipe", "test", str(recipe))
    assert result.returncode in (1, 2)
    assert message in result.stderr
