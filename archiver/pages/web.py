"""A page of any site: it is read by the general reading, and its article is identified by the address that it gives."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from archiver.article import PAYWALLED_RULE, Article
from archiver.cleaning import media_of
from archiver.identity import article_key, can_be_step, normalise, plain_form
from archiver.pages.page import Page
from archiver.private import has_placeholder, public_address
from archiver.reading import read_page

if TYPE_CHECKING:
    from archiver.answer import Answer, Asked
    from archiver.reading import Reading
    from archiver.recipes import SiteRecipe

DAY_ONLY = ", day only"  # the end of a time's rule if the page gives no time of day
# Fields of a reading, as articles call them.
NAME_OF_FIELD = {"published": "time", "canonical": "url"}


class WebPage(Page):
    """Reads the article in any web page."""

    def articles(self, answer: Answer, asked: Asked, site: SiteRecipe | None = None) -> list[Article]:
        """Return the article in `answer`, once for each form of post that is asked for. Its id is made from the address
        that the page gives as its own, if that is believed, or from the one in `asked.known["canonical"]`, if there is
        one. site: the recipe of the site.

        Raises PageError if the page is no article.
        """
        reading = read_page(
            answer.body,
            answer.url,
            content_type=answer.content_type or None,
            fetched=answer.fetched,
            keep_paywalled=asked.keep_paywalled,
            recipe=site,
            media=media_of(asked.known.get("media", "")),
        )
        url = asked.known.get("canonical") or reading.canonical or normalise(answer.url)
        if any(map(has_placeholder, (answer.url, *answer.steps))):
            url = public_address(url)  # a page that was asked for with a key may repeat the key in its address
        rules = {NAME_OF_FIELD.get(name, name): rule for name, rule in reading.rules.items()}
        rules["body"] = f"{self.rules.name}:{rules['body']}"
        return [self._article(answer, asked, reading, form, url, rules) for form in asked.forms]

    def _article(
        self, answer: Answer, asked: Asked, reading: Reading, form: str, url: str, rules: dict[str, str]
    ) -> Article:
        steps, known = filter(can_be_step, map(normalise, answer.steps)), asked.known
        # A time that a sitemap calls that of a change is not that of publication.
        listed_time = said if (said := known.get("time", "")) != known.get("modified") else ""
        published = reading.published
        if published and rules.get("time", "").endswith(DAY_ONLY) and _is_on(published, listed_time):
            published = None  # the listing gives a time of that day
        return Article(
            recipe=self.recipe.name,
            form=form,
            id=article_key(url),
            address=asked.address,
            page=self.rules.name,
            rank=self.rank + (PAYWALLED_RULE in rules),  # a whole text is better than its beginning
            response_url=answer.url,
            fetched=answer.fetched,
            places=asked.places,
            listed_time=listed_time,
            title=reading.title or known.get("title", ""),
            time=published.isoformat(" ") if published else "",
            source=reading.source or (urlsplit(url).hostname or "").removeprefix("www."),
            url=url,
            body=reading.html,
            offers=dict(reading.offers),
            rules=dict(rules),
            published=published,
            authors=reading.authors,
            language=reading.language or "",
            description=reading.description or "",
            image=reading.image or normalise(known.get("image", "")),
            modified=reading.modified,
            paywalled=reading.paywalled,
            aliases=_plain(url, answer.url, asked.address, *steps, reading.canonical or "", *reading.aliases),
        )


def _is_on(day: datetime, text: str) -> bool:
    """Return whether a text is a time (ISO 8601) on the day of `day`, in its own zone or in that of `day`."""
    with suppress(ValueError):
        moment = datetime.fromisoformat(text)
        return day.date() in (moment.date(), moment.astimezone(day.tzinfo).date())
    return False


def _plain(*addresses: str) -> tuple[str, ...]:
    """Return addresses in plain form, in which they are compared, each once."""
    return tuple(dict.fromkeys(filter(None, map(plain_form, addresses))))
