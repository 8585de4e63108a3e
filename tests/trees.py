"""Random bodies: trees of blocks and inline elements with words and blanks, the same ones in every run.

Without `wbr`: beside one Chromium takes a line end for no blank.
"""

from __future__ import annotations

import random

INLINE = (
    "a b strong i em u span font sub sup code del ins s q mark small label time kbd samp var cite abbr bdi x-custom tt "
    "big strike dfn"
).split()
BLOCKS = "p div h2 h4 section article center address blockquote figure header fieldset form main aside nav".split()
BLANKS = ("", "", "", " ", "\n", "  \n ", "&nbsp;", "\t", "\u3000\u3000", "\u3000\u3000\u3000\u3000")
WORDS = ("甲", "乙丙", "12", "3", "ab", "x", "1,000", "（丁）", "a-b", "。", "%", "$5")
STYLES = (
    *("", "", "", ' style="display:block"', ' style="float:left"', ' style="display:none"', ' class="x"'),
    *(' style="display: flex"', " hidden", ' hidden style="display:block"', ' style="display:-webkit-box"'),
    *(' style="position:relative; display: flex"', ' style="z-index:1; white-space:pre-line"'),
    *(' style="white-space:pre-line"', ' style="float:inline-start"'),
)
MEANINGS = (' style="text-decoration:line-through"', ' style="vertical-align:super"')


class Trees:
    """Makes bodies. seed: another one makes others."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def body(self) -> str:
        """Return a body."""
        return "".join(self._flow(3) for _ in range(self._random.randint(1, 4)))

    def _blank(self) -> str:
        return self._random.choice(BLANKS)

    def _text(self) -> str:
        return self._blank() + self._random.choice(WORDS) + self._blank()

    def _phrase(self, depth: int, allowed: tuple[str, ...] = tuple(INLINE)) -> str:
        """Return text, an inline element or a line break."""
        kind = self._random.random()
        if depth == 0 or kind < 0.45:
            return self._text()
        if kind < 0.53:
            return self._random.choice(("<br>", "<br><br>", "<img alt>"))
        name = self._random.choice(allowed)
        rest = tuple(other for other in allowed if other not in (name, "a")) if name == "a" else allowed
        inner = "".join(self._phrase(depth - 1, rest) for _ in range(self._random.randint(0, 3)))
        href = ' href="http://a.example/"' if name == "a" else ""
        return f"<{name}{href}{self._random.choice(STYLES + MEANINGS)}>{inner}</{name}>"

    def _phrases(self, depth: int) -> str:
        return "".join(self._phrase(depth) for _ in range(self._random.randint(0, 4)))

    def _flow(self, depth: int) -> str:
        """Return text or a block."""
        kind = self._random.random()
        if depth == 0 or kind < 0.3:
            return self._phrases(2)
        if kind < 0.42:
            items = "".join(f"<li>{self._inner(depth)}</li>{self._blank()}" for _ in range(self._random.randint(1, 3)))
            name = self._random.choice(("ul", "ol"))
            return f"<{name}>{items.replace('&nbsp;', '')}</{name}>"
        if kind < 0.5:
            return f"<table>{''.join(self._row() for _ in range(self._random.randint(1, 3)))}</table>"
        if kind < 0.55:
            return f"<dl><dt>{self._phrases(1)}</dt><dd>{self._phrases(1)}</dd></dl>"
        if kind < 0.6:
            return f"<pre>{self._phrases(1)}</pre>"
        if kind < 0.65:
            return "<hr>"
        name = self._random.choice(BLOCKS)
        inner = self._phrases(2) if name in ("p", "h2", "h4") else self._inner(depth)
        return f"<{name}{self._random.choice(STYLES)}>{inner}</{name}>{self._blank()}"

    def _inner(self, depth: int) -> str:
        return "".join(self._flow(depth - 1) for _ in range(self._random.randint(1, 3)))

    def _row(self) -> str:
        name = self._random.choice(("td", "td", "th"))
        return f"<tr>{''.join(f'<{name}>{self._phrases(1)}</{name}>' for _ in range(self._random.randint(1, 3)))}</tr>"
