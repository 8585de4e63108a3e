"""An index made anew from the posts of pages that no recipe knows."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from archiver.identity import article_key
from tests.conftest import NO_DELAY
from tests.web import Web, archive, story, web

if TYPE_CHECKING:
    from tests.conftest import Archive

__all__ = ["archive", "web"]  # fixtures

HOME = "http://www.merrow.example/2026/11/01/a-bridge-opens"
TRAMS = "http://www.merrow.example/b/trams-for-the-north"
OTHER = "Nobody on the council wanted to say what the {n} new trams for the north of the town will cost in the end."
FOREIGN = "---\nlayout: post\ntitle: x\ndate: 2026-11-01\ncategories: a\ntags: b\n---\nWords.\n\n<http://a.example/b>\n\n[x](y)"


def test_an_index_is_made_anew_from_the_posts(archive: Archive, web: Web) -> None:
    web.put(HOME, story(canonical=f"{HOME}/"))
    web.put(TRAMS, story("Trams", text=OTHER))
    assert archive.get(HOME, TRAMS).returncode == 0
    before = archive.posts
    shutil.rmtree(archive.output / "_index")
    (archive.output / "_posts" / "2026-11-01-all-of-us-together.md").write_text(FOREIGN)  # named as one, by chance
    done = archive.invoke("adopt", str(archive.output))
    assert "2 posts adopted (2 articles), 0 broken, 1 foreign" in done.stdout
    assert {id_ for (id_,) in archive.rows("SELECT id FROM articles")} == {article_key(HOME), article_key(TRAMS)}
    again = archive.get(HOME, TRAMS)
    assert (again.returncode, again.stdout.splitlines()[-1]) == (0, "0 written, 2 unchanged, 0 failed")
    assert {name: archive.posts[name] for name in before} == before
    # And what is edited goes into the same file.
    web.put(HOME, story("Another title", canonical=f"{HOME}/"))
    assert archive.get("--force", HOME).stdout.splitlines()[-1] == "1 written, 0 unchanged, 0 failed"
    assert len(archive.posts) == 3


TITLE = 'title: "A bridge opens over the Merrow"'
DATE = "date: 2026-11-01 08:15:00 +0100"
BROKEN = {
    "a title": (
        'title: "A bridge opens over the Merrow"',
        'title: "A "bridge" opens"',
        'title: "A \\"bridge\\" opens"',
    ),
    "what only pages have": ("author: Tess Orme", 'author: "Tess "T" Orme"', 'author: "Tess \\"T\\" Orme"'),
    "not closed": ("lang: en\n---\n", "lang: en\n", "lang: en\n---\n"),
    "no address": (f"\n\n<{HOME}/>\n\n", "\n\n<>\n\n", f"\n\n<{HOME}/>\n\n"),
    "a date with an offset": (DATE, "date: 2026-11-1 8:15 +0100", "date: 2026-11-01 07:15:00 +0000"),
    "a date without any": (DATE, "date: soon", "date: 2026-11-01 00:00:00 +0000"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_post_of_a_page_is_repaired(archive: Archive, web: Web, case: str) -> None:
    was, broken, mended = BROKEN[case]
    archive.get(web.put(HOME, story(canonical=f"{HOME}/")))
    ((name, whole),) = archive.posts.items()
    assert was.encode() in whole
    file = archive.output / "_posts" / name
    file.write_bytes(whole.replace(was.encode(), broken.encode()))
    before = file.read_bytes()
    shutil.rmtree(archive.output / "_index")
    done = archive.invoke("adopt", "--repair", *NO_DELAY, str(archive.output))
    assert "1 post adopted (1 article), 0 broken, 1 repaired, 0 foreign" in done.stdout, done.stdout + done.stderr
    assert archive.posts == {name: whole.replace(was.encode(), mended.encode())}
    (kept,) = (archive.output / "_versions").rglob("*.md")
    assert kept.read_bytes() == before


def test_what_is_torn_is_fetched_again(archive: Archive, web: Web) -> None:
    archive.get(web.put(HOME, story(canonical=HOME)))
    ((name, whole),) = archive.posts.items()
    (archive.output / "_posts" / name).write_bytes(whole[: whole.index(b"<p>") + 90])
    shutil.rmtree(archive.output / "_index")
    done = archive.invoke("adopt", "--repair", *NO_DELAY, str(archive.output), env={"http_proxy": web.url})
    assert ": fetched again" in done.stdout, done.stdout + done.stderr
    assert archive.posts == {name: whole}


def test_a_date_whose_zone_nobody_knows_stays(archive: Archive, web: Web) -> None:
    archive.get(web.put(HOME, story(canonical=f"{HOME}/")))
    ((name, whole),) = archive.posts.items()
    broken = whole.replace(b" +0100", b"")
    (archive.output / "_posts" / name).write_bytes(broken)
    done = archive.invoke("adopt", "--repair", *NO_DELAY, str(archive.output))
    assert "the zone of this page is not known" in done.stdout
    assert archive.posts == {name: broken}
