"""Credentials in headers, in addresses and on command lines: how they are recognised and removed. No I/O.

Archives are made to be published. What a source sends to everybody is kept as it came. What shows a source, or a proxy,
who we are is removed before anything is written.
"""

from __future__ import annotations

import re
from functools import lru_cache
from hashlib import sha256
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote, unquote_plus, urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

REMOVED_MARK = "removed"  # stands in the place of a private value
# The placeholder of a value that looks like a key has so many digits of its SHA-256: so pages whose addresses differ
# only in it stay different pages. They are too few to find out the value.
DIGEST_DIGITS = 8
PLACEHOLDER_PATTERN = re.compile(rf"{REMOVED_MARK}(?:-[0-9a-f]{{{DIGEST_DIGITS}}})?")
PLACED_PATTERN = re.compile(rf"={PLACEHOLDER_PATTERN.pattern}(?![^&;#/?])")
# Headers of a request: Authorization, Proxy-Authorization, Cookie, X-Api-Key, X-Auth-Token, Private-Token and the like.
PRIVATE_HEADER_PATTERN = re.compile(
    r".*(?:authorization|authentication|cookie|token|secret|pass(?:w|phrase|code)|credential|signature|session|jwt|hmac"
    r"|bearer|api-?key|csrf|xsrf|saml|wsse|assertion).*|(?:.*-)?(?:key|auth|pass|pwd?|pin|login|otp|sso|ticket|sid|dpop)"
)
# These headers are never private: browsers send them, or they only identify a request. Any other header is private if
# its value looks like a key (X-Client-Id, X-License).
PUBLIC_HEADER_PATTERN = re.compile(
    r"accept(?:-.*)?|cache-control|connection|content-.*|date|dnt|expect|forwarded|from|host|if-.*|keep-alive|origin|pragma"
    r"|priority|proxy-connection|purpose|range|referer|save-data|sec-.*|te|trace(?:parent|state)|trailer|transfer-encoding|upgrade.*"
    r"|user-agent|via|x-(?:client-data|correlation-id|forwarded-.*|real-ip|request-id|requested-with)"
)
# Names of parameters in addresses, without `-`, `_` and the like: those in PRIVATE_NAME_PATTERN are private whatever
# their value is, those in DOUBTFUL_NAME_PATTERN if their value looks like a key.
PRIVATE_NAME_PATTERN = re.compile(
    r"(?:|access|auth|oauth|api|app|bearer|client|csrf|xsrf|id|login|private|refresh|sas|security|session|user)token"
    r"|.*secrets?(?:key)?|.*pass(?:w(?:or)?d|phrase|code)|(?:auth|user)?pwd?|sig|.*signature|.*credentials?|xamz.*|.*hmac|hdn(?:ea|ts|tl)"
    r"|.*(?:access|account|admin|api|app|auth|client|consumer|customer|dev|developer|feed|licen[cs]e|master|member|private"
    r"|reader|rss|secret|service|shared|storage|subscri(?:ber|ption)|user)keys?(?:id)?|keypairid|.*sess(?:ion)?id|jwt|otp|bearer|authorization"
)
DOUBTFUL_NAME_PATTERN = re.compile(
    r"key|sid|auth|pass|sign|ticket|session|code|skey|policy|login|licen[cs]e|(?!page|next|continuation|cursor).*token"
)
KEY_LIKE_PATTERN = re.compile(r"(?=.*[0-9])(?=.*[A-Za-z])[A-Za-z0-9_+/=.~-]{16,}")
LIST_INDEX_PATTERN = re.compile(r"\[\d*\]\s*$")  # at the end of the name of a parameter with several values
NAME_MARKS_PATTERN = re.compile(r"[-_. \[\]]+")
# The scheme, after which browsers accept any number of slashes, and the user and password before the host.
USER_PATTERN = re.compile(r"^(\s*(?:https?:[/\\]*|(?:[a-z][a-z0-9+.-]*:)?[/\\]{2,}))([^/?#\\]*)@", re.IGNORECASE)
# Of an address: all up to its path, and query and fragment.
ADDRESS_PARTS_PATTERN = re.compile(r"([^?#]*)(.*)", re.DOTALL)
PATH_PARAMETER_PATTERN = re.compile(r"(?<=;)([^=;/]+)=([^;/]*)")
PARAMETER_PATTERN = re.compile(r"(?<=[?&;#])([^=&;#?]+)=([^&;#]*)")
WEB_ADDRESS_PATTERN = re.compile(r"https?://", re.IGNORECASE)
ADDRESS_IN_TEXT_PATTERN = re.compile(r"https?://[^\s\"'<>]+", re.IGNORECASE)
NEXT_ADDRESS_PATTERN = re.compile(r"(?=https?://)", re.IGNORECASE)
# Marks at the end of an address that belong to the text.
MARKS_AFTER_ADDRESS = ".,:;!?()[]{}|…«»‘’‚“”„、。！？，：；（）"
MAX_NESTED_ADDRESSES = 8  # so deeply nested addresses (an address in a parameter of an address) are looked through
# Characters: a shorter secret is not looked for in other texts, where it would be part of other words.
MIN_SECRET_CHARACTERS = 6
# Command-line options and settings whose values are private, whatever they look like.
PRIVATE_OPTION_PATTERN = re.compile(r"--on-alarm(?:-post)?")
PRIVATE_SETTING_PATTERN = re.compile(
    r"ARCHIVER_ON_ALARM\w*|DEFAULT_REQUEST_HEADERS|\w*(?:PROXY|PASS|PASSWORD|TOKEN|SECRET|KEY)"
)
SETTING_PATTERN = re.compile(r"(\w+)=(.*)", re.DOTALL)


@lru_cache(1024)
def is_private_header(name: str, value: str = "") -> bool:
    """Return whether a request header shows who we are: by its name; or by its value, if that looks like a key and the
    name is not known to be harmless."""
    name = name.lower().replace("_", "-")
    if PRIVATE_HEADER_PATTERN.fullmatch(name):
        return True
    return PUBLIC_HEADER_PATTERN.fullmatch(name) is None and any(map(KEY_LIKE_PATTERN.fullmatch, value.split()))


def public_address(url: str) -> str:
    """Return an address without user name and password, and with placeholders for the values of keys and tokens."""
    return _split(url)[0]


def private_parts(url: str) -> list[str]:
    """Return the values in an address that `public_address` takes out."""
    return list(_split(url)[1])


def placeholder(value: str) -> str:
    """Return the placeholder for a private value."""
    plain = unquote_plus(value)
    if not KEY_LIKE_PATTERN.fullmatch(plain):
        return (
            REMOVED_MARK  # no digest: it may be a password that somebody made up, and could be guessed from its digest
        )
    return f"{REMOVED_MARK}-{sha256(plain.encode(errors='surrogatepass')).hexdigest()[:DIGEST_DIGITS]}"


def authority(url: str) -> str:
    """Return the host of an address, with its port if that is given, and without user name and password. Raises
    ValueError if it is no address."""
    return urlsplit(url).netloc.rpartition("@")[2]


def has_placeholder(url: str) -> bool:
    """Return whether an address has a placeholder, that is, whether a private value was taken out of it."""
    return PLACED_PATTERN.search(url) is not None


def public_values(value: Any) -> Any:
    """Return a JSON value with `public_address` applied to the texts in it that are addresses."""
    if isinstance(value, str):
        return public_address(value) if WEB_ADDRESS_PATTERN.match(value) else value
    if isinstance(value, dict):
        return {key: public_values(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [public_values(one) for one in value]
    return value


def public_text(text: str) -> str:
    """Return a text of this program (a message, say) with `public_address` applied to the addresses in it."""
    return ADDRESS_IN_TEXT_PATTERN.sub(_public_words, text)


def _public_words(match: re.Match[str]) -> str:
    """Return an address from a text without its private parts. More addresses may follow it without a space, since a
    private part may itself be an address."""
    return "".join(map(_public_word, NEXT_ADDRESS_PATTERN.split(_public_word(match[0]))))


def _public_word(text: str) -> str:
    address = text.rstrip(MARKS_AFTER_ADDRESS)
    return public_address(address) + text[len(address) :]


def public_texts(value: Any) -> Any:
    """Return a JSON value whose texts are this program's, with `public_text` applied to all of them."""
    if isinstance(value, str):
        return public_text(value)
    if isinstance(value, dict):
        return {key: public_texts(one) for key, one in value.items()}
    return [public_texts(one) for one in value] if isinstance(value, list | tuple) else value


def public_arguments(arguments: Iterable[str]) -> Iterator[str]:
    """Yield the arguments of a command line without credentials: `public_address` is applied to addresses, and
    `removed` stands for the values of options and settings that say where alarms go, for request headers, and for
    settings whose names say that they are a key or a password."""
    hidden = False
    for argument in arguments:
        option, equals, _ = argument.partition("=")
        setting = SETTING_PATTERN.fullmatch(argument)
        if hidden:
            yield REMOVED_MARK
        elif equals and PRIVATE_OPTION_PATTERN.fullmatch(option):
            yield f"{option}={REMOVED_MARK}"
        elif setting and PRIVATE_SETTING_PATTERN.fullmatch(setting[1]):
            yield f"{setting[1]}={REMOVED_MARK}"
        else:
            yield public_text(argument)
        hidden = not equals and PRIVATE_OPTION_PATTERN.fullmatch(argument) is not None


@lru_cache(1024)
def _split(url: str, depth: int = 0) -> tuple[str, tuple[str, ...]]:
    """Return an address as `public_address` does, and the values that were taken out. depth: in how many other
    addresses it is nested."""
    taken: list[str] = []

    def without_user(match: re.Match[str]) -> str:
        taken.extend([*match[2].split(":", 1), match[2]])
        return match[1]

    def without_value(match: re.Match[str]) -> str:
        name, value = match.groups()
        if _is_private_parameter(name, value):
            taken.append(value)
            return f"{name}={placeholder(value)}"
        public, more = _split_value(value, depth + 1)
        taken.extend(more)
        return f"{name}={public}" if more else match[0]

    path, rest = ADDRESS_PARTS_PATTERN.fullmatch(USER_PATTERN.sub(without_user, url)).groups()  # type: ignore[union-attr]
    return PATH_PARAMETER_PATTERN.sub(without_value, path) + PARAMETER_PATTERN.sub(without_value, rest), tuple(taken)


def _split_value(value: str, depth: int) -> tuple[str, tuple[str, ...]]:
    """Do the same for a parameter's value, which may be an address, percent-encoded once or several times."""
    if depth > MAX_NESTED_ADDRESSES:
        return value, ()
    if "=" in value or "@" in value:
        return _split(value, depth)
    plain = unquote(value) if "%" in value else value
    if plain == value:
        return value, ()
    public, more = _split_value(plain, depth + 1)
    return quote(public, safe="") if more else value, more


def _is_private_parameter(name: str, value: str) -> bool:
    always, perhaps = _may_be_private(name)
    if not (always or perhaps):
        return False
    plain = unquote_plus(value)
    if not plain or PLACEHOLDER_PATTERN.fullmatch(plain):
        return False
    return always or KEY_LIKE_PATTERN.fullmatch(plain) is not None


@lru_cache(1024)
def _may_be_private(name: str) -> tuple[bool, bool]:
    """Return whether a parameter of that name is always private, and whether it is private if its value looks like a
    key."""
    plain = NAME_MARKS_PATTERN.sub("", LIST_INDEX_PATTERN.sub("", unquote_plus(name).lower()))
    return PRIVATE_NAME_PATTERN.fullmatch(plain) is not None, DOUBTFUL_NAME_PATTERN.fullmatch(plain) is not None
