"""`archiver history ID`: the versions of an article, and what changed between them."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from archiver.commands.display import count, print_json, print_line, say
from archiver.commands.options import add_archive_option, archive_from
from archiver.commands.wrapping import print_wrapped
from archiver.errors import UsageError, os_reason
from archiver.statuses import FAILED
from archiver.views.changes import changes, sentences
from archiver.views.plain import show_time

if TYPE_CHECKING:
    import argparse

    from archiver.storage import Location, Root
    from archiver.views import ArticleHistory, PostHistory


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to `subparsers`."""
    parser = subparsers.add_parser(
        "history",
        help="show the versions of an article and what changed",
        description="Show where and when an article was seen, the versions of its posts, and what changed from each "
        "to the next.",
    )
    parser.add_argument("article", metavar="ID", help="an id or an address")
    parser.add_argument("--version", metavar="N", type=int, help="print this version of the post and nothing else")
    parser.add_argument("--form", metavar="FORM", help="of the post, where an article has several: share, rolling, …")
    parser.add_argument("--json", action="store_true", help="print it as JSON")
    add_archive_option(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Show the history of an article and return the exit status."""
    archive = archive_from(arguments)
    articles = archive.history(arguments.article)
    found = [(one, [post for post in one.posts if arguments.form in (None, post.form)]) for one in articles]
    if arguments.form:
        found = [(one, posts) for one, posts in found if posts]
    if not found:
        say(f"{arguments.article}: the index of {archive.output} does not know it")
        return FAILED
    if arguments.version is not None:
        posts = [post for _, posts in found for post in posts]
        return _print_version(archive.root, arguments.article, posts, arguments.version)
    if arguments.json:
        print_json([one for one, _ in found], indent=1)
        return 0
    for one, posts in found:
        _print_article(one)
        for post in posts:
            print_line("")
            _print_post(archive.root, post)
    return 0


def _print_article(article: ArticleHistory) -> None:
    reason = f" ({article.reason})" if article.reason else ""
    print_wrapped(f"{article.recipe} {article.id}: {article.state}{reason}")
    for place in article.places:
        first, last = (show_time(moment) for moment in (place.first_seen, place.last_seen))
        print_wrapped(f"  seen {first} to {last}  {place.name}")


def _print_version(output: Root, article: str, posts: list[PostHistory], number: int) -> int:
    if len(posts) > 1:
        forms = ", ".join(post.form for post in posts)
        raise UsageError(f"--version: the article has posts of several forms; say which with --form: {forms}")
    for version in posts[0].versions if posts else ():
        if version.number == number and (output / version.path).exists():
            sys.stdout.flush()
            sys.stdout.buffer.write((output / version.path).read_bytes())
            return 0
    say(f"{article}: there is no version {number}")
    return FAILED


def _print_post(output: Root, post: PostHistory) -> None:
    print_wrapped(f"{post.form}: {post.path}, {count(len(post.versions), 'version')}")
    before: list[str] = []
    for version in post.versions:
        print_wrapped(f"  {version.number}  saved {show_time(version.saved)}  {version.path}")
        lines = _lines(output / version.path)
        if before:
            for change in changes(before, lines):
                print_wrapped(f"      {change.sign} {change.text}")
        before = lines


def _lines(file: Location) -> list[str]:
    try:
        text = file.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        return [f"(cannot be read: {os_reason(error)})"]
    return sentences(text)
