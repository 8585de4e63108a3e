"""What is noted in the index of decisions, and of what was done about them. No I/O."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from archiver.clock import micros
from archiver.decide import Hold, Keep, Older, Quarantine, Write
from archiver.identity import key_of_form
from archiver.index.types import FailedArticle, Finished, HeldBack, Intent, LastAnswer, Recheck
from archiver.ingest.packing import pack
from archiver.ingest.submission import key_of
from archiver.private import public_address
from archiver.spans import read_span

if TYPE_CHECKING:
    from datetime import timedelta

    from archiver.article import Article
    from archiver.captures import Capture
    from archiver.decide import Union
    from archiver.index import Held, HeldPost
    from archiver.ingest.planner import Decided
    from archiver.ingest.submission import Submission
    from archiver.recipes import Recipe

UNKNOWN_FILE = "a file that the index does not know is in its place, and stays (--force overrides)"
CHANGED_BY_HAND = "the post was changed by hand, and stays (--force overrides)"


def intent(decision: Write, capture: Capture | None, recipe: Recipe) -> Intent:
    """Return what is noted before a post is written."""
    article = decision.article
    assert article.post is not None
    assert article.published is not None
    return Intent(
        key_of(article),
        article.form,
        decision.path,
        sha256(article.post.content).digest(),
        article.published,
        article.text_digest,
        article.rules,
        micros(article.fetched),
        capture,
        recheck(recipe) if decision.candidate.capture is None else None,
        article.signature,
    )


def held_back(decision: Hold, submission: Submission, capture: Capture | None, run: int) -> HeldBack:
    """Return what is noted of an edit that is held back until the end of the run."""
    article = decision.article
    made = pack(article, submission.evidence.about if submission.evidence else {}, submission.etag, submission.modified)
    return HeldBack(key_of(article), article.form, run, article.text_digest or "", made, capture)


def with_outcome(decided: Decided, outcome: str, why: str) -> Article:
    """Return the article with what became of it. outcome: what the storage did, empty if it was not asked. why: the
    reason, if the storage failed."""
    decision = decided.decision
    match decision:
        case Quarantine():
            return replace(decision.article, outcome="quarantined", reason=decision.reason, doubted=decision.same_text)
        case Hold():
            return replace(decision.article, outcome="held back")
        case Older():
            return replace(decision.article, outcome="older", path=decision.path)
        case Keep():
            outcome = outcome or "kept"
            reason = {"edited": CHANGED_BY_HAND}.get(outcome, "")
        case Write():
            reason = "" if outcome != "edited" else CHANGED_BY_HAND if decision.expected else UNKNOWN_FILE
    if outcome == "failed":
        reason = f"{decision.path}: not written: {why}"
    return replace(decision.article, outcome=outcome, path=decision.path, reason=reason)


def finished(decided: Decided, article: Article, capture: Capture | None, recipe: Recipe) -> Finished | None:
    """Return what is noted of an article in the end; None if nothing is."""
    decision, submission = decided.decision, decided.submission
    key, form, live = key_of(article), article.form, submission.candidate.capture is None
    if isinstance(decision, Older):
        known = Finished(key, form, "checked", capture=capture, revision=decision.revision)
        return known if decision.revision else None
    if not isinstance(decision, Keep | Write):
        return None
    address = (public_address(article.address),) if "://" in article.address else ()  # not a bare id
    fetched = micros(article.fetched)
    facts: dict[str, Any] = {"places": address if live else (*article.places, *address), "seen": fetched}
    facts |= {"aliases": article.aliases, "shared": article.shared}
    facts |= {"listed_as": tuple(key_of_form(decided) for decided in article.aliases)}
    if live:
        answer = LastAnswer(article.page, article.response_url, submission.etag, submission.modified, fetched, capture)
        facts |= {"checked": fetched, "recheck": recheck(recipe)}
        # Only an answer whose post is in place may be named in later requests (If-None-Match): the source would not
        # send it a second time.
        if article.outcome != "failed":
            facts["answer"] = answer
    if isinstance(decision, Keep):
        known_capture = capture if decision.why == "unchanged" else None
        dropped = article.outcome == "failed"
        return Finished(key, form, "dropped" if dropped else "checked", capture=known_capture, **facts)
    if article.outcome in ("written", "unchanged"):
        return Finished(key, form, "saved", **facts)
    stays = article.outcome == "edited" and decision.expected is not None
    return Finished(key, form, "checked" if stays else "dropped", **facts)


def intent_of_union(union: Union) -> Intent:
    """Return what is noted before a notice is written in the place of a post. A notice has no text digest, as it is no
    article."""
    saved = micros(union.decided.article.fetched)
    digest = sha256(union.content).digest()
    return Intent(union.key, union.form, union.path, digest, union.published, None, {}, saved)


def intent_of_pictures(held: Held, post: HeldPost, content: bytes, now: int) -> Intent:
    """Return what is noted before a post is written again because some of its pictures have come."""
    digest = sha256(content).digest()
    known = post.published, held.text_digest, post.rules
    return Intent(held.key, post.form, post.path, digest, *known, now, post.capture)


def united(union: Union, outcome: str) -> Finished:
    """Return what is noted of an article that turned out to be another one. outcome: what the storage did."""
    if outcome not in ("written", "unchanged"):
        return Finished(union.key, union.form, "dropped")
    return Finished(union.key, union.form, "saved", united=union.into)


def failed(decided: Decided, article: Article) -> FailedArticle | None:
    """Return the failure that is noted of an article which the source has just sent: it was quarantined, or a file that
    the index does not know is in its place. None for all others."""
    if decided.submission.candidate.capture is not None:
        return None  # nobody asked the source
    if article.outcome == "quarantined":
        return FailedArticle(key_of(article), article.reason, "quarantined")
    if article.reason == UNKNOWN_FILE:
        return FailedArticle(key_of(article), article.reason)
    return None


def recheck(recipe: Recipe) -> Recheck | None:
    """Return when to ask for the articles of a recipe again, None for never."""
    rules = recipe.recheck
    return Recheck(_micros(read_span(rules.within)), _micros(read_span(rules.every))) if rules else None


def _micros(span: timedelta) -> int:
    return round(span.total_seconds() * 1_000_000)
