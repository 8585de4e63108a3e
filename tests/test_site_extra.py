"""Pages of plug-ins on a built site, and what becomes of those that fail."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from archiver.plugins import Plugin
from archiver.site import Contents, Page, extra
from archiver.text import with_short_words
from tests.sites import build, files, fill, site_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conftest import Archive


@pytest.fixture
def offer(monkeypatch: pytest.MonkeyPatch) -> Callable[[Any], None]:
    """Have this be the plug-in that is installed."""
    return lambda plugin: monkeypatch.setattr(extra, "load_plugins", lambda _: [Plugin("plug-in x", "x:y", plugin)])


def test_pages_come_and_go(archive: Archive, offer: Callable[[Any], None]) -> None:
    fill(archive, 2)
    offer(lambda site: [Page(f"{one.title}/a.html", one.title, "<p>here</p>") for one in site.articles()])
    assert build(archive).returncode == 0
    before = files(site_of(archive))
    assert {path for path in before if path.startswith("pages/")} == {"pages/第0篇/a.html", "pages/第1篇/a.html"}
    assert b"<p>here</p>" in before["pages/第0篇/a.html"]
    offer(lambda _: [])
    assert build(archive).returncode == 0
    assert not [path for path in files(site_of(archive)) if path.startswith("pages/")]


ODD = ("../index.html", "/a.html", "a/../../index.html", "a", ".a.html", "a//b.html", "")
TAKEN = ("right.html/b.html", "right.html")
NO_NAMES = (f"{'a/' * 600}b.html", f"{'a' * 300}.html", "\ud800.html", "a\0.html", "a\n.html")


@pytest.mark.parametrize("path", [*ODD, *TAKEN, *NO_NAMES])
def test_a_page_without_a_place_changes_nothing(archive: Archive, offer: Callable[[Any], None], path: str) -> None:
    fill(archive, 1)
    build(archive)
    before = files(site_of(archive))
    offer(lambda _: [Page("right.html", "", ""), Page(path, "", "")])
    result = build(archive)
    assert (result.returncode, result.stderr.count("\n")) == (1, 1)
    # A path that is too long to be read is shortened in the middle.
    assert with_short_words(f"plug-in x: {path!r}: expected a path") in result.stderr
    assert files(site_of(archive)) == before


def ends(site: Contents) -> list[Page]:
    """A plug-in that ends the program, and says so in two lines."""
    raise SystemExit(f"{site.name}\nends")


@pytest.mark.parametrize(
    "plugin",
    [
        *(lambda _: [1], lambda _: 1 / 0, list, lambda _: None, ends, lambda site: site.nothing),
        *(lambda _, page=page: [Page(*page)] for page in ((None, "", ""), ("a.html", None, ""), ("a.html", "", 7))),
    ],
)
def test_a_plugin_that_fails_is_named(archive: Archive, offer: Callable[[Any], None], plugin: Any) -> None:
    fill(archive, 1)
    build(archive)
    before = files(site_of(archive))
    fill(archive, 1, first=1)
    offer(plugin)
    result = build(archive)
    assert (result.returncode, result.stderr.count("\n")) == (1, 1)
    assert "plug-in x: failed: " in result.stderr
    assert files(site_of(archive)) == before
