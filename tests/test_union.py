"""Two posts that turn out to be one article: one is left, at the other's address is a notice, and nothing is lost."""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.article import Article
from archiver.decide import ArticleResolver, ComparedText, letters
from archiver.identity import article_key, plain_form
from archiver.index import ArticleKey
from archiver.posts.notice import notice
from archiver.posts.read import read
from tests.conftest import Archive
from tests.test_replay_pages import HTML, crawled
from tests.web import Web, archive, story, web

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

__all__ = ["archive", "web"]  # fixtures

SITE = "http://www.merrow.example"
X, Y, Z = f"{SITE}/b/a-bridge-opens", f"{SITE}/2026/11/01/bridge-over-the-merrow", f"{SITE}/?p=71"
NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)
TEXTS = {
    "bridge": "The bridge over the Merrow was opened on Sunday morning, eleven years after it had been promised.",
    "trams": "Nobody on the council wanted to say what the new trams for the north of the town will cost in the end.",
}


def last_line(text: str) -> str:
    return next(line for line in reversed(text.splitlines()) if " written, " in line)


def page(address: str, says: str = "", text: str = "bridge", minutes: int = 0) -> Article:
    """An article as the page at an address gives it. says: the address that it says is its own."""
    url = says or address
    return Article(
        recipe="web",
        form="page",
        id=article_key(url),
        address=address,
        page="page",
        rank=0,
        response_url=address,
        fetched=NOON + timedelta(minutes=minutes),
        title=text,
        url=url,
        body=f"<p>{TEXTS[text]}</p>",
        aliases=tuple(dict.fromkeys((plain_form(url), plain_form(address)))),
    )


class Known:
    """What an archive knows, as the index keeps it."""

    def __init__(self) -> None:
        self.known: dict[str, ArticleKey | None] = {}
        self.posts: dict[ArticleKey, Article] = {}
        self.moved: dict[ArticleKey, ArticleKey] = {}

    def put(self, articles: Iterable[Article]) -> None:
        """Settle and put articles, as one run does."""
        resolver = ArticleResolver(self.known, {*self.posts, *self.moved}, self.said)
        for article in [resolver.resolve(one, believed=False) for one in articles]:
            key = ArticleKey("web", article.id)
            assert key not in self.moved, "nothing is written in the place of a notice"
            self.posts[key] = article
            for id_ in article.absorbed:
                other = ArticleKey("web", id_)
                self.posts.pop(other, None)
                self.moved[other] = key
                self.known |= {address: key for address, one in self.known.items() if one == other}
                self.known[id_] = key
            self.known |= dict.fromkeys(article.aliases, key)
            self.known |= dict.fromkeys(article.shared)

    def said(self, key: ArticleKey) -> ComparedText | None:
        """Return what the post of an article says."""
        post = self.posts.get(key)
        return ComparedText(post.title, letters(post.body)) if post else None

    def end_of(self, key: ArticleKey) -> ArticleKey:
        """Return the article that a key leads to, by notices."""
        while key in self.moved:
            key = self.moved[key]
        return key


PAGES = [page(X), page(Y), page(X, Y), page(Y, X), page(Z, X), page(Z, Y), page(Z)]


@pytest.mark.parametrize("together", [True, False])
def test_whatever_the_order_one_post_is_left(together: bool) -> None:
    for order in permutations([page(X), page(Y), page(X, Y)]):
        archive = Known()
        for batch in [order] if together else [[one] for one in order]:
            archive.put(batch)
        (left,) = archive.posts
        assert {archive.known[plain_form(one)] for one in (X, Y)} == {left}
        assert all(archive.end_of(key) == left for key in archive.moved)


@given(st.lists(st.sampled_from(PAGES), max_size=8), st.integers(0, 8))
def test_nothing_that_was_published_is_lost(pages: list[Article], cut: int) -> None:
    archive, published = Known(), set[ArticleKey]()
    for batch in (pages[:cut], pages[cut:]):
        archive.put(batch)
        published |= archive.posts.keys()
    assert all(archive.end_of(key) in archive.posts for key in published)
    for article in pages:  # what it was asked for by leads to a post that is there
        assert archive.known[plain_form(article.address)] in archive.posts
    # One that says that it is another's address is with that, if that was not before it: then the next time.
    archive.put(pages)
    for article in pages:
        assert archive.known[plain_form(article.address)] == archive.known[plain_form(article.url)]
    before = (dict(archive.known), archive.posts.keys(), dict(archive.moved))
    archive.put(pages)
    assert (archive.known, archive.posts.keys(), archive.moved) == before


@given(
    st.lists(st.sampled_from([*PAGES, page(X, Y, "trams"), page(Y, text="trams"), page(X, text="trams")]), max_size=6)
)
def test_articles_that_say_something_else_are_never_one(pages: list[Article]) -> None:
    archive = Known()
    for article in pages:
        said = {key: post.body for key, post in archive.posts.items()}
        archive.put([article])
        for other, into in archive.moved.items():
            assert other not in said or said[other] in (article.body, said.get(into))


def story_at(web: Web, address: str, canonical: str = "") -> str:
    return web.put(address, story(canonical=canonical))


def two_posts(archive: Archive, web: Web) -> tuple[str, str]:
    """Have two posts of one article, and the site say that it is one; return their names: of the one that goes, and of
    the one that stays."""
    done = archive.get("--warc", story_at(web, X), story_at(web, Y))
    assert last_line(done.stdout) == "2 written, 0 unchanged, 0 failed"
    name, stays = sorted(archive.posts, key=lambda name: article_key(Y)[:8] in name)
    story_at(web, X, canonical=Y)
    return name, stays


def test_two_posts_become_one_and_no_address_dies(archive: Archive, web: Web) -> None:
    name, stays = two_posts(archive, web)
    before = archive.posts
    done = archive.get("--warc", X)
    assert done.returncode == 0, done.stderr
    assert archive.posts.keys() == before.keys()
    post = read(archive.posts[name])
    where = f"//finews.withounder.com/merrowcourier/2026/11/01/{stays[11:-3]}.html"
    assert (post.more.moved_to, post.link) == (where, X)
    assert post.body == f"[A bridge opens over the Merrow]({where})"
    kept = archive.output / "_versions" / name.removesuffix(".md") / "1.md"
    assert kept.read_bytes() == before[name]
    assert archive.archiver("verify").returncode == 0
    # One article for all that reads the archive.
    lines = [json.loads(line) for line in archive.archiver("export", "jsonl").stdout.splitlines()]
    assert [line["id"] for line in lines] == [article_key(Y)]
    assert archive.archiver("duplicates").stdout.count(article_key(X)) == 0
    for asked in (X, Y, article_key(X), article_key(Y)):
        told = json.loads(archive.archiver("history", asked, "--json").stdout)
        assert [(one["id"], one["state"]) for one in told] == [(article_key(Y), "saved"), (article_key(X), "united")]
        assert len(told[1]["posts"][0]["versions"]) == 2
    web.asked.clear()
    assert last_line(archive.get(X, Y).stdout) == "0 written, 1 unchanged, 0 failed"
    assert len(web.asked) == 1


def test_a_replay_gives_the_same(archive: Archive, web: Web, tmp_path: Path) -> None:
    two_posts(archive, web)
    archive.get("--warc", "--force", X)
    assert last_line(archive.archiver("replay").stdout).startswith("0 written")
    new = Archive(tmp_path / "new", archive.replica)
    shown = new.archiver("replay", "--diff", str(archive.output / "_captures"))
    assert "+moved_to" in shown.stdout
    assert new.archiver("replay", str(archive.output / "_captures")).returncode == 0
    assert new.posts == archive.posts
    known = "SELECT address, id FROM aliases LEFT JOIN articles ON key = article ORDER BY 1"
    assert new.rows(known) == archive.rows(known)


@pytest.mark.parametrize("from_captures", [False, True])
def test_what_says_the_same_as_the_other_post_is_no_copy_of_it(
    archive: Archive, web: Web, tmp_path: Path, from_captures: bool
) -> None:
    text = "The bridge over the Merrow was opened on Sunday morning, {n} years after it had been promised"
    posts = [(X, story(text=f"{text} by the council."), HTML), (Y, story(text=f"{text}."), HTML)]
    says = story(text=f"{text} by the council.", canonical=Y)
    if from_captures:
        archive.archiver("replay", "--pages", str(crawled(tmp_path / "a.warc.gz", posts)))
        nothing = [(address, "", "text/plain") for address in (X, Y)]  # a second for each
        file = crawled(tmp_path / "b.warc.gz", [*nothing, (X, says, HTML)])
        done = archive.archiver("replay", "--pages", str(file))
    else:
        archive.get(*(web.put(address, page) for address, page, _ in posts))
        web.put(X, says)
        done = archive.get(X)
    assert (done.returncode, done.stderr) == (0, "")
    assert archive.rows("SELECT id, state FROM articles ORDER BY state") == [
        (article_key(Y), "saved"),
        (article_key(X), "united"),
    ]


def test_a_union_that_was_cut_off_is_finished_by_the_next(archive: Archive, web: Web) -> None:
    two_posts(archive, web)
    archive.get(X)
    before, known = archive.posts, "SELECT address, article FROM aliases ORDER BY 1"
    aliases = archive.rows(known)
    with closing(sqlite3.connect(archive.output / "_index" / "index.sqlite")) as index, index:
        index.execute("UPDATE articles SET state = 'saved', reason = '' WHERE state = 'united'")
        index.execute("DELETE FROM aliases WHERE address = ?", (article_key(X),))
        index.execute(
            "UPDATE aliases SET article = (SELECT key FROM articles WHERE id = ?) WHERE address = ?",
            (article_key(X), plain_form(X)),
        )
    assert archive.get(X).returncode == 0
    assert (archive.posts, archive.rows(known)) == (before, aliases)


def test_an_index_that_is_made_anew_knows_it(archive: Archive, web: Web) -> None:
    two_posts(archive, web)
    archive.get(X)
    before = archive.posts
    shutil.rmtree(archive.output / "_index")
    done = archive.invoke("adopt", str(archive.output))
    assert (done.returncode, "0 broken" in done.stdout) == (0, True), done.stdout
    assert archive.rows("SELECT id, state FROM articles ORDER BY state") == [
        (article_key(Y), "saved"),
        (article_key(X), "united"),
    ]
    assert last_line(archive.get(X).stdout) == "0 written, 1 unchanged, 0 failed"
    assert archive.posts == before
    assert len(archive.archiver("export", "jsonl").stdout.splitlines()) == 1


def test_a_lost_notice_is_made_again(archive: Archive, web: Web) -> None:
    name, _ = two_posts(archive, web)
    archive.get("--warc", X)
    before = archive.posts
    (archive.output / "_posts" / name).unlink()
    done = archive.archiver("verify", "--repair")
    assert archive.posts == before, done.stdout
    assert archive.archiver("verify").returncode == 0


def test_a_post_that_somebody_changed_stays(archive: Archive, web: Web) -> None:
    name, _ = two_posts(archive, web)
    file = archive.output / "_posts" / name
    file.write_bytes(file.read_bytes().replace(b"Sunday", b"Monday"))
    before = archive.posts
    assert archive.get(X).returncode == 0
    assert archive.posts == before
    assert archive.rows("SELECT count(*) FROM articles WHERE state = 'saved'") == [(2,)]


def test_an_address_that_leads_to_another_article_now_keeps_its_post(archive: Archive, web: Web) -> None:
    archive.get(story_at(web, X), web.put(Y, story("Trams", text=TEXTS["trams"])))
    before = archive.posts
    web.redirect(X, Y)
    assert last_line(archive.get(X).stdout) == "0 written, 1 unchanged, 0 failed"
    assert archive.posts == before
    (told,) = json.loads(archive.archiver("history", article_key(X), "--json").stdout)
    assert told["state"] == "saved"


def test_a_built_site_has_a_page_that_says_where_it_is(archive: Archive, web: Web, tmp_path: Path) -> None:
    name, stays = two_posts(archive, web)
    site = tmp_path / "site"
    day = site / "merrowcourier" / "2026" / "11" / "01"
    gone, page_ = (day / f"{one[11:-3]}.html" for one in (name, stays))
    assert archive.invoke("site", "build", "--output", str(archive.output), str(site)).returncode == 0
    assert 'http-equiv="refresh"' not in gone.read_text()
    archive.get(X)
    assert archive.invoke("site", "build", "--output", str(archive.output), str(site)).returncode == 0
    assert f'{page_.name}"' in gone.read_text()
    assert 'http-equiv="refresh"' in gone.read_text()
    assert gone.name not in "".join(file.read_text() for file in site.rglob("*.html") if file != gone)
    new = tmp_path / "new"
    assert archive.invoke("site", "build", "--output", str(archive.output), str(new)).returncode == 0
    assert (new / gone.relative_to(site)).read_bytes() == gone.read_bytes()


@pytest.mark.parametrize("broken", [b"", b"---\nlayout: post\n---\nWords.", b"\xff", b"\0"])
def test_of_what_is_no_post_no_notice_is_made(broken: bytes) -> None:
    whole = (
        b'---\nlayout: post\ntitle: "A {{ b"\ndate: 2026-11-01 08:15:00 +0100\ncategories: c d\ntags: t\n---\n<p>x</p>'
        b"\n\n<http://a.example/1>\n\n[x](//y/)"
    )
    assert notice(broken, "_posts/2026-11-01-a.md", whole, "s.example") is None
    assert notice(whole, "_posts/2026-11-01-a.md", broken, "s.example") is None
    made = notice(whole, "_posts/2026-11-01-a.md", whole, "s.example")
    assert made
    assert b"{{" not in made.partition(b"---\n[")[2]
    assert notice(made, "_posts/2026-11-01-a.md", whole, "s.example") == made
    assert read(made)._replace(more=read(whole).more, body=read(whole).body) == read(whole)
