"""Times as sources and posts write them, aware times out: one idea of a date for crawls and for archives that exist."""

from archiver.dates.calendar import ORDERS, DateOrder
from archiver.dates.choice import NEVER_FETCHED, Chosen, choose_time, id_day, listed_time
from archiver.dates.reading import TimeReading, read_time
from archiver.dates.written import WRITTEN, read_written, write_date

__all__ = [
    "NEVER_FETCHED",
    "ORDERS",
    "WRITTEN",
    "Chosen",
    "DateOrder",
    "TimeReading",
    "choose_time",
    "id_day",
    "listed_time",
    "read_time",
    "read_written",
    "write_date",
]
