"""The profile `source`: the source's bytes where they are harmless, and well-formed words where they are not."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from lxml import html as lxml_html

from archiver.cleaning import source, source_body
from archiver.cleaning.references import with_semicolons
from tests.jekyll.markup import INDENT, harmless, rubbish
from tests.jekyll.site import parsed, visible
from tests.jekyll.traps import bodies
from tests.soup import MANY, sound_bodies

EMPTY_LINE = re.compile(r"(?:\n|\r(?!\n))[ \t]*[\r\n]")
VOID = frozenset("area base br col embed hr img input link meta param source track wbr".split())


class Strict(HTMLParser):
    """Raises AssertionError unless every element is closed in its order, with no empty line and all values quoted."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.feed(html.replace("&", "+"))
        self.close()
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        written = self.get_starttag_text() or ""
        assert not EMPTY_LINE.search(written)
        assert re.fullmatch(r"<[a-zA-Z0-9]+(\s+[\w:.-]+(=(\"[^\"<]*\"|'[^'<]*'))?)*\s*/?>", written, re.ASCII)
        assert len({name for name, _ in attrs}) == len(attrs)
        if tag not in VOID:
            assert not written.endswith("/>")
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        assert "<" not in data
        assert not (self.open and EMPTY_LINE.search(data))

    def handle_decl(self, decl: str) -> None:
        raise AssertionError(decl)

    def unknown_decl(self, data: str) -> None:
        raise AssertionError(data)

    def handle_pi(self, data: str) -> None:
        raise AssertionError(data)


@settings(deadline=None, max_examples=MANY)
@given(harmless)
@example(f"<p>{INDENT}甲</p>\n <p>{INDENT}乙</p>")
@example('<p style="display:none;height:1px;"> </p><p>甲<br />\r\n乙</p>\r\n <!-- 甲 -->\r\n <center>丙</center>')
@example("甲<br />\n乙<br />\n<b>丙</b>")
@example('<p>甲<a href="http://a.example/{id}">乙</a>{丙}</p>')
def test_harmless_bytes_stay_but_for_indents(html: str) -> None:
    assume(with_semicolons(html) == html)
    assert source_body(html).html == html.replace(INDENT, "")


@settings(deadline=None, max_examples=MANY)
@given(sound_bodies)
@example('<p>甲</p>\n <p class="a">乙</p>\n <!-- b --><p>丙</p>')
@example("<p><b>甲</p><p>乙</b></p>")
@example("<table><tr><td>甲</th></tr></table>")
@example("<h2>甲</h3>")
@example(f'<p{INDENT[0]}class="a">甲</p>')
@example('<p onclick="x()">甲</p>')
def test_blocks_that_are_kept_at_once_are_those_that_are_kept_tag_by_tag(html: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(source, "plain_blocks", lambda *_: "")
        tag_by_tag = source_body(html)
    assert source_body(html) == tag_by_tag


@pytest.mark.parametrize("html", bodies)
def test_no_word_is_lost(html: str) -> None:
    assert visible(parsed(source_body(html).html)) == visible(parsed(html))


@settings(deadline=None)
@given(rubbish)
def test_words_stay_whatever_the_markup(html: str) -> None:
    assume(not re.search("<!doctype|</?(?:body|html|plaintext)", html, re.IGNORECASE))
    assert visible(parsed(source_body(html).html)).split() == visible(parsed(html)).split()


@settings(deadline=None)
@given(
    st.lists(
        st.sampled_from(
            "<p> </p> <b> </i> <div <td> </table> <x:y> <form> </ <a/b> <p/> <br> <svg> <object> <li>".split()
        )
    )
)
def test_words_stay_in_their_order(tags: list[str]) -> None:
    html = "".join(
        f"{tag} class=a>w{number}w" if tag in ("<div", "</") else f"{tag}w{number}w" for number, tag in enumerate(tags)
    )
    words = re.findall(r"w\d+w", re.sub("<[^>]*>", " ", source_body(html).html))
    assert words == [f"w{number}w" for number, _ in enumerate(tags)]


@settings(deadline=None)
@given(rubbish)
def test_doing_it_twice_changes_nothing(html: str) -> None:
    once = source_body(html).html
    assert source_body(once).html == once


@settings(deadline=None)
@given(rubbish)
def test_every_element_is_closed_and_every_attribute_quoted(html: str) -> None:
    Strict(source_body(html).html)


@settings(deadline=None)
@given(rubbish)
def test_nothing_breaks_a_post(html: str) -> None:
    body = source_body(html).html
    assert not re.search(r"\{\{|\{%|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufeff]", body)
    assert INDENT not in body
    body.encode()


def dangers(html: str) -> list[str]:
    """What a browser would run, in `html`."""
    found = []
    for node in lxml_html.fragment_fromstring(html, create_parent="div").iter():
        if node.tag in (
            "script",
            "iframe",
            "object",
            "embed",
            "applet",
            "base",
            "meta",
            "link",
            "svg",
            "math",
            "form",
            "style",
        ):
            found.append(str(node.tag))
        for name, value in node.attrib.items():
            scheme = re.sub(r"[\x00-\x20]", "", str(value)).lower()
            if str(name).startswith("on") or scheme.startswith(
                ("javascript:", "vbscript:", "data:text", "data:image/svg")
            ):
                found.append(f"{name}={value}")
    return found


@settings(deadline=None)
@given(rubbish)
def test_nothing_runs(html: str) -> None:
    assert dangers(source_body(html).html) == []


@pytest.mark.parametrize(
    "attack",
    [
        *(
            "<script>a()</script>",
            "<SCRIPT SRC=//a.example></SCRIPT>",
            "<scr<script>ipt>a()</script>",
            "<script\n>a()</script\n>",
        ),
        *(
            "<p onclick='a()'>甲</p>",
            "<p ONCLICK=a()>甲</p>",
            "<img src=x onerror=a()>",
            "<img/src=x/onerror=a()>",
            "<body onload=a()>",
        ),
        *(
            '<a href="javascript:a()">甲</a>',
            '<a href="JAVASCRIPT:a()">甲</a>',
            '<a href=" &#14; java&#9;script:a()">甲</a>',
        ),
        *(
            '<a href="&#106;avascript&colon;a()">甲</a>',
            '<a href="java\nscript:a()">甲</a>',
            "<a href='vbscript:a()'>甲</a>",
        ),
        *('<a href="data:text/html,<script>a()</script>">甲</a>', '<img src="data:image/svg+xml,<svg onload=a()>">'),
        *('<a href="http://a.example/" href="javascript:a()">甲</a>', '<p style="width:expression(a())">甲</p>'),
        *(
            '<p style="background:url(javascript:a())">甲</p>',
            "<svg><script>a()</script></svg>",
            "<svg onload=a()>甲</svg>",
        ),
        *(
            '<iframe src="//a.example"></iframe>',
            "<object data=a.swf></object>",
            "<embed src=a.swf>",
            "<form action=//a.example><input></form>",
        ),
        *(
            '<base href="//a.example">',
            '<meta http-equiv="refresh" content="0;//a.example">',
            '<link rel="stylesheet" href="a.css">',
        ),
        *(
            "<style>@import 'a.css'</style>",
            "<math href='javascript:a()'>甲</math>",
            '<video><source onerror="a()"></video>',
        ),
        *(
            "<template><script>a()</script></template>",
            "<noscript><p title='</noscript><img src=x onerror=a()>'>",
            "<p\x00onclick=a()>",
        ),
        *(
            "<!--><script>a()</script>-->",
            "<!-- --!><script>a()</script> -->",
            "<![CDATA[<script>a()</script>]]>",
            "<?<script>a()</script>?>",
        ),
        *(
            "<sc\u3000\u3000ript>a()</sc\u3000\u3000ript>",
            "<p on\x00click=a()>",
            "<xmp><script>a()</script></xmp>",
            "<title><script>a()</script>",
        ),
        *(
            '<a xlink:href="javascript:a()">甲</a>',
            '<table background="javascript:a()"></table>',
            '<div markdown="1"><script>a()</script></div>',
        ),
    ],
)
def test_attacks_come_to_nothing(attack: str) -> None:
    assert dangers(source_body(f"<p>文</p>{attack}<p>字</p>").html) == []


@pytest.mark.parametrize(
    ("html", "body"),
    [
        ("<p>甲</p>\n    <p>乙</p>\n\t<p>丙</p>", "<p>甲</p>\n   <p>乙</p>\n<p>丙</p>"),
        ("<p>甲</p>\u3000<p>乙</p>", "<p>甲</p><p>乙</p>"),
        ("    甲\n\t乙", "   甲\n乙"),
        ("<p>甲\n\n \u3000\n乙</p>\n\n<p>丙</p>", "<p>甲\n乙</p>\n\n<p>丙</p>"),
        ("<p>甲\r\n\r\n乙\r\r丙</p>\r\n", "<p>甲\r\n乙\r丙</p>\r\n"),
        ("<pre>甲\n\n\n乙</pre>", "<pre>甲\n&#10;&#10;乙</pre>"),
        ("*甲*\n\n乙", "<p>*甲*\n乙</p>"),
        ("<p>甲</p><!--a--><!--b--><p>乙</p>", "<p>甲</p><!--a--><!--b--><p>乙</p>"),
        ("<p/>甲</p>", "<p>甲</p>"),
        ("<p>甲</p>乙<p>丙</p>", "<p>甲</p><p>乙</p><p>丙</p>"),
        ("<p>甲</p>\n*乙*\n<p>丙</p>", "<p>甲</p>\n<p>*乙*</p>\n<p>丙</p>"),
        ("甲<font>乙</font>丙", "<p>甲<font>乙</font>丙</p>"),
        ("甲<span><div>乙</div></span>", "<div>甲<span><div>乙</div></span></div>"),
        ("<p>甲</p> <!-- 乙 --><p>丙</p>", "<p>甲</p><!-- 乙 --><p>丙</p>"),
        (
            '<a href="http://a.example/{{甲}}">{{乙}}</a>',
            '<p><a href="http://a.example/%7B%7B甲%7D%7D">&#123;{乙}}</a></p>',
        ),
        ("<p>{\u3000\u3000{甲}}{%</p>", "<p>&#123;{甲}}&#123;%</p>"),
        ("<p>甲", "<p>甲</p>"),
        ("<p>甲<3</p>", "<p>甲&lt;3</p>"),
        ('<p id="a" id="b">甲</p>', '<p id="a">甲</p>'),
        ("<p class=a id = 'b'>甲</p>", '<p class="a" id="b">甲</p>'),
        ('<p onclick="a()" class="b">甲<script>a()</script></p>', '<p class="b">甲</p>'),
        ('<p title="甲\n乙&quot;" :a="b">丙</p>', '<p title="甲 乙&quot;">丙</p>'),
        ("<CENTER>甲</center>", "<center>甲</center>"),
        ("<form><fieldset>甲</fieldset><button>乙</button></form>", "<div><div>甲</div>乙</div>"),
        ("<p class=a>甲&#27;乙</p>", '<p class="a">甲乙</p>'),
        ("甲\x00乙\ufeff\ud800", "甲乙"),
        ("", ""),
    ],
)
def test_what_becomes_of_what_is_dangerous(html: str, body: str) -> None:
    assert source_body(html).html == body


@pytest.mark.parametrize(
    "html",
    [
        *(
            "<b>" * 50000,
            "</b>" * 50000,
            "<!--" * 50000,
            "<br>甲" * 30000,
            "&" * 200000,
            "<p " + "a='b' " * 20000 + ">",
        ),
        *(
            "\n \u3000" * 50000 + "甲",
            "<p>甲</p> <!--a-->" * 20000,
            "-" * 100000 + " \n" * 5000,
            '<a href="' * 20000,
            "{{" * 50000,
        ),
    ],
    ids=lambda html: html[:12],
)
def test_long_rubbish_comes_to_an_end(html: str) -> None:
    kept = source_body(html).html
    Strict(kept)
    assert source_body(kept).html == kept
