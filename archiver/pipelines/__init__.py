"""Scrapy item pipelines: what a crawl does with articles."""
