"""An index made anew from the posts of pages that no recipe knows."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from archiver.identity import article_key
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
