"""The contracts of Scrapy's that our callbacks have: what `scrapy check` asks for."""

from __future__ import annotations

import unittest
from datetime import UTC, datetime
from typing import TYPE_CHECKING, cast

from itemadapter import ItemAdapter
from scrapy.contracts import ContractsManager
from scrapy.settings.default_settings import SPIDER_CONTRACTS_BASE
from scrapy.utils.misc import load_object

from archiver import settings
from archiver.article import Article, Post
from archiver.minhash import scheme, signature
from archiver.spiders.share import ShareSpider

if TYPE_CHECKING:
    from scrapy import Request


def test_scrapy_parse_can_show_an_article() -> None:
    article = Article(
        *("web", "page", "a", "http://h.example/a", "web", 0, "http://h.example/a", datetime.now(UTC)),
        signature=signature("some words"),
        post=Post("a.md", b"x"),
    )
    shown = ItemAdapter(article).asdict()
    assert (shown["signature"]["scheme"], shown["post"]["name"]) == (scheme(), "a.md")


def test_scrapy_check_asks_for_the_first_page_of_the_contracts_article() -> None:
    contracts = [load_object(name) for name in [*SPIDER_CONTRACTS_BASE, *settings.SPIDER_CONTRACTS]]
    spider = ShareSpider()
    (request,) = cast("list[Request]", ContractsManager(contracts).from_spider(spider, unittest.TestResult()))
    assert ShareSpider.handles_request(request)
    assert "202112242224680477" in request.url
