"""Templates in which the words of the site's language are constants. Jinja joins constants with the text around them
when it compiles a template; looked up for each page, they would be a third of what rendering takes."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, nodes
from jinja2.visitor import NodeTransformer

if TYPE_CHECKING:
    from collections.abc import Mapping

NAMESPACE = "w"


class WordsEnvironment(Environment):
    """An environment whose templates find each of `words` as an attribute of `w`."""

    def __init__(self, words: Mapping[str, str], **options: Any) -> None:
        super().__init__(**options)
        self._words = words
        self.globals[NAMESPACE] = SimpleNamespace(**words)

    def compile(self, source: str | nodes.Template, name: str | None = None, *rest: Any, **options: Any) -> Any:
        """Do what `Environment.compile` does, with the words in their places."""
        filename = rest[0] if rest else options.get("filename")
        template = self.parse(source, name, filename) if isinstance(source, str) else source
        if not any(one.ctx != "load" for one in template.find_all(nodes.Name) if one.name == NAMESPACE):
            template = _Words(self._words).visit(template)
        return super().compile(template, name, *rest, **options)


class _Words(NodeTransformer):
    """Replaces the attributes of `w` that are words by constants. Others stay, so that rendering names them."""

    def __init__(self, words: Mapping[str, str]) -> None:
        self._words = words

    def visit_Getattr(self, node: nodes.Getattr) -> nodes.Node:  # noqa: N802 - Jinja finds it by this name
        """Return what stands in for an attribute."""
        self.generic_visit(node)
        if isinstance(node.node, nodes.Name) and node.node.name == NAMESPACE and node.attr in self._words:
            return nodes.Const(self._words[node.attr], lineno=node.lineno, environment=node.environment)
        return node
