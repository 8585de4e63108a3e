"""The road from made articles to posts: decided with what is held of them, captured, written, noted in the index.

The crawl, replays and repairs of an archive all take it; where an article comes from makes no difference to it.
"""

from archiver.road.answers import Answers
from archiver.road.planner import Decided, Planner
from archiver.road.road import Road
from archiver.road.taken import Taken, key_of

__all__ = ["Answers", "Decided", "Planner", "Road", "Taken", "key_of"]
