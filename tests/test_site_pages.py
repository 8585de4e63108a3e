"""Posts of general web pages on a built site."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.sites import build, dead_links, files, page, site_of, titles
from tests.web import Web, archive, story, web

if TYPE_CHECKING:
    from tests.conftest import Archive

__all__ = ["archive", "web"]  # fixtures

HOME = "http://www.merrow.example/2026/11/01/a-bridge-opens"


def test_an_article_of_any_page_is_on_the_site(archive: Archive, web: Web) -> None:
    assert archive.get(web.put(HOME, story(canonical=HOME))).returncode == 0
    done = build(archive)
    assert (done.returncode, done.stderr) == (0, "")
    assert dead_links(site_of(archive)) == []
    (path,) = (name for name in files(site_of(archive)) if name.startswith("merrowcourier/"))
    assert path.startswith("merrowcourier/2026/11/01/a-bridge-opens-")
    article = page(archive, path)
    assert article.cssselect("h1")[0].text_content() == "A bridge opens over the Merrow"
    assert "2026-11-01 08:15:00 +0100" in article.text_content()
    assert article.cssselect("article")[0].get("lang") == "en"  # and not the one of the site's own words
    assert page(archive, "index.html").cssselect(".articles a")[0].get("lang") == "en"
    assert titles(archive, "category/MerrowCourier.html") == ["A bridge opens over the Merrow"]
    assert page(archive, "category/MerrowCourier.html").cssselect("h1")[0].text_content() == "Merrow Courier"
