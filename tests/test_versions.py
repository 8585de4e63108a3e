"""Articles that change, vanish, or are the same: versions, withdrawals, duplicates, posts edited by hand."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from archiver.replica import Fault, Record

if TYPE_CHECKING:
    from pathlib import Path

    from archiver.replica import Replica
    from tests.conftest import Archive

LISTING = "eastmoney/market-37"
RECHECK = (LISTING, "--recheck", "2d")


@pytest.fixture
def edited(replica: Replica) -> Record:
    """An article that has a revised form."""
    return next(record for record in replica.articles if record.revised)


def file_of(archive: Archive, record: Record) -> Path:
    """Return the share post of an article."""
    (file,) = (archive.output / "_posts").glob(f"*-NW{record.id}.md")
    return file


def test_an_edit_is_found_and_the_earlier_version_kept(archive: Archive, edited: Record) -> None:
    archive.crawl(LISTING)
    before = archive.posts
    archive.replica.edit(edited.id)
    assert archive.crawl(*RECHECK).stdout == "1 written, 12 unchanged, 0 failed\n"
    after = archive.posts
    (name,) = (name for name in before if before[name] != after[name])
    assert edited.id in name
    assert edited.revised["title"] in after[name].decode()
    (kept,) = (archive.output / "_versions").rglob("*.md")
    assert kept.read_bytes() == before[name]
    assert kept.relative_to(archive.output).as_posix() == f"_versions/{name.removesuffix('.md')}/1.md"


def test_only_what_changed_changes_in_the_front_matter(archive: Archive, article: Record) -> None:
    archive.crawl(LISTING)
    before = archive.post(article.id).splitlines()
    archive.replica.add(replace(article, text=article.text.replace("云帆", "云桅"), content=""))
    archive.crawl(*RECHECK)
    after = archive.post(article.id).splitlines()
    assert after[:7] == before[:7]
    assert after != before


def test_history_shows_versions_and_what_changed(archive: Archive, edited: Record) -> None:
    archive.crawl(LISTING, "eastmoney/rolling")
    old = file_of(archive, edited).read_text(encoding="utf-8")
    archive.replica.edit(edited.id)
    archive.crawl(*RECHECK)
    result = archive.archiver("history", edited.id)
    assert result.returncode == 0
    assert f"eastmoney {edited.id}: saved\n" in result.stdout
    assert "eastmoney/market-37\n" in result.stdout
    assert f"share: _posts/{file_of(archive, edited).name}, 2 versions\n" in result.stdout
    assert f'- title: "{edited.title}"' in result.stdout
    assert f'+ title: "{edited.revised["title"]}"' in result.stdout
    first = archive.archiver("history", edited.id, "--form", "share", "--version", "1")
    assert first.stdout == old
    second = archive.archiver("history", f"NW{edited.id}", "--form", "share", "--version", "2")
    assert second.stdout == file_of(archive, edited).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (["202001010000000001"], 1, "does not know it"),
        (["nonsense"], 2, "no recipe knows this address or id"),
        (["202403150001234567", "--version", "9"], 1, "there is no version 9"),
    ],
)
def test_history_of_what_there_is_not(archive: Archive, arguments: list[str], status: int, words: str) -> None:
    archive.crawl(LISTING)
    result = archive.archiver("history", *arguments)
    assert result.returncode == status
    assert words in result.stderr
    assert result.stdout == ""


def test_recent_articles_are_looked_at_again_by_themselves(archive: Archive, edited: Record) -> None:
    archive.crawl(LISTING)
    archive.replica.edit(edited.id)
    archive.sql("UPDATE articles SET due = due - 6 * 3600000000, saved = saved - 6 * 3600000000")  # as the recipe says
    assert archive.crawl(LISTING).stdout == "1 written, 12 unchanged, 0 failed\n"
    assert archive.crawl(LISTING).stdout == "0 written, 0 unchanged, 0 failed\n"
    archive.sql("UPDATE articles SET due = 0, saved = saved - 3 * 86400000000 WHERE due IS NOT NULL")
    assert archive.crawl(LISTING).stdout == "0 written, 13 unchanged, 0 failed\n"
    archive.sql("UPDATE articles SET due = 0 WHERE due IS NOT NULL")  # none: they are old now
    assert archive.crawl(LISTING).stdout == "0 written, 0 unchanged, 0 failed\n"


def test_old_articles_are_not_looked_at_again(archive: Archive) -> None:
    archive.crawl(LISTING)
    archive.sql("UPDATE articles SET saved = saved - 3 * 86400000000")
    assert archive.crawl(*RECHECK).stdout == "0 written, 0 unchanged, 0 failed\n"


def test_an_article_that_moves_to_another_day_keeps_its_address(archive: Archive, article: Record) -> None:
    archive.crawl(LISTING)
    archive.replica.add(replace(article, date="2024-03-17 10:00:00", text=f"{article.text}<p>补充</p>", content=""))
    assert archive.crawl(*RECHECK).stdout == "1 written, 12 unchanged, 0 failed\n"
    assert file_of(archive, article).name.startswith("2024-03-15-")
    assert f"date: {article.date} +0800" in archive.post(article.id)
    assert "补充" in archive.post(article.id)


def test_a_withdrawn_article_stays_and_is_marked(archive: Archive, article: Record) -> None:
    archive.crawl(LISTING)
    posts = archive.posts
    archive.replica.withdraw(article.id)
    result = archive.crawl(*RECHECK)
    assert (result.returncode, result.stdout) == (0, "0 written, 12 unchanged, 0 failed, 1 gone\n")
    assert "gone at the source; what is saved of it stays" in result.stderr
    assert archive.posts == posts
    assert f"{article.id}: withdrawn (HTTP status 404" in archive.archiver("history", article.id).stdout
    assert json.loads(archive.archiver("status", "--json").stdout)["articles"] == {"saved": 12, "withdrawn": 1}
    archive.replica.add(article)  # and it comes back
    archive.crawl(*RECHECK)
    assert f"{article.id}: saved\n" in archive.archiver("history", article.id).stdout


def test_much_withdrawn_at_once_is_not_believed(archive: Archive) -> None:
    archive.crawl(LISTING)
    posts = archive.posts
    for record in archive.replica.articles[:8]:
        archive.replica.fail(Fault.NOT_FOUND, id=record.id)
    result = archive.crawl(*RECHECK)
    assert result.returncode == 3
    assert "ALARM: 8 of 13 articles that were asked for again are gone: not believed yet" in result.stderr
    assert archive.posts == posts
    assert json.loads(archive.archiver("status", "--json").stdout)["articles"] == {"saved": 13}


def test_a_post_edited_by_hand_stays(archive: Archive, edited: Record) -> None:
    archive.crawl(LISTING)
    file = file_of(archive, edited)
    mine = file.read_bytes().replace("临岚".encode(), "临 岚".encode())
    file.write_bytes(mine)
    archive.replica.edit(edited.id)
    result = archive.crawl(*RECHECK)
    assert (result.returncode, result.stdout) == (0, "0 written, 13 unchanged, 0 failed\n")
    assert "the post was changed by hand, and stays (--force overrides)" in result.stderr
    assert file.read_bytes() == mine
    assert archive.get("--force", edited.id).stdout == "1 written, 0 unchanged, 0 failed\n"
    assert edited.revised["title"] in file.read_text(encoding="utf-8")
    (kept,) = (archive.output / "_versions").rglob("*.md")
    assert kept.read_bytes() == mine


def test_a_post_that_was_deleted_is_written_again(archive: Archive, article: Record) -> None:
    archive.crawl(LISTING)
    posts = archive.posts
    file_of(archive, article).unlink()
    assert archive.crawl(*RECHECK).stdout == "1 written, 12 unchanged, 0 failed\n"
    assert archive.posts == posts


def test_conditional_requests_where_a_source_gives_validators(archive: Archive, edited: Record) -> None:
    archive.replica.validators = True
    archive.crawl(LISTING)
    archive.replica.requests.clear()
    assert archive.crawl(*RECHECK).stdout == "0 written, 13 unchanged, 0 failed\n"
    assert all("if-none-match" in seen.headers for seen in archive.replica.requests)
    archive.replica.edit(edited.id)
    assert archive.crawl(*RECHECK).stdout == "1 written, 12 unchanged, 0 failed\n"
    (listing,) = json.loads(archive.archiver("status", "--json").stdout)["listings"]
    assert [run["listed"] for run in listing["runs"]] == [13, 13, 13]
    assert [run["unchanged"] for run in listing["runs"]] == [False, True, False]  # the edit changed a title in it


def test_the_same_text_under_other_ids_is_listed(archive: Archive, article: Record) -> None:
    other = replace(
        article, id="202403160000000001", medianame="别家日报", title="别的标题", date="2024-03-16 01:00:00"
    )
    source = '<p class="em_media">（文章来源：{}）</p>'
    other = replace(other, text=article.text.replace(source.format("临岚晚报"), source.format("别家日报")), content="")
    archive.replica.add(other)
    assert other.text != article.text
    archive.crawl(LISTING)
    assert len(archive.posts) == 14
    assert archive.archiver("duplicates").stdout.splitlines() == [
        "2 articles with the same text",
        f"  first  eastmoney {article.id}  2024-03-15T08:12:36+08:00  zning.xyz  _posts/2024-03-15-NW{article.id}.md",
        f"  same   eastmoney {other.id}  2024-03-16T01:00:00+08:00  zning.xyz  _posts/2024-03-16-NW{other.id}.md",
    ]
    (group,) = map(json.loads, archive.archiver("duplicates", "--json").stdout.splitlines())
    assert [one["id"] for one in group] == [article.id, other.id]


def test_one_body_for_every_id_overwrites_nothing(archive: Archive) -> None:
    archive.crawl(LISTING)
    posts = archive.posts
    archive.replica.fail(Fault.SAME_BODY)
    result = archive.crawl(*RECHECK)
    assert result.returncode == 3
    assert "ALARM: one text came for many articles, 12 were not saved" in result.stderr
    assert archive.posts == posts
    archive.replica.heal()
    assert archive.crawl(*RECHECK).stdout == "0 written, 13 unchanged, 0 failed\n"


def test_a_new_body_for_every_id_overwrites_nothing(archive: Archive) -> None:
    archive.crawl(LISTING)
    posts, records = archive.posts, archive.replica.articles
    for record in records:
        archive.replica.add(replace(record, text="<p>系统维护中，请稍后再试。</p>" * 9, content="", title=record.title))
    result = archive.crawl(*RECHECK)
    assert result.returncode == 3
    assert archive.posts == posts


def test_one_body_for_every_new_id_stops_at_the_third(archive: Archive) -> None:
    archive.replica.fail(Fault.SAME_BODY)
    result = archive.crawl(LISTING)
    assert (result.returncode, result.stdout) == (3, "2 written, 0 unchanged, 11 failed\n")
    assert len(archive.posts) == 2


def test_copies_that_are_corrected_together_are_believed(archive: Archive, article: Record) -> None:
    other = replace(article, id="202403160000000001", date="2024-03-16 01:00:00")
    archive.replica.add(other)
    archive.crawl(LISTING)
    for record in (article, other):
        archive.replica.add(replace(record, text=record.text.replace("云帆", "云桅"), content=""))
    assert archive.crawl(*RECHECK).stdout == "2 written, 12 unchanged, 0 failed\n"
