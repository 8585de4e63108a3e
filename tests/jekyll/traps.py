"""What breaks a site, by what it breaks: one case a line, or a list where a case needs escapes."""

from __future__ import annotations

# Each is a title, a source, a digest and the text of bodies.
WORDS: dict[str, str | list[str]] = {
    "quotes": r"""
        "
        "甲"乙
        甲"
        '
        '甲'乙
        it's
        "'甲'"
        甲 "乙" 丙
        甲 'tis 乙 '24s
        """,
    "backslashes": r"""
        \
        \\
        甲\
        甲\\
        \"
        D:\甲\"乙"
        \n
        \u0041
        \*甲\*
        \{{
        甲\|乙
        \$$甲$$
        \>>
        \<<
        """,
    "white space": [
        *(
            "甲 乙",
            "21甲 21乙APP",
            "甲\t乙",
            "甲\n乙",
            "甲\r\n\r\n乙",
            "甲\u3000乙",
            "甲\xa0乙",
            "甲  乙",
            "甲\u2028乙",
        ),
        *("甲\u2003乙", " 甲 ", "甲\u2029乙"),
    ],
    "numbers": "2021 1.5 1,000 1_000 0x1F 0X1F 0o17 017 0b11 0B11 1e5 1E+5 .5 .inf .NaN -1 +1 1-2 ２０２１".split(),
    "times": ["2021-12-24", "2021-1-1", "2021-12-24 08:00:00", "2021-12-24T08:00:00Z", "12:30", "12:30:45"],
    "truth values": "yes Yes yEs no nO on oN off y n true tRUE False null NULL nuLL ~ e x EXO OX".split(),
    "signs of YAML": r"""
        @甲
        %甲
        *甲
        &甲
        !甲
        !!int 1
        -甲
        [甲
        [甲]
        {甲
        {甲: 乙}
        #甲
        甲 #乙
        甲: 乙
        甲:
        :甲
        ? 甲
        ?
        | 甲
        ,甲
        甲, 乙
        =
        <<
        <<: *甲
        ...
        ---
        --- 甲
        甲 &乙
        甲 !乙
        """,
    "signs of paths": r"""
        甲/乙
        甲\乙
        甲?乙
        甲#乙
        甲%乙
        甲%2F乙
        甲:乙
        甲*乙
        甲|乙
        ///
        ?#
        .
        ..
        ../..
        甲..乙
        甲...
        .甲
        甲.
        A.B. L.P.
        甲;乙
        甲&lt;乙
        甲+乙
        甲(乙)
        甲(乙
        甲)乙
        )甲(
        ()
        甲·乙
        ·
        甲-乙
        -
        ——
        甲{乙}
        """,
    "nothing": ["", " ", "\u3000", "\x00", "\u200b"],
    "much": ["甲" * 100, "A" * 300, "甲 " * 90, "𠀀" * 60],
    "templates": r"""
        {{
        {%
        }}
        {
        }
        {{ 甲 }}
        {% if %}
        {%- 甲 -%}
        {% raw %}{{ 甲 }}{% endraw %}
        {% endraw %}
        {{< 甲 >}}
        {{% 甲 %}}
        {{/* 甲 */}}
        {{{甲}}}
        {{{{
        {{{%
        { {甲} }
        {#甲#}
        甲{%乙
        &#123;{甲}}
        """,
    "tags and entities": r"""
        <b>甲</b>
        <甲>
        <
        >
        甲<3乙
        甲 < 乙 > 丙
        <http://a.example>
        <script>甲()</script>
        </article>
        <!-- 甲 -->
        <!--
        -->
        &
        甲&乙
        AT&T
        &lt;
        &amp;lt;
        &copy;
        &copy
        &copy甲
        &#65;
        &#x41;
        &#X41;
        &#0;
        &甲;
        &a.b;
        &nosuch;
        &quot;
        """,
    "marks within a line": r"""
        *甲*
        **甲**
        *
        _甲_
        __甲__
        甲_乙_丙
        `甲`
        ``甲``
        `
        ```
        ~~甲~~
        ~~~
        ~
        ==甲==
        甲^乙^
        H~2~O
        :smile:
        [甲](乙)
        ![甲](乙)
        [甲]
        [甲][乙]
        [甲]: 乙
        [甲]:http://a.example "乙"
        [^1]
        [^1]: 甲
        *[HTML]: 甲
        [[甲]]
        ]
        [
        ](
        [x] 甲
        [ ] 甲
        $$甲$$
        $$
        $甲$
        $$$
        甲 $1 乙 $2
        {:.甲}
        甲{:.a}
        *甲*{:.a}
        &lt;{:.a}
        <{:.a}
        {{:.a}
        {:a: .b}
        {:toc}
        {:/}
        {::comment}甲{:/}
        {::nomarkdown}甲{:/}
        {::options toc_levels="1"/}
        甲 {#a}
        -- 甲
        甲--乙
        甲---乙
        甲----乙
        甲...乙
        甲....乙
        甲......
        << 甲 >>
        <<甲>>
        甲 >> 乙
        >>>
        甲（乙）【丙】｜丁
        http://a.example/甲_乙_丙
        www.a.example
        a_b@c.example
        甲 / 乙 \ 丙
        !甲
        甲!
        """,
    "marks at a line's start": r"""
        # 甲
        #甲
        ## 甲 ##
        + 甲
        +
        +|甲
        - 甲
        * 甲
        1. 甲
        1.
        1.甲
        1.|甲
        1) 甲
        > 甲
        >甲
        >> 甲
        : 甲
        :
        ===
        = 甲
        ***
        * * *
        - - -
        ___
        ^
        ^甲
        ~~~ 甲
        |甲|乙|
        甲 | 乙
        |-
        |
        +---+
        """,
    "unprintable": [
        *(
            "甲\x00乙",
            "甲\x1b[0m乙",
            "甲\x07乙",
            "甲\x7f乙",
            "甲\x85乙",
            "甲\x9f乙",
            "\ufeff甲",
            "甲\ufffe乙",
            "甲\uffff",
        ),
        *("甲\ud800乙", "甲\udc00", "甲\x0b乙\x0c丙"),
    ],
    "rare characters": [
        *("😀甲👨\u200d👩\u200d👧", "𠀀𪚥", "e\u0301", "\u202e甲\u202c", "甲\u200b乙", "甲\u00ad乙", "\U0001fffe甲"),
        *("\U000f0000", "ﬁ①㎏", "\ue000甲"),
    ],
}

BODIES: dict[str, list[str]] = {
    "nothing": [
        *("<p>\u3000\u3000甲</p>\n <p>\u3000\u3000乙</p>", "<p>甲<br />\n乙</p>", "<p>甲</p><p>乙</p>"),
        *('<P>甲</P>\n<P CLASS="em_media">乙</P>', "<p>甲&nbsp;&amp;&lt;b&gt;乙</p>", "甲"),
    ],
    "templates": [
        *("<p>{{ 甲 }}</p>", "<p>{% if %}甲</p>", "{{ 甲 }}", "<p>{<b>{甲</b>}}</p>", "<p>{\u3000\u3000{甲}}</p>"),
        *("<p>{&#8203;{ &#123;{甲</p>", "<p>&#123;&#123;甲&#125;}</p>", "<pre>{% raw %}</pre>", "<p>{\x00{甲}}</p>"),
        '<p><a href="http://a.example/{{甲}}?{%乙%}">丙</a><img src="http://a.example/{{.png" alt="{% 甲 %}" /></p>',
        '<p title="{{">甲</p><!-- {{ 乙 }} --><p>丙</p>',
        *("<p><a href='http://a.example/{{甲'>乙</a></p>", '<p><a href="http://a.example/{id}">甲</a></p>'),
    ],
    "line starts": [
        *(
            "<p>甲</p>\n    <p>乙</p>",
            "<p>甲</p>\n\t<p>乙</p>",
            "<p>甲</p>    <p>乙</p>",
            "    <p>甲</p>",
            "\t甲",
            "    甲",
        ),
        *(
            "\n\n      甲\n\n    乙",
            "<p>甲</p>\n\n    乙",
            "<p>甲</p>\u3000<p>乙</p>",
            "<p>甲</p>\n\u3000<p>乙</p>",
            "\u3000<p>甲</p>",
        ),
        *(
            "\u3000甲",
            "甲\n\u3000- 乙",
            "甲\n\u3000\u3000\u3000- 乙",
            "<p>甲</p>\n&nbsp;<p>乙</p>",
            "<p>甲</p>&#12288;<p>乙</p>",
        ),
        *("<p>甲</p>\xa0\n<p>乙</p>", "<div>\n    <p>甲</p>\n\t<p>乙</p>\n</div>", "<p>\n    甲\n        乙</p>"),
        *("<table>\n    <tr>\n        <td>甲</td>\n    </tr>\n</table>", "<pre>\n    甲\n\t乙</pre>"),
    ],
    "unbalanced": [
        *(
            "<div><p>甲</p>",
            "<p>甲</p></div>",
            "<p>甲",
            "<b>甲",
            "</p>甲",
            "<div><b>甲</div></b><p>乙</p>",
            "<p>甲<p>乙<p>丙",
        ),
        *("<ul><li>甲<li>乙", "<td>甲", '<a href="http://a.example/">甲<p>乙</p>', "<div/>甲", "<p/>甲<p>乙</p>"),
        *("<p>甲</p><", "<p>甲</p><!-- 乙", "<!--><p>甲</p>", "<p>甲</p><!---->", "<p>甲</body></html><p>乙</p>"),
    ],
    "attributes": [
        *("<p class=a>甲</p>", '<p class = "a">甲</p>', '<p class="a"id="b">甲</p>', "<p class='甲\"乙'>丙</p>"),
        *('<p class="a>甲</p><p>乙">丙</p>', '<p title="a>b">甲</p>', '<p title="a<b">甲</p>', "<p title='{{'>甲</p>"),
        *('<p :class="a">甲</p>', '<p @click="a">甲</p>', '<p a:b="c" d:e:f="g" h="" i>甲</p>', '<p a.b-c="d">甲</p>'),
        *('<p\u3000class="a">甲</p>', '<p\xa0class="a">甲</p>', '<p\nclass="a"\n>甲</p>', '<p id="a" id="b">甲</p>'),
    ],
    "names": [
        *("<CENTER>甲</center>", "<font>甲</FONT><p>乙</p>", "<Strike>甲</strike>", "<DIV>甲</div>", "<B>甲</b>"),
        *("<b>甲\n<BR>乙</b>", "<time>甲</Time>", "<o:p>甲</o:p>", "<x-y>甲</x-y><p>乙</p>", "<h甲>乙</h甲><p>丙</p>"),
    ],
    "no tags": [
        *("甲<3乙", "<p>甲<3乙</p>", "<p>甲 < 乙</p>", "<p>甲<></p>", "<?php 甲 ?><p>乙</p>", "<p>甲 & 乙</p>"),
        *("<!DOCTYPE html><p>甲</p>", "<![CDATA[甲]]><p>乙</p>", "<p>&甲; &#65; &#x41;</p>"),
    ],
    "empty lines": [
        *("<p>甲\n\n乙</p>", "<p>甲<br />\n \t\n\u3000\n乙</p>", "<div>\n\n<p>甲</p>\n\n</div>", "<p>甲\r\n\r\n乙</p>"),
        *("<p>甲\r\r乙</p>", "<b>甲\n\n乙</b>", "<pre>甲\n\n\n乙</pre>", "甲\n\n乙\n\n丙", "<p>甲</p>\n\n\n<p>乙</p>"),
        *("<p>甲</p>\n \n\u3000\n<p>乙</p>", '<p class="a\n\nb">甲</p>', "<!-- 甲\n\n乙 --><p>丙</p>"),
        *('<a title="甲\n\n乙">丙</a>', '<a title="甲\n- 乙">丙</a>'),
    ],
    "text between blocks": [
        *(
            "甲<p>乙</p>丙",
            "甲\n<p>乙</p>\n丙",
            "<p>甲</p>\n乙\n<p>丙</p>",
            "<p>甲</p>\n*乙*\n<p>丙</p>",
            "<p>甲</p>\n- 乙\n<p>丙</p>",
        ),
        *(
            "<p>甲</p>\n: 乙\n<p>丙</p>",
            "<p>甲</p>乙<b>丙</b>",
            "<p>甲</p><b>乙</b><p>丙</p>",
            "<p>甲</p><br /><p>乙</p>",
        ),
        *(
            "<p>甲</p>\n<br />\n<p>乙</p>",
            '<p>甲</p><img src="http://a.example/1.png"><p>乙</p>',
            "<p>甲</p><hr /><p>乙</p>",
        ),
        *(
            '<p>甲</p>\n<img src="http://a.example/1.png" />\n <p>乙</p>',
            "<b>甲</b><i>乙</i><p>丙</p>",
            "<p>甲</p>\n乙",
        ),
    ],
    "inline elements": [
        *(
            "甲<font>乙</font>丙",
            "甲\n<font>乙</font>\n丙",
            "<font>甲</font><font>乙</font>",
            "<p>甲</p>\n<font>乙</font>\n<p>丙</p>",
        ),
        *(
            "<b>甲<font>乙</font></b>",
            "甲<wbr>乙",
            "甲<s>乙</s><time>丙</time>",
            "<center>甲</center>乙",
            "甲<code>*乙*</code>",
        ),
        *(
            "<span>甲<div>乙</div></span>丙",
            '<a href="http://a.example/"><p>甲</p></a>',
            "<b><p>甲</p></b>乙",
            "甲<kbd>`</kbd>",
        ),
        *("<span><table><tr><td>甲</td></tr></table></span>", "<p>甲 <strong> 乙 </strong> <em>丙</em></p>"),
    ],
    "text that is Markdown": [
        *(
            "甲\n-",
            "甲\n- 乙",
            "甲\n---",
            "甲\n===",
            "甲\r- 乙",
            "甲\r\n1. 乙",
            "甲\n\n\t乙",
            "甲\n+\n乙",
            "甲  \n乙",
            "甲\\\n乙",
        ),
        *(
            "甲|乙\n-|-\n丙|丁",
            "甲&check;乙",
            "甲\n\n<!-- 乙 -->- 丙",
            "甲\n: 乙",
            "甲\n\n: 乙",
            "甲\n^\n乙",
            "> 甲",
            "[甲]: 乙",
            "* * *",
            "甲\n{:.a}",
            "---\n甲",
            "...",
        ),
        *(
            "```\n甲\n```",
            "甲 <b>*乙*</b> \"丙\" 'x' -- ... $$丁$$ [戊](己)",
            '<p>*甲* _乙_ `丙` [丁](戊) $$己$$ {:.庚} -- "辛" | </p>',
        ),
    ],
    "comments": [
        *(
            "<!-- 甲 --><p>乙</p>",
            "<p>甲</p>\n <!-- 乙 --><p>丙</p>",
            "<p>甲</p>\n <!-- 乙 -->\n <p>丙</p>",
            "甲<!-- 乙 -->丙",
        ),
        *(
            "<p>甲</p> <!-- 乙 --> <!-- 丙 --> <p>丁</p>",
            "<p>甲</p>\n <!-- 乙\n<p>丙</p>\n-->\n<p>丁</p>",
            "<p>甲</p><!-- 乙 -->",
        ),
        *("<!-- 甲 -->乙", "<!-- 甲 -->- 乙", "<!-- 甲 -->    乙", " <!-- 甲 -->乙", "<b>甲<!-- 乙\n- 丙 -->丁</b>"),
        *(
            "<p>甲<!-- <p>乙</p> -->丙</p>",
            "<!-- 甲 -- 乙 --><p>丙</p>",
            "<!-- 甲 --><p>乙</p><!-- 丙 -->\n\t<p>丁</p>",
        ),
    ],
    "structure": [
        *(
            "<h2>甲</h2><h2>甲</h2>",
            "<ul><li>甲</li><li><p>乙</p><ul><li>丙</li></ul></li></ul>",
            "<dl><dt>甲</dt><dd>乙</dd></dl>",
        ),
        *("<blockquote><p>甲</p></blockquote>", "<p><sup>甲</sup><sub>乙</sub><code>丙</code></p>"),
        "<table><caption>甲</caption><thead><tr><th>乙</th></tr></thead><tr><td colspan='2'>丙|丁</td></tr></table>",
        '<figure><img src="http://a.example/1.png" alt="甲"><figcaption>乙</figcaption></figure>',
        *('<p><a href="http://a.example/?a=1&amp;b=2">甲</a></p>', '<p><a href="http://a.example/a b|c">甲</a></p>'),
    ],
    "danger": [
        *("<p>甲<script>乙()</script>丙</p>", '<p onclick="甲()">乙</p>', '<a href="javascript:甲()">乙</a>'),
        *("<style>p {甲: 乙}</style><p>丙</p>", '<p>甲</p><iframe src="http://a.example/"></iframe>丙'),
        *('<div markdown="1">*甲*</div>', '<p markdown="span">*甲*</p>', "<\x00script>甲()</script><p>乙</p>"),
    ],
    "unprintable": [
        *("<p>甲\x00乙</p>", "<p>甲\x1b乙\ufffe</p>", "<p>甲\ud800乙</p>", "\ufeff<p>甲</p>", "{\x00{甲}}"),
        *("<p class=a>甲&#27;乙&#1;</p>", "<p class=a>甲&#xFFFE;乙</p>"),
    ],
    "line ends": [
        *(
            "<p>甲</p>\r\n <p>乙</p>\r\n",
            "<p>甲<br />\r\n乙</p>",
            "甲\r\n乙",
            "<p>甲</p>\r<p>乙</p>",
            "<p>甲</p>\r\n\r\n\t<p>乙</p>",
        ),
    ],
}

# Each is the address of an article.
ADDRESSES = [
    *("http://a.example/1.html", "https://a.example/甲/乙.html?丙=丁#戊", "HTTP://A.example/1", "http://a.example/a|b"),
    *("http://a.example/{{甲}}", "http://a.example/{%甲%}", "http://a.example/<甲>", "http://a.example/a b"),
    *(
        'http://a.example/"甲"',
        "http://a.example/'甲'",
        "http://a.example/a\\b",
        "http://a.example/?a=1&b=2&copy;=3&lt;",
    ),
    *("http://a.example/?a=1&copy=2", "http://a.example/%7B%7B", "http://a.example/a_b_c*d*", "http://a.example/`a`"),
    *("http://a.example/(甲", "http://a.example/[甲](乙)", "http://a.example/a--b...c", "http://a.example/$$a$$"),
    *("http://a.example/{:.a}", "http://a.example/a^b~~c~~", "http://a.example/a\u3000b", "http://[::1]/甲"),
]

# Each is the time of an article, in Shanghai.
TIMES = [
    *("2021-12-24 00:00:00", "2021-12-24 00:00:01", "2021-12-31 23:59:59", "2024-02-29 12:00:00"),
    *("2099-01-01 00:30:00", "1990-07-01 01:00:00"),
]

words = [
    case.strip() if isinstance(cases, str) else case
    for cases in WORDS.values()
    for case in (cases.strip().splitlines() if isinstance(cases, str) else cases)
]
bodies = [case for cases in BODIES.values() for case in cases]
