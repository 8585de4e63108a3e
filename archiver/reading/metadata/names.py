"""The names of authors, taken from bylines and from structured data. Text in, names out."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING

from archiver.reading.metadata.dateline import written_times
from archiver.reading.metadata.shown import shown_text
from archiver.reading.metadata.wording import one_line, plain

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lxml.html import HtmlElement


def _any(words: str) -> str:
    """Return a pattern for any of `words`, which are separated by "|"; the longest first."""
    return "(?:" + "|".join(sorted((word.strip() for word in words.split("|")), key=len, reverse=True)) + ")"


MADE_EXPRESSION = _any(
    "guide|articles|recipe|research|analysis|opinion|column|insights|authored|written|words|story|text|article|report|reported|posted|published|reviewed|edited|updated|photo|photos"
)
# Some are also the first words of names: two words must follow "Di" ("Di Battista" is one), but not "di".
OF_EXPRESSION = "von|di|af|av|od"
BY_EXPRESSION = (
    rf"(?:{_any('by|par|por|a cura di|door|przez|yazan|oleh|from')}"
    rf"|(?-i:{OF_EXPRESSION})|(?:{OF_EXPRESSION}|de)(?=\s+\S+\s+\S))"
)
LABEL_EXPRESSION = _any(
    r"authors?|author\(s\)|contributors?|about the author|the author|author name"
    r"|autor|autorin|autoren|autores|autora|autorzy|autori|auteure?"
    r"|text|texte|tekst|penulis|skribent|szerző|автор(?:ы)?|текст|кореспондент|yazar|napsal|reporter"
)
CJK_LABEL_EXPRESSION = (
    r"(?:本[报报網网]|[^\s，。]{0,6})?(?:见习|特约|首席)?(?:记者|記者|作者|撰文|编译|采写|文)\s*[:：/／|｜丨]?|기자\b"
)
# What comes before the names: "Written by", "By", "Von", "Author:", "记者".
BEFORE_NAMES_PATTERN = re.compile(
    rf"^\W*(?:(?:last\s+)?{MADE_EXPRESSION}(?:\s+and\s+\w+)?\s+{BY_EXPRESSION}\b|{BY_EXPRESSION}\b|{LABEL_EXPRESSION}\b\s*:|the\s+author\b|author\b(?=\s)|{CJK_LABEL_EXPRESSION})[\s:：]*",
    re.IGNORECASE,
)
BY_PATTERN = re.compile(rf"{BY_EXPRESSION}\b", re.IGNORECASE)
# What comes after them: a role, a day, a network on which to follow the author, a separator.
AFTER_NAMES_PATTERN = re.compile(
    r"\s*(?:기자(?:\s*외\s*\d+명)?|記者|记者|报道|\bet\s+al\.?|\bon\s+behalf\s+of\b.*"
    r"|(?<=\s)(?:on|in|at|last)(?:\s+\w+day)?|\bon\s+\w+\s+\d.*"
    r"|(?<=\s)@\w[\w.]+|\b(?:updated|published)\b.*|\b(?:twitter|facebook|linkedin|instagram|follow|email|contact)\b.*"
    r"|\b\d+\s+(?:seconds?|minutes?|mins?|hours?|days?|weeks?|stunden?|minuten?)(?:\s+ago)?\b.*|[-–—|•·/:,;]+)\s*$",
    re.IGNORECASE,
)
# A mail address after a name, as in mail headers, and one before a name in brackets, as in feeds.
MAIL_PATTERN = re.compile(r"(?<=\w)\s*<[^<>\s@]+@[^<>\s@]+>")
MAIL_AND_NAME_PATTERN = re.compile(r"\s*[^\s@()]+@[^\s@()]+\s+\(([^()]+)\)\s*")
BRACKETS_PATTERN = re.compile(r"\s*[（(\[][^()（）\[\]]{0,80}[)）\]]\s*")
CONJUNCTION_EXPRESSION = _any(r"and|und|et|y|e|og|och|en|i|oraz|a|и|та|ve|dan|&|\+")
AND_PATTERN = re.compile(rf"\s+{CONJUNCTION_EXPRESSION}\s+|\s*[&＆]\s*", re.IGNORECASE)
COMMA_PATTERN = re.compile(rf"\s*[,;，；、/／]\s*(?:{CONJUNCTION_EXPRESSION}\s+)?|\s*[|｜•·]\s+|\n")
CREDENTIAL_PATTERN = re.compile(
    r"^(?:[A-Z]{1,3}\.?[A-Za-z]{0,2}\.?[A-Z]{0,4}\.?(?:[\s-](?:[A-Z]{2,5}|\d{2,4}))*[®™]?|Ph\.?\s?D\.?|Jr\.?|Sr\.?|Esq\.?)$"
)
ROLE_PATTERN = re.compile(
    r"\b"
    + _any(
        "editor|writer|reporter|correspondent|contributor|columnist|journalist|author|expert|dietitian|nutritionist"
        "|attorney|director|manager|founder|ceo|cto|cmo|chief|head|president|professor|analyst|specialist|consultant"
        "|strategist|producer|coordinator|educators?|horticultur(?:al)?ist|engineer|scientist|researcher|therapist"
        "|physician|psychologist|freelancer?|blogger|advis[eo]r|developer|designer|photographer|lecturer|redakteur"
        "|redakteurin|korrespondent|korrespondentin|rédacteur|rédactrice|journaliste"
        "|redactor|redactora|corresponsal|periodista|redattore|giornalista|jornalista|редактор|корреспондент|журналист"
        "|dziennikarz|dziennikarka|muhabir"
    )
    + r"\b",
    re.IGNORECASE,
)
ADDRESS_PATTERN = re.compile(r"https?:|www\.|\S+@\S+|^@|^[#/]|\.(?:com|org|net|html?)/|://")
PLACEHOLDER_PATTERN = re.compile(r"^\w+(?:\.\w+){3,}$")  # what a template was to replace: `page.extra.author`
LOGIN_PATTERN = re.compile(r"^(?=.*[\d._])[a-z0-9._-]+$")
NOBODY_PATTERN = re.compile(
    _any(
        "admin|administrator|author|unknown|guest|null|none|undefined|staff|editor|redaktion|editorial|by|user|root"
        r"|wordpress|webmaster|default|anonymous|n/a|\d+"
    )
    + r"$",
    re.IGNORECASE,
)
NO_NAME_PATTERN = re.compile(
    r"\b(?:image|photo|getty|copyright|min(?:ute)?s?(?:\s+read)?|comments?|subscribe|read\s+more|share|(?:view|see)\s+all|posts?\s+by"
    r"|uhr|quelle|last\s+updated?|登录|网友)\b|登录|网友|^(?:last|(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?"
    r"|(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]*\.?\s+\d{1,2})$|^(?:here|sign(?:\s+(?:in|up))?|log\s?in|menu|home|more|next)$"
    r"|^(?:folgen|suivre|seguir|obserwuj|关注|關注|订阅|訂閱|フォロー(?:する)?|팔로우|구독)$|[<>{}=©?：:]|\d{3,}",
    re.IGNORECASE,
)
MEDIUM_PATTERN = re.compile(
    r"(?:[日晚早时京商青快周学导]报|新闻|[央卫]视|电视台|电台|通讯社|新华社|中新社|[^\W\d_]网|在线|周刊|客户端|编辑部|传媒|财经)$"
    "|^(?:网易|新浪|搜狐|腾讯|凤凰|百度|澎湃|今日头条)"
)
CJK_PATTERN = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
LOWER_WORD_PATTERN = re.compile(
    r"(?<!\S)(?!(?:of|the|for|and|de|la|del|der|van|von|den|da|dos|du|des|y|e)\b)[a-zà-ÿа-я]\w*"
)
MAX_LOWER_WORDS = 2  # lower-case words in a name, particles not counted
MAX_PIECES = 40  # of text within a byline
MAX_NAMES = 40
MAX_TEXT_CHARACTERS = 2_000
MAX_NAME_CHARACTERS = 100
MAX_NAME_WORDS = 8  # of a name; an organisation's is the longest


def names_in(text: str) -> tuple[str, ...]:
    """Return the names in a byline or in the value of a field for authors, without words that are no part of a name."""
    text = plain(text[:MAX_TEXT_CHARACTERS])
    if written := MAIL_AND_NAME_PATTERN.fullmatch(text):
        text = written[1]
    text = BRACKETS_PATTERN.sub(" ", MAIL_PATTERN.sub(" ", text)).strip()
    if not text or ADDRESS_PATTERN.match(text):
        return ()
    text = _bare(text)
    if not text or ADDRESS_PATTERN.search(text):
        return ()
    names = (_bare(part).strip(' \t-–—|•·/:,;*_"“”') for part in _parts(text))
    return each_once(name for name in names if is_name(name))[:MAX_NAMES]


def each_once(names: Iterable[str]) -> tuple[str, ...]:
    """Return names without those that differ from an earlier one in letter case only."""
    found: dict[str, str] = {}
    for name in names:
        found.setdefault(name.casefold(), name)
    return tuple(found.values())


def is_name(text: str) -> bool:
    """Whether a text may be the name of a person or an organisation."""
    if (
        not 1 < len(text) <= MAX_NAME_CHARACTERS
        or ADDRESS_PATTERN.search(text)
        or NO_NAME_PATTERN.search(text)
        or PLACEHOLDER_PATTERN.match(text)
        or NOBODY_PATTERN.match(text)
    ):
        return False
    if len(text.split()) > MAX_NAME_WORDS or not re.search(r"[^\W\d_]", text):
        return False
    if len(LOWER_WORD_PATTERN.findall(text)) > MAX_LOWER_WORDS:
        return False  # a sentence
    return not (CJK_PATTERN.search(text) and len(text) > MAX_NAME_CHARACTERS / 3)


def is_login(name: str) -> bool:
    """Whether a name looks like a login name (`jdoe_2`)."""
    return bool(LOGIN_PATTERN.match(name))


def is_medium(name: str) -> bool:
    """Whether a Chinese name is that of a newspaper, a portal or another medium."""
    return bool(MEDIUM_PATTERN.search(name))


def has_byline_word(text: str) -> bool:
    """Whether a text begins as bylines do: "By", "Von", "记者"."""
    return bool(BEFORE_NAMES_PATTERN.match(text))


def is_full_name(name: str) -> bool:
    """Whether a name has two words or more and begins as names do, or is in a script without spaces between words."""
    return bool(CJK_PATTERN.search(name) or (" " in name and not name.isupper() and not LOWER_WORD_PATTERN.match(name)))


def names_of_element(element: HtmlElement, longest: int) -> tuple[str, ...]:
    """Return the names in an element that is a byline; none if it has `longest` or more characters of text.

    Names, roles and times are mostly in elements of their own: those before the first role or time are the names.
    """
    text = shown_text(element, longest, apart=True)
    if not text or len(text) >= longest:
        return ()
    pieces = [piece for part in islice(element.itertext(), MAX_PIECES) if (piece := one_line(part))]
    if len(pieces) < 2:
        return _without_remains(names_in(_until_time(text)))
    names: list[str] = []
    for piece in pieces:
        if len(names) == 1 and BY_PATTERN.match(piece) and not is_full_name(names[0]):
            names.clear()  # “Guide by Jane Doe”
        if names and (ROLE_PATTERN.search(piece) or next(written_times(piece), None)):
            break
        names += names_in(_until_time(piece))
    if len(names) > 1 and not any(" " in name or CJK_PATTERN.search(name) for name in names):
        return names_in(_until_time(text))  # the words of one name
    return _without_remains(each_once(names))


def _without_remains(names: tuple[str, ...]) -> tuple[str, ...]:
    """Return the names in a byline without what is left of its other words if it has full names: the initials that
    stand for a picture of the author (“JD”), and words in lower case."""
    full = [name for name in names if is_full_name(name)]
    initials = {"".join(word[0] for word in name.split()).casefold() for name in full}
    return tuple(
        name
        for name in names
        if " " in name
        or CJK_PATTERN.search(name)
        or not full
        or not (name.islower() or (name.isupper() and name.casefold() in initials))
    )


def _until_time(text: str) -> str:
    """Return what comes before the first time in a line; what comes after it if the line begins with it; the whole line
    if it has none."""
    first = next(written_times(text), None)
    if first is None:
        return text
    return text[: first.begin].rstrip(" ,-–—|•·:") if first.begin > 3 else text[first.end :]


def _bare(text: str) -> str:
    """Return `text` without what comes before (BEFORE) and after (AFTER) names."""
    for _ in range(5):
        bare = AFTER_NAMES_PATTERN.sub("", BEFORE_NAMES_PATTERN.sub("", text, count=1)).strip()
        if bare == text:
            break
        text = bare
    return text


def _parts(text: str) -> list[str]:
    """Return the names of a list: "A, B and C".

    A degree stays with the name before it; a role is left out. "Smith & Sons" and "Maria and Anna" stay in one piece:
    a text is split at "and" only if every part has two words or more.
    """
    parts: list[str] = []
    for part in COMMA_PATTERN.split(text):
        if parts and CREDENTIAL_PATTERN.match(part):
            parts[-1] = f"{parts[-1]}, {part}"
        elif part and not (parts and ROLE_PATTERN.search(part)):
            parts.append(part)
    names: list[str] = []
    for part in parts:
        pieces = [piece.strip() for piece in AND_PATTERN.split(part) if piece.strip()]
        several = len(pieces) > 1 and all(" " in piece or CJK_PATTERN.search(piece) for piece in pieces)
        names.extend(pieces if several else [part])
    return names
