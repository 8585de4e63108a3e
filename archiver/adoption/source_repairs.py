"""Broken posts that only the source can repair: the articles to ask for, and what became of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archiver.addresses import Reference
from archiver.adoption.facts import own_address
from archiver.adoption.files import named_file
from archiver.adoption.names import Names
from archiver.adoption.problems import Kind, problems
from archiver.index.types import ArticleKey
from archiver.private import public_address

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from archiver.adoption.survey import Survey
    from archiver.index import Index
    from archiver.problems import Problem, ProblemKind
    from archiver.recipes import Recipe
    from archiver.storage import Root

FETCHED_KINDS = frozenset({Kind.TORN, Kind.FRONT_MATTER, Kind.TITLE, Kind.DATE})


class SourceRepairs:
    """Posts that nothing in the archive can repair."""

    def __init__(self, output: Root, recipes: Mapping[str, Recipe], survey: Survey) -> None:
        self._output = output
        self._names = Names(recipes.values())
        self._survey = survey
        self._asked: dict[str, str] = {}  # by path of a broken post: the address to ask for

    def references(self, index: Index) -> list[Reference]:
        """Return the articles to ask for: those of broken posts that the index knows. Raises IndexFileError."""
        references: dict[ArticleKey, Reference] = {}
        for path in dict.fromkeys(problem.path for problem in self._survey.problems if self._is_wanted(problem)):
            if (known := named_file(self._output, path, self._names)) is None:
                continue
            named, post = known
            key = ArticleKey(named.recipe.name, named.id)
            held = index.held([key])[key]
            if any(post.path == path for post in held.posts):
                address = own_address(named, post) or named.id
                reference = references.get(key) or Reference(
                    named.recipe, named.id, address, forms=(), known=held.known
                )
                references[key] = Reference(
                    named.recipe,
                    named.id,
                    reference.address,
                    forms=(*reference.forms, named.form_name),
                    known=held.known,
                )
                self._asked[path] = reference.address
        return list(references.values())

    def note_outcomes(self, reasons: Mapping[str, str]) -> None:
        """Note in the survey what was repaired, and why the rest was not: `reasons`, by address."""
        left = {path: self._kinds(path) for path in self._asked}
        self._survey.problems = list(self._settled(left, reasons))

    def _settled(self, left: Mapping[str, set[ProblemKind]], reasons: Mapping[str, str]) -> Iterable[Problem]:
        for problem in self._survey.problems:
            if problem.repaired or problem.path not in left or problem.kind == Kind.DOUBLED:
                yield problem
            elif problem.kind not in left[problem.path]:
                yield problem._replace(repaired="fetched again")
            elif self._is_wanted(problem):
                reason = reasons.get(public_address(self._asked[problem.path])) or "the source has it no better"
                yield problem._replace(what=f"{problem.what}; not fetched again: {reason}")
            else:
                yield problem

    def _kinds(self, path: str) -> set[ProblemKind]:
        known = named_file(self._output, path, self._names)
        return {one.kind for one in problems(path, *known)} if known else set()

    def _is_wanted(self, problem: Problem) -> bool:
        return problem.kind in FETCHED_KINDS and not problem.repaired
