"""Pictures of the main pages of a site, of made-up articles: `python -m tests.screenshots DIR` (`make screenshots`)."""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from archiver.replica import Replica
from tests.browser import Tab, close_browser
from tests.conftest import Archive
from tests.sites import build, fill, site_of

NAME = "旧闻馆"
LISTING = "eastmoney/market-37"


class Window(NamedTuple):
    """A window that pages are shown in."""

    name: str
    width: int
    height: int
    dark: bool


WINDOWS = (
    Window("phone", 390, 844, dark=False),
    Window("phone-dark", 390, 844, dark=True),
    Window("desktop", 1280, 800, dark=False),
    Window("desktop-dark", 1280, 800, dark=True),
)


def main() -> None:
    """Write the pictures into the directory that the command line names, each as PAGE-WINDOW.webp."""
    target = Path(sys.argv[1])
    target.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as folder, Replica() as replica:
        archive = Archive(Path(folder) / "archive", replica)
        archive.crawl(LISTING)
        edited = next(one for one in replica.articles if one.revised)
        replica.edit(edited.id)
        archive.crawl(LISTING, "-s", "ARCHIVER_RECHECK=36500d")
        fill(archive, 55)
        assert build(archive, "-s", f"ARCHIVER_SITE_NAME={NAME}").returncode == 0
        site = site_of(archive)
        article = next(site.glob(f"*/2024/*/*/*{replica.articles[0].id}.html")).relative_to(site)
        changed = next(site.glob(f"*/2024/*/*/*{edited.id}.html")).relative_to(site)
        pages = {
            "home": "",
            "article": article.as_posix(),
            "changes": changed.as_posix(),
            "category": "category/linlanwanbao.html",
            "day": "archive/2022/01/24/",
            "archive": "archive/",
            "year": "archive/2024/",
            "month": "archive/2024/03/",
            "sources": "sources/",
            "search": "search/?q=%E4%B8%B4%E5%B2%9A",
            "about": "about/",
            "lost": "404.html",
        }
        for window in WINDOWS:
            with Tab(site, width=window.width, height=window.height, dark=window.dark) as tab:
                for name, page in pages.items():
                    tab.show(page)
                    if name == "changes":
                        tab.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
                        tab.evaluate("document.querySelector('.more').scrollIntoView()")
                    tab.evaluate(SETTLED)
                    (target / f"{name}-{window.name}.webp").write_bytes(tab.picture())
    close_browser()
    print(f"{len(WINDOWS) * len(pages)} pictures are in {target}")


# When what is searched for is there.
SETTLED = """(async () => { const status = document.getElementById('status');
    while (status && /…/.test(status.textContent)) await new Promise(done => setTimeout(done, 20)); })()"""

if __name__ == "__main__":
    main()
