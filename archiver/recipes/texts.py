"""Checks of texts in recipes: names, expressions, templates, addresses. Each problem is a key, and what was expected
there. No I/O."""

from __future__ import annotations

import re
import string
from importlib import import_module
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import jmespath
from jmespath.functions import Functions
from parsel import Selector

from archiver.spans import read_span

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

JMESPATH_FUNCTIONS = Functions()
XPATH_STRING = re.compile(r"'[^']*'|\"[^\"]*\"")
XPATH_CALL = re.compile(r"(?<![\w.$-])(?:[\w.-]+::)?((?:[^\W\d][\w.-]*:)?[^\W\d][\w.-]*)\s*\(")
XPATH_NODE_TESTS = frozenset(("node", "text", "comment", "processing-instruction", "and", "or", "div", "mod"))
XPATH_PREFIX = re.compile(r"(?<![\w.$:-])([^\W\d][\w.-]*):(?!:)(?=[^\W\d*]|\*)")
EMPTY_SELECTOR = Selector(text="<html></html>", type="html")


def one_of(key: str, name: str, known: Collection[str]) -> Iterator[tuple[str, str]]:
    """Expect one of the names in `known`."""
    if name not in known:
        yield key, f"expected one of {', '.join(known)}, got {name!r}"


def regex(key: str, expression: str, groups: int = 1) -> Iterator[tuple[str, str]]:
    """Expect a regular expression with at least `groups` groups."""
    try:
        found = re.compile(expression).groups
    except re.error as error:
        yield key, f"expected a regular expression, got {expression!r}: {error}"
        return
    if found < groups:
        yield key, f"expected a group (…) around the part to take, got {expression!r}"


def groups(key: str, text: str, expression: str) -> Iterator[tuple[str, str]]:
    """Expect a template with at least one `{}`, at most as many as the regular expression has groups, and no names."""
    blanks = text.count("{}")
    yield from template(key, text.replace("{}", "x", blanks - 1), {""})
    try:
        most = re.compile(expression).groups
    except re.error:
        return  # reported already
    if blanks > max(most, 1):
        yield key, f"expected no more {{}} than {expression!r} has groups, got {text!r}"


def loadable(key: str, path: str) -> Iterator[tuple[str, str]]:
    """Expect the import path of a class, such as `mypackage.pages.StoryPage`."""
    module, _, name = path.rpartition(".")
    try:
        found = isinstance(getattr(import_module(module), name), type)
        problem = "" if found else "it is no class"
    except Exception as error:  # code of others may raise anything when it is imported
        problem = f"{type(error).__name__}: {error}"
    if problem:
        yield key, f"expected the import path of a class, got {path!r}: {problem}"


def span(key: str, text: str) -> Iterator[tuple[str, str]]:
    """Expect a length of time that is not 0."""
    if not read_span(text):
        yield key, f"expected a length of time above 0, got {text!r}"


def template(key: str, text: str, names: Collection[str]) -> Iterator[tuple[str, str]]:
    """Expect a template with no other names than `names`."""
    try:
        used = {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}
        if used <= set(names):
            text.format("x", **dict.fromkeys(names, "x"))
    except (ValueError, LookupError) as error:
        yield key, f"expected a template, got {text!r}: {error}"
        return
    for name in sorted(used - set(names)):
        yield key, f"unknown name {{{name}}}; expected one of {', '.join(f'{{{name}}}' for name in sorted(names))}"


def address(key: str, text: str, names: Collection[str], hosts: Collection[str]) -> Iterator[tuple[str, str]]:
    """Expect a template of an address (at `key`.address) that is valid with each of `hosts` (at `key`.hosts)."""
    if not text.startswith(("http://", "https://")):
        yield f"{key}.address", f"expected an address that begins http:// or https://, got {text!r}"
    wrong = list(template(f"{key}.address", text, {*names, "host"}))
    yield from wrong
    if ("{host}" in text) != any(hosts) or not hosts:
        yield f"{key}.hosts", "expected hosts where the address holds {host}, and only there"
    for host in () if wrong else hosts:
        # A digit is valid anywhere in an address, even as a port.
        filled = text.format(**{**dict.fromkeys(names, "1"), "host": host})
        try:
            parts = urlsplit(filled)
            _ = parts.port
            problem = "" if re.fullmatch(r"[\w.:-]+", parts.hostname or "") else "no name of a host"
        except ValueError as error:
            problem = str(error)
        if problem:
            yield f"{key}.address", f"expected an address that can be asked for, got {filled!r}: {problem}"


def expression(key: str, kind: str, select: str) -> Iterator[tuple[str, str]]:
    """Expect a valid expression. kind: one of COMPILER_OF_FORMAT."""
    try:
        COMPILER_OF_FORMAT[kind](select)
    except Exception as error:
        yield key, f"expected {kind.upper()}, got {select!r}: {str(error).partition(chr(10))[0].rstrip(':')}"


def _jmespath(select: str) -> None:
    waiting: list[Any] = [jmespath.compile(select).parsed]
    while waiting:
        node = waiting.pop()
        # The children of a slice are numbers.
        waiting += [child for child in node["children"] if isinstance(child, dict)]
        if node["type"] == "function_expression":
            _call(node["value"], node["children"])


def _call(name: str, arguments: list[dict[str, Any]]) -> None:
    """Raise ValueError for a call that can only fail. JMESPath itself checks a call only when it applies it to data."""
    if name not in JMESPATH_FUNCTIONS.FUNCTION_TABLE:
        raise ValueError(f"Unknown function: {name}()")
    expected = JMESPATH_FUNCTIONS.FUNCTION_TABLE[name]["signature"]
    variadic = bool(expected) and expected[-1].get("variadic", False)
    if len(arguments) < len(expected) or (len(arguments) > len(expected) and not variadic):
        wanted = f"{'at least ' if variadic else ''}{len(expected)}"
        raise ValueError(f"{name}() takes {wanted} argument(s), not {len(arguments)}")
    if all(argument["type"] == "literal" for argument in arguments):
        JMESPATH_FUNCTIONS.call_function(name, [argument["value"] for argument in arguments])


def _xpath(select: str) -> None:
    """Raise ValueError for an expression that can only fail. XPath looks up functions and prefixes only if there is
    something to apply them to, so each is tried separately."""
    EMPTY_SELECTOR.xpath(select)
    names = XPATH_STRING.sub("''", select)
    for name in XPATH_CALL.findall(names):
        if name not in XPATH_NODE_TESTS:
            try:
                EMPTY_SELECTOR.xpath(f"{name}()")
            except Exception as error:  # a function's own, as it gets nothing here
                if "Unregistered function" in str(error) or "Undefined namespace prefix" in str(error):
                    raise ValueError(f"Unknown function: {name}()") from error
    for prefix in XPATH_PREFIX.findall(names):
        EMPTY_SELECTOR.xpath(f"self::{prefix}:x")


COMPILER_OF_FORMAT: dict[str, Callable[[str], object]] = {"json": _jmespath, "css": EMPTY_SELECTOR.css, "xpath": _xpath}
