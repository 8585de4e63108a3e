"""The canonical address of an article: the one that the page gives, if it can be believed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archiver.identity import normalise, problem_of
from archiver.reading.metadata.field import Discarded, Field, ValueCandidate, chosen
from archiver.reading.metadata.nodes import texts
from archiver.urls import resolve_url

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archiver.reading.metadata.evidence import PageEvidence

MAX_ALIASES = 50


def read_canonical(evidence: PageEvidence, base: str) -> Field[str]:
    """Return the canonical address of the page, absolute. If the page gives none that is believed, it is the address
    that the page came from, normalised."""
    own = normalise(evidence.address or "")
    believed: list[ValueCandidate[str]] = []
    lost: list[Discarded[str]] = []
    for text, rule in _said(evidence):
        address = normalise(resolve_url(text, base))
        if reason := problem_of(address, own):
            lost.append(Discarded(address or text, rule, reason))
        else:
            believed.append(ValueCandidate(address, rule))
    if own:
        believed.append(ValueCandidate(own, "address"))
    return chosen(next(iter(believed), None), believed, lost)


def read_aliases(evidence: PageEvidence, base: str, canonical: str | None) -> tuple[str, ...]:
    """Return the other addresses that the page gives as its own, if they are believed (by the same rules)."""
    own = normalise(evidence.address or "")
    said = [text for text, _ in _said(evidence)]
    said += [href for name in ("amphtml", "shortlink") for href in evidence.links.get(name, ())]
    addresses = [own, *(normalise(resolve_url(text, base)) for text in said[:MAX_ALIASES])]
    believed = (address for address in addresses if not problem_of(address, own) and address != canonical)
    return tuple(dict.fromkeys(believed))


def _said(evidence: PageEvidence) -> Iterator[tuple[str, str]]:
    for href in evidence.links.get("canonical", ()):
        yield href, "link canonical"
    yield from evidence.meta("og:url")
    for node in evidence.data.articles:
        for name in ("mainEntityOfPage", "url"):
            value = node.values.get(name)
            for text in texts(value.get("@id") or value.get("url") if isinstance(value, dict) else value)[:1]:
                yield text, f"{node.rule} {name}"
    yield from evidence.meta("twitter:url", "parsely-link", "citation_public_url")
