"""A crew: workers that crawl one archive together, as one of them sees it."""

from archiver.crew.articles import ArticleTurns
from archiver.crew.member import Member, Progress
from archiver.crew.membership import Membership
from archiver.crew.turns import HostTurns

__all__ = ["ArticleTurns", "HostTurns", "Member", "Membership", "Progress"]
