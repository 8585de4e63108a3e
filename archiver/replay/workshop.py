"""From an answer in a capture to articles that are ready to be compared and written. Each process has its own."""

from __future__ import annotations

import asyncio
import inspect
import multiprocessing
import os
import signal
from threading import Thread
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

from scrapy import Spider
from scrapy.crawler import Crawler
from scrapy.exceptions import DropItem
from scrapy.http import TextResponse
from scrapy.settings import Settings
from scrapy.utils.conf import build_component_list
from scrapy.utils.misc import build_from_crawler, load_object

from archiver.addresses import Reference, page_at
from archiver.captures import HELD_BACK, Evidence
from archiver.captures.answers import answers
from archiver.errors import ArchiverError, CaptureError, PageError
from archiver.pages import page_for
from archiver.pipelines.same import SamePipeline
from archiver.posts.words import words
from archiver.recipes import recipes_for
from archiver.scrapy_settings import add_plugins

if TYPE_CHECKING:
    from collections.abc import Mapping

    from archiver.article import Article
    from archiver.captures import Capture
    from archiver.captures.answers import Answer
    from archiver.captures.regions import Region
    from archiver.recipes import PageRules

OK = 200


class Failed(NamedTuple):
    """An answer that should be an article and is none."""

    address: str
    reason: str
    capture: Capture


class Other(NamedTuple):
    """An answer that is no article's, in words. capture: where it is, if more may be said about it."""

    what: str
    capture: Capture | None = None


Result = "Article | Failed | Other | Answer"  # an Answer: its body is in another record


class Workshop:
    """Makes articles: with the pages of the recipes, and the pipelines that come before articles are compared."""

    def __init__(self, settings: Mapping[str, Any]) -> None:
        crawler = Crawler(Spider, Settings(dict(settings)))
        add_plugins(crawler.settings)
        crawler.addons.load_settings(crawler.settings)
        self._recipes = recipes_for(crawler.settings)
        before, _ = pipelines(crawler)
        self._pipelines = [build_from_crawler(one, crawler) for one in before]

    def make(self, answer: Answer) -> list[Article | Failed | Other]:
        """Return the articles in `answer`, one for each form of post that it became or can become."""
        if "listing" in answer.about:
            return [Other("listings")]
        if answer.about.get(HELD_BACK):
            return [Other("edits, held back until they were believed", answer.capture)]
        host = _host(answer.capture.url)
        found = self._reference(answer)
        if found is None:
            return [Other(f"no recipe knows such a page of {host}")]
        if answer.status != OK:
            return [Other(f"{host} answered with status {answer.status}")]
        if answer.problem:
            return [Failed(answer.capture.url, answer.problem, answer.capture)]
        reference, page = found
        if not reference.forms:
            lost = ", ".join(answer.about["forms"])
            return [Failed(answer.capture.url, f"the recipe has no such form of post any more: {lost}", answer.capture)]
        headers = {"Content-Type": answer.content_type} if answer.content_type else {}
        response = TextResponse(answer.capture.url, headers=headers, body=answer.body)
        return [self._article(response, reference, page, form, answer) for form in reference.forms]

    def _article(
        self, response: TextResponse, reference: Reference, page: PageRules, form: str, answer: Answer
    ) -> Article | Failed:
        evidence = Evidence(capture=answer.capture)
        try:
            article = page_for(reference.recipe, page.name).article(
                response, reference, answer.capture.time, form, evidence
            )
            article.believed = bool(answer.about) and "quarantined" not in answer.about
            for pipeline in self._pipelines:
                article = finished(pipeline.process_item(article))
            article.words = words(article.body, reference.recipe)  # here, and not in the one process that writes
        except (PageError, DropItem) as error:
            reason = str(error).removeprefix(f"{reference.address}: ")
            return Failed(answer.capture.url, reason, answer.capture)
        return article

    def _reference(self, answer: Answer) -> tuple[Reference, PageRules] | None:
        """Return which article an answer is, and by the rules of which page: as was noted, or as its address says."""
        about = answer.about
        recipe = self._recipes.get(about.get("recipe", ""))
        if recipe is None:
            return page_at(answer.capture.url, self._recipes.values())
        page = next((one for one in recipe.pages if one.name == about.get("page")), None)
        if page is None or "id" not in about:
            return page_at(answer.capture.url, [recipe])
        return (
            Reference(
                recipe,
                about["id"],
                about.get("address", answer.capture.url),
                forms=tuple(form for form in about.get("forms", ()) if form in recipe.forms),
                known=about.get("known", {}),
                places=tuple(about.get("places", ())),
            ),
            page,
        )


def pipelines(crawler: Crawler) -> tuple[list[type], list[type]]:
    """Return the pipelines of a crawl (ITEM_PIPELINES) before the one that compares articles, and those after it."""
    classes = [load_object(one) for one in build_component_list(crawler.settings.getwithbase("ITEM_PIPELINES"))]
    if SamePipeline not in classes:
        raise CaptureError("ITEM_PIPELINES: a replay needs archiver.pipelines.same.SamePipeline among them")
    at = classes.index(SamePipeline)
    return classes[:at], classes[at + 1 :]


def _host(address: str) -> str:
    try:
        return urlsplit(address).netloc
    except ValueError:
        return "a host that has no such name"


def finished(result: Any) -> Any:
    """Return what a pipeline returned, or what came of it if that has to be awaited."""
    return asyncio.run(_awaited(result)) if inspect.isawaitable(result) else result


async def _awaited(result: Any) -> Any:
    return await result


_workshop: Workshop | None = None  # of this process


def start(settings: Mapping[str, Any]) -> None:
    """Set up this process. It ends when the one that started it does, however that ends."""
    global _workshop
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the replay ends first, and then this process
    Thread(target=_follow, name="follow", daemon=True).start()
    _workshop = Workshop(settings)


def _follow() -> None:
    if parent := multiprocessing.parent_process():
        parent.join()
        os._exit(1)


def work(region: Region) -> tuple[list[Article | Failed | Other | Answer], list[str]]:
    """Return what became of the answers in a region, in their order, and where and why the file is broken there."""
    assert _workshop is not None, "the process is set up first"
    results: list[Article | Failed | Other | Answer] = []
    problems: list[str] = []
    try:
        for answer in answers(region, problems.append):
            if answer.same or answer.more:
                results.append(answer)
            else:
                results += _workshop.make(answer)
    except CaptureError as error:
        problems.append(str(error))
    except ArchiverError as error:
        problems.append(f"{region.file}: {error}")
    return results, problems
