"""A built site as people read it who see little, or have no mouse: axe-core finds no barrier, and the keyboard reaches
everything."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from archiver.plugins import Plugin
from archiver.replica import Replica
from archiver.site import Page, extra
from tests.adopting import good, put
from tests.browser import Tab
from tests.conftest import Archive
from tests.sites import build, fill, kinds, site_of

if TYPE_CHECKING:
    from collections.abc import Iterator

AXE = Path(__file__).parent.parent / ".venv" / "axe" / "node_modules" / "axe-core" / "axe.min.js"
TAB, ENTER, SPACE = ("Tab", 9), ("Enter", 13, "\r"), (" ", 32, " ")
# The worst contrast that is allowed is that of the strictest rule: 7 to 1.
BARRIERS = """axe.run({resultTypes: ['violations'], rules: {'color-contrast-enhanced': {enabled: true}}}).then(found =>
    found.violations.filter(one => ['serious', 'critical'].includes(one.impact)).map(one =>
        [one.id, one.nodes.map(node => node.target.join(' ')).slice(0, 5)]))"""
OPENED = "for (const one of document.querySelectorAll('details')) one.open = true;"
# All that can be used, in its order. Parts of a field for dates are reached one by one, and are one thing here.
USABLE = """window.usable = [...document.querySelectorAll('a[href], button, input, summary, [tabindex="0"]')]
    .filter(one => one.checkVisibility()); window.usable.length"""
NOW = """(() => { const one = document.activeElement, box = one.getBoundingClientRect(), style = getComputedStyle(one);
    return [usable.indexOf(one), style.outlineStyle !== 'none' || one.matches('input'),
        box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth]; })()"""


OWN, OWN_PAGE = "2022-01-25-us.md", "2022/01/25/us.html"
ADDED = Page(
    "a/b.html", "添加的", '<p><em>重点</em> <a href="../../">一</a></p><table><tr><th>年</th><td>数</td></tr></table>'
)
REFRESH = re.compile('<meta http-equiv="refresh"[^>]*>')
# The style of emphasis, and how wide the lines of a table are.
DRAWN = """['em', 'td'].map(name => document.querySelector(`main ${name}`)).map(one =>
    one && [getComputedStyle(one).fontStyle, getComputedStyle(one).borderTopWidth])"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A site with a page of each kind: articles with versions, tables, pictures, one that is withdrawn."""
    with Replica() as replica:
        archive = Archive(tmp_path_factory.mktemp("reading") / "archive", replica)
        archive.crawl("eastmoney/market-37")
        edited = next(one for one in replica.articles if one.revised)
        replica.edit(edited.id)
        replica.withdraw(replica.articles[0].id)
        archive.crawl("eastmoney/market-37", "-s", "ARCHIVER_RECHECK=36500d")
        rows = "".join(f"<tr><td>{number}</td><td>{'长' * 90}</td></tr>" for number in range(3))
        body = f'<p>文字<em>强调</em></p><h3>小标题</h3><p><img src="https://p.example/a.jpg"></p><table>{rows}</table>'
        fill(archive, 55)
        fill(archive, 1, first=60, form="rolling", title="滚动", body=f"{body}<p>{'另一段话' * 20}</p>", digest="摘要")
        fill(archive, 1, first=61, title="A Latin title 与中文", body=f"{body}<p>{'同一段话' * 20}</p>")
        fill(archive, 1, first=62, title="相同", source="转载者", body=f"{body}<p>{'同一段话' * 20}</p>")
        name, content = good("202201240000009001", title="移走的", body=f"<p>{'又一段话' * 20}</p>")
        put(archive, f"../old_post/{name}", content)
        put(archive, OWN, "---\ntitle: 本站\n---\n*重点*\n")
        archive.invoke("adopt", str(archive.output))
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(extra, "load_plugins", lambda _: [Plugin("plug-in x", "x:y", lambda _: [ADDED])])
            assert build(archive).returncode == 0
        (moved,) = site_of(archive).glob("old_post/*.html")
        still = REFRESH.sub("", moved.read_text("utf-8"))  # to be looked at before it leads on
        assert still != moved.read_text("utf-8")
        moved.write_text(still, "utf-8")
        yield site_of(archive)


def pages(site: Path) -> list[str]:
    """Return a page of each kind: of articles those that have something of their own."""
    found = [page for page in kinds(site) if not page.endswith(tuple(f"{number:04}.html" for number in range(60)))]
    edited = (path for path in sorted(site.rglob("*.html")) if b'class="changes"' in path.read_bytes())
    withdrawn = (path for path in sorted(site.rglob("*.html")) if b'class="withdrawn"' in path.read_bytes())
    moved = site.glob("old_post/*.html")
    return [
        *found,
        OWN_PAGE,
        f"pages/{ADDED.path}",
        *(next(one).relative_to(site).as_posix() for one in (edited, withdrawn, moved)),
    ]


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_axe_finds_no_barrier(site: Path, dark: bool) -> None:
    if not AXE.is_file():
        pytest.skip("axe-core is missing; to have it: tests/install-axe")
    found: dict[str, Any] = {}
    with Tab(site, width=390, dark=dark) as tab:
        for page in [*pages(site), "search/?q=1"]:
            tab.show(page)
            tab.evaluate(OPENED)
            tab.evaluate(f"{AXE.read_text('utf-8')};0")
            if barriers := tab.evaluate(BARRIERS):
                found[page] = barriers
    assert found == {}


def test_emphasis_is_not_slanted_where_words_are_han_and_tables_have_lines(site: Path) -> None:
    with Tab(site) as tab:
        tab.show(OWN_PAGE)
        assert tab.evaluate(DRAWN) == [["normal", "0px"], None]
        tab.show(f"pages/{ADDED.path}")
        assert tab.evaluate(DRAWN) == [["normal", "0px"], ["normal", "1px"]]


def test_the_keyboard_reaches_everything_in_its_order_and_shows_where_it_is(site: Path) -> None:
    with Tab(site, width=390) as tab:
        for page in pages(site):
            tab.show(page)
            tab.evaluate(OPENED)
            count = tab.evaluate(USABLE)
            seen: list[int] = []
            while not seen or seen[-1] != count - 1:
                tab.press(*TAB)
                number, marked, visible = tab.evaluate(NOW)
                assert (page, number, marked, visible) == (page, number, True, True)
                assert number >= 0
                seen += [number] if [number] != seen[-1:] else []
                assert len(seen) <= count
            assert (page, seen) == (page, list(range(count)))


def test_the_keyboard_skips_opens_and_searches(site: Path) -> None:
    article = next(page for page in pages(site) if "/2024/" in page)
    with Tab(site, width=390) as tab:
        tab.show(article)
        tab.press(*TAB)
        tab.press(*ENTER)
        assert tab.evaluate("location.hash") == "#main"
        assert tab.evaluate("document.querySelector(':target')?.localName") == "main"
        tab.evaluate("document.querySelector('summary').focus()")
        tab.press(*SPACE)
        assert tab.evaluate("document.querySelector('details').open")
        tab.show("search/")
        tab.evaluate("document.querySelector('input').focus()")
        for letter in "31":
            tab.press(letter, ord(letter), letter)
        tab.press(*ENTER)
        tab.loaded()
        assert tab.evaluate("location.search").startswith("?q=31&")
