"""What was found in an archive."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from archiver.problems import Problem


@dataclass
class Survey:
    """The posts of an archive, counted, and what is wrong with some of them."""

    posts: int = 0  # how many posts the index knows
    articles: set[tuple[str, str]] = field(default_factory=set)  # the articles of these posts: recipe and id
    own: list[str] = field(default_factory=list)  # posts that the owner of the archive wrote
    foreign: int = 0  # how many other files are no posts of any recipe
    problems: list[Problem] = field(default_factory=list)

    @property
    def broken(self) -> int:
        """How many files have something wrong with them that was not repaired."""
        return len({problem.path for problem in self.problems if problem.is_left})

    @property
    def repaired(self) -> int:
        """How many files were repaired, in part or in full."""
        return len({problem.path for problem in self.problems if problem.repaired})

    def summary(self) -> str:
        """Return it in one line."""
        parts = [f"{_count(self.posts, 'post')} adopted ({_count(len(self.articles), 'article')})"]
        parts.append(f"{self.broken:,} broken")
        if self.repaired:
            parts.append(f"{self.repaired:,} repaired")
        if self.own:
            parts.append(f"{len(self.own):,} of your own")
        return ", ".join([*parts, f"{self.foreign:,} foreign"])


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"
