"""Reading posts: the bytes of a file in, the parts of the post out. No I/O."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

import yaml

from archiver.dates import WRITTEN_PATTERN, read_written
from archiver.posts import frontmatter
from archiver.posts.frontmatter import OTHER_TYPE_PATTERN, PLAIN_SCALAR_PATTERN, TRUE
from archiver.text import unescaped

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

# Characters and nested brackets of a front matter; the parser could overflow its stack.
MAX_FRONT_CHARACTERS, MAX_FRONT_DEPTH = 65536, 200
NESTED_PATTERN = re.compile(r"[\[{]|[-?:][ \t]+(?=[-?:][ \t])")
POST_KEYS = ("layout", "title", "date", "categories", "tags")
LIST_KEYS = ("categories", "tags")
YAML_LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)  # every scalar is the text that it is written as

# FRONT_PATTERN matches a front matter as the format has it; QUOTED_PATTERN scalars that can be read without a YAML
# parser. WEB_KEYS: keys that only posts of web pages have.
WEB_KEYS = ("author", "canonical_url", "lang", "modified", "description", "image", "paywalled", "moved_to")
FRONT_PATTERN = re.compile(
    r"---\nlayout: post\ntitle: (.*)\ndate: (.*)\ncategories: (.*)\ntags: (.*)\n"
    rf"((?:(?:{'|'.join(WEB_KEYS)}): .*\n)*)---\n"
)
LITERAL_EXPRESSION = r'[^"\\\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]'
QUOTED_PATTERN = re.compile(rf'"((?:{LITERAL_EXPRESSION}|\\(?:["\\tnr]|x[0-9A-F]{{2}}|u[0-9A-F]{{4}}))*+)"')
ESCAPE_PATTERN = re.compile(r"\\(?:x(..)|u(....)|(.))")
ESCAPED_CHARACTERS = {"t": "\t", "n": "\n", "r": "\r"}
# A front matter as Jekyll recognises it.
ANY_FRONT_PATTERN = re.compile(r"---[ \t\r]*\n(.*?)^(?:---|\.\.\.)[ \t\r]*(?:\n|\Z)", re.DOTALL | re.MULTILINE)
CANONICAL_PATTERN = re.compile(r"""^canonical_url:[ \t]*["']?(https?://[^\s"']+)""", re.MULTILINE)
KEY_LINE_PATTERN = re.compile(rf"^({'|'.join(POST_KEYS)}):[ \t]*(.*?)[ \t\r]*$", re.MULTILINE)

LINK_EXPRESSION = r"<((?:[a-zA-Z][\w+.-]*:[^<>\s]*)?)>"
BODY_END_PATTERN = re.compile(rf"\n\n{LINK_EXPRESSION}\n\n")
BARE_END_PATTERN = re.compile(rf"(?:\A|\n){LINK_EXPRESSION}[ \t\r\n]*\Z")  # of old posts, which have no footer
# The same as BODY_END_PATTERN, with spaces and line ends as editors leave them, before a footer that begins with a
# link.
LOOSE_END_PATTERN = re.compile(rf"\r?\n[ \t]*\r?\n[ \t]*{LINK_EXPRESSION}[ \t]*(?:\r?\n[ \t]*)+(?=\[)")
BLANK_START_PATTERN = re.compile(r"\ufeff?\s[\s\ufeff]*(?=---)")
QUOTE_PATTERN = re.compile(r"> ([^\n]*)\n\n")
ESCAPED_PATTERN = re.compile(r"\\([^\w\s]|_)|&#?\w+;")


class FrontFacts(NamedTuple):
    """Further facts in the front matter of a web page's post; empty where it has none."""

    authors: tuple[str, ...] = ()
    canonical: str = ""  # an address
    language: str = ""
    modified: datetime | None = None
    paywalled: bool = False
    moved_to: str = ""  # where the article's post is, if this one is a notice in the place of another


class ReadPost(NamedTuple):
    """The parts of a post. Of a broken one, those that can be read."""

    damage: str = ""  # why the file is not a complete text
    fault: str = ""  # why its front matter is invalid
    foreign: bool = False  # whether its front matter is that of something else than a post of ours
    misread: str = ""  # why Jekyll would find no front matter in the file, or ignore it
    title: str = ""
    date: datetime | None = None  # without an offset if it is written so
    written: str = ""  # the date as it is written
    categories: str = ""
    split: tuple[str, ...] = ()  # the categories that Jekyll makes of one with white space in it
    tags: tuple[str, ...] = ()
    more: FrontFacts = FrontFacts()
    quote: str | None = None
    body: str = ""
    link: str | None = None  # None: there is none, so the end that the format requires is missing
    footer: str = ""


def read(content: bytes, *, quoted: bool = False) -> ReadPost:
    """Return the parts of the post `content`. quoted: whether posts of its form may open with a block quote."""
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        return read_text(content.decode(errors="replace"), quoted)._replace(damage=f"not UTF-8 at byte {error.start}")
    return read_text(text, quoted)


def read_text(text: str, quoted: bool) -> ReadPost:
    """Return the parts of the post `text`; quoted: as for `read`."""
    shown = without_blank_start(text)
    if shown != text:
        post = read_text(shown, quoted)
        return (
            post
            if post.foreign
            else post._replace(misread="it begins with an empty line or with blanks, and not with ---")
        )
    match = FRONT_PATTERN.match(text)
    values = [_scalar(value) for value in match.groups()[:4]] if match else [None]
    if match and None not in values and (more := _front_lines(match[5])) is not None:
        title, written, categories, tag = (str(value) for value in values)
        tags = (tag,) if match[4][0] == "[" else tuple(tag.split())
        post = ReadPost(
            misread=_misread(match[3]),
            title=title,
            date=read_written(written),
            written=written,
            categories=categories,
            split=() if match[3][:1] == "[" else _split(categories),
            tags=tags,
            more=_about(more),
        )
        rest = text[match.end() :]
    else:
        text = text.removeprefix("\ufeff")
        post, end = _any_front(text)
        rest = text[end:]
        if "\r\n" in text[:end]:
            rest = rest.replace("\r\n", "\n")
    if "\0" in text:
        post = post._replace(damage="holds NUL bytes")
    return post if post.foreign else _with_rest(post, rest, quoted)


def without_blank_start(text: str) -> str:
    """Return `text` without the empty lines and blanks before its front matter, for which Jekyll finds none in it."""
    blank = BLANK_START_PATTERN.match(text)
    return text[blank.end() :] if blank else text


def unmarked(value: str) -> str:
    """Return the text that Markdown shows for `value`, which `markdown.text` or `markdown.quote` wrote."""
    return (
        ESCAPED_PATTERN.sub(lambda found: found[1] or unescaped(found[0]), value)
        if "\\" in value or "&" in value
        else value
    )


def front_lines(front: str) -> dict[str, str]:
    """Return what comes after each key of the format in a front matter that may be invalid YAML."""
    return dict(reversed(KEY_LINE_PATTERN.findall(front)))  # the first of each counts


def front_span(text: str) -> tuple[int, int] | None:
    """Return where in `text` the lines of the front matter begin and end; None if it has none that is closed."""
    match = ANY_FRONT_PATTERN.match(text)
    return match.span(1) if match else None


def is_sane(front: str) -> bool:
    """Return whether a front matter is short and flat enough for a YAML parser."""
    return len(front) <= MAX_FRONT_CHARACTERS and len(NESTED_PATTERN.findall(front)) <= MAX_FRONT_DEPTH


def load_front(front: str) -> dict[str, object] | str:
    """Return a front matter as a mapping, or the reason why it cannot be read as one."""
    if not is_sane(front):
        return "the front matter is not YAML that can be read: it is too long, or has too many brackets"
    try:
        loaded = yaml.load(front, YAML_LOADER)
    except yaml.MarkedYAMLError as error:
        line = f" in line {error.problem_mark.line + 2}" if error.problem_mark else ""
        return f"the front matter is not YAML: {error.problem}{line}"
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        return f"the front matter is not YAML: {str(error).splitlines()[0]}"
    return loaded if isinstance(loaded, dict) else "the front matter holds no keys"


def is_value(key: str, value: object) -> bool:
    """Return whether `value` is valid for `key` in a front matter: a text, or for some keys a list of texts."""
    if isinstance(value, list) and key in LIST_KEYS:
        return all(isinstance(one, str) for one in value)
    return isinstance(value, str)


def _front_lines(lines: str) -> dict[str, object] | None:
    """Return the keys and values in lines of a front matter; None if they cannot be read without a YAML parser."""
    values: dict[str, object] = {}
    for line in lines.splitlines():
        key, _, value = line.partition(": ")
        values[key] = TRUE if value == TRUE and key == "paywalled" else _scalar(value)
        if value[:1] == "[":
            loaded = load_front(line)
            values[key] = loaded[key] if isinstance(loaded, dict) else None
        if values[key] is None:
            return None
    return values


def _about(front: Mapping[str, object]) -> FrontFacts:
    """Return the further facts in a front matter; values that are no text are ignored."""
    author = front.get("author")
    authors = author if isinstance(author, list) else [author]
    texts = {key: value for key, value in front.items() if isinstance(value, str)}
    return FrontFacts(
        tuple(one for one in authors if isinstance(one, str) and one),
        texts.get("canonical_url", ""),
        texts.get("lang", ""),
        read_written(texts.get("modified", "")),
        texts.get("paywalled") == TRUE,
        texts.get("moved_to", ""),
    )


def _scalar(value: str) -> str | None:
    """Return the text of a scalar, or of a list of one quoted string; None if it cannot be read without a YAML
    parser."""
    if value[:1] == "[" and value[-1] == "]":
        value = value[1:-1]
    elif value[:1] != '"':
        plain = WRITTEN_PATTERN.fullmatch(value) or (
            PLAIN_SCALAR_PATTERN.fullmatch(value) and not OTHER_TYPE_PATTERN.fullmatch(value)
        )
        return value if plain else None
    match = QUOTED_PATTERN.fullmatch(value)
    if not match:
        return None
    return ESCAPE_PATTERN.sub(_unescaped, match[1]) if "\\" in value else match[1]


def _unescaped(match: re.Match[str]) -> str:
    return chr(int(match[1] or match[2], 16)) if match[1] or match[2] else ESCAPED_CHARACTERS.get(match[3], match[3])


def _any_front(text: str) -> tuple[ReadPost, int]:
    """Return the parts of a post whose front matter is not written as the format has it, and where that ends."""
    if not text.startswith("---"):
        return ReadPost(damage="does not begin with a front matter" if text.strip("\0 \n") else "empty"), 0
    match = ANY_FRONT_PATTERN.match(text)
    if not match:
        return _lines(text, "the front matter is not closed"), len(text)
    loaded = load_front(match[1])
    if isinstance(loaded, str):
        return _lines(match[1], loaded), match.end()
    if not loaded.keys() >= set(POST_KEYS):
        return ReadPost(foreign=True), match.end()
    for key in POST_KEYS[1:]:
        if not is_value(key, loaded[key]):
            return _lines(match[1], f"the front matter is not as it should be: {key} is no text"), match.end()
    tags, categories = loaded["tags"], loaded["categories"]
    written = str(loaded["date"])
    return (
        ReadPost(
            misread=_misread(front_lines(match[1]).get("categories", "")),
            title=str(loaded["title"]).strip(),
            date=read_written(written),
            written=written,
            categories=" ".join(categories) if isinstance(categories, list) else str(categories),
            split=() if isinstance(categories, list) else _split(str(categories)),
            tags=tuple(tags) if isinstance(tags, list) else tuple(str(tags).split()),
            more=_about(loaded),
        ),
        match.end(),
    )


def _split(category: str) -> tuple[str, ...]:
    """Return the categories into which Jekyll splits a text, if there are several. (It does not split the members of a
    list.)"""
    names = tuple(category.split())
    return names if len(names) > 1 else ()


def _misread(category: str) -> str:
    return "" if frontmatter.is_text(category) else f"categories is {category}, which is no text to YAML"


def _lines(front: str, fault: str) -> ReadPost:
    lines = front_lines(front)
    written = lines.get("date", "").strip("\"'")
    address = CANONICAL_PATTERN.search(front)
    more = FrontFacts(canonical=address[1] if address else "")
    return ReadPost(fault=fault, date=read_written(written), written=written, more=more)


def _with_rest(post: ReadPost, rest: str, quoted: bool) -> ReadPost:
    """Return `post` with what comes after its front matter: the quote, the body, the address and the footer."""
    start = rest.rfind("\n\n<", 0, rest.rfind(">\n\n") + 1)
    match = BODY_END_PATTERN.match(rest, start) if start >= 0 else None
    if not match:
        *_, match = (None, *LOOSE_END_PATTERN.finditer(rest))
    bare = None if match else BARE_END_PATTERN.search(rest)
    if match:
        body, link, footer = rest[: match.start()], match[1], rest[match.end() :].strip()
    elif bare:
        body, link, footer = rest[: bare.start()].rstrip("\n"), bare[1], ""
    else:
        body, link, footer = rest, None, ""
    quote = QUOTE_PATTERN.match(body) if quoted else None
    if quote:
        body = body[quote.end() :]
    return post._replace(quote=unmarked(quote[1]) if quote else None, body=body, link=link, footer=footer)
