"""Which article a file is the post of, by its name. No I/O."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from archiver.identity import SHOWN_CHARACTERS, article_key
from archiver.recipes import web_recipe

if TYPE_CHECKING:
    from collections.abc import Iterable

    from archiver.posts.read import ReadPost
    from archiver.recipes import Form, Recipe

# A date, which may be missing; a name; and what file managers and editors add to the names of copies.
FILE_NAME_PATTERN = re.compile(
    r"(\d{4}-\d\d-\d\d)?-?([^\W_][^\s~]*?)((?:[ ._-]*(?:\(\d+\)|copy(?: \d+)?)|[ _-]\d{1,2}|~)?)\.md", re.ASCII
)

WEB_NAME_PATTERN = re.compile(rf"[a-z0-9-]+-([a-z2-7]{{{SHOWN_CHARACTERS}}})")


class Named(NamedTuple):
    """The article and the form that a file's name says."""

    recipe: Recipe
    form_name: str
    id: str
    day: date | None  # None: the name has no date, or not a valid one
    as_published: bool  # the name is exactly the one that a post of this article gets
    name: str  # after the date

    @property
    def form(self) -> Form:
        """The recipe's rules for this form of post."""
        return self.recipe.forms[self.form_name]

    def file(self, day: date) -> str:
        """Return the name that the post of that day has."""
        return f"{day.isoformat()}-{self.name}.md"

    def of(self, post: ReadPost) -> Named | None:
        """Return the same with the id that the post itself says, for recipes whose file names have only a part of the
        id; None if it is no post of the recipe. A post that does not name its canonical address (a broken one) is one
        only if the key of its link begins with that in the file's name."""
        if not self.recipe.is_web:
            return self
        try:
            key = article_key(post.link or post.more.canonical)
        except ValueError:
            return None
        return self._replace(id=key) if post.more.canonical or key.startswith(self.id) else None


class Names:
    """The names of posts, as the forms of recipes make them. Names of posts of web pages could be those of any post:
    what the post says decides (`Named.of`)."""

    def __init__(self, recipes: Iterable[Recipe]) -> None:
        self._forms: list[tuple[Recipe, str, str, str]] = []
        recipes = tuple(recipes)
        self._web = web_recipe(recipes)
        for recipe in recipes:
            if recipe.is_web:
                continue
            for name, form in recipe.forms.items():
                before, _, after = form.file.partition("{id}")
                self._forms.append((recipe, name, before, after))
        self._forms.sort(key=lambda one: -len(one[2]))

    def named(self, file: str) -> Named | None:
        """Return what the file name `file` says; None if it is not the name of a post."""
        match = FILE_NAME_PATTERN.fullmatch(file)
        if not match:
            return None
        name = match[2]
        for recipe, form_name, before, after in self._forms:
            if not (name.startswith(before) and name.endswith(after)):
                continue
            text = name[len(before) : len(name) - len(after)]
            # If the id is written in another way, this is the name of another form, or not of a post.
            if recipe.article_id(text) == text:
                day = _day(match[1])
                as_published = day is not None and file == f"{match[1]}-{name}.md"
                return Named(recipe, form_name, text, day, as_published, name)
        page = WEB_NAME_PATTERN.fullmatch(name) if self._web else None
        if page and self._web:
            day = _day(match[1])
            as_published = day is not None and file == f"{match[1]}-{name}.md"
            return Named(self._web, self._web.form, page[1], day, as_published, name)
        return None


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None
