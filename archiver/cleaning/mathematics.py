"""MathML as text with sub- and superscripts, which every reader, feed and export shows. No I/O."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lxml.etree import _Element

SCRIPT_ELEMENTS = {
    **dict.fromkeys(("msub", "munder"), ("sub",)),
    **dict.fromkeys(("msup", "mover"), ("sup",)),
    **dict.fromkeys(("msubsup", "munderover"), ("sub", "sup")),
}
UNSEEN_ELEMENTS = ("annotation", "annotation-xml", "mphantom")
HOLDING_HTML = frozenset("mi mn mo ms mtext".split())  # within these the names above mean nothing to HTML


def write_out(root: _Element) -> None:
    """Change each `math` in the tree `root` to a `span` with text, `sub` and `sup`."""
    for math in list(root.iter("math")):
        if math.tag == "span":  # it was within one that is written out already
            continue
        for hidden in list(math.iter(*UNSEEN_ELEMENTS)):
            if not any(around.tag in HOLDING_HTML for around in hidden.iterancestors()):
                hidden.clear(keep_tail=True)  # type: ignore[call-arg]  # the stubs do not know this argument
        for element in reversed(list(math.iter())):  # inner elements before those that they are in
            _write_out(element)


def _write_out(element: _Element) -> None:
    name, parts = element.tag, list(element)
    if name in SCRIPT_ELEMENTS:
        for part, script in zip(parts[1:], SCRIPT_ELEMENTS[name], strict=False):
            part.tag = script
    elif name == "mfrac" and len(parts) > 1:
        _surround(parts[0])
        _surround(parts[1])
        parts[0].tail = "/"
        _keep_apart(element)
    elif name == "msqrt":
        element.text = f"√{element.text or ''}"
        _surround(element, after=1)
    elif name == "mroot" and len(parts) > 1:
        parts[1].tag = "sup"
        _surround(parts[0])
        element.insert(0, parts[1])
        parts[1].tail = "√"
        _keep_apart(element)
    elif name == "mtd" and element.getnext() is not None:
        element.tail = ", "
    elif name == "mtr" and element.getnext() is not None:
        element.tail = "; "
    elif name == "mtable":
        element.text = f"[{element.text or ''}"
        _add(element, "]")
    elif name == "math":
        _keep_apart(element)
        element.tag = "span"
    elif name == "mspace":
        element.text = " "


def _keep_apart(element: _Element) -> None:
    """Put a blank between `element` and a word or a number beside it: without one, 1½ and 2 ∛8 would become 11/2 and
    2³√8."""
    first = next(filter(None, map(str, element.itertext())), "")[:1]
    if _run_together(_character_before(element), first):
        element.text = f" {element.text or ''}"
    if _run_together(_last_character(element), _character_after(element)):
        element.tail = f" {element.tail or ''}"


def _run_together(left: str, right: str) -> bool:
    return left.isascii() and right.isascii() and (left.isalnum() or left == ")") and right.isalnum()


def _character_before(element: _Element) -> str:
    """Return the last character of the text before `element`, as far as the beginning of its formula or paragraph."""
    while (previous := element.getprevious()) is None:
        parent = element.getparent()
        if parent is None or parent.text:
            return (parent.text or "")[-1:] if parent is not None else ""
        element = parent
    return previous.tail[-1:] if previous.tail else _last_character(previous)


def _last_character(element: _Element) -> str:
    while len(element):
        element = element[-1]
        if element.tail:
            return element.tail[-1:]
    return (element.text or "")[-1:]


def _character_after(element: _Element) -> str:
    while not element.tail:
        parent, after = element.getparent(), element.getnext()
        if after is not None:
            return (next(filter(None, map(str, after.itertext())), "") or after.tail or "")[:1]
        if parent is None:
            return ""
        element = parent
    return element.tail[:1]


def _surround(element: _Element, after: int = 0) -> None:
    """Put brackets around the content of `element` if it is more than one thing; the first `after` characters stay
    outside."""
    words = "".join(map(str, element.itertext()))[after:].strip()
    if len(list(element.iter())) > 1 and not words.isalnum():
        text = element.text or ""
        element.text = f"{text[:after]}({text[after:]}"
        _add(element, ")")


def _add(element: _Element, text: str) -> None:
    if len(element):
        element[-1].tail = f"{element[-1].tail or ''}{text}"
    else:
        element.text = f"{element.text or ''}{text}"
