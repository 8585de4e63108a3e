"""The profile `clean`, example by example: what the sources send, and what a reader in twenty years gets."""

from __future__ import annotations

import pytest

from archiver.cleaning import Cleaner
from archiver.recipes import load_recipes
from archiver.recipes.recipe import CleanRules, Drop, Unwrap

BASE = "http://news.example/a/1.html"
CHART = "https://webquoteklinepic.eastmoney.com/GetPic.aspx?nid=106.ABC&imageType=k&token=0f"
PICTURE = "https://img.example/D1_w800h555.jpg"


def clean(html: str) -> str:
    return Cleaner(load_recipes()["eastmoney"].clean).clean(html, BASE).html


@pytest.mark.parametrize(
    "body",
    [
        "<p>甲公司5G“云帆”一期投产。</p>",
        '<p>甲。</p>\n <p>乙 丙。 </p>\n<p>丁。</p><p class="em_media">（文章来源：临岚晚报）</p>',
        "<p><strong>一、经过</strong></p><p>甲<br />乙<strong>丙</strong>丁</p>",
        '<h2>标题</h2><p>见<a href="http://a.example/?x=1&amp;y=2">此处</a>与<em>彼处</em>，H<sub>2</sub>O。</p>',
        f'<p><img src="{PICTURE}" alt="云帆" /></p><p>图注</p>',
        '<table><tr><td rowspan="2">甲</td><th colspan="2">乙</th></tr>\n <tr><td></td></tr></table>',
        '<ul><li>甲<ol start="3"><li>乙</li></ol></li></ul><blockquote><p>丙</p></blockquote>',
        "<dl><dt>甲</dt><dd>乙</dd></dl><pre>a&#10;    b &lt; c</pre><p><code>x</code>&#123;{ y }}</p>",
    ],
)
def test_a_clean_body_stays_byte_for_byte(body: str) -> None:
    assert clean(body) == body


@pytest.mark.parametrize(
    ("html", "cleaned"),
    [
        # Indents, blanks and line ends.
        ("<p>\u3000\u3000甲。</p>\n <p>\u3000乙。</p>", "<p>甲。</p>\n <p>乙。</p>"),
        ("<p>甲\u3000\u3000乙</p>", "<p>甲\u3000乙</p>"),
        ("<p>甲。<br />\u3000\u3000乙。</p>", "<p>甲。<br />乙。</p>"),
        ("<p>甲。</p>\r\n <p>乙\r丙。</p>", "<p>甲。</p>\n <p>乙\n丙。</p>"),
        ("<p>甲</p>\n\n\t\n      <p>乙\n\n\n丙</p>  <p>丁</p>", "<p>甲</p>\n   <p>乙\n丙</p><p>丁</p>"),
        ("<p>甲\x00\x1b\ud800\ufeff乙&#8;</p>", "<p>甲乙</p>"),
        ("<p>甲</p>\n&nbsp;\u2003<p>乙</p>", "<p>甲</p>\n<p>乙</p>"),
        ("<p>甲</p>\n<ul><li> </li></ul><p>乙</p>", "<p>甲</p>\n<p>乙</p>"),
        ("<ul><li>甲<p>\n</p>乙<p>丙</p></li></ul>", "<ul><li>甲<br />乙<p>丙</p></li></ul>"),
        ("<pre>\n\n  甲<b>\n\n</b>  乙\n</pre>", "<pre>  甲&#10;&#10;  乙&#10;</pre>"),
        # Line breaks: none at the ends, at most two at once; bare text with them is a paragraph.
        ("<p><br>甲<br/><br><br><br>乙<br /> </p>", "<p>甲<br /><br />乙</p>"),
        ("\u3000\u3000甲：<br>\n\u3000\u3000一、乙。<br>\n\u3000\u3000丙", "<p>甲：<br />\n一、乙。<br />\n丙</p>"),
        ("甲<p>乙</p>丙<div>丁</div>", "<p>甲</p><p>乙</p><p>丙</p><p>丁</p>"),
        # Hidden, empty or not text at all.
        ('<p style="display:none;height:1px;overflow:hidden;"> </p><p>甲</p>', "<p>甲</p>"),
        ('<p>甲<span style="Display : None">乙</span><i hidden>丙</i>丁</p>', "<p>甲丁</p>"),
        (
            '<div style="visibility: hidden">甲</div><p> &nbsp;\u3000</p><p><b> </b></p><ul><li></li></ul><p>乙</p>',
            "<p>乙</p>",
        ),
        ("<p>甲<script>a < b</script><style>p{}</style><!-- 乙 --><?x?>丙</p>", "<p>甲丙</p>"),
        (
            "<iframe src=x>甲</iframe><svg><title>乙</title></svg><form>丙<input value=丁><button>戊</button></form>",
            "<p>丙 戊</p>",
        ),
        ("<title>甲</title><link href=x><meta name=x><template>乙</template>丙", "<p>丙</p>"),
        ('<p onclick="x()" style="color:red" id=a data-b="c" align=left>甲</p>', "<p>甲</p>"),
        # Live charts: the picture goes, and the paragraph and the comments around it.
        (
            '<!-- EM_StockImg_Start --><p style="text-align:center;"><a href="http://quote.eastmoney.com/unify/r/1" '
            f'class="EmImageRemark" target="_blank"><img src="{CHART}" border="0" alt="K图" width="578" height="276" />'
            "</a></p><!-- EM_StockImg_End --><p>甲</p>",
            "<p>甲</p>",
        ),
        # Stock, board and keyword names are words of the sentence.
        (
            '<p>甲与<span id="stock_1.609901"><a href="http://quote.eastmoney.com/unify/r/1.609901" class="keytip" '
            'data-code="1,609901">澜石</a></span><span id="quote_1.609901"></span>(609901.SH)</p>',
            "<p>甲与澜石(609901.SH)</p>",
        ),
        (
            '<p><span id="bk_90.BK9901"><a href="http://other.example/" class="keytip">电子</a></span>板块</p>',
            "<p>电子板块</p>",
        ),
        (
            '<p><span id="Info.3321"><a href="http://data.eastmoney.com/x" class="infokey">增加值</a></span>升</p>',
            "<p>增加值升</p>",
        ),
        ('<p><span web="1" href="x" class="em_stock_key_common" data-code="1">澜石</span>称</p>', "<p>澜石称</p>"),
        (
            '<p>见<a href="https://so.eastmoney.com/x?y">澜石</a>和<a href="http://a.example/x">公告</a></p>',
            '<p>见澜石和<a href="http://a.example/x">公告</a></p>',
        ),
        (
            '<p>甲。</p><p class="em_media x">（文章来源：<a class="keytip" href="http://x.example/">新纪元</a>财经）</p>',
            '<p>甲。</p><p class="em_media">（文章来源：新纪元财经）</p>',
        ),
        # Pictures and captions.
        (f'<center><img src="{PICTURE}" style="border:1px" /></center>', f'<p><img src="{PICTURE}" /></p>'),
        (
            f'<center><img src="{PICTURE}" title="a\n&quot;b&quot;"></center>\n <p style="x">图：{{{{ 甲</p>',
            f'<p><img src="{PICTURE}" title="a &quot;b&quot;" /></p>\n <p>图：&#123;{{ 甲</p>',
        ),
        (
            f"<figure><img src={PICTURE}><figcaption><p>甲</p></figcaption></figure>",
            f'<figure><img src="{PICTURE}" /><figcaption>甲</figcaption></figure>',
        ),
        (f'<img src="/1x1.gif" data-src="{PICTURE}">', f'<p><img src="{PICTURE}" /></p>'),
        (f'<img src="data:image/gif;base64,R0l" data-original="{PICTURE}">', f'<p><img src="{PICTURE}" /></p>'),
        (f'<img src="{PICTURE}" orginial_src="http://img.example/large.jpg">', f'<p><img src="{PICTURE}" /></p>'),
        ('<img orginial_src="http://img.example/large.jpg">', '<p><img src="http://img.example/large.jpg" /></p>'),
        ('<img src="/x/1.png" alt="甲">', '<p><img src="http://news.example/x/1.png" alt="甲" /></p>'),
        (
            '甲<img src="http://t.example/p.gif" width="1" height="1"><img src="//t.example/p" style="width: 0px">',
            "<p>甲</p>",
        ),
        ('甲<img src="//t.example/1" width="1"><img src="//t.example/2" height="0px">', "<p>甲</p>"),
        ('<img src="http://t.example/1" alt="甲&#8;乙">', '<p><img src="http://t.example/1" alt="甲乙" /></p>'),
        ("甲<img src='javascript:x()'><img><img src=''><img src='//['>", "<p>甲</p>"),
        # Links.
        (
            '<p><a href="/a/2.html">甲</a><a href="//b.example/{{x}}">乙</a></p>',
            '<p><a href="http://news.example/a/2.html">甲</a><a href="http://b.example/%7B%7Bx%7D%7D">乙</a></p>',
        ),
        (
            '<p><a href="/x:y">甲</a> <a href="mailto:a@b.example">乙</a></p>',
            '<p><a href="http://news.example/x:y">甲</a> <a href="mailto:a@b.example">乙</a></p>',
        ),
        (
            "<p><a href='java\nscript:x()'>甲</a><a href='#t'>乙</a><a name=t>丙</a><a href='http://[/'>丁</a></p>",
            "<p>甲乙丙丁</p>",
        ),
        (
            '<a href="http://a.example/"><p>甲</p><p>乙</p></a>',
            '<p><a href="http://a.example/">甲</a></p><p><a href="http://a.example/">乙</a></p>',
        ),
        (
            '<a href="http://a.example/"><p>甲<a href="http://b.example/">乙</a></p></a>',
            '<p><a href="http://a.example/">甲</a><a href="http://b.example/">乙</a></p>',
        ),
        # Emphasis and what carries no meaning.
        (
            "<p><b>甲</b><i>乙</i><b><strong>丙</strong></b><font color=red>丁</font><u>戊</u></p>",
            "<p><strong>甲</strong><em>乙</em><strong>丙</strong>丁戊</p>",
        ),
        ("<h2><div>甲</div></h2><h3>乙<div>丙</div></h3>", "<h2>甲</h2><h3>乙<br />丙</h3>"),
        (
            "<p>x&lt;3微米，10%&lt;x&lt;13%，&lt;b&gt;甲&lt;/b&gt; &amp;amp; &copy;</p>",
            "<p>x&lt;3微米，10%&lt;x&lt;13%，&lt;b&gt;甲&lt;/b&gt; &amp;amp; ©</p>",
        ),
        ("<p>{{ 甲 }}{% if %}{{{</p>", "<p>&#123;{ 甲 }}&#123;% if %}&#123;&#123;{</p>"),
        # Lists and tables.
        (
            '<table border="1" style="width:100%"><tbody><tr><td style="x"><b>甲</b></td>'
            '<td colspan="2" rowspan=x></td></tr></tbody></table>',
            '<table><tbody><tr><td><strong>甲</strong></td><td colspan="2"></td></tr></tbody></table>',
        ),
        (
            "<table><tr><td><div>甲</div><div>乙</div></td><td>丙<p>丁</p>戊</td></tr></table>",
            "<table><tr><td>甲<br />乙</td><td>丙<p>丁</p>戊</td></tr></table>",
        ),
        (
            "<ul>甲<li>乙</ul><li>丙</li><dt>丁</dt><td>戊</td>",
            "<ul><li>甲</li><li>乙</li></ul><p>丙</p><p>丁</p><p>戊</p>",
        ),
        (
            "<table><tr> <td> \n</td><td> \x07甲&amp; </td>\n<td>\n</td></tr></table>",
            "<table><tr><td></td><td>甲&amp; </td>\n<td></td></tr></table>",
        ),
        # Styles behind a `>` in another attribute.
        ('<div title="a>b" style="display:flex"><span>甲</span><span>乙</span></div>', "<p>甲</p><p>乙</p>"),
        ('<p title="a>b" style="white-space:pre-line">甲\n乙</p>', "<p>甲<br />乙</p>"),
        # Careless markup.
        ("<div class=a id=b><p>甲<p align=left>乙<div><font size=2>丙", "<p>甲</p><p>乙</p><p>丙</p>"),
        ("<html><body><p>甲</body></html><p>乙", "<p>甲</p><p>乙</p>"),
        ("<button><p>甲</p><p>乙</p>", "<p>甲</p><p>乙</p>"),
    ],
)
def test_what_comes_out(html: str, cleaned: str) -> None:
    assert clean(html) == cleaned


ADVERTS = [
    "郑重声明：本网发布此信息的目的在于传播。",
    "（扫码下载某某APP）",
    "【点击此处，下载某某客户端】",
    "长按识别二维码，打开App查看",
]


@pytest.mark.parametrize(
    "text", [*ADVERTS, "  " + ADVERTS[0], "<b>郑重</b>声明", "扫码<br>下载 APP", "点<span>击下载</span>APP"]
)
@pytest.mark.parametrize(
    "around", ["<p>甲</p><p>{}</p>", "<p>甲</p>{}", "<div><div>{}</div><p>甲</p></div>", "<p>甲</p><h4>{}</h4>"]
)
def test_advertising_paragraphs_go_and_nothing_with_them(text: str, around: str) -> None:
    assert clean(around.format(text)) == "<p>甲</p>"


@pytest.mark.parametrize(
    "html",
    [
        "<p>他说，郑重声明。</p>",
        "<p>点击率上升。某某公司的客户端下载量创新高，APP也是。</p>",
        "<table><tr><td>扫码下载某APP</td><td>甲</td></tr></table>",
        "<ul><li>郑重声明</li></ul>",
    ],
)
def test_what_only_mentions_it_stays(html: str) -> None:
    assert clean(html) == html


def test_an_item_of_which_only_advertising_is_left_goes() -> None:
    assert clean("<ul><li><p>郑重声明</p></li><li><p>甲</p></li></ul>") == "<ul><li><p>甲</p></li></ul>"
    assert clean("<ul><li>甲<p>郑重声明</p>乙</li></ul>") == "<ul><li>甲<br />乙</li></ul>"


def test_the_recipe_decides() -> None:
    link = '<a class="c" href="http://x.example/">乙</a>'
    html = f'<p class="a b">甲{link}<i class="d">丙</i></p><img src="{CHART}"><p>丁</p>'
    plain = Cleaner(CleanRules())
    assert plain.clean(html, BASE).html == (
        '<p>甲<a href="http://x.example/">乙</a><em>丙</em></p>'
        f'<p><img src="{CHART.replace("&", "&amp;")}" /></p><p>丁</p>'
    )
    rules = CleanRules(
        keep_classes=frozenset({"b"}),
        unwrap=Unwrap(hosts=frozenset({"x.example"})),
        drop=Drop(classes=frozenset({"d"}), pictures=("GetPic",), paragraphs=("丁",)),
    )
    assert Cleaner(rules).clean(html, BASE).html == '<p class="b">甲乙</p>'


def test_an_expression_may_say_where_a_paragraph_begins_and_ends() -> None:
    cleaner = Cleaner(CleanRules(drop=Drop(paragraphs=("^甲$", "乙 丙$"))))
    assert cleaner.clean("<p>甲</p><p>甲乙</p>\n<p>甲</p>", BASE).html == "<p>甲乙</p>"
    assert cleaner.clean("<p>乙\n\n    丙</p><p>乙\u3000\u3000丙</p><p>丁</p>", BASE).html == "<p>丁</p>"
    assert cleaner.clean("<p>乙<br />丙</p><p>乙<b> 丙</b></p><p>丁</p>", BASE).html == "<p>丁</p>"


def test_a_control_character_after_a_hidden_element_is_left_out() -> None:
    assert clean('<p style="display:none">x</p>\x1f<p>好</p>') == "<p>好</p>"
