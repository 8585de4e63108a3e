"""The way of made articles into the archive: decided with what is held of them, captured, written, noted in the index.

The crawl, replays and repairs of an archive all take it; where an article comes from makes no difference to it.
"""

from archiver.ingest.ingester import Ingester
from archiver.ingest.lookup import Lookup, look_up
from archiver.ingest.pending import PendingAnswers
from archiver.ingest.planner import Decided, Planner
from archiver.ingest.submission import Submission, key_of

__all__ = ["Decided", "Ingester", "Lookup", "PendingAnswers", "Planner", "Submission", "key_of", "look_up"]
