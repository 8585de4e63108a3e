"""What is done with an article: every decision, and what no order of captures may change."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.article import PAYWALLED_RULE, Article, Post
from archiver.captures import Capture
from archiver.clock import micros
from archiver.decide import (
    Believe,
    Candidate,
    Doubt,
    Hold,
    Keep,
    Older,
    Policy,
    Quarantine,
    SameText,
    Write,
    decide,
    in_order,
)
from archiver.errors import QuarantineError
from archiver.index import ArticleKey, EarlierContent, Held, HeldPost
from archiver.recipes import load_recipes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from archiver.decide import Decision, Judge, Verdict

RECIPE = load_recipes()["eastmoney"]
PAGES = [page.name for page in RECIPE.pages]
KEY = ArticleKey("eastmoney", "202403150001234567")
NOON = datetime(2024, 3, 15, 12, tzinfo=UTC)
ZONE = ZoneInfo("Asia/Shanghai")
PATH = "_posts/2024-03-15-NW1.md"
UNKNOWN = Held(KEY)


def content_of(text: str, markup: str = "", title: str = "题") -> bytes:
    """Return a post that says `text`."""
    return f'---\nlayout: post\ntitle: "{title}"\n---\n<p{markup}>{text}</p>'.encode()


def article(text: str = "文", minutes: int = 0, rank: int = 0, **fields: Any) -> Article:
    """Return an article that came so many minutes after noon, with a post."""
    made = Article(
        recipe=KEY.recipe,
        form="share",
        id=KEY.id,
        address=KEY.id,
        page=PAGES[rank],
        rank=rank,
        response_url=f"http://site.example/{PAGES[rank]}",
        fetched=NOON + timedelta(minutes=minutes),
        rules={"body": f"{PAGES[rank]}:text", "time": "text:date iso"},
        published=datetime(2024, 3, 15, 8, tzinfo=ZONE),
        text_digest=f"digest of {text}",
        post=Post(PATH.rpartition("/")[2], content_of(text)),
    )
    return replace(made, **fields)


def capture_of(made: Article, payload: str = "00") -> Capture:
    """Return the capture of an article's answer."""
    return Capture("_captures/a.warc.gz", 0, 1, payload, made.response_url, made.fetched)


def captured(made: Article, payload: str = "00", *, believed: bool = True) -> Candidate:
    """Return an article that was made of a capture."""
    return Candidate(made, capture_of(made, payload), believed)


def held(text: str = "文", **fields: Any) -> Held:
    """Return what is held when an article that says `text` was written at noon."""
    made = article(text)
    assert made.post
    digest = sha256(made.post.content).digest()
    post = HeldPost("share", PATH, digest, NOON.astimezone(ZONE), micros(made.fetched), 1, made.rules, capture_of(made))
    return Held(KEY, "saved", made.text_digest, {}, (post._replace(**fields),))


def judge_all(verdict: Verdict) -> Judge:
    """Return a judge who thinks the same of every text."""
    return lambda *_: verdict


def untouched(made: Article) -> Article:
    """Return an article as it is."""
    return made


def decisions(
    of: Held,
    made: Sequence[Candidate],
    policy: Policy = Policy(),  # noqa: B008 - it is a constant
    verdict: Verdict = Believe(),  # noqa: B008
    on_disk: dict[str, bytes | None] | None = None,
) -> list[Decision]:
    """Return what is decided when all texts are thought the same of."""
    return decide(of, made, RECIPE, policy, judge_all(verdict), untouched, on_disk or {})


def decision(of: Held, made: Candidate, **more: Any) -> Decision:
    """Return what is decided about one candidate."""
    (only,) = decisions(of, [made], **more)
    return only


def test_a_new_article_is_written_where_nothing_should_be() -> None:
    found = decision(UNKNOWN, Candidate(article()))
    assert isinstance(found, Write)
    assert (found.path, found.expected, found.force) == (PATH, None, False)


def test_a_new_post_goes_into_the_folder_of_its_month_if_so_asked() -> None:
    found = decision(UNKNOWN, Candidate(article()), policy=Policy(by_month=True))
    assert isinstance(found, Write)
    assert found.path == f"_posts/2024/03/{PATH.rpartition('/')[2]}"


def test_a_held_post_stays_in_its_place() -> None:
    elsewhere = held(path="_posts/2024/03/other.md")
    found = decision(elsewhere, Candidate(article("新", 1)), policy=Policy(by_month=True))
    assert isinstance(found, Write)
    assert found.path == "_posts/2024/03/other.md"


def test_an_edit_replaces_just_what_is_held() -> None:
    found = decision(held(), Candidate(article("新", 1)))
    assert isinstance(found, Write)
    assert found.expected == held().posts[0].sha256


def test_what_is_the_same_is_kept_and_put_back_if_it_is_gone() -> None:
    found = decision(held(), Candidate(article(minutes=1)))
    assert isinstance(found, Keep)
    assert (found.why, found.restore, found.captured) == ("unchanged", content_of("文"), True)


def test_what_is_the_same_and_has_no_capture_can_get_one() -> None:
    found = decision(held(capture=None), Candidate(article(minutes=1)))
    assert isinstance(found, Keep)
    assert not found.captured


def test_force_writes_even_the_same() -> None:
    found = decision(held(), Candidate(article(minutes=1)), policy=Policy(force=True))
    assert isinstance(found, Write)
    assert found.force


def test_an_article_without_a_post_is_quarantined_with_its_reason() -> None:
    found = decision(held(), Candidate(article(post=None, reason="no title")))
    assert isinstance(found, Quarantine)
    assert (found.reason, found.same_text) == ("no title", False)


@pytest.mark.parametrize("of", [UNKNOWN, held()], ids=["new", "held"])
def test_a_text_that_others_have_is_quarantined(of: Held) -> None:
    found = decision(of, Candidate(article("众", 1)), verdict=SameText("the same text as others"))
    assert isinstance(found, Quarantine)
    assert (found.reason, found.same_text) == ("the same text as others", True)


def test_an_edit_that_is_doubted_is_held_back() -> None:
    assert isinstance(decision(held(), Candidate(article("新", 1)), verdict=Doubt()), Hold)


@pytest.mark.parametrize(
    ("candidate", "policy"),
    [
        (Candidate(article(minutes=1)), Policy()),  # says what it said
        (Candidate(article("新", 1, text_digest=None)), Policy()),  # says nothing
        (Candidate(article("新", 1)), Policy(force=True)),
        (captured(article("新", 1), believed=True), Policy()),
    ],
    ids=["same", "no text", "force", "believed"],
)
def test_nobody_is_asked_about_a_text_where_that_changes_nothing(candidate: Candidate, policy: Policy) -> None:
    found = decision(held(), candidate, policy=policy, verdict=SameText("never"))
    assert not isinstance(found, Quarantine)


def test_the_judge_is_told_what_was_said_before() -> None:
    told: list[tuple[Any, ...]] = []

    def judge(*arguments: Any) -> Verdict:
        told.append(arguments)
        return Believe()

    decide(held(), [Candidate(article("新", 1))], RECIPE, Policy(), judge, untouched, {})
    decide(UNKNOWN, [Candidate(article("新", 1))], RECIPE, Policy(), judge, untouched, {})
    assert [(made.text_digest, *more) for made, *more in told] == [
        ("digest of 新", True, "digest of 文"),
        ("digest of 新", False, None),
    ]


def test_an_older_capture_never_replaces_a_newer_post() -> None:
    found = decision(held(), captured(article("旧", -1)), policy=Policy(force=True))
    assert isinstance(found, Older)
    assert found.revision == 0


def test_an_older_capture_of_a_better_page_counts() -> None:
    """As it would if both had been replayed at once, or in their order."""
    by_lesser = held(rules={"body": f"{PAGES[1]}:text"})
    assert isinstance(decision(by_lesser, captured(article("全", -1, rank=0))), Write)
    assert isinstance(decision(by_lesser, captured(article("另", -1, rank=1))), Older)


def test_another_answer_of_the_same_moment_is_older() -> None:
    other = article("另", response_url="http://other.example/text")
    assert isinstance(decision(held(), captured(other)), Older)


def test_the_capture_that_a_post_was_made_of_is_not_older() -> None:
    made = article("改")  # the rules have changed since
    assert isinstance(decision(held(), captured(made), policy=Policy(markup=True)), Write)


def test_a_capture_is_compared_with_the_time_of_a_post_that_has_none() -> None:
    unknown = held(capture=None)
    assert isinstance(decision(unknown, captured(article("旧", -1))), Older)
    assert isinstance(decision(unknown, captured(article("同", 0))), Write)  # it is of the answer that the post is of
    assert isinstance(decision(unknown, captured(article("新", 1))), Write)


def test_the_revisions_that_are_written_on_the_way_are_counted() -> None:
    """Several answers of one article in one batch: what a capture gives may be what one before it has given."""
    sent = [Candidate(article(text, minutes)) for minutes, text in enumerate("甲乙丙")]
    found = decisions(UNKNOWN, [*sent, captured(article("甲", 3)), captured(article("乙", 4))])
    assert [type(one) for one in found] == [Write, Write, Write, Older, Older]
    assert [one.revision for one in found if isinstance(one, Older)] == [1, 2]


def test_what_the_source_sends_now_is_never_older() -> None:
    """A clock that was set back must not make an archive deaf."""
    assert isinstance(decision(held(), Candidate(article("新", -1))), Write)


def test_a_capture_that_gives_an_earlier_content_is_that_contents() -> None:
    earlier = EarlierContent("share", 3, sha256(content_of("先")).digest(), 0, None)
    found = decision(held(capture=None)._replace(earlier=(earlier,)), captured(article("先", 1)))
    assert isinstance(found, Older)
    assert found.revision == 3


@pytest.mark.parametrize("capture", [capture_of(article()), None])
def test_a_source_that_goes_back_to_an_earlier_text_is_followed(capture: Capture | None) -> None:
    earlier = EarlierContent("share", 1, sha256(content_of("先")).digest(), 0, None)
    assert isinstance(decision(held(capture=capture)._replace(earlier=(earlier,)), Candidate(article("先", 1))), Write)


def test_once_the_capture_of_a_post_is_found_a_later_one_may_go_back() -> None:
    earlier = EarlierContent("share", 1, sha256(content_of("先")).digest(), 0, None)
    of = held(capture=None)._replace(earlier=(earlier,))
    found = decisions(of, [captured(article(minutes=1)), captured(article("先", 2))])
    assert [type(one) for one in found] == [Keep, Write]


@pytest.mark.parametrize(("form", "said"), [("share", "他"), ("page", "新")], ids=["other text", "other form"])
def test_only_the_same_content_of_the_same_form_is_an_earlier_one(form: str, said: str) -> None:
    earlier = EarlierContent(form, 1, sha256(content_of(said)).digest(), 0, None)
    found = decision(held(capture=None)._replace(earlier=(earlier,)), captured(article("新", 1)))
    assert isinstance(found, Write)


def test_a_lesser_page_replaces_nothing() -> None:
    found = decision(held(), Candidate(article("少", 1, rank=1)))
    assert isinstance(found, Keep)
    assert (found.why, found.restore) == ("better page", None)


def test_a_lesser_page_fills_the_gap_of_a_post_that_is_gone() -> None:
    assert isinstance(decision(held(), Candidate(article("少", 1, rank=1)), on_disk={PATH: None}), Write)


def test_a_page_may_replace_what_it_gave_itself() -> None:
    by_lesser = held(rules={"body": f"{PAGES[1]}:text"})
    assert isinstance(decision(by_lesser, Candidate(article("新", 1, rank=1))), Write)
    assert isinstance(decision(by_lesser, Candidate(article("新", 1, rank=2))), Keep)


def test_what_a_post_of_no_known_page_was_made_of_is_taken_for_the_best() -> None:
    assert isinstance(decision(held(rules={}), Candidate(article("少", 1, rank=1))), Keep)


def test_the_beginning_of_an_article_gives_way_to_the_whole_and_to_another_beginning() -> None:
    beginning = held(rules={"body": f"{PAGES[0]}:text", PAYWALLED_RULE: "p.paywall"})
    assert isinstance(decision(beginning, Candidate(article("全", 1, rank=0))), Write)
    assert isinstance(decision(beginning, Candidate(article("始", 1, rank=1))), Write)


def test_a_better_page_that_gives_no_post_is_in_nobodys_way() -> None:
    none, lesser = Candidate(article(post=None, reason="no title")), Candidate(article("部", 1, rank=1))
    assert [type(one) for one in decisions(UNKNOWN, [none, lesser])] == [Quarantine, Write]


@pytest.mark.parametrize("first", [0, 1], ids=["better first", "lesser first"])
def test_of_captures_the_better_page_counts_whichever_came_first(first: int) -> None:
    made = [captured(article("全", 0, rank=first)), captured(article("部", 1, rank=1 - first))]
    kinds = {found.article.rank: type(found) for found in decisions(UNKNOWN, made)}
    assert kinds == {0: Write, 1: Keep}


def markup_only(**changes: Any) -> tuple[Candidate, dict[str, bytes | None]]:
    """Return an article that differs in its markup only, and what is on disk."""
    post = Post("x", content_of("文", ' class="em_media"'))
    return Candidate(article(minutes=1, post=post, **changes)), {PATH: content_of("文")}


def test_a_post_stays_when_only_markup_would_change() -> None:
    candidate, on_disk = markup_only()
    found = decision(held(), candidate, on_disk=on_disk)
    assert isinstance(found, Keep)
    assert found.why == "markup"


@pytest.mark.parametrize(
    ("post", "policy", "present"),
    [
        (content_of("文", " x"), Policy(markup=True), content_of("文")),
        (content_of("文", " x", title="另"), Policy(), content_of("文")),
        (content_of('文<img src="a.jpg">', " x"), Policy(), content_of("文")),
        (content_of("文", " x"), Policy(), content_of("手改")),
        (content_of("文", " x"), Policy(), None),
    ],
    ids=["rules changed", "title", "a picture was added", "somebody changed it", "it is gone"],
)
def test_a_post_is_written_when_more_than_markup_changes(post: bytes, policy: Policy, present: bytes | None) -> None:
    candidate = Candidate(article(minutes=1, post=Post("x", post)))
    assert isinstance(decision(held(), candidate, policy=policy, on_disk={PATH: present}), Write)


def test_an_edit_of_words_alone_is_more_than_markup() -> None:
    assert isinstance(decision(held(), Candidate(article("新", 1)), on_disk={PATH: content_of("文")}), Write)


def test_where_it_is_not_known_what_was_said_more_than_markup_may_change() -> None:
    unknown = held()._replace(text_digest=None)
    candidate, on_disk = markup_only(text_digest=None)
    assert isinstance(decision(unknown, candidate, on_disk=on_disk), Write)


def test_another_form_of_the_same_text_is_a_post_of_its_own() -> None:
    found = decision(held(), Candidate(article(form="page", post=Post("2024-03-15-w1.md", content_of("文")))))
    assert isinstance(found, Write)
    assert (found.path, found.expected) == ("_posts/2024-03-15-w1.md", None)


def test_a_picture_that_was_taken_out_is_no_reason_to_write() -> None:
    present = content_of('文<img src="a.jpg">')
    of = held(sha256=sha256(present).digest())
    candidate = Candidate(article(minutes=1, post=Post("x", content_of("文", " x"))))
    assert isinstance(decision(of, candidate, on_disk={PATH: present}), Keep)


def test_an_article_that_moved_to_another_day_keeps_its_posts_time() -> None:
    moved = article("新", 1, published=datetime(2024, 3, 17, 9, tzinfo=ZONE))
    rendered: list[Article] = []

    def render(made: Article) -> Article:
        rendered.append(made)
        return replace(made, post=Post("x", content_of("新", " at its time")))

    (found,) = decide(held(), [Candidate(moved)], RECIPE, Policy(), judge_all(Believe()), render, {})
    assert isinstance(found, Write)
    assert found.article.published == held().posts[0].published
    assert found.article.rules["time"].startswith("index:published (the source says 2024-03-17")
    assert found.article.post == Post("x", content_of("新", " at its time"))
    assert len(rendered) == 1


def test_an_article_of_the_same_day_has_its_own_time() -> None:
    later = article("新", 1, published=datetime(2024, 3, 15, 23, 59, tzinfo=ZONE))
    found = decision(held(), Candidate(later))
    assert found.article.published == later.published


@pytest.mark.parametrize(
    ("aliases", "has_moved"),
    [((), False), (("a.example/1",), True)],
    ids=["of a source with a zone", "of any page"],
)
def test_of_any_page_the_days_that_are_written_are_compared(aliases: tuple[str, ...], has_moved: bool) -> None:
    """A post of 15 March, 20:00 in Shanghai, and the page now has three hours later, by a clock of the Pacific: in
    that zone both are of 16 March, but the days as they are written differ."""
    later = datetime(2024, 3, 15, 23, tzinfo=ZONE).astimezone(ZoneInfo("Pacific/Kiritimati"))
    assert later.day == 16
    found = decision(held(), Candidate(article("新", 1, published=later, aliases=aliases)))
    assert found.article.published == (held().posts[0].published if has_moved else later)


def test_one_that_cannot_be_rendered_at_its_posts_time_is_quarantined() -> None:
    def render(_: Article) -> Article:
        raise QuarantineError("no such time")

    moved = Candidate(article("新", 1, published=datetime(2024, 3, 17, 9, tzinfo=ZONE)))
    (found,) = decide(held(), [moved], RECIPE, Policy(), judge_all(Believe()), render, {})
    assert isinstance(found, Quarantine)


TEXTS = st.sampled_from("甲乙丙")
CAPTURES = st.lists(
    st.builds(
        lambda text, minutes, rank, payload: captured(article(text, minutes, rank), f"{payload:02x}"),
        TEXTS,
        st.integers(0, 3),
        st.integers(0, 1),
        st.integers(0, 255),
    ),
    min_size=1,
    max_size=6,
    unique_by=lambda one: (one.article.fetched, one.article.rank, one.capture and one.capture.payload),
)


def carried_out(of: Held, made: Sequence[Candidate]) -> tuple[Held, list[tuple[str, bytes]]]:
    """Return what is held when what is decided is done, and what was written, in order."""
    written: list[tuple[str, bytes]] = []
    for found in decisions(of, made, policy=Policy(markup=True)):
        if isinstance(found, Write) and found.article.post and found.article.published:
            digest = sha256(found.article.post.content).digest()
            former = of.posts[0] if of.posts else None
            assert found.expected == (former and former.sha256)
            written.append((found.path, found.article.post.content))
            post = HeldPost(
                *("share", found.path, digest, found.article.published, micros(found.article.fetched)),
                *(former.revision + 1 if former else 1, found.article.rules, found.candidate.capture),
            )
            earlier = EarlierContent(*("share", former.revision, former.sha256, former.saved, None)) if former else None
            of = of._replace(
                posts=(post,),
                earlier=(*of.earlier, *([earlier] if earlier else [])),
                text_digest=found.article.text_digest,
            )
    return of, written


@given(CAPTURES, st.randoms())
def test_any_order_of_captures_gives_the_same_posts_and_versions(made: list[Candidate], random: Any) -> None:
    expected = carried_out(UNKNOWN, made)
    random.shuffle(made)
    assert carried_out(UNKNOWN, made) == expected


@given(
    st.lists(st.tuples(st.integers(0, 1), st.booleans()), min_size=1, max_size=6).flatmap(
        lambda drawn: st.permutations(list(enumerate(drawn)))
    )
)
def test_captures_of_edits_may_come_in_several_replays(drawn: list[tuple[int, tuple[int, bool]]]) -> None:
    """Which come first makes no difference to what the post says, though it does to its versions."""
    made = [(captured(article(f"{minutes}", minutes, rank)), is_first) for minutes, (rank, is_first) in drawn]
    of, _ = carried_out(UNKNOWN, [one for one, is_first in made if is_first])
    of, _ = carried_out(of, [one for one, is_first in made if not is_first])
    at_once, _ = carried_out(UNKNOWN, [one for one, _ in made])
    assert [post.sha256 for post in of.posts] == [post.sha256 for post in at_once.posts]


@given(CAPTURES)
def test_deciding_twice_changes_nothing(made: list[Candidate]) -> None:
    once, _ = carried_out(UNKNOWN, made)
    again, written = carried_out(once, made)
    assert (again, written) == (once, [])


@given(CAPTURES)
def test_what_the_best_page_said_last_is_what_is_held(made: list[Candidate]) -> None:
    of, _ = carried_out(UNKNOWN, made)
    best = min(one.article.rank for one in made)
    of_best = [one for one in in_order(made) if one.article.rank == best]
    last = max(one.article.fetched for one in of_best)
    first_of_that_moment = next(one for one in of_best if one.article.fetched == last)
    assert of.text_digest == first_of_that_moment.article.text_digest


@given(CAPTURES)
def test_the_order_is_that_of_the_answers(made: list[Candidate]) -> None:
    times = [(one.article.fetched, one.article.rank) for one in in_order(made)]
    assert times == sorted(times)
