"""The index of an archive: which articles it has, which it wants, and what its runs came to."""

from archiver.index.captures import Sealed
from archiver.index.index import Index
from archiver.index.lookup import Answer, Question
from archiver.index.manifests import KnownFile
from archiver.index.thread import IndexThread
from archiver.index.types import (
    Adoption,
    ArticleKey,
    Claim,
    EarlierContent,
    FailedArticle,
    Finished,
    Held,
    HeldBack,
    HeldPost,
    Intent,
    LastAnswer,
    ListingRun,
    NamedSource,
    Recheck,
    Robots,
    Run,
    Sighting,
    Validators,
    Waiting,
    Worker,
)

__all__ = [
    "Adoption",
    "Answer",
    "ArticleKey",
    "Claim",
    "EarlierContent",
    "FailedArticle",
    "Finished",
    "Held",
    "HeldBack",
    "HeldPost",
    "Index",
    "IndexThread",
    "Intent",
    "KnownFile",
    "LastAnswer",
    "ListingRun",
    "NamedSource",
    "Question",
    "Recheck",
    "Robots",
    "Run",
    "Sealed",
    "Sighting",
    "Validators",
    "Waiting",
    "Worker",
]
