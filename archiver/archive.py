"""The Python API: an archive, with a method for each command. Methods return plain values, and print nothing."""

from __future__ import annotations

import logging
import shlex
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import IO, TYPE_CHECKING, Any, NamedTuple

from archiver.addresses import resolve, web_address
from archiver.clock import moment
from archiver.configuration import Configuration, load_configuration, setting_name
from archiver.configuration.kinds import whole_number
from archiver.errors import (
    FAULT,
    CaptureError,
    IndexFileError,
    LockedError,
    StoreError,
    StuckError,
    UnknownAddressError,
    UnknownListingError,
    UsageError,
    os_reason,
)
from archiver.following import Followed, add_followed, read_followed, remove_followed, resolve_names
from archiver.identity import normalise, plain_form
from archiver.index import Index
from archiver.index.location import FILE_WORD
from archiver.links import refuse_links
from archiver.manifest import add_manifest, head
from archiver.minhash import scheme
from archiver.moments import read_since
from archiver.places import CAPTURES, INDEX, OLD_POSTS, PARTS, POSTS, SITE, TEMPLATES
from archiver.private import USER_PATTERN, public_address
from archiver.recipes import recipes_for, sites_for, web_recipe
from archiver.remembering import remember_profile, remembering
from archiver.server_address import is_server, shown, without_secrets
from archiver.spans import read_span
from archiver.storage import located
from archiver.views import FollowedSite, Status, read_duplicates, read_history, read_sites, read_status

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
    from datetime import timedelta

    from archiver.addresses import Reference
    from archiver.adoption import Survey
    from archiver.answer import Answer
    from archiver.datasets import Extraction
    from archiver.datasets.job import Done
    from archiver.discovery.offer import Offer
    from archiver.engines import Engine
    from archiver.exports import Entry
    from archiver.index.move import Moved
    from archiver.manifest import Head
    from archiver.reading import Explanation
    from archiver.recipes import Recipe, SiteRecipe
    from archiver.replay import Change, Summary
    from archiver.run_report import Result, RunReport
    from archiver.site import Built, Look, SiteServer, Wrote
    from archiver.storage import Location, Root
    from archiver.supervisor import Supervisor
    from archiver.verified import Verified
    from archiver.views import ArticleHistory, Duplicate


LOGGERS = ("archiver", "scrapy")
NO_OUTPUT = logging.NullHandler()


class Exported(NamedTuple):
    """The result of an export. exported: how many articles. left_out: how many the format does not take, by the reason.
    failed: posts that could not be read. saved_by: when the last of the exported articles was saved; an export with
    `since` that time has what comes later. others: how many things other than articles were exported, by kind
    (`feed`)."""

    exported: int
    left_out: dict[str, int]
    failed: int
    saved_by: datetime | None
    others: Mapping[str, int] = MappingProxyType({})


class Archive:
    """An archive in a directory, with the settings that it is read and written with.

    Every method may raise an `archiver.errors.ArchiverError`: UsageError for invalid arguments, LockedError while
    another run is at work, IndexFileError, StoreError, CaptureError, ExportError, RecipeError, PluginError.
    """

    def __init__(self, output: str | Path | None = None, **settings: object) -> None:
        """output: the archive's directory, which need not exist yet; None: ARCHIVER_OUTPUT. settings: by their names in
        lower case, without ARCHIVER_: `profile="source"`, `download_delay=0`. Raises UsageError."""
        # What is logged, and where, is for the program to decide that uses this API. Without any handler, Python would
        # write warnings to standard error.
        for name in LOGGERS:
            logging.getLogger(name).addHandler(NO_OUTPUT)
        values = {"LOG_INSTALL_ROOT_HANDLER": False} | {setting_name(name): value for name, value in settings.items()}
        self.configuration = load_configuration(values | ({} if output is None else {"ARCHIVER_OUTPUT": str(output)}))

    @classmethod
    def configured(cls, configuration: Configuration) -> Archive:
        """Return the archive of a configuration that has been loaded already."""
        archive = cls.__new__(cls)
        archive.configuration = configuration
        return archive

    @property
    def output(self) -> Path:
        """The archive's directory."""
        return self.configuration.output

    @property
    def root(self) -> Root:
        """The root of its files: its directory, or one that has some of them in a store (ARCHIVER_STORE)."""
        return self.configuration.root

    @property
    def recipes(self) -> dict[str, Recipe]:
        """The sources that are known, by name. Raises RecipeError, PluginError."""
        return recipes_for(self.configuration)

    @property
    def sites(self) -> tuple[SiteRecipe, ...]:
        """The recipes of sites, which add to the general reading of pages. Raises RecipeError, PluginError."""
        return sites_for(self.configuration)

    def refuse_damage(self) -> None:
        """Raise IndexFileError, which says what to do, if the index is damaged."""
        Index.refuse_damage(self.root, self._at)

    def get(
        self,
        *addresses: str,
        listed: Sequence[str] = (),
        listener: Callable[[Result], None] | None = None,
        on_request: Callable[[str], None] | None = None,
    ) -> RunReport:
        """Fetch articles by address or id, and write their posts. listed: further addresses, from a list that somebody
        else may have made: a private host that is named only there is not asked. listener: is called with each result,
        on_request with the host of each request."""
        # What only one method needs is imported in it: most commands take less time to run than Scrapy takes to load,
        # and a crawl may begin every five minutes.
        from archiver.crawling import get_articles

        if not (addresses or listed):
            raise UsageError("no address was given")
        with remembering(self.configuration):
            return self._undamaged(get_articles(self.configuration, addresses, listed, listener, on_request))

    def crawl(
        self,
        *listings: str,
        since: str | datetime = "",
        limit: int = 0,
        pages: int = 0,
        retry: bool = False,
        listener: Callable[[Result], None] | None = None,
        on_request: Callable[[str], None] | None = None,
        on_total: Callable[[int], None] | None = None,
        workers: int = 1,
    ) -> RunReport:
        """Read listings, fetch the articles that are due, and write their posts.

        listings: `SOURCE` or `SOURCE/LISTING`; addresses of sites and feeds, followed or not; `web` for all that is
        followed; none: all listings, and all that is followed. since: only articles published then or later: a date, a
        time, or a span before now. limit: at most so many articles; the rest stays due. pages: so many pages of
        listings that have several. retry: ask also for articles that gave no post before, without waiting for their
        time (after a recipe was corrected, say). listener: is called with the result of each article, on_request with
        the host of each request, on_total with the number of articles that the run will ask for, whenever that is known
        better. workers: processes of this machine that share the work; on_request and on_total are not called then, and
        SupervisorError is raised if no worker comes to the end of the run. Raises StuckError if another run has been at
        work for longer than ARCHIVER_STUCK_AFTER."""
        earliest = read_since(since)
        arguments = {
            "listings": listings,
            "since": "" if earliest is None else earliest.isoformat(),
            "limit": limit,
            "pages": pages,
            "retry": int(retry),
        }
        try:
            with remembering(self.configuration):
                if workers > 1:
                    return self._undamaged(
                        self._supervisor(listings, listener).crawl(workers, self._asked(**arguments))
                    )
                # What only some commands need is imported only where it is: so each of them starts sooner. Workers
                # load this in their own processes.
                from archiver.crawling import crawl_listings

                return self._undamaged(crawl_listings(self.configuration, listener, on_request, on_total, **arguments))
        except LockedError as error:
            longest = self._stuck_after
            if error.since and longest and datetime.now(UTC) - error.since > longest:
                raise StuckError(f"{error}: may be stuck; end it, or set ARCHIVER_STUCK_AFTER") from error
            raise

    def work(
        self,
        *listings: str,
        every: str = "15m",
        until_idle: bool = False,
        listener: Callable[[Result], None] | None = None,
        on_report: Callable[[RunReport], None] | None = None,
    ) -> RunReport:
        """Crawl together with other workers of the archive, run after run, until a signal comes; return the report of
        the last run.

        A run that others have begun is joined, whatever it reads; a run that begins here reads `listings`, as `crawl`
        does. every: how long after the end of a run the next one begins. until_idle: end after one run. on_report: is
        called with the report of each run. Only the last worker to leave a run reports on the whole run, with its
        alarms; the others report on what they did themselves. With until_idle, raises LockedError if others took over
        this worker's part, SupervisorError if the worker ended before the run did.
        """
        try:
            seconds = read_span(every).total_seconds()
        except ValueError as error:
            raise UsageError(f"every: {error}") from error
        with remembering(self.configuration):
            supervisor = self._supervisor(listings, listener)
            return supervisor.serve(self._asked(listings=listings), seconds, until_idle=until_idle, on_report=on_report)

    def _supervisor(self, listings: Sequence[str], listener: Callable[[Result], None] | None) -> Supervisor:
        """Return the `Supervisor` that starts workers of this machine. Raises UsageError for listings that do not
        exist."""
        from archiver.supervisor import Supervisor  # as above

        if self.configuration["ARCHIVER_DRY_RUN"]:
            raise UsageError(
                "workers: a dry run fetches nothing, so there is nothing to share; leave one of the two out"
            )
        try:
            resolve_names(listings, self.recipes, read_followed(self.output))
        except UnknownListingError as error:
            raise UsageError(str(error)) from error
        return Supervisor(self.configuration, listener)

    def _asked(self, **arguments: Any) -> dict[str, Any]:
        """Return the arguments of workers, checked. Raises UsageError."""
        arguments["listings"] = list(arguments["listings"])
        for name in ("limit", "pages"):
            try:
                arguments[name] = whole_number(str(arguments.get(name, 0)))
            except ValueError as error:
                raise UsageError(f"{name}: {error}") from error
        return {**arguments, "max_requests": self.configuration["ARCHIVER_MAX_REQUESTS"]}

    def pictures(self, on_request: Callable[[str], None] | None = None) -> RunReport:
        """Fetch the pictures of existing posts as files of the archive, and have the posts show these. on_request: is
        called with the host of each request. `content["pictures"]` of the report says how many came, how many did not,
        how many posts were written again (`shown`), how many pictures are left to the next run (`due`), and how many
        are to be asked for later, when the first of them is, and why they did not come (`later`, `next_try`,
        `reasons`)."""
        from archiver.crawling import fetch_pictures  # as above

        self._refuse_none()
        return self._undamaged(fetch_pictures(self.configuration, on_request))

    def follow(self, *addresses: str, opml: Sequence[str | Path] = ()) -> list[Followed]:
        """Follow sites and feeds, by their addresses, and the feeds in OPML files: crawls read them from now on. No
        request is made. Returns those that were not followed before. Raises UsageError, also for an address with a
        password, and DiscoveryError for a file that is no OPML."""
        from archiver.discovery import read_opml  # as above

        for address in addresses:
            if USER_PATTERN.match(address):
                raise UsageError(
                    f"{public_address(address)}: a site is followed without a name and a password in its address: they "
                    "would be kept in the archive"
                )
        new = [Followed(_web_address(address)) for address in addresses]
        for file in map(Path, opml):
            try:
                content = file.read_bytes()
            except OSError as error:
                raise UsageError(f"{file}: cannot be read: {os_reason(error)}") from error
            new += [Followed(one.address, True, one.title, one.home) for one in read_opml(content, str(file))]
        return add_followed(self.output, new)

    def unfollow(self, *addresses: str) -> list[Followed]:
        """Stop following sites or feeds; what is saved of them stays. Returns those that were removed. Raises
        UsageError for an address that is not followed; then nothing is changed."""
        return remove_followed(self.output, [_web_address(address) for address in addresses])

    def followed(self) -> list[FollowedSite]:
        """Return what is followed, each with the feeds, sitemaps and pages that crawls have found there."""
        web = web_recipe(self.recipes.values())
        if web is None:
            return []
        index = Index.read(self.root, self._at)
        try:
            return read_sites(read_followed(self.output), index, web)
        finally:
            index.close()

    def fetch(self, *addresses: str, taken: Callable[[str, Answer | str], None]) -> int:
        """Fetch pages, with the same politeness and guard as articles, and write nothing. taken: is called with each
        address and its answer, or the reason why there is none. Returns the number of the signal that ended it early,
        or 0."""
        from archiver.crawling import fetch_pages  # as above

        return fetch_pages(self.configuration, addresses, taken)

    def discover(self, address: str) -> tuple[Offer, int]:
        """Return what lists the articles of the site at `address` (feeds, sitemaps, pages of links), and the number of
        the signal that ended the survey early, or 0. The site is asked politely; nothing is written."""
        from archiver.crawling import survey_site  # as above
        from archiver.discovery.offer import Offer  # as above

        offer = Offer(address)
        return offer, survey_site(self.configuration, offer)

    def replay(
        self,
        *files: str | Path,
        dry: bool = False,
        pages: bool = False,
        jobs: int | None = None,
        engine: str = "",
        listener: Callable[[Change], None] = lambda _: None,
    ) -> Summary:
        """Make posts from captures, without any request. files: WARC and WACZ files, and directories of them; none: the
        archive's own captures. dry: only report what would change. pages: also take every web page that no recipe knows
        for an article. engine: what runs the reading: `processes` of this machine (also if empty), `dask`,
        `dask://host:port`. jobs: its processes; None: one for each core. listener: is called with each change."""
        from archiver.captures.regions import files_in  # as above
        from archiver.replay import replay  # as above
        from archiver.session_options import session_options  # as above

        start = _engine(engine, jobs)
        locations = [located(file) for file in files] or [self._own_captures()]
        captures = files_in([file.absolute() for file in locations] if engine else locations)
        options = session_options(self.configuration, markup=True)
        options = replace(options, extract=replace(options.extract, any_page=pages))
        scratch = self.configuration["ARCHIVER_SCRATCH"]
        return replay(self.root, options, captures, start, listener, scratch=scratch, dry=dry)

    def extract_captures(
        self,
        *files: str | Path,
        to: str | Path,
        engine: str = "",
        jobs: int | None = None,
        listener: Callable[[Done], None] = lambda _: None,
    ) -> Extraction:
        """Read the pages in captures into Parquet tables in the directory `to`. files: WARC and WACZ files, and
        directories of them. Each page is read once: if this was killed, or is called again, it goes on with those that
        are missing. The archive itself is neither read nor changed. engine, jobs: as for `replay`. listener: is called
        with each part that is done."""
        from archiver.captures.regions import files_in  # as above
        from archiver.datasets import extract_to  # as above

        start = _engine(engine, jobs)
        if not files:
            raise UsageError("no capture was given")
        captures = files_in([located(file) for file in files])
        keep = self.configuration["ARCHIVER_KEEP_PAYWALLED"]
        return extract_to(Path(to), captures, self.sites, start, listener, keep_paywalled=keep)

    def verify(self, *, repair: bool = False, remove_credentials: bool = False) -> Verified:
        """Check every file of the archive against what is known of it. repair: restore what the captures allow.
        remove_credentials: first rewrite captures that contain one of our credentials without it."""
        from archiver.session_options import session_options  # as above
        from archiver.verified import verify  # as above

        self._refuse_none()
        self._refuse_links(PARTS if repair or remove_credentials else [INDEX])  # the log of verifications is there
        options = session_options(self.configuration).extract
        return verify(self.root, self._at, options, repair=repair, remove_credentials=remove_credentials)

    def adopt(self, *, repair: bool = False) -> Survey:
        """Read the posts of an existing archive into its index, and return what is broken. repair: repair what can be
        repaired; what only the source can repair is fetched. The archive remembers the profile that was given, or else
        the one that its posts are in."""
        from archiver.adoption import PostRepair, adopt  # as above
        from archiver.adoption.source_repairs import SourceRepairs  # as above

        if not any((self.root / part).is_dir() for part in (POSTS, OLD_POSTS)):
            raise UsageError(f"{self.root}: no {POSTS} there; name the directory of an archive")
        self._refuse_links()
        index = Index.open(self.root, self._at)
        try:
            survey = adopt(self.root, index, self.recipes)
            index.mark_complete()
            self.configuration = remember_profile(self.configuration, self.recipes)
            repairs = SourceRepairs(self.root, self.recipes, survey)
            references = []
            if repair:
                PostRepair(self.root, index, self.recipes, survey).run()
                references = repairs.references(index)
            add_manifest(self.root, index)
        finally:
            index.close()
        if references:  # only now that the index is closed, since the crawl opens it
            from archiver.crawling import get_references  # as above

            reasons: dict[str, str] = {}

            def note(result: Result) -> None:
                reasons[result.address] = result.reason

            forced = self.configuration.override({"ARCHIVER_FORCE": True})
            get_references(forced, references, note)
            repairs.note_outcomes(reasons)
        return survey

    def export(
        self,
        name: str,
        to: str | Path | IO[bytes],
        *,
        since: str | datetime = "",
        source: str = "",
        query: str = "",
        last: int | None = None,
        listener: Callable[[str], None] = lambda _: None,
    ) -> Exported:
        """Write articles in the format `name` to a file, a directory or a binary stream.

        since: only what was saved then or later. source: only what came from `SOURCE` or `SOURCE/LISTING`. query: only
        articles that have all of these words. last: only so many that were published last. listener: is called with a
        message for each post that is left out, or was changed since it was written. Raises BrokenPipeError if nobody
        reads the stream any more.
        """
        from archiver.exports import About, load_format  # as above
        from archiver.exports.read import Entries  # as above
        from archiver.exports.selection import select  # as above
        from archiver.exports.target import write_to_path, write_to_stream  # as above

        chosen = load_format(name)
        target = Path(to) if isinstance(to, str | Path) else None
        if target is None and chosen.target != "stream":
            raise UsageError(f"export {name}: say where to: --to {chosen.target.upper()}")
        selection = select(self.recipes, since, source, query, chosen.last if last is None else last)
        site = self._site()
        about = About(self.root, target, site, site, index=self._at)
        with self._reading() as index:
            entries = Entries(self.root, index, self.recipes, listener, site)
            if isinstance(to, str | Path):
                write_to_path(chosen, entries.select(selection), Path(to), about)
            else:
                write_to_stream(chosen, entries.select(selection), to, about)
        return Exported(
            entries.count - about.left_out.total(),
            dict(about.left_out),
            entries.failed,
            None if entries.last is None else moment(entries.last),
            dict(about.others),
        )

    def articles(
        self, *, since: str | datetime = "", source: str = "", query: str = "", last: int = 0
    ) -> Iterator[Entry]:
        """Yield the articles, one by one, selected as in `export`; those that cannot be read are left out."""
        from archiver.exports.read import Entries  # as above
        from archiver.exports.selection import select  # as above

        selection = select(self.recipes, since, source, query, last)
        with self._reading() as index:
            yield from Entries(self.root, index, self.recipes, site=self._site()).select(selection)

    def build_site(
        self,
        to: str | Path | None = None,
        *,
        templates: str | Path | None = None,
        listener: Callable[[str], None] = lambda _: None,
    ) -> Built:
        """Make the archive's site, or bring it up to date. to: its directory; None: `_site` in the archive.

        templates: a directory whose files replace ours of the same names; None: `_templates` in the archive, if that
        exists. listener: is called with a message for each post that is left out, or is not shown as it was written.
        """
        from archiver.site import build_site  # as above

        with self._reading() as index:
            directory = Path(to) if to else self.output / SITE
            alone = not self.configuration["ARCHIVER_EXTRACTORS"]
            return build_site(self.root, index, self.recipes, directory, self._look(templates), listener, alone=alone)

    def serve_site(
        self,
        directory: str | Path | None = None,
        *,
        database: str | Path | None = None,
        host: str = "127.0.0.1",
        port: int = 0,
    ) -> SiteServer:
        """Return a server of the archive's site that listens at `host` (port 0: any free one); its `serve_forever`
        answers requests. database: the file of an `sqlite` export to search in; None: only titles are searched."""
        from archiver.site import FullText, SiteServer  # as above

        site = Path(directory) if directory else self.output / SITE
        return SiteServer(site, FullText(Path(database), site) if database else None, host, port)

    def write_jekyll(self, directory: str | Path | None = None) -> Wrote:
        """Write the files that a Jekyll site needs besides the posts, unless they are there. directory: of the site,
        with the posts in it; None: the archive."""
        from archiver.exports.read import Entries  # as above
        from archiver.exports.selection import Selection  # as above
        from archiver.site import fixed_lists, write_jekyll  # as above

        with self._reading() as index:
            look = self._look(None)
            entries = Entries(self.root, index, self.recipes).select(Selection())
            where = Path(directory) if directory else self.output
            return write_jekyll(where, entries, self.recipes, fixed_lists(self.recipes.values()), look.name, look.host)

    def _site(self) -> str:
        """Return the host of the archive's site; empty if there is none."""
        return self.configuration["ARCHIVER_SITE"] or next((one.site for one in self.recipes.values()), "")

    def _look(self, templates: str | Path | None) -> Look:
        from archiver.site import Look  # as above

        settings = self.configuration
        host = self._site()
        own_templates = Path(templates) if templates else self.output / TEMPLATES
        return Look(
            settings["ARCHIVER_SITE_NAME"] or host,
            host,
            settings["ARCHIVER_SITE_LANGUAGE"],
            settings["ARCHIVER_SITE_ACCENT"],
            own_templates if templates or own_templates.is_dir() else None,
        )

    def history(self, article: str) -> list[ArticleHistory]:
        """Return what is known of an article, by its id or address: where it was seen, and the versions of its posts.
        Raises UsageError if no recipe knows that id or address."""
        try:
            reference = resolve(article, self.recipes.values())
        except UnknownAddressError as error:
            raise UsageError(str(error)) from error
        with self._reading() as index:
            return read_history(self.root, index, _as_known(reference, index).id)

    def explain(self, article: str) -> Explanation | None:
        """Return how an article of the archive was read, by its id or address; None if the archive has no such article.

        Raises CaptureError if its answer was not captured.
        """
        from archiver.explaining import explain_article  # as above
        from archiver.session_options import session_options  # as above

        try:
            reference = resolve(article, self.recipes.values())
        except UnknownAddressError:
            return None
        if not Index.exists(self.output, self._at):
            return None
        with self._reading() as index:
            return explain_article(
                self.root, index, session_options(self.configuration).extract, _as_known(reference, index)
            )

    def duplicates(self, *, renew: bool = False) -> Iterator[tuple[Duplicate, ...]]:
        """Yield groups of different articles with the same or nearly the same text, in each group the one that was
        published first at its beginning.

        renew: first compare the articles that were not compared yet (`uncompared`).
        """
        if renew:
            self._renew_signatures()
        return self._duplicates()

    def uncompared(self) -> int:
        """Return how many articles were saved by an earlier version of the program, and not compared with others since
        (as this version compares them)."""
        with self._reading() as index:
            return index.signatures.missing(scheme())

    def _duplicates(self) -> Iterator[tuple[Duplicate, ...]]:
        with self._reading() as index:
            yield from read_duplicates(index)

    def _renew_signatures(self) -> None:
        from archiver.adoption.signatures import renew_signatures  # as above

        self._refuse_none()
        self._refuse_links()
        index = Index.open(self.root, self._at)
        try:
            renew_signatures(self.root, index, self.recipes)
        finally:
            index.close()

    def status(self) -> Status:
        """Return the state of the archive: last runs, listings, alarms."""
        with self._reading() as index:
            return read_status(self.root, index, datetime.now(UTC), self._stuck_after)

    def move_index(self, source: str, target: str) -> Moved:
        """Move the index from one place to another. source, target: `sqlite` (the file in the archive) or the address
        of a PostgreSQL database. Every row is compared. After that, an old file is renamed and kept; old tables on a
        server are removed. Raises UsageError for any other place, and if both are the same."""
        from archiver.index.move import move_index  # as above

        self._refuse_links()
        return move_index(self.root, self._server(source), self._server(target))

    def manifest(self) -> Head | None:
        """Add a manifest of what is in none yet, and return the last manifest; None if there is none."""
        self._refuse_none()
        self._refuse_links()
        index = Index.open(self.root, self._at)
        try:
            added = add_manifest(self.root, index)
        finally:
            index.close()
        try:
            return added or head(self.root)
        except OSError as error:
            raise StoreError(f"{self.output}: the manifests cannot be read: {os_reason(error)}") from error

    def _own_captures(self) -> Location:
        """Return the directory of the archive's captures. Raises CaptureError if there is none."""
        captures = self.root / CAPTURES
        if not captures.is_dir():
            raise CaptureError(
                f"{self.output}: nothing is captured in it; name what to replay, or another archive with --output"
            )
        return captures

    @property
    def _at(self) -> str:
        """The address of the server that the index is on; empty: it is a file in the archive."""
        return str(self.configuration["ARCHIVER_INDEX"])

    def _server(self, place: str) -> str:
        """Return the address of a server that a user names, empty for the file. If it is the server of the settings,
        named without its password, the address in the settings is returned, so the password need not be given again."""
        if place == FILE_WORD:
            return ""
        if not is_server(place):
            raise UsageError(f"{without_secrets(place)}: expected {FILE_WORD}, or the address of a PostgreSQL database")
        return self._at if shown(self._at) == place else place

    def _refuse_links(self, parts: Collection[str] = PARTS) -> None:
        """Raise StoreError if one of these parts of the archive is a link that leads out of it, unless ARCHIVER_LINKS
        allows it."""
        if not self.configuration["ARCHIVER_LINKS"]:
            refuse_links(self.output, parts)

    @property
    def _stuck_after(self) -> timedelta | None:
        span = self.configuration["ARCHIVER_STUCK_AFTER"]
        return read_span(span) if span else None

    def _refuse_none(self) -> None:
        """Raise IndexFileError if there is no index, StoreError if the archive is no directory."""
        self.configuration.refuse_file()
        if Index.exists(self.output, self._at):
            return
        if (self.root / POSTS).is_dir():
            adopt = shlex.join(["archiver", "adopt", str(self.output)])
            raise IndexFileError(
                f"{self.output}: there are posts, but no index of them; put a copy of it in its place, or write one: "
                f"`{adopt}` (docs/operations.md: Restore)"
            )
        raise IndexFileError(
            f"{self.output}: there is no index: nothing has been crawled into it yet; name another archive with "
            "--output, or fill it: `archiver crawl`, `archiver get`, for posts that exist `archiver adopt`"
        )

    @contextmanager
    def _reading(self) -> Iterator[Index]:
        """Open the index for reading. Raises IndexFileError if there is none."""
        self._refuse_none()
        index = Index.read(self.root, self._at)
        try:
            yield index
        finally:
            index.close()

    def _undamaged(self, report: RunReport) -> RunReport:
        """Return the report of a run. But if it has a fault of this program, check the index, which may be the cause:
        raises IndexFileError if it is damaged."""
        if any(FAULT in one for one in (*report.alarms, *(failure["reason"] for failure in report.failures))):
            Index.refuse_damage(self.root, self._at)
        return report


def _engine(name: str, jobs: int | None) -> Engine:
    """Return an engine. Raises UsageError, EngineError."""
    from archiver.engines import load_engine, processes  # as above

    if jobs is not None and jobs < 1:
        raise UsageError("jobs: expected a number of 1 or more")
    return load_engine(name, jobs) if name else processes.engine(jobs=jobs)


def _web_address(text: str) -> str:
    """Return the web address that a user typed, in its normal form. Raises UsageError if it is none."""
    if address := normalise(web_address(text)):
        return address
    raise UsageError(f"{text}: no address of the web; expected one such as https://news.example.com/")


def _as_known(reference: Reference, index: Index) -> Reference:
    """Return the reference with the id that the article has in the archive: a web page can be named by any of its
    addresses, and by ids that it had before."""
    name = plain_form(web_address(reference.address)) or reference.id if reference.recipe.is_web else ""
    known = index.known_as([name]).get(name) if name else None
    return replace(reference, id=known.id) if known else reference
