"""Posts as earlier scripts wrote them: every layout is read as what it is, and a repair takes no word away."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from archiver.adoption.fix import fix
from archiver.adoption.names import Names
from archiver.adoption.problems import Kind, problems
from archiver.adoption.profile import found_profile
from archiver.cleaning import Cleaner
from archiver.posts.frontmatter import is_text
from archiver.posts.read import read
from tests.adopting import BODY, ID, NAME, RECIPE, good

if TYPE_CHECKING:
    from archiver.adoption.names import Named
    from archiver.posts.read import ReadPost
    from archiver.problems import ProblemKind

ADDRESS = f"http://choicewzp1.eastmoney.com/html_News/NewsShare.html?infoCode=NW{ID}"
OWN = f"http://finews.zning.xyz/html_News/NewsShare.html?infoCode=NW{ID}"
TEXT = "央行：*稳*中求进，1 < 2。\n\n第二段 <b>不是</b> HTML"
FOOTERS = {
    "none": "",
    "a line break at the end": "\n",
    "two lines": "\n\n[返回财联社新闻](../category/cailianshe.html)\n[返回首页](../)",
    "two paragraphs": "\n\n[返回财联社新闻](../emnews/)\n\n[返回首页](./)\n",
    "one link": "\n\n[返回首页](../)",
    "blanks": "  \n \n[返回财联社新闻](../emnews/)  \n[返回首页](../)  \n",
    "other line ends": "\r\n\r\n[返回财联社新闻](../emnews/)\r\n[返回首页](../)\r\n",
    "a bar": "\n\n[返回财联社新闻](//a.example/emnews/) | [返回首页](//a.example/)\n\n",
    "many line ends": "\n\n\n[返回财联社新闻](../emnews/)\n\n\n[返回首页](./)\n",
    "today's": "\n\n[返回财联社新闻](//a.example/category/cailianshe.html)｜[返回首页](//a.example/)",
}


def old_post(text: str = TEXT, footer: str = "", *, start: str = "", offset: str = " +0800", **front: str) -> bytes:
    """Return a post of an early layout."""
    values = {"title": '"题"', "date": f"2022-01-24 18:06:02{offset}", "categories": "cailianshe", "tags": "财联社新闻"}
    lines = "".join(f"{key}: {value}\n" for key, value in {**values, **front}.items())
    return f"{start}---\nlayout: post\n{lines}---\n{text}\n\n<{ADDRESS}>{footer}".encode()


def named(name: str = NAME) -> Named:
    found = Names([RECIPE]).named(name)
    assert found is not None
    return found


def kinds(content: bytes) -> list[ProblemKind]:
    return [one.kind for one in problems(NAME, named(), read(content))]


@pytest.mark.parametrize("footer", FOOTERS)
def test_no_layout_is_torn(footer: str) -> None:
    content = old_post(footer=FOOTERS[footer])
    post = read(content)
    assert (post.body, post.link, post.footer) == (TEXT, ADDRESS, FOOTERS[footer].strip())
    assert kinds(content) == []
    assert fix(content, named(), []) == (content, {})
    empty = content.replace(ADDRESS.encode(), b"")
    assert fix(empty, named(), [])[0] == content.replace(ADDRESS.encode(), OWN.encode())


def test_a_post_may_end_in_no_address_at_all() -> None:
    content = old_post().replace(ADDRESS.encode(), b"")
    assert read(content).body == TEXT
    assert kinds(content) == [Kind.ADDRESS]
    mended, done = fix(content, named(), [])
    assert set(done) == {Kind.ADDRESS}
    assert mended == content.replace(b"<>", f"<{OWN}>".encode())


@pytest.mark.parametrize(
    "content",
    [
        *(old_post()[:-1], old_post()[: -len(ADDRESS)], good()[1][:-10]),
        old_post(footer="\n\n[返回财联社新闻](../emnews/)"),  # the first of two lines
        old_post(footer=FOOTERS["today's"])[:-20],
    ],
)
def test_what_is_cut_off_is_torn(content: bytes) -> None:
    assert kinds(content) == [Kind.TORN]


@pytest.mark.parametrize("footer", ["none", "two lines", "one link", "a bar", "today's"])
@pytest.mark.parametrize(
    "added", ["后来的话。", "更正：见[新文](../a.html)，多谢。", "<http://b.example/>", "* 一\n* 二"]
)
def test_what_somebody_added_at_the_end_is_not_torn(footer: str, added: str) -> None:
    """Whoever fetched it anew would take it away."""
    content = old_post(footer=f"{FOOTERS[footer]}\n\n{added}\n")
    assert kinds(content) == []
    assert fix(content, named(), []) == (content, {})


def test_only_the_date_changes_where_only_that_is_broken() -> None:
    content = old_post(offset="")
    assert kinds(content) == [Kind.OFFSET]
    assert fix(content, named(), [])[0] == old_post()


@pytest.mark.parametrize("start", ["\n", "\r\n", " \n\n", "\ufeff\n", "\u3000\n", "  "])
def test_an_empty_line_at_the_beginning_is_taken_off(start: str) -> None:
    content = old_post(start=start, offset="")
    assert kinds(content) == [Kind.FRONT_MATTER, Kind.OFFSET]
    mended, done = fix(content, named(), [])
    assert mended.decode("utf-8-sig").encode() == old_post()
    assert "took the empty line at its beginning off" in done[Kind.FRONT_MATTER]


@pytest.mark.parametrize("category", ["99", "9.5", "yes", "Off", "2021-12-24", "0x1f", "12:30:45", ".5", ":a"])
def test_a_category_that_is_no_text_to_jekyll_is_quoted(category: str) -> None:
    content = old_post(categories=category)
    assert kinds(content) == [Kind.FRONT_MATTER]
    mended, _ = fix(content, named(), [])
    assert kinds(mended) == []
    assert mended.replace(b'"', b"") == content.replace(b'"', b"")


@pytest.mark.parametrize(
    "category", ["99a", "09", "1e5", "n", "~", "", '"99"', "'yes'", "[99]", "yesterday", "21shiji"]
)
def test_a_category_that_is_text_stays(category: str) -> None:
    assert is_text(category)


def test_a_category_that_jekyll_splits_is_told_and_kept() -> None:
    content = old_post(categories="21shijijingjibaodao 21caijingAPP")
    assert kinds(content) == [Kind.CATEGORY]
    assert fix(content, named(), []) == (content, {})
    assert read(old_post(categories='["21shiji 21caijing"]')).split == ()


def posts(*bodies: str) -> list[ReadPost]:
    return [read(good(body=body)[1]) for body in bodies]


MARKED = '<p style="color:red" onclick="x()">字</p><script>1</script>'


@pytest.mark.parametrize(
    ("bodies", "profile"),
    [
        ([BODY, "<p>字</p>"], "clean"),
        ([MARKED, "<p>字</p>"], "source"),
        ([MARKED, *["<p>字</p>"] * 20], "clean"),  # cleaning has changed since
        ([], ""),
    ],
)
def test_the_profile_of_an_archive_is_found(bodies: list[str], profile: str) -> None:
    assert found_profile(posts(*bodies), Cleaner(RECIPE.clean)) == profile


def test_text_says_nothing_of_a_profile() -> None:
    assert found_profile([read(old_post())], Cleaner(RECIPE.clean)) == ""
