"""What can be decided of an article."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from archiver.article import Article
    from archiver.decide.candidate import Candidate


@dataclass(frozen=True, slots=True)
class Write:
    """Write the article's post at `path`. expected: SHA-256 of what should be there; None: nothing should be. Any other
    content was changed by somebody and stays, unless `force` is set."""

    article: Article
    candidate: Candidate
    path: str
    expected: bytes | None
    force: bool = False


@dataclass(frozen=True, slots=True)
class Keep:
    """Keep the post that is at `path`. why: `unchanged`, `markup` (only the markup differs) or `better page` (the post
    was made of a better one). restore: its bytes, to be written again if the file is gone; None: they are not known.
    captured: whether it is known which capture the post was made of."""

    article: Article
    candidate: Candidate
    path: str
    why: Literal["unchanged", "markup", "better page"]
    restore: bytes | None = None
    captured: bool = True


@dataclass(frozen=True, slots=True)
class Older:
    """The answer is older than that of the post. revision: the earlier content that was made of it; 0: none is
    known."""

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
    """The article cannot become a post, for `reason`. same_text: the reason is that other articles have the same
    text."""

    article: Article
    candidate: Candidate
    reason: str
    same_text: bool = False


Decision = Write | Keep | Older | Hold | Quarantine
