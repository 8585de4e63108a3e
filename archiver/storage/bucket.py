"""A bucket of an object store that speaks S3, with obstore: requests, their results, and errors that say what to do.

If a store that was reached before cannot be reached, requests are repeated for about a minute. If it was never reached,
the error is raised at once: most likely the address or a key is wrong. What is wrong with the bucket as a whole is
a StoreError, which ends the command: a file must not be taken for missing because the store could not be asked.
"""

from __future__ import annotations

import errno
import os
import re
import time
from datetime import datetime, timedelta
from functools import lru_cache, partial
from typing import TYPE_CHECKING, NamedTuple, NoReturn, TypeVar
from urllib.parse import urlsplit

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError, PreconditionError
from obstore.store import S3Store

from archiver.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from obstore import PutMode

Result = TypeVar("Result")

WAIT_SECONDS = (0.1, 0.2, 0.5, 1, 2, 4, 8, 15, 30)  # seconds before each further attempt
KEYS_PER_PAGE = 1000  # keys that a store lists at once
ENDPOINT_VARIABLES = ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", "AWS_ENDPOINT")  # the first that is set counts
CODE_PATTERN = re.compile(r"<Code>(\w+)</Code>")
STATUS_PATTERN = re.compile(r"status code: (\d{3})")
# Range Not Satisfiable: the range begins behind the end of the object.
BEYOND_END_PATTERN = re.compile(r"status code: 416")
UNREACHED_PATTERN = re.compile(r"HTTP error: |operation timed out")
BUSY_STATUSES = ("409", "429", "500", "502", "503", "504")  # statuses after which the request is repeated
DETAILS_MARK = "Debug source:"  # what follows it in a message of obstore is for programmers
KEYS_ADVICE = "look at AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
# By the error code of the store: what to do. Only codes that concern the whole bucket, none that concern one object.
ADVICE_OF_CODE = {
    "NoSuchBucket": "there is no such bucket; make it, or correct ARCHIVER_STORE",
    "InvalidBucketName": "there can be no bucket of that name; correct ARCHIVER_STORE",
    "InvalidAccessKeyId": f"the store does not know the key; {KEYS_ADVICE}",
    "SignatureDoesNotMatch": f"the store does not take the key; {KEYS_ADVICE}",
    "ExpiredToken": "the key is no longer valid; get a new one (AWS_SESSION_TOKEN)",
    "AccessDenied": "the key may not do that; give it the right to read, write, list and delete there",
    "AuthorizationHeaderMalformed": "the bucket is in another region; set AWS_REGION",
    "PermanentRedirect": "the bucket is in another region; set AWS_REGION",
}
METADATA_SERVICE = "169.254.169.254"  # where obstore looks for a key if none is given
# What is said of a key that is not there, or only half there.
NO_KEY_PATTERN = re.compile(rf"{re.escape(METADATA_SERVICE)}|Missing (?:AccessKeyId|SecretAccessKey)")


class Got(NamedTuple):
    """Bytes of an object. size: of the whole object. tag: its ETag, which names this content. modified: microseconds
    since 1970."""

    content: bytes
    size: int
    tag: str
    modified: int


class Listed(NamedTuple):
    """An object in a listing. modified: microseconds since 1970."""

    key: str
    size: int
    modified: int


class Bucket:
    """Objects below an address (`s3://BUCKET/PREFIX`), by their keys there. Every method raises StoreError."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._store = _opened(address)
        self.is_reached = False

    def get(self, key: str, start: int = 0, end: int | None = None) -> Got:
        """Return an object; if `end` is given, only its bytes from `start` up to, but not including, `end`. Raises
        FileNotFoundError if there is no such object."""

        def get() -> Got:
            try:
                found = obstore.get(self._store, key, options={} if end is None else {"range": (start, end)})
            except BaseError as error:
                if not BEYOND_END_PATTERN.search(str(error)):
                    raise
                return self.head(key)
            meta = found.meta
            content = bytes(found.bytes())
            return Got(content, meta["size"], meta["e_tag"] or "", _micros(meta["last_modified"]))

        return self._patiently(key, get)

    def head(self, key: str) -> Got:
        """Return what is known of an object, without its content. Raises FileNotFoundError if it is not there."""

        def head() -> Got:
            meta = obstore.head(self._store, key)
            return Got(b"", meta["size"], meta["e_tag"] or "", _micros(meta["last_modified"]))

        return self._patiently(key, head)

    def create(self, key: str, content: bytes) -> bool:
        """Write an object if there is none of that key (If-None-Match), and return whether it was written."""
        return self._swap(key, content, "create", AlreadyExistsError)

    def replace(self, key: str, content: bytes, tag: str) -> bool:
        """Replace an object if its content is still the one that `tag` names (If-Match), and return whether it was."""
        return self._swap(key, content, {"e_tag": tag}, PreconditionError)

    def write(self, key: str, content: bytes) -> None:
        """Write an object, whatever is there."""
        self._patiently(key, lambda: self._put(key, content, "overwrite"))

    def delete(self, key: str) -> None:
        """Delete an object, if it is there."""
        self._patiently(key, lambda: obstore.delete(self._store, key))

    def listed(self, below: str) -> Iterator[Listed]:
        """Yield the objects whose keys begin with `below` and a slash, in the order of their keys."""
        page = self._patiently(below, partial(self._page, below, None))
        while page:
            yield from page
            if len(page) < KEYS_PER_PAGE:
                return
            page = self._patiently(below, partial(self._page, below, page[-1].key))

    def _page(self, below: str, after: str | None) -> list[Listed]:
        """Return the page of the listing that follows a key. Pages are asked for one by one: a listing of obstore that
        fails in the middle just ends there, as if it were complete."""
        page = next(iter(obstore.list(self._store, below, offset=after, chunk_size=KEYS_PER_PAGE)), ())
        return [Listed(one["path"], one["size"], _micros(one["last_modified"])) for one in page]

    def _swap(self, key: str, content: bytes, mode: PutMode, refused: type[BaseError]) -> bool:
        attempts = 0

        def put() -> bool:
            nonlocal attempts
            attempts += 1
            try:
                self._put(key, content, mode)
            except (refused, FileNotFoundError) as error:
                if isinstance(error, FileNotFoundError) and _is_of_bucket(str(error)):
                    raise
                # An earlier attempt may have succeeded, and only its answer was lost.
                return attempts > 1 and self._has(key, content)
            return True

        return self._patiently(key, put)

    def _put(self, key: str, content: bytes, mode: PutMode) -> None:
        try:
            obstore.put(self._store, key, content, mode=mode, use_multipart=False)
        except FileNotFoundError as error:
            if isinstance(mode, dict):  # the object that is to be replaced is not there
                raise
            raise StoreError(f"{self._address}: {_reason(str(error))}") from error

    def _has(self, key: str, content: bytes) -> bool:
        try:
            return bytes(obstore.get(self._store, key).bytes()) == content
        except FileNotFoundError:
            return False

    def _patiently(self, key: str, act: Callable[[], Result]) -> Result:
        """Return what `act` returns. It is called again, after the next of `WAIT_SECONDS`, while the store is busy or,
        once it has been reached, cannot be reached."""
        waits = iter(WAIT_SECONDS)
        while True:
            try:
                result = act()
            except (BaseError, OSError) as error:
                message = str(error)
                status = STATUS_PATTERN.search(message)
                is_passing = (
                    status[1] in BUSY_STATUSES
                    if status
                    else self.is_reached and bool(UNREACHED_PATTERN.search(message))
                )
                wait = next(waits, None) if is_passing else None
                if wait is None:
                    self._fail(key, error, message)
                time.sleep(wait)
            else:
                self.is_reached = True
                return result

    def _fail(self, key: str, error: Exception, message: str) -> NoReturn:
        if isinstance(error, FileNotFoundError) and not _is_of_bucket(message):
            self.is_reached = True
            raise FileNotFoundError(errno.ENOENT, "there is no such object", f"{self._address}/{key}") from error
        raise StoreError(f"{self._address}: {_reason(message)}") from error


@lru_cache
def _of_process(address: str, pid: int, environment: tuple[tuple[str, str], ...]) -> Bucket:  # noqa: ARG001
    return Bucket(address)


def bucket(address: str) -> Bucket:
    """Return the bucket at an address. A process has one for each address (a forked process has its own, with its own
    connections); another one is made when the AWS_ variables of the environment change. Raises StoreError."""
    environment = tuple((name, value) for name, value in os.environ.items() if name.startswith("AWS_"))
    return _of_process(address, os.getpid(), environment)


def _opened(address: str) -> S3Store:
    name, _, prefix = address.partition("://")[2].partition("/")
    variable = next(filter(os.environ.get, ENDPOINT_VARIABLES), "")
    endpoint = os.environ.get(variable, "")
    if endpoint and not _is_server(endpoint):  # obstore itself ends in a panic at the first request
        raise StoreError(
            f"{address}: {variable} is no address of a server: {endpoint}; expected http:// or https:// and a host"
        )
    try:
        return S3Store(
            name,
            prefix=prefix or None,
            client_options={"allow_http": endpoint.startswith("http://"), "timeout": timedelta(minutes=2)},
            # When obstore itself repeats a conditional write that fails, it does not say whether the first attempt was
            # carried out. So repetitions are ours (`_patiently`, `_swap`).
            retry_config={"max_retries": 0, "retry_timeout": timedelta(0)},
            **({"endpoint": endpoint} if endpoint else {}),  # type: ignore[arg-type]
        )
    except (BaseError, ValueError) as error:
        raise StoreError(f"{address}: {_reason(str(error))}") from error


def _is_server(endpoint: str) -> bool:
    try:
        parts = urlsplit(endpoint)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # the port is no number, say
        return False


def _is_of_bucket(message: str) -> bool:
    match = CODE_PATTERN.search(message)
    return match is not None and match[1] in ADVICE_OF_CODE


def _reason(message: str) -> str:
    """Return why a request failed, and what to do. message: that of obstore."""
    if NO_KEY_PATTERN.search(message):
        return "no key for the store was found; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
    code, status = CODE_PATTERN.search(message), STATUS_PATTERN.search(message)
    if code and code[1] in ADVICE_OF_CODE:
        return ADVICE_OF_CODE[code[1]]
    if status and status[1] in ("401", "403"):  # without an error code: an answer to HEAD has no body
        return ADVICE_OF_CODE["AccessDenied"]
    if UNREACHED_PATTERN.search(message) and not status:
        return "the store cannot be reached; is it there? look at AWS_ENDPOINT_URL"
    if status and not code and status[1] not in BUSY_STATUSES:  # a store gives a code with each error
        return f"what answers there is no store (status {status[1]}); look at AWS_ENDPOINT_URL"
    first = " ".join(message.partition(DETAILS_MARK)[0].split())
    return f"the store says {code[1]}" if code else first[:300]


def _micros(time: datetime) -> int:
    return int(time.timestamp() * 1_000_000)
