"""Making articles: the page reads, the steps understand and clean, the post is rendered."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from msgspec.structs import replace as replace_part

from archiver.errors import (
    BlockPageError,
    GoneError,
    NeedsScriptsError,
    NotAnArticleError,
    PageError,
    QuarantineError,
    in_a_line,
)
from archiver.extraction.body import BodyCleaner
from archiver.extraction.metadata import complete
from archiver.extraction.outcome import Extracted, Unusable
from archiver.extraction.validate import validate
from archiver.minhash import signature
from archiver.pages import page_for
from archiver.plugins import load_steps
from archiver.posts import render, said, text_digest
from archiver.posts.notice import notice
from archiver.posts.pictures import with_assets
from archiver.recipes import site_for

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from archiver.answer import Answer, Asked
    from archiver.article import Article, Post
    from archiver.recipes import Form, Recipe, SiteRecipe

    Step = Callable[[Article, Recipe], Article]


@dataclass(frozen=True, slots=True)
class ExtractOptions:
    """All that articles depend on, beside the answers. Plain data: other processes get it as it is.

    profile: of bodies (`clean` or `source`). site: the host that footers link to; empty: the recipe's.
    sites: what is known of sites whose pages the general reading reads. any_page: captured pages that no recipe knows
    are read by it, too. keep_paywalled: of those the beginning is enough where the rest is for those who pay.
    """

    recipes: Mapping[str, Recipe]
    profile: str = "clean"
    site: str = ""
    sites: tuple[SiteRecipe, ...] = ()
    any_page: bool = False
    keep_paywalled: bool = False


class Extractor:
    """Makes articles, by recipes."""

    def __init__(self, options: ExtractOptions) -> None:
        """Raises PluginError for a step of a plug-in that cannot be used."""
        self._recipes = options.recipes
        self._site = options.site
        self._sites = options.sites
        self._worded: dict[tuple[Form, str], Form] = {}
        cleaner = BodyCleaner(options.recipes, options.profile)
        self._steps: list[Step] = [validate, complete, cleaner.clean, *load_steps()]

    def extract(self, answer: Answer, asked: Asked) -> Extracted:
        """Return the article in `answer` once for each form that is asked for, or why it is unusable.

        An article that cannot be a post comes without one, and says why. Whatever goes wrong, it costs this answer
        alone: nothing is raised.
        """
        recipe = self._recipes[asked.recipe]
        try:
            articles = page_for(recipe, asked.page).articles(
                answer, asked, self._site_of(recipe, answer.url, answer.fetched)
            )
        except PageError as error:
            return Unusable(
                str(error),
                isinstance(error, GoneError),
                isinstance(error, BlockPageError),
                isinstance(error, NeedsScriptsError),
                isinstance(error, NotAnArticleError) and not error.may_pass,
            )
        except Exception as error:  # a page class of a recipe, or a fault of ours
            return Unusable(f"the page {asked.page} failed: {in_a_line(error)}")
        return tuple(self._finish(article, recipe) for article in articles)

    def render(self, article: Article) -> Article:
        """Return a copy of a complete `article` with its post. Raises QuarantineError if it cannot be one."""
        return replace(article, post=self._post(article))

    def notice(self, recipe: str, content: bytes, path: str, other: bytes) -> bytes | None:
        """Return what stands in the place of the post `content` when its article's post is `other`, at `path`; None if
        nothing can."""
        return notice(content, path, other, self._site or self._recipes[recipe].site)

    def _finish(self, article: Article, recipe: Recipe) -> Article:
        try:
            for step in self._steps:
                article = step(article, recipe)
            text = said(article.body, recipe)
            article.text_digest, article.signature = text_digest(text), signature(text)
            article.post = self._post(article)
        except QuarantineError as error:
            article.reason = str(error)
        except Exception as error:  # a step of a plug-in, or a fault of ours
            article.reason = f"a step failed: {in_a_line(error)}"
        return article

    def _post(self, article: Article) -> Post:
        recipe = self._recipes[article.recipe]
        site = self._site_of(recipe, article.response_url, article.fetched)
        try:
            post = render(article, self._form(recipe.forms[article.form], site), self._site or recipe.site)
        except ValueError as error:
            raise QuarantineError(str(error)) from error
        return replace(post, content=with_assets(post.content, article.assets)) if article.assets else post

    def _site_of(self, recipe: Recipe, address: str, fetched: datetime) -> SiteRecipe | None:
        """Return what is known of the site of a page that the general reading reads."""
        return site_for(address, fetched, self._sites) if recipe.is_web else None

    def _form(self, form: Form, site: SiteRecipe | None) -> Form:
        """Return a form with the footer that the recipe of a site has for it."""
        if site is None or site.footer is None:
            return form
        if (form, site.footer) not in self._worded:
            self._worded[form, site.footer] = replace_part(form, footer=site.footer)
        return self._worded[form, site.footer]
