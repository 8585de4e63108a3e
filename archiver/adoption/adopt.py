"""Reading the posts of an archive into its index."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from archiver.adoption.facts import intent, known, published
from archiver.adoption.files import earlier, is_utf8, post_files, stems_with_versions
from archiver.adoption.names import Named, Names
from archiver.adoption.problems import Kind, problem, problems
from archiver.adoption.survey import Survey
from archiver.index import seconds
from archiver.posts.read import read
from archiver.spans import read_span

if TYPE_CHECKING:
    from collections.abc import Mapping

    from archiver.index import Index
    from archiver.posts.read import ReadPost
    from archiver.recipes import Recipe


def adopt(output: Path, index: Index, recipes: Mapping[str, Recipe]) -> Survey:
    """Read the posts of `output` into `index`, and return what was found; nothing on disk is changed.

    Articles that are recent by their recipe are due: nobody knows when they were looked at last.
    What is read counts when the index is committed. Raises StoreError for a directory that cannot be read, and
    IndexFileError.
    """
    survey = Survey()
    names = Names(recipes.values())
    reader = _Reader(output, index, survey)
    for path in post_files(output):
        named = names.named(path.rpartition("/")[2]) if is_utf8(path) else None
        if named is None:
            survey.foreign += 1
        else:
            reader.take(path, named)
    for recipe in recipes.values():
        if recipe.recheck:
            now = seconds()
            index.queue.look_again(recipe.name, now - int(read_span(recipe.recheck.within).total_seconds()), now)
    return survey


class _Reader:
    """Takes one post after the other into the index, and notes what is wrong with it."""

    def __init__(self, output: Path, index: Index, survey: Survey) -> None:
        self._output = output
        self._holdings = index.holdings
        self._survey = survey
        self._versions = stems_with_versions(output)

    def take(self, path: str, named: Named) -> None:
        try:
            with open(f"{self._output}/{path}", "rb") as file:  # noqa: PTH123 - a Path for each costs a tenth of it all
                content = file.read()
        except OSError as error:
            self._survey.problems.append(problem(Kind.UNREADABLE, path, f"cannot be read: {error.strerror}"))
            return
        post = read(content, quoted=named.form.quote is not None)
        if post.foreign:
            self._survey.foreign += 1
            return
        self._survey.problems += problems(path, named, post)
        other = self._adopt(path, named, post, content)
        if other == path:
            self._survey.posts += 1
            self._survey.articles.add((named.recipe.name, named.id))
        elif other:
            self._survey.problems.append(problem(Kind.DOUBLED, path, f"the index has {other}"))

    def _adopt(self, path: str, named: Named, post: ReadPost, content: bytes) -> str:
        """Return the path of the post that the index now has of this article; nothing if it can have none."""
        when = published(named, post)
        if when is None:
            return ""
        facts = intent(path, named, post, content, when), known(named, post), int(when.timestamp())
        versions = earlier(self._output, path) if self._versions and Path(path).stem in self._versions else ()
        other = self._holdings.adopt(*facts, versions)
        if other and other != path and not (self._output / other).exists():
            self._holdings.adopt(*facts, versions, instead=True)  # it was moved here
            other = None
        return other or path
