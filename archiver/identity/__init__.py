"""Identity: which article a web page is, by its address and what it says of itself. Pure: no I/O, no clock."""

from archiver.identity.address import normalise, plain_form
from archiver.identity.belief import can_be_step, problem_of
from archiver.identity.domain import registered_domain, same_site, site_of
from archiver.identity.key import KEY_EXPRESSION, SHOWN_CHARACTERS, article_key, key_of_form
from archiver.identity.slug import page_slug

__all__ = [
    "KEY_EXPRESSION",
    "SHOWN_CHARACTERS",
    "article_key",
    "can_be_step",
    "key_of_form",
    "normalise",
    "page_slug",
    "plain_form",
    "problem_of",
    "registered_domain",
    "same_site",
    "site_of",
]
