"""archiver: news pages in, front-matter Markdown posts out."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from archiver.archive import Archive
    from archiver.errors import ArchiverError, LockedError, NotAnArticleError
    from archiver.reading import Reading
    from archiver.reading import read_page as extract

# The public names: module and attribute of each. They are loaded when they are first used.
_PUBLIC_NAMES = {
    "Archive": ("archiver.archive", "Archive"),
    "ArchiverError": ("archiver.errors", "ArchiverError"),
    "LockedError": ("archiver.errors", "LockedError"),
    "NotAnArticleError": ("archiver.errors", "NotAnArticleError"),
    "Reading": ("archiver.reading", "Reading"),
    "extract": ("archiver.reading", "read_page"),
}
__all__ = ["Archive", "ArchiverError", "LockedError", "NotAnArticleError", "Reading", "__version__", "extract"]
__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    """Return a public name, loaded at its first use: loading takes longer than some commands take to run. Raises
    AttributeError."""
    if name in _PUBLIC_NAMES:
        module, offered = _PUBLIC_NAMES[name]
        return getattr(import_module(module), offered)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
