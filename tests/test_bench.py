"""What the benches count and reckon, without measuring anything."""

from __future__ import annotations

import hypothesis.strategies as st
import pytest
from hypothesis import given

from bench.index import _waits
from bench.simulate import Costs, Machines, costs_of, outcome, throughput
from bench.trips import Waits
from bench.workers import Round


def test_a_client_waits_where_it_asks_for_answers_before_it_goes_on() -> None:
    said = """F Parse|F Bind|F Flush|B ParseComplete|B DataRow|F Bind|B BindComplete|F Sync|F Flush|B ReadyForQuery"""
    messages = [["time", one[0], "9", one[2:]] for one in said.split("|")]
    assert _waits(messages) == 2
    assert _waits([["what is no message"], *messages[:3]]) == 0  # nothing has come yet


def test_a_trip_is_what_a_client_waits_for() -> None:
    waits = Waits()

    def sent(*messages: bytes) -> bool:
        for message in messages:
            waits.sent(message)
        return waits.came()

    assert sent(b"\0\0\0\x08\x04\xd2\x16\x2f")  # whether all is to be encrypted
    assert sent(b"\0\0\0\x09\0\x03\0\0\0")  # a session begins
    assert not waits.came()  # the rest of the same answer
    assert not sent(b"P\0\0\0\x05S", b"B\0\0")  # a statement, and a part of the next message
    assert not sent(b"\0\x05H")
    assert sent(b"B\0\0\0\x04S\0\0\0\x04")
    assert sent(b"H\0\0\0\x04")
    assert sent(b"Q\0\0\0\x05\0")


COSTS = st.builds(
    Costs,
    worker=st.floats(0.001, 0.1),
    server=st.floats(0.0001, 0.02),
    trips=st.floats(0.01, 10),
    commits=st.floats(0.01, 5),
    log=st.floats(100, 50_000),
    page=st.floats(1000, 500_000),
    puts=st.floats(0, 5),
    beats=st.floats(0, 2),
)


@given(COSTS, st.integers(1, 300))
def test_more_workers_never_make_less_and_never_more_than_the_busiest_part_lets_through(
    costs: Costs, workers: int
) -> None:
    machines = Machines(connections=1000)
    calm = costs._replace(beats=0)  # what is there without work takes from all
    few, many = (outcome(count, calm, machines) for count in (workers, workers + 1))
    assert few.rate <= many.rate * (1 + 1e-9)
    assert many.rate <= (workers + 1) * outcome(1, calm, machines).rate * (1 + 1e-9)
    assert max(part for name, part in many.busy.items() if name != "connections") <= 1 + 1e-9
    assert outcome(workers, costs, machines).rate <= few.rate * (1 + 1e-9)


def test_one_worker_waits_for_nobody() -> None:
    assert throughput(1, 0.3, [0.1, 0.1]) == pytest.approx(2)
    assert throughput(2, 0, [0.5]) == pytest.approx(2)  # one is served, and the other waits
    assert throughput(1000, 1, [0.01, 0.002]) == pytest.approx(100, rel=0.01)


def test_an_article_costs_what_was_measured() -> None:
    costs = costs_of(Round(rate=50, workers=14, server=3, transactions=4, log=12.5, trips=1.5))
    assert (costs.worker, costs.server, costs.commits, costs.log, costs.trips) == (0.014, 0.003, 4, 12_500, 1.5)


def test_what_breaks_is_named() -> None:
    costs = Costs(worker=0.01, server=0.001, trips=1, commits=0.1, log=1000, page=1000, puts=0)
    assert outcome(150, costs, Machines(connections=100)).limit == "connections"
    assert outcome(150, costs, Machines(connections=100)).at_work == 100
    for limit, machines in {
        "database cores": Machines(cores=1),
        "database flushes": Machines(flush=0.1, together=1),
        "database log": Machines(log=1e5),
        "bandwidth": Machines(net=1e4),
    }.items():
        assert outcome(99, costs, machines).limit == limit
    assert outcome(99, costs._replace(puts=5), Machines(puts=10)).limit == "object requests"


def test_money_is_that_of_machines_and_requests() -> None:
    costs = Costs(worker=1, server=1e-9, trips=0, commits=1, log=0, page=0, puts=0, beats=0)
    free = Machines(flush=0, core_hour=3600, server_hour=0, thousand_puts=0)
    assert outcome(1, costs, free).dollars == pytest.approx(1e6)  # a dollar a second, an article a second
    assert outcome(1, costs._replace(puts=2), free._replace(put=0, puts=1e9, thousand_puts=1)).dollars == pytest.approx(
        1e6 + 2000
    )
