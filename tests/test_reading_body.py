"""The body of a page: what is kept of it, in which form, and what is left out. Small pages, one rule each."""

from __future__ import annotations

import pytest

from archiver.documents import read_document
from archiver.reading.body import Body, read_body
from archiver.reading.body.phrases import ends_article, is_chrome, is_placeholder, leads_on

ADDRESS = "https://news.example/2026/bridge"
FIRST = "The town council has voted to restore the old swing bridge, ending a dispute that lasted eleven years."
SECOND = "Engineers found that the iron joints were in a better state than anyone in the town had feared."
THIRD = "Work begins in March, said the mayor, and should be finished before the regatta in September."
TITLE = "Swing bridge to be restored"
NAMES = ("Orme", "Pell", "Tarrant", "Quill", "Wren", "Yarrow")


def body(inner: str, *, said: str = "", before: str = "", after: str = "") -> Body:
    page = f"<title>{TITLE}</title><body>{before}<article><h1>{TITLE}</h1>{inner}</article>{after}"
    return read_body(read_document(page.encode(), "text/html; charset=utf-8", ADDRESS), TITLE, said)


def paragraphs(inner: str, **where: str) -> list[str]:
    return body(inner, **where).text.split("\n\n")


@pytest.mark.parametrize(
    "noise",
    [
        '<div class="share-tools"><p>Tell your friends of this, by any of these ways or all of them at once.</p></div>',
        "<aside><p>Five walks along the river that take less than an hour, and end at an inn.</p></aside>",
        '<div class="newsletterSignup"><p>Our weekly letter has the best of the coast, and comes on Fridays.</p></div>',
        '<div style="display: none"><p>This text is shown to nobody, and so it is no part of the article.</p></div>',
        '<ul><li><a href="/a">Regatta moved to autumn</a></li><li><a href="/b">Ferry fares go up</a></li></ul>',
        '<div class="inlineAdBox2"><p>The best of the coast comes on Fridays, for less than a cup of tea.</p></div>',
        "<p>Advertisement</p>",
        "<p>Read more: <a href=/x>Bridge closed after storm</a></p>",
        f"<p>{FIRST}</p>",
        "<p><a href=/x>FERRY CAPTAIN CLEARED OF BLAME AFTER STORM</a></p>",
        "<p>10:48, Tue, Nov 19, 2019 | UPDATED: 11:05, Tue, Nov 19, 2019 | LAST MODIFIED: 12:40 GMT, Nov 19</p>",
    ],
    ids=[
        "name",
        "aside",
        "camel case",
        "hidden",
        "links",
        "numbered",
        "sign",
        "read more",
        "repeated",
        "headline of another",
        "when it was written",
    ],
)
def test_noise_is_left_out(noise: str) -> None:
    assert paragraphs(f"<p>{FIRST}</p>{noise}<p>{SECOND}</p><p>{THIRD}</p>") == [FIRST, SECOND, THIRD]


def test_refrains_are_an_articles_own() -> None:
    needs = [
        "One cup of flour, two eggs and a spoon of sugar for each.",
        "Bake it for an hour, and let it rest for two.",
    ]
    days = [f"<h2>Day {day}</h2>{''.join(f'<p>{text}</p>' for text in needs)}" for day in range(3)]
    assert body("".join(days)).text.count(needs[1]) == 3
    # One that comes again and again alone may be a call to subscribe.
    calls = "".join(f"<p>{text}</p><p>{needs[0]}</p>" for text in (FIRST, SECOND, THIRD))
    assert body(calls).text.count(needs[0]) == 1


@pytest.mark.parametrize(
    ("kept", "text"),
    [
        ('<h2 id="share-of-the-cost">What it costs</h2>', "What it costs"),
        ("<h3><button>Who pays?</button></h3>", "Who pays?"),
        (
            '<div class="faq-panel" style="display:none"><p>The county pays half of it.</p></div>',
            "The county pays half of it.",
        ),
        (
            '<blockquote class="social-quote"><p>“We waited long enough,” she said.</p></blockquote>',
            "“We waited long enough,” she said.",
        ),
        (
            '<p>The <span class="related-term">swing bridge</span> dates from the year 1887.</p>',
            "The swing bridge dates from the year 1887.",
        ),
        (
            '<div class="sidebar-grid__content"><p>The bridge dates from the year 1887.</p></div>',
            "The bridge dates from the year 1887.",
        ),
        ("<p>“NOT ON MY WATCH”, SAID THE MAYOR.</p>", "“NOT ON MY WATCH”, SAID THE MAYOR."),
        ("<p><a href=/x>临岚港的APP今日上线</a></p>", "临岚港的APP今日上线"),
        ("<h3>19 November 2019</h3>", "19 November 2019"),
        ("<p>Opened on 19 November 2019 at 10:48.</p>", "Opened on 19 November 2019 at 10:48."),
        ('<p id="block-id-n1AuAdJlVL">The bridge dates from 1887.</p>', "The bridge dates from 1887."),
        (
            '<div id="toc_history"><p>The bridge dates from the year 1887.</p></div>',
            "The bridge dates from the year 1887.",
        ),
        ('<table><tr><td class="meta hide-four">Built in 1887</td></tr></table>', "Built in 1887"),
        ('<p style="backface-visibility: hidden">The bridge dates from 1887.</p>', "The bridge dates from 1887."),
        ('<div hidden="until-found"><p>The bridge dates from 1887.</p></div>', "The bridge dates from 1887."),
        ('<p style="display:none;display:block">The bridge dates from 1887.</p>', "The bridge dates from 1887."),
    ],
    ids=[
        "heading’s id",
        "button in a heading",
        "unfolded",
        "quotation",
        "in a sentence",
        "part of a block",
        "in capitals",
        "capitals among other letters",
        "day",
        "day and time in a sentence",
        "made up",
        "aim of a table of contents",
        "cell",
        "style of another name",
        "hidden until it is found",
        "shown in the end",
    ],
)
def test_what_only_looks_like_noise_is_kept(kept: str, text: str) -> None:
    assert paragraphs(f"<p>{FIRST}</p>{kept}<p>{SECOND}</p><p>{THIRD}</p>") == [FIRST, text, SECOND, THIRD]


def test_times_further_down_are_those_of_a_report_that_goes_on() -> None:
    told = (FIRST, SECOND, THIRD, FIRST.upper(), "10:48, 19 November 2019", SECOND.upper())
    inner = "".join(f"<p>{text}</p>" for text in told)
    assert "10:48, 19 November 2019" in paragraphs(inner)


def test_what_follows_an_article_is_left_out() -> None:
    end = "<h3>Related articles</h3><p>The ferry has been repaired as well, and it will sail again on Monday.</p>"
    assert paragraphs(f"<p>{FIRST}</p><p>{SECOND}</p><p>{THIRD}</p>{end}") == [FIRST, SECOND, THIRD]


def test_such_a_heading_in_the_middle_ends_nothing() -> None:
    middle = f"<p>{FIRST}</p><h3>Related articles</h3><p>{SECOND}</p><p>{THIRD}</p><p>{THIRD.upper()}</p>"
    assert paragraphs(middle) == [FIRST, SECOND, THIRD, THIRD.upper()]


def test_an_article_that_goes_on_after_such_a_heading_is_kept() -> None:
    before = [f"{text} So said {name}." for text in (FIRST, SECOND, THIRD) for name in NAMES]
    after = [
        f"{text} So said all of them, and so it was."
        for text in (FIRST, SECOND, THIRD, FIRST.upper(), SECOND.upper(), THIRD.upper())
    ]
    inner = "".join(f"<p>{text}</p>" for text in (*before, "Discussion", *after))
    assert paragraphs(inner) == [*before, *after]


def test_as_much_that_leads_to_other_pages_is_left_out() -> None:
    kept = [f"{text} So said {name}." for text in (FIRST, SECOND, THIRD) for name in NAMES]
    teasers = "".join(
        f'<h4><a href="/{number}">What number {number} said of the bridge</a></h4><p>{number}: {FIRST[:75]}.</p>'
        for number in range(9)
    )
    inner = "".join(f"<p>{text}</p>" for text in kept)
    assert paragraphs(f"{inner}<h3>More from the coast</h3>{teasers}") == kept


TEASERS = "".join(
    f'<div class="date">{number} May</div><h4><a href="/{number}">What number {number} said of the bridge</a></h4>'
    f"<p>{number}: {FIRST[:75]}.</p>"
    for number in range(3)
)


@pytest.mark.parametrize(
    "heading",
    [
        "<h2>More Coast Courier</h2>",
        "<h3>Latest from the harbour</h3>",
        '<h2 class="related-title">You might also like</h2>',
        "<div>Also in the news</div>",
    ],
    ids=["the name of the source", "latest", "noise by its name", "no heading"],
)
def test_teasers_of_other_articles_are_left_out_however_long_they_are(heading: str) -> None:
    assert paragraphs(f"<p>{FIRST}</p><p>{SECOND}</p><p>{THIRD}</p>{heading}{TEASERS}") == [FIRST, SECOND, THIRD]


def test_what_only_looks_like_teasers_is_kept() -> None:
    headings = "".join(f'<h4><a href="/{name}">The inn that is called {name}</a></h4><p>{FIRST}</p>' for name in "ab")
    inner = f"<p>{FIRST}</p><p>{SECOND}</p><h3>More inns by the river</h3>{headings}<p>{THIRD} So said Orme.</p>"
    assert paragraphs(inner)[-1] == f"{THIRD} So said Orme."
    links = '<ul><li><a href="/a">Regatta moved to the autumn</a></li><li><a href="/b">Ferry fares go up</a></li></ul>'
    inner = f'<p>{FIRST}</p><div class="related"><h3>Related</h3>{links}</div><p>{SECOND}</p><p>{THIRD}</p>'
    assert paragraphs(inner) == [FIRST, SECOND, THIRD]


def test_a_place_for_content_that_needs_consent_is_left_out_with_its_buttons() -> None:
    place = (
        '<div class="box"><div><p>An dieser Stelle findest du einen externen Inhalt, der den Artikel ergänzt.<br>'
        "Du kannst ihn dir mit einem Klick anzeigen lassen.</p></div><div>Zum Inhalt</div></div>"
    )
    assert paragraphs(f"<p>{FIRST}</p><h2>The joints</h2>{place}<p>{SECOND}</p><p>{THIRD}</p>") == [
        FIRST,
        "The joints",
        SECOND,
        THIRD,
    ]
    inner = f"<p>{FIRST}</p><div><h2>The joints</h2>{place}</div><p>{SECOND}</p>"
    assert paragraphs(inner) == [FIRST, "The joints", SECOND]


def test_links_that_a_sentence_introduces_are_a_part_of_the_article() -> None:
    links = '<ul><li><a href="/a">The plan of 1887</a></li><li><a href="/b">The report of March</a></li></ul>'
    told = "The council has published two papers:"
    assert paragraphs(f"<p>{FIRST}</p><p>{told}</p>{links}<p>{SECOND}</p>") == [
        FIRST,
        told,
        "The plan of 1887",
        "The report of March",
        SECOND,
    ]
    for others in (f"<p>{FIRST}</p>{links}<p>{SECOND}</p>", f"<p>{FIRST}</p><p>{SECOND}</p><p>See:</p>{links}"):
        assert "plan of 1887" not in body(others).text


def test_an_element_with_a_small_part_of_the_prose_holds_a_part_of_the_article() -> None:
    parts = "".join(
        f'<div class="block-{name}"><p>{name}: {text}</p></div>' for name in NAMES for text in (FIRST, SECOND)
    )
    inner = f'<div class="article-body"><p>{THIRD}</p></div>{parts}'
    assert len(paragraphs(inner)) == 1 + 2 * len(NAMES)


def test_bylines_and_dates_at_the_edges_are_left_out() -> None:
    assert paragraphs(f"<p>Tess Orme</p><p>2 March 2026</p><p>{FIRST}</p><p>{SECOND}</p><p>Editor: O. Pell</p>") == [
        FIRST,
        SECOND,
    ]


def test_a_standfirst_is_a_part_of_the_article() -> None:
    lead = "The dispute over the old bridge is at an end, and the regatta is saved."
    inner = f'<p class="standfirst">{lead}</p><div class="article-body"><p>{FIRST}</p><p>{SECOND}</p></div>'
    assert paragraphs(inner) == [lead, FIRST, SECOND]


def test_all_paragraphs_of_a_standfirst_are_parts_of_the_article() -> None:
    leads = [
        "The dispute over the old bridge is at an end.",
        "The regatta of September is saved.",
        "The ferry will sail on, too.",
    ]
    text = f'<div class="article-body"><p>{FIRST}</p><p>{SECOND}</p></div>'
    within = "".join(f"<p>{lead}</p>" for lead in leads[:2])
    assert paragraphs(f'<div class="article__preamble">{within}</div>{text}') == [*leads[:2], FIRST, SECOND]
    beside = "".join(f'<p class="_lead_1x">{lead}</p>' for lead in (leads[0], leads[2]))
    assert paragraphs(f"<header>{beside}</header>{text}") == [leads[0], leads[2], FIRST, SECOND]
    assert paragraphs(f'<div class="article-summary">{leads[0]}</div>{text}') == [leads[0], FIRST, SECOND]


@pytest.mark.parametrize(
    "other",
    [
        '<figure class="lead"><img src="/a.jpg"><figcaption>The bridge in the flood of 1953.</figcaption></figure>',
        '<div class="lead-caption">The bridge in the flood of the year 1953, by A. Orme.</div>',
        '<details class="summary"><p>This was written by a machine that has read the article.</p></details>',
        '<p class="dek-summary">What the end of the dispute means for the town and its harbour.</p>',
    ],
    ids=["figure", "caption", "details", "second headline"],
)
def test_what_is_only_called_like_a_standfirst_is_none(other: str) -> None:
    inner = f'{other}<div class="article-body"><p>{FIRST}</p><p>{SECOND}</p></div>'
    assert paragraphs(inner) == [FIRST, SECOND]


def test_an_element_with_the_main_heading_and_paragraphs_is_no_noise() -> None:
    page = (
        f'<title>{TITLE}</title><body><div class="content"><div class="banner-top"><h1>{TITLE}</h1><p>{FIRST}</p>'
        f"<p>{SECOND}</p><p>{THIRD}</p></div>"
        + "".join(f"<p>{text} So said {name}.</p>" for name in NAMES for text in (FIRST, SECOND))
        + "</div>"
    )
    read = read_body(read_document(page.encode(), "text/html; charset=utf-8", ADDRESS), TITLE, "")
    assert read.text.startswith(f"{FIRST}\n\n{SECOND}\n\n{THIRD}\n\n")


def test_a_list_after_the_only_paragraph_is_kept() -> None:
    streets = "".join(f"<li>{name} Street</li>" for name in NAMES)
    told = "These streets are closed until work on the bridge is done:"
    assert paragraphs(f"<p>{FIRST} {told}</p><ul>{streets}</ul>")[1:] == [f"{name} Street" for name in NAMES]


@pytest.mark.parametrize(
    "told",
    [
        ("สภาเทศบาลลงมติเมื่อวันอังคารให้ซ่อมสะพานเก่าข้ามแม่น้ำ", "นายกเทศมนตรีกล่าวว่างานจะเริ่มในเดือนมีนาคมและใช้เวลาหกเดือน"),
        ("ក្រុមប្រឹក្សាបានបោះឆ្នោតជួសជុលស្ពានចាស់។", "អភិបាលក្រុងបាននិយាយថាការងារនឹងចាប់ផ្តើមនៅខែមីនា។"),
        ("ማክሰኞ ዕለት ምክር ቤቱ አሮጌውን ድልድይ ለመጠገን ወሰነ።", "ሥራው በመጋቢት ወር እንደሚጀምር ከንቲባው ተናግረዋል።"),
        ("Քաղաքի խորհուրդը որոշեց վերականգնել հին կամուրջը։", "Աշխատանքները կսկսվեն մարտին և կտևեն վեց ամիս։"),
    ],
    ids=["Thai", "Khmer", "Amharic", "Armenian"],
)
def test_sentences_end_otherwise_in_other_scripts(told: tuple[str, ...]) -> None:
    read = body("".join(f"<p>{text}</p>" for text in told))
    assert read.text.split("\n\n") == list(told)
    assert read.prose == sum(map(len, told))


def test_paragraphs_that_structured_data_does_not_have_are_left_out() -> None:
    letter = "Our weekly letter brings you the best of the coast on Fridays."
    said = " ".join([FIRST, SECOND, THIRD] * 2)
    assert paragraphs(f"<p>{FIRST}</p><p>{SECOND}</p><p>{letter}</p><p>{THIRD}</p>", said=said) == [
        FIRST,
        SECOND,
        THIRD,
    ]
    assert letter in paragraphs(f"<p>{FIRST}</p><p>{SECOND}</p><p>{letter}</p><p>{THIRD}</p>")


@pytest.mark.parametrize(("place", "kept"), [("first", True), ("last", False)])
def test_what_is_called_a_standfirst_is_kept_where_the_article_begins(place: str, kept: bool) -> None:
    said = " ".join([FIRST, SECOND, THIRD] * 2)
    intro = '<p class="article__intro">Eleven years of quarrels are over, and the bridge will swing again.</p>'
    text = f"<p>{FIRST}</p><p>{SECOND}</p><p>{THIRD}</p>"
    inner = f"<div>{intro}{text}</div>" if place == "first" else f"<div>{text}{intro}</div>"
    assert (len(paragraphs(inner, said=said)) == 4) is kept


@pytest.mark.parametrize(
    ("picture", "address"),
    [
        ('<img src="b.jpg">', "https://news.example/2026/b.jpg"),
        ('<img src="data:image/gif;base64,R0lGODlhAQABAAAAACw=" data-src="/b.jpg">', "https://news.example/b.jpg"),
        ('<img srcset="/s.jpg 400w, /l.jpg 1200w, /m.jpg 800w" src="/s.jpg">', "https://news.example/l.jpg"),
        ('<picture><source srcset="/b.webp 1x, /c.webp 2x"><img></picture>', "https://news.example/c.webp"),
        ('<img src="/placeholder.gif"><noscript><img src="/b.jpg"></noscript>', "https://news.example/b.jpg"),
        (
            '<amp-img src="/s.jpg" srcset="/s.jpg 400w, /b.jpg 800w"><noscript><img src="/b.jpg"></noscript></amp-img>',
            "https://news.example/b.jpg",
        ),
    ],
    ids=["src", "late", "srcset", "picture", "noscript", "amp"],
)
def test_a_picture_is_kept_once_with_its_whole_address(picture: str, address: str) -> None:
    html = body(f"<p>{FIRST}</p>{picture}<p>{SECOND}</p>{picture}").html
    assert html.count("<img") == 1
    assert f'<img src="{address}"' in html


@pytest.mark.parametrize(
    "name",
    "greyhound-races.jpg blankfein-speaks.jpg crane-loading-a-ship.jpg pixel-9-review.png Gray-whale_1024x768.JPG "
    "blankets-for-all.jpeg a-transparent-ballot-box.png lazy-sunday.webp 11x1-final.jpg".split(),
)
def test_a_picture_may_be_of_something_grey(name: str) -> None:
    found = body(f'<p>{FIRST}</p><img src="/{name}"><p>{SECOND}</p>')
    assert f'<img src="https://news.example/{name}"' in found.html


@pytest.mark.parametrize(
    "name",
    "blank.gif 1x1.png 1x1-white.jpg d_transparent.gif pixel.png grey_bg.gif loading.svg loading-icon.webp "
    "lazy-picture-placeholder-01c4.png image-placeholder-2.jpg spacer_16x9.gif Placeholder.png lazyload-ph.gif".split(),
)
@pytest.mark.parametrize("fallback", ["", '<noscript><img src="/b.jpg"></noscript>'])
def test_what_stands_in_the_place_of_a_picture_is_none(name: str, fallback: str) -> None:
    found = body(f'<p>{FIRST}</p><img src="/{name}">{fallback}<p>{SECOND}</p>')
    assert name not in found.html
    assert found.html.count("<img") == bool(fallback)


@pytest.mark.parametrize(
    "picture", ['<img src="/p.gif" width="1" height="1">', '<img src="/i.png" width=16 height=16>']
)
def test_pixels_and_signs_are_no_pictures(picture: str) -> None:
    assert "<img" not in body(f"<p>{FIRST}</p>{picture}<p>{SECOND}</p>").html


@pytest.mark.parametrize(
    "figure",
    [
        '<figure><img src="/b.jpg"><figcaption>The bridge in January.</figcaption></figure>',
        '<div class="wp-caption"><img src="/b.jpg"><p class="wp-caption-text">The bridge in January.</p></div>',
        '<div class="newsImage"><img src="/b.jpg"><div>The bridge in January.</div></div>',
    ],
)
def test_a_caption_goes_with_its_picture_and_not_with_the_text(figure: str) -> None:
    found = body(f"<p>{FIRST}</p>{figure}<p>{SECOND}</p>")
    assert "<figcaption>The bridge in January.</figcaption></figure>" in found.html
    assert found.text == f"{FIRST}\n\n{SECOND}"


@pytest.mark.parametrize(
    ("inner", "kept"),
    [
        (
            '<p>It was <i style="text-decoration:line-through">199</i>99 crowns.</p>',
            "<p>It was <s><em>199</em></s>99 crowns.</p>",
        ),
        ('<p>Of 10<span style="vertical-align:super">5</span> it is one.</p>', "<p>Of 10<sup>5</sup> it is one.</p>"),
        (
            '<div style="display:flex"><b>One side</b><b>the other</b></div>',
            "<p><strong>One side</strong></p><p><strong>the other</strong></p>",
        ),
        (
            '<p>A line<a href="/a" style="display:block">another</a>a third</p>',
            '<p>A line<br /><a href="https://news.example/a">another</a><br />a third</p>',
        ),
        ('<p style="white-space: pre-line">A line\nanother</p>', "<p>A line<br />another</p>"),
        (
            '<ol reversed type="a"><li>The one.<li value="7">The other.</ol>',
            '<ol type="a" reversed="reversed"><li>The one.</li><li value="7">The other.</li></ol>',
        ),
        # What hides is judged before, and what is visible again is there.
        (
            '<p style="visibility:hidden">No <b style="visibility:visible">word of it is lost.</b></p>',
            "<p><strong>word of it is lost.</strong></p>",
        ),
        ('<p>One <i style="visibility:collapse">No</i>word.</p>', "<p>One word.</p>"),
        # What stands on both sides of something that is left out is no word of one piece.
        ("<p>Say it now<select><option>a</select>please.</p>", "<p>Say it now please.</p>"),
        ("<p>Say it now<button>Buy</button>please.</p>", "<p>Say it now please.</p>"),
        (
            "<div>Say it now<div class=share>Share</div>please, you all.</div>",
            "<p>Say it now</p><p>please, you all.</p>",
        ),
        ("<p>Say<span class=sr-only>, and aloud</span>s<script>x</script>he.</p>", "<p>Sayshe.</p>"),
        # Captions have lines, too, and what their elements say.
        (
            "<figure><img src=/a.jpg><figcaption><p>The 2<sup>nd</sup> bridge</p><p>Photo: Orme</p>"
            "<b hidden>No</b></figcaption></figure>",
            '<figure><img src="https://news.example/a.jpg" /><figcaption>The 2<sup>nd</sup> bridge<br />Photo: Orme'
            "</figcaption></figure>",
        ),
        # A link is a part of its line, whatever it is called.
        (
            '<p>You can do so with <a class="a-link" href="/a">the form</a> if:</p>',
            '<p>You can do so with <a href="https://news.example/a">the form</a> if:</p>',
        ),
    ],
)
def test_words_stay_as_they_were_laid_out(inner: str, kept: str) -> None:
    around = f"<p>{FIRST}</p>", f"<p>{SECOND}</p><p>{THIRD}</p>"
    assert body(inner.join(around)).html == kept.join(around)


def test_links_are_whole_and_structure_stays() -> None:
    inner = (
        f'<p>{FIRST} <a href="../plan.pdf">The plan</a>.</p><ol start="3"><li>Iron</li><li>Oak</li></ol><p>{SECOND}</p>'
    )
    html = body(inner).html
    assert '<a href="https://news.example/plan.pdf">The plan</a>' in html
    assert '<ol start="3">' in html


def test_signs_and_ends_are_known_in_several_languages() -> None:
    signs = [
        "Anzeige",
        "Publicité",
        "责任编辑：何平",
        "Lesen Sie auch: Freibad öffnet",
        "À lire aussi : la gare",
        "Share this story",
        "Like this story? Share it with a friend!",
        "SEE MORE: Harbour wall to be raised",
        "Article réservé aux abonnés",
        "If you buy something through our links, we may earn a small commission.",
        "编辑丨何平",
        "原题为《老桥将修复》",
        "Thank you! Your submission has been received!",
        "For more stories like this, check our news page.",
        "Follow the Coast Courier on Google News for all of it",
        "この記事は有料記事です。",
        "Il vous reste 40.5% de cet article à lire. La suite est réservée aux abonnés.",
    ]
    ends = [
        "Related posts",
        "相关阅读",
        "Mehr zum Thema",
        "Noticias relacionadas",
        "関連記事",
        "About the author",
        "More Great Harbour Stories",
        "Related harbour news",
        "Recent Blogs",
        "Explore more",
        "3 comments",
    ]
    assert [sign for sign in signs if not is_chrome(sign)] == []
    assert [end for end in ends if not ends_article(end)] == []
    assert not is_chrome(FIRST)
    assert not ends_article("Related matters")
    assert leads_on("More Coast Courier")
    assert not leads_on("Moreover, the bridge")


def test_places_for_content_that_needs_consent_are_known_in_several_languages() -> None:
    places = [
        "Empfohlener redaktioneller Inhalt",
        "An dieser Stelle finden Sie externen Inhalt, der den Artikel ergänzt.",
        "Ich bin damit einverstanden, dass mir externe Inhalte angezeigt werden.",
        "Damit können personenbezogene Daten an Drittplattformen übermittelt werden.",
        "Video-Inhalte erlauben",
        "This article contains content provided by Harbour Video. We ask for your permission first.",
        "To view this content, you need to accept the cookies of Harbour Video.",
        "Pour afficher ce contenu, vous devez accepter les cookies.",
        "Para ver este vídeo, acepta las cookies.",
        "Per visualizzare questo contenuto è necessario accettare i cookie.",
        "Om deze inhoud te bekijken moet je cookies accepteren.",
        "For å se dette innholdet må du godta cookies.",
        "Aby zobaczyć tę treść, zaakceptuj pliki cookie.",
    ]
    assert [place for place in places if not is_placeholder(place)] == []
    told = [
        FIRST,
        "An dieser Stelle stand bis 1953 eine Brücke, deren Inhalt niemand mehr kennt.",
        "To view this bridge, take the ferry from the quay.",
        "Ce contenu a été publié mardi par la mairie.",
        "Personenbezogene Daten der Bewohner waren im Netz zu finden.",
    ]
    assert [text for text in told if is_placeholder(text)] == []
