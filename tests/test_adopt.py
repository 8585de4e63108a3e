"""Adopting an archive: what is read, and what is found to be broken; nothing on disk changes."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from stat import S_IFSOCK
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.adoption.names import Names
from archiver.adoption.problems import problems as problems_of
from archiver.clock import SECOND
from archiver.index import Index
from archiver.posts.read import read
from archiver.text import one_line
from tests.adopting import BODY, ID, NAME, PUBLISHED, RECIPE, adopt, broken, good, held, kinds, problems, put, state

if TYPE_CHECKING:
    from tests.conftest import Archive

CORPUS = Path(__file__).parents[2] / "shared" / "corpus"
NAMES = Names([RECIPE])
OFFSET = "date: 2022-01-24 18:06:02 +0800"
TITLE = 'title: "北向资金：5G“新动能”"'
LINK = f"<http://finews.zning.xyz/html_News/NewsShare.html?infoCode=NW{ID}>"

BROKEN: dict[str, tuple[str, str | bytes, str]] = {
    "quotes in the title": (NAME, broken(TITLE, 'title: "a "b" c"'), "front-matter"),
    "not closed": (NAME, broken("新闻\n---\n", "新闻\n"), "front-matter"),
    "a title that is no text": (NAME, broken(TITLE, "title: [a, b]"), "front-matter"),
    "tags that are not YAML": (NAME, broken("tags: 财联社新闻", "tags: @x"), "front-matter"),
    "nested without end": (NAME, broken(TITLE, f"title: {'[' * 5000}"), "front-matter"),
    "an empty title": (NAME, broken(TITLE, 'title: ""'), "title"),
    "no title": (NAME, broken(TITLE, "title:"), "title"),
    "an empty date": (NAME, broken(OFFSET, "date:  +0800"), "date"),
    "a date that is none": (NAME, broken(OFFSET, "date: 2022-02-31 18:06:02 +0800"), "date"),
    "no offset": (NAME, broken(OFFSET, "date: 2022-01-24 18:06:02"), "offset"),
    "a day only": (NAME, broken(OFFSET, "date: 2022-01-24"), "offset"),
    "no day in the name": (f"-NW{ID}.md", good()[1], "name"),
    "a day that is none": (f"2022-02-31-NW{ID}.md", good()[1], "name"),
    "a copy's name": (f"2022-01-24-NW{ID} (1).md", good()[1], "name"),
    "two days": (f"2022-01-23-NW{ID}.md", good()[1], "day"),
    "no address": (NAME, broken(LINK, "<>"), "address"),
    "another address": (NAME, broken(LINK, LINK.replace(ID, "202201242259229981")), "address"),
    "empty": (NAME, b"", "torn"),
    "zeros": (NAME, b"\0" * 4096, "torn"),
    "cut off": (NAME, good()[1][:400], "torn"),
    "cut off in the footer": (NAME, good()[1][:-10], "torn"),
    "half a footer": (NAME, good()[1].decode().partition("｜")[0], "torn"),
    "not UTF-8": (NAME, good()[1].decode().encode("gbk", "replace"), "torn"),
    "no front matter": (NAME, good()[1].partition(b"\n---\n")[2], "torn"),
}
FOREIGN: dict[str, tuple[str, bytes]] = {
    "another name": ("2022-01-24-welcome.md", good()[1]),
    "another id": ("2022-01-24-NW12.md", good()[1]),
    "another spelling": (f"2022-01-24-nw{ID}.md", good()[1]),
    "another ending": (f"2022-01-24-NW{ID}.html", good()[1]),
    "no front matter": ("2022-01-24-welcome.md", b"Hello\n"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_what_is_broken_is_named_and_left_alone(case: str, archive: Archive) -> None:
    name, content, kind = BROKEN[case]
    put(archive, name, content)
    before = state(archive)
    (problem,) = problems(archive)
    assert (problem["kind"], problem["path"], problem["repaired"]) == (kind, f"_posts/{name}", "")
    assert problem["what"]
    assert problem["advice"]
    assert state(archive) == before
    (post,) = held(archive).posts
    assert post.path == f"_posts/{name}"  # the id and a day are enough


@pytest.mark.parametrize("case", FOREIGN)
def test_what_is_no_post_is_counted(case: str, archive: Archive) -> None:
    put(archive, *FOREIGN[case])
    result = adopt(archive)
    assert (result.returncode, result.stdout) == (0, "0 posts adopted (0 articles), 0 broken, 1 foreign\n")


def test_an_archive(archive: Archive) -> None:
    put(archive, *good())
    put(archive, *good(form="rolling"))
    put(archive, "2022/02/" + good("202202010000000001")[0], good("202202010000000001")[1])
    put(archive, f"2022-01-23-NW{ID}.md", good()[1])
    put(archive, "notes.txt", "mine")
    put(archive, ".archiver-1-1.tmp", "half")
    before = state(archive)
    first, second = adopt(archive), adopt(archive)
    assert first.stdout.splitlines()[-1] == "3 posts adopted (2 articles), 2 broken, 1 foreign"
    assert (first.returncode, first.stderr) == (1, "")
    assert second.stdout == first.stdout
    assert state(archive) == before
    with closing(Index.read(archive.output)) as index:
        assert index.complete
        ((one, other),) = index.catalogue.duplicates()
        assert {one.key.id, other.key.id} == {ID, "202202010000000001"}
    _, share = held(archive).posts
    # By its name the first of two: the other one is doubled.
    assert share.path == f"_posts/2022-01-23-NW{ID}.md"
    assert held(archive).known == {
        "digest": "摘要 *一* <二> & [三]。",
        "url": f"http://finance.eastmoney.com/a/{ID}.html",
    }


def test_a_post_without_its_address_is_exported_with_the_one_that_its_id_gives(archive: Archive) -> None:
    put(archive, NAME, broken(LINK, "<>"))
    adopt(archive)
    (line,) = archive.invoke("export", "jsonl", "--output", str(archive.output)).stdout.splitlines()
    assert json.loads(line)["url"] == LINK.strip("<>")


def test_the_index_has_what_a_post_tells(archive: Archive) -> None:
    content = put(archive, *good()).read_bytes()
    adopt(archive)
    (post,) = held(archive).posts
    assert post.sha256 == hashlib.sha256(content).digest()
    assert post.published.isoformat() == "2022-01-24T18:06:02+08:00"
    assert post.saved == 1643018762 * SECOND
    assert (post.revision, held(archive).state, held(archive).known) == (1, "saved", {})
    with closing(Index.read(archive.output)) as index:
        (history,) = index.catalogue.history(ID)
    assert [place.name for place in history.places] == [LINK.strip("<>")]


def test_earlier_versions(archive: Archive) -> None:
    put(archive, *good())
    versions = archive.output / "_versions" / NAME.removesuffix(".md")
    versions.mkdir(parents=True)
    for number in (1, 2, 10):
        (versions / f"{number}.md").write_text(str(number))
    adopt(archive)
    (post,) = held(archive).posts
    assert post.revision == 4
    assert [one.sha256 for one in held(archive).earlier] == [
        hashlib.sha256(str(n).encode()).digest() for n in (1, 2, 10)
    ]


def test_a_post_that_was_moved(archive: Archive) -> None:
    file = put(archive, *good())
    adopt(archive)
    moved = archive.output / "_posts" / "2022" / "01" / NAME
    moved.parent.mkdir(parents=True)
    file.rename(moved)
    assert kinds(archive) == []
    assert [post.path for post in held(archive).posts] == [f"_posts/2022/01/{NAME}"]


def test_many_problems_of_a_kind(archive: Archive) -> None:
    for number in range(23):
        article = f"20220124{number:010}"
        put(archive, f"2022-01-24-NW{article}.md", broken(TITLE, 'title: ""', article_id=article))
    lines = adopt(archive).stdout.splitlines()
    assert lines[0] == "no title: 23"
    assert lines[21:] == ["  … and 3 more", "23 posts adopted (23 articles), 23 broken, 0 foreign"]


def test_the_directory_may_be_that_of_the_posts(archive: Archive) -> None:
    put(archive, *good())
    result = archive.invoke("adopt", str(archive.output / "_posts"))
    assert result.stdout == "1 post adopted (1 article), 0 broken, 0 foreign\n"
    assert Index.exists(archive.output)


@pytest.mark.parametrize("arguments", [[], ["nowhere"], [".", "--output", "x"], [".", "-s", "x"]])
def test_usage(arguments: list[str], archive: Archive) -> None:
    result = archive.invoke("adopt", *arguments)
    assert result.returncode == 2
    assert "Traceback" not in result.stderr


def test_another_run_is_at_work(archive: Archive) -> None:
    put(archive, *good())
    with closing(Index.open(archive.output)):
        result = adopt(archive)
    assert result.returncode not in (0, 2)
    assert "another run is at work here" in result.stderr
    assert "Traceback" not in result.stderr


def test_a_crawl_takes_in_what_is_there(archive: Archive) -> None:
    (article,) = archive.json(PUBLISHED)
    shutil.rmtree(archive.output / "_index")
    put(archive, *good())
    (again,) = archive.json(PUBLISHED)
    assert (article["outcome"], again["outcome"]) == ("written", "unchanged")
    assert [post.path for post in held(archive).posts] == [f"_posts/{NAME}"]


TEXT = st.text(max_size=40).map(one_line)


@given(
    title=TEXT.filter(bool),
    source=TEXT,
    digest=TEXT.map(lambda text: text.lstrip("【")),
    form=st.sampled_from(["share", "rolling"]),
    minutes=st.integers(0, 1439),
)
def test_good_posts_are_read_back(title: str, source: str, digest: str, form: str, minutes: int) -> None:
    published = datetime(2022, 1, 24, tzinfo=RECIPE.zone()) + timedelta(minutes=minutes)
    name, content = good(form=form, title=title, source=source, digest=digest, published=published)
    named = NAMES.named(name)
    assert named is not None
    assert (named.id, named.form_name, named.as_published) == (ID, form, True)
    post = read(content, quoted=named.form.quote is not None)
    assert list(problems_of(name, named, post)) == []
    assert (post.title, post.date, post.body) == (title, published, BODY)
    assert (post.quote or "") == (digest.strip() if form == "rolling" else "")


@given(st.binary(max_size=200), st.sampled_from([b"", b"---\n", b"---\nlayout: post\ntitle: ", b'---\ntitle: "']))
def test_any_bytes_are_read(content: bytes, start: bytes) -> None:
    named = NAMES.named(NAME)
    assert named is not None
    post = read(start + content)
    assert post.foreign or list(problems_of(NAME, named, post))


@pytest.mark.skipif(not CORPUS.is_dir(), reason=f"the corpus of real articles is not at {CORPUS}")
def test_real_posts() -> None:
    for file in (CORPUS / "expected").iterdir():
        named = NAMES.named(file.name)
        assert named is not None
        assert list(problems_of(file.name, named, read(file.read_bytes(), quoted=bool(named.form.quote)))) == []


def test_the_posts_may_be_elsewhere(archive: Archive) -> None:
    put(archive, *good())
    (archive.output / "_posts").rename(archive.output / "site")
    (archive.output / "_posts").symlink_to("site", target_is_directory=True)
    result = archive.invoke("adopt", str(archive.output / "_posts"))
    assert result.stdout == "1 post adopted (1 article), 0 broken, 0 foreign\n"
    assert Index.exists(archive.output)


@pytest.mark.parametrize("name", [NAME, "notes.md", "2022-01-24-of-our-own.md", "month/pipe"])
@pytest.mark.parametrize("kind", ["a pipe", "a socket", "a link to nowhere"])
def test_what_is_no_file_is_named_and_not_waited_for(archive: Archive, name: str, kind: str) -> None:
    put(archive, *good("202201242259229981"))
    file = archive.output / "_posts" / name
    file.parent.mkdir(exist_ok=True)
    if kind == "a pipe":
        os.mkfifo(file)
    elif kind == "a socket":
        os.mknod(file, S_IFSOCK | 0o600)
    else:
        file.symlink_to("nowhere")
    for options in ((), ("--repair",)):
        (found,) = problems(archive, *options)
        assert (found["kind"], found["path"], found["repaired"]) == ("unreadable", f"_posts/{name}", "")
        assert found["what"].startswith("cannot be read: ")
    assert adopt(archive).returncode == 1


def test_a_link_that_an_editor_left_is_litter(archive: Archive) -> None:
    put(archive, *good())
    (archive.output / "_posts" / ".#2022-01-24-a.md").symlink_to("someone@machine.1")
    assert problems(archive) == []


@pytest.mark.parametrize("beside", [True, False])
def test_a_directory_of_moved_posts_may_be_named(archive: Archive, beside: bool) -> None:
    put(archive, f"../old_post/{NAME}", good()[1])
    if beside:
        put(archive, *good("202201242259229981"))
    else:
        (archive.output / "_posts").rmdir()  # which the other path leads through
    done = archive.invoke("adopt", str(archive.output / "old_post"))
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1].startswith(f"{1 + beside} post")
    assert held(archive).posts[0].path == f"old_post/{NAME}"
    assert not (archive.output / "old_post" / "_index").exists()
