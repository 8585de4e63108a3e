"""Following: the sites and feeds that an archive is to crawl again and again, which are in a file of the archive; and
which of their feeds, sitemaps and pages are read as listings."""

from archiver.following.followed import FOLLOWED_FILE, Followed, add_followed, read_followed, remove_followed
from archiver.following.listing import FollowedListing
from archiver.following.names import Wanted, resolve_names

__all__ = [
    "FOLLOWED_FILE",
    "Followed",
    "FollowedListing",
    "Wanted",
    "add_followed",
    "read_followed",
    "remove_followed",
    "resolve_names",
]
