"""Workers: who has what, what becomes of it when one ends, and when a run has nothing left to do."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

import pytest

from archiver.clock import SECOND
from archiver.errors import LockedError
from archiver.index import Question
from archiver.index.leases import RECIPE, SITE
from archiver.index.workers import OpenRun
from tests.index.values import LIST, NOW, due, held, intent, key, save, saved, seen

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from archiver.index import Index

LATER = NOW + 10 * SECOND
A, B = "a.example", "b.example"


class Crew:
    """Two workers of a run. In a file, and here on a server too, they take turns with one connection."""

    def __init__(self, index: Index) -> None:
        self.index = index
        self.run = index.workers.begin_run("crawl", NOW, {"listings": ["news"]})
        self.first, self.second = (index.workers.join(self.run, NOW) for _ in range(2))

    def be(self, worker: int) -> Index:
        """Be one of the workers, or (0) who has the archive alone."""
        self.index._database.worker = worker
        return self.index

    def end(self, worker: int, output: Path) -> bool:
        """Have the other one take over from a worker."""
        index = self.be(self.second if worker == self.first else self.first)
        (ended,) = [one for one in index.workers.of_run(self.run) if one.number == worker]
        # It is one connection: that of the other must not end with it.
        index._database.write("UPDATE workers SET writer = 0")
        return index.workers.take_over(ended, output, LATER)


@pytest.fixture
def crew(index: Index) -> Iterator[Crew]:
    """Two workers."""
    made = Crew(index)
    yield made
    made.be(0)


def free(index: Index, kind: str, names: list[str], run: int) -> list[str]:
    """Those that nobody has, and that were not done in a run."""
    taken = index._database.rows("SELECT name FROM leases WHERE worker <> 0 OR run = ?", run)
    return [name for name in names if (f"{kind} {name}",) not in taken]


def take_hosts(index: Index, hosts: dict[str, int]) -> dict[str, int]:
    """The hosts that a worker gets, and how long it is to wait for each."""
    return dict(index.workers.poll_hosts({}, hosts, hosts).came)


def test_a_worker_is_known_from_when_it_joins(crew: Crew) -> None:
    index = crew.be(crew.first)
    index.workers.renew(NOW, "", 1, 1, {"counts": {"written": 3}})
    index.workers.renew(LATER, "a.example", 3, 5)
    one, other = index.workers.at_work()
    assert (one.number, one.heard, one.doing, one.articles, one.requests) == (crew.first, LATER, "a.example", 3, 5)
    assert (one.state, one.results) == ("busy", {"counts": {"written": 3}})
    assert (other.number, other.heard, other.started, other.results) == (crew.second, NOW, NOW, {})
    assert index.workers.of_run(crew.run) == [one, other]
    assert index.workers.of_run(crew.run + 1) == []


def test_numbers_of_workers_never_come_again(crew: Crew) -> None:
    crew.be(0).workers.forget()
    assert crew.index.workers.at_work() == []
    assert crew.index.workers.join(crew.run, NOW) == 0  # nobody goes on with what they had not ended
    assert crew.index.workers.join(crew.index.workers.begin_run("crawl", NOW), NOW) > crew.second


def test_one_worker_has_what_it_takes(crew: Crew) -> None:
    assert crew.be(crew.first).workers.take(SITE, [B, A], crew.run) == [A, B]
    index = crew.be(crew.second)
    assert free(index, SITE, ["c.example", A], crew.run) == ["c.example"]
    assert index.workers.take(SITE, [A, "c.example"], crew.run) == ["c.example"]
    assert index.workers.take(RECIPE, [A], crew.run) == [A]  # it is another thing
    crew.be(crew.first).workers.give_back(SITE, [A])
    assert crew.be(crew.second).workers.take(SITE, [A, B], crew.run) == [A]


def test_a_share_is_of_what_is_free(crew: Crew) -> None:
    names = [f"{name}.example" for name in "abcdef"]
    assert crew.be(crew.first).workers.take_share(SITE, names, crew.run, 3, 9) == names[:2]
    index = crew.be(crew.second)
    assert index.workers.take_share(SITE, names, crew.run, 2, 1) == names[2:3]  # no more than it may have
    assert index.workers.take_share(SITE, names, crew.run, 1, 9) == names[3:]
    assert crew.be(crew.first).workers.take_share(SITE, names, crew.run, 1, 9) == []


def test_what_is_done_is_done_once_in_a_run(crew: Crew) -> None:
    index = crew.be(crew.first)
    index.workers.take("listing", [LIST], crew.run)
    index.workers.give_back("listing", [LIST], done_in=crew.run)
    for worker in (crew.first, crew.second):
        assert crew.be(worker).workers.take("listing", [LIST], crew.run) == []
        assert free(crew.index, "listing", [LIST], crew.run) == []
    crew.be(0).workers.forget()
    other = crew.index.workers.begin_run("crawl", LATER)
    crew.index.workers.join(other, LATER)
    assert crew.index.workers.take("listing", [LIST], other) == [LIST]


def test_workers_have_one_run_at_a_time(crew: Crew) -> None:
    assert crew.be(0).workers.begin_run("crawl", LATER) == 0
    assert crew.index.workers.report_of(crew.run) is None
    crew.index.runs.end(crew.run, {"counts": {}}, LATER)
    assert crew.index.workers.begin_run("crawl", LATER) == 0  # its workers have not left
    assert (crew.index.workers.report_of(crew.run), crew.index.workers.last_end()) == ({"counts": {}}, LATER)
    assert crew.index.workers.are_noted()
    crew.index.workers.forget()
    assert not crew.index.workers.are_noted()
    assert crew.index.workers.begin_run("crawl", LATER) > crew.run


def test_what_waits_is_what_nobody_has(crew: Crew) -> None:
    index = crew.be(crew.first)
    index.see([one._replace(site=A) for one in seen("a")], NOW, every_form=True)
    index.see([one._replace(site=B) for one in seen("b")], LATER, every_form=True)
    index.see(seen("c"), NOW, every_form=True)
    assert index.waiting(crew.run, [LIST], NOW) == [("news", ""), ("", A)]
    assert index.waiting(crew.run, [LIST], LATER) == [("news", ""), ("", A), ("", B)]
    assert index.waiting(crew.run, ["news/other"], LATER) == []
    index.workers.take(SITE, [A], crew.run)
    assert index.waiting(crew.run, [LIST], LATER) == [("news", ""), ("", B)]
    index.workers.take(RECIPE, ["news"], crew.run)
    assert index.waiting(crew.run, [LIST], LATER) == [("", B)]
    assert len(index.claim(crew.run, [LIST], 9, LATER, B)) == 1
    assert index.waiting(crew.run, [LIST], LATER) == []  # it was claimed in this run


def test_a_host_is_asked_by_one_and_not_before_its_time(crew: Crew) -> None:
    index = crew.be(crew.first)
    index._database.present = str(NOW)
    assert take_hosts(index, {A: SECOND, B: 2}) == {A: 0, B: 0}
    assert take_hosts(crew.be(crew.second), {A: SECOND}) == {}
    index = crew.be(crew.first)
    assert index.workers.poll_hosts({}, {}, ()).wanted == [A]
    index.workers.poll_hosts({A: 10 * SECOND}, {}, ())
    assert index.workers.poll_hosts({}, {}, ()).wanted == []
    index._database.present = str(NOW + 2 * SECOND)
    assert take_hosts(crew.be(crew.second), {A: SECOND, B: 2}) == {A: 8 * SECOND}
    crew.be(crew.first).workers.poll_hosts({A: 1}, {}, ())  # it has it no more
    assert take_hosts(crew.be(crew.second), {A: SECOND}) == {A: 8 * SECOND}


def test_a_clock_that_is_set_back_keeps_nobody_from_a_host_for_long(crew: Crew) -> None:
    index = crew.be(crew.first)
    index._database.present = str(NOW)
    take_hosts(index, {A: SECOND})
    index.workers.poll_hosts({A: SECOND // 2}, {}, ())
    index._database.present = str(NOW - 600 * SECOND)
    assert take_hosts(crew.be(crew.second), {A: SECOND}) == {A: SECOND}


def test_what_is_taken_together_is_taken_whole_or_not(crew: Crew) -> None:
    nothing = Question(frozenset(), frozenset())
    assert crew.be(crew.first).look_up(nothing, ["b", "a"])
    assert crew.index.look_up(nothing, ["b", "a"])  # it has them: the answer may have been lost
    assert not crew.be(crew.second).look_up(nothing, ["a", "c"])
    assert crew.be(crew.first).look_up(nothing, ["c"])  # the second has not kept it
    crew.index.workers.drop("article", ["a", "c"])
    assert crew.be(crew.second).look_up(nothing, ["a"])
    assert crew.index._database.rows("SELECT name, worker FROM leases ORDER BY name") == [
        ("article a", crew.second),
        ("article b", crew.first),
    ]


def test_a_run_is_over_when_nobody_finds_anything_to_do(crew: Crew) -> None:
    assert not crew.be(crew.first).workers.go_idle(crew.run)
    assert crew.index.workers.take(SITE, [A], crew.run) == [A]  # there is something, after all
    take_hosts(crew.index, {B: SECOND})  # which it may have asked lately
    assert not crew.be(crew.second).workers.go_idle(crew.run)
    assert not crew.be(crew.first).workers.go_idle(crew.run)  # it has something
    crew.index.workers.give_back(SITE, [A])
    assert crew.index.workers.go_idle(crew.run)
    assert crew.be(crew.second).workers.go_idle(crew.run)
    assert crew.index.workers.take(SITE, [B], crew.run) == []
    assert crew.index.workers.open_run() is None
    assert crew.index.workers.join(crew.run, LATER) == 0


def test_who_joins_late_is_waited_for(crew: Crew) -> None:
    assert not crew.be(crew.first).workers.go_idle(crew.run)
    assert crew.index.workers.open_run() == OpenRun(crew.run, {"listings": ["news"]})
    third = crew.be(0).workers.join(crew.run, LATER)
    assert not crew.be(crew.second).workers.go_idle(crew.run)
    assert crew.be(third).workers.go_idle(crew.run)


def test_whoever_leaves_last_is_the_last(crew: Crew) -> None:
    assert not crew.be(crew.second).workers.leave(crew.run, {}, LATER)
    assert crew.be(crew.first).workers.leave(crew.run, {}, LATER)


def test_the_last_one_that_leaves_learns_it(crew: Crew) -> None:
    crew.be(crew.first).workers.take(SITE, [A], crew.run)
    assert not crew.index.workers.leave(crew.run, {"counts": {"written": 1}}, LATER)
    assert crew.be(crew.second).workers.take(SITE, [A], crew.run) == [A]
    assert crew.index.workers.leave(crew.run, {}, LATER)
    assert [one.number for one in crew.index.workers.at_work()] == [crew.second]  # it is to end the run
    assert crew.index.workers.begin_run("crawl", LATER) == 0
    assert not crew.index.workers.all_left()
    crew.index.workers.end()
    assert crew.index.workers.all_left()
    assert crew.index.workers.at_work() == []
    assert [one.results for one in crew.index.workers.of_run(crew.run)] == [{"counts": {"written": 1}}, {}]
    assert crew.index.workers.open_run() is None


def test_of_one_that_was_taken_for_dead_nothing_is_kept(crew: Crew, tmp_path: Path) -> None:
    crew.be(crew.first).see(seen("a"), NOW, every_form=True)
    assert crew.end(crew.first, tmp_path)
    assert not crew.end(crew.first, tmp_path)  # it was done
    assert [one.number for one in crew.index.workers.lost()] == [crew.first]
    assert [one.number for one in crew.index.workers.at_work()] == [crew.second]
    if not crew.index._database.writer:  # on a server the row of the writer tells (test_server)
        with pytest.raises(LockedError, match="was not heard of for too long"):
            save(crew.be(crew.first), "a")
        assert held(crew.be(crew.second)).posts == ()


def test_what_it_had_claimed_is_claimed_by_others_and_what_it_had_done_is_not(crew: Crew, tmp_path: Path) -> None:
    index = crew.be(crew.first)
    index.see([one._replace(site=A) for one in seen("a", "b", "c")], NOW, every_form=True)
    index.see(seen("d"), NOW, every_form=True)
    index.see([one._replace(site=B) for one in seen("e")], NOW, every_form=True)
    index.workers.take(SITE, [A], crew.run)
    index.workers.take(RECIPE, ["news"], crew.run)
    assert len(index.claim(crew.run, [LIST], 2, NOW, A)) == 2
    assert len(index.claim(crew.run, [LIST], 2, NOW)) == 1
    save(index, "a")
    index = crew.be(crew.second)
    index.workers.take(SITE, [B], crew.run)
    assert len(index.claim(crew.run, [LIST], 2, NOW, B)) == 1
    assert crew.end(crew.first, tmp_path)
    assert index.workers.take(SITE, [A], crew.run) == [A]
    assert index.workers.take(RECIPE, ["news"], crew.run) == ["news"]
    assert due(index, NOW, run=crew.run) == ["d"]
    assert {one.key.id for one in index.claim(crew.run, [LIST], 9, NOW, A)} == {"b", "c"}
    assert index.claim(crew.run, [LIST], 9, NOW, B) == []  # it is the other one's, who lives


def test_a_host_that_it_asked_is_left_alone_as_long_as_after_a_request(crew: Crew, tmp_path: Path) -> None:
    take_hosts(crew.be(crew.first), {A: SECOND})
    crew.index._database.present = str(LATER)
    assert crew.end(crew.first, tmp_path)
    assert take_hosts(crew.index, {A: SECOND}) == {A: SECOND}


def test_the_next_run_leaves_hosts_alone_as_long_as_this_one_would(crew: Crew) -> None:
    index = crew.be(crew.first)
    index._database.present = str(NOW)
    take_hosts(index, {A: SECOND, B: 2 * SECOND, "c.example": SECOND})
    index.workers.poll_hosts({B: SECOND // 2, "c.example": 0}, {}, ())  # and A is its own when it is killed
    crew.be(0).workers.forget()
    assert index._database.rows("SELECT name FROM leases ORDER BY name") == [(f"host {A}",), (f"host {B}",)]
    crew.be(index.workers.join(index.workers.begin_run("crawl", LATER), LATER))
    expected = {A: SECOND, B: SECOND // 2, "c.example": 0}
    assert take_hosts(index, {A: SECOND, B: SECOND, "c.example": SECOND}) == expected


def test_what_it_was_writing_is_settled_by_what_is_on_disk(crew: Crew, tmp_path: Path) -> None:
    index = crew.be(crew.first)
    there, lost = intent("a", path="_posts/a.md"), intent("b", path="_posts/b.md")
    (tmp_path / "_posts").mkdir()
    (tmp_path / "_posts/a.md").write_bytes(b"text")
    assert there.sha256 == sha256(b"text").digest()
    index.begin([there, lost], NOW)
    index = crew.be(crew.second)
    index.begin([intent("c", path="_posts/c.md")], NOW)
    assert crew.end(crew.first, tmp_path)
    assert [post.path for post in held(index).posts] == ["_posts/a.md"]
    assert index.held([key("b")])[key("b")].posts == ()
    index.finish([saved("c")], NOW)  # the other one's is as it was
    assert [post.path for post in index.held([key("c")])[key("c")].posts] == ["_posts/c.md"]


def test_what_a_run_is_limited_to_its_workers_share(index: Index) -> None:
    index.see([one._replace(site=A) for one in seen("a", "b", "c", "d")], NOW, every_form=True)
    workers = index.workers
    run = workers.begin_run("crawl", NOW, limits={"articles": 3})
    workers.join(run, NOW)
    assert [one.key.id for one in index.claim(run, [LIST], 9, NOW, A, parts=2)] == ["a", "b"]
    assert index.claim(run, [LIST], 9, NOW, B, parts=1) == []  # what it does not find it leaves
    assert workers.take_quota("articles", 9, 1) == 1
    workers.return_quota("articles", 1)
    assert len(index.claim(run, [LIST], 9, NOW, A, parts=1)) == 1
    assert index.claim(run, [LIST], 9, NOW, A, parts=1) == []
    assert workers.take_quota("requests", 9, 2) == 9  # they are not limited
    index.runs.end(run, {}, NOW)
    index._database.worker = 0
    workers.forget()
    assert workers.take_quota("articles", 9, 1) == 9
    run = workers.begin_run("crawl", NOW, limits={"requests": 5})
    workers.join(run, NOW)
    assert (workers.take_quota("requests", 9, 2), workers.take_quota("requests", 9, 2)) == (3, 1)
