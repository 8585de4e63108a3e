"""What the index is told of what was decided and done: rule by rule, of decisions made by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from msgspec import structs

from archiver.clock import DAY, SECOND, micros
from archiver.decide import Candidate, Hold, Keep, Older, Quarantine, Union, Write
from archiver.identity import key_of_form
from archiver.index import ArticleKey, Recheck
from archiver.ingest import notes
from archiver.ingest.packing import unpack
from archiver.ingest.planner import Decided
from archiver.ingest.submission import Submission
from tests.test_decide import KEY, PATH, RECIPE, article, capture_of, captured

if TYPE_CHECKING:
    from typing import Literal

    from archiver.article import Article
    from archiver.captures import Capture
    from archiver.decide import Decision
    from archiver.index import FailedArticle, Finished

MADE = article(minutes=1, address="http://site.example/asked", aliases=("site.example/a",), places=("news/latest",))
LIVE, REPLAYED = Candidate(MADE), captured(MADE)
CAPTURE = capture_of(MADE)


def keep(why: Literal["unchanged", "markup", "better page"] = "unchanged", candidate: Candidate = LIVE) -> Keep:
    """Return the decision to keep the post."""
    return Keep(MADE, candidate, PATH, why)


def write(expected: bytes | None = None, candidate: Candidate = LIVE) -> Write:
    """Return the decision to write the post. expected: what should be there."""
    return Write(MADE, candidate, PATH, expected)


def decided(decision: Decision) -> Decided:
    """Return a decision, with what was submitted."""
    return Decided(decision, Submission(decision.candidate, etag='"7"', modified="yesterday"), None)


def with_outcome(decision: Decision, outcome: str = "", why: str = "") -> tuple[str, str]:
    """Return the outcome of an article, and its reason."""
    article = notes.with_outcome(decided(decision), outcome, why)
    return article.outcome, article.reason


def done(decision: Decision, outcome: str = "", capture: Capture | None = None) -> Finished | None:
    """Return what is noted of an article in the end. outcome: what the storage did."""
    one = decided(decision)
    return notes.finished(one, notes.with_outcome(one, outcome, ""), capture, RECIPE)


def failure(decision: Decision, outcome: str = "") -> FailedArticle | None:
    """Return what is noted of an article that is no post."""
    one = decided(decision)
    return notes.failed(one, notes.with_outcome(one, outcome, ""))


def made_of(decision: Decision, outcome: str = "") -> Article:
    """Return the article with what became of it."""
    return notes.with_outcome(decided(decision), outcome, "")


@pytest.mark.parametrize(
    ("decision", "outcome", "what"),
    [
        (Quarantine(MADE, LIVE, "no title"), "", ("quarantined", "no title")),
        (Hold(MADE, LIVE), "", ("held back", "")),
        (Older(MADE, LIVE, PATH), "", ("older", "")),
        (keep(), "", ("kept", "")),
        (keep(), "written", ("written", "")),  # its file was gone
        (keep(), "edited", ("edited", notes.CHANGED_BY_HAND)),
        (write(), "written", ("written", "")),
        (write(), "edited", ("edited", notes.UNKNOWN_FILE)),
        (write(b"before"), "edited", ("edited", notes.CHANGED_BY_HAND)),
        (write(), "failed", ("failed", f"{PATH}: not written: no space")),
        (keep(), "failed", ("failed", f"{PATH}: not written: no space")),
    ],
)
def test_what_became_of_an_article(decision: Decision, outcome: str, what: tuple[str, str]) -> None:
    assert with_outcome(decision, outcome, "no space") == what


def test_where_its_post_is_and_whether_its_text_is_doubted() -> None:
    assert made_of(Older(MADE, LIVE, PATH)).path == made_of(keep()).path == made_of(write(), "written").path == PATH
    assert made_of(Quarantine(MADE, LIVE, "as others", same_text=True)).doubted
    assert not made_of(Quarantine(MADE, LIVE, "no title")).doubted


@pytest.mark.parametrize(
    ("decision", "outcome", "noted"),
    [
        (keep(), "", "checked"),
        (keep(), "failed", "dropped"),
        (write(), "written", "saved"),
        (write(), "unchanged", "saved"),
        (write(), "failed", "dropped"),
        (write(), "edited", "dropped"),  # what is there is nothing of ours
        (write(b"before"), "edited", "checked"),
        (write(b"before"), "failed", "dropped"),
    ],
)
def test_what_is_noted_of_what_the_storage_did(decision: Decision, outcome: str, noted: str) -> None:
    finished = done(decision, outcome)
    assert finished
    assert finished.outcome == noted


@pytest.mark.parametrize("decision", [Quarantine(MADE, LIVE, "no title"), Hold(MADE, LIVE), Older(MADE, LIVE, PATH)])
def test_nothing_is_finished_of_what_gave_nothing_new(decision: Decision) -> None:
    assert done(decision) is None


def test_a_capture_that_gave_an_earlier_content_is_noted_with_that() -> None:
    finished = done(Older(MADE, REPLAYED, PATH, revision=2), capture=CAPTURE)
    assert finished
    assert (finished.outcome, finished.revision, finished.capture, finished.checked) == ("checked", 2, CAPTURE, None)


@pytest.mark.parametrize(("why", "is_noted"), [("unchanged", True), ("markup", False), ("better page", False)])
def test_a_capture_is_that_of_a_post_only_if_it_gives_just_that(
    why: Literal["unchanged", "markup", "better page"], is_noted: bool
) -> None:
    finished = done(keep(why), capture=CAPTURE)
    assert finished
    assert finished.capture == (CAPTURE if is_noted else None)


def test_what_the_source_sent_now_is_checked_and_looked_at_again() -> None:
    finished = done(write(), "written", CAPTURE)
    assert finished
    assert finished.checked == finished.seen == micros(MADE.fetched)
    assert finished.recheck == Recheck(2 * DAY, 6 * 3600 * SECOND)
    assert finished.places == ("http://site.example/asked",)  # where listings have it is noted already
    assert finished.answer
    assert (finished.answer.etag, finished.answer.modified, finished.answer.capture) == ('"7"', "yesterday", CAPTURE)
    assert finished.listed_as == (key_of_form("site.example/a"),)
    failed = done(write(), "failed", CAPTURE)
    assert failed
    assert failed.answer is None  # so that the source sends it again


def test_a_replay_says_nothing_of_what_the_source_has_now() -> None:
    finished = done(write(candidate=REPLAYED), "written", CAPTURE)
    assert finished
    assert (finished.checked, finished.recheck, finished.answer) == (None, None, None)
    assert finished.places == ("news/latest", "http://site.example/asked")


def test_an_id_is_no_place() -> None:
    asked = article()
    finished = notes.finished(decided(Keep(asked, Candidate(asked), PATH, "unchanged")), asked, None, RECIPE)
    assert finished
    assert finished.places == ()


def test_a_post_that_is_about_to_be_written_is_looked_at_again_if_its_source_sent_it_now() -> None:
    assert notes.intent(write(), CAPTURE, RECIPE).recheck == notes.recheck(RECIPE)
    assert notes.intent(write(candidate=REPLAYED), CAPTURE, RECIPE).recheck is None


def test_nothing_is_looked_at_again_where_the_recipe_says_nothing_of_it() -> None:
    assert notes.recheck(structs.replace(RECIPE, recheck=None)) is None


@pytest.mark.parametrize(("text", "noted"), [("digest", "digest"), (None, "")])
def test_an_edit_waits_with_all_that_was_made_of_it(text: str | None, noted: str) -> None:
    edited = replace(MADE, text_digest=text)
    decision = Hold(edited, Candidate(edited))
    waiting = notes.held_back(decision, decided(decision).submission, CAPTURE, 7)
    assert (waiting.key, waiting.form, waiting.run, waiting.text_digest) == (KEY, "share", 7, noted)
    made = unpack(waiting.made)
    assert (made.article, made.about, made.etag, made.modified) == (edited, {}, '"7"', "yesterday")
    assert waiting.capture == CAPTURE


@pytest.mark.parametrize(
    ("outcome", "noted", "into"),
    [("written", "saved", KEY), ("unchanged", "saved", KEY), ("edited", "dropped", None), ("failed", "dropped", None)],
)
def test_an_article_is_another_one_when_the_notice_is_there(outcome: str, noted: str, into: ArticleKey | None) -> None:
    assert MADE.published
    other = ArticleKey(KEY.recipe, "other")
    union = Union(other, KEY, "share", PATH, b"", b"before", b"notice", MADE.published, write())
    finished = notes.united(union, outcome)
    assert (finished.key, finished.outcome, finished.united) == (other, noted, into)


def test_what_is_no_post_is_asked_for_again() -> None:
    quarantined = failure(Quarantine(MADE, LIVE, "no title"))
    assert quarantined
    assert (quarantined.reason, quarantined.state) == ("no title", "quarantined")
    in_the_way = failure(write(), "edited")
    assert in_the_way
    assert (in_the_way.reason, in_the_way.state) == (notes.UNKNOWN_FILE, "failed")


@pytest.mark.parametrize(
    ("decision", "outcome"),
    [
        (Quarantine(MADE, REPLAYED, "no title"), ""),  # nobody asked the source
        (write(candidate=REPLAYED), "edited"),
        (write(), "written"),
        (write(b"before"), "edited"),
        (keep(), ""),
        (Hold(MADE, LIVE), ""),
    ],
)
def test_what_is_a_post_or_was_not_asked_for_has_not_failed(decision: Decision, outcome: str) -> None:
    assert failure(decision, outcome) is None
