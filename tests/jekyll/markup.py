"""Bodies of any kind: harmless ones as sources write them, and rubbish."""

from __future__ import annotations

from hypothesis import strategies as st

from tests.jekyll.traps import bodies

INDENT = "\u3000\u3000"

texts = st.text("甲乙丙AZ09，。：“”（）%~=&#!+()/;\u3000", min_size=1, max_size=8)
plain = st.text("甲乙丙AZ09，。：“”（）%", min_size=1, max_size=8)
others = st.sampled_from(
    [
        *("&lt;", "&gt;", "&amp;", "&nbsp;", "&#65;", "&copy;", INDENT, " ", "\n甲", "\r\n 甲", "{甲", "*甲*"),
        *("<br />", "<br/>", "<BR>", "<!-- 甲 -->", "<wbr>"),
    ]
)
attributes = st.sampled_from(
    [
        *("", "", "", ' class="em_media"', ' style="text-align:center;"', " CLASS='a b'", ' id="a.b"', ' data-a=""'),
        *(
            ' title="甲 &gt; 乙"',
            ' align="center" width="100%"',
            ' xml:lang="zh"',
            '\n title="甲"',
            ' title="{甲}"',
            " hidden",
        ),
    ]
)
addresses = st.sampled_from(
    [
        *("http://a.example/?a=1&b={id}", "https://a.example/#a", "/a/1.html", "#", "mailto:a@a.example", ""),
        *("甲.png", "//a.example", "data:image/png;base64,AA=="),
    ]
)
links = st.builds('<a href="{}">{}</a>'.format, addresses, texts)
pictures = st.builds("<img src='{}' alt=\"\" />".format, addresses)


def joined(content: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """None, one or some of `content`."""
    return st.lists(content, max_size=4).map("".join)


def element(names: str, content: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """An element with one of `names`, in small letters or capitals, around some of `content`."""
    either_case = st.sampled_from([*names.split(), *names.upper().split()])
    return st.builds(
        lambda name, kept, inner: f"<{name}{kept}>{inner}</{name}>", either_case, attributes, joined(content)
    )


inlines = st.recursive(
    texts | others | links | pictures,
    lambda inner: element("strong b em i span font sub sup code u s small", inner),
    max_leaves=6,
)
blocks = st.recursive(
    element("p p p h2 div center pre", inlines)
    | element("ul", element("li", inlines))
    | element("table", element("tr", element("td", inlines)))
    | st.sampled_from(["<hr />", "<p></p>"]),
    lambda inner: element("div blockquote section", inner),
    max_leaves=4,
)
gaps = st.sampled_from(["", "", "\n ", "\n", "\r\n ", "   ", "\n\n", f"\n{INDENT}", " \n", "\n<!-- 甲 -->\n"])
# Text by itself stays where a line of its own keeps it apart from what follows.
alone = (
    st.lists(plain | st.sampled_from(["<br />", "<b>甲</b>"]), min_size=1, max_size=3).map("".join).map("{}\n".format)
)

# Nothing in these breaks a post or harms its reader.
harmless = joined(st.builds(str.__add__, blocks | alone, gaps))

# These may be anything.
tags = st.sampled_from(
    [
        *(
            "<p>",
            "</p>",
            "<div",
            ">",
            "<b>",
            "</b>",
            "<table>",
            "<td>",
            "<form>",
            "<svg>",
            "<math>",
            "<select><option>",
        ),
        *(
            "<script>",
            "</script>",
            "<!--",
            "-->",
            "<a href=",
            '"',
            "'",
            "<textarea>",
            "</body>",
            "<plaintext>",
            "<object>",
        ),
        *(
            " onload=甲()",
            "<img src=x onerror='a()'>",
            '<a href="JaVa\tscript:a()">',
            "<svg onload=a()>",
            "<iframe src='a'>",
        ),
    ]
)
characters = st.text("<>/!-='\" \n\t\u3000&;#{}%*_[]|:.1甲aA", max_size=6) | st.text(st.characters(), max_size=3)
rubbish = st.lists(st.sampled_from(bodies) | characters | blocks | tags, max_size=6).map("".join)
