"""Following: sites and feeds that an archive is to go on with, in the archive's own file; and what of them is read as a
listing."""

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
