"""Limits to what parsing may cost. No I/O.

Parsing as browsers do is not linear: for each tag they look through the open elements, each new paragraph gets copies
of all emphases that were not closed, and each attribute is compared with those before it. News pages stay far below the
limits here. A page beyond them loses markup, but no words.
"""

from __future__ import annotations

import re

from archiver.html.elements import VOID_ELEMENTS

SMALL_CHARACTERS = 20_000  # characters: so few cost little
FEW_TAGS = 6000  # start and end tags: with so few, only attributes and emphases can cost much
FEW_EMPHASES = 20  # different ones; of equal ones a new paragraph gets three at most
MAX_DEPTH = 400  # depth of nested elements; later it is reduced further (`archiver.html.xml.MAX_DEPTH`)
MAX_EMPHASES = 60  # that are open at once
MAX_COPIES = 100_000  # of emphases that are open
MAX_ATTRIBUTES = 200
MAX_ROOTS = 8  # tags of `html` and `body`: their attributes are added to those of the first
MAX_LOOK_BACK = 60  # elements

# Tokens: raw text must not be taken for tags. Each may also end with the page, so that no end is searched for twice.
ATTRIBUTES = r"(?:[^>\"'=]++|=\s*+(?:\"[^\"]*+(?:\"|\Z)|'[^']*+(?:'|\Z))?+|[\"'])*+"
TOKEN_PATTERN = re.compile(
    r"<!--(?:-?>|.*?(?:--!?>|\Z))"
    r"|<(?P<raw>script|style|textarea|title|xmp|iframe|noembed|noframes)(?=[\s/>])"
    r"(?P<text>.*?)(?:</(?P=raw)(?=[\s/>])|\Z)"
    r"|<plaintext(?=[\s/>]).*"
    rf"|<(?P<end>/?)(?P<name>[a-z][^\s/>]*+)(?P<attributes>{ATTRIBUTES})(?:>|\Z)",
    re.DOTALL | re.IGNORECASE,
)
EMPHASIS_PATTERN = re.compile(
    rf"<(?:b|big|code|em|font|i|s|small|strike|strong|tt|u)(?=[\s/>]){ATTRIBUTES}>", re.DOTALL | re.IGNORECASE
)
ATTRIBUTE = r"[\s/]*+[^\s/>][^\s/>=]*+(?:\s*+=\s*+(?:\"[^\"]*+\"|'[^']*+'|[^\s>]*+))?+"
MANY_ATTRIBUTES_PATTERN = re.compile(rf"</?[a-zA-Z][^\s/>]*+(?:{ATTRIBUTE}){{{MAX_ATTRIBUTES}}}")

ELEMENTS_WITHOUT_END = VOID_ELEMENTS | {"image"}  # `image` is parsed as `img`
EMPHASIS_ELEMENTS = frozenset("b big code em font i s small strike strong tt u".split())
SELF_ENDING_ELEMENTS = frozenset({"a", "nobr"})  # each ends the one before it
HEADINGS = frozenset("h1 h2 h3 h4 h5 h6".split())
CELLS = frozenset({"td", "th"})
ROW_GROUPS = frozenset({"tbody", "thead", "tfoot", "caption", "colgroup"})
# Within these, tags have rules of their own. Their own tags are left out, so that their content is parsed like any
# other.
LEFT_OUT_ELEMENTS = frozenset({"frameset", "select"})
# Within these there is no raw text, except in elements of theirs that hold HTML; elements that they cannot hold end
# them (13.2.6.5).
FOREIGN_ELEMENTS = frozenset({"math", "svg"})
ENDING_FOREIGN = HEADINGS | frozenset(
    (
        "b big blockquote body br center code dd div dl dt em embed head hr i img li listing menu meta nobr ol p pre "
        "ruby s small span strong strike sub sup table tt u ul var"
    ).split()
)
HOLDING_HTML = frozenset("annotation-xml desc foreignobject mi mn mo ms mtext".split())
# An end tag within one of these does not end elements that are open outside of it.
SCOPE_ELEMENTS = frozenset("applet button caption marquee object table td template th".split())
# Where one of these ends, the emphases in it end, too.
MARKER_ELEMENTS = SCOPE_ELEMENTS - {"button", "table"}
TABLE_SCOPES = frozenset({"table", "template"})
# The end tag of any other element does not end elements that are open outside of one of these.
SPECIAL_ELEMENTS = (
    SCOPE_ELEMENTS
    | HEADINGS
    | ROW_GROUPS
    | frozenset(
        (
            "address article aside blockquote center dd details dialog dir div dl dt fieldset figcaption figure footer "
            "form header hgroup li listing main menu nav ol p pre search section summary tr ul"
        ).split()
    )
)
ENDING_P = SPECIAL_ELEMENTS - SCOPE_ELEMENTS - ROW_GROUPS - {"tr"} | {"table"}
LIST_STOPS = SPECIAL_ELEMENTS - {"address", "div", "p"}
Rule = tuple[frozenset[str], frozenset[str]]
P_RULE: Rule = (frozenset({"p"}), SCOPE_ELEMENTS)
# What a start tag ends: an element with one of the first names, unless one with one of the second names is between.
ENDED_BY_START: dict[str, Rule] = {
    "li": (frozenset({"li"}), LIST_STOPS),
    **dict.fromkeys(("dd", "dt"), (frozenset({"dd", "dt"}), LIST_STOPS)),
    **dict.fromkeys(("option", "optgroup"), (frozenset({"option"}), SPECIAL_ELEMENTS)),
    **dict.fromkeys(CELLS, (CELLS, TABLE_SCOPES)),
    "tr": (frozenset({"tr"}), TABLE_SCOPES),
    **dict.fromkeys(ROW_GROUPS, (ROW_GROUPS, TABLE_SCOPES)),
}
ENDED_BY_END: dict[str, Rule] = {
    **{name: (frozenset({name}), SCOPE_ELEMENTS) for name in SPECIAL_ELEMENTS},
    **{name: (frozenset({name}), TABLE_SCOPES) for name in (*CELLS, *ROW_GROUPS, "tr", "table")},
    **dict.fromkeys(HEADINGS, (HEADINGS, SCOPE_ELEMENTS)),
    "li": (frozenset({"li"}), SCOPE_ELEMENTS | {"ol", "ul"}),
}


def limited(html: str) -> str:
    """Return `html` without the markup that exceeds the limits."""
    tags = html.count("<")
    if len(html) <= SMALL_CHARACTERS and tags <= FEW_TAGS // 10:
        return html
    if (
        tags <= FEW_TAGS
        and not MANY_ATTRIBUTES_PATTERN.search(html)
        and len(set(EMPHASIS_PATTERN.findall(html))) <= FEW_EMPHASES
    ):
        return html
    limiter = Limiter(MAX_EMPHASES)
    text = TOKEN_PATTERN.sub(limiter.token, html)
    return text if limiter.copies <= MAX_COPIES else TOKEN_PATTERN.sub(Limiter(0).token, html)


class Limiter:
    """Keeps count of open elements roughly by the HTML standard (13.2.6), and never counts too few.

    Where there are too many, a start tag and its end tag are left out; those of a block are replaced by empty
    paragraphs.
    """

    def __init__(self, max_emphases: int) -> None:
        self.copies = 0  # how many elements there are for emphases that were not closed
        self._max_emphases = max_emphases
        self._open: list[str] = []
        self._emphases: list[str] = []  # the open ones, and the `SCOPE_ELEMENTS` between them
        self._alive = 0  # how many of them a new paragraph would get
        self._outside: list[int] = []  # how many that was outside of each open one of the `MARKER_ELEMENTS`
        self._left_out: dict[str, int] = {}
        self._roots = 0

    def token(self, found: re.Match[str]) -> str:
        """Return the text that replaces the token `found`."""
        if not found["name"]:
            return "" if found["raw"] and "<" in found["text"] and self._in_foreign() else found[0]
        name = found["name"].lower()
        if not found["end"] and self._in_foreign():
            if name in ENDING_FOREIGN:
                self._close((FOREIGN_ELEMENTS, HOLDING_HTML))
            elif name == "font":  # `font` ends them only with some attributes
                return ""
            elif found["attributes"].endswith("/"):
                return found[0]
        if not (self._end(name) if found["end"] else self._start(name)):
            return "<p></p>" if name in SPECIAL_ELEMENTS else ""
        if len(found["attributes"]) > MAX_ATTRIBUTES and (few := MANY_ATTRIBUTES_PATTERN.match(found[0])):
            return f"{few[0]}>"
        return found[0]

    def _start(self, name: str) -> bool:
        """Count a start tag, and return whether it is kept."""
        if name in ELEMENTS_WITHOUT_END or name in SELF_ENDING_ELEMENTS:
            return True
        if name in LEFT_OUT_ELEMENTS:
            return False
        if name in ("html", "body"):
            self._roots += 1
            return self._roots <= MAX_ROOTS
        if name in EMPHASIS_ELEMENTS:
            kept = self._alive < self._max_emphases
            if kept:
                self._emphases.append(name)
                self._alive += 1
        else:
            if rule := ENDED_BY_START.get(name):
                self._close(rule)
            if name in ENDING_P:
                self._close(P_RULE)
            if name in SPECIAL_ELEMENTS:
                self.copies += self._alive
            kept = len(self._open) < MAX_DEPTH
            if kept:
                self._open.append(name)
                if name in SCOPE_ELEMENTS:
                    self._emphases.append(name)
                if name in MARKER_ELEMENTS:
                    self._outside.append(self._alive)
                    self._alive = 0
        if not kept:
            self._left_out[name] = self._left_out.get(name, 0) + 1
        return kept

    def _end(self, name: str) -> bool:
        """Count an end tag, and return whether it is kept."""
        if name in LEFT_OUT_ELEMENTS:
            return False
        if self._left_out.get(name):
            self._left_out[name] -= 1
            return False
        if name in EMPHASIS_ELEMENTS:
            for position in range(len(self._emphases) - 1, -1, -1):
                if self._emphases[position] == name:
                    del self._emphases[position]
                    self._alive -= 1
                    break
                if self._emphases[position] in SCOPE_ELEMENTS:
                    break
        else:
            self._close(ENDED_BY_END.get(name) or (frozenset({name}), SPECIAL_ELEMENTS))
        return True

    def _in_foreign(self) -> bool:
        for name in self._open[: -MAX_LOOK_BACK - 1 : -1]:
            if name in FOREIGN_ELEMENTS or name in HOLDING_HTML:
                return name in FOREIGN_ELEMENTS
        return False

    def _close(self, rule: Rule) -> None:
        names, stops = rule
        opened = self._open
        for position in range(len(opened) - 1, max(len(opened) - MAX_LOOK_BACK, 0) - 1, -1):
            if opened[position] in names:
                for name in reversed(opened[position:]):
                    if name in SCOPE_ELEMENTS:
                        self._leave(name)
                del opened[position:]
                return
            if opened[position] in stops:
                return

    def _leave(self, scope: str) -> None:
        position = len(self._emphases) - 1
        while self._emphases[position] != scope:
            position -= 1
        if scope in MARKER_ELEMENTS:
            del self._emphases[position:]
            self._alive = self._outside.pop()
        else:
            del self._emphases[position]
