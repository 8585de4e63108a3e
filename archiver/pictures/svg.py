"""SVG without what could harm a person who opens the file: scripts, references to other files, embedded pages."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from lxml import etree

from archiver.errors import PictureError

if TYPE_CHECKING:
    from collections.abc import Container

    from lxml.etree import _Element

SVG_NAMESPACE = "http://www.w3.org/2000/svg"
HREF_ATTRIBUTES = frozenset({"href", "{http://www.w3.org/1999/xlink}href"})
SPACE_ATTRIBUTE = "{http://www.w3.org/XML/1998/namespace}space"
MAX_BYTES = 2_000_000
MAX_ATTRIBUTES = 300  # of an element: the parser finds each among all before it, and so takes time without end
START_PATTERN = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*+(?>(?:<\?xml.{0,500}?\?>|<!--.{0,5000}?-->"
    rb"|<!DOCTYPE\s+svg\b[^\[>]{0,1000}(?:\[.{0,20000}?\]\s*)?>)\s*)*+<(?:[a-zA-Z][\w.-]{0,20}:)?svg[\s>/]",
    re.DOTALL,
)
# The elements of shapes, texts and paints (SVG 2). Animations, links and elements that embed something are not kept.
KEPT_ELEMENTS = frozenset(
    (
        "svg g defs symbol use switch path rect circle ellipse line polyline polygon text tspan textPath title desc "
        "linearGradient radialGradient stop clipPath mask pattern marker image style filter feBlend feColorMatrix "
        "feComponentTransfer feComposite feConvolveMatrix feDiffuseLighting feDisplacementMap feDistantLight "
        "feDropShadow feFlood feFuncA feFuncB feFuncG feFuncR feGaussianBlur feMerge feMergeNode feMorphology feOffset "
        "fePointLight feSpecularLighting feSpotLight feTile feTurbulence"
    ).split()
)
UNWRAPPED_ELEMENTS = frozenset({"a"})  # links: the shapes in them are kept
DATA_ADDRESS_PATTERN = re.compile(r"data:image/(?:png|jpe?g|gif|webp);base64,[a-zA-Z0-9+/=\s]*", re.IGNORECASE)
URL_PATTERN = re.compile(r"url\(\s*(?!['\"]?#)", re.IGNORECASE)
HARMFUL_PATTERN = re.compile(
    r"\\|@import|expression\s*\(|javascript:|image-set|behavior|-moz-binding|</", re.IGNORECASE
)
LENGTH_PATTERN = re.compile(r"\s*([0-9]+(?:\.[0-9]*)?)\s*(?:px)?\s*")
MAX_SIDE = 100_000  # units of a side; a larger size is not believed


class SvgPicture(NamedTuple):
    """An SVG. width, height: in pixels, 0 if it does not tell."""

    content: bytes
    width: int
    height: int


def is_svg(content: bytes) -> bool:
    """Return whether `content` begins like an SVG."""
    return START_PATTERN.match(content) is not None


def harmless_svg(content: bytes) -> SvgPicture:
    """Return an SVG that looks the same, without anything in it that runs, loads other files or links anywhere. Raises
    PictureError for one that is broken, is too long, or declares entities."""
    if len(content) > MAX_BYTES:
        raise PictureError(f"it is an SVG of {len(content):,} bytes; more than {MAX_BYTES:,} are not kept")
    if b"<!ENTITY" in content:
        raise PictureError("it is an SVG with entities of its own, which can grow without end")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, remove_pis=True, recover=False
    )
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise PictureError(f"it is an SVG that is broken: {error}") from error
    if root.tag != f"{{{SVG_NAMESPACE}}}svg":
        raise PictureError("it is an SVG that browsers do not show: its namespace is another one")
    _clean(root)
    etree.cleanup_namespaces(root)
    return SvgPicture(etree.tostring(root, encoding="utf-8"), *_size(root))


def _clean(root: _Element) -> None:
    unwanted: dict[_Element, set[_Element]] = {}  # by the element that they are in
    for element in list(root.iter(etree.Element, etree.Entity)):
        parent = element.getparent()
        name = _name(element)
        if name in KEPT_ELEMENTS or parent is None:
            _clean_attributes(element)
            if name == "style":
                _clean_style(element)
        elif name in UNWRAPPED_ELEMENTS:
            element.tag = f"{{{SVG_NAMESPACE}}}g"
            _clean_attributes(element)
        else:
            unwanted.setdefault(parent, set()).add(element)
    for parent, elements in unwanted.items():
        _remove(parent, elements)


def _clean_style(element: _Element) -> None:
    rules = "".join(map(str, element.itertext()))
    for child in list(element):
        element.remove(child)
    element.text = None if URL_PATTERN.search(rules) or HARMFUL_PATTERN.search(rules) else rules or None


def _remove(parent: _Element, elements: Container[_Element]) -> None:
    """Remove elements with all that is in them; the text after each stays."""
    before: _Element | None = None
    texts = [parent.text or ""]
    for element in [*parent, None]:
        if element is not None and element in elements:
            texts.append(element.tail or "")
            parent.remove(element)
            continue
        if len(texts) > 1:  # joined once for all elements in a row, whose number may be large
            text = "".join(map(str, texts)) or None
            if before is None:
                parent.text = text
            else:
                before.tail = text
        if element is not None:
            before, texts = element, [element.tail or ""]


def _clean_attributes(element: _Element) -> None:
    if len(element.attrib) > MAX_ATTRIBUTES:
        raise PictureError(f"it is an SVG in which an element has more than {MAX_ATTRIBUTES} attributes")
    for key, raw_value in list(element.items()):
        name, value = str(key), str(raw_value)
        if name in HREF_ATTRIBUTES:
            kept = value.strip().startswith("#") or DATA_ADDRESS_PATTERN.fullmatch(value.strip()) is not None
        elif name.startswith("{"):
            kept = name == SPACE_ATTRIBUTE
        else:
            kept = not (name.lower().startswith("on") or URL_PATTERN.search(value) or HARMFUL_PATTERN.search(value))
        if not kept:
            del element.attrib[key]


def _name(element: _Element) -> str:
    """Return the name of an SVG element; empty for any other element."""
    tag = element.tag
    if not isinstance(tag, str) or not tag.startswith(f"{{{SVG_NAMESPACE}}}"):
        return ""
    return tag[len(SVG_NAMESPACE) + 2 :]


def _size(root: _Element) -> tuple[int, int]:
    sides = [_length(root.get(name) or "") for name in ("width", "height")]
    if not all(sides):
        box = (root.get("viewBox") or "").replace(",", " ").split()
        sides = [_length(side) for side in box[2:4]] if len(box) == 4 else []
    return (sides[0], sides[1]) if len(sides) == 2 and all(sides) else (0, 0)


def _length(text: str) -> int:
    match = LENGTH_PATTERN.fullmatch(text)
    length = round(float(match[1][:20])) if match else 0
    return length if length <= MAX_SIDE else 0
