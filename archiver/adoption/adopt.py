"""Reading the posts of an archive into its index."""

from __future__ import annotations

from datetime import UTC
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, NamedTuple

from archiver.adoption.facts import adoption, published
from archiver.adoption.files import earlier, is_utf8, post_files, stems_with_versions
from archiver.adoption.names import Named, Names
from archiver.adoption.pictures import take_addresses, take_files
from archiver.adoption.problems import Kind, problems
from archiver.adoption.survey import Survey
from archiver.clock import MICROSECOND, now
from archiver.errors import os_reason
from archiver.identity import SHOWN_CHARACTERS
from archiver.index.types import ArticleKey, Finished
from archiver.litter import is_litter
from archiver.places import POSTS
from archiver.posts.own import read_own
from archiver.posts.read import read
from archiver.problems import problem
from archiver.spans import read_span
from archiver.storage import read_in

if TYPE_CHECKING:
    from collections.abc import Mapping

    from archiver.index import Index
    from archiver.index.types import Adoption
    from archiver.posts.read import ReadPost
    from archiver.problems import Problem
    from archiver.recipes import Recipe
    from archiver.storage import Root

MAX_BATCH = 500  # posts that are taken into the index together


def adopt(output: Root, index: Index, recipes: Mapping[str, Recipe]) -> Survey:
    """Read the posts of `output` into `index`, and return what was found; nothing on disk is changed.

    Articles that are recent by their recipe's rules are made due, since it is unknown when they were last looked at.
    Raises StoreError for a directory that cannot be read, and IndexFileError.
    """
    survey = Survey()
    moment = now()
    names = Names(recipes.values())
    reader = _Reader(output, index, survey, moment)
    for path in post_files(output):
        named = names.named(path.rpartition("/")[2]) if is_utf8(path) else None
        if named is None:
            reader.take_other(path)
        else:
            reader.take(path, named)
    reader.flush()
    take_files(output, index)
    take_addresses(output, index, post_files(output))
    index.own_posts.replace(survey.own)
    reader.unite()
    for recipe in recipes.values():
        if recipe.recheck:
            index.look_again(recipe.name, moment - read_span(recipe.recheck.within) // MICROSECOND, moment)
    return survey


class _Read(NamedTuple):
    """A post that was read. adoption: None if the post cannot be taken into the index."""

    path: str
    named: Named
    problems: list[Problem]
    adoption: Adoption | None


class _Reader:
    """Takes posts into the index, batch by batch, and notes what is wrong with each. now: the time to note."""

    def __init__(self, output: Root, index: Index, survey: Survey, now: int) -> None:
        self._output = output
        self._index = index
        self._survey = survey
        self._now = now
        self._versions = stems_with_versions(output)
        self._batch: list[_Read] = []
        self._notices: dict[ArticleKey, tuple[str, str]] = {}  # form of a notice, path of the post that it names

    def take(self, path: str, named: Named) -> None:
        """Read the post in the file `path`. It is in the index and in the survey when the batch is full."""
        try:
            content = read_in(self._output, path)
        except OSError as error:
            self._batch.append(_Read(path, named, [_unreadable(path, error)], None))
            return
        post = read(content, quoted=named.form.quote is not None)
        known = None if post.foreign else named.of(post)
        if known is None:
            self._take_other(path, content)
            return
        named = known
        if post.more.moved_to:
            self._notices[ArticleKey(named.recipe.name, named.id)] = named.form_name, post.more.moved_to
        self._batch.append(
            _Read(path, named, list(problems(path, named, post)), self._adoption(path, named, post, content))
        )
        if len(self._batch) == MAX_BATCH:
            self.flush()

    def take_other(self, path: str) -> None:
        """Take a file whose name is not that of any recipe's posts."""
        try:
            self._take_other(path, read_in(self._output, path) if is_utf8(path) else b"")
        except OSError as error:
            self._survey.foreign += 1
            if not is_litter(path):
                self._survey.problems.append(_unreadable(path, error))

    def _take_other(self, path: str, content: bytes) -> None:
        """Take a file that may be a post of the owner's. A post that ends with an address is that of an article of an
        unknown recipe."""
        post = read(content)
        may_be_own = path.startswith(f"{POSTS}/") and (post.foreign or not post.link)
        own = read_own(Path(path).name, content, UTC) if may_be_own else None
        if own is None:
            self._survey.foreign += 1
            return
        self._survey.own.append(path)
        if own.misread:
            what = "it begins with an empty line or with blanks: Jekyll shows its front matter as text"
            self._survey.problems.append(problem(Kind.OWN, path, what))

    def flush(self) -> None:
        """Take what was read into the index and the survey, in the order of the files."""
        batch, self._batch = self._batch, []
        adoptions = [one.adoption for one in batch if one.adoption]
        holders = iter(self._adopt(adoptions))
        for path, named, found, taken in batch:
            self._survey.problems += found
            other = next(holders) if taken else None
            if other in (None, path):
                self._survey.posts += taken is not None
                self._survey.articles.update([(named.recipe.name, named.id)] if taken else [])
            else:
                self._survey.problems.append(problem(Kind.DOUBLED, path, f"the index has {other}"))

    def unite(self) -> None:
        """Note the unions that notices tell of: the article of each notice turned out to be the same as the one that
        the notice names."""
        if not self._notices:
            return
        by_name = {id_[:SHOWN_CHARACTERS]: ArticleKey(recipe, id_) for recipe, id_ in self._survey.articles}
        into = {key: by_name.get(PurePosixPath(to).stem[-SHOWN_CHARACTERS:]) for key, (_, to) in self._notices.items()}
        finished: list[Finished] = []
        for key, (form, _) in self._notices.items():
            end, seen = into[key], {key}
            while end in into and end not in seen:  # that article turned out to be another one in its turn
                seen.add(end)
                end = into[end]
            if end and end not in seen:
                finished.append(Finished(key, form, "checked", united=end))
                self._survey.articles.discard(key)
        self._index.finish(finished, self._now)

    def _adopt(self, adoptions: list[Adoption]) -> list[str | None]:
        """Take posts into the index; return for each the path of the post that the index has in its place, None if it
        was taken."""
        holders = self._index.adopt(adoptions, self._now)
        for number, (adopted, other) in enumerate(zip(adoptions, holders, strict=True)):
            # If the post that the index has is gone from the disk, the first of its copies, in the order of the files,
            # takes its place.
            if other and other != adopted.path and not (self._output / other).exists():
                (holders[number],) = self._index.adopt([adopted._replace(instead=True)], self._now)
        return holders

    def _adoption(self, path: str, named: Named, post: ReadPost, content: bytes) -> Adoption | None:
        when = published(named, post)
        if when is None:
            return None
        versions = earlier(self._output, path) if self._versions and Path(path).stem in self._versions else ()
        return adoption(path, named, post, content, when, versions)


def _unreadable(path: str, error: OSError) -> Problem:
    return problem(Kind.UNREADABLE, path, f"cannot be read: {os_reason(error)}")
