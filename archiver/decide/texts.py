"""Whether a source has begun to answer everything with one and the same text. No I/O."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import takewhile
from typing import TYPE_CHECKING

from archiver.posts.text_digest import is_telling

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from archiver.index.types import ArticleKey

MAX_SAME_IN_A_ROW = 3  # articles with the same text in a row, or of one site: from this number on they are not believed
MAX_SAME_IN_A_RUN = 10  # articles with the same text, with others between them


@dataclass(frozen=True, slots=True)
class Believe:
    """The text is the article's own, as far as can be told."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """The text is an edit: whether it is believed is decided when all other articles of the run have been looked at."""


@dataclass(frozen=True, slots=True)
class SameText:
    """The text is the same as that of other articles: the source seems to answer everything with it."""

    reason: str


Verdict = Believe | Doubt | SameText


class Texts:
    """The texts of new articles, in the order in which they came.

    The third article in a row with the same text, or the tenth in a run, is not believed: articles of news agencies are
    copied, but not so often. Where a recipe reads the pages of any site, the third article of one site with the same
    text is not believed, in whatever order they come: a wall (a login page, for example) may answer for many addresses.
    Short texts are alike for many reasons, so they prove nothing.
    """

    def __init__(self) -> None:
        self._rows: dict[
            str, tuple[str | None, set[str]]
        ] = {}  # by recipe: a text, and the articles in a row that had it
        self._of_sites: dict[tuple[str, str], set[str]] = {}  # by site and text: the articles that say it
        self._run: dict[str, tuple[ArticleKey, ArticleKey, int]] = {}  # by text: the first, the last, how many

    def needs(self, recipe: str) -> bool:
        """Return whether `begin` is still to be called for a recipe."""
        return recipe not in self._rows

    def begin(self, recipe: str, last: Sequence[tuple[str, str | None]]) -> None:
        """Begin with the articles of a recipe that were saved last: a row of equal texts may have begun with them.

        last: ids and text digests, the latest first; `MAX_SAME_IN_A_ROW - 1` of them are enough.
        """
        text = last[0][1] if last else None
        row = {article_id for article_id, digest in takewhile(lambda pair: pair[1] == text, last)}
        self._rows[recipe] = (text, row)

    def know(self, site: str, text: str, article_id: str) -> None:
        """Note an article of a site that says a text."""
        self._of_sites.setdefault((site, text), set()).add(article_id)

    def look_at(self, key: ArticleKey, text: str | None, site: str = "") -> Verdict:
        """Return the verdict on the text of a new article, and remember the text for later articles.

        text: its digest; None: it has no text. site: the registered domain that its page is on, where a recipe reads
        the pages of any site; empty: the recipe is of one source.
        """
        if not is_telling(text):
            return Believe()
        return self._look_at_site(key, text, site) if site else self._look_at_row(key, text)

    def _look_at_site(self, key: ArticleKey, text: str, site: str) -> Verdict:
        self.know(site, text, key.id)
        self._run.setdefault(text, (key, key, 1))
        with_text = self._of_sites[site, text]
        if len(with_text) < MAX_SAME_IN_A_ROW:
            return Believe()
        return SameText(f"the same text as {min(with_text - {key.id})} and others of {site}")

    def _look_at_row(self, key: ArticleKey, text: str) -> Verdict:
        last_text, row = self._rows.get(key.recipe, (None, set()))
        if last_text != text:
            row = set()
        row.add(key.id)
        self._rows[key.recipe] = (text, row)
        first, last, count = self._run.get(text, (key, key, 1))
        count += key not in (first, last)
        self._run[text] = (first, key, count)
        if len(row) < MAX_SAME_IN_A_ROW and count < MAX_SAME_IN_A_RUN:
            return Believe()
        other = min(row - {key.id}, default=first.id)
        return SameText(f"the same text as {other} and others before it")

    def first_with(self, text: str) -> ArticleKey | None:
        """Return the first new article of this run with a text; None if `look_at` saw none."""
        seen = self._run.get(text)
        return seen and seen[0]


def judge_edits(
    edits: Iterable[tuple[ArticleKey, str, str | None]],
    saying: Mapping[str, Collection[ArticleKey]],
) -> dict[ArticleKey, Verdict]:
    """Return the verdicts on edits, when all else of a run has been looked at.

    edits: articles, each with the digests of its text now and before (None: unknown). saying: by text digest, the other
    articles with that text: those of the archive and the new ones of the run. An edit is not believed if another
    article says the same, unless both said the same before as well.
    """
    by_text: dict[str, dict[ArticleKey, str | None]] = {}
    for key, text, before in edits:
        by_text.setdefault(text, {})[key] = before
    verdicts: dict[ArticleKey, Verdict] = {}
    for text, edited in by_text.items():
        for key, before in edited.items():
            other_articles = {*edited, *saying.get(text, ())} - {key}
            strange = sorted(one for one in other_articles if before is None or edited.get(one) != before)
            verdicts[key] = (
                SameText(f"was edited, and says the same as {strange[0].id} now; not believed")
                if strange
                else Believe()
            )
    return verdicts
