"""What the search page needs on a plain file server: the titles of all articles, in files of PART articles each.

Articles are put into files in the order in which they came, so that new ones change the last file only.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from archiver.posts.site_addresses import href

if TYPE_CHECKING:
    from archiver.site.files import SiteFiles
    from archiver.site.record import SiteRecord

ARTICLES_PER_FILE = 5000  # articles of a file: about a megabyte


def write_titles(record: SiteRecord, files: SiteFiles) -> None:
    """Write the files of titles that changed, and the list of all these files: name, first and last day of each, the
    newest first."""
    touched = record.rows("SELECT DISTINCT (entry - 1) / ? FROM touched ORDER BY 1", ARTICLES_PER_FILE)
    for (part,) in touched:
        rows = record.rows(
            """SELECT path, title, source, published FROM entries WHERE number > ? AND number <= ?
               ORDER BY moment DESC, number DESC""",
            *(part * ARTICLES_PER_FILE, (part + 1) * ARTICLES_PER_FILE),
        )
        files.write(f"search/{_name(part)}", _json([[href(path), *rest] for path, *rest in rows]))
        days = [row[3][:10] for row in rows]
        record.run(
            "INSERT OR REPLACE INTO parts VALUES (?, ?, ?)", part, days[-1] if days else "", days[0] if days else ""
        )
    found = record.rows("SELECT number, first, last FROM parts ORDER BY last DESC, number DESC")
    files.write("search/index.json", _json({"files": [[_name(part), *days] for part, *days in found]}))


def _name(part: int) -> str:
    return f"titles-{part + 1}.json"


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
