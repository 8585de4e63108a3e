"""Pictures of an archive on the sites that Jekyll and Hugo build of it: none is dead."""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

import pytest

from archiver.html import parse_document
from tests.drawn import jpeg
from tests.jekyll.site import ENVIRONMENT
from tests.web import Web, archive, story, web

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Archive

__all__ = ["archive", "web"]  # fixtures

PAGE = "http://courier.example/2026/a-bridge.html"
CAME, DRAWN, LOST = "http://cdn.example/1.jpg", "http://cdn.example/2.svg", "http://cdn.example/3.png"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="40" height="40"><path d="M1 1h38"/></svg>'
HERE = "http://site.example"


@pytest.fixture
def illustrated(archive: Archive, web: Web) -> Archive:
    """An archive with an article of which two pictures have come, and one has not."""
    figures = "".join(f'<figure><img src="{one}" alt="A bridge"></figure>' for one in (CAME, DRAWN, LOST))
    web.put(PAGE, story(canonical=PAGE).replace("<div class='article-body'>", f"<div class='article-body'>{figures}"))
    web.put(CAME, jpeg(80, 60), "image/jpeg")
    web.put(DRAWN, SVG, "image/svg+xml")
    assert archive.get("--pictures", PAGE).returncode == 0
    return archive


def pictures(site: Path, root: str = "") -> dict[str, bytes | None]:
    """What each picture that a page of a site shows is there; None if it is not. root: of the site, under its host."""
    shown: dict[str, bytes | None] = {}
    for page in site.rglob("*.html"):
        address = f"{HERE}{root}/{page.relative_to(site).as_posix()}"
        for element in parse_document(page.read_text("utf-8")).iter("img"):
            source = urljoin(address, str(element.get("src")))
            parts = urlsplit(source)
            file = site / parts.path.removeprefix(f"{root}/")
            is_here = f"{parts.scheme}://{parts.netloc}" == HERE
            shown[source] = file.read_bytes() if is_here and file.is_file() else None
    return shown


def run(*command: str, root: Path) -> None:
    """Have a program build a site, which it must do without a word."""
    if not shutil.which(command[0]):
        pytest.skip(f"{command[0]} is missing; to have it: apt-get install {command[0]}")
    done = subprocess.run(
        command, cwd=root, env={**os.environ, **ENVIRONMENT}, capture_output=True, text=True, timeout=120, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_jekyll_publishes_them(illustrated: Archive) -> None:
    assert illustrated.invoke("site", "jekyll", "--output", str(illustrated.output)).returncode == 0
    run("jekyll", "build", "--quiet", root=illustrated.output)
    shown = pictures(illustrated.output / "_jekyll")
    assert shown.pop(LOST) is None  # as the page has it
    assert set(shown.values()) == {jpeg(80, 60), SVG}


@pytest.mark.parametrize("root", ["", "/sub"])
def test_hugo_publishes_them(illustrated: Archive, tmp_path: Path, root: str) -> None:
    site = tmp_path / "site"
    layouts = site / "layouts" / "_default"
    layouts.mkdir(parents=True)
    (site / "content").mkdir()
    (site / "config.toml").write_text(f'baseURL = "{HERE}{root}/"\ntitle = "A site"\n', "utf-8")
    (layouts / "single.html").write_text("<main>{{ .Content }}</main>", "utf-8")
    (layouts / "list.html").write_text("{{ range .Site.RegularPages }}<p>{{ .Summary }}</p>{{ end }}", "utf-8")
    assert illustrated.archiver("export", "hugo", "--to", str(site / "content" / "news")).returncode == 0
    run("hugo", "--quiet", root=site)
    shown = pictures(site / "public", root)
    assert shown.pop(LOST) is None
    assert set(shown.values()) == {jpeg(80, 60), SVG}
    assert len(shown) == 2  # in lists there are none
    lists = (site / "public" / "index.html").read_text("utf-8")
    assert "The bridge over the Merrow" in lists
