"""What readers see of articles that are not like most: written from right to left, only a beginning, wider than
paper."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from archiver.site.look import direction
from tests.adopting import good, put
from tests.browser import Tab
from tests.sites import build, page, site_of
from tests.web import Web, archive, story, web

if TYPE_CHECKING:
    from tests.conftest import Archive

__all__ = ["archive", "web"]  # fixtures

ARABIC = (
    "افتتح الجسر الجديد فوق النهر صباح الأحد بعد سنوات من الوعود، وقال رئيس البلدية إن الكلفة بلغت {n} مليون دينار."
)
A4 = 718  # pixels: the width of a sheet of paper between its margins
# The direction in which parts of a page are read, and the sides at which a quotation has its line.
DIRECTIONS = """(() => { const style = name => getComputedStyle(document.querySelector(name));
    const quote = style('.body blockquote');
    return [style('h1').direction, style('.body').direction, style('.sub time').direction,
        quote.borderRightWidth, quote.borderLeftWidth]; })()"""


@pytest.mark.parametrize(
    ("language", "found"),
    [
        ("ar", "rtl"),
        ("he-IL", "rtl"),
        ("FA", "rtl"),
        ("az-Arab-IR", "rtl"),
        ("ks-Deva", "auto"),
        ("", "auto"),
        ("en", "auto"),
    ],
)
def test_a_language_says_its_direction(language: str, found: str) -> None:
    assert direction(language) == found


def pages_of(archive: Archive) -> list[str]:
    """The pages of articles."""
    site = site_of(archive)
    found = (path.relative_to(site).as_posix() for path in site.glob("*/20*/*/*/*.html"))
    return sorted(path for path in found if not path.startswith("archive/"))


def test_an_article_is_read_in_the_direction_of_its_language(archive: Archive, web: Web) -> None:
    address = "http://masa.example/2026/11/jisr.html"
    text = "<p>Reuters — كلمات أولى.</p><blockquote><p>اقتباس من كلام رئيس البلدية.</p></blockquote><p>"
    told = story(
        "Merrow: افتتاح الجسر الجديد فوق النهر", canonical=address, lang="ar", text=ARABIC, author=("ليلى حسن",)
    )
    web.put(address, told.replace("<p>", text, 1))
    assert archive.get(address).returncode == 0
    assert build(archive).returncode == 0
    (path,) = pages_of(archive)
    with Tab(site_of(archive), width=390) as tab:
        tab.show(path)
        assert tab.evaluate(DIRECTIONS) == ["rtl", "rtl", "ltr", "3px", "0px"]
        tab.show("")
        assert tab.evaluate("getComputedStyle(document.querySelector('.what > a')).direction") == "rtl"


def test_a_page_says_who_wrote_it_and_that_it_may_be_a_beginning(archive: Archive, web: Web) -> None:
    address = "http://courier.example/2026/bridge.html"
    authors = ("Tess Orme", "Merrow Courier", "O. Pell")
    web.put(address, story(canonical=address, author=authors, isAccessibleForFree="False"))
    other = web.put("http://courier.example/2026/ferry.html", story("A ferry", author=()))
    assert archive.get("--keep-paywalled", address, other).returncode == 0
    assert build(archive, "-s", "ARCHIVER_SITE_LANGUAGE=en").returncode == 0
    shown: dict[str, Any] = {}
    for path in pages_of(archive):
        root = page(archive, path)
        title = root.cssselect("h1")[0].text_content()
        shown[title] = [[one.text_content() for one in root.cssselect(part)] for part in (".by", ".paywalled")]
    begun, whole = shown["A bridge opens over the Merrow"], shown["A ferry"]
    assert begun[0] == ["Tess Orme, O. Pell"]  # the source is said already
    assert ["only its beginning" in one for one in begun[1]] == [True]
    assert whole == [[], []]


def test_what_is_printed_is_whole_and_dark_on_light(archive: Archive) -> None:
    row = "".join(f"<td>第{number}列 1,234,567.89</td>" for number in range(14))
    put(archive, *good(body=f"<p>{'文字' * 60}</p><table><tr>{row}</tr></table>"))
    assert archive.invoke("adopt", str(archive.output)).returncode == 0
    assert build(archive).returncode == 0
    (path,) = pages_of(archive)
    with Tab(site_of(archive), width=A4, dark=True) as tab:
        tab.show(path)
        tab.evaluate(
            "document.querySelector('.body').insertAdjacentHTML('afterend', '<p class=changes><del>x</del></p>')"
        )
        dark = [{"name": "prefers-color-scheme", "value": "dark"}]
        tab.call("Emulation.setEmulatedMedia", media="print", features=dark)
        assert tab.evaluate("document.documentElement.scrollWidth") == A4
        assert tab.evaluate("document.querySelector('table').getBoundingClientRect().right") <= A4
        colours = "['body', '.changes del'].map(name => getComputedStyle(document.querySelector(name)).backgroundColor)"
        for colour in tab.evaluate(colours):
            assert min(map(int, colour.removeprefix("rgb(").removesuffix(")").split(","))) > 200, colour
