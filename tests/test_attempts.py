"""What attempts at an article's pages say together."""

from __future__ import annotations

import pytest

from archiver.spiders.attempts import Attempt, Verdict, are_final, attempt_of_status, judge

GONE = Attempt("a.example", "withdrawn", gone=True, final=True)
THERE = Attempt("b.example", "no body", gone=False, final=True)
SILENT = Attempt("c.example", "no answer", gone=None)
OTHER = Attempt("d.example", "a video", gone=False, refused=True, final=True)


@pytest.mark.parametrize(
    ("attempts", "gone", "refused"),
    [
        ((), False, False),
        ((GONE,), True, False),
        ((GONE, GONE), True, False),
        ((GONE, SILENT), True, False),  # nobody but who answered says anything
        ((GONE, THERE), False, False),
        ((SILENT,), False, False),
        ((OTHER,), False, True),
        ((OTHER, OTHER), False, True),
        ((OTHER, SILENT), False, False),  # it may be an article all the same
        ((OTHER, GONE), False, False),
    ],
)
def test_what_all_tries_come_to(attempts: tuple[Attempt, ...], gone: bool, refused: bool) -> None:
    verdict = judge(attempts)
    assert (verdict.gone, verdict.refused) == (gone, refused)


def test_each_reason_is_said_once_with_its_hosts() -> None:
    attempts = (GONE, GONE._replace(host="www.a.example"), SILENT)
    assert judge(attempts) == Verdict("withdrawn (a.example, www.a.example); no answer (c.example)", True, False)


@pytest.mark.parametrize(
    ("status", "gone", "final"),
    [
        (None, None, False),
        (404, True, True),
        (410, True, True),
        (401, False, True),
        (402, False, True),
        (403, False, True),
        (451, False, True),
        (429, False, False),
        (500, False, False),
        (503, False, False),
    ],
)
def test_a_status_says_whether_an_article_is_gone_and_whether_to_ask_again(
    status: int | None, gone: bool | None, final: bool
) -> None:
    assert attempt_of_status("a.example", "why", status) == Attempt("a.example", "why", gone, final=final)


def test_only_what_every_page_refuses_is_final() -> None:
    assert are_final((GONE, OTHER))
    assert not are_final((GONE, SILENT))
