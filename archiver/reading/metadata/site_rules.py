"""Applying the rules of a site's recipe to a page. In: the page. Out: candidates for each field, with their rules."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeVar

import jmespath
from lxml import etree
from parsel.csstranslator import HTMLTranslator

from archiver.reading.metadata.field import Discarded, Field, ValueCandidate
from archiver.reading.metadata.nodes import texts
from archiver.reading.metadata.wording import one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from lxml.html import HtmlElement

    from archiver.reading.metadata.evidence import PageEvidence
    from archiver.recipes import FieldPlace, SiteRecipe

T = TypeVar("T")
# Elements whose value is in an attribute, not in their text.
VALUE_ATTRIBUTE_OF = {"meta": "content", "time": "datetime", "img": "src", "link": "href"}
LINK_FIELDS = frozenset(("image", "canonical"))  # fields for which the value of a link is its address
MAX_FOUND = 50  # results of one rule
MAX_TEXT_CHARACTERS = 20_000  # characters of a text
# What lxml and JMESPath raise when an expression does not fit what it finds.
UNFIT_ERRORS = (etree.XPathError, ValueError, TypeError, ArithmeticError)


class SiteRules:
    """The rules of a recipe, for one page."""

    def __init__(self, recipe: SiteRecipe, evidence: PageEvidence) -> None:
        self.recipe = recipe
        self._evidence = evidence

    def said(self, field: str) -> Iterator[ValueCandidate[str]]:
        """Yield every text that the rules of `field` find, and the rule of each."""
        for place in self.recipe.places(field):
            for found in self._found(place):
                text = found if isinstance(found, str) else _text_of(found, field)
                if value := _captured(place.match, one_line(text[:MAX_TEXT_CHARACTERS])):
                    yield ValueCandidate(value, self.recipe.rule(place))

    def elements(self, place: FieldPlace) -> list[HtmlElement]:
        """Return the elements that an expression finds."""
        return [found for found in self._found(place) if not isinstance(found, str)]

    def override(self, field: str, general: Field[str], read: Callable[[str], str] = one_line) -> Field[str]:
        """Return a field by the rules of the recipe; if none of them finds anything, `general`, the field as the
        general reading has it. read: turns a found text into the value."""
        found = [ValueCandidate(read(candidate.value), candidate.rule) for candidate in self.said(field)]
        return self.settle(field, general, next((one for one in found if one.value), None))

    def override_all(
        self, field: str, general: Field[tuple[str, ...]], read: Callable[[str], Iterable[str]]
    ) -> Field[tuple[str, ...]]:
        """Do the same for a field with several values: all that the first successful rule finds."""
        found: dict[str, list[str]] = {}
        for candidate in self.said(field):
            found.setdefault(candidate.rule, []).extend(read(candidate.value))
        values = (ValueCandidate(tuple(dict.fromkeys(names)), rule) for rule, names in found.items() if names)
        return self.settle(field, general, next(values, None))

    def settle(self, field: str, general: Field[T], best: ValueCandidate[T] | None) -> Field[T]:
        """Return the field with `best` as its value, or that of `general` if `best` is None, and with the candidates
        that were not taken."""
        lost: list[Discarded[T]] = self.missed(field, best.rule if best else "")
        if best is None:
            return Field(general.value, general.rule, (*lost, *general.lost))
        if general.value is not None and general.value != ():
            reason = "says the same" if general.value == best.value else "the recipe says otherwise"
            lost.append(Discarded(general.value, general.rule, reason))
        return Field(best.value, best.rule, (*lost, *general.lost))

    def missed(self, field: str, rule: str) -> list[Discarded[Any]]:
        """Return the rules of `field` that come before `rule`, the successful one, and found nothing."""
        return [Discarded("", missed, "it finds nothing") for missed in self.recipe.missed(field, rule)]

    def _found(self, place: FieldPlace) -> list[HtmlElement | str]:
        try:
            if place.kind == "json_ld":
                return list(self._in_data(place.select))[:MAX_FOUND]
            found = self._evidence.tree.xpath(_xpath(place.kind, place.select))
        except UNFIT_ERRORS:
            return []
        if not isinstance(found, list):
            return [str(found)]
        return [one if isinstance(one, etree._Element) else str(one) for one in found[:MAX_FOUND]]

    def _in_data(self, select: str) -> Iterator[str]:
        """Yield what a JMESPath expression finds in the first node of the structured data in which it finds anything;
        nodes of the article come first."""
        path = jmespath.compile(select)
        articles = self._evidence.data.articles
        for node in (*articles, *(node for node in self._evidence.data.nodes if node not in articles)):
            if found := texts(path.search(node.values)):
                yield from found
                return


@lru_cache(maxsize=1024)
def _xpath(kind: str, select: str) -> str:
    return HTMLTranslator().css_to_xpath(select) if kind == "css" else select


def _text_of(element: HtmlElement, field: str) -> str:
    """Return the value of an element: the content of a `meta`, the `datetime` of a `time`, the address of a picture,
    else its text."""
    attribute = "href" if field in LINK_FIELDS and element.tag == "a" else VALUE_ATTRIBUTE_OF.get(element.tag, "")
    if attribute and (said := (element.get(attribute) or "").strip()):
        return said
    return "".join(map(str, element.itertext()))


def _captured(match: str | None, text: str) -> str:
    if match is None:
        return text
    found = re.search(match, text)
    return (found[1] or "").strip() if found else ""
