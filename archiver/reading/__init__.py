"""Reading: any news page in, what it says out (title, time, authors, body), or why it is no article. No I/O."""

from archiver.reading.read import Reading, read_page

__all__ = ["Reading", "read_page"]
