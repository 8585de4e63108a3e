"""What near-duplicates cost: the signature of an article, and finding which others are like it."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from archiver.index import ArticleKey, Finished, Index, Intent
from archiver.minhash import signature
from bench.syndication import Language

if TYPE_CHECKING:
    from collections.abc import Sequence

    from archiver.minhash import Signature

ARTICLES, TOGETHER, ROUNDS = 2000, 100, 3
PARAGRAPHS = 24  # of an article: some 3,000 characters, as those of a crawl
WHEN = datetime(2026, 11, 1, tzinfo=UTC)


def cost() -> float:
    """Return the processor time that near-duplicates take of an article, in seconds."""
    language, random = Language("zh"), Random(1)
    texts = ["\n".join(language.paragraphs(random, PARAGRAPHS)) for _ in range(ARTICLES)]
    signing, noting = [], []
    for _ in range(ROUNDS):
        begun = time.process_time()
        made = [signature(text) for text in texts]
        signing.append(time.process_time() - begun)
        noting.append(_noted(made) - _noted([None] * ARTICLES))
    return (min(signing) + min(noting)) / ARTICLES


def _noted(signatures: Sequence[Signature | None]) -> float:
    """Return the processor time of noting articles in a new index."""
    with TemporaryDirectory(prefix=".bench-", dir=Path.cwd()) as directory:
        index = Index.open(Path(directory))
        begun = time.process_time()
        for start in range(0, ARTICLES, TOGETHER):
            keys = [ArticleKey("news", str(number)) for number in range(start, start + TOGETHER)]
            index.begin(
                [
                    Intent(key, "share", f"_posts/{key.id}.md", bytes(32), WHEN, key.id, {}, 1, signature=one)
                    for key, one in zip(keys, signatures[start:], strict=False)
                ],
                1,
            )
            index.finish([Finished(key, "share", "saved", 1) for key in keys], 1)
        spent = time.process_time() - begun
        index.close()
    return spent
