"""Rendering the posts of complete articles: the last step of making them, and the only one that is needed where posts
are put."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from msgspec.structs import replace as replace_part

from archiver.errors import QuarantineError
from archiver.posts import render
from archiver.posts.notice import notice
from archiver.posts.pictures import with_assets
from archiver.recipes import site_for

if TYPE_CHECKING:
    from archiver.article import Article, Post
    from archiver.extraction.options import ExtractOptions
    from archiver.recipes import Form, SiteRecipe


class Renderer:
    """Renders posts, by recipes."""

    def __init__(self, options: ExtractOptions) -> None:
        self._recipes = options.recipes
        self._site = options.site
        self._sites = options.sites
        self._worded: dict[tuple[Form, str], Form] = {}

    def with_post(self, article: Article) -> Article:
        """Return a copy of a complete `article` with its post. Raises QuarantineError if it cannot be one."""
        return replace(article, post=self.post(article))

    def post(self, article: Article) -> Post:
        """Return the post of a complete article. Raises QuarantineError if it cannot be one."""
        recipe = self._recipes[article.recipe]
        site = site_for(article.response_url, article.fetched, self._sites) if recipe.is_web else None
        try:
            post = render(article, self._form(recipe.forms[article.form], site), self._site or recipe.site)
        except ValueError as error:
            raise QuarantineError(str(error)) from error
        return replace(post, content=with_assets(post.content, article.assets)) if article.assets else post

    def notice(self, recipe: str, content: bytes, path: str, other: bytes) -> bytes | None:
        """Return the notice that replaces the post `content` when the article's post is `other`, at `path`; None if it
        cannot be made."""
        return notice(content, path, other, self._site or self._recipes[recipe].site)

    def _form(self, form: Form, site: SiteRecipe | None) -> Form:
        """Return the form with the footer of the site's recipe, if that has one."""
        if site is None or site.footer is None:
            return form
        if (form, site.footer) not in self._worded:
            self._worded[form, site.footer] = replace_part(form, footer=site.footer)
        return self._worded[form, site.footer]
