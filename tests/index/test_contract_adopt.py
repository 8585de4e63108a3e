"""Posts that are on disk already."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from archiver.clock import micros
from archiver.index import Adoption
from tests.index.values import LIST, NOW, PUBLISHED, capture, digest, failed, held, intent, key, save, saved, seen

if TYPE_CHECKING:
    from archiver.index import Index


def adoption(name: str = "a", text: str = "text", **fields: Any) -> Adoption:
    """A post that is found on disk."""
    made = Adoption(
        key(name),
        "share",
        f"_posts/{name}.md",
        digest(text),
        PUBLISHED,
        f"digest of {text}",
        {"url": "http://news.example/"},
        micros(PUBLISHED),
    )
    return made._replace(**fields)


def test_a_post_is_taken_as_it_is(index: Index) -> None:
    earlier = ((digest("one"), NOW - 2), (digest("two"), NOW - 1))
    assert index.adopt([adoption(earlier=earlier, place=LIST), adoption("b")], NOW) == [None, None]
    found = held(index)
    (post,) = found.posts
    assert (post.path, post.sha256, post.saved, post.revision) == ("_posts/a.md", digest("text"), micros(PUBLISHED), 3)
    assert [(one.revision, one.sha256, one.saved) for one in found.earlier] == [
        (1, digest("one"), NOW - 2),
        (2, digest("two"), NOW - 1),
    ]
    assert (found.state, found.known, found.text_digest) == ("saved", {"url": "http://news.example/"}, "digest of text")
    (history,) = index.catalogue.history("a")
    assert [place.name for place in history.places] == [LIST]
    assert held(index, "b").state == "saved"


def test_of_two_posts_the_first_is_taken(index: Index) -> None:
    second = adoption(path="_posts/copy.md")
    assert index.adopt([adoption(), second], NOW) == [None, "_posts/a.md"]
    assert index.adopt([second, adoption()], NOW) == ["_posts/a.md", "_posts/a.md"]
    assert [post.path for post in held(index).posts] == ["_posts/a.md"]


def test_what_is_known_of_a_content_stays_known_where_a_post_has_moved(index: Index) -> None:
    for number, text in enumerate(("one", "two")):
        index.begin([intent(text=text, capture=capture(number), saved=NOW + number)], NOW)
        index.finish([saved()], NOW)
    index.manifests.list_all(1)
    moved = adoption(text="two", path="_posts/2027/a.md", earlier=((digest("one"), NOW - 99),), instead=True)
    assert index.adopt([moved], NOW + 9) == [None]
    found = held(index)
    assert [(post.path, post.saved, post.capture) for post in found.posts] == [
        ("_posts/2027/a.md", NOW + 1, capture(1))
    ]
    assert [(one.saved, one.capture) for one in found.earlier] == [(NOW, capture(0))]
    assert index.manifests.removed() == ["_posts/a.md"]  # the earlier one has its name still
    assert index.adopt([adoption(text="three", instead=True)], NOW + 9) == [None]
    assert held(index).posts[0].saved == NOW + 9


def test_an_article_that_is_known_keeps_its_state(index: Index) -> None:
    index.see(seen("a", "b", title="Title"), NOW, every_form=True)
    save(index, "b")
    index.fail([failed("b", state="withdrawn")], NOW)
    other = {"form": "rolling", "path": "_posts/r.md"}
    assert index.adopt([adoption(), adoption("b", "other", **other)], NOW) == [None, None]
    assert (held(index).state, held(index, "b").state) == ("saved", "withdrawn")
    assert held(index).known == {"title": "Title", "url": "http://news.example/"}
    index.adopt([adoption(known={"title": "Other"}, instead=True)], NOW)
    assert held(index).known["title"] == "Title"
    assert held(index, "b").text_digest == "digest of text"  # what it says by the post that was there


def test_posts_of_people_are_those_that_were_found_last(index: Index) -> None:
    assert index.own_posts.paths() == []
    index.own_posts.replace(["_posts/b.md", "_posts/a.md"])
    assert index.own_posts.paths() == ["_posts/a.md", "_posts/b.md"]
    index.own_posts.replace(["_posts/c.md"])
    assert index.own_posts.paths() == ["_posts/c.md"]
