"""How an article of an archive was read: from the capture of its answer, by today's rules."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from archiver.answer import Answer
from archiver.captured import captured_answer
from archiver.captures import HELD_BACK_NOTE
from archiver.decide import Candidate
from archiver.errors import CaptureError, PageError
from archiver.pages.load import page_for
from archiver.reading import Discarded, Explanation, Field, explain_page
from archiver.recipes import site_for
from archiver.recipes.recipe import PAGE_FIELDS
from archiver.replay.making import Failed, Maker

if TYPE_CHECKING:
    from archiver.addresses import Reference
    from archiver.captures import Capture
    from archiver.extraction import ExtractOptions
    from archiver.index import Index
    from archiver.storage import Root


def explain_article(output: Root, index: Index, options: ExtractOptions, reference: Reference) -> Explanation | None:
    """Return how an article of the archive in `output` was read; None if the archive has no answer for it.

    Raises CaptureError if its answer was not captured, or the capture cannot be read.
    """
    held = index.held([reference.key])[reference.key]
    captures = [post.capture for post in held.posts] + [held.answer.capture if held.answer else None]
    capture = next(filter(None, captures), None)
    if capture is None:
        if held.posts:
            raise CaptureError(
                f"{reference.address}: its answer was not captured; `archiver get --warc --force` does it"
            )
        return None
    return _explained(output, index, options, capture)


def _explained(output: Root, index: Index, options: ExtractOptions, capture: Capture) -> Explanation:
    found = captured_answer(output, index, capture)
    answer = Answer(capture.url, found.content_type, found.body, capture.time)

    recipe = options.recipes.get(found.about.get("recipe", ""))
    page = found.about.get("page")
    if recipe is None or recipe.is_web or page not in {rules.name for rules in recipe.pages}:
        site = site_for(answer.url, answer.fetched, options.sites)
        return explain_page(
            answer.body,
            answer.url,
            content_type=answer.content_type,
            fetched=answer.fetched,
            keep_paywalled=bool(found.about.get("keep_paywalled")),
            recipe=site,
        )
    # A post was made of it: an edit that was held back when it came has been believed since.
    noted = {name: value for name, value in found.about.items() if name != HELD_BACK_NOTE}
    first = Maker(options).make(found._replace(about=noted))[0]
    if not isinstance(first, Candidate):
        why = first.reason if isinstance(first, Failed) else first.what
        raise PageError(f"{capture.url}: today's rules read no article there: {why}")
    article = first.article
    said = page_for(recipe, page).candidates(answer, recipe.forms[article.form].body)
    fields = {
        name: _field(getattr(article, name), article.rules.get(name, ""), said[name])
        for name in (*PAGE_FIELDS, "body")
        if name != "time"  # shown as `published`
    }
    published = _field(article.published, article.rules.get("time", ""), said["time"])
    return Explanation(capture.url, None, None, {"title": fields.pop("title"), "published": published, **fields})


def _field(value: Any, rule: str, said: list[tuple[str, str]]) -> Field[Any]:
    """Return a field with its rule, and the other candidates that the page has for it, each with the reason why it was
    not taken."""
    lost: list[Discarded[Any]] = []
    for text, name in said:
        if not text.strip():
            lost.append(Discarded("", name, "nothing is there"))
        elif not rule.startswith(name):
            lost.append(Discarded(text, name, f"less trusted than {rule}" if rule else "it could not be understood"))
    return Field(value or None, rule, tuple(lost))
