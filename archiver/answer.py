"""The answer of a source, in the form in which pages read it: the same whether it has just come or was captured years
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

    address: as a user or a listing named the article. known: its fields, as listings have them. places: those listings.
    keep_paywalled: make posts of the beginnings of articles whose rest is for those who pay, too.
    """

    recipe: str
    id: str
    page: str
    address: str
    forms: tuple[str, ...] = ("share",)
    known: Mapping[str, str] = field(default_factory=dict)
    places: tuple[str, ...] = ()
    keep_paywalled: bool = False
