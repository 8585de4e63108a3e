"""What readers see of articles that are not like most: written from right to left, only a beginning, wider than
paper."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from archiver.site.accent import accent_style
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


# The colour of links, in a button and in the text, and what they stand on.
LINKS = """['.back a', '.sub a'].map(name => document.querySelector(name)).map(link => [getComputedStyle(link).color,
    getComputedStyle(link.matches('.back a') ? link : document.body).backgroundColor])"""


def contrast(one: str, other: str) -> float:
    """The contrast of two colours of CSS, by the formula of WCAG 2."""

    def light(colour: str) -> float:
        parts = [int(part) / 255 for part in colour.removeprefix("rgb(").removesuffix(")").split(",")]
        shares = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return sum(share * weight for share, weight in zip(shares, (0.2126, 0.7152, 0.0722), strict=True)) + 0.05

    darker, lighter = sorted((light(one), light(other)))
    return lighter / darker


@pytest.mark.parametrize("accent", ["#1f4e7a", "#123456", "#ffcc00", "#000", "#fff", "#7F7F7F"])
def test_links_of_any_colour_can_be_read(archive: Archive, accent: str) -> None:
    put(archive, *good())
    assert archive.invoke("adopt", str(archive.output)).returncode == 0
    assert build(archive, "-s", f"ARCHIVER_SITE_ACCENT={accent}").returncode == 0
    (path,) = pages_of(archive)
    for dark in (False, True):
        with Tab(site_of(archive), width=390, dark=dark) as tab:
            tab.show(path)
            for colour, ground in tab.evaluate(LINKS):
                assert contrast(colour, ground) >= 7, (dark, colour, ground)
            tab.call("Emulation.setEmulatedMedia", media="print")
            assert tab.evaluate(LINKS)[1][0] == "rgb(0, 0, 0)"


def test_a_colour_that_can_be_read_stays_as_it_is() -> None:
    light, dark, _ = accent_style("#1f4e7a").splitlines()
    assert "#1f4e7a" in light
    assert "#1f4e7a" not in dark
    assert "#ffcc00" in accent_style("#fc0").splitlines()[1]


# Whether the name of the site and the links beside or below it keep apart.
APART = """(() => {
    const [name, link] = ['.name', 'nav a'].map(one => document.querySelector(one).getBoundingClientRect());
    return name.right <= link.left || name.bottom <= link.top; })()"""


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_name_of_the_site_keeps_apart_from_its_links(archive: Archive, language: str) -> None:
    put(archive, *good())
    assert archive.invoke("adopt", str(archive.output)).returncode == 0
    said = ("-s", f"ARCHIVER_SITE_LANGUAGE={language}", "-s", "ARCHIVER_SITE_NAME=旧闻馆")
    assert build(archive, *said).returncode == 0
    with Tab(site_of(archive)) as tab:
        for width in range(300, 460, 4):
            tab.resize(width)
            tab.show("about/")
            assert (width, tab.evaluate(APART)) == (width, True)
