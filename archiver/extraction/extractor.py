"""Making articles: the page is read, the steps understand and clean what it says, the post is rendered."""

from __future__ import annotations

from typing import TYPE_CHECKING

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
from archiver.extraction.renderer import Renderer
from archiver.extraction.validate import validate
from archiver.identity import can_be_step, normalise
from archiver.minhash import signature
from archiver.pages.load import page_for
from archiver.plugins import load_steps
from archiver.posts import said, text_digest
from archiver.recipes import site_for

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from archiver.answer import Answer, Asked
    from archiver.article import Article
    from archiver.extraction.options import ExtractOptions
    from archiver.recipes import Recipe, SiteRecipe

    Step = Callable[[Article, Recipe], Article]


class Extractor:
    """Makes articles, by recipes."""

    def __init__(self, options: ExtractOptions) -> None:
        """Raises PluginError for a step of a plug-in that cannot be used."""
        self.renderer = Renderer(options)
        self._recipes = options.recipes
        self._sites = options.sites
        cleaner = BodyCleaner(options.recipes, options.profile)
        self._steps: list[Step] = [validate, complete, cleaner.clean, *load_steps()]

    def extract(self, answer: Answer, asked: Asked) -> Extracted:
        """Return the article in `answer` once for each form that is asked for, or why it is unusable.

        An article that cannot be a post comes without one, and with the reason. Nothing is raised: whatever goes wrong,
        only this answer is lost.
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
                isinstance(error, NotAnArticleError) and not error.may_pass and not _was_sent_away(answer),
            )
        except Exception as error:  # an error in a page class of a recipe, or of ours
            return Unusable(f"the page {asked.page} failed: {in_a_line(error)}")
        return tuple(self._finish(article, recipe) for article in articles)

    def _finish(self, article: Article, recipe: Recipe) -> Article:
        try:
            for step in self._steps:
                article = step(article, recipe)
            text = said(article.body, recipe)
            article.text_digest, article.signature = text_digest(text), signature(text)
            article.post = self.renderer.post(article)
        except QuarantineError as error:
            article.reason = str(error)
        except Exception as error:  # an error in a step of a plug-in, or of ours
            article.reason = f"a step failed: {in_a_line(error)}"
        return article

    def _site_of(self, recipe: Recipe, address: str, fetched: datetime) -> SiteRecipe | None:
        """Return the recipe for the site of a page that the general reading reads; None if there is none."""
        return site_for(address, fetched, self._sites) if recipe.is_web else None


def _was_sent_away(answer: Answer) -> bool:
    """Return whether the address of an article led to a front page or a wall: so it may for a moment only."""
    return bool(answer.steps) and can_be_step(normalise(answer.steps[0])) and not can_be_step(normalise(answer.url))
