"""What can be decided of an article."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from archiver.article import Article
    from archiver.decide.candidate import Candidate


@dataclass(frozen=True, slots=True)
class Write:
    """Write the article's post at `path`. expected: SHA-256 of what should be there: None if nothing should be;
    anything else that is there was changed by somebody and stays, unless `force` says that it does not."""

    article: Article
    candidate: Candidate
    path: str
    expected: bytes | None
    force: bool = False


@dataclass(frozen=True, slots=True)
class Keep:
    """Keep the post that is at `path`. why: `unchanged`, `markup` (it differs in that only) or `better page` (it was
    made of one). restore: its bytes, to be put back if its file is gone; None where they are not known. captured:
    whether it is known which capture it was made of."""

    article: Article
    candidate: Candidate
    path: str
    why: Literal["unchanged", "markup", "better page"]
    restore: bytes | None = None
    captured: bool = True


@dataclass(frozen=True, slots=True)
class Older:
    """The answer is older than that of the post. revision: the earlier content that it is known to be; 0: none."""

    article: Article
    candidate: Candidate
    path: str
    revision: int = 0


@dataclass(frozen=True, slots=True)
class Hold:
    """Hold an edit back: all other articles of the run are looked at first."""

    article: Article
    candidate: Candidate


@dataclass(frozen=True, slots=True)
class Quarantine:
    """The article cannot be a post, for `reason`. same_text: because others say just the same."""

    article: Article
    candidate: Candidate
    reason: str
    same_text: bool = False


Decision = Write | Keep | Older | Hold | Quarantine
