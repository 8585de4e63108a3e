"""Reading fields by the rules of a recipe. In: the JSON value or Selector of an answer. Out: texts."""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING, Any

import jmespath
from lxml import etree
from parsel import Selector

from archiver.errors import PageError
from archiver.html import html_within
from archiver.pages.answer import glimpse
from archiver.recipes.recipe import PAGE_FIELDS, Rule
from archiver.text import LINE_ELEMENTS, UNSEEN_ELEMENTS, text_of_html

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

# What JMESPath (its own errors are ValueErrors) and XPath raise if an expression does not fit what it finds.
UNFIT_ERRORS = (ValueError, TypeError, ArithmeticError)
Read = tuple[str, "Callable[[Any], str]"]  # the name of a rule, and the function that applies it


class FieldReader:
    """Reads fields out of a JSON value or a Selector. Its rules are compiled once, when it is made."""

    def __init__(
        self, name: str, kind: str, fields: Mapping[str, Sequence[str | Rule]], html: Collection[str] = ()
    ) -> None:
        """name: begins the names of the rules. kind: the format (json, css or xpath). fields: the rules of each field,
        the best first. html: the fields that hold HTML, where the format is JSON.
        """
        self._name = name
        self._kind = kind
        self._html = html
        self._rules = {field: [self._read(field, rule) for rule in rules] for field, rules in fields.items()}

    def first(self, opened: Any, fields: Iterable[str]) -> tuple[str, str]:
        """Return the first value that is not blank of the rules of `fields`, and the name of its rule.

        Raises PageError, as `values` does, if a rule does not fit the answer.
        """
        for field in fields:
            for rule in self._rules.get(field, ()):
                value = _found(rule, opened)
                if value and value.strip():
                    return value, rule[0]
        return "", ""

    def each(self, opened: Any, fields: Iterable[str]) -> list[tuple[str, str]]:
        """Return what every rule of `fields` finds (empty: nothing), and the name of the rule."""
        return [(_found(rule, opened) or "", rule[0]) for field in fields for rule in self._rules.get(field, ())]

    def values(self, opened: Any, field: str) -> list[str]:
        """Return what each rule of `field` finds; rules that find nothing are left out."""
        return [value for rule in self._rules.get(field, ()) if (value := _found(rule, opened))]

    def _read(self, field: str, rule: str | Rule) -> Read:
        select, match = (rule.select, rule.match) if isinstance(rule, Rule) else (rule, None)
        label = f"{self._name}:{select}"
        if self._kind == "json":
            expression = jmespath.compile(select)
            # JMESPath for a plain name is a look-up; its interpreter costs ten times as much.
            read = _key(select) if select.isidentifier() else lambda opened: _as_text(expression.search(opened))
            if field in self._html:
                read = _text_of(read)
            return label, read if match is None else lambda opened: _captured(match, [read(opened)])
        find = Selector.css if self._kind == "css" else Selector.xpath
        as_text = _text if field in (*PAGE_FIELDS, "id") else _inner_html
        return label, lambda opened: _captured(match, [as_text(node) for node in find(opened, select)])


def _found(rule: Read, opened: Any) -> str:
    label, read = rule
    try:
        return read(opened)
    except UNFIT_ERRORS as error:
        raise PageError(f"the answer does not fit the rule {label}: {glimpse(error)}") from error


def _key(name: str) -> Callable[[Any], str]:
    return lambda opened: _as_text(opened.get(name)) if isinstance(opened, dict) else ""


def _text_of(read: Callable[[Any], str]) -> Callable[[Any], str]:
    return lambda opened: text_of_html(read(opened))


def _as_text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""


def _captured(match: str | None, values: list[str]) -> str:
    """Return the first value that is not blank; if there is a pattern `match`, what it captures in the first value that
    it matches."""
    for value in values:
        if match is None and value.strip():
            return value
        if match is not None and (captured := re.search(match, value)):
            return captured[1]
    return ""


def _text(node: Selector) -> str:
    root = node.root
    return " ".join(("".join(_shown(root)) if isinstance(root, etree._Element) else str(root)).split())


def _shown(element: etree._Element) -> Iterator[str]:
    """Yield the text of `element` as browsers show it, with a space where a line ends."""
    if element.tag in UNSEEN_ELEMENTS:
        return
    around = " " if element.tag in LINE_ELEMENTS else ""
    yield around + (element.text or "")
    for child in element:
        yield from _shown(child)
        yield child.tail or ""
    yield around


def _inner_html(node: Selector) -> str:
    root = node.root
    if not isinstance(root, etree._Element):
        return escape(str(root))
    return html_within(root)
