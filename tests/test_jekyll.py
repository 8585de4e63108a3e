"""Posts on a real site: Jekyll builds it, and each page shows exactly what its article says."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING
from urllib.parse import unquote

import pytest

from archiver.replica.records import load_records
from tests.jekyll.cases import Case, all_cases
from tests.jekyll.site import Site, elements, parsed, visible

if TYPE_CHECKING:
    from collections.abc import Iterable

Pair = tuple[Case, object, object]


@pytest.fixture(scope="module", params=["clean", "source"])
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Site:
    """A site of all cases in one profile."""
    if not shutil.which("jekyll"):
        pytest.skip("Jekyll is missing; to have it: apt-get install jekyll")
    return Site(tmp_path_factory.mktemp(request.param), all_cases(request.param))


def differences(pairs: Iterable[Pair]) -> list[tuple[str, object, object]]:
    """The posts that are not as they should be: what is found, and what should be."""
    return [(case.post.content.decode(), found, wanted) for case, found, wanted in pairs if found != wanted]


def test_no_post_is_lost_and_nothing_is_reported(site: Site) -> None:
    assert (site.build.returncode, site.build.stdout, site.build.stderr) == (0, "", "")
    assert sorted(site.files) == sorted(case.name for case in site.cases)
    assert len(site.cases) > 2 * len(load_records()) + 1000


def test_pages_are_where_their_category_and_date_put_them(site: Site) -> None:
    assert not differences(
        (case, str(site.files[case.name].parent), f"{case.category.lower()}/{case.article.published:%Y/%m/%d}")
        for case, _ in site
    )


def test_titles_are_exact(site: Site) -> None:
    assert not differences((case, page.title, case.title) for case, page in site)


def test_dates_are_exact_and_have_their_offset(site: Site) -> None:
    assert not differences((case, page.date[:19], case.record.date) for case, page in site if case.record.date)
    assert not differences((case, page.date, f"{case.article.published:%Y-%m-%d %H:%M:%S %z}") for case, page in site)


def test_each_post_has_one_category_and_one_tag(site: Site) -> None:
    assert not differences((case, (page.categories, page.tags), ([case.category], [case.tag])) for case, page in site)


def test_bodies_say_what_the_source_says(site: Site) -> None:
    assert not differences((case, visible(page.body), visible(parsed(case.record.text))) for case, page in site)


def test_bodies_have_their_elements_and_no_others(site: Site) -> None:
    assert not differences((case, elements(page.body), elements(parsed(case.article.body))) for case, page in site)


def test_nothing_swallows_what_follows_it(site: Site) -> None:
    wanted = ["title", "date", "categories", "tags", "content", "end"]
    assert not differences((case, page.ids, wanted) for case, page in site)


def test_digests_are_quoted_exactly(site: Site) -> None:
    quotes = [(case, page.quote) for case, page in site if page.quote is not None]
    assert len(quotes) > 100
    assert not differences(
        (case, (quote.tag, [(child.tag, child.text_content()) for child in quote]), ("blockquote", [("p", case.quote)]))
        for case, quote in quotes
    )


def test_addresses_are_links_to_themselves(site: Site) -> None:
    links = [(case, [(link.get("href"), link.text) for link in page.address]) for case, page in site]
    assert not differences((case, len(found), 1) for case, found in links)
    assert not differences((case, href, text) for case, [(href, text)] in links)
    assert not differences((case, set(href) & set('|<>{}"\\^` '), set()) for case, [(href, _)] in links)
    assert not differences(
        (case, unquote(href), unquote(case.address).replace("HTTP:", "http:")) for case, [(href, _)] in links
    )


def test_footers_lead_back(site: Site) -> None:
    def wanted(case: Case) -> list[tuple[str, str]]:
        return [(f"返回{case.tag}", case.category_address), ("返回首页", f"//{case.site}/")]

    assert not differences(
        (case, [(link.text_content(), unquote(link.get("href"))) for link in page.footer], wanted(case))
        for case, page in site
    )
    assert not differences((case, page.footer.text_content(), f"返回{case.tag}｜返回首页") for case, page in site)
