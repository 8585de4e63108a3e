"""The Python API: an archive, and for each command a method. Each returns plain values, and prints nothing."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import IO, TYPE_CHECKING, Any, NamedTuple

from archiver.addresses import resolve, web_address
from archiver.adoption import PostRepair, adopt
from archiver.adoption.lost import Lost
from archiver.adoption.signatures import renew_signatures
from archiver.captures.regions import files_in
from archiver.clock import moment
from archiver.configuration import Configuration, load_configuration, setting_name
from archiver.configuration.kinds import whole_number
from archiver.crewing import Crew
from archiver.discovery import read_opml
from archiver.discovery.offer import Offer
from archiver.engines import load_engine, processes
from archiver.errors import (
    FAULT,
    IndexFileError,
    LockedError,
    StoreError,
    StuckError,
    UnknownAddressError,
    UnknownListingError,
    UsageError,
    os_reason,
)
from archiver.exports import About, load_format
from archiver.exports.read import Entries
from archiver.exports.selection import Selection, read_since, select
from archiver.exports.target import write_to_path, write_to_stream
from archiver.following import Followed, add_followed, read_followed, remove_followed, resolve_names
from archiver.identity import normalise, plain_form
from archiver.index import Index
from archiver.index.move import move_index
from archiver.index.whereabouts import HERE
from archiver.links import refuse_links
from archiver.manifest import add_manifest, head
from archiver.minhash import scheme
from archiver.places import CAPTURES, INDEX, PARTS, POSTS, SITE, TEMPLATES
from archiver.private import USER, public_address
from archiver.recipes import recipes_for, sites_for, web_recipe
from archiver.remembering import remember_profile, remembering
from archiver.server_address import is_server, shown, without_secrets
from archiver.session_options import session_options
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
    from archiver.engines import Engine
    from archiver.exports import Entry
    from archiver.index.move import Moved
    from archiver.manifest import Head
    from archiver.reading import Explanation
    from archiver.recipes import Recipe, SiteRecipe
    from archiver.replay import Change, Summary
    from archiver.run_report import Result, RunReport
    from archiver.site import Built, Look, SiteServer, Wrote
    from archiver.storage import Root
    from archiver.verified import Verified
    from archiver.views import ArticleHistory, Duplicate


class Exported(NamedTuple):
    """What an export came to. left_out: how many articles the format does not take, by the reason. failed: posts that
    could not be read. saved_by: all were saved by then; what comes later is there with `since` that time. others: what
    else than articles was exported, and how many of each (`feed`)."""

    exported: int
    left_out: dict[str, int]
    failed: int
    saved_by: datetime | None
    others: Mapping[str, int] = MappingProxyType({})


class Archive:
    """An archive in a directory, with the settings that it is read and written with.

    Every method may raise `archiver.errors.ArchiverError`, by name: UsageError for what cannot be, LockedError while
    another run is at work, IndexFileError, StoreError, CaptureError, ExportError, RecipeError, PluginError.
    """

    def __init__(self, output: str | Path | None = None, **settings: object) -> None:
        """Take the archive's directory, which need not be there yet (without it: ARCHIVER_OUTPUT), and settings by
        their names in small letters, without ARCHIVER_: `profile="source"`, `download_delay=0`. Raises UsageError."""
        # What is logged, and where to, is for the program to say that uses this.
        given = {"LOG_INSTALL_ROOT_HANDLER": False} | {setting_name(name): value for name, value in settings.items()}
        self.configuration = load_configuration(given | ({} if output is None else {"ARCHIVER_OUTPUT": str(output)}))

    @classmethod
    def configured(cls, configuration: Configuration) -> Archive:
        """Return the archive of a configuration that is there already."""
        archive = cls.__new__(cls)
        archive.configuration = configuration
        return archive

    @property
    def output(self) -> Path:
        """The archive's directory."""
        return self.configuration.output

    @property
    def root(self) -> Root:
        """Where its files are: in its directory, or some of them in a store (ARCHIVER_STORE)."""
        return self.configuration.root

    @property
    def recipes(self) -> dict[str, Recipe]:
        """The sources that are known, by name. Raises RecipeError, PluginError."""
        return recipes_for(self.configuration)

    @property
    def sites(self) -> tuple[SiteRecipe, ...]:
        """The recipes for the general reading of sites. Raises RecipeError, PluginError."""
        return sites_for(self.configuration)

    def refuse_damage(self) -> None:
        """Raise IndexFileError if the index is damaged, with what to do."""
        Index.refuse_damage(self.root, self._at)

    def get(
        self,
        *addresses: str,
        listed: Sequence[str] = (),
        listener: Callable[[Result], None] | None = None,
        on_request: Callable[[str], None] | None = None,
    ) -> RunReport:
        """Fetch articles by address or id, and write their posts. listed: more of them, from a list that somebody else
        may have made: a private host that is named only there is not asked. listener: is told of each, on_request of
        the host of each request."""
        # A crawl may begin every five minutes, and most commands take less time to run than Scrapy does to load: what
        # one method alone needs is loaded by it.
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
        """Read listings (`SOURCE` or `SOURCE/LISTING`), and what sites and feeds list (by their addresses, followed or
        not; `web` is all that is followed), fetch what is due of them, and write the posts. None: all listings, and all
        that is followed.

        since: only articles published then or later: a date, a time, or a span before now. limit: articles at most; the
        rest stays due. pages: of listings that have several. retry: ask at once, too, for those that gave no post
        (after a recipe was mended, say). listener: is told of each article, on_request of the host
        of each request, on_total of the number of articles that it asks for, whenever more is known of that. workers:
        processes of this machine that share the work; then the last two are told nothing, and CrewError is raised if
        none of them comes to the end. Raises StuckError if another run has been at work for longer than
        ARCHIVER_STUCK_AFTER.
        """
        from archiver.crawling import crawl_listings  # as above

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
                    return self._undamaged(self._crew(listings, listener).crawl(workers, self._asked(**arguments)))
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
        """Crawl together with other workers of the archive, run after run, until a signal comes; return what the last
        run came to.

        A run that others have begun is joined, whatever it reads; one that begins here reads `listings`, as `crawl`
        does. every: how long after the last run one begins. until_idle: end with a run. on_report: is told of what
        each run came to. The last worker to leave a run, and it alone, reports on all of it, with its alarms; others
        report on what they did themselves. Raises LockedError if others took over from it, CrewError if it came to no
        end, with until_idle.
        """
        try:
            seconds = read_span(every).total_seconds()
        except ValueError as error:
            raise UsageError(f"every: {error}") from error
        with remembering(self.configuration):
            crew = self._crew(listings, listener)
            return crew.serve(self._asked(listings=listings), seconds, until_idle=until_idle, on_report=on_report)

    def _crew(self, listings: Sequence[str], listener: Callable[[Result], None] | None) -> Crew:
        """Return workers of this machine. Raises UsageError for listings that there are not."""
        if self.configuration["ARCHIVER_DRY_RUN"]:
            raise UsageError(
                "workers: a dry run fetches nothing, so there is nothing to share; leave one of the two out"
            )
        try:
            resolve_names(listings, self.recipes, read_followed(self.output))
        except UnknownListingError as error:
            raise UsageError(str(error)) from error
        return Crew(self.configuration, listener)

    def _asked(self, **arguments: Any) -> dict[str, Any]:
        """Return what workers are asked for. Raises UsageError."""
        arguments["listings"] = list(arguments["listings"])
        for name in ("limit", "pages"):
            try:
                arguments[name] = whole_number(str(arguments.get(name, 0)))
            except ValueError as error:
                raise UsageError(f"{name}: {error}") from error
        return {**arguments, "max_requests": self.configuration["ARCHIVER_MAX_REQUESTS"]}

    def pictures(self, on_request: Callable[[str], None] | None = None) -> RunReport:
        """Have the pictures of the posts that are there become files of the archive, and the posts show these.
        on_request: is told of the host of each request. `content["pictures"]` of the report says how many came, how
        many did not, and how many posts were written again."""
        from archiver.crawling import fetch_pictures  # as above

        self._refuse_none()
        return self._undamaged(fetch_pictures(self.configuration, on_request))

    def follow(self, *addresses: str, opml: Sequence[str | Path] = ()) -> list[Followed]:
        """Follow sites and feeds, by their addresses, and the feeds of lists (OPML files): crawls read them from now
        on. Returns those that were not followed before. Nobody is asked. Raises UsageError, also for an address with a
        password, and DiscoveryError for a file that is no list of feeds."""
        for address in addresses:
            if USER.match(address):
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
        """Follow sites or feeds no more; what is saved of them stays. Returns what was followed. Raises UsageError for
        an address that was not: then nothing is changed."""
        return remove_followed(self.output, [_web_address(address) for address in addresses])

    def followed(self) -> list[FollowedSite]:
        """Return what is followed, with what crawls have found to be read of it."""
        web = web_recipe(self.recipes.values())
        if web is None:
            return []
        index = Index.read(self.root, self._at)
        try:
            return read_sites(read_followed(self.output), index, web)
        finally:
            index.close()

    def fetch(self, *addresses: str, taken: Callable[[str, Answer | str], None]) -> int:
        """Fetch pages, as politely and guarded as articles, and write nothing: no archive is made. taken: is given each
        address with what came, or why nothing did. Returns the signal that ended it early, or 0."""
        from archiver.crawling import fetch_pages  # as above

        return fetch_pages(self.configuration, addresses, taken)

    def discover(self, address: str) -> tuple[Offer, int]:
        """Return what the site at `address` offers of its articles, and the signal that ended it early, or 0. It is
        asked as politely as for any article; nothing is written."""
        from archiver.crawling import survey_site  # as above

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
        """Make posts of captures, without asking anybody: of WARC and WACZ files and directories of them; without any,
        of the archive's own. dry: say what would change, and write nothing. pages: take every web page that no recipe
        knows for an article, too. engine: what reads them: `processes` of this machine (without
        one, too), `dask`, `dask://host:port`. jobs: its processes (one a core)."""
        from archiver.replay import replay  # as above

        start = _engine(engine, jobs)
        given = [located(file) for file in files] or [self.root / CAPTURES]
        found = files_in([file.absolute() for file in given] if engine else given)
        options = session_options(self.configuration, markup=True)
        options = replace(options, extract=replace(options.extract, any_page=pages))
        scratch = self.configuration["ARCHIVER_SCRATCH"]
        return replay(self.root, options, found, start, listener, scratch=scratch, dry=dry)

    def extract_captures(
        self,
        *files: str | Path,
        to: str | Path,
        engine: str = "",
        jobs: int | None = None,
        listener: Callable[[Done], None] = lambda _: None,
    ) -> Extraction:
        """Read the pages in captures, WARC and WACZ files and directories of them, into tables of Parquet in the
        directory `to`: each once, also if this is called again, or was killed. The archive has no part in it. engine,
        jobs: as for `replay`. listener: is told of each part that is done."""
        from archiver.datasets import extract_to  # as above

        start = _engine(engine, jobs)
        if not files:
            raise UsageError("no capture was given")
        found = files_in([located(file) for file in files])
        keep = self.configuration["ARCHIVER_KEEP_PAYWALLED"]
        return extract_to(Path(to), found, self.sites, start, listener, keep_paywalled=keep)

    def verify(self, *, repair: bool = False, remove_credentials: bool = False) -> Verified:
        """Check every file of the archive against what is known of it. repair: restore what the captures allow.
        remove_credentials: first write captures that hold a credential of ours anew without it."""
        from archiver.verified import verify  # as above

        self._refuse_none()
        self._refuse_links(PARTS if repair or remove_credentials else [INDEX])  # that it was verified is logged there
        options = session_options(self.configuration).extract
        return verify(self.root, self._at, options, repair=repair, remove_credentials=remove_credentials)

    def adopt(self, *, repair: bool = False) -> Survey:
        """Read the posts of an existing archive into its index, and say what is broken. repair: repair what can be;
        what only the source can repair is fetched. The archive remembers the profile that its posts are in, or the
        one that was given."""
        if not (self.root / POSTS).is_dir():
            raise UsageError(f"{self.root}: no {POSTS} there; name the directory of an archive")
        self._refuse_links()
        index = Index.open(self.root, self._at)
        try:
            survey = adopt(self.root, index, self.recipes)
            index.mark_complete()
            self.configuration = remember_profile(self.configuration, self.recipes)
            lost = Lost(self.root, self.recipes, survey)
            references = []
            if repair:
                PostRepair(self.root, index, self.recipes, survey).run()
                references = lost.references(index)
            add_manifest(self.root, index)
        finally:
            index.close()
        if references:  # when the index is closed: a crawl opens it
            from archiver.crawling import get_references  # as above

            reasons: dict[str, str] = {}

            def note(result: Result) -> None:
                reasons[result.address] = result.reason

            forced = self.configuration.override({"ARCHIVER_FORCE": True})
            get_references(forced, references, note)
            lost.settle(reasons)
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
        articles that have all of these words. last: only so many that were published last. listener: is told of each
        post that is left out or not as it was written. Raises BrokenPipeError if nobody reads the stream any more.
        """
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
        """Yield the articles, one by one, as `export` selects them; what cannot be read is left out."""
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
        """Make the archive's site in a directory (without one: `_site` in the archive), or bring it up to date.

        templates: a directory whose files stand in for ours of the same names (without one: `_templates` in the
        archive, if it is there). listener: is told of each post that is left out or not as it was written.
        """
        from archiver.site import build_site  # as above

        with self._reading() as index:
            directory = Path(to) if to else self.output / SITE
            processes = self.configuration["ARCHIVER_EXTRACTORS"]
            return build_site(self.root, index, self.recipes, directory, self._look(templates), listener, processes)

    def serve_site(
        self,
        directory: str | Path | None = None,
        *,
        database: str | Path | None = None,
        host: str = "127.0.0.1",
        port: int = 0,
    ) -> SiteServer:
        """Return a server of the archive's site that listens at `host` (port 0: any that is free); its `serve_forever`
        answers. database: an export `sqlite` to search in; without one, search is in titles only."""
        from archiver.site import FullText, SiteServer  # as above

        site = Path(directory) if directory else self.output / SITE
        return SiteServer(site, FullText(Path(database), site) if database else None, host, port)

    def write_jekyll(self, directory: str | Path | None = None) -> Wrote:
        """Write what a Jekyll site needs around the posts in a directory (without one: the archive) and
        has not yet."""
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
        theirs = Path(templates) if templates else self.output / TEMPLATES
        return Look(
            settings["ARCHIVER_SITE_NAME"] or host,
            host,
            settings["ARCHIVER_SITE_LANGUAGE"],
            settings["ARCHIVER_SITE_ACCENT"],
            theirs if templates or theirs.is_dir() else None,
        )

    def history(self, article: str) -> list[ArticleHistory]:
        """Return what is known of an article, by its id or address: where it was seen, and the versions of its posts.
        Raises UsageError if no source has such an address."""
        try:
            reference = resolve(article, self.recipes.values())
        except UnknownAddressError as error:
            raise UsageError(str(error)) from error
        with self._reading() as index:
            return read_history(self.root, index, _as_known(reference, index).id)

    def explain(self, article: str) -> Explanation | None:
        """Return how an article that the archive has was read, by its id or address; None if it has none of that name.

        Raises CaptureError if its answer was not captured.
        """
        from archiver.explaining import explain_article  # as above

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
        """Return articles that have other ids and the same text, or nearly the same, group by group; of each group that
        first which was published first.

        renew: first look at the posts that were not compared yet (`uncompared`).
        """
        if renew:
            self._renew_signatures()
        return self._duplicates()

    def uncompared(self) -> int:
        """Return how many articles were saved by an earlier version, and never compared with others since."""
        with self._reading() as index:
            return index.signatures.missing(scheme())

    def _duplicates(self) -> Iterator[tuple[Duplicate, ...]]:
        with self._reading() as index:
            yield from read_duplicates(index)

    def _renew_signatures(self) -> None:
        self._refuse_none()
        self._refuse_links()
        index = Index.open(self.root, self._at)
        try:
            renew_signatures(self.root, index, self.recipes)
        finally:
            index.close()

    def status(self) -> Status:
        """Return how the archive is."""
        with self._reading() as index:
            return read_status(self.root, index, datetime.now(UTC), self._stuck_after)

    def move_index(self, source: str, target: str) -> Moved:
        """Carry the index from one place to another: `sqlite` (the file in the archive) or the address of a PostgreSQL
        database. Every row is compared; a file is kept beside then, tables on a server are removed. Raises UsageError
        for what is neither, and if both are the same."""
        self._refuse_links()
        return move_index(self.root, self._server(source), self._server(target))

    def manifest(self) -> Head | None:
        """Put on record what is in no manifest yet, and return the last one; None if there is nothing to put there."""
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

    @property
    def _at(self) -> str:
        """The server that the index is on; empty: it is in the archive."""
        return str(self.configuration["ARCHIVER_INDEX"])

    def _server(self, place: str) -> str:
        """Return the address of a server that a user names, empty for the file: that of the settings with its password,
        which nobody needs to say again."""
        if place == HERE:
            return ""
        if not is_server(place):
            raise UsageError(f"{without_secrets(place)}: expected {HERE}, or the address of a PostgreSQL database")
        return self._at if shown(self._at) == place else place

    def _refuse_links(self, parts: Collection[str] = PARTS) -> None:
        """Raise StoreError if one of these parts of the archive leads out of it, and that is not meant."""
        if not self.configuration["ARCHIVER_LINKS"]:
            refuse_links(self.output, parts)

    @property
    def _stuck_after(self) -> timedelta | None:
        span = self.configuration["ARCHIVER_STUCK_AFTER"]
        return read_span(span) if span else None

    def _refuse_none(self) -> None:
        """Raise IndexFileError if there is no index, StoreError if the archive is no directory."""
        if self.output.exists() and not self.output.is_dir():
            raise StoreError(f"{self.output}: is no directory; name the archive's with --output")
        if not Index.exists(self.output, self._at):
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
        """Return the report of a run. Raises IndexFileError if something failed in it that nobody foresaw, and the
        index is damaged."""
        if any(FAULT in one for one in (*report.alarms, *(failure["reason"] for failure in report.failures))):
            Index.refuse_damage(self.root, self._at)
        return report


def _engine(name: str, jobs: int | None) -> Engine:
    """Return an engine. Raises UsageError, EngineError."""
    if jobs is not None and jobs < 1:
        raise UsageError("jobs: expected a number of 1 or more")
    return load_engine(name, jobs) if name else processes.engine(jobs=jobs)


def _web_address(text: str) -> str:
    """Return the address that is followed. Raises UsageError."""
    if address := normalise(web_address(text)):
        return address
    raise UsageError(f"{text}: no address of the web; expected one such as https://news.example.com/")


def _as_known(reference: Reference, index: Index) -> Reference:
    """Return an article as the archive knows it: one of the web has a key for each of its addresses, and may have had
    other ids."""
    name = plain_form(web_address(reference.address)) or reference.id if reference.recipe.is_web else ""
    known = index.known_as([name]).get(name) if name else None
    return replace(reference, id=known.id) if known else reference
