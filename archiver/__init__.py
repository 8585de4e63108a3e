"""archiver: news-share pages in, front-matter Markdown posts out."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from archiver.archive import Archive

__all__ = ["Archive", "__version__"]
__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    """Return `Archive` when it is asked for first: all that it needs takes longer to load than some commands to run."""
    if name == "Archive":
        return import_module("archiver.archive").Archive
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
