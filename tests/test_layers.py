"""Data flows one way: who may import whom (docs/architecture.md)."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import archiver

PACKAGE = Path(archiver.__file__).parent

# Each part may import those named, and itself. They stand in the order in which data passes through them.
MAY_IMPORT: dict[str, set[str]] = {
    "errors": set(),
    "batches": {"errors"},
    "captures": {"errors"},
    "signals": set(),
    "statuses": set(),
    "text": set(),
    "html": set(),
    "spans": set(),
    "settings": set(),
    "logformatter": set(),
    "plugins": {"errors"},
    "configuration": {"errors", "plugins", "spans"},
    "recipes": {"errors", "plugins", "spans"},
    "addresses": {"errors", "recipes", "text"},
    "listings": {"errors", "recipes"},
    "article": {"captures"},
    "index": {"addresses", "article", "captures", "errors", "signals"},
    "recorder": {"batches", "captures", "errors", "index", "recipes"},
    "net": {"captures", "index", "recorder"},
    "pages": {"addresses", "article", "captures", "errors", "html", "recipes", "text"},
    "dates": {"errors"},
    "yields": {"spans"},
    "spiders": {
        *("addresses", "article", "captures", "configuration", "dates", "errors", "index", "listings", "net", "pages"),
        *("recipes", "recorder", "signals", "spans", "yields"),
    },
    "cleaning": {"errors", "html", "recipes", "text"},
    "posts": {"article", "batches", "cleaning", "errors", "recipes", "text"},
    "pipelines": {"article", "cleaning", "dates", "errors", "index", "posts", "recipes", "recorder", "spans", "text"},
    "adoption": {"addresses", "dates", "errors", "index", "posts", "recipes", "spans", "text"},
    "exports": {"captures", "cleaning", "errors", "index", "posts", "recipes", "text"},
    "replay": {
        *("addresses", "article", "captures", "configuration", "errors", "index", "pages", "pipelines", "posts"),
        *("recipes", "recorder"),
    },
    "verify": {
        *("article", "captures", "errors", "index", "pipelines", "posts", "recipes", "recorder", "replay"),
    },
    "extensions": {
        *("addresses", "adoption", "article", "errors", "index", "net", "posts"),
        *("recipes", "recorder", "signals", "statuses", "verify", "yields"),
    },
    "crawl": {"extensions", "index", "recorder"},
    "scrapy_commands": {"crawl", "errors", "statuses"},
    "replica": set(),
    "commands": {
        *("addresses", "adoption", "captures", "configuration", "crawl", "errors", "exports", "extensions", "index"),
        *("listings", "posts", "recipes", "replay", "replica", "signals", "spans", "spiders", "statuses", "verify"),
    },
}
FILES = sorted(PACKAGE.rglob("*.py"))


def part_of(module: str) -> str:
    """Return the part of the package that `module` belongs to; the package itself is none."""
    return module.removeprefix("archiver").removeprefix(".").partition(".")[0]


def imports(tree: ast.AST) -> set[str]:
    """Return the modules that `tree` imports, by full name."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            found.add(str(node.module))
            found |= {f"{node.module}.{alias.name}" for alias in node.names if node.module == "archiver"}
    return found


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(PACKAGE)))
def test_no_part_knows_what_is_right_of_it(file: Path) -> None:
    part = part_of(".".join(file.relative_to(PACKAGE).with_suffix("").parts))
    if part in ("__init__", "__main__"):
        return
    known = {
        part_of(name) for name in imports(ast.parse(file.read_text(encoding="utf-8"))) if name.startswith("archiver")
    }
    assert known - {part, ""} <= MAY_IMPORT[part] | {"__version__"}


def test_no_part_is_reached_through_those_that_know_it() -> None:
    parts = list(MAY_IMPORT)
    for part, known in MAY_IMPORT.items():
        assert all(parts.index(other) < parts.index(part) for other in known), part


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(PACKAGE)))
def test_no_import_hides_in_a_function(file: Path) -> None:
    functions = (
        node
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    )
    assert [imports(function) for function in functions if imports(function)] == []
