"""Repairing the broken posts of an archive, on disk and in the index."""

from __future__ import annotations

from itertools import groupby, islice
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING

from archiver.adoption.facts import published
from archiver.adoption.files import named_file, read_file
from archiver.adoption.fix import fix
from archiver.adoption.names import Named, Names
from archiver.adoption.problems import Kind, problems
from archiver.adoption.write import RepairPlan, write
from archiver.index.types import ArticleKey
from archiver.posts.read import read
from archiver.storage import is_there
from archiver.storage.regular import read_in

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from archiver.adoption.survey import Survey
    from archiver.index import Index
    from archiver.index.types import HeldPost
    from archiver.posts.read import ReadPost
    from archiver.problems import Problem, ProblemKind
    from archiver.recipes import Recipe
    from archiver.storage import Root

MAX_BATCH = 100  # posts that are made durable together
MENDED_KINDS = frozenset({Kind.FRONT_MATTER, Kind.TITLE, Kind.DATE, Kind.OFFSET, Kind.ADDRESS, Kind.NAME})


class PostRepair:
    """Mends what can be mended without asking the source."""

    def __init__(self, output: Root, index: Index, recipes: Mapping[str, Recipe], survey: Survey) -> None:
        self._output = output
        self._index = index
        self._names = Names(recipes.values())
        self._survey = survey
        self._doubles: dict[str, list[str]] = {}  # second posts, by id
        self._targets: set[str] = set()  # paths that posts will get: a batch is planned before it is written

    def run(self) -> None:
        """Repair the posts with problems, and note in the survey what was done.

        Each post's bytes are kept as an earlier version first. Raises IndexFileError, StoreError.
        """
        problems = self._survey.problems
        for problem in problems:
            named = self._named(problem.path)
            if named and problem.kind == Kind.DOUBLED:
                self._doubles.setdefault(named.id, []).append(problem.path)
        settled: dict[tuple[str, ProblemKind], Problem] = {}
        by_path = {path: list(group) for path, group in groupby(problems, attrgetter("path"))}
        shown: list[Problem] = []
        plans = self._plans()
        while batch := list(islice(plans, MAX_BATCH)):
            for plan, failure in zip(batch, write(self._output, self._index, batch), strict=True):
                for problem in by_path[plan.path] + _doubled(by_path.get(plan.to, []), plan):
                    settled[problem.path, problem.kind] = _settled(problem, plan, failure)
                if not failure:
                    shown += _shown_now(plan, {problem.kind for problem in by_path[plan.path]})
        self._survey.problems = [settled.get((problem.path, problem.kind), problem) for problem in problems] + shown

    def _plans(self) -> Iterator[RepairPlan]:
        for path, group in groupby(self._survey.problems, attrgetter("path")):
            named = self._named(path)
            if (
                named
                and not MENDED_KINDS.isdisjoint(problem.kind for problem in group)
                and (plan := self._plan(path, named))
            ):
                yield plan

    def _plan(self, path: str, named: Named) -> RepairPlan | None:
        try:
            old = read_in(self._output, path)
        except OSError:
            return None  # it was there a moment ago; the next run will report it
        new, mended = fix(old, named, self._others(path, named))
        done, to = dict(mended), path
        when = published(named, read(new, quoted=named.form.quote is not None))
        is_there = False
        if named.day is None and when:
            name = named.file((when if named.recipe.is_web else when.astimezone(named.recipe.zone())).date())
            beside = str(Path(path).with_name(name))
            is_there = self._has(beside, new)
            if is_there or self._is_free(beside, path, named):
                to = beside
                self._targets.add(to)
                done[Kind.NAME] = f"is now {to}"
            if is_there:
                done[Kind.DOUBLED] = f"{path} removed: {to} is the same"
        return RepairPlan(path, to, named, old, new, done, is_there) if done else None

    def _has(self, path: str, content: bytes) -> bool:
        """Return whether there is a post with exactly that content already: then a repair was killed before it removed
        the old name."""
        file = self._output / path
        try:
            return not file.is_symlink() and file.read_bytes() == content  # a link may lead to the old name
        except OSError:
            return False

    def _is_free(self, to: str, path: str, named: Named) -> bool:
        """Return whether the post in the file `path` can get the name `to`; a second post of an article never can."""
        first = all(one.path == path for one in self._posts(named) if one.form == named.form_name)
        return first and to not in self._targets and not is_there(self._output, to)

    def _others(self, path: str, named: Named) -> list[ReadPost]:
        """Return the other posts of an article."""
        paths = [one.path for one in self._posts(named)]
        return [
            read_file(self._output, other, other_named)
            for other in (*paths, *self._doubles.get(named.id, ()))
            if other != path and (other_named := self._named(other)) and (self._output / other).exists()
        ]

    def _posts(self, named: Named) -> Sequence[HeldPost]:
        key = ArticleKey(named.recipe.name, named.id)
        return self._index.held([key])[key].posts

    def _named(self, path: str) -> Named | None:
        known = named_file(self._output, path, self._names)
        return known[0] if known else None


def _doubled(problems: list[Problem], plan: RepairPlan) -> list[Problem]:
    """Return the problems of the file that stays which removing the article's other post would solve."""
    return [problem for problem in problems if plan.there and problem.kind == Kind.DOUBLED]


def _settled(problem: Problem, plan: RepairPlan, failure: str) -> Problem:
    """Return `problem` with what became of it: its post was written, or could not be (`failure`)."""
    if problem.kind not in plan.done:
        return problem if failure else problem._replace(path=plan.to)
    if failure:
        return problem._replace(what=f"{problem.what}; not repaired: {failure}")
    return problem._replace(repaired=plan.done[problem.kind])


def _shown_now(plan: RepairPlan, before: set[ProblemKind]) -> list[Problem]:
    """Return the problems of a post that could not be found while its front matter was unreadable."""
    post = read(plan.new, quoted=plan.named.form.quote is not None)
    return [problem for problem in problems(plan.to, plan.named, post) if problem.kind not in before]
