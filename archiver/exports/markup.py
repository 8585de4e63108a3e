"""XML written piece by piece: an export may be longer than memory."""

from __future__ import annotations

from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, Any

from lxml import etree

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


class XmlWriter:
    """Writes elements to a binary stream, in UTF-8; the first of them is the root and declares the namespaces.

    Names are as lxml has them: `{namespace}name`. Texts and values must hold only characters of XML 1.0 (2.2); lxml
    raises ValueError for others.
    """

    def __init__(self, file: Any, stream: IO[bytes]) -> None:
        self._file = file  # lxml's incremental file writer, which has no type stubs
        self._stream = stream

    @contextmanager
    def element(self, name: str, attributes: Mapping[str, str] | None = None, **more: Any) -> Iterator[None]:
        """Write an element around all that is written in the `with` block, and a line break after it."""
        with self._file.element(name, attributes, **more):
            self._file.write("\n")
            yield
        self._file.write("\n")

    def put(self, name: str, text: str = "", attributes: Mapping[str, str] | None = None) -> None:
        """Write an element that holds `text` only, and a line break after it."""
        with self._file.element(name, attributes):
            if text:
                self._file.write(text)
        self._file.write("\n")

    def paste(self, document: IO[bytes]) -> None:
        """Copy the children of the root of another document that `xml_document` wrote with the same namespaces."""
        self._file.flush()
        document.seek(0)
        document.readline()  # its declaration
        document.readline()  # its root
        before = document.readline()
        while line := document.readline():  # the last line, the end of its root, is left out
            self._stream.write(before)
            before = line


@contextmanager
def xml_document(
    stream: IO[bytes], root: str, namespaces: Mapping[str | None, str], **more: str
) -> Iterator[XmlWriter]:
    """Write an XML document with the element `root` to `stream`, around what is written in the `with` block.

    namespaces: by prefix; the prefix None: for names without one. more: attributes of the root.
    """
    with etree.xmlfile(stream, encoding="utf-8") as file:
        file.write_declaration()
        with file.element(root, more, nsmap=namespaces):
            file.write("\n")
            yield XmlWriter(file, stream)
