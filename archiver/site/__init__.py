"""The site: a whole archive as pages that any file server serves."""

from archiver.site.build import Built, build_site
from archiver.site.full_text import FullText
from archiver.site.look import Look
from archiver.site.serve import SiteServer

__all__ = ["Built", "FullText", "Look", "SiteServer", "build_site"]
