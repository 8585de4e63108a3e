"""`--pictures`: pictures of articles as files of the archive."""

from __future__ import annotations

import json
import re
import shutil
from datetime import datetime
from hashlib import sha256
from typing import TYPE_CHECKING

import pytest

from archiver.index.pictures import WantedPicture
from archiver.recipes import load_recipes
from archiver.spiders.pictures import PictureRules, wanted_pictures
from tests.conftest import NO_DELAY, Archive
from tests.drawn import gif, jpeg, png, webp
from tests.verifying import verify
from tests.web import Web, archive, story, web

if TYPE_CHECKING:
    from pathlib import Path


__all__ = ["archive", "web"]  # fixtures

PAGE = "http://courier.example/2026/a-bridge.html"
ONE, TWO = "http://cdn.example/1.jpg", "http://cdn.example/2.png"


def page(web: Web, *pictures: str, address: str = PAGE, title: str = "A bridge opens over the Merrow") -> str:
    """Put an article with pictures on the web, and return its address."""
    text = f"{title}: the bridge over the Merrow was opened on Sunday morning, {{n}} years after it had been promised."
    figures = "".join(f"<figure>{one}<figcaption>Caption {n}</figcaption></figure>" for n, one in enumerate(pictures))
    made = story(title, canonical=address, text=text).replace(f"<p>{title}", f"{figures}<p>{title}", 1)
    return web.put(address, made)


def image(address: str, more: str = "") -> str:
    return f'<img src="{address}" alt="A bridge"{more}>'


def path(content: bytes, kind: str) -> str:
    """Where a picture is in an archive."""
    name = sha256(content).hexdigest()
    return f"_assets/{name[:2]}/{name}.{kind}"


def assets(archive: Archive) -> list[str]:
    """The files of pictures."""
    return sorted(
        file.relative_to(archive.output).as_posix()
        for file in (archive.output / "_assets").rglob("*")
        if file.is_file()
    )


def post(archive: Archive) -> str:
    """The only post."""
    (content,) = archive.posts.values()
    return content.decode()


@pytest.fixture
def photo(web: Web) -> bytes:
    """A photograph at the first address."""
    content = jpeg(800, 600)
    web.put(ONE, content, "text/plain")  # what it is called says nothing
    return content


def test_a_post_shows_its_pictures_from_the_archive(archive: Archive, web: Web, photo: bytes) -> None:
    page(web, image(ONE), image(TWO))
    chart = png(400, 300)
    web.put(TWO, chart, "image/jpeg")
    done = archive.get("--pictures", "--warc", PAGE)
    assert (done.returncode, done.stdout) == (0, "1 written, 0 unchanged, 0 failed\n")
    assert assets(archive) == sorted([path(photo, "jpg"), path(chart, "png")])
    assert (archive.output / path(photo, "jpg")).read_bytes() == photo
    assert f'<img src="/{path(photo, "jpg")}" data-archived-src="{ONE}" alt="A bridge" />' in post(archive)
    assert f'<img src="/{path(chart, "png")}" data-archived-src="{TWO}" alt="A bridge" />' in post(archive)
    assert "<figcaption>Caption 0</figcaption>" in post(archive)
    assert not (archive.output / "_versions").exists()  # it was written once
    assert verify(archive)[1] == []
    # Neither the post nor a request changes when it is asked for again.
    written = archive.posts
    web.asked.clear()
    assert archive.get("--pictures", "--warc", PAGE).stdout == "0 written, 1 unchanged, 0 failed\n"
    assert archive.get("--warc", PAGE).stdout == "0 written, 1 unchanged, 0 failed\n"  # the archive has them
    assert (archive.posts, web.asked) == (written, [PAGE, PAGE])


def test_without_the_option_nothing_changes(archive: Archive, web: Web, photo: bytes) -> None:
    page(web, image(ONE))
    assert archive.get(PAGE).returncode == 0
    assert web.asked == [PAGE]
    assert f'<img src="{ONE}" alt="A bridge" />' in post(archive)
    assert assets(archive) == []


def test_one_picture_of_many_posts_and_addresses_is_one_file(archive: Archive, web: Web, photo: bytes) -> None:
    web.put(TWO, photo)
    pages = [
        page(web, image(ONE), image(TWO), address=f"{PAGE}?{number}", title=f"A bridge opens, part {number}")
        for number in range(8)
    ]
    assert archive.get("--pictures", *pages).returncode == 0
    assert len(archive.posts) == 8
    assert assets(archive) == [path(photo, "jpg")]
    assert sorted(one for one in web.asked if one in (ONE, TWO)) == [ONE, TWO]


def test_a_picture_that_does_not_come_costs_nothing_and_comes_later(
    archive: Archive, web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    page(web, image(ONE), image(TWO))
    chart = png(400, 300)
    web.put(TWO, chart)
    assert archive.get("--pictures", "--warc", PAGE).returncode == 0
    assert f'<img src="{ONE}" alt' in post(archive)
    assert f'data-archived-src="{TWO}"' in post(archive)
    web.asked.clear()
    photo = jpeg(800, 600)
    web.put(ONE, photo)
    assert archive.get("--pictures", PAGE).stdout == "0 written, 1 unchanged, 0 failed\n"
    assert web.asked == [PAGE]  # it waits
    archive.sql("UPDATE pictures SET due = 0 WHERE due IS NOT NULL")
    assert archive.get("--pictures", "--warc", PAGE).stdout == "1 written, 0 unchanged, 0 failed\n"
    assert f'data-archived-src="{ONE}"' in post(archive)
    assert verify(archive)[1] == []


@pytest.mark.parametrize(
    ("content", "kept"),
    [
        (gif(1, 1), ""),
        (png(20_000, 20_000), ""),
        (b"<!DOCTYPE html><title>Forbidden</title>", ""),
        (b'<svg xmlns="http://www.w3.org/2000/svg"><script>bad()</script><rect/></svg>', "svg"),
        (webp(30, 20, frames=3), "webp"),
    ],
    ids=["tracker", "bomb", "page", "script", "moves"],
)
def test_what_comes_decides(archive: Archive, web: Web, content: bytes, kept: str) -> None:
    page(web, image(ONE))
    web.put(ONE, content, "image/jpeg")
    assert archive.get("--pictures", PAGE).returncode == 0
    found = assets(archive)
    assert [one.rpartition(".")[2] for one in found] == ([kept] if kept else [])
    assert b"bad" not in b"".join((archive.output / one).read_bytes() for one in found)
    assert (f'<img src="{ONE}"' in post(archive)) == (not kept)
    come = len(found)
    said = f"pictures: {come} have come, 0 are to be asked for again, {1 - come} are given up\n"  # it is settled
    assert said in archive.archiver("status").stdout


@pytest.mark.parametrize("what", ["nothing", "led to a page"])
def test_what_comes_for_a_moment_decides_nothing(archive: Archive, web: Web, photo: bytes, what: str) -> None:
    page(web, image(ONE))
    if what == "nothing":
        web.put(ONE, b"", "image/jpeg")
    else:
        web.redirect(ONE, web.put("http://cdn.example/", "<!doctype html><title>Back soon</title>"))
    assert archive.get("--pictures", PAGE).returncode == 0
    assert "0 have come, 1 are to be asked for again, 0 are given up" in archive.archiver("status").stdout
    web.put(ONE, photo)
    archive.sql("UPDATE pictures SET due = 0 WHERE due IS NOT NULL")
    assert archive.get("--pictures", PAGE).stdout == "1 written, 0 unchanged, 0 failed\n"


def test_the_largest_within_limits_is_the_picture(archive: Archive, web: Web, photo: bytes) -> None:
    big, huge = "http://cdn.example/big.webp", "http://cdn.example/huge.webp"
    web.put(big, webp(1600, 1200))
    page(web, image(ONE, f' srcset="{ONE} 800w, {big} 1600w, {huge} 9000w, {TWO} 1200w"'))
    assert archive.get("--pictures", PAGE).returncode == 0
    assert web.asked == [PAGE, big]
    assert f'<img src="/{path(webp(1600, 1200), "webp")}" data-archived-src="' in post(archive)


def test_where_the_largest_cannot_be_had_the_next_is_asked_for(archive: Archive, web: Web, photo: bytes) -> None:
    page(web, image(ONE, f' srcset="{ONE} 800w, {TWO} 1200w"'))
    web.put(TWO, "<html>no hotlinks</html>")
    assert archive.get("--pictures", PAGE).returncode == 0
    assert web.asked == [PAGE, TWO, ONE]
    assert path(photo, "jpg") in post(archive)


@pytest.mark.parametrize("target", ["http://127.0.0.2/x.jpg", "http://[::1]/x.jpg", "http://169.254.169.254/x.jpg"])
def test_no_picture_leads_into_a_private_network(archive: Archive, web: Web, target: str) -> None:
    web.redirect(ONE, target)
    page(web, image(ONE), image(target.replace("/x", "/y")))
    web.put(target, jpeg(8, 8))
    assert archive.get("--pictures", PAGE).returncode == 0
    assert web.asked == [PAGE, ONE]
    assert assets(archive) == []


def test_robots_txt_and_the_budget_hold_for_pictures(archive: Archive, web: Web, photo: bytes) -> None:
    web.put("http://cdn.example/robots.txt", "User-agent: *\nDisallow: /2.png")
    web.put(TWO, png(9, 9))
    page(web, image(ONE), image(TWO))
    assert archive.get("--pictures", "-s", "ARCHIVER_MAX_REQUESTS=3", PAGE).returncode == 0
    assert web.asked == [PAGE]  # a robots.txt each
    assert archive.rows("SELECT address, tries FROM pictures ORDER BY 1") == [(ONE, 0), (TWO, 1)]
    assert archive.get("--pictures", PAGE).stdout.startswith("1 written")
    assert web.asked == [PAGE, PAGE, ONE]


def test_an_archive_and_a_recipe_may_say_it(archive: Archive, web: Web, photo: bytes, tmp_path: Path) -> None:
    (tmp_path / "courier.yaml").write_text("name: courier\nhosts: [courier.example]\npictures: true\nreferer: true\n")
    page(web, image(ONE))
    of_recipe = {"ARCHIVER_RECIPES": str(tmp_path)}
    assert archive.get("--no-pictures", PAGE, env=of_recipe).returncode == 0
    assert assets(archive) == []
    assert archive.get(PAGE, env=of_recipe).stdout.startswith("1 written")
    assert assets(archive) == [path(photo, "jpg")]
    assert web.referers[ONE] == "http://courier.example/"
    (archive.output / "_archiver.yaml").write_text("ARCHIVER_PICTURES: true\n")
    web.put(TWO, png(9, 9))
    page(web, image(TWO), address=f"{PAGE}?2", title="Another")
    assert archive.get(f"{PAGE}?2").returncode == 0
    assert len(assets(archive)) == 2


def test_verify_restores_a_picture_from_its_capture(archive: Archive, web: Web, photo: bytes) -> None:
    page(web, image(ONE))
    assert archive.get("--pictures", "--warc", PAGE).returncode == 0
    before = archive.posts
    file = archive.output / path(photo, "jpg")
    (post_file,) = (archive.output / "_posts").iterdir()
    for damage in (file.unlink, lambda: file.write_bytes(photo[:-1]), post_file.unlink):
        damage()
        status, problems, _ = verify(archive)
        assert (status, len(problems)) == (1, 1)
        assert verify(archive, "--repair")[0] == 0
        assert file.read_bytes() == photo
        assert archive.posts == before
    (archive.output / "_assets" / "ff").mkdir()
    (archive.output / "_assets" / "ff" / "x.jpg").write_bytes(photo)
    _, problems, _ = verify(archive)
    assert [one["kind"] for one in problems] == ["foreign"]


def test_a_replay_gives_the_same_posts(archive: Archive, web: Web, photo: bytes) -> None:
    page(web, image(ONE), image(TWO))
    web.put(TWO, photo)
    assert archive.get("--pictures", "--warc", PAGE).returncode == 0
    posts = archive.posts
    done = archive.archiver("replay")
    assert (done.returncode, archive.posts) == (0, posts)
    for name in ("_posts", "_index", "_assets", "_manifests"):
        shutil.rmtree(archive.output / name)
    done = archive.archiver("replay")
    assert (done.returncode, archive.posts, assets(archive)) == (0, posts, [path(photo, "jpg")]), done.stderr
    verify(archive, "--repair")  # nobody has ended the captures: the index that knew of them is gone
    assert verify(archive)[1] == []


def test_pictures_of_posts_that_are_there(archive: Archive, web: Web, photo: bytes) -> None:
    pages = [page(web, image(ONE), address=f"{PAGE}?{number}", title=f"A bridge, part {number}") for number in range(3)]
    pages.append(page(web, image(TWO), address=f"{PAGE}?4", title="Another bridge"))
    assert archive.get("--warc", *pages).returncode == 0
    before = archive.posts
    by_hand = next(file for file in (archive.output / "_posts").iterdir() if TWO in file.read_text())
    by_hand.write_text(by_hand.read_text() + "\n")
    web.asked.clear()
    done = archive.archiver("pictures", *NO_DELAY)
    told, waits = done.stdout.splitlines()
    assert (done.returncode, told) == (0, "1 picture came, 1 did not, 3 posts written again"), done.stderr
    assert re.fullmatch(r"1 picture that did not come waits until [0-9T:+-]{25}: HTTP status 404", waits)
    assert sorted(web.asked) == [ONE, TWO]
    assert sum(path(photo, "jpg") in content.decode() for content in archive.posts.values()) == 3
    assert len(list((archive.output / "_versions").rglob("1.md"))) == 3
    web.put(TWO, png(300, 200))
    archive.sql("UPDATE pictures SET due = 0 WHERE due IS NOT NULL")
    done = archive.archiver("pictures", *NO_DELAY)
    assert done.stdout == "1 picture came, 0 did not, 0 posts written again\n"  # somebody has changed that post
    assert by_hand.read_text().endswith("\n")
    by_hand.write_bytes(before[by_hand.name])
    assert archive.archiver("pictures", *NO_DELAY).stdout.endswith("1 post written again\n")
    assert path(png(300, 200), "png") in by_hand.read_text()
    assert verify(archive)[1] == []
    posts = archive.posts
    replayed = archive.archiver("replay")
    assert (replayed.returncode, archive.posts) == (0, posts)


def test_what_waits_is_said_and_why(archive: Archive, web: Web, photo: bytes) -> None:
    addresses = [f"http://cdn.courier.example/{number}.png" for number in range(7)]
    answers = [(b"", 503), (b"", 503), (b"", 404), (b"", 403), (b"", 200), (photo, 200), (b"text", 200)]
    for address, (body, status) in zip(addresses, answers, strict=True):
        web.put(address, body, "image/png", status)
    page(web, *map(image, addresses))
    assert archive.get(PAGE).returncode == 0
    quick = ("-s", "RETRY_TIMES=0", *NO_DELAY)
    came, waiting = archive.archiver("pictures", *quick).stdout.splitlines()
    assert came == "1 picture came, 6 did not, 1 post written again"
    told = r"5 pictures that did not come wait, the first until .{25}: HTTP status 503 \(2\); HTTP status 403 \(1\); "
    assert re.fullmatch(rf"{told}HTTP status 404 \(1\); other reasons \(1\)", waiting)
    again = archive.archiver("pictures", *quick)
    assert again.stdout.splitlines() == ["0 pictures came, 0 did not, 0 posts written again", waiting]
    report = json.loads(archive.archiver("pictures", "--json", *quick).stdout)["pictures"]
    assert (report["later"], sum(report["reasons"].values())) == (5, 5)
    assert datetime.fromisoformat(report["next_try"]) == datetime.fromisoformat(waiting.split(": ")[0].split(" ")[-1])


def test_what_the_budget_leaves_is_said(archive: Archive, web: Web) -> None:
    page(web, *map(image, (ONE, TWO)))
    assert archive.get(PAGE).returncode == 0
    done = archive.archiver("pictures", *NO_DELAY, "--max-requests", "1")
    assert done.stdout.splitlines()[-1] == "the budget is spent; 2 pictures left for the next run"


def test_a_later_crawl_asks_again_and_writes_the_posts_that_wait(archive: Archive, web: Web, photo: bytes) -> None:
    page(web, image(TWO))
    assert archive.get("--pictures", "--warc", PAGE).returncode == 0
    web.put(TWO, png(300, 200))
    feed = "<rss version='2.0'><channel><title>Courier</title></channel></rss>"
    web.put("http://courier.example/feed.xml", feed, "application/rss+xml")
    assert archive.crawl("--pictures", "http://courier.example/feed.xml").returncode in (0, 3)
    assert TWO not in web.asked[2:]  # it waits
    archive.sql("UPDATE pictures SET due = 0")
    assert archive.crawl("http://courier.example/feed.xml").returncode in (0, 3)
    assert TWO not in web.asked[2:]  # nobody wants pictures
    assert archive.crawl("--pictures", "http://courier.example/feed.xml").returncode in (0, 3)
    assert f'src="/{path(png(300, 200), "png")}"' in post(archive)
    assert verify(archive)[1] == []


def test_the_site_and_exports_know_pictures(archive: Archive, web: Web, photo: bytes, tmp_path: Path) -> None:
    page(web, image(ONE), image(TWO))
    assert archive.get("--pictures", "--warc", PAGE).returncode == 0
    name = path(photo, "jpg").removeprefix("_assets/")
    assert archive.invoke("site", "build", "--output", str(archive.output)).returncode == 0
    (shown,) = (file for file in (archive.output / "_site").rglob("*bridge*.html"))
    root = "../" * (len(shown.relative_to(archive.output / "_site").parts) - 1)
    html = shown.read_text()
    assert f'<img src="{root}pictures/{name}" width="800" height="600" alt="A bridge" loading="lazy">' in html
    assert f'<a class="picture" href="{TWO}"' in html  # that did not come
    assert "img-src 'self' data:" in html
    assert (archive.output / "_site" / "pictures" / name).read_bytes() == photo

    assert archive.archiver("export", "obsidian", "--to", str(tmp_path / "vault")).returncode == 0
    (note,) = (tmp_path / "vault").rglob("*.md")
    assert f"![A bridge](../pictures/{name})" in note.read_text()
    assert f"![A bridge]({TWO})" in note.read_text()
    assert (tmp_path / "vault" / "pictures" / name).read_bytes() == photo

    assert archive.archiver("export", "wacz", "--to", str(tmp_path / "x.wacz")).returncode == 0
    fresh = Archive(tmp_path / "fresh", archive.replica)
    assert fresh.archiver("replay", str(tmp_path / "x.wacz")).returncode == 0
    assert (fresh.posts, assets(fresh)) == (archive.posts, assets(archive))

    done = archive.archiver("export", "jsonl")
    assert f'src=\\"{ONE}\\"' in done.stdout  # others show it from where it was
    assert "_assets" not in done.stdout


def test_an_index_that_is_lost_is_made_again_with_its_pictures(archive: Archive, web: Web, photo: bytes) -> None:
    page(web, image(ONE))
    assert archive.get("--pictures", PAGE).returncode == 0
    posts = archive.posts
    shutil.rmtree(archive.output / "_index")
    shutil.rmtree(archive.output / "_manifests")
    web.asked.clear()
    assert archive.invoke("adopt", str(archive.output)).returncode == 0
    assert archive.rows("SELECT address, path FROM pictures") == [(ONE, path(photo, "jpg"))]
    assert verify(archive)[1] == []
    assert archive.get("--pictures", PAGE).stdout == "0 written, 1 unchanged, 0 failed\n"
    assert (archive.posts, web.asked) == (posts, [PAGE])


def test_a_file_that_a_killed_run_had_just_written_is_known(archive: Archive, web: Web, photo: bytes) -> None:
    page(web, image(TWO))
    assert archive.get(PAGE).returncode == 0
    place = archive.output / path(photo, "jpg")
    place.parent.mkdir(parents=True)
    place.write_bytes(photo)
    place.with_name(f"{'0' * 64}.jpg").write_bytes(photo)
    archive.sql("UPDATE runs SET ended = NULL")
    assert archive.get(PAGE).returncode == 0
    _, problems, _ = verify(archive)
    assert [(one["kind"], one["path"].rpartition("/")[2]) for one in problems] == [("foreign", f"{'0' * 64}.jpg")]


def test_what_is_drawn_anew_at_each_load_is_never_asked_for() -> None:
    recipe = load_recipes()["eastmoney"]
    rules = PictureRules.of(recipe, None, True)
    live = "http://webquoteklinepic.eastmoney.com/GetPic.aspx?id=1"
    wanted = wanted_pictures(PAGE, "eastmoney", {live: (live,), ONE: (TWO, ONE)}, rules)
    assert wanted == [WantedPicture(ONE, PAGE, "eastmoney", (TWO, ONE))]
    assert not PictureRules.of(recipe, None, None).wanted


def test_a_video_is_a_link_and_its_poster_a_picture(archive: Archive, web: Web, photo: bytes) -> None:
    """Nothing of the video itself is asked for, by the crawl or by a page of the site."""
    video = "http://cdn.example/opening.mp4"
    page(web, f'<video src="{video}" poster="{ONE}" title="The opening"></video>')
    assert archive.get("--pictures", PAGE).returncode == 0
    assert web.asked == [PAGE, ONE]
    own = path(photo, "jpg")
    shown = f'<img src="/{own}" data-archived-src="{ONE}" /><br />The opening</a>'
    assert f'<a class="u-video" href="{video}">{shown}' in post(archive)
    line = json.loads(archive.archiver("export", "jsonl").stdout)
    assert line["media"] == [{"kind": "video", "url": video, "title": "The opening", "poster": ONE}]
    assert archive.invoke("site", "build", "--output", str(archive.output)).returncode == 0
    (html,) = [text for file in archive.output.rglob("*.html") if "u-video" in (text := file.read_text("utf-8"))]
    assert f'<a class="u-video" href="{video}"><img src="../../../../pictures/{own.removeprefix("_assets/")}"' in html
    assert "<video" not in html
    assert ONE not in html
