"""Reading. In: any news page. Out: its title, times, authors and body; or the reason why it is no article. No I/O."""

from archiver.reading.metadata import Discarded, Field
from archiver.reading.read import Explanation, Reading, explain_page, read_page

__all__ = ["Discarded", "Explanation", "Field", "Reading", "explain_page", "read_page"]
