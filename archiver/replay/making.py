"""Making candidates for posts from captured answers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from archiver.addresses import page_at, resolve
from archiver.answer import Answer, Asked
from archiver.captures import HELD_BACK_NOTE, PART_OF_NOTE
from archiver.captures.body import WHOLE_STATUSES
from archiver.decide import Candidate
from archiver.errors import PictureError, UnknownAddressError
from archiver.extraction import Unusable
from archiver.extraction.extractor import Extractor
from archiver.index import ArticleKey
from archiver.pictures import accept
from archiver.private import authority

if TYPE_CHECKING:
    from archiver.captures import Capture
    from archiver.captures.captured_answer import CapturedAnswer
    from archiver.extraction import ExtractOptions
    from archiver.pictures import Accepted

WEB_PAGE_TYPE_PATTERN = re.compile(r"\s*(?:text/html|application/xhtml\+xml)\s*(?:;|$)", re.IGNORECASE)


class Failed(NamedTuple):
    """An answer that should be an article, but is not."""

    address: str
    reason: str
    capture: Capture


class Other(NamedTuple):
    """An answer that is no article; `what` says in words what it is. capture: where it is, for an edit that was held
    back: more may have been noted about it later."""

    what: str
    capture: Capture | None = None


class CapturedPicture(NamedTuple):
    """A picture that came for an article. address: the one that the picture has in the post; it may have come from
    another one (`capture.url`)."""

    address: str
    picture: Accepted
    capture: Capture

    @property
    def what(self) -> str:
        """What it is, in words, as for `Other`."""
        return "pictures"


Made = Candidate | Failed | Other | CapturedPicture


class Maker:
    """Makes candidates from captured answers."""

    def __init__(self, options: ExtractOptions) -> None:
        self._recipes = options.recipes
        self._options = options
        self.extractor = Extractor(options)

    @staticmethod
    def _picture(answer: CapturedAnswer) -> CapturedPicture | Other:
        try:
            return CapturedPicture(str(answer.about["picture"]), accept(answer.body), answer.capture)
        except PictureError as error:  # today's rules refuse it
            return Other(f"pictures that are not kept ({error})")

    def make(self, answer: CapturedAnswer) -> list[Made]:
        """Return the candidates in `answer`, one for each form of post; or what else the answer is."""
        if "listing" in answer.about:
            return [Other("listings")]
        if PART_OF_NOTE in answer.about:
            return [Other("what pages loaded")]
        if answer.drawn and not answer.about:
            return [Other("what other programs made of answers")]
        if "picture" in answer.about:
            return [self._picture(answer)]
        if answer.about.get(HELD_BACK_NOTE):
            return [Other("edits, held back until they were believed", answer.capture)]
        host = _host(answer.capture.url)
        asked = self._asked(answer)
        if answer.status not in WHOLE_STATUSES:  # such as a redirect, which is no page that a recipe could know
            return [Other(f"{host} answered with status {answer.status}")]
        if asked is None:
            return [Other(f"no recipe knows such a page of {host}")]
        if answer.problem:
            return [Failed(answer.capture.url, answer.problem, answer.capture)]
        if not asked.forms:
            lost = ", ".join(answer.about["forms"])
            return [Failed(answer.capture.url, f"the recipe has no such form of post any more: {lost}", answer.capture)]
        steps = tuple(answer.about.get("steps", ()))
        came = Answer(answer.capture.url, answer.content_type, answer.body, answer.capture.time, steps)
        extracted = self.extractor.extract(came, asked)
        if isinstance(extracted, Unusable):
            if not answer.about and self._recipes[asked.recipe].is_web:  # any page, which need not be an article
                return [Other(extracted.reason.partition(" (")[0])]
            return [Failed(answer.capture.url, extracted.reason, answer.capture)]
        believed = bool(answer.about) and "quarantined" not in answer.about
        return [Candidate(article, answer.capture, believed) for article in extracted]

    def article_of(self, answer: CapturedAnswer) -> ArticleKey | None:
        """Return the key of the article that an answer without a body would be; None if it would be none."""
        asked = self._asked(answer) if answer.status in {0, *WHOLE_STATUSES} else None
        return ArticleKey(asked.recipe, asked.id) if asked else None

    def _asked(self, answer: CapturedAnswer) -> Asked | None:
        """Return what an answer was asked for: as it was noted with the capture, or else by the answer's address; None
        if it is no page of an article."""
        about = answer.about
        recipe = self._recipes.get(about.get("recipe", ""))
        pages = {page.name for page in recipe.pages} if recipe else set()
        if recipe and about.get("page") in pages and "id" in about:
            return Asked(
                recipe.name,
                about["id"],
                about["page"],
                about.get("address", answer.capture.url),
                tuple(form for form in about.get("forms", ()) if form in recipe.forms),
                about.get("known", {}),
                tuple(about.get("places", ())),
                bool(about.get("keep_paywalled")),
            )
        found = page_at(answer.capture.url, [recipe] if recipe else self._recipes.values())
        if found is None:
            return self._asked_of_page(answer)
        reference, page = found
        return Asked(reference.recipe.name, reference.id, page.name, answer.capture.url, reference.forms)

    def _asked_of_page(self, answer: CapturedAnswer) -> Asked | None:
        """Return what a web page that no recipe knows is taken for, if such pages are wanted (`any_page`); else
        None."""
        if not self._options.any_page or not WEB_PAGE_TYPE_PATTERN.match(answer.content_type):
            return None
        try:
            reference = resolve(answer.capture.url, self._recipes.values())
        except UnknownAddressError:
            return None
        recipe = reference.recipe
        keep = self._options.keep_paywalled
        page = recipe.pages[0].name
        return Asked(recipe.name, reference.id, page, answer.capture.url, reference.forms, keep_paywalled=keep)


def _host(address: str) -> str:
    try:
        return authority(address)
    except ValueError:
        return "a host that has no such name"
