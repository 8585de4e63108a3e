"""MathML as text with sub- and superscripts, which every reader, feed and export shows. No I/O."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lxml.etree import _Element

SCRIPTS = {
    **dict.fromkeys(("msub", "munder"), ("sub",)),
    **dict.fromkeys(("msup", "mover"), ("sup",)),
    **dict.fromkeys(("msubsup", "munderover"), ("sub", "sup")),
}
UNSEEN = ("annotation", "annotation-xml", "mphantom")


def write_out(root: _Element) -> None:
    """Change each `math` in the tree `root` to a `span` with text, `sub` and `sup`."""
    for math in list(root.iter("math")):
        for hidden in list(math.iter(*UNSEEN)):
            hidden.clear(keep_tail=True)  # type: ignore[call-arg]  # which the stubs do not know
        for element in reversed(list(math.iter())):  # what is within an element before it
            _write_out(element)
        math.tag = "span"


def _write_out(element: _Element) -> None:
    name, parts = element.tag, list(element)
    if name in SCRIPTS:
        for part, script in zip(parts[1:], SCRIPTS[name], strict=False):
            part.tag = script
    elif name == "mfrac" and len(parts) > 1:
        _surround(parts[0])
        _surround(parts[1])
        parts[0].tail = "/"
    elif name == "msqrt":
        element.text = f"√{element.text or ''}"
        _surround(element, after=1)
    elif name == "mroot" and len(parts) > 1:
        parts[1].tag = "sup"
        _surround(parts[0])
        element.insert(0, parts[1])
        parts[1].tail = "√"
    elif name == "mtd" and element.getnext() is not None:
        element.tail = ", "
    elif name == "mtr" and element.getnext() is not None:
        element.tail = "; "
    elif name == "mtable":
        element.text = f"[{element.text or ''}"
        _add(element, "]")
    elif name == "mspace":
        element.text = " "


def _surround(element: _Element, after: int = 0) -> None:
    """Put brackets around what is in `element` if it is more than one thing: `after` so many characters."""
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
