"""Views of an archive (status, history, duplicates…) as plain values: for the Python API, for commands, as JSON."""

from archiver.views.duplicates import Duplicate, read_duplicates
from archiver.views.followed import FollowedSite, FollowedSource, read_sites
from archiver.views.history import ArticleHistory, PostHistory, PostVersion, read_history
from archiver.views.status import ListingStatus, RunStatus, Status, read_status

__all__ = [
    "ArticleHistory",
    "Duplicate",
    "FollowedSite",
    "FollowedSource",
    "ListingStatus",
    "PostHistory",
    "PostVersion",
    "RunStatus",
    "Status",
    "read_duplicates",
    "read_history",
    "read_sites",
    "read_status",
]
