"""Posts: a cleaned article in, the bytes of a Jekyll post out (FORMAT)."""

from archiver.article import Post
from archiver.posts.post import render
from archiver.posts.text_digest import said, text_digest

__all__ = ["Post", "render", "said", "text_digest"]
