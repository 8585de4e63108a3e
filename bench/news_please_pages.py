"""The articles of the press by news-please (`PYTHON bench/news_please_pages.py ADDRESS…`: how many it read).

Its libraries are of other versions than ours, so it has a Python of its own. It is given the addresses: what it finds
by itself, it finds by walking through all pages of a site. It reads in as many processes as there are cores.
"""

from __future__ import annotations

import importlib
import sys

AT_ONCE = 60  # each address has a thread


def main() -> None:
    """Print how many of these addresses have an article with a text for it."""
    addresses = sys.argv[1:]
    news_please = importlib.import_module("newsplease").NewsPlease
    count = 0
    for begin in range(0, len(addresses), AT_ONCE):
        # Without arguments for its requests, even none, it reads nothing.
        found = news_please.from_urls(addresses[begin : begin + AT_ONCE], request_args={}, fetch_images=False)
        count += sum(bool(getattr(article, "maintext", None)) for article in found.values())
    print(count)


if __name__ == "__main__":
    main()
