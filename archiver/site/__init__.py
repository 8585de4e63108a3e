"""The site: a whole archive as web pages that any file server can serve."""

from archiver.posts.site_addresses import fixed_lists
from archiver.site.build import Built, build_site
from archiver.site.extra import Contents, Page
from archiver.site.full_text import FullText
from archiver.site.jekyll import Wrote, write_jekyll
from archiver.site.look import Look
from archiver.site.serve import SiteServer

__all__ = [
    "Built",
    "Contents",
    "FullText",
    "Look",
    "Page",
    "SiteServer",
    "Wrote",
    "build_site",
    "fixed_lists",
    "write_jekyll",
]
