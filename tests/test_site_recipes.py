"""Recipes for the general reading of sites: what they say counts, and where they say nothing, the general rules do."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml
from scrapy.settings import Settings

from archiver.answer import Answer, Asked
from archiver.errors import RecipeError
from archiver.extraction import ExtractOptions
from archiver.extraction.extractor import Extractor
from archiver.reading import Reading, explain_page, read_page
from archiver.recipes import SiteRecipe, load_recipe, load_recipes, load_site, load_sites, site_for
from archiver.recipes.load import PACKAGED_RECIPES
from archiver.replica.exchange import HTML, typed
from archiver.spiders.share import ShareSpider
from archiver.teaching import DraftPage, differences, file_beside, read_expected
from tests.conftest import NO_DELAY, Archive, invoke

ADDRESS = "http://www.isle.example/post/ferry-runs-again"
FETCHED = datetime(2026, 5, 1, tzinfo=UTC)
STORY = (
    "The ferry to the island will run again from Monday, the harbour office said on Wednesday, after three weeks in the"
    " yard."
)
MORE = (
    "It had been there since a storm in February damaged its bow, and with it the only way to the mainland that takes"
    " cars."
)
BOX = "Plan your summer with our guide to the seven beaches that nobody else knows, all of them reached by bus."
PAGE = f"""<!doctype html><html lang="en"><head><title>Isle Post</title>
<script type="application/ld+json">{{"@type": "WebPage", "name": "Isle Post",
"about": {{"story": {{"head": "Ferry runs again", "by": [{{"name": "Ann Lee"}}, {{"name": "Bo Moss"}}]}}}}}}</script>
</head><body>
<h1>Isle Post, the paper of the isle</h1><h2 class="head">Ferry runs again</h2>
<p class="stamp">Put up on 03/04/2026 at 9.30</p><p class="who">Words: Ann Lee, Bo Moss</p>
<div class="sidebar-share"><p>{STORY}</p><div class="box"><p>{BOX}</p></div><p>{MORE}</p></div>
<div class="article-body"><p>{BOX} {STORY} {BOX}</p><p>{BOX} {MORE}</p></div></body></html>"""


DIV = "//div[@class='sidebar-share']"


def recipe(**values: Any) -> SiteRecipe:
    return msgspec.convert({"name": "isle", "hosts": ["*.isle.example", "isle.example"], **values}, SiteRecipe)


def read(**values: Any) -> Reading:
    return read_page(PAGE.encode(), ADDRESS, fetched=FETCHED, recipe=recipe(**values))


def test_without_a_recipe_the_page_is_read_wrong() -> None:
    reading = read()
    assert reading.title != "Ferry runs again"
    assert MORE not in reading.text.split("\n\n")


@pytest.mark.parametrize(
    ("place", "rule"),
    [
        ("h2.head", "css h2.head"),
        ({"css": "h2.head::text"}, "css h2.head::text"),
        ({"xpath": "//h2[@class='head']"}, "xpath //h2[@class='head']"),
        ({"xpath": "string(//h2)"}, "xpath string(//h2)"),
        ({"json_ld": "about.story.head"}, "json_ld about.story.head"),
        ({"xpath": "//h2", "match": "(Ferry.*)"}, "xpath //h2"),
    ],
)
def test_a_field_by_css_xpath_or_a_path_in_json_ld(place: object, rule: str) -> None:
    reading = read(fields={"title": [place]})
    assert (reading.title, reading.rules["title"]) == ("Ferry runs again", f"recipe isle: {rule}")


def test_the_first_rule_that_finds_anything_counts_and_then_the_general_reading() -> None:
    reading = read(fields={"title": ["h3.none", "h2.head"], "source": [".nobody"]})
    assert reading.title == "Ferry runs again"
    assert reading.source == read().source


@pytest.mark.parametrize("place", [{"json_ld": "about.story.by[].name"}, {"css": ".who", "match": "Words: (.*)"}])
def test_authors_are_names(place: object) -> None:
    assert read(fields={"authors": [place]}).authors == ("Ann Lee", "Bo Moss")


def test_a_time_in_the_order_and_the_zone_of_the_recipe() -> None:
    day_first = read(fields={"published": [".stamp"]}, time_zone="Asia/Tokyo", date_order="dmy")
    assert day_first.published == datetime.fromisoformat("2026-04-03T09:30+09:00")
    assert day_first.rules["published"] == "recipe isle: css .stamp, zone of the recipe isle"
    month_first = read(fields={"published": [".stamp"]}, time_zone="Asia/Tokyo", date_order="mdy")
    assert month_first.published == datetime.fromisoformat("2026-03-04T09:30+09:00")


def test_the_language_and_the_source_that_a_recipe_says() -> None:
    reading = read(language="cy", source="The Isle Post")
    assert (reading.language, reading.source) == ("cy", "The Isle Post")
    assert reading.rules["language"] == reading.rules["source"] == "recipe isle"


def test_the_body_and_what_is_no_part_of_it_whatever_they_are_called() -> None:
    assert read(fields={"body": [".sidebar-share"]}).text == f"{STORY}\n\n{BOX}\n\n{MORE}"
    reading = read(fields={"body": [".sidebar-share"]}, drop=[".box"])
    assert reading.text == f"{STORY}\n\n{MORE}"
    assert reading.rules["body"] == "recipe isle: css .sidebar-share"
    assert read(
        fields={"body": [{"xpath": "//div[@class='sidebar-share']"}]}, drop=[{"xpath": "//div/div"}]
    ) == Reading(
        **{name: getattr(reading, name) for name in Reading.__slots__ if name != "rules"},
        rules=reading.rules | {"body": f"recipe isle: xpath {DIV}"},
    )


def test_a_body_that_a_recipe_names_is_not_measured_against_structured_data() -> None:
    said = json.dumps({"@type": "NewsArticle", "articleBody": f"{STORY} {MORE} " * 3})
    page = PAGE.replace("</head>", f'<script type="application/ld+json">{said}</script></head>').encode()
    named = read_page(page, ADDRESS, recipe=recipe(fields={"body": [".sidebar-share"]}))
    assert named.text == f"{STORY}\n\n{BOX}\n\n{MORE}"


def test_a_body_in_several_elements_whatever_they_and_what_they_stand_in_are_called() -> None:
    teaser = PAGE.replace('<div class="sidebar-share">', '<div class="newsletter"><aside>')
    teaser = teaser.replace(f"<p>{MORE}</p></div>", f"</aside></div><div class=story><p>{MORE}</p></div>", 1)
    rules = recipe(fields={"body": ["aside, .story"]}, drop=[".box"])
    assert read_page(teaser.encode(), ADDRESS, recipe=rules).text == f"{STORY}\n\n{MORE}"
    nested = recipe(fields={"body": ["aside, aside .box"]})
    assert read_page(teaser.encode(), ADDRESS, recipe=nested).text == f"{STORY}\n\n{BOX}"


def test_a_body_in_several_elements() -> None:
    assert read(fields={"body": [".sidebar-share > p"]}).text == f"{STORY}\n\n{MORE}"


def test_where_a_recipe_finds_no_body_the_general_reading_does() -> None:
    assert read(fields={"body": [".none"]}).text == read().text


def test_what_a_recipe_says_is_explained() -> None:
    rules = recipe(fields={"title": ["h3", "h2.head"], "body": [".none"], "published": [".none"]})
    fields = explain_page(PAGE.encode(), ADDRESS, recipe=rules).fields
    told = [(lost.value, lost.rule, lost.reason) for lost in fields["title"].lost]
    assert told[0] == ("", "recipe isle: css h3", "it finds nothing")
    assert (fields["title"].value, told[1][2]) == ("Ferry runs again", "the recipe says otherwise")
    assert fields["body"].lost[0].rule == fields["published"].lost[0].rule == "recipe isle: css .none"


@pytest.mark.parametrize(
    ("address", "known"),
    [
        ("https://isle.example/post/x", True),
        ("http://WWW.isle.example:80/post/2026/x", True),
        ("https://isle.example/shop/x", False),
        ("https://isle.example:8080/post/x", False),
        ("https://notisle.example/post/x", False),
        ("http://[", False),
    ],
)
def test_which_addresses_a_recipe_is_for(address: str, known: bool) -> None:
    assert recipe(paths=["/post/*"]).knows(address) is known


def test_a_name_in_a_path_is_one_part_of_it() -> None:
    rules = recipe(paths=["/{year}/{slug}.html"])
    assert rules.knows("http://isle.example/2026/ferry.html")
    assert not rules.knows("http://isle.example/2026/05/ferry.html")
    assert not rules.knows("http://isle.example/2026/ferryxhtml")


def test_an_old_page_is_read_by_the_recipe_of_its_day() -> None:
    old, older, new = (recipe(name=name, valid_until=day) for name, day in OF_THEIR_DAY)
    sites = [new, old, older]
    at = [datetime(2019, 5, 1, tzinfo=UTC), datetime(2020, 12, 31, 23, tzinfo=UTC), datetime(2021, 1, 1, tzinfo=UTC)]
    assert [site_for(ADDRESS, day, sites) for day in at] == [older, old, new]
    assert site_for(ADDRESS, None, sites) is new
    assert site_for(ADDRESS, None, [old]) is None


OF_THEIR_DAY = [("old", date(2020, 12, 31)), ("older", date(2019, 6, 30)), ("new", None)]


def test_an_old_capture_becomes_a_post_by_the_recipe_of_its_day() -> None:
    dated: dict[str, Any] = {"published": [".stamp"]}
    london: dict[str, Any] = {"time_zone": "Europe/London", "date_order": "dmy"}
    tokyo: dict[str, Any] = {"time_zone": "Asia/Tokyo", "date_order": "mdy"}
    old = recipe(name="old", valid_until=date(2026, 5, 31), fields=dated | {"title": ["h2.head"]}, **london)
    new = recipe(name="new", fields=dated | {"title": [".who"]}, footer="[more](x)", **tokyo)
    extractor = Extractor(ExtractOptions(load_recipes(), sites=(new, old)))
    asked = Asked("web", "", "page", ADDRESS, ("page",))

    def post(day: str) -> tuple[str, str, str, str]:
        answer = Answer(ADDRESS, "text/html", PAGE.encode(), datetime.fromisoformat(f"{day}T23:59+00:00"))
        made = extractor.extract(answer, asked)
        assert isinstance(made, tuple)
        assert made[0].post
        lines = made[0].post.content.decode().splitlines()
        return made[0].title, made[0].rules["title"], lines[3], lines[-1].partition("｜")[0]

    footer = "[返回isle.example新闻](//finews.withounder.com/category/isle.example.html)"
    assert post("2026-05-31") == (
        *("Ferry runs again", "recipe old: css h2.head", "date: 2026-04-03 09:30:00 +0100"),
        footer,
    )
    assert post("2026-06-01") == (
        *("Words: Ann Lee, Bo Moss", "recipe new: css .who", "date: 2026-03-04 09:30:00 +0900"),
        "[more](x)",
    )


def test_a_recipe_for_a_path_counts_more_than_one_for_the_host() -> None:
    host, path = recipe(name="host"), recipe(name="path", paths=["/post/*"])
    assert site_for(ADDRESS, None, [host, path]) is path
    assert site_for(None, None, [host]) is None


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"hosts": []}, "hosts: expected at least one host"),
        ({"hosts": ["https://isle.example"]}, "hosts[0]: expected a host such as news.example.com"),
        ({"hosts": "isle.example"}, "hosts: Expected `array`"),
        ({"name": "The Isle"}, "name: expected lower-case letters"),
        ({"paths": ["post/*"]}, "paths[0]: expected a path that begins with /"),
        ({"paths": ["/{year/x"]}, "paths[0]: expected a path with {name}s and *s"),
        ({"paths": ["/view?id=*"]}, "paths[0]: expected a path with {name}s and *s, without a query"),
        ({"fields": {"titel": ["h1"]}}, "fields: expected one of title, published"),
        ({"fields": {"title": []}}, "fields.title: expected at least one expression"),
        ({"fields": {"title": "h1"}}, "fields.title: Expected `array`"),
        ({"fields": {"title": ["h1["]}}, "fields.title[0].css: expected CSS, got 'h1['"),
        ({"fields": {"title": [{"xpath": "//h1["}]}}, "fields.title[0].xpath: expected XPATH"),
        ({"fields": {"title": [{"json_ld": "a..b"}]}}, "fields.title[0].json_ld: expected JSON"),
        ({"fields": {"title": [{"json_ld": "a.b("}]}}, "fields.title[0].json_ld: expected JSON, got 'a.b(': Invalid"),
        (
            {"fields": {"title": [{"css": "h1", "xpath": "//h1"}]}},
            "fields.title[0]: expected one of css",
        ),
        ({"fields": {"title": [{"css": "h1", "match": "x"}]}}, "fields.title[0].match: expected a group"),
        ({"fields": {"title": [{"select": "h1"}]}}, "unknown field `select`"),
        (
            {"fields": {"body": [{"json_ld": "articleBody"}]}},
            "fields.body[0]: expected CSS or XPath that",
        ),
        ({"fields": {"body": ["div::text"]}}, "fields.body[0]: expected CSS or XPath that"),
        ({"drop": [".box::attr(id)"]}, "drop[0]: expected CSS or XPath that finds an element"),
        ({"time_zone": "Europe/Atlantis"}, "time_zone: expected a name of the tz database"),
        ({"language": "English"}, "language: expected a language tag"),
        ({"source": " "}, "source: expected the name of the site"),
        ({"footer": "[{sauce}](x)"}, "footer: unknown name {sauce}"),
        ({"valid_until": "soon"}, "valid_until: Invalid"),
        ({"date_order": "ydm"}, "date_order: Invalid enum value"),
        ({"colour": "red"}, "unknown field `colour`"),
        ({"field": {}}, "unknown field `field`; did you mean fields?"),
        ({"drop": ".box"}, "drop: Expected `array`"),
        ({"id": "x"}, "hosts: expected none beside an id"),
    ],
)
def test_a_mistake_is_said_with_the_file_the_key_and_what_was_expected(
    tmp_path: Path, values: dict[str, Any], message: str
) -> None:
    file = tmp_path / "isle.yaml"
    file.write_text(yaml.safe_dump({"name": "isle", "hosts": ["isle.example"], **values}), encoding="utf-8")
    with pytest.raises(RecipeError) as caught:
        load_site(file)
    assert str(caught.value).startswith(f"{file}: ")
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("name: a\nhosts: [a.example\n", "not readable as YAML: line 3, column 1: expected ',' or ']'"),
        ("name: a\nname: b\n", "not readable as YAML: line 2, column 1: 'name' is there twice"),
        ("name: a\nvalid_until: 2020-13-01\n", "not readable as YAML: month must be in 1..12"),
        ("name: a\nhost: [a.example]\n", "the recipe: Object contains unknown field `host`; did you mean hosts?"),
        ("", "the recipe: Expected `object`, got `null`"),
        (None, "no such file"),
    ],
)
def test_what_is_no_recipe_at_all_is_one_clear_line(tmp_path: Path, text: str | None, message: str) -> None:
    file = tmp_path / "isle.yaml"
    if text is not None:
        file.write_text(text, encoding="utf-8")
    with pytest.raises(RecipeError) as caught:
        load_site(file)
    assert str(caught.value).startswith(f"{file}: {message}")
    assert "\n" not in str(caught.value)


def test_the_two_kinds_are_told_apart(tmp_path: Path) -> None:
    file = tmp_path / "isle.yaml"
    file.write_text("name: isle\nhosts: [isle.example]\nvalid_until: 2020-12-31\n", encoding="utf-8")
    (site,) = (one for one in load_sites(str(tmp_path)) if one.name == "isle")
    assert (site.hosts, site.valid_until) == (("isle.example",), date(2020, 12, 31))
    assert load_site(file).hosts == site.hosts
    assert "isle" not in load_recipes(str(tmp_path))
    with pytest.raises(RecipeError, match="id: expected an id"):
        load_recipe(file)


@pytest.fixture
def taught(archive: Archive, tmp_path: Path) -> dict[str, str]:
    """The environment of a command that knows a recipe, beside a site with its page."""
    archive.replica.routes["/post/ferry-runs-again"] = lambda *_: typed(PAGE, HTML)
    directory = tmp_path / "recipes"
    directory.mkdir()
    rules = {
        "name": "isle",
        "hosts": ["www.isle.example"],
        "fields": {"title": ["h2.head"]},
        "valid_until": "2099-12-31",
    }
    (directory / "isle.yaml").write_text(yaml.safe_dump(rules), encoding="utf-8")
    return {"ARCHIVER_RECIPES": str(directory), "http_proxy": archive.replica.url, "no_proxy": ""}


def test_extract_and_explain_follow_the_recipe_of_an_address(taught: dict[str, str]) -> None:
    found = json.loads(invoke("extract", *NO_DELAY, ADDRESS, env=taught).stdout)
    assert (found["title"], found["rules"]["title"]) == ("Ferry runs again", "recipe isle: css h2.head")
    told = json.loads(invoke("explain", "--json", *NO_DELAY, ADDRESS, env=taught).stdout)
    assert told["fields"]["title"]["rule"] == "recipe isle: css h2.head"


def test_get_follows_the_recipe_of_an_address_and_explain_its_capture(taught: dict[str, str], archive: Archive) -> None:
    words = {"footer": "[more of {source}](//{site}/{slug})", "fields": {"title": ["h2.head"], "published": [".stamp"]}}
    rules = {"name": "isle", "hosts": ["www.isle.example"], "source": "Isle Post", "date_order": "dmy", **words}
    (Path(taught["ARCHIVER_RECIPES"]) / "isle.yaml").write_text(yaml.safe_dump(rules), encoding="utf-8")
    done = archive.get("--warc", f"{ADDRESS}?utm_source=feed", env=taught)
    assert (done.returncode, done.stderr) == (0, "")
    ((name, post),) = archive.posts.items()
    assert name.startswith("2026-04-03-ferry-runs-again-")
    assert 'title: "Ferry runs again"' in post.decode()
    assert post.decode().endswith("[more of Isle Post](//finews.withounder.com/IslePost)")
    archive.asked()
    for address in (ADDRESS, f"{ADDRESS}?utm_source=feed"):
        told = json.loads(archive.archiver("explain", "--json", address, env=taught).stdout)
        assert told["fields"]["title"]["rule"] == "recipe isle: css h2.head"
    assert archive.asked() == []


def test_sources_lists_sites(taught: dict[str, str]) -> None:
    assert "isle  (pages of www.isle.example, until 2099-12-31)" in invoke("sources", env=taught).stdout.splitlines()
    told = {one["source"]: one for one in json.loads(invoke("sources", "--json", env=taught).stdout)}
    assert told["isle"] == {
        "source": "isle",
        "listings": [],
        "hosts": ["www.isle.example"],
        "paths": [],
        "valid_until": "2099-12-31",
    }


# A made-up page in the manner of each site that comes with a recipe is kept beside it, with what it is expected to say.
SITES = sorted((PACKAGED_RECIPES / "sites").glob("*.yaml"))


@pytest.mark.parametrize("file", SITES, ids=lambda file: file.stem)
def test_a_recipe_that_comes_with_the_archiver_mends_its_site(file: Path) -> None:
    (expected,) = read_expected(file_beside(file))
    site = site_for(expected.address, None, load_sites())
    assert site
    assert site.name == file.stem
    page = DraftPage(expected.page, (file.parent / expected.page).read_bytes(), expected.address)
    assert list(differences(expected, page.explained(site))) == []
    general = {field for field, *_ in differences(expected, page.explained())}
    assert general
    # It says nothing that the general reading finds by itself; a description and a source are not expected.
    assert {"text" if field == "body" else field for field in site.fields} - general <= {"description", "source"}


def test_the_sites_are_of_many_languages() -> None:
    pages = [
        DraftPage("", (file.parent / one.page).read_bytes(), one.address)
        for file in SITES
        for one in read_expected(file_beside(file))
    ]
    assert len(pages) > 10
    languages = {str(page.explained().fields["language"].value)[:2] for page in pages}
    assert languages >= {"de", "en", "es", "fr", "ja", "pl", "sv", "tr", "zh"}


@pytest.mark.parametrize(
    ("hosts", "slots"),
    [(["www.isle.example"], {"www.isle.example"}), (["isle.example:8080", "*.isle.example"], {"isle.example"})],
)
def test_the_delay_of_a_recipe_counts_for_its_hosts_whatever_their_port(
    tmp_path: Path, hosts: list[str], slots: set[str]
) -> None:
    (tmp_path / "isle.yaml").write_text(yaml.safe_dump({"name": "isle", "hosts": hosts, "politeness": {"delay": 7}}))
    settings = Settings()
    settings.setmodule("archiver.settings")
    settings.set("ARCHIVER_RECIPES", str(tmp_path))
    ShareSpider.update_settings(settings)
    assert {host for host, said in settings["DOWNLOAD_SLOTS"].items() if said.get("delay") == 7} == slots
