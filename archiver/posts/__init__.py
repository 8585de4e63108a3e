"""Posts: a cleaned article in, a Jekyll post on disk out (FORMAT)."""

from archiver.posts.post import Post, render
from archiver.posts.store import Store

__all__ = ["Post", "Store", "render"]
