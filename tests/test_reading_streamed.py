"""Pages that come in parts: what stands hidden at their end is read where its script would put it."""

from __future__ import annotations

import pytest

from archiver.documents import read_document

START, END = "<p>It begins here.</p>", "<p>It ends here.</p>"
WAITING = '<!--$?--><template id="B:{}"></template><p>Loading…</p><!--/$-->'


def shown(inner: str) -> list[str]:
    """Return the paragraphs of a page that has `inner` for its body, in their order."""
    page = read_document(f"<!DOCTYPE html><title>t</title><body>{inner}".encode())
    return ["".join(paragraph.itertext()) for paragraph in page.tree.iter("p")]


def part(name: str, inner: str) -> str:
    return f'<div hidden id="S:{name}">{inner}</div>'


def test_a_part_stands_where_it_was_waited_for() -> None:
    came = part("0", "<p>It goes on.</p>") + '<script>$RC("B:0","S:0")</script>'
    assert shown(START + WAITING.format(0) + END + came) == ["It begins here.", "It goes on.", "It ends here."]


def test_the_script_says_which_part_goes_where() -> None:
    waiting = WAITING.format(0) + WAITING.format(1)
    came = part("0", "<p>second</p>") + part("1", "<p>first</p>")
    assert shown(waiting + came + '<script>$RC("B:0","S:1");$RC("B:1","S:0")</script>') == ["first", "second"]
    assert shown(waiting + came) == ["second", "first"]  # without it, by their numbers


def test_a_part_may_have_parts() -> None:
    outer = part("0", '<p>outer</p><template id="P:1"></template><p>end</p>')
    came = outer + part("1", "<p>inner</p>") + '<script>$RS("S:1","P:1");$RC("B:0","S:0")</script>'
    assert shown(WAITING.format(0) + came) == ["outer", "inner", "end"]


def test_text_between_elements_stays_in_its_order() -> None:
    page = read_document(
        f"<body><div>one {WAITING.format('a')} four</div>{part('a', 'two <b>bold</b> three')}".encode()
    )
    assert " ".join("".join(page.tree.find("body").itertext()).split()) == "one two bold three four"


def test_what_is_shown_until_a_part_comes_stays_if_it_does_not_come() -> None:
    came = part("1", "<p>came</p>")
    assert shown(WAITING.format(0) + WAITING.format(1) + came) == ["Loading…", "came"]


@pytest.mark.parametrize(
    "odd",
    [
        part("0", f"<p>in itself</p>{WAITING.format(0)}"),
        part("0", f"<div><p>in itself</p><div>{WAITING.format(0)}</div></div>"),
        part("0", WAITING.format(1)) + part("1", f"<p>in a ring</p>{WAITING.format(0)}"),
        part("0", "<p>without a place</p>"),
        part("0", "<p>once</p>") + part("0", "<p>twice</p>") + WAITING.format(0) * 2,
        WAITING.format(0)
        + part("0", "once")
        + part("1", "<p>twice</p>")
        + '<script>$RC("B:0","S:0");$RC("B:0","S:1")</script>',
    ],
)
def test_parts_that_no_server_sends_lose_nothing_and_end(odd: str) -> None:
    told = [text for text in ("in itself", "in a ring", "without a place", "once", "twice") if f"<p>{text}" in odd]
    assert set(told) <= set(shown(START + odd))


def test_many_parts_cost_what_they_are() -> None:
    count = 3000
    page = "".join(WAITING.format(f"{number:x}") for number in range(count))
    page += "".join(part(f"{number:x}", f"<p>{number}</p>") for number in range(count))
    assert shown(page) == [str(number) for number in range(count)]
