"""What runs note for later ones: of themselves, of listings, hosts and captures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archiver.index import ListingRun, NamedSource, Robots, Run, Sealed, Validators, Waiting
from tests.index.values import LIST, NOW, capture, digest, failed, held, intent, key, save, saved, seen

if TYPE_CHECKING:
    from archiver.index import Index


def test_runs(index: Index) -> None:
    numbers = [index.runs.begin(f"crawl {number}", NOW + number) for number in range(3)]
    index.runs.end(numbers[1], {"counts": {"written": 1}}, NOW + 9)
    assert index.runs.latest(2) == [
        Run(numbers[2], NOW + 2, None, "crawl 2", {}),
        Run(numbers[1], NOW + 1, NOW + 9, "crawl 1", {"counts": {"written": 1}}),
    ]


def test_old_runs_are_forgotten_but_not_what_listings_gave_without_alarm(index: Index) -> None:
    for number in range(1, 7):
        assert index.runs.begin("crawl", NOW) == number
        index.listings.add_stats(LIST, number, {"listed": number}, NOW, good=number in (1, 2, 3))
    index.runs.forget(5, 2)
    assert [run.number for run in index.runs.latest(9)] == [6, 5]
    assert [one.run for one in index.listings.stats(LIST, 9)] == [6, 5, 3, 2]


def test_a_run_is_told_from_another_of_its_number(index: Index) -> None:
    assert not index.runs.has(1, NOW)
    for number in range(4):
        index.runs.begin("crawl", NOW + number)
    assert [index.runs.has(number, NOW + 2) for number in (2, 3, 4, 5)] == [False, True, False, False]
    index.runs.forget(3, 0)
    assert index.runs.has(1, NOW)  # it may have been there


def test_what_listings_gave(index: Index) -> None:
    index.listings.add_stats(LIST, 1, {"listed": 1}, NOW, good=True)
    index.listings.add_stats(LIST, 2, {"listed": 2}, NOW + 1, good=False)
    index.listings.add_stats("news/other", 2, {}, NOW, good=True)
    assert index.listings.names() == [LIST, "news/other"]
    assert index.listings.stats(LIST, 1) == [ListingRun(2, NOW + 1, good=False, stats={"listed": 2})]
    assert index.listings.stats(LIST, 9, good=True) == [ListingRun(1, NOW, good=True, stats={"listed": 1})]
    assert index.listings.stats("news/none", 9) == []


def test_how_many_articles_of_a_listing_wait(index: Index) -> None:
    assert index.listings.waiting(LIST, NOW) == Waiting(0, None)
    index.see(seen("a", "b", "c"), NOW, every_form=True)
    save(index, "c")
    index.fail([failed("a"), failed("b")], NOW + 5)
    minutes = 600_000_000
    assert index.listings.waiting(LIST, NOW) == Waiting(2, NOW + 5 + minutes)
    assert index.listings.waiting(LIST, NOW + 2 * minutes) == Waiting(2, NOW + 2 * minutes)
    assert index.catalogue.states() == {"failed": 2, "saved": 1}


def test_where_a_reading_was_cut_off(index: Index) -> None:
    index.listings.note_unfinished(LIST, 2)
    index.listings.note_unfinished(LIST, 3)
    assert index.listings.unfinished(LIST) == 3
    index.listings.note_unfinished(LIST, 0)
    assert index.listings.unfinished(LIST) == 0


def test_versions_of_answers(index: Index) -> None:
    assert index.listings.validators(LIST, 0) == Validators()
    index.listings.keep_validators(LIST, 0, Validators('"1"', "Mon"))
    index.listings.keep_validators(LIST, 0, Validators('"2"', ""))
    index.listings.keep_validators(LIST, 1, Validators("", "Tue"))
    assert index.listings.validators(LIST, 0) == Validators('"2"', "")
    index.listings.forget_validators(LIST)
    assert index.listings.validators(LIST, 1) == Validators()


def test_hosts_that_are_to_be_left_alone(index: Index) -> None:
    index.hosts.hold("b.example", NOW + 2)
    index.hosts.hold("a.example", NOW + 9)
    index.hosts.hold("a.example", NOW + 3)
    assert index.hosts.on_hold(NOW) == {"a.example": NOW + 3, "b.example": NOW + 2}
    assert index.hosts.on_hold(NOW + 2) == {"a.example": NOW + 3}


def test_robots_txt_is_kept_for_a_while(index: Index) -> None:
    address = "http://a.example/robots.txt"
    index.hosts.keep_robots(address, 404, b"", NOW)
    index.hosts.keep_robots(address, 200, b"User-agent: *", NOW + 5)
    assert index.hosts.robots(address, NOW, NOW + 9) == Robots(200, b"User-agent: *")
    assert index.hosts.robots(address, NOW + 6, NOW + 9) is None
    assert index.hosts.robots(address, NOW, NOW + 4) is None  # it came when the clock was ahead


def test_captures_are_found_by_payload_moment_and_file(index: Index) -> None:
    first, second, elsewhere = capture(1), capture(2), capture(3, "/elsewhere/b.warc.gz")
    again = capture(4)._replace(payload=first.payload)
    index.captures.note([first, second, elsewhere, again])
    index.captures.note([first])
    payloads = [first.payload, elsewhere.payload, "00" * 32]
    assert index.captures.with_payload(payloads) == {first.payload: first, elsewhere.payload: elsewhere}
    assert index.captures.with_payload(payloads, "_captures") == {first.payload: first}
    assert index.captures.with_payload([]) == {}
    moments = [(one.url, one.time) for one in (second, again)]
    assert index.captures.at([*moments, ("http://none.example/", first.time)]) == dict(
        zip(moments, (second, again), strict=True)
    )
    assert index.captures.in_file(first.warc) == [first, second, again]
    later = capture(9)._replace(url=first.url)
    index.captures.note([later])
    assert index.captures.of_address(first.url) == [first, later]
    assert index.captures.of_address("http://none.example/") == []
    index.captures.note([capture(5)._replace(url=first.url, time=first.time)])
    assert index.captures.at([(first.url, first.time)]) == {(first.url, first.time): first}
    assert (index.captures.has(first.warc), index.captures.has("_captures/none.warc.gz")) == (True, False)


def test_more_payloads_than_a_query_takes(index: Index) -> None:
    captures = [capture(number) for number in range(1200)]
    index.captures.note(captures)
    assert len(index.captures.with_payload([one.payload for one in captures])) == 1200


def test_how_many_posts_were_made_of_a_capture(index: Index) -> None:
    for name, text, number in (("a", "one", 1), ("a", "two", 2), ("b", "one", 2)):
        index.begin([intent(name, text, capture=capture(number))], NOW)
        index.finish([saved(name)], NOW)
    index.captures.note([capture(3)])
    save(index, "c")
    assert list(index.captures.used()) == [(capture(1), 1), (capture(2), 2)]
    assert list(index.captures.used("_captures/none.warc.gz")) == []
    assert index.captures.lost() == []


def test_files_that_are_sealed(index: Index) -> None:
    one = Sealed("_captures/a.warc.gz", 100, digest("a"))
    index.captures.seal(one)
    assert index.captures.sealed() == {one.path: one}


def test_what_a_manifest_has(index: Index) -> None:
    for text in ("one", "two"):
        index.begin([intent(text=text, capture=capture(1))], NOW)
        index.finish([saved()], NOW)
    index.captures.seal(Sealed("_captures/a.warc.gz", 100, digest("warc")))
    everything = [
        ("_posts/a.md", digest("two")),
        ("_versions/a/1.md", digest("one")),
        ("_captures/a.warc.gz", digest("warc")),
    ]
    assert list(index.manifests.unlisted()) == everything
    index.manifests.list_all(1)
    assert list(index.manifests.unlisted()) == []
    assert [tuple(one) for one in index.manifests.files()] == [(*one, True) for one in everything[:2]]
    index.begin([intent(text="three", capture=capture(2))], NOW)
    assert set(index.manifests.expected()) == {("_posts/a.md", digest("three")), ("_versions/a/2.md", digest("two"))}
    index.finish([saved()], NOW)
    assert list(index.manifests.unlisted()) == [("_posts/a.md", digest("three")), ("_versions/a/2.md", digest("two"))]
    known = index.manifests.file("_versions/a/2.md")
    assert known is not None
    assert (known.key, known.form, known.sha256, known.capture) == (key(), "share", digest("two"), capture(1))
    assert index.manifests.file("_versions/a/9.md") is None


def test_articles_that_say_the_same(index: Index) -> None:
    for name in ("b", "a"):
        index.begin([intent(name, text_digest="0f")], NOW)
        index.finish([saved(name)], NOW)
    save(index, "c", "another")
    ((first, second),) = index.catalogue.duplicates()
    assert [(one.key, one.path) for one in (first, second)] == [(key("b"), "_posts/b.md"), (key("a"), "_posts/a.md")]


def test_what_addresses_name(index: Index) -> None:
    feed, page = NamedSource("http://a.example/feed", "feed", "News", NOW), NamedSource("http://a.example/", "page")
    index.sources.put("http://a.example/", [feed, page])
    index.sources.put("http://b.example/", [page._replace(address="http://b.example/")])
    assert index.sources.named_by("http://a.example/") == [page, feed]
    index.sources.put("http://a.example/", [feed._replace(modified=NOW)])
    assert [one.modified for one in index.sources.named_by("http://a.example/")] == [None, NOW]
    both = index.sources.named_by_each(["http://b.example/", "http://c.example/", "http://a.example/"])
    assert {name: len(found) for name, found in both.items()} == {
        "http://a.example/": 2,
        "http://b.example/": 1,
        "http://c.example/": 0,
    }
    assert index.sources.named_by_each([]) == {}
    index.sources.forget("http://a.example/")
    assert index.sources.named_by("http://a.example/") == []
    assert len(index.sources.named_by("http://b.example/")) == 1


def test_listings_that_are_gone_for_good(index: Index) -> None:
    index.sources.drop("web/http://a.example/feed", NOW)
    index.sources.drop("web/http://a.example/feed", NOW + 1)
    assert index.sources.gone() == {"web/http://a.example/feed": NOW}


def test_the_newest_addresses_of_a_host(index: Index) -> None:
    save(index, "a", aliases=("news.example/a", "news.example/1"))
    save(index, "b", aliases=("news.example/b", "news.example.org/b", "news.example"))
    save(index, "c", shared=("news.example/c",))
    assert index.addresses_at("news.example", 1) == ["news.example/b"]
    assert sorted(index.addresses_at("news.example", 9)) == ["news.example/1", "news.example/a", "news.example/b"]


def test_only_the_addresses_that_are_asked_for_are_told(index: Index) -> None:
    save(index, "a", aliases=("news.example/a",))
    save(index, "b", aliases=("news.example/b",))
    assert index.known_as(["news.example/a", "news.example/never"]) == {"news.example/a": key("a")}


def test_what_an_article_was_known_by_is_the_others_that_it_turned_out_to_be(index: Index) -> None:
    for name in ("a", "b", "c"):
        save(index, name, aliases=(f"news.example/{name}",))
    before = max(one.number for one in index.posts.changed())
    index.finish([saved("a", outcome="checked", united=key("b"))], NOW + 1)
    names = ["news.example/a", "news.example/b", "news.example/c", "a"]
    assert index.known_as(names) == {**dict.fromkeys(names, key("b")), "news.example/c": key("c")}
    assert (held(index, "a").state, held(index, "b").state) == ("united", "saved")
    assert [one.key.id for one in index.posts.changed(before)] == ["a"]


def test_one_that_turned_out_to_be_an_article_that_nobody_knows_stays_as_it_is(index: Index) -> None:
    for name in ("a", "b"):
        save(index, name)
    united = [saved("a", outcome="checked", united=key("never")), saved("b", outcome="checked", united=key("a"))]
    index.finish(united, NOW + 1)
    assert (held(index, "a").state, held(index, "b").state) == ("saved", "united")


def test_listings_that_need_not_be_asked_yet(index: Index) -> None:
    assert index.listings.schedule_of("news/feed") == ""
    index.listings.postpone("news/feed", NOW + 5, "[60]")
    index.listings.postpone("news/other", NOW - 5, "[]")
    assert index.listings.postponed(NOW) == {"news/feed": NOW + 5}
    index.listings.postpone("news/feed", 0, "[30]")
    assert index.listings.postponed(NOW) == {}
    assert index.listings.schedule_of("news/feed") == "[30]"
