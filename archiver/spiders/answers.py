"""What came of a request, as pages read it and captures note it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from archiver.answer import Answer
from archiver.clock import moment, now
from archiver.net.handler import EXCHANGES
from archiver.net.kept import KEPT
from archiver.private import public_address

if TYPE_CHECKING:
    from scrapy.http import Response

    from archiver.answer import Asked
    from archiver.captures import Capture


def answer_of(response: Response) -> Answer:
    """Return what came, as pages read it; its time is when it was asked for, or when it was captured.

    Its address is the one that captures name it by, without credentials: it is written down beside the article.
    """
    content_type = (response.headers.get("Content-Type") or b"").decode("latin-1")
    kept: Capture | None = response.meta.get(KEPT)
    if kept:
        return Answer(kept.url, content_type, response.body, kept.time)
    exchanges = response.meta.get(EXCHANGES)
    fetched = exchanges[-1].time if exchanges else moment(now())
    steps = tuple(map(public_address, response.meta.get("redirect_urls", ())))
    return Answer(public_address(response.url), content_type, response.body, fetched, steps)


def about_answer(answer: Answer, asked: Asked) -> dict[str, Any]:
    """Return what a replay must know of an answer beside it: how it was asked for, and what is known of it besides."""
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
