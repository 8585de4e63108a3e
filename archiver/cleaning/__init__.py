"""Cleaning: making the body of a post from a source's HTML, in one of two profiles. No I/O."""

from archiver.cleaning.apart import noted, with_gaps
from archiver.cleaning.clean import Cleaner
from archiver.cleaning.cleaned import Cleaned
from archiver.cleaning.layout import laid_out
from archiver.cleaning.media import Medium, media_in, media_of, media_text, medium, medium_at, poster, title_of
from archiver.cleaning.pictures import is_pixel, offers, picture_address
from archiver.cleaning.source import source_body
from archiver.cleaning.style import is_hidden, laid_out_part, styles_in
from archiver.cleaning.tree import body_tree
from archiver.cleaning.uncovered import uncover
from archiver.cleaning.visible import shows_something

__all__ = [
    "Cleaned",
    "Cleaner",
    "Medium",
    "body_tree",
    "is_hidden",
    "is_pixel",
    "laid_out",
    "laid_out_part",
    "media_in",
    "media_of",
    "media_text",
    "medium",
    "medium_at",
    "noted",
    "offers",
    "picture_address",
    "poster",
    "shows_something",
    "source_body",
    "styles_in",
    "title_of",
    "uncover",
    "with_gaps",
]
