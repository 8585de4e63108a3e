"""Reading the times that sources and posts write into aware times, by the same rules for crawls and for existing
archives."""

from archiver.dates.calendar import DATE_ORDERS, DateOrder
from archiver.dates.choice import NEVER_FETCHED, Chosen, choose_time, id_day, listed_time
from archiver.dates.reading import TimeReading, read_time
from archiver.dates.written import WRITTEN_PATTERN, read_written, write_date

__all__ = [
    "DATE_ORDERS",
    "NEVER_FETCHED",
    "WRITTEN_PATTERN",
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
