"""Data flows one way: who may import whom (docs/architecture.md)."""

from __future__ import annotations

import ast
import re
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

import archiver

PACKAGE = Path(archiver.__file__).parent

# Each part may import those named, and itself. They stand in the order in which data passes through them.
MAY_IMPORT: dict[str, set[str]] = {
    "errors": set(),
    "clock": set(),
    "processes": set(),
    "litter": set(),
    "problems": set(),
    "places": set(),
    "links": {"errors", "places"},
    "signals": set(),
    "statuses": {"errors"},
    "interrupts": {"errors", "statuses"},
    "text": set(),
    "lenient_json": set(),
    "pinyin": set(),
    "minhash": set(),
    "html": set(),
    "encoding": set(),
    "languages": set(),
    "urls": set(),
    "spans": set(),
    "moments": {"errors", "spans"},
    "notify": {"errors"},
    "settings": set(),
    "private": set(),
    "workers": {"errors"},
    "storage": {"errors", "places", "processes", "workers"},
    "captures": {"private", "errors", "litter", "places", "storage"},
    "plugins": {"errors"},
    "suggestions": set(),
    "engines": {"errors", "plugins", "suggestions", "workers"},
    "server_address": set(),
    "configuration": {"errors", "places", "server_address", "settings", "spans", "storage", "suggestions"},
    "scrapy_settings": {"configuration", "errors", "plugins", "suggestions"},
    "recipes": {"errors", "plugins", "spans", "suggestions"},
    "index": {"captures", "clock", "errors", "minhash", "places", "private", "processes", "server_address", "storage"},
    "manifest": {"errors", "index", "places", "storage"},
    "identity": {"pinyin", "private", "urls"},
    "addresses": {"errors", "identity", "index", "recipes", "text", "urls"},
    "listings": {"private", "errors", "recipes", "suggestions"},
    "listing_stats": {"spans"},
    "answer": set(),
    "article": {"minhash"},
    "run_report": {"article", "statuses"},
    "logformatter": {"private", "article", "errors", "text"},
    "dates": {"errors", "recipes"},
    "cleaning": {"errors", "html", "recipes", "text"},
    "pictures": {"errors", "places"},
    "documents": {"encoding", "html", "urls"},
    "reading": {
        *(
            "cleaning",
            "dates",
            "documents",
            "encoding",
            "errors",
            "html",
            "identity",
            "languages",
            "lenient_json",
            "recipes",
            "text",
        ),
        "urls",
    },
    "pages": {
        "private",
        *(
            "addresses",
            "answer",
            "article",
            "cleaning",
            "encoding",
            "errors",
            "html",
            "identity",
            "lenient_json",
            "reading",
            "recipes",
            "text",
            "urls",
        ),
    },
    "posts": {"article", "cleaning", "dates", "identity", "pinyin", "places", "recipes", "text"},
    "discovery": {
        "cleaning",
        "dates",
        "documents",
        "encoding",
        "errors",
        "identity",
        "lenient_json",
        "private",
        "reading",
        "text",
        "urls",
    },
    "following": {
        "private",
        *("addresses", "captures", "errors", "identity", "listings", "recipes", "storage", "urls"),
    },
    "extraction": {
        *(
            "answer",
            "article",
            "cleaning",
            "dates",
            "errors",
            "identity",
            "minhash",
            "pages",
            "plugins",
            "posts",
            "recipes",
            "text",
            "workers",
        ),
    },
    "decide": {"article", "captures", "clock", "errors", "identity", "index", "places", "posts", "recipes", "text"},
    "recorder": {"captures", "errors", "index", "storage", "workers"},
    "ingest": {
        "private",
        *("article", "captures", "clock", "decide", "errors", "extraction", "identity", "index", "posts", "recipes"),
        *("answer", "minhash", "recorder", "spans", "storage", "text"),
    },
    "adoption": {
        "private",
        "minhash",
        "addresses",
        "cleaning",
        "clock",
        "dates",
        "errors",
        "identity",
        "index",
        "litter",
        "pictures",
        "places",
        "posts",
        "problems",
        "recipes",
        "spans",
        "storage",
        "text",
    },
    "session": {
        *("adoption", "clock", "decide", "errors", "extraction", "index", "links", "manifest", "places", "recorder"),
        *("ingest", "storage"),
    },
    "session_options": {"configuration", "decide", "extraction", "recipes", "session"},
    "replay": {
        "private",
        *(
            "addresses",
            "answer",
            "article",
            "captures",
            "decide",
            "errors",
            "extraction",
            "identity",
            "index",
            "ingest",
        ),
        *("clock", "engines", "interrupts", "pictures", "session", "storage"),
    },
    "datasets": {"captures", "engines", "errors", "interrupts", "reading", "recipes", "storage"},
    "captured": {"captures", "errors", "index", "storage"},
    "verify": {
        *(
            "captured",
            "captures",
            "decide",
            "errors",
            "extraction",
            "index",
            "litter",
            "manifest",
            "places",
            "recorder",
            "replay",
        ),
        *("article", "pictures", "posts", "private", "problems", "ingest", "storage"),
    },
    "explaining": {
        *("addresses", "answer", "captured", "captures", "decide", "errors", "extraction", "index", "pages"),
        *("reading", "recipes", "replay", "storage"),
    },
    "verified": {"errors", "extraction", "index", "manifest", "problems", "storage", "verify"},
    "views": {"clock", "following", "identity", "index", "places", "recipes", "spans", "storage", "verify"},
    "exports": {
        "private",
        *("moments", "suggestions"),
        "html",
        "languages",
        "article",
        "captures",
        "cleaning",
        "clock",
        "discovery",
        "errors",
        "following",
        "index",
        "places",
        "plugins",
        "posts",
        "recipes",
        "storage",
        "text",
    },
    "site": {
        *("captures", "cleaning", "clock", "errors", "exports", "index", "litter", "manifest", "places", "plugins"),
        *("posts", "recipes", "storage", "text", "views", "workers"),
    },
    "coordination": {"article", "clock", "identity", "index", "places", "recorder", "session", "storage", "workers"},
    "crawl_archive": {
        "private",
        "coordination",
        *("answer", "article", "captures", "clock", "decide", "errors", "extraction", "index", "ingest", "session"),
        *("configuration", "session_options", "signals", "workers"),
    },
    "net": {"private", "captures", "clock", "crawl_archive", "errors", "index", "signals"},
    "browser": {"private", "article", "captures", "crawl_archive", "errors", "identity", "net", "recipes"},
    "pipelines": {"article", "crawl_archive"},
    "surveying": {"discovery", "errors", "identity", "net", "workers"},
    "spiders": {
        "private",
        *(
            "addresses",
            "answer",
            "article",
            "browser",
            "captures",
            "cleaning",
            "clock",
            "crawl_archive",
            "dates",
            "errors",
            "extraction",
            "identity",
            "index",
        ),
        *("listing_stats", "listings", "net", "pages", "pipelines", "recipes", "scrapy_settings", "signals", "spans"),
        *(
            "coordination",
            "discovery",
            "following",
            "pictures",
            "posts",
            "private",
            "ingest",
            "session",
            "storage",
            "surveying",
            "workers",
        ),
    },
    "extensions": {
        "private",
        *("addresses", "article", "captures", "clock", "crawl_archive", "errors", "index", "listing_stats", "net"),
        *("coordination", "pipelines", "places", "run_report", "session", "signals", "statuses", "storage"),
    },
    "stopping": {"crawl_archive", "extensions", "interrupts", "net", "statuses"},
    "crawl": {"logformatter", "crawl_archive", "extensions", "run_report", "stopping"},
    "scrapy_commands": {"crawl", "errors", "scrapy_settings", "statuses"},
    "replica": set(),
    "fetching": {"answer", "errors", "net", "spiders"},
    "survey_spider": {"discovery", "errors", "net", "spiders", "surveying"},
    "counting": {"errors", "signals", "spiders"},
    "crawling": {
        "interrupts",
        "private",
        "counting",
        *("addresses", "answer", "configuration", "crawl", "discovery", "extensions", "fetching", "logformatter"),
        *("crawl_archive", "survey_spider"),
        *("run_report", "scrapy_settings", "signals", "spiders", "views"),
    },
    "worker_messages": set(),
    "crawl_workers": {"crawling", "worker_messages", "errors", "interrupts", "run_report", "statuses"},
    "supervisor": {
        *("clock", "configuration", "worker_messages", "errors", "index", "interrupts", "run_report", "session"),
        *("session_options", "statuses", "views"),
    },
    "remembering": {"adoption", "configuration", "index", "places", "recipes"},
    "archive": {
        "private",
        "remembering",
        *("addresses", "adoption", "answer", "captures", "clock", "configuration", "crawling", "errors", "exports"),
        *("supervisor", "datasets", "discovery", "engines", "explaining", "following", "reading"),
        *(
            "identity",
            "index",
            "links",
            "listings",
            "manifest",
            "minhash",
            "moments",
            "places",
            "recipes",
            "replay",
            "run_report",
        ),
        "server_address",
        *("session_options", "site", "spans", "storage", "verified", "views"),
    },
    "teaching": {"documents", "errors", "reading", "recipes"},
    "commands": {
        "captures",
        "private",
        *("addresses", "adoption", "answer", "archive", "configuration", "discovery", "encoding", "errors", "exports"),
        "following",
        "interrupts",
        *(
            "notify",
            "places",
            "problems",
            "reading",
            "recipes",
            "replay",
            "replica",
            "run_report",
            "server_address",
            "spans",
            "statuses",
            "storage",
            "suggestions",
            "teaching",
            "text",
            "urls",
            "verify",
        ),
        *("views",),
    },
}
# Scrapy takes longer to load than most commands take to run: what the archive needs of it is loaded when it crawls, and
# what one method of it alone needs when that is called.
# psycopg and obstore are there only where somebody wants them. A crawl has processes of its own make its articles.
LATE = {
    "archive.py": {
        *("archiver.adoption", "archiver.adoption.signatures", "archiver.adoption.source_repairs"),
        *("archiver.captures.regions", "archiver.crawling", "archiver.datasets", "archiver.discovery"),
        *("archiver.discovery.offer", "archiver.engines", "archiver.explaining", "archiver.exports"),
        *("archiver.exports.read", "archiver.exports.selection", "archiver.exports.target", "archiver.index.move"),
        *("archiver.replay", "archiver.session_options", "archiver.site", "archiver.supervisor", "archiver.verified"),
    },
    "discovery/json_feeds.py": {"archiver.reading.metadata.json_ld"},
    "discovery/pages.py": {"archiver.discovery.item_lists"},
    "extraction/extractors.py": {"archiver.extraction.extractor"},
    "index/location.py": {"archiver.index.postgres"},
    "remembering.py": {"archiver.adoption.archive_profile"},
    "storage/stored.py": {"archiver.storage.bucket"},
}
FILES = sorted(PACKAGE.rglob("*.py"))


def part_of(module: str) -> str:
    """Return the part of the package that `module` belongs to; the package itself is none."""
    return module.removeprefix("archiver").removeprefix(".").partition(".")[0]


@cache
def tree(file: Path) -> ast.AST:
    """Return what a file of the package says."""
    return ast.parse(file.read_text(encoding="utf-8"))


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


def test_no_part_knows_what_is_right_of_it() -> None:
    wrong = {}
    for file in FILES:
        part = part_of(".".join(file.relative_to(PACKAGE).with_suffix("").parts))
        if part in ("__init__", "__main__"):
            continue
        known = {part_of(name) for name in imports(tree(file)) if name.startswith("archiver")}
        if more := known - {part, ""} - MAY_IMPORT[part] - {"__version__"}:
            wrong[str(file.relative_to(PACKAGE))] = more
    assert wrong == {}


def test_no_part_is_reached_through_those_that_know_it() -> None:
    parts = list(MAY_IMPORT)
    for part, known in MAY_IMPORT.items():
        assert all(parts.index(other) < parts.index(part) for other in known), part


def test_no_modules_need_each_other() -> None:
    """Not even for types: of two modules that know each other, neither can be read first."""
    modules = {".".join(("archiver", *file.relative_to(PACKAGE).with_suffix("").parts)): file for file in FILES}
    needed = {}
    for name, file in modules.items():
        froms = [node for node in ast.walk(tree(file)) if isinstance(node, ast.ImportFrom)]
        named = {f"{node.module}.{alias.name}" for node in froms for alias in node.names}
        needed[name] = {one for one in named & modules.keys() | imports(tree(file)) & modules.keys() if one != name}
    try:
        TopologicalSorter(needed).prepare()
    except CycleError as error:
        pytest.fail(" needs ".join(error.args[1][::-1]))


def test_no_import_hides_in_a_function() -> None:
    hidden = {}
    for file in FILES:
        functions = (node for node in ast.walk(tree(file)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
        if found := set[str]().union(*map(imports, functions)):
            hidden[str(file.relative_to(PACKAGE))] = found
    assert hidden == LATE


def test_nothing_but_the_index_speaks_to_its_database() -> None:
    """Exports have databases of their own, which are written or thrown away."""
    users = {
        str(file.relative_to(PACKAGE))
        for file in FILES
        if {"sqlite3", "psycopg"} & imports(tree(file)) and file.parent.name != "index"
    }
    assert users <= {
        "exports/sqlite.py",
        "exports/wacz.py",
        "exports/cdxj.py",
        "exports/evidence.py",
        "site/record.py",
    } | {*("site/full_text.py", "site/serve.py")}


def test_nobody_forgets_that_the_index_may_be_on_a_server() -> None:
    """Whoever opens it says where it is."""
    forgotten = [
        f"{file.relative_to(PACKAGE)}:{call.lineno}"
        for file in FILES
        if file.parent.name != "index"
        for call in ast.walk(tree(file))
        if isinstance(call, ast.Call)
        and re.fullmatch(r"Index\.(open|read|exists|refuse_damage)", ast.unparse(call.func))
        and len(call.args) < 2
    ]
    assert forgotten == []


def test_there_is_one_idea_of_an_entity() -> None:
    """Whatever reads character references does so by `archiver.text`, which takes any number of digits."""
    readers = {
        str(file.relative_to(PACKAGE))
        for file in FILES
        if re.search(r"\bhtml\.unescape|from html import .*\bunescape\b", file.read_text(encoding="utf-8"))
    }
    assert readers == {"text.py", "replica/records.py"}  # the replica imports nothing of the rest
