"""The site: a whole archive as pages that any file server serves."""

from archiver.site.build import Built, build_site
from archiver.site.look import Look

__all__ = ["Built", "Look", "build_site"]
