"""Coordination: workers that crawl one archive together, as one of them sees it."""

from archiver.coordination.article_leases import ArticleLeases, ArticleTurn
from archiver.coordination.host_leases import HostLeases
from archiver.coordination.member import Member, Progress
from archiver.coordination.membership import Membership

__all__ = ["ArticleLeases", "ArticleTurn", "HostLeases", "Member", "Membership", "Progress"]
