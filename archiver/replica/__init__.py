"""A small stand-in for the news-share site, for demonstrations and tests."""

from archiver.replica.faults import Fault
from archiver.replica.records import Record
from archiver.replica.server import Replica

__all__ = ["Fault", "Record", "Replica"]
