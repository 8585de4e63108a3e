"""Turning the HTML that lexbor writes (HTML standard, 13.3 "Serializing HTML fragments") into XML, both in UTF-8. No
I/O."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from archiver.html.elements import RAW_ELEMENTS, VOID_ELEMENTS, any_of

if TYPE_CHECKING:
    from collections.abc import Iterator

# Depth of nested elements: no page of 1,200 had more than 56, and writing Markdown calls six functions for each level.
MAX_DEPTH = 100
VOID_TAG_PATTERN = re.compile(rb"<(%b(?: [^>]*)?)>" % any_of(VOID_ELEMENTS))
VOID_END_PATTERN = re.compile(rb"</%b>" % any_of(VOID_ELEMENTS))
SPECIAL_TAG_PATTERN = re.compile(rb"<(?:(?:html|svg|math) |[a-zA-Z][^<>\t\n\r]*+[\t\n\r])[^<>]*+>")
NAMESPACE = re.compile(rb" xml(?:ns)?(?::[^ =]*+)?=\"[^\"]*+\"")
# What must not be taken for tags: the text of raw elements, which is not escaped; comments, processing instructions,
# the doctype; and names with a "<" in them.
NO_TAG_PATTERN = re.compile(rb"<(?:(?P<raw>%b)(?: [^<>]*)?>|!--|!|\?|(?P<odd>[^<>]*+<[^>]*+>))" % any_of(RAW_ELEMENTS))
ODD_TAG_PATTERN = re.compile(
    rb"<(?!/?[a-zA-Z][a-zA-Z0-9-]*+(?: (?!xml)[a-zA-Z_][a-zA-Z0-9_.-]*+=\"[^\"]*+\")*+/?>)"
    rb"(?P<end>/?)(?P<name>[^ />]++)(?P<attributes>[^>]*?)(?P<void>/?)>"
)
TAG_PATTERN = re.compile(rb"<(?P<end>/?)(?P<name>[^ />]++)(?P<rest>[^>]*?)(?P<void>/?)>")
# Parts of tables and lists, which mean nothing outside of these.
PART_ELEMENTS = frozenset(b"table caption colgroup thead tbody tfoot tr td th ul ol li dl dt dd".split())
ATTRIBUTE_PATTERN = re.compile(rb" (=?[^ />=]*)=\"([^\"]*)\"")
ATTRIBUTE_NAME = re.compile(rb"(?!xml(?:ns)?(?::|$))[a-zA-Z_][a-zA-Z0-9_.:-]*")
NO_NAME_CHARACTER = re.compile(rb"[^a-zA-Z0-9_.:-]")
# Characters that XML does not have (XML 1.0, 2.2): those of one byte, and U+FFFE and U+FFFF.
NO_CHARACTERS = bytes({*range(0x20)} - {*b"\t\n\x0c\r"})
LAST_CHARACTERS = (b"\xef\xbf\xbe", b"\xef\xbf\xbf")


def as_xml(html: bytes) -> bytes:
    """Return `html` as XML without comments. It is well-formed except for names and characters that XML does not
    have."""
    xml = b"".join(_parts(html))
    return _with_foreign_elements(xml) if VOID_END_PATTERN.search(xml) else xml


def with_sound_names(xml: bytes) -> bytes:
    """Return what `as_xml` returned, with only names and characters that XML has."""
    xml = xml.translate(None, NO_CHARACTERS).replace(b"\x0c", b" ")  # in HTML a form feed is a blank
    for character in LAST_CHARACTERS:
        xml = xml.replace(character, b"")
    return ODD_TAG_PATTERN.sub(_sound_tag, xml)


def flattened(xml: bytes) -> bytes:
    """Return `xml` with elements nested at most `MAX_DEPTH` deep, in the way of browsers (whose limit is 512): an
    element that would be deeper ends the one before it. Parts of tables and lists become blocks there."""
    depth = 0
    last: bytes = b""  # the name of the element that is open at the deepest place

    def tag(found: re.Match[bytes]) -> bytes:
        nonlocal depth, last
        if found["void"]:
            return found[0]
        depth += -1 if found["end"] else 1
        if depth + bool(found["end"]) < MAX_DEPTH:
            return found[0]
        before = b"</%b>" % last if last else b""
        if found["end"]:
            last = b""
            return before
        last = b"div" if found["name"] in PART_ELEMENTS else found["name"]
        return before + b"<%b%b>" % (last, found["rest"])

    return TAG_PATTERN.sub(tag, xml)


def _with_foreign_elements(xml: bytes) -> bytes:
    """Return `xml` with void elements of HTML made right in drawings and formulas, where they are not void and have an
    end tag: the `/` that was added to their start tags is removed."""
    marks: list[int] = []  # the positions of such `/`
    void: list[list[tuple[bytes, int]]] = [[]]  # by open element, the void ones in it: name, position of `/`
    for found in TAG_PATTERN.finditer(xml):
        if found["void"]:
            void[-1].append((found["name"], found.start("void")))
        elif not found["end"]:
            void.append([])
        elif VOID_END_PATTERN.fullmatch(found[0]):
            while void[-1]:
                name, mark = void[-1].pop()
                if name == found["name"]:
                    marks.append(mark)
                    break
        elif len(void) > 1:
            void.pop()
    starts = [0, *(mark + 1 for mark in sorted(marks))]
    return b"".join(xml[start:end] for start, end in zip(starts, [*sorted(marks), len(xml)], strict=True))


def _parts(html: bytes) -> Iterator[bytes]:
    position = 0
    while found := NO_TAG_PATTERN.search(html, position):
        yield _without_raw_text(html[position : found.start()])
        if found["odd"]:
            position = found.end()
            yield _without_raw_text(b"<" + found["odd"].replace(b"<", b"'"))
        elif found["raw"]:
            position = _end_of_raw_text(html, found["raw"], found.end())
            text = html[found.end() : position]
            yield _without_raw_text(found[0])
            yield text.replace(b"&", b"&amp;").replace(b"<", b"&lt;").replace(b">", b"&gt;")
        else:
            end_mark = b"-->" if found[0] == b"<!--" else b">"
            end = html.find(end_mark, found.end())
            position = end + len(end_mark) if end >= 0 else len(html)
    yield _without_raw_text(html[position:])


def _without_raw_text(html: bytes) -> bytes:
    return VOID_TAG_PATTERN.sub(rb"<\1/>", SPECIAL_TAG_PATTERN.sub(_special_tag, html.replace(b"&nbsp;", b"\xc2\xa0")))


def _special_tag(found: re.Match[bytes]) -> bytes:
    """Return a tag without namespaces, and with its line ends and tabs as references, because XML would turn them into
    blanks (3.3.3)."""
    tag = NAMESPACE.sub(b"", found[0])
    return tag.replace(b"\t", b"&#9;").replace(b"\n", b"&#10;").replace(b"\r", b"&#13;")


def _end_of_raw_text(html: bytes, name: bytes, start: int) -> int:
    """Return where the text of the element `name`, which begins at `start`, ends."""
    end_tag = b"</%b>" % name
    if name == b"plaintext":  # only the end of the page ends it
        return html.rindex(end_tag)
    end = html.find(end_tag, start)
    # Within a comment in a script, `<script>…</script>` is a part of the text (13.2.5.27, "double escaped").
    while name == b"script" and (comment := html.rfind(b"<!--", start, end)) >= 0:
        following = html.find(end_tag, end + 1)
        if b"-->" in html[comment:end] or b"<script" not in html[comment:end] or following < 0:
            break
        start, end = end, following
    return end if end >= 0 else len(html)


def _sound_tag(found: re.Match[bytes]) -> bytes:
    name = NO_NAME_CHARACTER.sub(b"_", found["name"])
    attributes = b"".join(
        b' %b="%b"' % (key, value)
        for key, value in ATTRIBUTE_PATTERN.findall(found["attributes"])
        if ATTRIBUTE_NAME.fullmatch(key)
    )
    return b"<%b%b%b%b>" % (found["end"], name, attributes, found["void"])
