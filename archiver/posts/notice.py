"""Notices. If two posts turn out to be of the same article, one becomes a notice that tells where the other is, since
its address has been published. No I/O."""

from __future__ import annotations

from urllib.parse import quote

from archiver.posts import frontmatter, markdown
from archiver.posts.permalink import SAFE_CHARACTERS, post_path
from archiver.posts.read import FRONT_PATTERN, read

MOVED_KEY = "moved_to"


def notice(content: bytes, path: str, other: bytes, site: str) -> bytes | None:
    """Return the notice that replaces the post `content`: its front matter with the address of the article's other post
    (`moved_to`), a link to that, and its own address and footer. None if it is no post as the format has it.

    path, other: the path in the archive of the article's other post, and its content. site: the host of both.
    """
    post, target = read(content), read(other)
    text = content.decode(errors="replace")
    match = FRONT_PATTERN.match(text)
    if not match or post.damage or post.link is None or target.date is None:
        return None
    where = quote(post_path(path, target.categories, target.date), safe=SAFE_CHARACTERS, errors="ignore")
    address = f"//{markdown.link_target(site)}/{where}"
    lines = [line for line in match[5].splitlines(keepends=True) if not line.startswith(f"{MOVED_KEY}: ")]
    front = f"{text[: match.start(5)]}{''.join(lines)}{MOVED_KEY}: {frontmatter.double_quoted(address)}\n---\n"
    end = text[match.end() + len(post.body) :]
    return f"{front}[{markdown.text(target.title)}]({markdown.link_target(address)}){end}".encode()
