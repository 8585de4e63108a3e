"""Scrapy's responses as the answers that pages read, and what captures note of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from archiver.answer import Answer
from archiver.clock import moment, now
from archiver.net.handler import EXCHANGES_META_KEY
from archiver.net.kept import CAPTURE_META_KEY
from archiver.private import public_address

if TYPE_CHECKING:
    from scrapy.http import Response

    from archiver.answer import Asked
    from archiver.captures import Capture


def answer_of(response: Response) -> Answer:
    """Return the answer in a response. Its time is when it was asked for; for one that came from a capture, the
    capture's time.

    Its address has no credentials, as in captures: it is written into the archive with the article.
    """
    content_type = (response.headers.get("Content-Type") or b"").decode("latin-1")
    kept: Capture | None = response.meta.get(CAPTURE_META_KEY)
    if kept:
        return Answer(kept.url, content_type, response.body, kept.time)
    exchanges = response.meta.get(EXCHANGES_META_KEY)
    fetched = exchanges[-1].time if exchanges else moment(now())
    steps = tuple(map(public_address, response.meta.get("redirect_urls", ())))
    return Answer(public_address(response.url), content_type, response.body, fetched, steps)


def about_answer(answer: Answer, asked: Asked) -> dict[str, Any]:
    """Return what a replay must know besides an answer itself: what it was asked for, with what was known of the
    article, and the redirects that led to it."""
    return {
        "recipe": asked.recipe,
        "id": asked.id,
        "page": asked.page,
        "forms": asked.forms,
        "address": asked.address,
        "places": asked.places,
        "known": dict(asked.known),
        **({"steps": answer.steps} if answer.steps else {}),
        **({"keep_paywalled": True} if asked.keep_paywalled else {}),
    }
