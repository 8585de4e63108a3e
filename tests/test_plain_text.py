"""The plain text of a body: what only an element says is said by signs."""

from __future__ import annotations

import pytest

from archiver.cleaning import laid_out, shows_something
from archiver.exports.plain import plain_text
from archiver.exports.pure_markdown import Dialect, markdown_of
from tests.exported import entry


@pytest.mark.parametrize(
    ("html", "text", "markdown"),
    [
        ("<p><s>199</s>99元</p>", "~~199~~99元", "~~199~~99元"),
        ("<p><del>10%</del><ins>12%</ins></p>", "~~10%~~12%", " 10% 12%".strip()),
        ("<p>10<sup>5</sup>，H<sub>2</sub>O</p>", "10⁵，H₂O", "10<sup>5</sup>，H<sub>2</sub>O"),
        ("<p>x<sub>a<sup>2</sup></sub></p>", "x_(a²)", "x<sub>a<sup>2</sup></sub>"),
        ("<p>1<sup><b>a</b></sup>2</p>", "1^(a)2", "1<sup>**a**</sup>2"),
        ("<p>甲<q>乙</q></p>", "甲“乙”", "甲“乙”"),
        ("<p><ruby>漢<rp>（</rp><rt>hàn</rt><rp>）</rp></ruby></p>", "漢(hàn)", "漢(hàn)"),
        ("<p>甲</p><hr><dl><dt>乙</dt><dd>丙</dd></dl>", "甲\n乙\n丙", "甲\n\n---\n\n乙\n\n丙"),
        ('<ol start="3"><li>甲</li><li value="7">乙</li><li>丙</li></ol>', "甲\n乙\n丙", "3. 甲\n7) 乙\n8) 丙"),
        ('<ol reversed="reversed"><li>甲</li><li>乙</li></ol>', "甲\n乙", "2. 甲\n1) 乙"),
        ("<ol><li>甲</li></ol><ol><li>乙</li></ol>", "甲\n乙", "1. 甲\n\n1) 乙"),
        ("<ul><li>甲</li></ul><ul><li>乙</li></ul>", "甲\n乙", "- 甲\n\n* 乙"),
        ('<ol start="-1"><li>甲</li></ol>', "甲", "- -1\\. 甲"),
        ('<ul><li>甲<ol start="2"><li>乙</li></ol></li></ul>', "甲\n乙", "- 甲\n\n  2. 乙"),
        # What a style says, in the source's own markup.
        ('<p>甲<span style="display:none">乙</span><b hidden>丙</b>丁</p>', "甲丁", "甲丁"),
        ('<p>甲<b style="float:left">乙</b>丙</p>', "甲\n乙\n丙", "甲\n\n**乙**\n\n丙"),
        ('<p>价<span style="text-decoration:line-through">199</span>99</p>', "价~~199~~99", "价~~199~~99"),
        ('<p>10<font style="vertical-align:super">5</font></p>', "10⁵", "10<sup>5</sup>"),
        ('<div style="display:flex"><i>1</i><i>2</i></div>', "1\n2", "*1*\n\n*2*"),
        ('<p style="text-align:center">甲<s style="color:red"></s>乙</p>', "甲乙", "甲乙"),
        # Hidden cells stay between others; words that are visible again; lines that are lines by a style.
        (
            "<p>1</p><table><tr><td>甲</td><td hidden>乙</td><td>丙</td></tr></table>",
            "1\n甲\t\t丙",
            "1\n\n| 甲 |  | 丙 |\n| --- | --- | --- |",
        ),
        ('<p style="visibility:hidden">甲<b style="visibility:visible">乙</b></p>', "乙", "**乙**"),
        ('<p style="white-space:pre-line">甲\n乙<b>丙\n丁</b></p>', "甲\n乙丙\n丁", "甲  \n乙**丙**  \n**丁**"),
        # Lines of what is preformatted, and of code.
        ("<pre>甲\n乙<b>丙\n丁</b></pre>", "甲\n乙丙\n丁", "```\n甲\n乙丙\n丁\n```"),
        ('<pre>甲\n<a href="http://a.example/">乙</a>\n丙</pre>', "甲\n乙\n丙", "甲  \n[乙](http://a.example/)  \n丙"),
        ("<p><code>甲<br>乙 丙</code></p>", "甲\n乙 丙", "`甲`  \n`乙 丙`"),
        ("<p>甲<kbd><br></kbd>乙<sup>2<br></sup>丙</p>", "甲\n乙²\n丙", "甲  \n乙<sup>2</sup>  \n丙"),
        ("<dir>甲</dir>乙", "甲\n乙", "甲\n\n乙"),
        # Code without a blank between.
        ("<p><kbd>甲</kbd><kbd>乙</kbd> <code>丙</code></p>", "甲乙 丙", "`甲乙` `丙`"),
        ("<p>&#" + "9" * 5000 + ";甲</p>", "\ufffd甲", "\ufffd甲"),
    ],
)
def test_signs(html: str, text: str, markdown: str) -> None:
    assert plain_text(html) == text
    assert markdown_of(entry(html=html), Dialect.OBSIDIAN) == f"{markdown}\n"


@pytest.mark.parametrize("part", ["<!--", "<p ", '<a title="', "<p style=", "<i hidden"])
def test_long_rubbish_is_looked_at_once(part: str) -> None:
    html = part * 50000
    assert laid_out(html) == html or "hidden" in part
    assert not shows_something(html)


@pytest.mark.parametrize(
    ("html", "shown"),
    [
        ("<p>甲</p><p hidden>乙</p>", True),
        ("<p hidden>甲</p><p>乙</p>", True),
        ('<div style="display:none"><p>甲</p></div><p></p>', False),
        ("<!-- a > b --><div hidden>甲</div>", False),
    ],
)
def test_what_is_hidden_counts_only_where_it_is(html: str, shown: bool) -> None:
    assert shows_something(html) == shown
