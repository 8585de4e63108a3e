"""Which article an address names."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.addresses import page_addresses, page_at, resolve
from archiver.errors import UnknownAddressError
from archiver.recipes import PageRules, Recipe, load_recipes
from archiver.recipes.recipe import AddressPattern

RECIPES = [recipe for recipe in load_recipes().values() if not recipe.is_web]
ALL = load_recipes().values()
ID = "202205312398034850"


@pytest.mark.parametrize(
    "address",
    [
        ID,
        f"NW{ID}",
        f"nw{ID}",
        f"  {ID}\n",
        f"<http://finews.zning.xyz/html_News/NewsShare.html?infoCode=NW{ID}>",
        f"http://finews.zning.xyz/html_News/NewsShare.html?infoCode=NW{ID}",
        f"http://finews.zning.xyz:80/html_News/NewsShare.html?infoCode=NW{ID}",
        f"https://FINEWS.zning.xyz./html_News/NewsShare.html?infocode={ID}&from=app#top",
        f"finews.zning.xyz/html_News/NewsShare.html?x=1&InfoCode=Nw{ID}",
        f"http://choicewzp1.eastmoney.com/html_News/NewsShare.html?infoCode=NW{ID}",
        f"http://app.jg.eastmoney.com/html_News/NewsShare.html?id=NW{ID}",
        f"http://finews.zning.xyz/NewsData/GetNewsText.do?id=NW{ID}&cid=123",
        f"https://choicew2z.eastmoney.com/info/information/detail.html?infocode=NW{ID}",
        f"https://newsinfo.eastmoney.com/kuaixun/v2/api/article/{ID}?guid=1656000000000",
        f"https://newsinfo.eastmoney.com/kuaixun/v2/api/content/getnews?newsid={ID}&newstype=1",
        f"https://eminfo.eastmoney.com/PC_News/Detail/GetDetailContent?id={ID}&type=1",
        f"https://finance.eastmoney.com/a/{ID}.html",
        f"//finance.eastmoney.com/a/{ID}.html",
        f"finews.zning.xyz/html_News/NewsShare.html?infoCode=NW{ID}&from=http://a.example/",
        f"http://finance.eastmoney.com/news/1345,{ID}.html",
        f"http://stock.eastmoney.com/a/{ID}.html?spm=1",
        f"http://hk.eastmoney.com/news/1535,{ID}.html",
        f"http://fund.eastmoney.com/a/{ID}.html",
    ],
)
def test_every_name_of_an_article(address: str) -> None:
    reference = resolve(address, RECIPES)
    assert (reference.id, reference.recipe.name) == (ID, "eastmoney")


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("", "no recipe knows"),
        ("hello", "no recipe knows"),
        ("12345", "no recipe knows"),
        ("202213312398034850", "no recipe knows"),  # there is no 13th month
        ("２０２２０５３１２３９８０３４８５０", "no recipe knows"),
        (f"http://finews.zning.xyz.evil.example/html_News/NewsShare.html?infoCode={ID}", "no recipe knows"),
        (f"http://finews.zning.xyz@evil.example/html_News/NewsShare.html?infoCode={ID}", "no recipe knows"),
        (f"http://evil.example/?http://finance.eastmoney.com/a/{ID}.html", "no recipe knows"),
        (f"http://eastmoney.com.evil.example/a/{ID}.html", "no recipe knows"),
        (f"http://evileastmoney.com/a/{ID}.html", "no recipe knows"),
        (f"http://finews.zning.xyz:8080/html_News/NewsShare.html?infoCode={ID}", "no recipe knows"),
        (f"ftp://finance.eastmoney.com/a/{ID}.html", "only http and https addresses can be fetched, not ftp"),
        (f"file:///a/{ID}.html", "only http and https"),
        ("http://finews.zning.xyz/html_News/NewsShare.html", "names no article"),
        ("http://finews.zning.xyz/html_News/NewsShare.html?infoCode=", "names no article"),
        ("http://finews.zning.xyz/html_News/NewsShare.html?infoCode=../../etc/passwd", "names no article"),
        (f"http://finance.eastmoney.com/b/{ID}.html", "names no article"),
        ("http://finance.eastmoney.com/a/../../x.html", "names no article"),
        (f"http://finews.zning.xyz\\@evil.example/html_News/NewsShare.html?infoCode={ID}", "no recipe knows"),
        (f"http://finance.eastmoney.com/a/..%2f{ID}.html", "names no article"),
        (f"http://finews.zning.xyz/html_News/NewsShare.html?infoCode=NW{ID}/../x", "names no article"),
        (
            "http://finews.zning.xyz/NewsData/GetNewsText.do?id=NW２０２２０５３１２３９８０３４８５０",
            "names no article",
        ),
        (f"javascript:alert({ID})", "not an address"),
        ("http://[::1/", "not an address"),
        ("http://host:port/", "not an address"),
    ],
)
def test_what_names_no_article_is_explained(address: str, words: str) -> None:
    with pytest.raises(UnknownAddressError) as caught:
        resolve(address, RECIPES)
    assert str(caught.value).startswith(f"{address}: ")
    assert words in str(caught.value)


def test_a_message_is_short_and_fit_for_a_terminal() -> None:
    with pytest.raises(UnknownAddressError) as caught:
        resolve("http://a.example/\x1b[31m\ud800" + "x" * 10_000, RECIPES)
    assert str(caught.value).startswith("http://a.example/[31mxxx")
    assert len(str(caught.value)) < 600


@given(st.text() | st.from_regex(r"https?://[a-z.:@\[\]0-9]{0,30}/[a-zA-Z0-9_/.,?=&%-]{0,40}"))
def test_any_text_names_an_article_or_none(text: str) -> None:
    try:
        reference = resolve(text, RECIPES)
    except UnknownAddressError:
        return
    assert reference.id.isascii()
    assert reference.id.isdigit()


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("https://news.example/2026/11/01/story?a=1#top", "https://news.example/2026/11/01/story?a=1"),
        ("HTTP://News.example:80/a/../b", "http://news.example/b"),
        ("<https://news.example/a?x=1&amp;y=2>", "https://news.example/a?x=1&y=2"),
        ("news.example/2026/story", "https://news.example/2026/story"),
        ("//news.example/2026/story", "https://news.example/2026/story"),
        (f"http://finews.zning.xyz.evil.example/html_News/NewsShare.html?infoCode={ID}", None),
    ],
)
def test_any_other_address_is_a_page_of_the_web(text: str, asked: str | None) -> None:
    reference = resolve(text, ALL)
    assert reference.recipe.is_web
    assert reference.forms == ("page",)
    assert reference.host == ""  # nobody trusts it because it was named
    ((_, address),) = page_addresses(reference)
    assert asked in (None, address)
    assert resolve(f"web/{reference.id}", ALL).key == resolve(reference.id, ALL).key == reference.key


@pytest.mark.parametrize("text", ["nonsense", "story.html", "javascript:alert(1)", "mailto:a@b.example", "http://", ""])
def test_what_is_no_address_of_the_web_names_nothing(text: str) -> None:
    with pytest.raises(UnknownAddressError):
        resolve(text, ALL)


def test_a_host_that_a_recipe_knows_is_asked_by_it_alone() -> None:
    with pytest.raises(UnknownAddressError, match="names no article"):
        resolve("http://finews.zning.xyz/about.html", ALL)
    assert resolve(f"https://finance.eastmoney.com/a/{ID}.html", ALL).recipe.name == "eastmoney"


def test_a_known_host_is_asked_first() -> None:
    def hosts(address: str) -> list[str]:
        return [address.split("/")[2] for _, address in page_addresses(resolve(address, RECIPES))]

    anywhere = hosts(ID)
    assert anywhere[0] == "finews.zning.xyz"
    assert hosts(f"https://finance.eastmoney.com/a/{ID}.html") == anywhere
    there = hosts(f"http://app.jg.eastmoney.com/html_News/NewsShare.html?infoCode=NW{ID}")
    assert there[0] == "app.jg.eastmoney.com"
    assert sorted(there) == sorted(anywhere)


def test_pages_are_asked_for_under_the_canonical_id() -> None:
    first = next(page_addresses(resolve(f"nw{ID}", RECIPES)))
    assert first[1] == f"http://finews.zning.xyz/NewsData/GetNewsText.do?id=NW{ID}"


def own_recipe(name: str, **keys: Any) -> Recipe:
    """Return a recipe of another source."""
    return msgspec.structs.replace(load_recipes()["eastmoney"], name=name, **keys)


@pytest.mark.parametrize(
    "address",
    [
        f"\ufeffNW{ID}",
        f"http://finews.zning.xyz/html_News/NewsShare.html?from=app&amp;infoCode=NW{ID}&amp;x=1",
        f"eastmoney/{ID}",
        f"eastmoney/NW{ID}",
    ],
)
def test_an_address_as_it_was_copied(address: str) -> None:
    assert resolve(address, RECIPES).id == ID


def test_an_id_of_several_sources_is_not_guessed() -> None:
    greedy = own_recipe("aaa", id="(.+)", addresses=())
    recipes = [greedy, *RECIPES]
    with pytest.raises(UnknownAddressError, match=f"several sources: say aaa/{ID} or eastmoney/{ID}, or an address"):
        resolve(ID, recipes)
    assert resolve(f"eastmoney/{ID}", recipes).recipe.name == "eastmoney"
    assert resolve(f"aaa/{ID}", recipes).recipe is greedy
    # An address is no id, however much an id may be.
    assert resolve(f"http://finance.eastmoney.com/a/{ID}.html", recipes).recipe.name == "eastmoney"


PARTS = own_recipe(
    "gazette",
    id=r"(?P<year>20\d\d)-(?P<month>\d\d)-(?P<slug>[\w-]+)",
    id_format="{year}-{month}-{slug}",
    addresses=(AddressPattern(hosts=("gazette.example",), path="/{year}/{month}/{column}/{slug}"),),
    pages=(PageRules("page", "https://gazette.example/{year}/{month}/x/{slug}?y={year}", "css", {}),),
)


@pytest.mark.parametrize(
    "address", ["https://gazette.example/2026/11/city/a-b-c", "2026-11-a-b-c", "gazette/2026-11-a-b-c"]
)
def test_an_id_may_have_several_parts(address: str) -> None:
    reference = resolve(address, [*RECIPES, PARTS])
    assert (reference.recipe.name, reference.id) == ("gazette", "2026-11-a-b-c")
    ((page, asked),) = page_addresses(reference)
    assert asked == "https://gazette.example/2026/11/x/a-b-c?y=2026"
    found = page_at(asked, [*RECIPES, PARTS])
    assert found is not None
    assert (found[0].id, found[1]) == (reference.id, page)


@pytest.mark.parametrize("address", ["https://gazette.example/26/11/city/a", "https://gazette.example/2026/11/a"])
def test_an_address_without_all_parts_of_an_id_names_no_article(address: str) -> None:
    with pytest.raises(UnknownAddressError, match="this names no article"):
        resolve(address, [PARTS])
    assert page_at("https://gazette.example/2026/11/x/a?y=2027", [PARTS]) is None  # two years
