"""Sites that are built of archives, and their pages as a browser has them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote, urljoin, urlsplit

from archiver.html import parse_document
from archiver.site.record import RECORD_FILE
from tests.adopting import RECIPE, good, put

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path

    from lxml.html import HtmlElement

    from tests.conftest import Archive

HERE = "http://site.example"
DAY = datetime(2022, 1, 24, 12, tzinfo=RECIPE.zone())


def fill(archive: Archive, count: int, *, first: int = 0, form: str = "share", **fields: Any) -> None:
    """Put posts into an archive and have it adopted: one a minute, each with a text of its own."""
    for number in range(first, first + count):
        published = DAY + timedelta(minutes=number)
        text = f"<p>第{number}篇的正文，" + "一句与别处不同的话" * 6 + f"（{number}）。</p>"
        made = {"title": f"第{number}篇", "published": published, "body": text, **fields}
        put(archive, *good(f"20220124{number:010}", form, **made))
    assert archive.invoke("adopt", str(archive.output)).returncode == 0


def build(archive: Archive, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Build the site of an archive, and return how that went."""
    return archive.invoke("site", "build", *arguments, "--output", str(archive.output))


def site_of(archive: Archive) -> Path:
    """Return where the site is."""
    return archive.output / "_site"


def files(site: Path) -> dict[str, bytes]:
    """Return the files of a site, but for the record that the build keeps."""
    found = (file for file in sorted(site.rglob("*")) if file.is_file() and file.name != RECORD_FILE)
    return {file.relative_to(site).as_posix(): file.read_bytes() for file in found}


def page(archive: Archive, path: str) -> HtmlElement:
    """Return a page of the site."""
    return parse_document((site_of(archive) / path).read_text("utf-8"))


def titles(archive: Archive, path: str) -> list[str]:
    """Return the titles of the articles that a list shows, in its order."""
    return [str(link.text_content()) for link in page(archive, path).cssselect(".articles .what > a")]


def kinds(site: Path) -> list[str]:
    """Return a page of each kind."""
    there = sorted(files(site))
    wanted = [
        *(
            "index.html",
            "404.html",
            "sources/index.html",
            "about/index.html",
            "search/index.html",
            "archive/index.html",
        ),
        *("archive/2022/index.html", "archive/2022/01/index.html", "archive/2022/01/24/index.html"),
        next(path for path in there if path.startswith("category/")),
    ]
    return [*wanted, *[path for path in there if "/2022/01/24/" in path and "archive/" not in path]]


def dead_links(site: Path) -> list[tuple[str, str]]:
    """Return the links of all pages that lead to no file of the site, nor to another one: page and link."""
    there = files(site)
    dead = []
    for name, content in there.items():
        if not name.endswith(".html"):
            continue
        for element in parse_document(content.decode()).iter("a", "link"):
            link = str(element.get("href"))
            target = urlsplit(urljoin(f"{HERE}/{quote(name)}", link))
            if target.scheme not in ("http", "https"):
                dead.append((name, link))
            elif f"{target.scheme}://{target.netloc}" == HERE:
                path = unquote(target.path).removeprefix("/")
                path = f"{path}index.html" if path.endswith("/") or not path else path
                if path not in there:
                    dead.append((name, link))
    return dead
