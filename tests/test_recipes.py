"""Recipes: checked when loaded, with errors that say where and what."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

import archiver
from archiver.errors import RecipeError
from archiver.recipes import load_recipe, load_recipes

PACKAGE = Path(archiver.__file__).parent
PACKAGED = sorted((PACKAGE / "recipes").rglob("*.yaml"))


@pytest.fixture
def content() -> dict[str, Any]:
    """The content of the packaged recipe, to spoil."""
    content: dict[str, Any] = yaml.safe_load((PACKAGE / "recipes" / "eastmoney.yaml").read_text(encoding="utf-8"))
    return content


def write(directory: Path, content: object) -> Path:
    """Write a recipe and return its file."""
    file = directory / "mine.yaml"
    file.write_text(content if isinstance(content, str) else yaml.safe_dump(content), encoding="utf-8")
    return file


@pytest.mark.parametrize(
    ("key", "value", "where", "words"),
    [
        ("id", None, "the recipe", "missing required field `id`"),
        ("name", "East Money", "name", "expected lower-case letters"),
        ("id", "[0-9", "id", "expected a regular expression"),
        ("id", "[0-9]+", "id", "expected a group"),
        ("time_zone", "Asia/Peking", "time_zone", "expected a name of the tz database"),
        ("time_zone", 8, "time_zone", "Expected `str`, got `int`"),
        ("colour", "red", "the recipe", "unknown field `colour`"),
        ("addresses", [{"hosts": ["a.example"], "path": "/a"}], "addresses[0]", "the article's id in one place"),
        ("addresses", [{"hosts": "a.example", "path": "/{id}"}], "addresses[0].hosts", "Expected `array`"),
        ("pages", [], "pages", "expected at least one page"),
        ("forms", {}, "forms", "expected a form named share"),
        ("recover", {"title": [{"from": "digest", "match": "x"}]}, "recover.title[0].match", "expected a group"),
        ("recover", {"title": []}, "recover.title", "expected at least one rule"),
        ("recheck", {"within": "0d", "every": "6h"}, "recheck.within", "a length of time above 0, got '0d'"),
        ("recheck", {"within": "2d", "every": "0h"}, "recheck.every", "a length of time above 0, got '0h'"),
        ("recover", {"titel": []}, "recover.titel", "expected one of title, time, source, url, got 'titel'"),
        ("recover", {"title": [{"from": "lead", "match": "(.)"}]}, "recover.title[0].from", "expected one of title"),
        (
            "recover",
            {"url": [{"from": "id", "match": "(.)", "format": "x{y}"}]},
            "recover.url[0].format",
            "unknown name {y}; expected one of {}",
        ),
        ("clean", {"drop": {"pictures": ["("]}}, "clean.drop.pictures", "expected a regular expression"),
        ("clean", {"drop": {"paragraphs": ["a", "(?i)b"]}}, "clean.drop.paragraphs", "global flags not at the start"),
        ("clean", {"keep_classes": ["a", 1]}, "clean.keep_classes[1]", "Expected `str`, got `int`"),
        ("addresses", {1, 2}, "addresses[0]", "Expected `object`, got `int`"),
        ("politeness", {"delay": "slow"}, "politeness.delay", "Expected `float"),
        ("politeness", {"delay": -1}, "politeness.delay", "Expected `float` >= 0"),
        ("politeness", {"concurrency": 0}, "politeness.concurrency", "Expected `int` >= 1"),
    ],
)
def test_a_mistake_is_named(
    tmp_path: Path, content: dict[str, Any], key: str, value: object, where: str, words: str
) -> None:
    content[key] = value
    if value is None:
        del content[key]
    file = write(tmp_path, content)
    with pytest.raises(RecipeError, match=re.escape(f"{file}: {where}: ")) as caught:
        load_recipe(file)
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("key", "value", "where", "words"),
    [
        ("file", "{nr}", "file", "unknown name {nr}; expected one of {id}"),
        ("file", "{url}", "file", "unknown name {url}; expected one of {id}"),
        ("file", "NW", "file", "expected {id} in it, got 'NW'"),
        ("link", "{source}", "link", "unknown name {source}; expected one of {id}, {url}"),
        ("category", "{source}", "category", "unknown name {source}; expected one of {slug}"),
        ("tag", "{slug}", "tag", "unknown name {slug}; expected one of {source}"),
        ("footer", "{url}", "footer", "unknown name {url}; expected one of {site}, {slug}, {source}"),
        ("body", [], "body", "expected at least one name of a body"),
        ("tag", "{source", "tag", "expected a template, got '{source'"),
        ("tag", "{source:d}", "tag", "expected a template, got '{source:d}'"),
        ("footer", "{site!x}", "footer", "expected a template"),
        ("link", "{}", "link", "unknown name {}"),
        ("body", ["text", "texxt"], "body[1]", "expected one of content, digest, id, source, text, time, title, got"),
        ("quote", {"from": "lead"}, "quote.from", "expected one of title, time, source, digest, url, got 'lead'"),
        ("quote", {"from": "digest", "drop": "["}, "quote.drop", "expected a regular expression, got '['"),
    ],
)
def test_a_mistake_in_a_form_is_named(
    tmp_path: Path, content: dict[str, Any], key: str, value: object, where: str, words: str
) -> None:
    content["forms"]["rolling"][key] = value
    with pytest.raises(RecipeError, match=re.escape(f"mine.yaml: forms.rolling.{where}: ")) as caught:
        load_recipe(write(tmp_path, content))
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("page", "where", "words"),
    [
        ({"format": "json", "fields": {"title": ["a["]}}, "fields.title[0]", "expected JSON, got 'a['"),
        ({"format": "css", "fields": {"title": ["a[["]}}, "fields.title[0]", "expected CSS, got 'a[['"),
        ({"format": "xpath", "fields": {"title": ["//a["]}}, "fields.title[0]", "expected XPATH, got '//a['"),
        (
            {"format": "json", "fields": {"a": [{"select": "a", "match": "("}]}},
            "fields.a[0].match",
            "regular expression",
        ),
        ({"format": "json", "fields": {}, "address": "ftp://a/{id}"}, "address", "begins http:// or https://"),
        ({"format": "json", "fields": {}, "address": "http://a/{nr}"}, "address", "unknown name {nr}; expected one of"),
        ({"format": "json", "fields": {}, "address": "http://a/"}, "address", "expected {id} in it"),
        ({"format": "json", "fields": {}, "address": "http://{host}/{id}"}, "hosts", "expected hosts where"),
        ({"format": "json", "fields": {}, "hosts": ["a.example"]}, "hosts", "and only there"),
        (
            {"format": "json", "fields": {}, "address": "http://x:abc/{id}"},
            "address",
            "got 'http://x:abc/1': Port could",
        ),
        ({"format": "json", "fields": {}, "address": "http://[::1/{id}"}, "address", "Invalid IPv6 URL"),
        ({"format": "json", "fields": {}, "address": "http:///{id}"}, "address", "no name of a host"),
        (
            {"format": "json", "fields": {}, "address": "http://{host}/{id}", "hosts": ["a", "b:x"]},
            "address",
            "got 'http://b:x/1'",
        ),
        ({"format": "json", "fields": {}, "hosts": []}, "hosts", "expected hosts where"),
        ({"format": "json", "fields": {"title": ["foo(a)"]}}, "fields.title[0]", "Unknown function: foo()"),
        ({"format": "json", "fields": {"title": ["a[?b(c)]"]}}, "fields.title[0]", "Unknown function: b()"),
        ({"format": "json", "fields": {"title": ["keys(a, b)"]}}, "fields.title[0]", "keys() takes 1 argument(s), not"),
        ({"format": "json", "fields": {"title": ["merge()"]}}, "fields.title[0]", "merge() takes at least 1"),
        ({"format": "json", "fields": {"title": ["keys(`1`)"]}}, "fields.title[0]", "invalid type for value: 1"),
        ({"format": "xpath", "fields": {"title": ["foo(//a)"]}}, "fields.title[0]", "expected XPATH, got 'foo(//a)'"),
        ({"format": "xpath", "fields": {"title": ["//x:a"]}}, "fields.title[0]", "expected XPATH, got '//x:a'"),
        ({"format": "json", "fields": {"title": []}}, "fields.title", "expected at least one expression"),
        ({"format": "json", "fields": {}, "name": " "}, "name", "expected a name, got nothing"),
        ({"format": "json", "fields": {"a": ["a"], "title": ["a", 1]}}, "fields.title[1]", "Expected `str | object`"),
        ({"format": "json", "fields": {"titel": ["t"]}}, "fields", "expected one of title, time, source"),
        ({"format": "yaml", "fields": {}}, "format", "Invalid enum value 'yaml'"),
    ],
)
def test_a_mistake_in_a_page_is_named(
    tmp_path: Path, content: dict[str, Any], page: dict[str, Any], where: str, words: str
) -> None:
    content["pages"] = [{"name": "a", "address": "http://a.example/{id}", **page}]
    with pytest.raises(RecipeError, match=re.escape(f"pages[0].{where}: ")) as caught:
        load_recipe(write(tmp_path, content))
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("key", "value", "where", "words"),
    [
        ("endpoints", "http://a.example/", "endpoints", "Expected `array`, got `str`"),
        ("endpoints", [{"address": "http://a.example/", "items": 1, "fields": {}}], "endpoints[0].items", "got `int`"),
        ("parameters", {"x": "", "market": 1}, "parameters.market", "Expected `str | null`, got `int`"),
        ("parameters", {"host": "", "market": ""}, "parameters", "host has a meaning of its own"),
        ("parameters", {"0": "", "market": ""}, "parameters", "expected names of letters, digits and _, got '0'"),
        ("parameters", {"": "", "market": ""}, "parameters", "expected names of letters, digits and _, got ''"),
        ("rhythm", "0d", "rhythm", "expected a length of time above 0, got '0d'"),
        ("size", 10001, "size", "Expected `int` <= 10000"),
        ("colour", "red", "", "unknown field `colour`"),
    ],
)
def test_a_mistake_in_a_listing_is_named(
    tmp_path: Path, content: dict[str, Any], key: str, value: object, where: str, words: str
) -> None:
    content["listings"]["market-38"][key] = value
    where = f"listings.market-38{'.' if where else ''}{where}"
    with pytest.raises(RecipeError, match=re.escape(f"mine.yaml: {where}: ")) as caught:
        load_recipe(write(tmp_path, content))
    assert words in str(caught.value)


def test_two_pages_of_one_name_are_refused(tmp_path: Path, content: dict[str, Any]) -> None:
    content["pages"].append(content["pages"][0])
    with pytest.raises(RecipeError, match=r"pages\[3\]\.name: expected a name of its own, got 'text' again"):
        load_recipe(write(tmp_path, content))


def test_css_may_select_text_and_attributes(tmp_path: Path, content: dict[str, Any]) -> None:
    content["pages"][2]["fields"]["title"] = ["h1::text", "meta::attr(content)"]
    assert load_recipe(write(tmp_path, content)).pages[2].fields["title"] == ("h1::text", "meta::attr(content)")


NO_YAML = ["a: [", "\x00", "a: &x *x", "[" * 5000, "name: 2021-13-45", "a: !!bool x", "a: !!timestamp x", "{[1]: 2}"]


@pytest.mark.parametrize("text", ["", "- a list", "just words", "name: 2021-12-24", "1: 2", *NO_YAML])
def test_what_is_no_recipe_is_refused(tmp_path: Path, text: str) -> None:
    file = write(tmp_path, text)
    with pytest.raises(RecipeError, match=re.escape(str(file))):
        load_recipe(file)


def test_a_file_that_is_not_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(RecipeError, match="not readable as YAML"):
        load_recipes(str(tmp_path))


def test_your_recipes_come_first_and_replace_packaged_ones(tmp_path: Path, content: dict[str, Any]) -> None:
    write(tmp_path, {**content, "site": "mine.example.org"})
    (tmp_path / "other.yaml").write_text(yaml.safe_dump({**content, "name": "other"}), encoding="utf-8")
    recipes = load_recipes(str(tmp_path))
    assert list(recipes) == ["eastmoney", "other", "web"]
    assert recipes["eastmoney"].site == "mine.example.org"


def test_a_directory_that_is_not_there() -> None:
    with pytest.raises(RecipeError, match="/nowhere: no such directory"):
        load_recipes("/nowhere")


# What pages of any site say around an article, our own site's too, in the words of a language: a label may be one.
WORDINGS = {
    PACKAGE / file
    for file in (
        *("reading/body/phrases.py", "reading/refusals/wording.py", "site/words.py"),
        *("reading/metadata/names.py", "reading/metadata/text_bylines.py"),
    )
}


def test_no_host_and_no_label_of_a_source_is_in_the_code() -> None:
    text = "".join(re.sub(r"#.*", "", recipe.read_text(encoding="utf-8")) for recipe in PACKAGED)
    hosts = set(re.findall(r"[\w-]+(?:\.[\w-]+)*\.(?:com|xyz|de)\b", text))
    labels = set(re.findall(r"[\u4e00-\u9fff]{2,}", text))
    assert {"finews.zning.xyz", "rp-online.de"} <= hosts
    assert labels
    found = {}
    for file in sorted(PACKAGE.rglob("*.py")):
        code = file.read_text(encoding="utf-8")
        words = hosts if file in WORDINGS else hosts | labels
        if there := [word for word in words if word in code]:
            found[str(file.relative_to(PACKAGE))] = there
    assert found == {}


@pytest.mark.parametrize(
    ("select", "words"),
    [
        ("//a[is-new(.)]", "Unknown function: is-new()"),
        ("//a[my:new(.)]", "Unknown function: my:new()"),
        ("//x:a/text()", "Undefined namespace prefix"),
        ("//a[contains(., 'f(x)')]/descendant::b:c", "Undefined namespace prefix"),
    ],
)
def test_xpath_that_can_only_fail_is_found_when_it_is_loaded(
    tmp_path: Path, content: dict[str, Any], select: str, words: str
) -> None:
    content["pages"][0] |= {"format": "xpath", "fields": {"title": [select]}}
    with pytest.raises(RecipeError, match=re.escape("pages[0].fields.title[0]: expected XPATH")) as caught:
        load_recipe(write(tmp_path, content))
    assert words in str(caught.value)


@pytest.mark.parametrize(
    "select",
    [
        "//a[contains(., 'f(x) a:b(c)') and (position() = 1 or (last()))]/text()",
        "//a/@*[starts-with(name(), 'data-')]",
        "//a[re:test(@href, '(x)')]",
        "//a[has-class('x')]/following-sibling::node()",
        "substring-before(//time/@datetime, 'T')",
        "//div[4 div (2)]/ancestor-or-self::*",
    ],
)
def test_xpath_that_works_is_no_mistake(tmp_path: Path, content: dict[str, Any], select: str) -> None:
    fields = {"title": [select], "text": ["//p"], "content": ["//p"]}
    content["pages"][0] |= {"format": "xpath", "fields": fields}
    load_recipe(write(tmp_path, content))


@pytest.mark.parametrize("path", ["nothing.there.Page", "archiver.pages.page.Nothing", "json.dumps", "Page", ""])
def test_a_class_that_cannot_be_loaded_is_found_when_the_recipe_is(
    tmp_path: Path, content: dict[str, Any], path: str
) -> None:
    content["pages"][1]["class"] = path
    with pytest.raises(RecipeError, match=re.escape("pages[1].class: expected the import path of a class, got")):
        load_recipe(write(tmp_path, content))


def test_a_key_that_is_there_twice_is_a_mistake(tmp_path: Path) -> None:
    text = (PACKAGE / "recipes" / "eastmoney.yaml").read_text(encoding="utf-8")
    with pytest.raises(RecipeError, match="'politeness' is there twice") as caught:
        load_recipe(write(tmp_path, f"{text}\npoliteness: {{delay: 1}}\n"))
    assert f"line {len(text.splitlines()) + 2}" in str(caught.value)


def test_keys_that_are_merged_may_be_said_anew(tmp_path: Path) -> None:
    text = "a: {b: &b {x: 1, y: 2}}\nc: &c {<<: *b, x: 3}\nd: {<<: *c, x: 4}\n"
    with pytest.raises(RecipeError, match="the recipe: Object"):  # no recipe, but YAML
        load_recipe(write(tmp_path, text))


@pytest.mark.parametrize("ending", ["yml", "YAML", "Yml"])
def test_recipes_may_end_in_yml_and_begin_with_a_byte_order_mark(
    tmp_path: Path, content: dict[str, Any], ending: str
) -> None:
    content["name"] = "mine"
    (tmp_path / f"mine.{ending}").write_text(f"\ufeff{yaml.safe_dump(content)}", encoding="utf-8")
    assert "mine" in load_recipes(str(tmp_path))


def test_what_is_no_file_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.yaml")
    with pytest.raises(RecipeError, match=r"pipe\.yaml: expected a file"):
        load_recipes(str(tmp_path))
    (tmp_path / "pipe.yaml").unlink()
    (tmp_path / "directory.yaml").mkdir()
    with pytest.raises(RecipeError, match=r"directory\.yaml: expected a file"):
        load_recipes(str(tmp_path))


PARTS = {
    "id": r"(?P<year>20\d\d)-(?P<month>\d\d)-(?P<day>\d\d)-(?P<slug>[\w-]+)",
    "id_format": "{year}-{month}-{day}-{slug}",
    "addresses": [{"hosts": ["a.example"], "path": "/{year}/{month}/{day}/{slug}"}],
}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"id_format": "{year}-{slag}"}, "id_format: unknown name {slag}; expected one of {day}, {month}"),
        ({"id": r"(\d+)", "id_format": "x"}, "id: expected named groups (?P<name>…)"),
        (
            {"addresses": [{"hosts": ["a.example"], "path": "/{year}/{slug}"}]},
            "addresses[0]: expected the article's id",
        ),
    ],
)
def test_a_mistake_in_the_parts_of_an_id_is_named(
    tmp_path: Path, content: dict[str, Any], change: dict[str, Any], words: str
) -> None:
    with pytest.raises(RecipeError, match=re.escape(words)):
        load_recipe(write(tmp_path, {**content, **PARTS, **change}))


def test_a_recovered_value_takes_no_more_groups_than_there_are(tmp_path: Path, content: dict[str, Any]) -> None:
    content["recover"]["url"] = [{"from": "id", "match": r"(\d{4})(\d+)", "format": "http://a.example/{}/{}"}]
    recipe = load_recipe(write(tmp_path, content))
    assert recipe.from_id("url", "2021122412") == ["http://a.example/2021/122412"]
    content["recover"]["url"][0]["format"] += "/{}"
    with pytest.raises(RecipeError, match=re.escape("recover.url[0].format: expected no more {} than")):
        load_recipe(write(tmp_path, content))


@pytest.mark.parametrize("order", ["dmy", "mdy", "ymd"])
def test_the_order_of_dates_may_be_said(tmp_path: Path, content: dict[str, Any], order: str) -> None:
    assert load_recipe(write(tmp_path, {**content, "date_order": order})).date_order == order
    with pytest.raises(RecipeError, match="date_order: Invalid enum value 'ydm'"):
        load_recipe(write(tmp_path, {**content, "date_order": "ydm"}))
