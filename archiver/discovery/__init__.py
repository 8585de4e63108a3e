"""Discovery: finding the addresses of articles in what a site offers (feeds, sitemaps, links of pages). Pure: no I/O,
no clock."""

from archiver.discovery.entries import Feed, FeedEntry, ListedFeed, PageLink, SitemapEntry
from archiver.discovery.feeds import MAX_FEED_BYTES, read_feed
from archiver.discovery.kinds import kind_of
from archiver.discovery.opml import read_opml, write_opml
from archiver.discovery.pages import read_links
from archiver.discovery.robots import listed_sitemaps
from archiver.discovery.schedule import UpdateSchedule, max_age, update_schedule
from archiver.discovery.shapes import Shapes
from archiver.discovery.sitemaps import MAX_ENTRIES, MAX_SITEMAP_BYTES, Sitemap

__all__ = [
    "MAX_ENTRIES",
    "MAX_FEED_BYTES",
    "MAX_SITEMAP_BYTES",
    "Feed",
    "FeedEntry",
    "ListedFeed",
    "PageLink",
    "Shapes",
    "Sitemap",
    "SitemapEntry",
    "UpdateSchedule",
    "kind_of",
    "listed_sitemaps",
    "max_age",
    "read_feed",
    "read_links",
    "read_opml",
    "update_schedule",
    "write_opml",
]
