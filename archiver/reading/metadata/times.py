"""When an article was published and when it was changed: all times in the page are gathered, and the best is chosen."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from archiver.dates.likely_zone import LikelyZone, likely_zone
from archiver.reading.metadata.address_day import address_day
from archiver.reading.metadata.field import Discarded, Field, ValueCandidate, chosen
from archiver.reading.metadata.moment import Moment, MomentReader, with_zone
from archiver.reading.metadata.nodes import texts
from archiver.reading.metadata.script_times import script_times
from archiver.reading.metadata.shown_times import shown_times

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from archiver.reading.metadata.evidence import PageEvidence
    from archiver.reading.metadata.nodes import Node
    from archiver.reading.metadata.site_rules import SiteRules

PUBLISHED_NAMES = ("datePublished", "dateCreated", "uploadDate")
MODIFIED_NAMES = ("dateModified",)
PUBLISHED_METAS = (
    *("article:published_time", "og:article:published_time", "og:published_time", "article:published", "datepublished"),
    *("date.published", "publish-date", "publish_date", "publishdate", "publication_date", "publication-date"),
    *("published_date", "published-date", "published_at", "published_time", "published", "pubdate", "pub_date"),
    *(
        "article_date_original",
        "article:post_date",
        "parsely-pub-date",
        "sailthru.date",
        "cxenseparse:recs:publishtime",
    ),
    *("cxenseparse:publishtime", "weibo:article:create_at", "weibo: article:create_at", "bytedance:published_time"),
    *(
        "og:release_date",
        "og:pubdate",
        "originalpublicationdate",
        "firstpublished",
        "displaydate",
        "rnews:datepublished",
    ),
    *("dcterms.issued", "dc.date.issued", "dcterms.created", "dc.date.created", "citation_publication_date"),
    *("citation_online_date", "dc.date", "dc:date", "dcterms.date", "iso-8601-publish-date", "ptime", "apub:time"),
    *("date", "datecreated", "article.created", "created", "created_at", "og:time", "og:date"),
)
MODIFIED_METAS = (
    *("article:modified_time", "og:article:modified_time", "og:updated_time", "article:modified", "datemodified"),
    *("bytedance:updated_time", "weibo:article:update_at", "parsely-updated-date", "article:updated", "updated_at"),
    *("dcterms.modified", "dc.date.modified", "last-modified", "lastmod", "modified", "revision_date", "updated"),
    *("cxenseparse:recs:updatetime", "last_updated_date", "article.updated", "maketime", "dateupdate", "dateupdated"),
)
MAX_MOMENTS = 40  # times that are kept for explanations, or used to find the zone of another
WEB_BEGINNING = datetime(1991, 8, 6, tzinfo=UTC)
MAX_CLOCK_DIFFERENCE = timedelta(minutes=15)
ONE_DAY = timedelta(days=1)
OTHER_TITLE = "of a video with another title than the page"


def read_times(
    evidence: PageEvidence, language: str | None, fetched: datetime | None, site: SiteRules | None = None
) -> tuple[Field[datetime], Field[datetime], bool]:
    """Return when the page's article was published, when it was changed, and whether only the day of publication is
    known.

    fetched: when the page was fetched (aware), if that is known. site: the rules of a recipe for the page.
    """
    return _Times(evidence, language, fetched, site).read()


class _Times:
    def __init__(
        self, evidence: PageEvidence, language: str | None, fetched: datetime | None, site: SiteRules | None
    ) -> None:
        self._evidence = evidence
        self._site = site
        self._fetched = fetched
        parts = urlsplit(evidence.address) if evidence.address else None
        self._likely = likely_zone(parts.hostname or "" if parts else "", language)
        self._address_day = address_day(parts.path) if parts else None
        if site and site.recipe.time_zone:
            self._likely = LikelyZone(ZoneInfo(site.recipe.time_zone), f"zone of the {site.recipe.label}", sure=True)
        order = site.recipe.date_order if site else None
        self._reader = MomentReader(fetched, language, self._address_day, order)

    def read(self) -> tuple[Field[datetime], Field[datetime], bool]:
        published = [self._judged(moment) for moment in self._of_site("published")]
        modified = [self._judged(moment) for moment in self._of_site("modified")]
        published += [self._judged(moment) for moment in self._structured(PUBLISHED_NAMES, PUBLISHED_METAS)]
        modified += [self._judged(moment) for moment in self._structured(MODIFIED_NAMES, MODIFIED_METAS)]
        best = self._best(published)
        if best is None or not best.clock:
            shown = [self._judged(moment) for moment in shown_times(self._evidence, self._reader)]
            published.extend(moment for moment in shown if not moment.rule.startswith("updated"))
            modified.extend(moment for moment in shown if moment.rule.startswith("updated"))
        published += self._of_media(PUBLISHED_NAMES)
        modified += self._of_media(MODIFIED_NAMES)
        best = self._best(published)
        if best is None:
            published.extend(self._judged(moment) for moment in script_times(self._evidence, self._reader))
            best = self._best(published)
        if best is None and (day := self._address_day):
            best = Moment(datetime.combine(day, time()), "address", clock=False)
            published.append(best)
        if best is not None:
            modified = [_not_before(best, moment) for moment in modified]
        changed = self._best(modified)
        if best is None and changed is not None:
            best = replace(changed, rule=f"the only time that the page says: {changed.rule}")
            published.append(best)
        zoned = [moment for moment in (*published, *modified) if not moment.lost and moment.zoned][:MAX_MOMENTS]
        return (
            self._with_missed("published", self._field(best, published, zoned)),
            self._with_missed("modified", self._field(changed, modified, zoned)),
            best is not None and not best.clock,
        )

    def _with_missed(self, name: str, field: Field[datetime]) -> Field[datetime]:
        """Return the field with those rules of a recipe noted that found nothing."""
        if self._site is None:
            return field
        told = {field.rule.partition(",")[0], *(lost.rule.partition(",")[0] for lost in field.lost)}
        missed = (lost for lost in self._site.missed(name, "") if lost.rule.partition(",")[0] not in told)
        return replace(field, lost=(*missed, *field.lost))

    def _of_site(self, field: str) -> Iterator[Moment]:
        for candidate in self._site.said(field) if self._site else ():
            yield from self._reader.said(candidate.value, candidate.rule)

    def _structured(self, names: tuple[str, ...], metas: tuple[str, ...]) -> Iterator[Moment]:
        yield from self._of_nodes(self._evidence.data.articles, names)
        for text, rule in self._evidence.meta(*metas):
            yield from self._reader.said(text, rule)
        pages = [node for node in self._evidence.data.pages if not node.is_medium]
        yield from self._of_nodes(pages, names, " of the page")

    def _of_media(self, names: tuple[str, ...]) -> Iterator[Moment]:
        """Yield the times of videos and the like. They come after those that the page shows: a video may be older or
        newer than the article that embeds it. Those of a video with a title of its own are not believed."""
        for node in self._evidence.data.pages:
            if node.is_medium:
                for moment in self._of_nodes([node], names, " of a video"):
                    yield (
                        moment.without(OTHER_TITLE) if self._evidence.data.is_elsewhere(node) else self._judged(moment)
                    )

    def _of_nodes(self, nodes: Iterable[Node], names: tuple[str, ...], of: str = "") -> Iterator[Moment]:
        for name in names:
            for node in nodes:
                for text in texts(node.values.get(name))[:2]:
                    yield from self._reader.said(text, f"{node.rule} {name}{of}")

    def _judged(self, moment: Moment) -> Moment:
        """Return the moment, marked as not believed if it is impossible."""
        aware = moment.wall if moment.zoned else moment.wall.replace(tzinfo=self._likely.zone)
        slack = MAX_CLOCK_DIFFERENCE if moment.zoned and moment.clock else ONE_DAY
        if self._fetched is not None and aware > self._fetched + slack:
            return moment.without("after the page was fetched")
        if aware < WEB_BEGINNING:
            return moment.without("before there was a web")
        day = self._address_day
        if day and not moment.rule.startswith("updated") and abs(moment.wall.date() - day) > ONE_DAY:
            return moment.without(f"the address says {day}")
        return moment

    def _best(self, moments: list[Moment]) -> Moment | None:
        """Return the first moment that is believed; if it has no time of day, another believed one of the same day that
        has one."""
        believed = [moment for moment in moments if not moment.lost]
        if not believed:
            return None
        first = believed[0]
        if first.clock:
            return first
        same_day = (m for m in believed if m.clock and m.wall.date() == first.wall.date())
        return next(same_day, first)

    def _field(self, best: Moment | None, moments: list[Moment], zoned: Iterable[Moment]) -> Field[datetime]:
        candidates = [
            ValueCandidate(*with_zone(moment, zoned, self._likely))
            for moment in moments[:MAX_MOMENTS]
            if not moment.lost
        ]
        lost: list[Discarded[datetime]] = [
            Discarded(moment.wall.isoformat(" "), moment.rule, moment.lost) for moment in moments if moment.lost
        ]
        if best is None:
            return Field(lost=tuple(lost))
        value, rule = with_zone(best, zoned, self._likely)
        return chosen(
            ValueCandidate(value, rule if best.clock else f"{rule}, day only"),
            [c for c in candidates if c.value != value],
            lost,
        )


def _not_before(published: Moment, moment: Moment) -> Moment:
    """Return the time of a change, marked as not believed if it lies more than a day before that of publication."""
    early = published.wall.date() - moment.wall.date() > ONE_DAY
    return moment.without("before it was published") if early and not moment.lost else moment
