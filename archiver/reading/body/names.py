"""Names in classes and ids that sites give to what is no part of an article, and names that only look like those."""

from __future__ import annotations

import re

# Whole words in classes and ids. An element with such a name is noise, however much text it has.
NOISE_NAME_PATTERN = re.compile(
    r"""(?x)(?:^|[\s_-])(?<!has-)(?<!with-)(?<!no-)(?<!without-)(?:
    ads? | adv | advert\w* | adsense | adslot | adbox | adunit | gpt | dfp | outbrain | taboola | sponsor(?:ed)?\w* |
    promo\w* | billboard
    | shar(?:e|er|es|ing) | share-?\w+ | addthis\w* | addtoany\w* | a2a | social\w* | sociable | follow(?:-?us)? |
    jp-relatedposts | sharedaddy | whatsapp
    | related\w* | recommend\w* | recirc\w* | read-?(?:more|next|also) | readmore |
    more-?(?:from|on|stories|news|articles|posts|links)
    | you-?may\w* | also-?(?:like|read)\w* | trending | most-?(?:read|viewed|popular) | similar\w*
    | up-?next | next-?(?:up|post|article|prev) | prev-?(?:next|post) | post-?nav\w* | onward | upsell
    | newsletters? | newsletter-?\w+ | subscri(?:be|bers?|ption|ptions)\w* | sign-?up | signin | log-?in |
    regist(?:er|ration) | paywall-?(?:offer|box|banner|overlay)
    | cookies? | cookie-?\w+ | consent\w* | gdpr\w* | cky | privacy | popups? | modals? | overlay | lightbox |
    interstitial | toast | notification\w*
    | comments? | commentlist | comment-?(?:list|form|section|area|box|thread|wrap\w*)\w* | disqus\w* | respond |
    replies | discussion | reactions?
    | nav | navbar | navigation | menus? | submenu | breadcrumbs? | crumbs? | bread-?crumb\w* | pagination | pager |
    masthead | topbar
    | skip(?:-?link|-?to)? | sidebar\w* | side-?bar\w* | right-?(?:rail|bar) | widget-?area | footer | colophon |
    copyrights?
    | site-?header | toolbar | tool-?bar | print(?:er|-?only|-?friendly)
    | authors? | author-\w+ | vcard | bio | cta | cta-\w+ | call-?to-?action\w* | banners? | disclaimers? |
    disclosures? | testimonials? | affiliate\w*
    | author-?(?:bio|box|info|card|profile|about|details|block|section|description|meta)\w* |
    about-?(?:the-?)?authors? | byline\w*
    | tag-?(?:list|cloud|links)\w* | tagcloud | taglist | cat-?links | entry-?(?:meta|footer|utility)
    | post-?(?:meta|footer|info|tags|date|author)\w* | article-?(?:meta|footer|info|tags|date|tools|author|actions)\w*
    | dateline | pub(?:lish)?-?date | timestamp | time-?stamp | read(?:ing)?-?time
    | jump-?(?:links|to)
    | sr-?only | visually-?hidden | screen-?reader\w* | visuallyhidden | noprint | no-?print | offscreen
    | donat(?:e|ion|ions) | support-?us | app-?(?:download|promo|banner) | download-?app
    | teasers? | polls? | quiz | survey | umfrage | o?embed-?(?:placeholder|consent|privacy|overlay)\w* |
    wx-?follow\w* | qr-?code\w*
    | search-?(?:form|box|bar|results) | searchform | ticker | marquee
    )(?=$|[\s_-])"""
)
# An element with such a name is noise, unless it has much prose that is not in links.
WEAK_NAME_PATTERN = re.compile(
    r"""(?x)(?:^|[\s_-])(?:
    toc | table-?of-?contents | tableofcontents | ez-?toc\w*
    | popular\w* | suggest\w* | paywall\w* | piano | meter(?:ed)? | feedback | rating\w* | vote\w*
    | rail | widgets? | foot | page-?header | header | tools? | utility | contributors?-?\w* | tags? | topics? |
    keywords? | categor(?:y|ies)
    | meta | metadata | meta-?(?:data|info) | date | time | date-?time | hide | hidden | d-none |
    editor-?(?:info|name) | credits? | photo-?credit
    | carousel\w* | slick | swiper | slider | product-?\w* | shop\w* | price-?\w* | buy-?\w* | coupon\w* | tabs? |
    lang(?:uage)?-?(?:switcher|selector|menu)
    | weather | video-?\w* | player | playlist | thumbs? | thumbnails? | comment | kicker | eyebrow | label | badge |
    button | btn | links?
    )(?=$|[\s_-])"""
)
# In names of the form `block__part` these parts are content, whatever the block is called.
CONTENT_PART_PATTERN = re.compile(r"__(?:content|main|body|article|text|inner|container)\b")
# Names of these elements tell the category of the page or article, not what the element is.
FILED_ELEMENTS = frozenset("body article main".split())
COMMENT_NAME_PATTERN = re.compile(
    r"(?:^|[\s_-])(?:comments|commentlist|comment[-_]?(?:list|section|area|box|thread|container|wrap)s?\w*|"
    r"[a-z]+-comments?)(?=$|[\s_-])"
)
UNFOLDED_NAME_PATTERN = re.compile(
    r"accordion|collaps|faq|tab-?pane|tab-?content|tabpanel|expand|toggle|answer|read-?more-?(?:text|content)",
    re.IGNORECASE,
)
# Within a sentence, only elements with these names are no part of it.
HIDDEN_NAME_PATTERN = re.compile(
    r"sr-?only|visually-?hidden|screen-?reader|visuallyhidden|offscreen|tooltip|noprint|(?:^|\s)hidden(?:\s|$)"
)
CAMEL_CASE_PATTERN = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
