"""Cleaning keeps what carries meaning, and says what it leaves out: example by example, in both profiles."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from archiver.addresses import resolve
from archiver.cleaning import Cleaner, shows_something, source_body
from archiver.cleaning.address import resolved
from archiver.cleaning.cleaned import MAX_BODY_CHARACTERS
from archiver.cleaning.references import with_semicolons
from archiver.errors import BodyError, UnknownAddressError
from archiver.posts.read import unmarked
from archiver.posts.text_digest import MIN_CHARACTERS, said, text_digest
from archiver.reading.metadata.json_ld import json_values
from archiver.reading.metadata.wording import plain
from archiver.recipes import load_recipes
from archiver.recipes.recipe import CleanRules
from archiver.text import is_visible, one_line, unescaped
from tests.chromium import texts_in_chromium

if TYPE_CHECKING:
    from pathlib import Path

BASE = "http://news.example/a/1.html"
CLEANER = Cleaner(CleanRules())
RECIPE = load_recipes()["eastmoney"]
PIXEL = "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"
PNG_PIXEL = (
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNkYAAAAAYAAjCB0C8AAAAASUVORK5CYII="
)
# Elements of which browsers show nothing, or nothing but what they are given elsewhere.
UNSEEN = "audio canvas datalist iframe noembed noframes script style template title video".split()
VOID = (
    "area base basefont bgsound br col embed frame hr img image input keygen link meta param source track wbr"
).split()
ELEMENTS = (
    "a abbr acronym address applet article aside b bdi bdo big blink blockquote button caption center cite "
    "code colgroup data dd del details dfn dialog dir div dl dt em fencedframe fieldset figcaption figure font "
    "footer form frameset h1 h2 h3 h4 h5 h6 head header hgroup html i ins isindex kbd label legend li listing "
    "main map mark marquee math menu menuitem meter multicol nav nextid nobr noscript object ol optgroup "
    "option output p picture pre progress q rb rbc rp rt rtc ruby s samp search section select slot small "
    "spacer span strike strong sub summary sup svg table tbody td textarea tfoot th thead time tr tt u ul var "
    "xmp x-custom o:p"
).split()


def clean(html: str, base: str = BASE) -> str:
    return CLEANER.clean(html, base).html


@pytest.mark.parametrize("name", [*ELEMENTS, *VOID])
def test_no_element_costs_a_word(name: str) -> None:
    inner = "<text>乙</text>" if name == "svg" else "<mi>乙</mi>" if name == "math" else "乙"
    html = f"<p>甲<{name}>{'' if name in VOID else inner}</{name}>丙</p><p>丁</p>"
    for cleaned in (clean(html), source_body(html).html):
        assert [one for one in cleaned if one in "甲乙丙丁"] == [one for one in html if one in "甲乙丙丁"]


@pytest.mark.parametrize("around", ["option", "select><option", "svg", "svg><text", "math", "math><mi"])
def test_no_element_costs_a_word_that_chromium_shows(around: str, tmp_path: Path) -> None:
    names = sorted({*ELEMENTS, *VOID, *UNSEEN, "foreignObject", "annotation-xml", "font size=2", "mtext", "desc"})
    ends = "".join(f"</{name}>" for name in reversed(around.split("><")))
    bodies = [
        f"<p>甲<{around}>乙<{name}>{'' if name in VOID else f'丙</{name.split()[0]}>'}丁{ends}戊</p>己"
        for name in names
    ]
    for body, shown in zip(bodies, texts_in_chromium(bodies, tmp_path), strict=True):
        for cleaned in (clean(body), source_body(body).html):
            assert not {*shown} & {*"甲乙丙丁戊己"} - {*cleaned}, body


@pytest.mark.parametrize("name", UNSEEN)
def test_what_nobody_sees_is_no_word(name: str) -> None:
    assert clean(f"<p>甲</p><{name}>乙</{name}><p>丙</p>") == "<p>甲</p><p>丙</p>"


@pytest.mark.parametrize(
    ("html", "cleaned"),
    [
        *((f"<p>a<{name}>b</{name}>c</p>",) * 2 for name in "del ins s q mark sub sup code".split()),
        ("<p><s>199</s>99元</p>",) * 2,
        ("<p><strike>199</strike>99元</p>", "<p><s>199</s>99元</p>"),
        ("<p><ruby>漢<rp>(</rp><rt>hàn</rt><rp>)</rp></ruby></p>",) * 2,
        ("<ruby><rb>漢</rb><rt>hàn</rt></ruby>", "<p><ruby>漢<rt>hàn</rt></ruby></p>"),
        ("<p><q>a<q>b</q></q>c</p>",) * 2,
        ("<p>2<sup>3<sup>2</sup></sup></p>",) * 2,
        # What only a style says.
        ("<p>价<span style='text-decoration: underline line-through'>199</span>99元</p>", "<p>价<s>199</s>99元</p>"),
        (
            "<p>价<b style='text-decoration-line:line-through'>199</b>99元</p>",
            "<p>价<s><strong>199</strong></s>99元</p>",
        ),
        ("<s style='text-decoration:line-through'>a</s>", "<p><s>a</s></p>"),
        ("<p style='text-decoration:line-through'>a<b>b</b></p><p>c</p>", "<p><s>a<strong>b</strong></s></p><p>c</p>"),
        (
            "<p>10<font style='vertical-align: super'>5</font>x<i style='vertical-align:sub'>2</i></p>",
            "<p>10<sup>5</sup>x<sub><em>2</em></sub></p>",
        ),
        (
            "<p>a<a href=/b style='text-decoration:none'>c</a><img src=/d style='vertical-align:middle'></p>",
            '<p>a<a href="http://news.example/b">c</a><img src="http://news.example/d" /></p>',
        ),
        # Numbers of items.
        (
            '<ol type="a" start="-3" reversed><li value="7">a</li></ol>',
            '<ol start="-3" type="a" reversed="reversed"><li value="7">a</li></ol>',
        ),
        ("<ol type=x start=1.5><li value=a>a</ol>", "<ol><li>a</li></ol>"),
        ("<ol><li>a<li><li>c<li>d</ol>", '<ol><li>a</li><li value="3">c</li><li>d</li></ol>'),
        ("<ol start=5><li><li value=9> <li>c</ol>", '<ol start="5"><li value="10">c</li></ol>'),
        (
            "<ol reversed><li>a<li><li>c</ol>",
            '<ol reversed="reversed"><li>a</li><li value="1">c</li></ol>',
        ),
        ("<ol><li>a<li hidden>b<li>c</ol>", "<ol><li>a</li><li>c</li></ol>"),
        # Formulas.
        ("<p>a<math><mfrac><mn>1</mn><mn>2</mn></mfrac></math>b</p>", "<p>a 1/2 b</p>"),
        (
            "<math><mfrac><mrow><mi>a</mi><mo>+</mo><mn>1</mn></mrow><mn>2</mn></mfrac></math>",
            "<p>(a+1)/2</p>",
        ),
        ("<math><msup><mi>x</mi><mn>2</mn></msup><mn>3</mn></math>", "<p>x<sup>2</sup>3</p>"),
        ("<math><msubsup><mi>x</mi><mn>1</mn><mn>2</mn></msubsup></math>", "<p>x<sub>1</sub><sup>2</sup></p>"),
        ("<math><msqrt><mi>x</mi></msqrt><mroot><mi>x</mi><mn>3</mn></mroot></math>", "<p>√x <sup>3</sup>√x</p>"),
        (
            "<p>1<math><mfrac><mn>1</mn><mn>2</mn></mfrac></math>3，降<math><mn>4</mn></math>。</p>",
            "<p>1 1/2 3，降4。</p>",
        ),
        ("<math><mn>1</mn><mfrac><mn>1</mn><mn>2</mn></mfrac><mn>3</mn></math>", "<p>1 1/2 3</p>"),
        (
            "<math><msqrt><mi>x</mi><mo>+</mo><mn>1</mn></msqrt><mroot><mi>x</mi><mn>3</mn></mroot></math>",
            "<p>√(x+1) <sup>3</sup>√x</p>",
        ),
        (
            "<p><b>1</b><math><mrow><mn>2</mn></mrow></math><b>3</b></p>",
            "<p><strong>1</strong> 2 <strong>3</strong></p>",
        ),
        ("<math><msqrt><mi>x</mi><mo>+</mo><mn>1</mn></msqrt></math>", "<p>√(x+1)</p>"),
        (
            "<math><mtable><mtr><mtd>1</mtd><mtd>2</mtd></mtr><mtr><mtd>3</mtd><mtd>4</mtd></mtr></mtable></math>",
            "<p>[1, 2; 3, 4]</p>",
        ),
        ("<math><msqrt><math><msqrt><mi>x</mi><mo>+</mo><mn>1</mn></msqrt></math></msqrt></math>", "<p>√(√(x+1))</p>"),
        ("<math><semantics><mi>x</mi><annotation>y</annotation></semantics></math>", "<p>x</p>"),
        ("<p>a<math><mi>x<annotation>b</annotation></mi></math></p>", "<p>a xb</p>"),
        # Drawings: what ends one, which words are drawn, and where.
        ("<p>2<svg><text>7<sup>2</sup>3</text></svg>8</p>", "<p>2 7 <sup>2</sup>38</p>"),
        ("<p>2<svg><var>9</var><SUP>9</SUP>a</svg>8</p>", "<p>29<sup>9</sup>a8</p>"),
        ("<p>2<math><mi>a</mi><sup>3</sup><mtext>b</mtext></math>8</p>", "<p>2 a <sup>3</sup>b8</p>"),
        (
            "<p>2<svg><text>7<sup>2</sup>3</text></svg><var>8</var><sub>9</sub><span>5</span></p>",
            "<p>2 7 <sup>2</sup>38<sub>9</sub>5</p>",
        ),
        (
            "<p>a<math><mi>b</mi><sup>3</sup></math><sub>c</sub><var>d</var><span title='<sup>'>ends-0</span></p>",
            "<p>a b <sup>3</sup><sub>c</sub>dends-0</p>",
        ),
        (
            "<textarea><sup>a</textarea><svg><sub>b</sub></svg><var>c</var><span>d</span>",
            "<p>&lt;sup&gt;a <sub>b</sub>cd</p>",
        ),
        ("<p>a<svg><desc>b</desc><g style='display:none'><text>c</text></g><text>d</text></svg></p>", "<p>a d</p>"),
        (
            "<svg><text><tspan x=0>12</tspan><tspan x=0 dy=9>34</tspan><tspan>5</tspan></text></svg>",
            "<p>12  34 5</p>",
        ),
        ("<p>a<svg><foreignObject>b<svg><text>c</text></svg></foreignObject></svg>d</p>", "<p>a b c d</p>"),
        # A choice is its text, all of it.
        (
            "<select><option>a<style>b</style><svg><title>c</title></svg><i hidden>d</i></select>",
            "<p>abcd</p>",
        ),
        ("<select><option>a<script>b</script>c<option hidden>d</select>", "<p>ac</p>"),
        # Words in boxes, drawings, and what is a block by its style are apart from what is beside them.
        ("<p>a<button>b</button>c<textarea>\nd</textarea>e</p>", "<p>a b c d e</p>"),
        ("<p>a<select><option>b<option>c</select>d</p>", "<p>a b c d</p>"),
        ("<p>a<object data=x>b</object>c<applet>d</applet></p>", "<p>a b c d</p>"),
        ("<p>a<svg><title>t</title><text>b</text><text>c</text></svg>d</p>", "<p>a b c d</p>"),
        ("<p>a<span style='display: Block'>b</span>c</p>", "<p>a<br />b<br />c</p>"),
        ("<p>a<span style='float:left'>b</span>c</p>", "<p>a<br />b<br />c</p>"),
        ("<p>2<meter value=1>3</meter>4<progress>5</progress>6</p>", "<p>2 3 4 5 6</p>"),
        ("<p>2<noscript>3</noscript>4<input value=5>6<input type=Hidden>7</p>", "<p>2 3 4 67</p>"),
        # Children of a box that lays them out are beside each other, not one word.
        (
            "<div style='display: flex'><span>a</span><b>b</b>c<span hidden>d</span></div>",
            "<p>a</p><p><strong>b</strong></p><p>c</p>",
        ),
        (
            "<p>a<span style='display:inline-grid'><i>b</i><i>c</i></span></p>",
            "<p>a<br /><em>b</em><br /><em>c</em></p>",
        ),
        (
            '<div style="display:flex">甲<img src="/1.png">乙</div>',
            '<p>甲<br /><img src="http://news.example/1.png" />乙</p>',
        ),
        ('<div style="display:flex">甲<script>x</script>乙</div>', "<p>甲乙</p>"),
        # What is hidden by its attribute, and shown by its style.
        ('<p hidden style="display:flex">甲</p><p hidden style="color:red">乙</p>', "<p>甲</p>"),
        (
            '<p>甲<i style="display:block;display:none">乙</i><i style="display:none;display:inline">丙</i></p>',
            "<p>甲<em>丙</em></p>",
        ),
        ('<p>甲<i style="display:none!important;display:block">乙</i>丙</p>', "<p>甲丙</p>"),
        # What a style shows within what another hides.
        (
            '<div style="visibility:hidden">a<p>b<b style="visibility:visible">c<i style="visibility:collapse">d'
            '<u style="visibility:initial">e</u>f<img src=/1.png></i>g</b>h</p></div>',
            "<p><strong>c<em>e</em>g</strong></p>",
        ),
        ('<p style="display:none">a<b style="visibility:visible">b</b></p><p>c</p>', "<p>c</p>"),
        # Where the attribute means nothing; and attributes that do.
        ("<p>a<marquee hidden>b</marquee>c<svg hidden><g hidden><text>d</text></g></svg></p>", "<p>a b c d</p>"),
        ("<p>a<math hidden><mi hidden>x</mi></math></p>", "<p>a x</p>"),
        ("<p>a<svg display=none><text>b</text></svg><svg><text visibility=hidden>c</text></svg></p>", "<p>a</p>"),
        ("<p>甲<br hidden>乙<hr hidden>丙<br style='display:none'>丁</p>", "<p>甲乙</p><p>丙丁</p>"),
        ("<table><tr><td>1<td hidden>2<td>3</table>", "<table><tr><td>1</td><td></td><td>3</td></tr></table>"),
        # More that is a block by its style, and lines that are lines by it.
        ("<p>a<i style='display:-webkit-box'>b</i>c</p>", "<p>a<br /><em>b</em><br />c</p>"),
        ("<p>a<i style='float:inline-start'>b</i>c</p>", "<p>a<br /><em>b</em><br />c</p>"),
        ("<p>a<i style='display:block;display:inline'>b</i>c</p>", "<p>a<em>b</em>c</p>"),
        (
            '<div style="white-space: pre-line">a\nb<p>c\n\n<b>d\ne</b>'
            '<i style="white-space:normal">f\ng</i></p>\n</div>',
            "<p>a<br />b</p><p>c<br /><br /><strong>d<br />e</strong><em>f\ng</em></p>",
        ),
        ('<ul style="white-space:pre"><li>a</li>\n<li>b</li></ul>', "<ul><li>a</li>\n<li>b</li></ul>"),
        ("<xmp><b>\n x</xmp>", "<pre>&lt;b&gt;&#10; x</pre>"),
        ("<p>a<embed src=x>b<source>c<track>d</p>", "<p>abcd</p>"),
        # Pictures that are only in a set.
        ("<img srcset='/1.png 100w, /2.png 300w, /3.png 200w'>", '<p><img src="http://news.example/2.png" /></p>'),
        ("<img srcset='/1.png, /2.png 1.5x'>", '<p><img src="http://news.example/2.png" /></p>'),
        ("<img src='data:,' srcset='/a,b.png'>", '<p><img src="http://news.example/a,b.png" /></p>'),
        (
            "<picture><source srcset='/1.webp 1x,/2.webp 2x'><img alt=x></picture>",
            '<p><img src="http://news.example/2.webp" alt="x" /></p>',
        ),
        ("<img src=/0.png srcset='/a b.png 2x, /c d.png 1x'>", '<p><img src="http://news.example/0.png" /></p>'),
        ("<img data-srcset='/1.png 1w' src=/0.gif>", '<p><img src="http://news.example/1.png" /></p>'),
    ],
)
def test_what_comes_out(html: str, cleaned: str) -> None:
    assert clean(html) == cleaned
    assert clean(cleaned) == cleaned


@pytest.mark.parametrize(
    ("html", "dropped"),
    [
        ("<p>a</p>", {}),
        ("<a href=/b>c</a><img src=d.png>", {}),
        ("<a href=#b>c</a><a>d</a><a name=e></a>", {}),
        ("<a href=javascript:b()>c</a><a href='http://[/'>d</a>", {"links": 2}),
        ("<img src=blob:x><img><img src=x width=1>", {"pictures": 1}),
    ],
)
def test_what_is_left_out_is_counted(html: str, dropped: dict[str, int]) -> None:
    assert CLEANER.clean(html, BASE).dropped == dropped


def test_without_a_base_relative_addresses_are_left_out_and_counted() -> None:
    cleaned = CLEANER.clean("<p><a href=/b>c</a><img src=d.png></p>", "")
    assert (cleaned.html, cleaned.dropped) == ("<p>c</p>", {"links": 1, "pictures": 1})


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("http://a.example/图 表 1.png", "http://a.example/图%20表%201.png"),
        (" \n http://a.example/x\t\n", "http://a.example/x"),
        ("ht\ntp://a.example/a\n\tb", "http://a.example/ab"),
        ("mailto:a@b.example?subject=a b", "mailto:a@b.example?subject=a%20b"),
        ("/年 报.pdf?q= 1#a b", "http://news.example/年%20报.pdf?q=%201#a%20b"),
        ("//b.example/{{x}}", "http://b.example/%7B%7Bx%7D%7D"),
        ("\\\\b.example\\c?d\\e", "http://b.example/c?d\\e"),
        ("http:\\\\b.example\\c", "http://b.example/c"),
        # How many slashes there are says nothing where a host comes next.
        ("///b.example/c", "http://b.example/c"),
        ("\\/\\b.example/c", "http://b.example/c"),
        ("https:////b.example/c", "https://b.example/c"),
        ("https:/b.example/c", "https://b.example/c"),
        ("HTTPS:b.example", "HTTPS://b.example"),
        ("http:/b/c", "http://news.example/b/c"),  # of the scheme of the page: a place of its site
        ("http:b?c", "http://news.example/a/b?c"),
        ("http:#top", ""),
        ("/b///c", "http://news.example/b///c"),
        ("b\u3000c\u200bd", "http://news.example/a/b%E3%80%80c%E2%80%8Bd"),
        ("../b", "http://news.example/b"),
        ("http://a.example/%20a%7Bb", "http://a.example/%20a%7Bb"),
        ("\x01javascript:x()", "javascript:x()"),
        ("#top", ""),
        ("", ""),
        ("//[", ""),
    ],
)
def test_addresses(written: str, address: str) -> None:
    assert resolved(written, BASE) == address
    if address:
        assert resolved(address, BASE) == address


@pytest.mark.parametrize(
    "text", ["", " ", "\u200b", "\u2060", "\u3164", "\u2800", "\u00ad", "\u3000\xa0\ufe0f", "\u0301"]
)
def test_nothing_is_seen(text: str) -> None:
    assert not is_visible(text)
    for html in (f"<p>{text}</p>", f"<p>{text}<br></p>&nbsp;&#8203;", f"<p style='display:none'>甲</p>{text}"):
        for cleaned in (clean(html), source_body(html).html):
            assert not shows_something(cleaned)


@pytest.mark.parametrize(
    "html", ["<p>甲</p>", "<p>&#x31;</p>", "<p>.</p>", "<p>😀</p>", "<p><img src=/x.png></p>", "\ue000"]
)
def test_something_is_seen(html: str) -> None:
    for cleaned in (clean(html), source_body(html).html):
        assert shows_something(cleaned)


STYLES = [
    *("display:block", "display:none", "DISPLAY : None", "display:none;display:inline", "display:block;display:none"),
    *("display:none!important;display:block", "display:none ! important", "/* x */display:none", "/*display:none"),
    *("/* display:none */", "color:red/*;*/;display:none", "--display:none", "mydisplay:none", "visibility:hidden"),
    *("visibility:hidden;visibility:visible", "visibility:collapse", "-webkit-backface-visibility:hidden"),
    *("backface-visibility: hidden; color: red", "overflow:hidden", "overflow:hidden;display:block", "float:left"),
]
HIDING = [
    *(f'style="{style}"' for style in STYLES),
    *("hidden", "hidden=''", "hidden style='display:block'", "hidden style='color:red'", "class=hidden", "data-hidden"),
    *("aria-hidden=true", "hidden style='display:none'"),
]


def test_what_browsers_show_is_there_and_what_they_hide_is_not(tmp_path: Path) -> None:
    bodies = [f"<{name} {hiding}>甲</{name}>" for name in ("p", "div", "b") for hiding in HIDING]
    wrong = []
    for body, shown in zip(bodies, texts_in_chromium(bodies, tmp_path), strict=True):
        cleaned, source = clean(body), source_body(body).html
        said = ("甲" in cleaned, shows_something(cleaned), shows_something(source))
        if said != ("甲" in shown,) * 3:
            wrong.append((body, shown, said))
    assert wrong == []


@pytest.mark.parametrize("name", ["p", "div", "span"])
def test_what_is_hidden_until_it_is_found_is_there(name: str) -> None:
    """As what a `details` element has: a reader may ask for it."""
    body = f"<{name} hidden=until-found>甲</{name}>"
    assert "甲" in clean(body)
    assert shows_something(source_body(body).html)


@pytest.mark.parametrize(
    "picture",
    [
        "<img>",
        "<img src=''>",
        f"<img src='{PIXEL}'>",
        f"<img src='{PNG_PIXEL}'>",
        "<img src='http://a.example/count.gif' width='1' height='1'>",
        "<img src='http://a.example/count.gif' style='width:1px'>",
    ],
)
def test_a_picture_that_nobody_sees_is_nothing(picture: str) -> None:
    for cleaned in (clean(f"<p>{picture}</p>"), source_body(f"<p>{picture}</p>").html):
        assert not shows_something(cleaned)


def test_a_placeholder_gives_way_to_the_picture_that_comes_for_it() -> None:
    shown = '<p><img src="http://news.example/a.png" /></p>'
    assert clean(f"<img src='{PIXEL}' srcset='/a.png 2x'>") == shown
    assert clean(f"<img src='/a.png' data-src='{PIXEL}'>") == shown
    small = "data:image/gif;base64,R0lGODlhEAAQAIAAAAAAAP///yH5BAEAAAAALAAAAAAQABAAAAIOhI+py+0Po5y02ouzPgUAOw=="
    assert clean(f"<img src='{small}'>") == f'<p><img src="{small}" /></p>'


@pytest.mark.parametrize("html", ["<p><script>x()</script></p>", "<p><iframe src='https://a.example/'>no</iframe></p>"])
def test_only_scripts_and_frames_are_nothing(html: str) -> None:
    assert not shows_something(source_body(html).html)


@pytest.mark.parametrize(
    ("html", "kept"),
    [
        ("<p>&nbsp&nbsp甲 &copy2021 5&lt6</p>", "<p>&nbsp;&nbsp;甲 &copy;2021 5&lt;6</p>"),
        (
            "<p>&notit; &notin; &nosuch; &nosuch &amp;nbsp &#169 &#xA9x</p>",
            "<p>&not;it; &notin; &nosuch; &nosuch &amp;nbsp &#169; &#xA9;x</p>",
        ),
        ('<a href="?a&copy=1&copy;&reg">x</a>', '<a href="?a&copy=1&copy;&reg;">x</a>'),
        ("<p title='&#X4e59'>&#X4E59;&#Xa9</p>", "<p title='&#x4e59;'>&#x4E59;&#xa9;</p>"),
        ("<p>A&B R&D &</p>", "<p>A&B R&D &</p>"),
    ],
)
def test_references_are_what_they_are_to_a_browser(html: str, kept: str) -> None:
    assert with_semicolons(html, attributes="<a" in html) == kept
    assert with_semicolons(kept, attributes="<a" in html) == kept


@pytest.mark.parametrize("digits", ["9" * 5000, "x" + "f" * 5000, "9" * 9])
def test_references_with_any_number_of_digits(digits: str) -> None:
    html = f"<p title='&#{digits};'>甲&#{digits};</p>&#{digits}"
    assert "甲" in source_body(html).html
    assert "甲" in clean(html)
    assert unescaped(f"甲&#{digits}") == "甲\ufffd"
    broken, replaced = (said(body * MIN_CHARACTERS, RECIPE) for body in (f"甲&#{digits};", "甲\ufffd"))
    assert text_digest(broken) == text_digest(replaced)
    assert unmarked(f"甲&#{digits};") == "甲\ufffd"
    assert plain(f"甲&#{digits};") == "甲\ufffd"
    assert json_values(f"[&quot;甲&#{digits};&quot;]") == [["甲\ufffd"]]
    with pytest.raises(UnknownAddressError):
        resolve(f"http://a.example/?a=1&amp;b=&#{digits};", [RECIPE])


@pytest.mark.parametrize(
    "style",
    [
        *("position:fixed;top:0", "background:url(//a.example/x)", "background-image:URL (x)", "margin-left:-5000px"),
        *("width:expression(a())", "pos\\69tion:fixed", "po/**/sition:fixed", "z-index:9", "list-style-image:image(x)"),
        *("translate: 0 -500px", "color:red;scale:50", "rotate:9deg", "ZOOM : 50", "offset-path:path('M0 0')"),
        *("-webkit-animation:x 1s", "box-shadow:0 0 0 9999px red", "outline:500px solid", "text-shadow:90em 0 red"),
        *("vertical-align:-900px", "outline:99vw solid red", "box-shadow:inset 0 0 0 100.5px"),
        *("transform:scale(9)", "inset:0", "position : absolute", "text-indent:-9999px", "top: -.5em"),
    ],
)
def test_no_style_reaches_beyond_its_element(style: str) -> None:
    assert source_body(f'<p style="{style}">甲</p>').html == "<p>甲</p>"


@pytest.mark.parametrize(
    ("html", "kept"),
    [
        ("<p>a<i style='position:absolute;left:2px'>b</i>c</p>", '<p>a<i style="display:block">b</i>c</p>'),
        ("<p>a<i style='float:left;z-index:2'>b</i>c</p>", '<p>a<i style="display:block">b</i>c</p>'),
        ("<p>a<b style='display:none;background:url(x)'>b</b></p>", '<p>a<b style="display:none">b</b></p>'),
        ("<p style='display:none;z-index:1'>b</p>", '<p style="display:none">b</p>'),
        (
            "<p>a<u style='text-decoration:line-through;inset:0'>b</u></p>",
            '<p>a<u style="text-decoration:line-through">b</u></p>',
        ),
        (
            "<p>1<u style='vertical-align:super;top:-1px'>2</u></p>",
            '<p>1<u style="vertical-align:super">2</u></p>',
        ),
        ("<p>2<canvas>3</canvas>4<meter>5</meter>6<svg><text>7</text></svg>8</p>", "<p>2 3 4 5 6 7 8</p>"),
        ("<p><b>2<canvas>3</canvas></b>4<b><select><option>5</select></b></p>", "<p><b>2 3 </b>4<b>  5  </b></p>"),
        ("<listing>a</listing>b", "<pre>a</pre>b"),
        (
            "<form style='display:flex'><b style='display:none'>a</b><i>b</i></form>",
            '<div style="display:flex"><b style="display:none">a</b><i>b</i></div>',
        ),
        ("<p>2<input value=3>4<input type=hidden>5</p>", "<p>2 45</p>"),
    ],
)
def test_what_the_profile_source_takes_away_joins_and_shows_nothing(html: str, kept: str) -> None:
    assert source_body(html).html == kept


@pytest.mark.parametrize(
    "style",
    [
        "text-align:center;",
        "border:#d1d1d1 1px solid;padding:3px;margin:5px 0;",
        "display:none;height:1px",
        "color:red",
        "cursor:zoom-in;vertical-align:-2px;box-shadow:rgb(255, 255, 255) 0 0 10px, #000000 2px 2px",
        "letter-spacing:-0.5px;background-size:100%;outline:2px solid #999999",
    ],
)
def test_harmless_style_stays_in_the_profile_source(style: str) -> None:
    html = f'<p style="{style}">甲</p>'
    assert source_body(html).html == html


def test_a_body_has_a_largest_size() -> None:
    for profile in (clean, source_body):
        with pytest.raises(BodyError, match="has 2,000,001 characters"):
            profile("a" * (MAX_BODY_CHARACTERS + 1))
        profile("a" * MAX_BODY_CHARACTERS)


def test_controls_of_the_direction_of_text_are_left_out() -> None:
    text = "甲\u202e乙\u2066丙\u2069"
    assert clean(f"<p>{text}</p>") == source_body(f"<p>{text}</p>").html == "<p>甲乙丙</p>"
    assert one_line(text) == "甲乙丙"
