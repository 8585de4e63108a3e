"""What a source answered, as whatever reads it needs it: the same whether it has just come or was captured years
ago."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to one request, decoded."""

    url: str  # after redirects
    content_type: str  # the header as it came; empty if there was none
    body: bytes  # without transfer and content encoding
    fetched: datetime  # when it was asked for, aware
    steps: tuple[str, ...] = ()  # the addresses that led there by redirects, the one that was asked for first


@dataclass(frozen=True, slots=True)
class Asked:
    """What an answer was asked for: an article of a recipe, at one of its pages, for posts of some forms.

    address: as the article was called (by a user or a listing). known: its fields, as listings have them. places: those
    listings. keep_paywalled: the beginning of an article is enough where its rest is for those who pay.
    """

    recipe: str
    id: str
    page: str
    address: str
    forms: tuple[str, ...] = ("share",)
    known: Mapping[str, str] = field(default_factory=dict)
    places: tuple[str, ...] = ()
    keep_paywalled: bool = False
