"""Page sets: a directory with `SET/truth.jsonl`, `SET/pages/ID.html.gz` and `score.py`, which defines the measures."""

from __future__ import annotations

import gzip
import importlib.util
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Scores = dict[str, tuple[float, int]]  # by measure: the value, and on how many pages
SETS = ("wcxb", "aeb", "publishers", "chinese", "no-article")


@dataclass(frozen=True, slots=True)
class Sample:
    """A page of a set."""

    id: str
    content: bytes
    address: str | None
    fetched: datetime | None
    is_article: bool


class PageSets:
    """The sets in one directory."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._score = _score_function(directory / "score.py")

    def samples(self, name: str, every: int) -> Iterator[Sample]:
        """Yield every `every`th page of the set `name`."""
        lines = (self._directory / name / "truth.jsonl").read_text(encoding="utf-8").split("\n")
        for line in [line for line in lines if line.strip()][::every]:
            truth = json.loads(line)
            fetched = datetime.fromisoformat(truth["fetched"]) if truth.get("fetched") else None
            if fetched is not None and fetched.tzinfo is None:
                fetched = fetched.replace(tzinfo=UTC)
            content = gzip.decompress((self._directory / name / "pages" / f"{truth['id']}.html.gz").read_bytes())
            yield Sample(truth["id"], content, truth.get("url"), fetched, truth["article"])

    def score(self, name: str, predictions: dict[str, dict[str, Any]]) -> Scores:
        """Return what the set's own measures say of `predictions`, by the id of the page; only those pages count."""
        lines = (self._directory / name / "truth.jsonl").read_text(encoding="utf-8").split("\n")
        read = [line for line in lines if line.strip() and json.loads(line)["id"] in predictions]
        with TemporaryDirectory() as directory:
            (Path(directory) / "truth.jsonl").write_text("\n".join(read), encoding="utf-8")
            scores, _ = self._score(Path(directory), predictions)
        return scores


def _score_function(path: Path) -> Callable[[Path, dict[str, dict[str, Any]]], tuple[Scores, Any]]:
    spec = importlib.util.spec_from_file_location("score", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.score  # type: ignore[no-any-return]
