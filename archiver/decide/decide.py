"""Decisions about one article: of what is held of it and what was made of it follows what is to be done."""

from __future__ import annotations

import re
from collections.abc import Callable
from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple

from archiver.article import PAYWALLED_RULE
from archiver.clock import micros
from archiver.decide.candidate import in_order
from archiver.decide.day import on_its_day
from archiver.decide.decision import Decision, Hold, Keep, Older, Quarantine, Write
from archiver.decide.texts import Believe, SameText
from archiver.errors import QuarantineError
from archiver.index.types import EarlierContent, HeldPost
from archiver.places import POSTS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from archiver.article import Article
    from archiver.decide.candidate import Candidate
    from archiver.decide.texts import Verdict
    from archiver.index.types import Held
    from archiver.recipes import Recipe

# Returns whether the text of an article is believed. Its parameters: the article, whether it has posts, and the digest
# of their text.
Judge = Callable[["Article", bool, "str | None"], "Verdict"]
FRONT_MATTER_END = b"\n---\n"
PICTURE_PATTERN = re.compile(rb'<img\s[^>]*?src="([^"]*)"')


class Policy(NamedTuple):
    """How posts are treated, by the settings.

    force: posts are written anew whatever is there. markup: a post of which only the markup would change is written,
    too, because the rules have changed; if off, it stays, because the source has not changed it. by_month: new posts go
    into folders by month.
    """

    force: bool = False
    markup: bool = False
    by_month: bool = False


def decide(
    held: Held,
    made: Sequence[Candidate],
    recipe: Recipe,
    policy: Policy,
    judge: Judge,
    render: Callable[[Article], Article],
    on_disk: Mapping[str, bytes | None],
) -> list[Decision]:
    """Return what is to be done with each of `made`, all of one article, in the order of their answers.

    held: what the archive has of the article. judge: gives the verdict on a new text. render: makes the post of an
    article anew after its time was changed here (raises QuarantineError). on_disk: by path, the contents of those held
    posts that the caller has read; None where there is no file.
    """
    fold = _Fold(held, recipe, policy, judge, render, dict(on_disk))
    candidates = in_order(made)
    fold.note_best_pages(candidates)
    return [fold.decide(candidate) for candidate in candidates]


def page_of(rules: Mapping[str, str]) -> str:
    """Return the recipe's page that a post was made of, by its rules (`text:title`); empty if they do not say."""
    return rules.get("body", "").partition(":")[0]


class _Fold:
    """What will be held of the article once all that was decided so far is carried out."""

    def __init__(
        self,
        held: Held,
        recipe: Recipe,
        policy: Policy,
        judge: Judge,
        render: Callable[[Article], Article],
        on_disk: dict[str, bytes | None],
    ) -> None:
        self._posts = {post.form: post for post in held.posts}
        self._earlier: list[EarlierContent] = list(held.earlier)
        self._text = held.text_digest
        self._ranks = {page.name: rank for rank, page in enumerate(recipe.pages)}
        self._best: dict[str, int] = {}
        self._moments: dict[str, datetime] = {}  # by form: of the last answer that was looked at
        self._policy = policy
        self._judge = judge
        self._render = render
        self._on_disk = on_disk

    def note_best_pages(self, candidates: Sequence[Candidate]) -> None:
        """Note for each form the best page that its post is made of, or will be: what a lesser page gives replaces
        nothing, whichever came first."""
        for form, post in self._posts.items():
            self._best[form] = self._rank_of(post)
        for article, *_ in candidates:
            if article.post is not None:
                self._best[article.form] = min(article.rank, self._best.get(article.form, article.rank))

    def decide(self, candidate: Candidate) -> Decision:
        """Return what is to be done with a candidate, and go on as if it were done."""
        article = candidate.article
        if article.post is None:
            return Quarantine(article, candidate, article.reason)
        held = self._posts.get(article.form)
        if held and (self._is_older(candidate, held) or self._is_another_of_its_moment(candidate)):
            return Older(article, candidate, held.path)
        verdict = self._verdict(candidate)
        if isinstance(verdict, SameText):
            return Quarantine(article, candidate, verdict.reason, same_text=True)
        if not isinstance(verdict, Believe):
            return Hold(article, candidate)
        try:
            article = on_its_day(article, held, self._render)
        except QuarantineError as error:
            return Quarantine(article, candidate, str(error))
        if candidate.capture:
            self._moments[article.form] = candidate.capture.time
        return self._put(article, candidate, held)

    def _rank_of(self, post: HeldPost) -> int:
        """Return the rank of the page that a post was made of; 0, the best, if its rules do not say."""
        return self._ranks.get(page_of(post.rules), 0) + (PAYWALLED_RULE in post.rules)

    def _is_older(self, candidate: Candidate, held: HeldPost) -> bool:
        """Return whether the post was made of a later answer than this candidate, or of another answer of the same
        moment; and not of a lesser page, since a better one counts whichever came first.

        What the source has just sent is never older: clocks may have been set back.
        """
        capture = candidate.capture
        if capture is None:
            return False
        if held.capture is None:
            return micros(capture.time) < held.saved
        if (held.capture.url, held.capture.time, held.capture.payload) == (capture.url, capture.time, capture.payload):
            return False
        is_of_better_page = candidate.article.rank < self._rank_of(held)
        return capture.time <= held.capture.time and not is_of_better_page

    def _is_another_of_its_moment(self, candidate: Candidate) -> bool:
        """Return whether another answer of the same moment was looked at before: neither of the two is the later one,
        so the first counts."""
        return candidate.capture is not None and candidate.capture.time == self._moments.get(candidate.article.form)

    def _verdict(self, candidate: Candidate) -> Verdict:
        text = candidate.article.text_digest
        if text is None or text == self._text or self._policy.force or candidate.believed:
            return Believe()
        return self._judge(candidate.article, bool(self._posts), self._text)

    def _put(self, article: Article, candidate: Candidate, held: HeldPost | None) -> Decision:
        assert article.post is not None
        content = article.post.content
        digest = sha256(content).digest()
        path = held.path if held else self._new_path(article)
        if not self._policy.force:
            if held and held.sha256 == digest:
                self._note_capture(candidate, held)
                return Keep(article, candidate, path, "unchanged", content, held.capture is not None)
            is_gone = self._on_disk.get(path, content) is None
            if article.rank > self._best[article.form] and not is_gone:
                return Keep(article, candidate, path, "better page")
            if held and held.capture is None and candidate.capture and (revision := self._revision(article, digest)):
                return Older(article, candidate, path, revision)
            if held and not self._policy.markup and self._differs_in_markup_only(article, held):
                return Keep(article, candidate, path, "markup")
        self._replace(article, candidate, held, path, digest)
        return Write(article, candidate, path, held.sha256 if held else None, force=self._policy.force)

    def _new_path(self, article: Article) -> str:
        assert article.post is not None
        folder = f"{article.published:%Y/%m}/" if self._policy.by_month else ""
        return f"{POSTS}/{folder}{article.post.name}"

    def _revision(self, article: Article, digest: bytes) -> int:
        """Return the revision that had exactly this content; 0 if none had."""
        return next((one.revision for one in self._earlier if (one.form, one.sha256) == (article.form, digest)), 0)

    def _differs_in_markup_only(self, article: Article, held: HeldPost) -> bool:
        """Return whether front matter, text and pictures are the same as in the post: the source has edited nothing."""
        if article.text_digest is None or article.text_digest != self._text:
            return False
        present = self._on_disk.get(held.path)
        # For a post that somebody changed by hand the answer is no: the storage will find the change, and report it.
        if present is None or sha256(present).digest() != held.sha256:
            return False
        assert article.post is not None
        new = article.post.content
        same_front = present.partition(FRONT_MATTER_END)[0] == new.partition(FRONT_MATTER_END)[0]
        return same_front and set(PICTURE_PATTERN.findall(new)) <= set(PICTURE_PATTERN.findall(present))

    def _replace(self, article: Article, candidate: Candidate, held: HeldPost | None, path: str, digest: bytes) -> None:
        assert article.post is not None
        assert article.published is not None
        revision = 1
        if held:
            self._earlier.append(EarlierContent(held.form, held.revision, held.sha256, held.saved, held.capture))
            revision = held.revision + 1
        saved, rules = micros(article.fetched), article.rules
        form = article.form
        self._posts[form] = HeldPost(form, path, digest, article.published, saved, revision, rules, candidate.capture)
        self._text = article.text_digest
        self._on_disk[path] = article.post.content

    def _note_capture(self, candidate: Candidate, held: HeldPost) -> None:
        if held.capture is None:
            self._posts[held.form] = held._replace(capture=candidate.capture)
