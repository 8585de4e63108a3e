"""Measure how well and how fast pages are read: `python -m bench.quality`."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from pathlib import Path
from time import process_time
from typing import TYPE_CHECKING, Any

from bench.quality.floors import FLOORS
from bench.quality.sets import SETS, PageSets
from bench.quality.site_recipes import RecipeScores
from bench.quality.tools import OURS, tools

if TYPE_CHECKING:
    from bench.quality.sets import Scores

MEASURES = ("text", "exact", "shingle", "title", "date", "minute", "authors", "answered", "refused")
COMPARED = "trafilatura"
SLOW = {"gne": "chinese"}  # minutes for some pages, so it reads only the set that it is made for


def main() -> int:
    """Print the table, and return 1 if one of our figures is under its floor."""
    parser = ArgumentParser(prog="python -m bench.quality", description="Measure how well pages are read.")
    parser.add_argument("--corpora", type=Path, default=Path("../shared/corpora"), help="where the page sets are")
    parser.add_argument("--every", type=int, default=1, metavar="N", help="only every Nth page; floors do not count")
    parser.add_argument("--only", nargs="*", metavar="TOOL", help="these tools, not all that are installed")
    arguments = parser.parse_args()
    if not (arguments.corpora / "score.py").is_file():
        print(f"no page sets at {arguments.corpora}: nothing is measured (the tests hold the project's own pages)")
        return 0
    sets = PageSets(arguments.corpora)
    used = {name: tool for name, tool in tools().items() if not arguments.only or name in arguments.only}
    seconds = dict.fromkeys(used, 0.0)
    pages = 0
    missed: list[str] = []
    recipes = RecipeScores()
    for name in SETS:
        samples = list(sets.samples(name, arguments.every))
        pages += len(samples)
        predictions: dict[str, dict[str, dict[str, Any]]] = {tool: {} for tool in used}
        for sample in samples:
            for tool, read in used.items():  # turn about, so that all meet the same load of the machine
                if tool in SLOW and name != SLOW[tool]:
                    continue
                started = process_time()
                try:
                    predictions[tool][sample.id] = read(sample)
                except Exception as error:
                    if tool == OURS:
                        raise
                    predictions[tool][sample.id] = {"text": "", "error": str(error)}
                seconds[tool] += process_time() - started
        scores = {tool: sets.score(name, found) for tool, found in predictions.items() if found}
        _print(name, len(samples), scores)
        missed += _missed(name, scores.get(OURS, {}))
        if OURS in used:
            recipes.read(name, samples)
    count, gained = recipes.scores(sets)
    for name, (found, scores) in gained.items():
        _print(f"{name}, only pages that one of {count} recipes is for", found, scores)
    print("\npages a second, one core, the same pages")
    for tool, spent in seconds.items():
        if tool in SLOW:
            continue
        print(f"  {tool:<14}{pages / spent:8.1f}")
    if COMPARED in seconds and OURS in seconds:
        ratio = seconds[COMPARED] / seconds[OURS]
        print(f"  {ratio:.2f} times as fast as {COMPARED} with metadata")
        if ratio < FLOORS["speed"]["ratio"]:
            missed.append(f"speed: {ratio:.2f} times {COMPARED}, at least {FLOORS['speed']['ratio']}")
    if arguments.every > 1:
        return 0
    for miss in missed:
        sys.stderr.write(f"under its floor: {miss}\n")
    return 1 if missed else 0


def _print(name: str, count: int, scores: dict[str, Scores]) -> None:
    measures = [measure for measure in MEASURES if any(measure in found for found in scores.values())]
    print(f"\n{name} ({count} pages)")
    print(f"  {'':<14}" + "".join(f"{measure:>10}" for measure in measures))
    for tool, found in scores.items():
        values = "".join(f"{found[measure][0]:>10.3f}" if measure in found else f"{'':>10}" for measure in measures)
        print(f"  {tool:<14}{values}", flush=True)


def _missed(name: str, scores: Scores) -> list[str]:
    return [
        f"{name} {measure}: {scores[measure][0]:.4f}, at least {least}"
        for measure, least in FLOORS[name].items()
        if measure in scores and scores[measure][0] < least
    ]


if __name__ == "__main__":
    sys.exit(main())
