"""Settings from all the places where they can be given, without Scrapy."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver import settings as defaults
from archiver.configuration import ARCHIVE_FILE, SETTINGS, Origin, load_configuration, remember, setting_name
from archiver.errors import StoreError, UsageError
from archiver.scrapy_settings import complete_settings, scrapy_settings

if TYPE_CHECKING:
    from pathlib import Path


def in_archive(output: Path, text: str) -> dict[str, object]:
    """Write the archive's own file, and return what names the archive."""
    output.mkdir(exist_ok=True)
    (output / ARCHIVE_FILE).write_text(text, encoding="utf-8")
    return {"ARCHIVER_OUTPUT": str(output)}


def test_every_setting_of_ours_is_known_and_has_a_default() -> None:
    ours = {name for name in dir(defaults) if name.startswith("ARCHIVER_")}
    assert ours == {name for name in SETTINGS if name.startswith("ARCHIVER_")}
    configuration = load_configuration({}, {})
    assert all(configuration[name] == SETTINGS[name].read(getattr(defaults, name)) for name in ours)
    assert {configuration.origin(name) for name in ours} == {Origin.DEFAULT}


# Each place where a setting can be given, what counts least first, and how a site is given there.
PLACES = [Origin.SETTINGS_MODULE, Origin.ARCHIVE, Origin.ENVIRONMENT, Origin.COMMAND_LINE]


@given(st.sets(st.sampled_from(PLACES)))
def test_what_is_nearer_counts(tmp_path_factory: pytest.TempPathFactory, places: set[Origin]) -> None:
    output = tmp_path_factory.mktemp("archive")
    if Origin.ARCHIVE in places:
        in_archive(output, "ARCHIVER_SITE: archive.example\n")
    configuration = load_configuration(
        {"ARCHIVER_SITE": "command_line.example"} if Origin.COMMAND_LINE in places else {},
        {"ARCHIVER_OUTPUT": str(output)}
        | ({"ARCHIVER_SITE": "environment.example"} if Origin.ENVIRONMENT in places else {}),
        {"ARCHIVER_SITE": "settings_module.example"} if Origin.SETTINGS_MODULE in places else {},
    )
    first = next((one for one in reversed(PLACES) if one in places), Origin.DEFAULT)
    assert configuration.origin("ARCHIVER_SITE") is first
    assert configuration["ARCHIVER_SITE"] == (f"{first.name.lower()}.example" if places else "")


def test_the_settings_module_that_the_environment_names_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "of_test_configuration.py").write_text("ARCHIVER_SITE = 'mine.example'\nARCHIVER_BACKOFF = '2'\n")
    (tmp_path / "broken_of_test_configuration.py").write_text("1 / 0\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    configuration = load_configuration({}, {"SCRAPY_SETTINGS_MODULE": "of_test_configuration"})
    assert (configuration["ARCHIVER_SITE"], configuration["ARCHIVER_BACKOFF"]) == ("mine.example", 2.0)
    with pytest.raises(UsageError, match="cannot import broken_of_test_configuration: ZeroDivisionError"):
        load_configuration({}, {"SCRAPY_SETTINGS_MODULE": "broken_of_test_configuration"})


@pytest.mark.parametrize(
    ("name", "value", "read"),
    [
        ("ARCHIVER_FORCE", "TRUE", True),
        ("ARCHIVER_FORCE", "0", False),
        ("ARCHIVER_WARC", "", None),
        ("ARCHIVER_WARC", None, None),
        ("ARCHIVER_WARC", False, False),
        ("ARCHIVER_MAX_REQUESTS", "12", 12),
        ("ARCHIVER_MAX_SECONDS", "1.5", 1.5),
        ("ARCHIVER_MAX_SECONDS", "2m", 120.0),
        ("ARCHIVER_MAX_SECONDS", " 1h ", 3600.0),
        ("ARCHIVER_BACKOFF", "2s", 2.0),
        ("ARCHIVER_RETRY_AFTER_MAX", "5m", 300.0),
        ("DOWNLOAD_DELAY", "3s", 3.0),
        ("DOWNLOAD_TIMEOUT", 20, 20.0),
        ("ARCHIVER_RECHECK", "2d", "2d"),
        ("ARCHIVER_RECHECK", "0", ""),
        ("ARCHIVER_RECHECK", 0, ""),
        ("ARCHIVER_RECIPES", "a, b,", ("a", "b")),
        ("ARCHIVER_RECIPES", ["a,b"], ("a,b",)),
        ("ARCHIVER_SITE", None, ""),
        ("CONCURRENT_REQUESTS", 8, 8),
        ("LOG_FILE", "x", "x"),
    ],
)
def test_values_have_the_types_of_their_settings(name: str, value: object, read: object) -> None:
    found = load_configuration({name: value}, {})[name]
    assert (found, type(found)) == (read, type(read))


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("ARCHIVER_PROFILE", "pretty", "expected clean or source, got 'pretty'"),
        ("ARCHIVER_FORCE", "perhaps", "expected True or False, got 'perhaps'"),
        ("ARCHIVER_WARC", "perhaps", "expected True or False, got 'perhaps'"),
        ("ARCHIVER_MAX_REQUESTS", "1.5", "expected a whole number, got '1.5'"),
        ("ARCHIVER_MAX_SECONDS", "inf", "expected seconds or a length of time such as 30s, 2m or 6h, got 'inf'"),
        ("ARCHIVER_MAX_SECONDS", "2 minutes", "expected seconds or a length of time such as 30s, 2m or 6h, got '2 min"),
        ("ARCHIVER_BACKOFF", [], r"expected seconds or a length of time such as 30s, 2m or 6h, got \[\]"),
        ("ARCHIVER_RECHECK", "2 days", "expected a length of time such as 30m, 6h, 2d or 1w, got '2 days'"),
        ("ARCHIVER_CONTACT", "a\nb", r"expected one line of text, got 'a\\nb'"),
        ("ARCHIVER_OUTPUT", " ", "expected a directory"),
        ("ARCHIVER_OUTPUT", "a\0b", "expected a directory"),
        ("DOWNLOAD_DELAY", "-1", "expected seconds or a length of time such as 30s, 2m or 6h, got '-1'"),
        ("ARCHIVER_PROFLE", "clean", "no such setting; did you mean ARCHIVER_PROFILE?"),
        ("ARCHIVER_ZZZ", "1", "no such setting$"),
    ],
)
def test_what_cannot_be_is_named_with_its_place(tmp_path: Path, name: str, value: object, message: str) -> None:
    with pytest.raises(UsageError, match=f"^{name}: {message}"):
        load_configuration({name: value}, {})
    if isinstance(value, str) and name.startswith("ARCHIVER_"):
        environment = "" if name == "ARCHIVER_OUTPUT" else "environment: "
        with pytest.raises(UsageError, match=f"^{environment}{name}: {message}"):
            load_configuration({}, {name: value})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("ARCHIVER_PROFILE: pretty", "ARCHIVER_PROFILE: expected clean or source, got 'pretty'"),
        ("ARCHIVER_PROFLE: clean", r"ARCHIVER_PROFLE: no such setting; did you mean ARCHIVER_PROFILE\?"),
        ("profile: clean", "profile: no such setting"),
        ("ARCHIVER_FORCE: true", "ARCHIVER_FORCE belongs to a run and not to an archive"),
        ("ARCHIVER_OUTPUT: x", "ARCHIVER_OUTPUT belongs to a run"),
        ("5: x", "5: no such setting"),
        ("- a", "expected a line NAME: VALUE for each setting, got list"),
        ("a: [", "is not readable as YAML"),
        ("a: 2021-13-45", "is not readable as YAML"),
    ],
)
def test_a_wrong_file_of_an_archive_is_one_clear_line(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(UsageError, match=f"^{tmp_path}/_archiver.yaml: {message}") as raised:
        load_configuration(in_archive(tmp_path, text), {})
    assert "\n" not in str(raised.value)


def test_a_file_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    (tmp_path / ARCHIVE_FILE).mkdir()
    with pytest.raises(UsageError, match=r"_archiver.yaml: cannot be read: it is no file"):
        load_configuration({"ARCHIVER_OUTPUT": str(tmp_path)}, {})
    (tmp_path / ARCHIVE_FILE).rmdir()
    (tmp_path / ARCHIVE_FILE).write_bytes(b"ARCHIVER_SITE: \xff")
    with pytest.raises(UsageError, match=r"_archiver.yaml: is not readable as YAML"):
        load_configuration({"ARCHIVER_OUTPUT": str(tmp_path)}, {})


def test_an_empty_file_says_nothing(tmp_path: Path) -> None:
    assert load_configuration(in_archive(tmp_path, "# nothing\n"), {})["ARCHIVER_PROFILE"] == "clean"


def test_recipes_in_an_archive_are_found_from_anywhere(tmp_path: Path) -> None:
    given = in_archive(tmp_path, "ARCHIVER_RECIPES: [recipes, /elsewhere]\n")
    assert load_configuration(given, {})["ARCHIVER_RECIPES"] == (f"{tmp_path}/recipes", "/elsewhere")


def test_an_archive_remembers_what_it_was_begun_with(tmp_path: Path) -> None:
    recipes = tmp_path / "archive" / "recipes"
    output = tmp_path / "archive"
    given = in_archive(output, "# mine\nARCHIVER_SITE: mine.example")
    added = remember(
        output, {"ARCHIVER_PROFILE": "source", "ARCHIVER_RECIPES": (str(recipes), "/x"), "ARCHIVER_SITE": "other"}
    )
    assert added == ["ARCHIVER_PROFILE", "ARCHIVER_RECIPES"]
    assert (output / ARCHIVE_FILE).read_text().startswith("# mine\nARCHIVER_SITE: mine.example\n")
    moved = output.rename(tmp_path / "moved")
    configuration = load_configuration(given | {"ARCHIVER_OUTPUT": str(moved)}, {})
    assert configuration["ARCHIVER_SITE"] == "mine.example"
    assert configuration["ARCHIVER_PROFILE"] == "source"
    assert configuration["ARCHIVER_RECIPES"] == (f"{moved}/recipes", "/x")
    assert remember(moved, {"ARCHIVER_PROFILE": "clean"}) == []
    assert [file.name for file in moved.iterdir()] == [ARCHIVE_FILE]


def test_what_cannot_be_remembered_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match=r"file/_archiver.yaml: cannot be written: "):
        remember(tmp_path / "file", {"ARCHIVER_PROFILE": "source"})


def test_keywords_of_python_are_settings() -> None:
    assert [setting_name(one) for one in ("profile", "warc_size", "download_delay")] == [
        "ARCHIVER_PROFILE",
        "ARCHIVER_WARC_SIZE",
        "DOWNLOAD_DELAY",
    ]


def test_scrapy_gets_the_settings_of_a_configuration() -> None:
    settings = scrapy_settings(load_configuration({"DOWNLOAD_DELAY": "0", "ARCHIVER_SITE": "a"}, {}, {"X_MINE": [1]}))
    assert settings["X_MINE"] == [1]
    assert settings.getpriority("DOWNLOAD_DELAY") == 40  # so that no recipe's counts above it
    assert scrapy_settings(load_configuration({}, {})).getpriority("DOWNLOAD_DELAY") == 20
    before = settings.copy_to_dict()
    complete_settings(settings)
    assert settings.copy_to_dict() == before


def test_a_mistyped_setting_of_scrapy_is_not_taken_for_another() -> None:
    with pytest.raises(UsageError, match=r"^DOWNLOD_DELAY: no such setting; did you mean DOWNLOAD_DELAY\?"):
        scrapy_settings(load_configuration({"DOWNLOD_DELAY": "0"}, {}))
    assert scrapy_settings(load_configuration({"DOWNLOAD_WARNSIZE": "1"}, {}))["DOWNLOAD_WARNSIZE"] == "1"
    assert scrapy_settings(load_configuration({"PLUGGED_IN": "1"}, {}))["PLUGGED_IN"] == "1"


def test_scrapy_by_itself_finds_the_archives_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ARCHIVER_CONTACT", "me@example.org")
    settings = scrapy_settings(load_configuration({}, {}))
    for name in SETTINGS:
        settings.attributes[name].priority = 20  # as a settings module has them
    settings.set("ARCHIVER_OUTPUT", in_archive(tmp_path, "ARCHIVER_SITE: mine.example")["ARCHIVER_OUTPUT"], "cmdline")
    complete_settings(settings)
    assert settings["ARCHIVER_SITE"] == "mine.example"
    assert settings["ARCHIVER_CONTACT"] == "me@example.org"
    assert settings.getpriority("DOWNLOAD_DELAY") == 20


@pytest.mark.parametrize("module", ["archiver", "archiver.errors", "archiver.configuration", "archiver.statuses"])
def test_what_is_pure_loads_no_scrapy(module: str) -> None:
    code = f"import sys, {module}; print([name for name in sys.modules if name.partition('.')[0] == 'scrapy'])"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout == "[]\n"
