"""The known settings, and the kind of each. Their defaults are in `archiver.settings`."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from archiver.configuration import kinds
from archiver.errors import UsageError
from archiver.suggestions import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable

SETTING_PREFIX = "ARCHIVER_"


class Setting(NamedTuple):
    """What is known of a setting.

    read: makes the value to use from the value that was given; raises ValueError. of_archive: it belongs to the
    archive, and may be in the archive's own file; the others belong to a run. identity: it decides what is written, so
    an archive keeps the value with which it was begun.
    """

    read: Callable[[object], object]
    of_archive: bool = False
    identity: bool = False


SETTINGS: dict[str, Setting] = {
    "ARCHIVER_OUTPUT": Setting(kinds.directory),
    "ARCHIVER_INDEX": Setting(kinds.server_address, of_archive=True),
    "ARCHIVER_STORE": Setting(kinds.store_address, of_archive=True, identity=True),
    "ARCHIVER_PROFILE": Setting(kinds.choice("clean", "source"), of_archive=True, identity=True),
    "ARCHIVER_RECIPES": Setting(kinds.directories, of_archive=True, identity=True),
    "ARCHIVER_SITE": Setting(kinds.text, of_archive=True, identity=True),
    "ARCHIVER_SITE_NAME": Setting(kinds.text, of_archive=True),
    "ARCHIVER_SITE_LANGUAGE": Setting(kinds.choice("zh", "en"), of_archive=True),
    "ARCHIVER_SITE_ACCENT": Setting(kinds.colour, of_archive=True),
    "ARCHIVER_FORCE": Setting(kinds.switch),
    "ARCHIVER_KEEP_PAYWALLED": Setting(kinds.switch, of_archive=True),
    "ARCHIVER_LAYOUT": Setting(kinds.choice("flat", "month"), of_archive=True, identity=True),
    "ARCHIVER_EVERY_FORM": Setting(kinds.switch, of_archive=True, identity=True),
    "ARCHIVER_RECHECK": Setting(kinds.span, of_archive=True),
    "ARCHIVER_WARC": Setting(kinds.optional_switch, of_archive=True),
    "ARCHIVER_WARC_PAGES": Setting(kinds.switch, of_archive=True),
    "ARCHIVER_PICTURES": Setting(kinds.optional_switch, of_archive=True),
    "ARCHIVER_WARC_SIZE": Setting(kinds.whole_number, of_archive=True),
    "ARCHIVER_ON_ALARM": Setting(kinds.text),
    "ARCHIVER_ON_ALARM_POST": Setting(kinds.web_address),
    "ARCHIVER_STUCK_AFTER": Setting(kinds.span, of_archive=True),
    "ARCHIVER_LINKS": Setting(kinds.switch, of_archive=True),
    "ARCHIVER_DRY_RUN": Setting(kinds.switch),
    "ARCHIVER_MAX_REQUESTS": Setting(kinds.whole_number),
    "ARCHIVER_MAX_SECONDS": Setting(kinds.seconds),
    "ARCHIVER_CONTACT": Setting(kinds.text, of_archive=True),
    "ARCHIVER_BACKOFF": Setting(kinds.seconds),
    "ARCHIVER_RETRY_AFTER_MAX": Setting(kinds.seconds),
    "ARCHIVER_BROWSER": Setting(kinds.choice("recipe", "refused", "always"), of_archive=True),
    "ARCHIVER_BROWSER_PROGRAM": Setting(kinds.text),
    "ARCHIVER_BROWSER_SECONDS": Setting(kinds.seconds),
    "ARCHIVER_BROWSER_REQUESTS": Setting(kinds.whole_number),
    "ARCHIVER_BROWSER_BYTES": Setting(kinds.whole_number),
    "ARCHIVER_BROWSER_MEMORY": Setting(kinds.whole_number),
    "ARCHIVER_EXTRACTORS": Setting(kinds.whole_number),
    "ARCHIVER_SCRATCH": Setting(kinds.text, of_archive=True),
    # Settings of Scrapy that people set.
    "ROBOTSTXT_OBEY": Setting(kinds.switch),
    "DOWNLOAD_DELAY": Setting(kinds.seconds),
    "DOWNLOAD_TIMEOUT": Setting(kinds.seconds),
    "RETRY_TIMES": Setting(kinds.whole_number),
    "CONCURRENT_REQUESTS": Setting(kinds.whole_number),
    "CONCURRENT_REQUESTS_PER_DOMAIN": Setting(kinds.whole_number),
}


def setting_name(keyword: str) -> str:
    """Return the setting that a keyword of Python names: `profile` is ARCHIVER_PROFILE, `download_delay` is
    DOWNLOAD_DELAY. Raises UsageError for a name that looks like a misspelt setting of ours."""
    name = keyword.upper()
    if SETTING_PREFIX + name in SETTINGS:
        return SETTING_PREFIX + name
    ours = [one.removeprefix(SETTING_PREFIX).lower() for one in SETTINGS]
    if name not in SETTINGS and (suggestion := did_you_mean(keyword, ours)):
        raise UsageError(f"{keyword}: no such setting{suggestion}")
    return name
