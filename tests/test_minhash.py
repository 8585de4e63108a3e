"""Near-duplicates: what signatures tell, and how well (docs/crawling.md has the figures)."""

from __future__ import annotations

from itertools import combinations, pairwise
from random import Random
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rensa import RMinHash

from archiver import minhash
from archiver.minhash import MIN_DISTINCT_SHINGLES, MIN_SIMILARITY, SIGNATURE_BANDS, bands, signature, similarity
from bench.syndication import CHANGES, SYLLABLES, Language, copies

if TYPE_CHECKING:
    from collections.abc import Iterator

ENGLISH, CHINESE = Language("en"), Language("zh")
# A report that a program writes of each share, each day.
REPORT = {
    "zh": "{0}（{1}）融资买入{2}万元，融资偿还{3}万元，融资净买入{4}万元，当前融资余额{5}亿元，占流通市值的{6}%，超过"
    "历史{7}%分位水平。融券方面，{0}融券卖出{8}万股，融券偿还{9}万股，融券余量{10}万股，融券余额{11}万元。{0}当日两融余额较前"
    "一交易日上升{12}%，近{13}个交易日累计上升{14}%，两市排名第{15}位。最新股价报{16}元，涨幅{17}%，换手率{18}%。",
    "en": "Shares of {0} ({1}) rose {2}% to ${3} on Friday, with {4} shares traded. The company has a market value of "
    "${5} billion and a price-to-earnings ratio of {6}. {0} opened at ${7} and traded between ${8} and ${9}. The "
    "50-day moving average is ${10}. {0} reported earnings of ${11} per share for the last quarter, compared with "
    "${12} a year earlier, on revenue of ${13} million. {14} analysts rate the stock a buy, {15} a hold and {16} a "
    "sell, with an average price target of ${17}. The firm paid a dividend of ${18} per share.",
}


def said(paragraphs: list[str]) -> bytes:
    return signature("\n".join(paragraphs)).content


def is_found(one: bytes, other: bytes) -> bool:
    return bool({*bands(one)} & {*bands(other)}) and similarity(one, other) >= MIN_SIMILARITY


@pytest.fixture(scope="module")
def pairs() -> dict[tuple[str, str], list[bool]]:
    """Whether copies of articles are found, by language and what was done to them."""
    found: dict[tuple[str, str], list[bool]] = {}
    for name in SYLLABLES:
        random, language = Random(name), Language(name)
        for _ in range(15):
            original, other = language.paragraphs(random), language.paragraphs(random)
            content = said(original)
            for change, text in copies(original, name, random, other):
                found.setdefault((name, change), []).append(is_found(content, signature(text).content))
    return found


def test_copies_are_found(pairs: dict[tuple[str, str], list[bool]]) -> None:
    assert len(pairs) == len(SYLLABLES) * len(CHANGES)
    for (language, change), found in pairs.items():
        share = sum(found) / len(found)
        assert share >= 0.8 or change == "cut to 1/2", (language, change, share)
    halves = [one for (_, change), found in pairs.items() if change == "cut to 1/2" for one in found]
    assert sum(halves) / len(halves) >= 0.6
    for language in SYLLABLES:  # recall
        of_it = [one for (name, _), found in pairs.items() if name == language for one in found]
        assert sum(of_it) / len(of_it) >= 0.9, language


def others() -> Iterator[tuple[bytes, bytes]]:
    """Yield the signatures of two articles each that are no copies of one another: of one language, of one event (two
    sentences are the same), of one template."""
    random = Random(7)
    for language in (ENGLISH, CHINESE):
        articles = [language.paragraphs(random, 6) for _ in range(60)]
        yield from combinations(map(said, articles), 2)
        quote = [language.sentence(random), language.sentence(random)]
        yield from ((said(one + quote), said(quote + other)) for one, other in pairwise(articles))
        names = [language.sentence(random)[:4] for _ in range(40)]
        reports = [REPORT[language.name].format(name, *(random.randint(2, 99999) for _ in range(18))) for name in names]
        yield from combinations((said([one]) for one in reports), 2)


def test_what_is_no_copy_is_not_found(pairs: dict[tuple[str, str], list[bool]]) -> None:
    wrong = sum(is_found(one, other) for one, other in others())
    right = sum(map(sum, pairs.values()))
    assert right / (right + wrong) >= 0.99  # precision
    assert wrong == 0


def test_a_signature_is_what_it_was() -> None:
    """What is in the archives of users can be compared: where this fails, other signatures are made, and the scheme
    must be another one."""
    english, chinese = (signature("\n".join(one.paragraphs(Random(1), 3))) for one in (ENGLISH, CHINESE))
    assert english.scheme == chinese.scheme == "minhash-1-rensa-2-14c3a3ea"
    assert (english.content[:8].hex(), chinese.content[:8].hex()) == ("e8e11c6944dea9f3", "ded0cd029d6b9201")


def test_an_algorithm_that_makes_others_has_another_scheme(monkeypatch: pytest.MonkeyPatch) -> None:
    class Other:
        ALGORITHM_VERSION = RMinHash.ALGORITHM_VERSION

        hash_token_sets = RMinHash.hash_token_sets

        @staticmethod
        def digest_matrix_from_flat_token_hashes(*arguments: Any) -> Any:
            rows = RMinHash.digest_matrix_from_flat_token_hashes(*arguments).to_rows()
            return SimpleNamespace(to_rows=lambda: [[value ^ 1 for value in row] for row in rows])

    before = minhash.scheme()
    minhash.scheme.cache_clear()
    monkeypatch.setattr(minhash, "RMinHash", Other)
    try:
        assert minhash.scheme() != before
    finally:
        minhash.scheme.cache_clear()


@pytest.mark.parametrize("language", [ENGLISH, CHINESE], ids=["en", "zh"])
def test_case_and_punctuation_make_no_difference(language: Language) -> None:
    paragraphs = language.paragraphs(Random(3), 4)
    wide = "\n".join(paragraphs).upper().replace(".", " ... ").replace("。", "；")
    assert signature(wide) == signature("\n\n".join(paragraphs))


def test_short_texts_are_like_no_other() -> None:
    short = signature(" ".join(f"word{number}" for number in range(MIN_DISTINCT_SHINGLES + 3)))
    assert short.content == b""
    assert similarity(short.content, short.content) == 0
    assert signature(" ".join(f"word{number}" for number in range(MIN_DISTINCT_SHINGLES + 4))).content
    assert signature("again and again " * 200).content == b""
    assert signature("说了又说" * 200).content == b""


@given(st.text(max_size=300))
def test_any_text_has_a_signature(text: str) -> None:
    one = signature(text * 3)
    assert len(one.content) in (0, 256)
    if one.content:
        assert similarity(one.content, one.content) == 1
        assert len(set(bands(one.content))) == SIGNATURE_BANDS
        assert all(0 <= band < 2**63 for band in bands(one.content))
