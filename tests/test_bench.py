"""What the benches count and reckon, without measuring anything."""

from __future__ import annotations

from bench.index import _waits


def test_a_client_waits_where_it_asks_for_answers_before_it_goes_on() -> None:
    said = """F Parse|F Bind|F Flush|B ParseComplete|B DataRow|F Bind|B BindComplete|F Sync|F Flush|B ReadyForQuery"""
    messages = [["time", one[0], "9", one[2:]] for one in said.split("|")]
    assert _waits(messages) == 2
    assert _waits([["what is no message"], *messages[:3]]) == 0  # nothing has come yet
