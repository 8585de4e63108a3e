"""Writing an article as a post: its file name and its bytes, as the format requires. No I/O."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from archiver.article import Post
from archiver.dates import write_date
from archiver.identity import SHOWN_CHARACTERS, page_slug
from archiver.posts import frontmatter, markdown
from archiver.posts.frontmatter import TRUE
from archiver.posts.slug import slug

if TYPE_CHECKING:
    from archiver.article import Article
    from archiver.recipes import Form

FILE_NAME_PATTERN = re.compile(r"\d{4}-\d\d-\d\d-[A-Za-z0-9][\w.-]{0,99}\.md", re.ASCII)


def render(article: Article, form: Form, site: str) -> Post:
    """Return the post of `article`, whose metadata and body are complete.

    site: the host that the post's footer links to.
    Raises ValueError if the article has no time with a zone, if its id gives a file name that posts cannot have, or if
    the address that the post must link to is invalid.
    """
    published = article.published
    if published is None or published.utcoffset() is None:
        raise ValueError("an article without a time, or with one in no zone, cannot be a post")
    name = f"{published:%Y-%m-%d}-{_file(article, form)}.md"
    if not FILE_NAME_PATTERN.fullmatch(name):
        raise ValueError(f"{name!r} is not the name of a post")
    link = markdown.link(form.link.format(id=article.id, url=article.url))
    category, tags, footer = _wording(form, article.source, site)
    quoted = _quoted(article, form)
    lead = f"{markdown.quote(quoted)}\n\n" if quoted else ""
    return Post(
        name,
        (
            "---\n"
            "layout: post\n"
            f"title: {frontmatter.double_quoted(article.title)}\n"
            f"date: {write_date(published)}\n"
            f"categories: {category}\n"
            f"tags: {tags}\n"
            f"{front_matter(article, form)}"
            "---\n"
            f"{lead}{article.body}\n\n{link}\n\n{footer}"
        ).encode(),
    )


def front_matter(article: Article, form: Form) -> str:
    """Return the further lines that the front matter of a form has, for the keys that have a value."""
    if not form.front:
        return ""
    known = {
        "author": frontmatter.one_or_list(article.authors),
        "canonical_url": frontmatter.scalar(article.url),
        "lang": frontmatter.scalar(article.language),
        "modified": write_date(article.modified) if article.modified else "",
        "description": frontmatter.double_quoted(article.description) if article.description else "",
        "image": frontmatter.scalar(article.image),
        "paywalled": TRUE if article.paywalled else "",
    }
    return "".join(f"{key}: {known[key]}\n" for key in form.front if known[key] not in ("", '""'))


def _file(article: Article, form: Form) -> str:
    words = page_slug(article.url, article.title) if "{words}" in form.file else ""
    return form.file.format(id=article.id, words=words, key=article.id[:SHOWN_CHARACTERS])


@lru_cache(maxsize=4096)
def _wording(form: Form, source: str, site: str) -> tuple[str, str, str]:
    """Return category, tags and footer: the same for every post of a source."""
    source_slug = slug(source)
    category = frontmatter.scalar(form.category.format(slug=source_slug))
    tags = frontmatter.tags(form.tag.format(source=source))
    footer = form.footer.format(
        source=markdown.text(source), slug=markdown.link_target(source_slug), site=markdown.link_target(site)
    )
    return category, tags, footer


def _quoted(article: Article, form: Form) -> str:
    """Return the text of the quote that the post opens with; empty if it has none."""
    if form.quote is None:
        return ""
    value = str(getattr(article, form.quote.source))
    return re.sub(form.quote.drop, "", value, count=1).strip() if form.quote.drop else value
