"""Repairing an archive: only what is broken changes, and what was there is kept."""

from __future__ import annotations

import errno
import hashlib
import os
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from archiver.adoption.names import Names
from archiver.adoption.write import RepairPlan, write
from archiver.index import Index
from archiver.index.types import ArticleKey, FailedArticle
from archiver.replica.faults import Fault
from tests.adopting import ID, NAME, PUBLISHED, RECIPE, adopt, broken, good, held, kinds, problems, put, state

if TYPE_CHECKING:
    from tests.conftest import Archive

DATE = "date: 2022-01-24 18:06:02 +0800"
TITLE = 'title: "北向资金：5G“新动能”"'
LINK = f"<http://finews.zning.xyz/html_News/NewsShare.html?infoCode=NW{ID}>"

REPAIRED = {
    "quotes": (TITLE, 'title: "a "b" c\\d"', TITLE, 'title: "a \\"b\\" c\\\\d"'),
    "a quote without end": (TITLE, 'title: "a b', TITLE, 'title: "a b"'),
    "quotes at the start": (TITLE, 'title: "a" b', TITLE, 'title: "\\"a\\" b"'),
    "a colon": (TITLE, "title: a: b", TITLE, 'title: "a: b"'),
    "tags": ("tags: 财联社新闻", "tags: @x", "tags: 财联社新闻", 'tags: "@x"'),
    "not closed": ("新闻\n---\n", "新闻\n", "", ""),
    "not closed, quotes": (f"{TITLE}\n{DATE}", f'title: "a "b""\n{DATE}', TITLE, 'title: "a \\"b\\""'),
    "date from the name": (DATE, "date:  +0800", DATE, "date: 2022-01-24 00:00:00 +0800"),
    "no offset": (DATE, "date: 2022-01-24 18:06:02", "", ""),
    "a day only": (DATE, "date: 2022-01-24", DATE, "date: 2022-01-24 00:00:00 +0800"),
    "no address": (LINK, "<>", "", ""),
}


@pytest.mark.parametrize("case", REPAIRED)
def test_local_repairs(case: str, archive: Archive) -> None:
    old, new, was, now = REPAIRED[case]
    before = broken(old, new).encode()
    file = put(archive, NAME, before)
    (problem,) = problems(archive, "--repair")
    assert problem["repaired"]
    assert file.read_bytes().decode() == broken(was, now)
    assert (archive.output / "_versions" / NAME.removesuffix(".md") / "1.md").read_bytes() == before
    (post,) = held(archive).posts
    assert (post.sha256, post.revision) == (hashlib.sha256(file.read_bytes()).digest(), 2)
    after = state(archive)
    again = adopt(archive, "--repair")
    assert (again.returncode, again.stdout) == (0, "1 post adopted (1 article), 0 broken, 0 foreign\n")
    assert state(archive) == after


def test_only_broken_posts_are_written(archive: Archive) -> None:
    put(archive, *good("202201240000000001"))
    put(archive, *good("202201240000000002", form="rolling"))
    before = state(archive)
    put(archive, NAME, broken(DATE, "date: 2022-01-24 18:06:02"))
    result = adopt(archive, "--repair")
    assert result.returncode == 0
    assert result.stdout.splitlines()[-1] == "3 posts adopted (3 articles), 0 broken, 1 repaired, 0 foreign"
    assert before.items() <= state(archive).items()


def test_an_archive_that_was_adopted_before(archive: Archive) -> None:
    file = put(archive, NAME, broken(DATE, "date: 2022-01-24 18:06:02"))
    assert kinds(archive) == ["offset"]
    assert kinds(archive, "--repair") == []
    (post,) = held(archive).posts
    assert (post.sha256, post.revision) == (hashlib.sha256(file.read_bytes()).digest(), 2)
    assert len(held(archive).earlier) == 1


@pytest.mark.parametrize(("old", "new"), [(TITLE, 'title: ""'), (DATE, "date:  +0800")])
def test_from_the_other_form(old: str, new: str, archive: Archive) -> None:
    put(archive, *good(form="rolling"))
    file = put(archive, NAME, broken(old, new))
    (problem,) = problems(archive, "--repair")
    assert "taken from another post" in problem["repaired"]
    assert file.read_bytes() == good()[1]


@pytest.mark.parametrize("date", ["", " +0800"])
def test_a_post_that_no_one_could_open(date: str, archive: Archive) -> None:
    old = put(archive, f"-NW{ID}.md", broken(DATE, f"date: {date}"))
    content = old.read_bytes()
    found = problems(archive, "--repair")
    assert [(one["kind"], bool(one["repaired"])) for one in found] == [("date", True), ("name", True)]
    assert not old.exists()
    assert archive.posts == {NAME: broken(DATE, "date: 2022-01-24 00:00:00 +0800").encode()}
    assert (archive.output / "_versions" / NAME.removesuffix(".md") / "1.md").read_bytes() == content
    assert [post.path for post in held(archive).posts] == [f"_posts/{NAME}"]
    assert adopt(archive).returncode == 0


def test_a_sound_post_without_a_date_in_its_name(archive: Archive) -> None:
    put(archive, f"-NW{ID}.md", good()[1])
    assert kinds(archive, "--repair") == []
    assert archive.posts == {NAME: good()[1]}
    assert [(post.path, post.revision) for post in held(archive).posts] == [(f"_posts/{NAME}", 1)]


def test_no_file_is_overwritten(archive: Archive) -> None:
    put(archive, *good())
    put(archive, f"-NW{ID}.md", good(title="another")[1])
    before = state(archive)
    assert kinds(archive, "--repair") == ["name", "doubled"]
    assert state(archive) == before


@pytest.mark.parametrize(
    ("name", "content"),
    [
        (f"2022-01-23-NW{ID}.md", good()[1]),
        (f"2022-01-24-NW{ID} (1).md", good()[1]),
        (NAME, broken(LINK, LINK.replace(ID, "202201242259229981"))),
    ],
)
def test_published_facts_are_left_alone(name: str, content: bytes | str, archive: Archive) -> None:
    put(archive, name, content)
    before = state(archive)
    assert adopt(archive, "--repair").returncode == 1
    assert state(archive) == before


def published(archive: Archive) -> bytes:
    """Return the post of an article that the replica has, written by the real command."""
    archive.get(PUBLISHED)
    ((name, content),) = archive.posts.items()
    (archive.output / "_posts" / name).unlink()
    for file in (archive.output / "_index").iterdir():
        if file.is_file():
            file.unlink()
    return content


@pytest.mark.parametrize("how", ["empty", "zeros", "cut off", "not UTF-8", "no title", "nameless"])
def test_what_nothing_local_gives_is_fetched(how: str, archive: Archive) -> None:
    content = published(archive)
    name = f"2024-03-15-NW{PUBLISHED}.md"
    lines = content.decode().split("\n")
    put(
        archive,
        f"-NW{PUBLISHED}.md" if how == "nameless" else name,
        {
            "empty": b"",
            "nameless": b"",
            "zeros": b"\0" * 100,
            "cut off": content[:300],
            "not UTF-8": b"\xff" + content,
            "no title": "\n".join(['title: ""' if line.startswith("title:") else line for line in lines]).encode(),
        }[how],
    )
    result = adopt(archive, "--repair")
    assert (result.returncode, result.stderr) == (0, "")
    assert "repaired: fetched again" in result.stdout
    assert archive.posts == {name: content}
    (post,) = held(archive, PUBLISHED).posts
    assert post.sha256 == hashlib.sha256(content).digest()


def test_a_rolling_post_keeps_its_quote(archive: Archive) -> None:
    put(
        archive,
        f"2024-03-15-{PUBLISHED}.md",
        broken(TITLE, 'title: ""', article_id=PUBLISHED, form="rolling", digest="【标题】只有列表有的摘要。"),
    )
    assert kinds(archive, "--repair") in ([], ["day"])
    assert "> 只有列表有的摘要。\n\n" in archive.post(PUBLISHED)


@pytest.mark.parametrize("fault", [Fault.NOT_FOUND, Fault.SERVER_ERROR])
def test_what_cannot_be_fetched_is_still_broken(fault: Fault, archive: Archive) -> None:
    archive.replica.fail(fault, id=PUBLISHED)
    put(archive, f"2024-03-15-NW{PUBLISHED}.md", b"")
    before = state(archive)
    result = adopt(archive, "--repair")
    assert result.returncode == 1
    assert "Traceback" not in result.stderr
    assert "empty; not fetched again: " in result.stdout
    assert result.stdout.splitlines()[-1] == "1 post adopted (1 article), 1 broken, 0 foreign"
    assert state(archive) == before


def test_a_post_that_cannot_be_written(archive: Archive) -> None:
    file = put(archive, NAME, broken(DATE, "date: 2022-01-24 18:06:02"))
    (archive.output / "_versions").write_text("in the way")
    result = adopt(archive, "--repair")
    assert result.returncode == 1
    assert "Traceback" not in result.stderr
    assert file.read_bytes().decode() == broken(DATE, "date: 2022-01-24 18:06:02")


def test_what_shows_only_when_the_front_matter_is_read_again(archive: Archive) -> None:
    put(archive, NAME, broken(TITLE, 'title: ""').replace("tags: 财联社新闻", "tags: @x"))
    assert kinds(archive, "--repair") == ["title"]
    assert kinds(archive) == ["title"]


def test_no_repair_makes_a_post_foreign(archive: Archive) -> None:
    put(archive, NAME, broken(TITLE, 'title: "a "b" c"').replace(f"{DATE}\n", ""))
    before = state(archive)
    assert kinds(archive, "--repair") == ["front-matter"]
    assert state(archive) == before


def test_a_withdrawn_article_stays_withdrawn(archive: Archive) -> None:
    put(archive, NAME, broken(DATE, "date: 2022-01-24 18:06:02"))
    adopt(archive)
    with closing(Index.open(archive.output)) as index:
        index.fail([FailedArticle(ArticleKey("eastmoney", ID), "404", "withdrawn")], 0)
    assert kinds(archive, "--repair") == []
    assert held(archive).state == "withdrawn"


@pytest.mark.parametrize("first", [good()[1].decode(), broken(DATE, "date: ")])
@pytest.mark.parametrize("name", [f"NW{ID}.md", f"-NW{ID} (1).md"])
def test_of_two_posts_that_would_get_the_same_name_only_the_first_does(first: str, name: str, archive: Archive) -> None:
    second = good(title="second, other")[1]
    put(archive, f"-NW{ID}.md", first)
    put(archive, name, second)
    assert kinds(archive, "--repair") == ["name", "doubled"]
    assert archive.posts == {
        NAME: first.replace("date: \n", f"{DATE}\n").encode(),
        name: second,
    }
    assert [post.path for post in held(archive).posts] == [f"_posts/{NAME}"]


def test_a_name_that_is_taken_when_the_post_is_written(archive: Archive) -> None:
    old, new = broken(DATE, "date: ").encode(), good()[1]
    put(archive, f"-NW{ID}.md", old)
    put(archive, NAME, b"somebody's")
    named = Names([RECIPE]).named(f"-NW{ID}.md")
    assert named is not None
    plan = RepairPlan(f"_posts/-NW{ID}.md", f"_posts/{NAME}", named, old, new, {})
    with closing(Index.open(archive.output)) as index:
        (failure,) = write(archive.output, index, [plan])
    assert failure
    assert archive.posts == {NAME: b"somebody's", f"-NW{ID}.md": old}
    assert not (archive.output / "_versions").exists()


@pytest.mark.parametrize("old", [good()[1], broken(DATE, "date: ").encode()])
@pytest.mark.parametrize("adopted", [True, False])
def test_a_kill_before_the_old_name_was_removed(old: bytes, adopted: bool, archive: Archive) -> None:
    file = put(archive, f"-NW{ID}.md", old)
    if adopted:
        adopt(archive)
    content = old.replace(b"date: \n", b"date: 2022-01-24 00:00:00 +0800\n")
    put(archive, NAME, content)
    assert kinds(archive, "--repair") == []
    assert not file.exists()
    assert archive.posts == {NAME: content}
    assert [post.path for post in held(archive).posts] == [f"_posts/{NAME}"]
    assert adopt(archive).returncode == 0


@pytest.mark.parametrize("date", ["0001-01-01 00:00:00 +0800", "9999-12-31 23:59:59 -0800"])
def test_a_year_that_no_article_has(date: str, archive: Archive) -> None:
    put(archive, NAME, broken(DATE, f"date: {date}"))
    put(archive, *good("202201240000000001"))
    assert kinds(archive) == ["date"]
    assert kinds(archive, "--repair") == []
    assert archive.posts[NAME].decode() == broken(DATE, "date: 2022-01-24 00:00:00 +0800")


@pytest.mark.parametrize("title", ["[" * 200_000, "[" * 5_000, "- " * 30_000, "? " * 30_000])
def test_a_front_matter_that_no_parser_can_take(title: str, archive: Archive) -> None:
    put(archive, NAME, broken(TITLE, f"title: {title}"))
    put(archive, f"2022-01-24-{ID}.md", broken(TITLE, f"title:\n{title}", form="rolling"))
    assert kinds(archive) == ["front-matter", "front-matter"]
    assert kinds(archive, "--repair") == ["front-matter"]
    assert archive.posts[NAME].decode() == broken(TITLE, f'title: "{title.strip()}"')


@pytest.mark.parametrize("categories", ["[news, port]", '["news"]', "[]", "\n- news\n- port", "\n  - news"])
def test_categories_may_be_a_list(categories: str, archive: Archive) -> None:
    post = broken(good()[1].decode().split("\n")[4], f"categories: {categories}")
    put(archive, NAME, post)
    put(archive, f"2022-01-24-{ID}.md", broken(DATE, "date: 2022-01-24 18:06:02", form="rolling"))
    before = state(archive)
    assert kinds(archive, "--repair") == []
    assert archive.posts[NAME].decode() == post
    assert before[str(archive.output / "_posts" / NAME)] == state(archive)[str(archive.output / "_posts" / NAME)]


@pytest.mark.parametrize("quote", ["摘要。", "【二】摘要。", "【二】【三】摘要。"])
def test_what_is_known_of_a_quote_makes_the_same_quote(quote: str, archive: Archive) -> None:
    name, content = good(form="rolling", digest=f"【一】{quote}")
    put(archive, name, content)
    adopt(archive)
    assert good(form="rolling", digest=held(archive).known["digest"])[1] == content


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_an_empty_address(end: str, archive: Archive) -> None:
    put(archive, NAME, broken(LINK, "<>").replace("\n", end))
    assert kinds(archive, "--repair") == []
    assert archive.posts[NAME].decode() == good()[1].decode().replace("\n", end)


def test_a_repair_makes_no_other_problem(archive: Archive) -> None:
    put(archive, *good(form="rolling"))
    put(archive, NAME, broken(TITLE, 'title:\n  ""'))  # a title written in its first line would leave the second one
    before = state(archive)
    assert kinds(archive, "--repair") == ["title"]
    assert state(archive) == before


@pytest.mark.parametrize(
    ("date", "now"),
    [
        ("2022-1-24 8:06:02 +0800", "08:06:02"),
        ("2022-1-24 8:06:02 +8", "08:06:02"),
        ("2022-01-24 08:06:02 CST", "08:06:02"),
        ("2022-1-23 8:06:02 +0800", "00:00:00"),
        ("8:06", "00:00:00"),
    ],
)
@pytest.mark.parametrize("name", [NAME, f"-NW{ID}.md"])
def test_a_date_that_says_the_time_of_day(date: str, now: str, name: str, archive: Archive) -> None:
    put(archive, name, broken(DATE, f"date: {date}"))
    assert kinds(archive, "--repair") == []
    assert archive.posts == {NAME: broken(DATE, f"date: 2022-01-24 {now} +0800").encode()}


@pytest.mark.parametrize("place", ["archiver.storage.disk.fill", "archiver.adoption.write.keep_version"])
def test_a_full_disk_ends_a_repair_once(archive: Archive, place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is told once, not post by post; what was there stays, and the next repair does all."""
    for number in range(3):
        put(archive, *good(f"20220124000000000{number}"))
    files = {file: file.read_bytes().replace(b" +0800\n", b"\n") for file in (archive.output / "_posts").iterdir()}
    for file, content in files.items():
        file.write_bytes(content)

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(place, full)
        result = archive.invoke("adopt", str(archive.output), "--repair")
    assert result.returncode == 1
    (line,) = result.stderr.splitlines()
    assert line.endswith("No space left on device; make room, and run again: nothing is lost")
    assert {file: file.read_bytes() for file in (archive.output / "_posts").iterdir()} == files
    again = archive.invoke("adopt", str(archive.output), "--repair")
    assert (again.returncode, again.stderr) == (0, "")
    assert "3 repaired" in again.stdout
