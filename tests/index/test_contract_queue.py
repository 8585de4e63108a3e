"""What is new, and what is due."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

import pytest

from archiver.clock import DAY, SECOND
from archiver.index.pictures import WantedPicture
from archiver.index.types import Finished, NamedSource, Sighting, Validators
from tests.index.values import LIST, NOW, RECHECK, answer, due, edit, failed, held, intent, key, save, saved, seen

if TYPE_CHECKING:
    from archiver.index import Index

HOUR = 3600 * SECOND


def test_what_is_new_is_said_once(index: Index) -> None:
    assert index.see(seen("a", "b", "a"), NOW, every_form=True) == [True, True, False]
    assert index.see(seen("b", "c"), NOW, every_form=True) == [False, True]
    assert index.see([], NOW, every_form=True) == []


def test_articles_come_in_the_order_in_which_they_were_seen(index: Index) -> None:
    index.see(seen("c", "a", "b"), NOW, every_form=True)
    index.see(seen("a", "0"), NOW + 1, every_form=True)
    assert due(index, NOW + 1, run=1) == ["c", "a", "b", "0"]


def test_an_article_is_claimed_once_in_a_run(index: Index) -> None:
    index.see(seen("a", "b", "c"), NOW, every_form=True)
    assert due(index, NOW, run=1, limit=2) == ["a", "b"]
    assert due(index, NOW, run=1, limit=2) == ["c"]
    assert due(index, NOW, run=1) == []
    assert due(index, NOW, run=1, limit=0) == []
    assert due(index, NOW, run=2) == ["a", "b", "c"]  # nobody has finished them


def test_what_waits_is_counted(index: Index) -> None:
    assert index.count_due(1, [LIST], NOW) == 0
    index.see([*seen("a", "b", "c"), *seen("d", place="news/other")], NOW, every_form=True)
    index.see([one._replace(site="a.example") for one in seen("e")], NOW, every_form=True)
    assert index.count_due(1, [LIST], NOW) == 4
    assert index.count_due(1, [LIST, "news/other"], NOW) == 5
    assert due(index, NOW, run=1, limit=2) == ["a", "b"]
    assert (index.count_due(1, [LIST], NOW), index.count_due(2, [LIST], NOW)) == (2, 4)
    save(index, "c")
    assert index.count_due(1, [LIST], NOW) == 1
    assert index.count_due(1, [LIST], NOW - 1) == 0


def test_what_is_seen_while_articles_are_claimed_comes_in_the_same_run(index: Index) -> None:
    index.see(seen("a"), NOW, every_form=True)
    assert due(index, NOW, run=1) == ["a"]
    index.see(seen("b"), NOW, every_form=True)
    index.see(seen("c"), NOW - HOUR, every_form=True)  # the clock went back
    assert set(due(index, NOW, run=1)) == {"b", "c"}


def test_many_articles_of_one_moment_come_in_batches(index: Index) -> None:
    names = [f"{number:03}" for number in range(250)]
    index.see(seen(*names), NOW, every_form=True)
    claimed = [name for _ in range(3) for name in due(index, NOW, run=1)]
    assert claimed == names


def test_only_what_was_seen_in_these_places_is_claimed(index: Index) -> None:
    index.see(seen("a") + seen("b", place="news/other"), NOW, every_form=True)
    assert due(index, NOW, run=1, place="news/other") == ["b"]
    assert due(index, NOW, run=1) == ["a"]
    assert index.claim(2, [], 10, NOW) == []


def test_those_without_a_post_come_first(index: Index) -> None:
    index.see(seen("a", "b"), NOW, every_form=True)
    save(index, "a", recheck=RECHECK)
    index.see(seen("c"), NOW + 7 * HOUR, every_form=True)
    assert due(index, NOW + 7 * HOUR, run=1) == ["b", "c", "a"]


def test_no_more_are_claimed_than_asked_for(index: Index) -> None:
    index.see(seen("b"), NOW, every_form=True)
    for name in ("s1", "s2", "s3"):
        save(index, name, recheck=RECHECK)
        index.see(seen(name), NOW, every_form=True)
    later = NOW + RECHECK.every
    assert due(index, later, run=1, limit=2) == ["b", "s1"]
    index.see(seen("n1", "n2", "n3"), NOW - HOUR, every_form=True)  # the clock went back: before what was claimed
    assert due(index, later, run=1, limit=3) == ["s2", "s3", "n1"]
    assert due(index, later, run=1, limit=3) == ["n2", "n3"]


def test_a_claim_says_what_is_wanted_and_what_is_held(index: Index) -> None:
    index.see(seen("a", title="Title") + seen("a", place="news/other"), NOW, every_form=True)
    (claim,) = index.claim(1, [LIST], 10, NOW)
    assert (claim.key, claim.forms, claim.places, claim.another_form) == (
        key(),
        ("share",),
        (LIST, "news/other"),
        False,
    )
    assert (claim.held.state, claim.held.known, claim.held.posts) == ("listed", {"title": "Title"}, ())


def test_another_form_is_wanted_of_what_is_held(index: Index) -> None:
    index.see(seen("a"), NOW, every_form=True)
    save(index)
    assert due(index, NOW, run=1) == []
    index.see(seen("a", form="rolling"), NOW + 1, every_form=True)
    (claim,) = index.claim(2, [LIST], 10, NOW + 1)
    assert (claim.forms, claim.another_form) == (("rolling",), True)
    assert [post.form for post in claim.held.posts] == ["share"]


@pytest.mark.parametrize("finished", [True, False])
def test_a_form_that_is_wanted_of_what_was_claimed_comes_in_the_same_run(index: Index, *, finished: bool) -> None:
    index.see(seen("a", "b"), NOW, every_form=True)
    assert due(index, NOW, run=1) == ["a", "b"]
    if finished:
        save(index)
    index.see(seen("a", form="rolling"), NOW, every_form=True)
    index.see(seen("b"), NOW, every_form=True)
    (claim,) = index.claim(1, [LIST], 10, NOW)
    assert (claim.key, claim.forms) == (key("a"), ("rolling",) if finished else ("rolling", "share"))
    assert due(index, NOW, run=1) == []


def test_only_the_first_form_is_wanted_where_one_is_enough(index: Index) -> None:
    index.see(seen("a") + seen("a", form="rolling"), NOW, every_form=False)
    (claim,) = index.claim(1, [LIST], 10, NOW)
    assert claim.forms == ("share",)
    save(index)
    index.see(seen("a", form="rolling"), NOW + 1, every_form=False)
    assert due(index, NOW + 1, run=2) == []


def test_a_sighting_of_no_form_makes_an_article_known_and_not_due(index: Index) -> None:
    assert index.see(seen("a", form=""), NOW, every_form=True) == [True]
    assert held(index).state == "listed"
    assert due(index, NOW, run=1) == []
    index.see(seen("a"), NOW + 1, every_form=True)
    assert held(index).state == "listed"


def test_an_article_was_last_seen_when_that_was_last(index: Index) -> None:
    for moment in (NOW, NOW - 5, NOW + 5, NOW + 1):
        index.see(seen("a"), moment, every_form=True)
    (history,) = index.catalogue.history("a")
    assert [tuple(place) for place in history.places] == [(LIST, NOW - 5, NOW + 5)]


def test_what_was_known_first_stays_known(index: Index) -> None:
    index.see(seen("a", title="First"), NOW, every_form=True)
    index.see([Sighting(key(), LIST, "share", {"title": "Second", "time": "08:00"})], NOW, every_form=True)
    assert held(index).known == {"title": "First", "time": "08:00"}


def test_a_failed_article_is_asked_for_later_and_later_and_then_no_more(index: Index) -> None:
    index.see(seen("a"), NOW, every_form=True)
    now, run = NOW, 0
    for wait in (600 * SECOND, HOUR, 6 * HOUR, DAY, 3 * DAY, 7 * DAY):
        index.fail([failed(), failed()], now)  # of two forms: that is one try
        run += 2
        assert due(index, now + wait - 1, run=run) == []
        assert due(index, now + wait, run=run + 1) == ["a"]
        now += wait
    index.fail([failed()], now)
    assert due(index, now + 30 * DAY, run=9999) == []
    assert held(index).state == "failed"


def test_a_post_that_is_written_forgets_the_failures(index: Index) -> None:
    index.see(seen("a"), NOW, every_form=True)
    index.fail([failed()], NOW)
    index.fail([failed()], NOW)
    save(index, at=NOW)
    index.fail([failed()], NOW)
    assert held(index).state == "saved"  # there is a post of it
    assert due(index, NOW + 600 * SECOND, run=1) == ["a"]  # the first failure again


def test_what_is_not_known_does_not_fail(index: Index) -> None:
    index.fail([failed()], NOW)
    assert held(index).state == ""


@pytest.mark.parametrize(("later", "again"), [(6 * HOUR - 1, []), (6 * HOUR, ["a"])])
def test_a_withdrawn_article_is_looked_at_again_when_it_is_listed(index: Index, later: int, again: list[str]) -> None:
    index.see(seen("a"), NOW, every_form=True)
    save(index)
    index.fail([failed(state="withdrawn", reason="gone")], NOW)
    assert held(index).state == "withdrawn"
    assert due(index, NOW + later, run=1) == []
    index.see(seen("a"), NOW + later, every_form=True)
    assert due(index, NOW + later, run=2) == again


def test_what_is_quarantined_has_no_answer_any_more(index: Index) -> None:
    index.see(seen("a"), NOW, every_form=True)
    index.finish([saved(outcome="dropped", answer=answer())], NOW)
    assert held(index).answer
    index.fail([failed(state="quarantined")], NOW)
    assert (held(index).state, held(index).answer) == ("quarantined", None)


@pytest.mark.parametrize(("age", "found"), [(2 * DAY - 6 * HOUR, ["a"]), (2 * DAY - 6 * HOUR + 1, [])])
def test_a_recheck_is_due_while_an_article_is_recent(index: Index, age: int, found: list[str]) -> None:
    index.see(seen("a"), NOW, every_form=True)
    save(index)
    index.finish([Finished(key(), "share", "checked", NOW + age, RECHECK)], NOW + age)
    assert due(index, NOW + age + 6 * HOUR - 1, run=1) == []
    assert due(index, NOW + age + 6 * HOUR, run=2) == found


def test_no_recheck_is_due_at_once(index: Index) -> None:
    index.see(seen("a"), NOW, every_form=True)
    save(index, recheck=RECHECK._replace(every=0))
    assert due(index, NOW, run=1) == []


def test_a_recheck_is_one_of_every_post(index: Index) -> None:
    index.see(seen("a"), NOW, every_form=True)
    save(index)
    index.recheck(["news/other"], NOW, NOW)
    index.recheck([LIST], NOW + 1, NOW)
    assert due(index, NOW, run=1) == []
    index.recheck([LIST], NOW, NOW)
    (claim,) = index.claim(2, [LIST], 10, NOW)
    assert (claim.forms, claim.another_form) == (("share",), False)


def test_what_gave_no_post_is_due_when_it_is_asked_for(index: Index) -> None:
    index.see(seen("a", "b", "c", "d", "e") + seen("f", place="news/other"), NOW, every_form=True)
    save(index, "a")
    for _ in range(7):
        index.fail([failed("b"), failed("c", state="quarantined"), failed("f")], NOW)  # they are given up
    index.fail([failed("d", state="refused"), failed("a")], NOW)
    assert due(index, NOW + 30 * DAY, run=1) == ["e", "a"]
    index.retry([LIST], NOW)
    assert due(index, NOW, run=2) == ["b", "c", "e"]
    index.fail([failed("b")], NOW)  # as for the first time
    assert set(due(index, NOW + 600 * SECOND, run=3)) == {"a", "b", "c", "e"}


def test_recent_articles_of_a_recipe_are_looked_at_again(index: Index) -> None:
    index.see(seen("a", "b", "c"), NOW, every_form=True)
    save(index, "a")
    save(index, "b", at=NOW - DAY)
    save(index, "c", recheck=RECHECK)
    index.look_again("news", NOW, NOW + 5)
    assert due(index, NOW + 5, run=1) == ["a"]  # for the other one of these a time is set
    assert due(index, NOW + RECHECK.every, run=2) == ["a", "c"]


def test_a_time_that_was_set_when_the_clock_was_ahead_is_no_time(index: Index) -> None:
    ahead = NOW + 1000 * DAY
    index.see(seen("a"), ahead, every_form=True)
    assert due(index, NOW, run=1) == ["a"]
    furthest = NOW + 39 * DAY  # a week is the longest wait that is set, and clocks are off by a month at most
    index.see(seen("b"), furthest, every_form=True)
    assert due(index, NOW, run=2) == ["a"]  # that may be meant
    assert due(index, NOW - 1, run=3) == ["b"]


def test_an_edit_that_is_held_back_keeps_its_article_due(index: Index) -> None:
    index.see(seen("a"), NOW, every_form=True)
    save(index)
    index.hold([edit()], NOW + 1)
    assert due(index, NOW + 1, run=1) == ["a"]
    index.finish([Finished(key(), "rolling", "checked", NOW + 2)], NOW + 2)
    assert due(index, NOW + 2, run=2) == ["a"]
    index.finish([Finished(key(), "share", "checked", NOW + 3)], NOW + 3)
    assert due(index, NOW + 3, run=3) == []


def at_site(*names: str, site: str, form: str = "share") -> list[Sighting]:
    return [one._replace(site=site) for one in seen(*names, form=form)]


def test_articles_of_a_site_wait_for_no_other_site(index: Index) -> None:
    index.see(at_site("a1", "a2", "a3", site="a.example"), NOW, every_form=True)
    index.see([*at_site("b1", site="b.example"), *seen("c")], NOW + 1, every_form=True)
    assert sorted(index.sites_due()) == ["", "a.example", "b.example"]
    assert [one.key.id for one in index.claim(1, [LIST], 2, NOW + 1, "a.example")] == ["a1", "a2"]
    assert [one.key.id for one in index.claim(1, [LIST], 2, NOW + 1, "b.example")] == ["b1"]
    assert [one.key.id for one in index.claim(1, [LIST], 2, NOW + 1, "a.example")] == ["a3"]
    assert due(index, NOW + 1, run=1) == ["c"]
    assert index.claim(1, ["elsewhere"], 9, NOW + 1, "a.example") == []
    index.fail([failed("b1", state="refused")], NOW + 1)
    assert sorted(index.sites_due()) == ["", "a.example"]


def test_what_was_only_known_of_is_due_when_it_is_wanted(index: Index) -> None:
    index.see(at_site("a", "b", site="a.example", form=""), NOW, every_form=True)
    assert index.claim(1, [LIST], 9, NOW, "a.example") == []
    assert index.see(at_site("a", site="a.example"), NOW + 1, every_form=False) == [False]
    assert [one.key.id for one in index.claim(2, [LIST], 9, NOW + 1, "a.example")] == ["a"]


@pytest.mark.parametrize(
    ("changed", "later", "found"),
    [(3600, 7200, ["a"]), (-1, 7200, []), (3600, 3500, []), (0, 7200, [])],
)
def test_an_article_is_due_that_is_said_to_be_changed_since_it_was_asked_for(
    index: Index, changed: int, later: int, found: list[str]
) -> None:
    """Not more often than once in an hour: some say of all that it is changed now."""
    save(index)
    sighting = seen("a")[0]._replace(modified=NOW + changed * SECOND)
    index.see([sighting], NOW + later * SECOND, every_form=True)
    assert due(index, NOW + later * SECOND, run=1) == found


def test_an_article_takes_over_what_it_was_listed_as(index: Index) -> None:
    """Until its answer has come nobody knows which article an address of the web is."""
    index.see(at_site("short", site="a.example"), NOW, every_form=True)
    (claim,) = index.claim(1, [LIST], 9, NOW, "a.example")
    assert claim.key == key("short")
    save(index, "whole", at=NOW + 5, listed_as=("short", "whole", "never"))
    assert held(index, "short").state == ""
    assert index.claim(2, [LIST], 9, NOW + DAY, "a.example") == []
    index.recheck([LIST], NOW, NOW + DAY)
    assert [one.key.id for one in index.claim(3, [LIST], 9, NOW + DAY, "a.example")] == ["whole"]
    save(index, "other", at=NOW + 6, listed_as=("whole",))  # of which there is a post: it stays
    assert held(index, "whole").state == "saved"


def test_an_address_that_no_server_would_answer_is_passed_over(index: Index) -> None:
    """A database has a limit for keys, and anybody may put an address into a feed."""
    noise = "".join(sha256(str(number).encode()).hexdigest() for number in range(100))  # does not get smaller packed
    longest, longer = noise[:2600], noise[:2601]
    index.see(seen("a", place=longest), NOW, every_form=True)
    assert index.see(seen("b", place=longer) + seen(longer), NOW, every_form=True) == [False, False]
    assert (due(index, NOW, run=1, place=longest), due(index, NOW, run=2, place=longer)) == (["a"], [])
    index.begin([intent("a")], NOW)
    index.finish([saved("a", places=(longer,), seen=NOW, aliases=(longest, longer), shared=(longer,))], NOW)
    assert index.known_as([longest, longer]) == {longest: key("a")}
    assert len(index.catalogue.history("a")[0].places) == 1
    index.sources.put(noise[:1300], [NamedSource(noise[:1300], "feed"), NamedSource(noise[:1301], "feed")])
    assert len(index.sources.named_by(noise[:1300])) == 1
    index.listings.add_stats(longer, 1, {}, NOW, good=True)
    index.listings.keep_validators(longer, 0, Validators('"1"'))
    index.listings.note_unfinished(longer, 1)
    index.listings.postpone(longer, NOW + 1, "[]")
    index.sources.drop(longer, NOW)
    index.pictures.want([WantedPicture(longer)], NOW)
    assert (index.listings.names(), index.sources.gone(), index.listings.postponed(NOW)) == ([], {}, {})


def test_the_same_article_many_times_at_once(index: Index) -> None:
    places = [one for number in range(5) for one in seen("a", "a", place=f"news/{number}")]
    assert index.see([*places, *places], NOW, every_form=True) == [True] + [False] * 19
    (claim,) = index.claim(1, ["news/3"], 9, NOW)
    assert claim.places == ("news/0", "news/1", "news/2", "news/3", "news/4")
    index.finish([saved("a"), saved("a")], NOW)
    index.begin([intent("a"), intent("a")], NOW)
    index.finish([saved("a", aliases=("x", "x")), saved("a", aliases=("x",))], NOW)
    assert held(index).state == "saved"


def test_what_is_refused_is_not_asked_for_again(index: Index) -> None:
    index.see(seen("a", "b"), NOW, every_form=True)
    save(index, "b")
    index.fail([failed("a", state="refused"), failed("b", state="refused")], NOW)
    assert (held(index).state, held(index, "b").state) == ("refused", "saved")
    index.see(seen("a", place="news/other"), NOW + 9, every_form=True)
    later = NOW + 99 * DAY
    assert [one.key for one in index.claim(2, [LIST, "news/other"], 9, later)] == [key("b")]  # there is a post of it
