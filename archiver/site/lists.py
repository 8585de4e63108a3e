"""The lists of a site: a category, a day, and the calendar of days."""

from __future__ import annotations

from calendar import Calendar
from typing import TYPE_CHECKING, Any, NamedTuple

from archiver.posts.site_addresses import category_page, category_paths, day_path
from archiver.site.articles import listed
from archiver.site.ranges import ARTICLES_PER_PAGE, settle
from archiver.site.record import ENTRY_COLUMNS, ListOf, Row

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from archiver.site.articles import ArticleLine
    from archiver.site.files import SiteFiles
    from archiver.site.look import Look
    from archiver.site.ranges import Range
    from archiver.site.record import SiteRecord

AFTER_ALL = (2**63 - 1, 0)
CALENDAR = Calendar()


class NamedPage(NamedTuple):
    """The path of a page, and what links to it call it."""

    path: str
    title: str


class Lists:
    """Writes the lists that have changed. fixed: further paths of the lists of some categories (`fixed_lists`)."""

    def __init__(self, record: SiteRecord, look: Look, files: SiteFiles, fixed: Mapping[str, tuple[str, ...]]) -> None:
        self._record = record
        self._look = look
        self._files = files
        self._fixed = fixed

    def category_of(self, row: Row) -> NamedPage:
        """Return the page of an article's category, under the name of the article's source."""
        ((name,),) = self._record.rows(
            "SELECT name FROM lists WHERE number = (SELECT category FROM entries WHERE number = ?)", row.number
        )
        return NamedPage(category_paths(name, (), self._fixed.get(name, ()))[0], row.source)

    def write(self) -> None:
        """Write all lists with articles that are new, have changed or are gone, and the calendar of their days."""
        days = set()
        for number, kind, name, size in self._record.rows(
            """SELECT number, kind, name, size FROM lists WHERE number IN (SELECT list FROM touched)
               ORDER BY kind, name"""
        ):
            pages, dirty = settle(self._record, number)
            if kind == "day":
                days.add(name)
                self._write_day(ListOf(number, kind, name, name, size), pages, dirty)
            else:
                self._write_category(number, name, size, pages, dirty)
        self._write_calendar(days)

    def _write_category(self, number: int, name: str, size: int, pages: list[Range], dirty: set[str]) -> None:
        names = self._record.rows(
            "SELECT kind, name FROM names WHERE list = ? AND size > 0 ORDER BY size DESC, name", number
        )
        sources = [one for kind, one in names if kind == "source"] or [name]
        before = self._record.rows("SELECT title FROM lists WHERE number = ?", number)[0][0]
        if before != sources[0]:
            self._record.run("UPDATE lists SET title = ? WHERE number = ?", sources[0], number)
            dirty = {page.label for page in pages}
        spellings = self._record.rows("SELECT name FROM names WHERE (list, kind) = (?, 'spelling')", number)
        paths = category_paths(name, [one for (one,) in spellings], self._fixed.get(name, ()))
        about = {"title": sources[0], "names": sources[1:6], "size": size, "main": paths[0], "month": ""}
        self._write_list(number, paths, pages, dirty, about, lambda label: category_page(name, label))

    def _write_day(self, day: ListOf, pages: list[Range], dirty: set[str]) -> None:
        main = day_path(day.name)
        about = {"title": day.name, "names": [], "size": day.size, "main": main, "month": day.name[:7]}
        self._write_list(day.number, [main], pages, dirty, about, lambda label: day_path(day.name, label))

    def _write_list(
        self,
        number: int,
        paths: list[str],
        pages: list[Range],
        dirty: set[str],
        about: dict[str, Any],
        path_of: Callable[[str], str],
    ) -> None:
        """Write the numbered pages that changed (a list with one page has none), and at each of `paths` the first page
        that a reader sees, with the newest articles. path_of: returns the path of the page with a label."""
        # A long list has thousands of pages, of which few are written, and so only the paths of these are computed.
        last = len(pages) - 1
        for place, page in enumerate(pages) if last else ():
            if page.label in dirty:
                rows = self._members(number, page.begin, page.end)
                older = path_of(pages[place - 1].label) if place else ""
                newer = path_of(pages[place + 1].label) if place < last else ""
                self._write(path_of(page.label), rows, about, page.label, older, newer)
        place, rows = self._newest(number, pages)
        # Only the first page that a reader sees, which changes with its list in any case, leads to the oldest one: that
        # is another one when older articles come.
        older = path_of(pages[place - 1].label) if place else ""
        oldest = path_of(pages[0].label) if place > 1 else ""
        for path in paths:
            self._write(path, rows, about, "", older, "", oldest)

    def _newest(self, number: int, pages: list[Range]) -> tuple[int, list[ArticleLine]]:
        """Return the articles that the first page shows: those of the newest numbered page, and if that is not full,
        those of the page before it, too. Before them: the place in `pages` of the older one of these."""
        newest = len(pages) - 1
        rows = self._members(number, pages[newest].begin, None)
        if len(rows) >= ARTICLES_PER_PAGE or newest == 0:
            return newest, rows
        return newest - 1, self._members(number, pages[newest - 1].begin, None)

    def _members(self, number: int, begin: tuple[int, int], end: tuple[int, int] | None) -> list[ArticleLine]:
        columns = ", ".join(f"entries.{column}" for column in ENTRY_COLUMNS.split(", "))
        rows = self._record.rows(
            f"""SELECT {columns} FROM members CROSS JOIN entries ON entries.number = members.entry WHERE list = ?
                AND (members.moment, members.entry) >= (?, ?) AND (members.moment, members.entry) < (?, ?)
                ORDER BY members.moment DESC, members.entry DESC""",
            *(number, *begin, *(end or AFTER_ALL)),
        )
        return [listed(Row(*row)) for row in rows]

    def _write(
        self,
        path: str,
        rows: list[ArticleLine],
        about: dict[str, Any],
        label: str,
        older: str,
        newer: str,
        oldest: str = "",
    ) -> None:
        page = self._look.page("list", path, rows=rows, label=label, older=older, newer=newer, oldest=oldest, **about)
        self._files.write(path, page)

    def _write_calendar(self, days: set[str]) -> None:
        """Write the calendar pages of the months and years in which `days` are, and the list of all years."""
        for year in sorted({day[:4] for day in days}):
            counts: dict[str, int] = dict(
                self._record.rows(
                    "SELECT name, size FROM lists WHERE kind = 'day' AND name >= ? AND name < ? AND size > 0",
                    *(f"{year}-", f"{year}."),
                )
            )
            months = [self._month(year, month, counts) for month in range(1, 13)]
            path = f"archive/{year}/index.html"
            self._files.write(
                path, self._look.page("year", path, year=year, months=[one for one in months if one["size"]])
            )
            for month in months:
                name = f"{year}-{month['number']:02}"
                if month["size"] and any(day.startswith(name) for day in days):
                    path = f"archive/{name.replace('-', '/')}/index.html"
                    self._files.write(path, self._look.page("month", path, year=year, month=month))
        years = self._record.rows(
            "SELECT substr(name, 1, 4), sum(size) FROM lists WHERE kind = 'day' AND size > 0 GROUP BY 1 ORDER BY 1 DESC"
        )
        self._files.write("archive/index.html", self._look.page("archive", "archive/index.html", years=years))

    def _month(self, year: str, month: int, counts: Mapping[str, int]) -> dict[str, Any]:
        """Return a month as weeks of days, each with its number of articles (0: none)."""
        weeks = [
            [(day, counts.get(f"{year}-{month:02}-{day:02}", 0) if day else 0) for day in week]
            for week in CALENDAR.monthdayscalendar(max(int(year), 1), month)
        ]
        size = sum(count for week in weeks for _, count in week)
        return {"number": month, "weeks": weeks, "size": size, "path": f"archive/{year}/{month:02}/index.html"}
