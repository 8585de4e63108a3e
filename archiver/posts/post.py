"""An article as a post: its file name and its bytes, as the format binds them. No I/O."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from archiver.dates import write_date
from archiver.posts import frontmatter, markdown
from archiver.posts.slug import slug

if TYPE_CHECKING:
    from archiver.article import Article
    from archiver.recipes import Form

FILE_NAME = re.compile(r"\d{4}-\d\d-\d\d-[A-Za-z0-9][\w.-]{0,99}\.md", re.ASCII)


class Post(NamedTuple):
    """A post: its file's name (in `_posts`) and content."""

    name: str
    content: bytes


def render(article: Article, form: Form, site: str) -> Post:
    """Return the post of `article`, whose metadata and body are complete.

    site: the host that the post's footer links to.
    Raises ValueError when the article has no time in a known zone, when its id would make another name than that of
    a post, and when what the post must link to is no address.
    """
    published = article.published
    if published is None or published.utcoffset() is None:
        raise ValueError("an article without a time, or with one in no zone, cannot be a post")
    name = f"{published:%Y-%m-%d}-{form.file.format(id=article.id)}.md"
    if not FILE_NAME.fullmatch(name):
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
            "---\n"
            f"{lead}{article.body}\n\n{link}\n\n{footer}"
        ).encode(),
    )


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
    """Return what the post opens with as a quote: nothing where the field is empty."""
    if form.quote is None:
        return ""
    value = str(getattr(article, form.quote.source))
    return re.sub(form.quote.drop, "", value, count=1).strip() if form.quote.drop else value
