"""HTML of every kind, for property tests: a mess, soup whose words are known, and bodies that are clean already."""

from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st

# Examples of HTML: more than of what is simple, and many more where others are searched for (make test-flaky).
MANY = 2 * settings.default.max_examples if settings.default else 200

BLOCKS = (
    "p div h2 h6 pre ul ol li dl dt dd table caption thead tbody tfoot tr td th blockquote figure figcaption "
    "section article center address form fieldset details summary"
).split()
OTHERS = (
    "b strong i em sub sup code del ins s strike q mark ruby rt rp span font u a label small time o:p unknown "
    "custom-tag wbr"
).split()
ATTRIBUTES = (
    *("", "", "", ' class="em_media"', " class=em_media align=left", ' style="color:red"', " data-x='<'"),
    *(' value="-2" type=a reversed', ' style="float : left"'),
    *(' href="http://a.example/?q=1&p={{x}}"', ' href="/b c"', " href=javascript:x()", " href='#top'"),
    *(
        ' src="http://a.example/1.png" alt="{{\n\n"',
        ' colspan="2"',
        ' rowspan="x"',
        ' start="3"',
        " onclick='x()'",
    ),
)
UNSEEN = (
    *("<script>if (1 < 2) lost()</script>", "<style>p {lost: 1}</style>", "<!-- lost <p> -->", "<title>lost</title>"),
    *('<span style="DISPLAY : none">lost</span>', "<p hidden>lost</p>", '<div class="x advert"><b>lost</b></div>'),
    *("<iframe src=x>lost</iframe>", "<noembed><p>lost</noembed>", "<noframes>lost</noframes>"),
)
BLANKS = (
    " ",
    "\n",
    "\r\n",
    "\t",
    "    ",
    "\n\n",
    "\n\t\n     ",
    "\u3000",
    "\u3000\u3000",
    "\xa0",
    "&nbsp;",
    "&#12288;",
)
SHARDS = (
    *("<", ">", "</", "/>", "=", '"', "'", "<!--", "-->", "--!>", "<!-->", "<?php", "<![CDATA[", "]]>", "&#", ";", "&"),
    *(
        "<html>",
        "<body>",
        "</body>",
        "</HTML>",
        "<head>",
        "</head>",
        "<!doctype html>",
        "<frameset>",
        "<plaintext>",
        "</br>",
    ),
    *(
        "script",
        "style",
        "iframe",
        "title",
        "textarea",
        "select",
        "svg",
        "button",
        "object",
        "template",
        "noscript",
        "xmp",
    ),
    *("&lt;b&gt;", "&amp;lt;", "&copy", "{{", "{%", "{", "&#123;%", "<3", "\x00", "\x1b", "\x85", "\ud800", "\ufeff"),
    *(
        "&#1;",
        "&#13;",
        "&#129;",
        "&#xfeff;",
        "&#xd800;",
        "&#12288;&#12288;",
        "郑重声明：",
        "扫码下载 APP",
        " hidden",
        ' "',
    ),
)

words = st.text("abAB12甲乙丙é𠀀（）。|*_", min_size=1, max_size=4)
attributes = st.sampled_from(ATTRIBUTES)
block_starts = st.builds("<{}{}>".format, st.sampled_from([*BLOCKS, "hr"]), attributes)
other_starts = st.builds("<{}{}>".format, st.sampled_from(OTHERS), attributes)
block_ends = st.sampled_from(BLOCKS).map("</{}>".format)
other_ends = st.sampled_from(OTHERS).map("</{}>".format)
blanks = st.sampled_from(BLANKS)
tags = block_starts | other_starts | block_ends | other_ends
shards = st.one_of(
    words, blanks, st.sampled_from(SHARDS), st.sampled_from(UNSEEN), tags, tags.map(lambda tag: tag[:-1])
)
mess = st.lists(shards | st.text(max_size=3), max_size=25).map("".join)

# Soup is pieces of markup, each with the text that a reader sees of it. There a line end is where a block begins or
# ends, and ? where parsers differ: an end tag that may belong to nothing, or end more than its own element.
inline = st.one_of(
    words.map(lambda word: (word, word)),
    blanks.map(lambda blank: (blank, " ")),
    st.sampled_from(["<br>", "<br/>", "<BR />"]).map(lambda tag: (tag, "\n")),
    other_starts.map(lambda tag: (tag, "\n" if "float" in tag else "")),  # what floats stands on lines of its own
    st.sampled_from(["<img src='/1.png'>", "<img>", "<IMG data-src=//a.example/2.png />"]).map(lambda tag: (tag, "")),
)
# Of a table only cells hold text: a browser takes no parts of tables but in one, and moves text before it.
PARTS_OF_TABLES = frozenset("table caption thead tbody tfoot tr td th".split())
FREE_BLOCKS = [name for name in BLOCKS if name not in PARTS_OF_TABLES]
blocks = st.builds(
    lambda tags, text, inner: [
        (f"<{tags[0]}{text}>{tags[1]}", "\n"),
        *inner,
        # The end of a form leaves what is open in it open, and what follows in the form (HTML, 13.2.6.4.7).
        (f"</{tags[0]}>", "?" if tags[0] == "form" else "\n"),
    ],
    st.sampled_from([(name, "") for name in FREE_BLOCKS])
    | st.sampled_from(["<tr><td>", "<tbody><tr><th>", "<caption>", "<td>"]).map(lambda start: ("table", start)),
    attributes,
    st.lists(inline, max_size=4),
)
free_block_starts = st.builds("<{}{}>".format, st.sampled_from([*FREE_BLOCKS, "hr"]), attributes)
soups = st.lists(
    st.one_of(
        blocks,
        inline.map(lambda piece: [piece]),
        free_block_starts.map(lambda tag: [(tag, "\n")]),
        (block_ends | other_ends | st.sampled_from(["<col>", "<colgroup>"])).map(lambda tag: [(tag, "?")]),
        st.sampled_from(UNSEEN).map(lambda markup: [(markup, "\n" if markup[1] in "pd" else "")]),
    ),
    max_size=20,
).map(lambda parts: [piece for part in parts for piece in part])

clean_parts = st.one_of(
    words, words, words.map("<strong>{}</strong>".format), st.sampled_from(["<br />", " ", "郑重声明", '"'])
)
clean_bodies = st.lists(
    st.builds(
        "<p{}>{}</p>{}".format,
        st.sampled_from(["", "", ' class="em_media"']),
        st.lists(clean_parts, min_size=1, max_size=5).map("".join),
        st.sampled_from(["", "\n", "\n "]),
    ),
    max_size=4,
).map(lambda paragraphs: "".join(paragraphs).strip())

# Bodies that are nearly as sound as can be: now and then something is in them that has a parser of HTML think.
sound_attributes = st.sampled_from(
    [
        *("", "", "", "", ' class="em_media"', ' style="color:red"', " href='/b?c=d&e=f'"),
        *(' src="//a.example/1.png?b&c=d"', ' alt="&lt;&copy;"', ' alt="&copy=1"', ' title="{{\n"', ' hidden=""'),
        *(' xmlns="x"', ' onclick="x()"', ' href="javascript:x()"', ' class="a" class="b"', ' title=">"'),
        *(' style="display:none"', ' style="margin: -3px"'),
    ]
)
sound_texts = words | st.sampled_from(
    [
        *("\n ", "\n", " ", "\u3000\u3000", "郑重声明", "<br />", "<br>", "<!-- <p> -->", "<img src='/1.png' />", "{{"),
        *("&nbsp;", "&ldquo;", "& ", "&copy", "&#150;", "]]>", "\r\n", "\x00", "\ud800", "&NewLine;", "<hr>", "</br>"),
    ]
)


def _elements(content: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    inside = st.lists(content, max_size=4).map("".join)
    names = st.sampled_from("p p p h2 b strong em span font a div center blockquote section sub s pre u".split())
    cells = st.lists(st.builds("<{0}{1}>{2}</{0}>".format, st.sampled_from(["td", "th"]), sound_attributes, inside))
    rows = st.lists(cells.map(lambda made: f"<tr>{''.join(made)}</tr>"), max_size=3).map("\n ".join)
    items = st.lists(inside.map("<li>{}</li>\n".format), max_size=3).map("".join)
    return st.one_of(
        st.builds("<{0}{1}>{2}</{0}>".format, names, sound_attributes, inside),
        st.builds("<table{}>{}</table>".format, sound_attributes, rows),
        rows.map("<table>\n<tbody>{}</tbody></table>".format),
        items.map("<ul>{}</ul>".format),
    )


sound_bodies = st.lists(st.recursive(sound_texts, _elements, max_leaves=12) | clean_bodies, max_size=5).map("".join)
