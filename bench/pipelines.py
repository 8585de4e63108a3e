"""The pipelines alone: from the JSON of an answer to the bytes of a post, on one core and without a disk."""

from __future__ import annotations

import gc
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TypeVar

from lxml.html import fragment_fromstring

from archiver.answer import Answer, Asked
from archiver.crawl import GC_THRESHOLD
from archiver.extraction import ExtractOptions, Unusable
from archiver.extraction.extractor import Extractor
from archiver.recipes import load_recipes
from bench.articles import KINDS, article_id, samples
from bench.figures import Ratio

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from archiver.article import Post
    from bench.articles import Sample

    T = TypeVar("T")

RECIPE = "eastmoney"
PROFILES = ("clean", "source")
PARSE = "parse"
SAMPLES = 200
ROUNDS = 40
QUICK_ROUNDS = 8
AIMS = {"clean": 3.5, "source": 4.5}  # parses of the body
FLOORS = {"clean": 8.7, "source": 7.0}  # a little above what they come to: 7.2 to 8.2, and 6.1 to 6.7, by the machine

FETCHED = datetime(2024, 3, 16, tzinfo=UTC)


class Line:
    """Extraction, as a crawl has it."""

    def __init__(self, profile: str) -> None:
        recipes = load_recipes()
        self._page = recipes[RECIPE].pages[0]
        self._extractor = Extractor(ExtractOptions(recipes, profile))

    def answer(self, sample: Sample, article_id: str) -> tuple[Answer, Asked]:
        """Return what the page of `sample` under `article_id` is answered with."""
        url = self._page.address.format(host=self._page.hosts[0], id=article_id)
        asked = Asked(RECIPE, article_id, self._page.name, url)
        return Answer(url, "application/json", sample.answer(article_id), FETCHED), asked

    def post(self, answer: tuple[Answer, Asked]) -> Post:
        """Return the post of the article in `answer`."""
        extracted = self._extractor.extract(*answer)
        assert not isinstance(extracted, Unusable), extracted.reason
        (article,) = extracted
        assert article.post, article.reason
        return article.post


def run(*, quick: bool) -> list[Ratio]:
    """Print what a post costs in each profile, for each kind of body; return the ratios."""
    made = samples(SAMPLES)
    lines = {profile: Line(profile) for profile in PROFILES}
    bodies = {
        kind: [sample.body(article_id(number)) for number, sample in enumerate(made) if sample.kind == kind]
        for kind in KINDS
    }
    answers = {
        kind: [
            lines[PROFILES[0]].answer(sample, article_id(number))
            for number, sample in enumerate(made)
            if sample.kind == kind
        ]
        for kind in KINDS
    }
    gc.collect()
    gc.freeze()
    gc.set_threshold(GC_THRESHOLD)  # as in a crawl
    rounds = []
    for _ in range(1 + (QUICK_ROUNDS if quick else ROUNDS)):
        measured: dict[tuple[str, str], float] = {}
        for kind in KINDS:
            measured[PARSE, kind] = _seconds(_parse, bodies[kind])
            for profile, line in lines.items():
                measured[profile, kind] = _seconds(line.post, answers[kind])
        rounds.append(measured)
    rounds = rounds[1:]  # the first one filled caches

    size = sum(len(body) for kind in KINDS for body in bodies[kind]) / SAMPLES
    print(f"pipelines: {SAMPLES} bodies of {size:,.0f} characters in the mean, {len(rounds)} rounds, processor time\n")
    print(f"{'body':<10}{'parses/s':>12}" + "".join(f"{name + ', posts/s':>18}{'in parses':>12}" for name in lines))
    groups = {**{kind: [kind] for kind in KINDS}, "all": list(KINDS)}
    cost: dict[tuple[str, str], float] = {}
    for group, kinds in groups.items():
        for name in (PARSE, *lines):
            # The least: whatever else is at work on the machine only adds to it.
            cost[name, group] = sum(min(measured[name, kind] for measured in rounds) for kind in kinds)
        count = sum(len(bodies[kind]) for kind in kinds)
        row = f"{group:<10}{count / cost[PARSE, group]:>12,.0f}"
        for name in lines:
            row += f"{count / cost[name, group]:>18,.0f}{cost[name, group] / cost[PARSE, group]:>12.2f}"
        print(row)
    return [
        Ratio(
            f"pipelines: a post ({name}) / a parse of its body",
            cost[name, "all"] / cost[PARSE, "all"],
            AIMS[name],
            floor=FLOORS[name],
        )
        for name in lines
    ]


def _parse(body: str) -> object:
    return fragment_fromstring(body, create_parent="div")


def _seconds(work: Callable[[T], object], values: Iterable[T]) -> float:
    begun = time.process_time()
    for value in values:
        work(value)
    return time.process_time() - begun
