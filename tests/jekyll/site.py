"""A site that Jekyll builds of posts, and its pages as a browser has them."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from archiver.html import parse_document, parse_fragment
from archiver.text import printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.html import HtmlElement

    from tests.jekyll.cases import Case

HERE = Path(__file__).parent
# The builder's zone must not matter.
ENVIRONMENT = {"TZ": "America/New_York", "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8"}
BLOCKS = frozenset(
    (
        "address article blockquote br caption center dd div dl dt figcaption figure form h1 h2 h3 h4 h5 h6 hr li "
        "ol p pre section table tbody td tfoot th thead tr ul"
    ).split()
)
AROUND = frozenset("html head body article p div".split())
UNSEEN = frozenset("script style iframe title".split())


class Site:
    """A site in `root`, built of the posts of `cases`."""

    def __init__(self, root: Path, cases: list[Case]) -> None:
        shutil.copytree(HERE / "_layouts", root / "_layouts")
        shutil.copy(HERE / "_config.yml", root)
        (root / "_posts").mkdir()
        for case in cases:
            (root / "_posts" / case.post.name).write_bytes(case.post.content)
        self.cases = cases
        self.build = subprocess.run(
            ["jekyll", "build", "--quiet"],
            cwd=root,
            env={**os.environ, **ENVIRONMENT},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        self.files = {file.stem: file.relative_to(root / "_site") for file in root.glob("_site/**/*.html")}
        self._pages = {
            case.name: Page(root / "_site" / self.files[case.name], opens_with_quote=bool(case.quote))
            for case in cases
            if case.name in self.files
        }

    def __iter__(self) -> Iterator[tuple[Case, Page]]:
        return ((case, self._pages[case.name]) for case in self.cases)


class Page:
    """The page of a post: what the layout shows of it, and the parts of its content."""

    def __init__(self, file: Path, *, opens_with_quote: bool) -> None:
        document = parse_document(file.read_text("utf-8"))
        self.title = document.get_element_by_id("title").text_content()
        self.date = document.get_element_by_id("date").text_content()
        self.categories = [item.text_content() for item in document.get_element_by_id("categories")]
        self.tags = [item.text_content() for item in document.get_element_by_id("tags")]
        self.ids = [element.get("id") for element in document.body]
        self.body: HtmlElement = document.get_element_by_id("content")
        *_, self.address, self.footer = self.body
        self.quote = self.body[0] if opens_with_quote else None
        for element in (self.address, self.footer, self.quote):
            if element is not None:
                element.drop_tree()


def parsed(body: str) -> HtmlElement:
    """A body as a browser has it."""
    return parse_fragment(body)


def visible(element: HtmlElement) -> str:
    """The text that a browser shows, its white space collapsed and blocks apart; indents do not count."""

    def parts(node: HtmlElement) -> Iterator[str]:
        apart = " " if node.tag in BLOCKS else ""
        yield apart
        if isinstance(node.tag, str) and node.tag not in UNSEEN:
            yield node.text or ""
            for child in node:
                yield from parts(child)
                yield child.tail or ""
        yield apart

    return " ".join(printable("".join(parts(element))).replace("\u3000", "").split())


def elements(body: HtmlElement) -> list[tuple[object, ...]]:
    """The elements of a body, with where they lead. Paragraphs may have been put around something."""
    nodes = [node for node in body.iter() if isinstance(node.tag, str) and node.tag not in AROUND]
    return [(node.tag, *map(node.get, ("href", "src", "alt", "colspan", "class"))) for node in nodes]
