"""The elements of HTML, in the groups that this package treats alike. Names are those of the HTML standard."""

import re

VOID_ELEMENTS = frozenset("area base br col embed hr img input link meta param source track wbr".split())

# Browsers show nothing of what is in these.
DROPPED_ELEMENTS = frozenset(
    (
        "script style template title meta link base iframe frame frameset param source track area noembed noframes"
    ).split()
)
# The content of these is shown only by browsers that cannot show the element itself. Paragraphs in them are kept: they
# may be the article's, if somebody forgot the end tag.
EMBEDDED_ELEMENTS = frozenset("audio canvas datalist video amp-audio amp-video".split())
# The elements of a drawing whose words are drawn.
DRAWN_ELEMENTS = frozenset({"text", "foreignObject"})
# Controls and the like: boxes in the text, whose words are separate from those beside them.
BOX_ELEMENTS = frozenset(
    "applet button input marquee meter noscript object optgroup option progress select textarea".split()
)

# Blocks that are kept: those that hold text, those that hold other blocks of their own kind, and those that hold both.
FREE_PARAGRAPHS = frozenset("p h1 h2 h3 h4 h5 h6".split())
PARAGRAPHS = FREE_PARAGRAPHS | frozenset("dt figcaption caption pre".split())
LISTS_AND_TABLES = frozenset("ul ol dl table thead tbody tfoot tr".split())
FLOW_ELEMENTS = frozenset("li dd td th blockquote figure".split())
CELLS = frozenset({"td", "th"})
KEPT_BLOCKS = PARAGRAPHS | LISTS_AND_TABLES | FLOW_ELEMENTS
# Blocks of which only the content is kept.
UNWRAPPED_BLOCKS = frozenset(
    (
        "div section article main header footer aside nav address center details summary fieldset "
        "legend form hgroup hr menu dir noframes dialog search"
    ).split()
)
BLOCKS = KEPT_BLOCKS | UNWRAPPED_BLOCKS

# Inline elements with a meaning, and the name under which each is kept.
INLINE = {
    **{name: name for name in "strong em sub sup code del ins s q mark ruby rt rp".split()},
    "b": "strong",
    "i": "em",
    "strike": "s",
}

# One of these within another of its kind has a meaning of its own: quotes in a quote, a power of a power.
NESTABLE_ELEMENTS = frozenset("q sub sup".split())

# Blocks of text that is preformatted.
PREFORMATTED_ELEMENTS = ("listing", "plaintext", "xmp")

# Of all others only the content is kept; the most common are:
UNWRAPPED_INLINE = ("span", "font")

# The parents that an element may have; anywhere else it becomes a paragraph, or only its words are kept.
ALLOWED_PARENTS = {
    "li": frozenset({"ul", "ol"}),
    "dt": frozenset({"dl"}),
    "dd": frozenset({"dl"}),
    "caption": frozenset({"table"}),
    "thead": frozenset({"table"}),
    "tbody": frozenset({"table"}),
    "tfoot": frozenset({"table"}),
    "tr": frozenset({"table", "thead", "tbody", "tfoot"}),
    "td": frozenset({"tr"}),
    "th": frozenset({"tr"}),
    "figcaption": frozenset({"figure"}),
}

# Elements that cannot have text or other blocks directly in them, and the element that is put between; "" is the
# fragment.
IMPLIED_CHILDREN = {
    "ul": "li",
    "ol": "li",
    "dl": "dd",
    "table": "tr",
    "thead": "tr",
    "tbody": "tr",
    "tfoot": "tr",
    "tr": "td",
}
IMPLIED_FOR_TEXT = {**IMPLIED_CHILDREN, "": "p", "blockquote": "p"}

# Attributes that are kept, with the values that they can have.
KEPT_ATTRIBUTES = {
    **{name: {"colspan": re.compile(r"[0-9]+"), "rowspan": re.compile(r"[0-9]+")} for name in CELLS},
    "ol": {"start": re.compile(r"-?[0-9]+"), "type": re.compile("[1aAiI]"), "reversed": re.compile("(?s:.*)")},
    "li": {"value": re.compile(r"-?[0-9]+")},
}
