"""Share pages in full: what a reader saw of them is captured, and pywb shows it to a real browser."""

from __future__ import annotations

import gzip
import json
import re
import zipfile
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from lxml import html
from warcio.archiveiterator import ArchiveIterator

from archiver.replica import Fault, Replica
from tests.browser import Tab
from tests.conftest import PROJECT, Archive
from tests.consumers import served_by_pywb
from tests.test_drawn_pages import chromium

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from archiver.replica import Record

SHARE = "http://finews.zning.xyz/html_News/NewsShare.html?infoCode=NW"
PICTURE = re.compile(r'<img src="(http://dfscdn[^"]+)')
# What a reader sees, when it is there: the title, the text, and how many pictures.
SHOWN = """new Promise(done => {
  const there = () => document.querySelector('.failed') || document.getElementById('title').textContent
    && [...document.images].every(one => one.complete);
  const look = () => there() ? done([document.title, document.getElementById('content').innerText,
    [...document.images].filter(one => one.naturalWidth).length]) : setTimeout(look, 50);
  look();
})"""


class Kept(NamedTuple):
    """An archive with the share pages of some articles."""

    archive: Archive
    with_pictures: Record
    other: Record
    without_page: Record  # its share page could not be had

    def addresses(self) -> list[tuple[str, str]]:
        """Type and target URI of its records."""
        found = []
        for file in sorted(self.archive.output.rglob("*.warc.gz")):
            with file.open("rb") as stream:
                headers = [record.rec_headers for record in ArchiveIterator(stream)]
            found += [(one["WARC-Type"], one["WARC-Target-URI"] or "") for one in headers]
        return found


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kept]:
    """An archive of some articles, with their share pages."""
    chromium()
    with Replica() as replica:
        archive = Archive(tmp_path_factory.mktemp("share") / "archive", replica)
        with_pictures = next(record for record in replica.articles if len(PICTURE.findall(record.text)) > 1)
        other, without_page = [record for record in replica.articles if record is not with_pictures][:2]
        result = archive.get("--warc", "--warc-pages", with_pictures.id, other.id)
        assert (result.returncode, result.stderr) == (0, "")
        replica.fail(Fault.NOT_FOUND, path="/html_News/NewsShare.html")
        result = archive.get("--warc", "--warc-pages", "-v", without_page.id)
        assert (result.returncode, result.stdout) == (0, "1 written, 0 unchanged, 0 failed\n")
        assert f"{SHARE}{without_page.id}: the page is not kept: no page came, with HTTP status 404" in result.stderr
        replica.heal()
        yield Kept(archive, with_pictures, other, without_page)


def test_the_page_and_all_that_it_loads_is_captured(kept: Kept) -> None:
    answers = {url for kind, url in kept.addresses() if kind in ("response", "revisit")}
    assert {f"{SHARE}{one.id}" for one in (kept.with_pictures, kept.other)} <= answers
    assert set(PICTURE.findall(kept.with_pictures.text)) <= answers
    texts = [url for url in answers if re.search(rf"GetNewsText\.do\?id=NW{kept.other.id}&cid=\d+$", url)]
    assert len(texts) == 1, "what the page's script asked for"


def test_pywb_shows_it_as_a_reader_saw_it(kept: Kept, tmp_path: Path) -> None:
    """Under the rules for pywb that the manual has: for an address with another time in it it takes another article."""
    (rules,) = re.findall(r"```yaml\n(.*?)```", (PROJECT / "docs/browser.md").read_text(encoding="utf-8"), re.DOTALL)
    (tmp_path / "rules.yaml").write_text(rules, encoding="utf-8")
    files = sorted(map(str, kept.archive.output.rglob("*.warc.gz")))
    with served_by_pywb(tmp_path, *files, settings="rules_file: rules.yaml\n") as pywb, Tab(tmp_path) as tab:
        for record in (kept.with_pictures, kept.other, kept.with_pictures):
            title, text, pictures = shown(tab, f"{pywb}/2099/{SHARE}{record.id}")
            assert title == record.title
            words = html.fragment_fromstring(record.text, create_parent=True).text_content()
            assert "".join(text.split()) in "".join(words.split())
            assert len(text) > 200
            assert pictures == len(PICTURE.findall(record.text))


def test_an_export_shows_the_page_where_there_is_one(kept: Kept, tmp_path: Path) -> None:
    result = kept.archive.archiver("export", "wacz", "--to", str(tmp_path / "all.wacz"))
    assert result.returncode == 0, result.stderr
    with zipfile.ZipFile(tmp_path / "all.wacz") as package:
        pages = [json.loads(line) for line in package.read("pages/pages.jsonl").splitlines()[1:]]
        lines = gzip.decompress(package.read("indexes/index.cdx.gz")).decode()
    of = {page["id"].split(":")[1]: page["url"] for page in pages}
    assert of[kept.with_pictures.id] == f"{SHARE}{kept.with_pictures.id}"
    assert "GetNewsText" in of[kept.without_page.id]
    assert all(f'"{address}"' in lines for address in PICTURE.findall(kept.with_pictures.text))


def test_a_replay_makes_nothing_of_it(kept: Kept, tmp_path: Path) -> None:
    again = Archive(tmp_path / "again", kept.archive.replica)
    result = again.archiver("replay", str(kept.archive.output / "_captures"))
    assert (result.returncode, result.stderr) == (0, "")
    assert again.posts == kept.archive.posts
    assert "what pages loaded" in result.stdout


def test_a_page_that_cannot_be_had_costs_no_post(kept: Kept) -> None:
    assert [name for name in kept.archive.posts if kept.without_page.id in name]
    assert f"{SHARE}{kept.without_page.id}" not in {url for kind, url in kept.addresses() if kind == "response"}


def test_an_article_that_has_not_changed_asks_for_no_page(kept: Kept) -> None:
    kept.archive.asked()
    assert kept.archive.get("--warc", "--warc-pages", kept.other.id).stdout == "0 written, 1 unchanged, 0 failed\n"
    assert [target for target in kept.archive.asked() if "NewsShare" in target] == []


def shown(tab: Tab, address: str) -> Any:
    """Return what a browser shows at an address."""
    tab.call("Page.navigate", url="about:blank")
    tab.loaded()
    tab.call("Page.navigate", url=address)
    tab.loaded()
    return tab.evaluate(SHOWN)
