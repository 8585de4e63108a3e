"""Posts: a cleaned article in, a Jekyll post on disk out (FORMAT)."""

from archiver.posts.disk import POSTS, VERSIONS, Job, versions
from archiver.posts.post import Post, render
from archiver.posts.store import Store
from archiver.posts.words import words

__all__ = ["POSTS", "VERSIONS", "Job", "Post", "Store", "render", "versions", "words"]
