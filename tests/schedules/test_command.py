"""The command: what it refuses, what it carries over, when it lets crawls run, and its documentation."""

from __future__ import annotations

import itertools
import re
import shlex
from typing import TYPE_CHECKING

import pytest
import yaml

from archiver.commands import main
from archiver.commands.schedules.job import INTERVALS
from tests.schedules.calls import PROJECT, Printer

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("scheduler", ["cron", "systemd", "github"])
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["westmoney"], "there are: eastmoney"),
        (["eastmoney/nothing"], "eastmoney has: "),
        (["--name", "a/b"], "--name a/b: expected"),
        (["--name", "-"], "--name -: expected"),
        (["--package", ""], "--package : expected"),
        (["--package=-e ."], "--package -e .: expected"),
        (["eastmoney/search?title=\udcff"], "expected UTF-8"),
        (["--output", "a\nb"], r"'\n'"),
        (["-s", "A=\u202e"], r"'\u202e'"),
    ],
)
def test_what_cannot_be_is_refused(schedule: Printer, scheduler: str, arguments: list[str], said: str) -> None:
    message = schedule(scheduler, *arguments, status=2)
    assert message.startswith("archiver: ")
    assert said in message


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["cron", "-s", r"A=\%"], "backslash"),
        (["cron", "-s", f"A={'芯' * 400}"], "998 bytes"),
        (["github", "--output", "/srv/archive"], "--output /srv/archive: expected"),
        (["github", "--output", "a/../../b"], "--output a/../../b: expected"),
        (["github", "--output", "a*"], "--output a*: expected"),
        (["github", "--site"], "--pages builds the site"),
        (["cron", "--pages"], "--site builds the site"),
    ],
)
def test_what_one_scheduler_cannot_hold_is_refused(schedule: Printer, arguments: list[str], said: str) -> None:
    assert said in schedule(*arguments, status=2)


@pytest.mark.parametrize("scheduler", ["cron", "systemd"])
def test_the_site_is_built_after_each_run_where_it_is_asked_for(schedule: Printer, scheduler: str) -> None:
    assert re.search(r"\bcrawl\b.* \W?eastmoney\W? \W?--site\b", schedule(scheduler, "eastmoney", "--site"))
    assert "--site" not in schedule(scheduler, "eastmoney")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (["eastmoney/search?title=芯片"], ["eastmoney/search?title=石油"]),
        ([f"eastmoney/search?title={'a' * 80}b"], [f"eastmoney/search?title={'a' * 80}c"]),
        (["eastmoney/search?title=a"], ["eastmoney/search?title=a "]),
    ],
)
def test_schedules_of_different_listings_have_different_names(
    schedule: Printer, one: list[str], other: list[str]
) -> None:
    names = [yaml.safe_load(schedule("github", *sources))["name"] for sources in (one, other)]
    assert all(re.fullmatch(r"archiver-eastmoney\.search-title(-a+)?-[0-9a-f]{6}", name) for name in names)
    assert max(map(len, names)) <= 64
    assert names[0] != names[1]


def test_a_schedule_of_a_source_has_its_name(schedule: Printer) -> None:
    assert yaml.safe_load(schedule("github", "eastmoney"))["name"] == "archiver-eastmoney"


def test_a_schedule_of_a_listing_has_its_name(schedule: Printer) -> None:
    assert yaml.safe_load(schedule("github", "eastmoney/rolling"))["name"] == "archiver-eastmoney.rolling"
    two = yaml.safe_load(schedule("github", "eastmoney/rolling", "eastmoney/headlines"))["name"]
    assert two == "archiver-eastmoney.rolling-eastmoney.headlines"
    # Where one source ends and another begins must be plain.
    assert re.fullmatch(
        r"archiver-eastmoney\.fast-news-eastmoney-[0-9a-f]{6}",
        yaml.safe_load(schedule("github", "eastmoney/fast-news", "eastmoney"))["name"],
    )


def test_what_github_installs_must_be_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schedule", "github", "eastmoney"]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "say what pip is to install there, such as --package 'news-share-archiver @ git+" in captured.err


@pytest.mark.parametrize("repository", ["a", "a/b/c", "a'/b", "/b", "a/", "-a/b", "a/b'"])
def test_a_repository_is_an_owner_and_a_name(schedule: Printer, repository: str) -> None:
    assert "expected OWNER/NAME" in schedule("github", f"--repository={repository}", status=2)


def test_recipes_of_this_machine_are_warned_of(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (place / "mine").mkdir()
    assert main(["schedule", "github", "-s", "ARCHIVER_RECIPES=mine", "--package", "x"]) == 0
    captured = capsys.readouterr()
    assert "ARCHIVER_RECIPES=mine: the workflow looks for this directory in the repository" in captured.err
    assert "ARCHIVER_RECIPES=mine" in captured.out


def test_an_interval_that_no_crontab_can_say_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schedule", "cron", "--every", "7m"]) == 2
    said = capsys.readouterr().err
    assert said.startswith(f"archiver: --every: there is no 7m; there are {', '.join(INTERVALS)} (see ")


def test_the_environment_counts_and_options_count_more(schedule: Printer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ARCHIVER_CONTACT", "a@example.org")
    monkeypatch.setenv("ARCHIVER_SITE", "example.org")
    monkeypatch.setenv("ARCHIVER_OUTPUT", "there")
    text = schedule("github", "-s", "ARCHIVER_CONTACT=b@example.org", "--profile", "source")
    (line,) = (line.strip() for line in text.splitlines() if "archiver crawl" in line)
    settings = "-s ARCHIVER_SITE=example.org -s ARCHIVER_CONTACT=b@example.org"
    assert line == f'archiver crawl --profile source {settings} --output "$OUTPUT"'
    assert yaml.safe_load(text)["env"] == {"OUTPUT": "./there"}


@pytest.mark.parametrize("scheduler", ["cron", "systemd", "github"])
@pytest.mark.parametrize("given", ["environment", "option", "archive"])
def test_secrets_are_no_part_of_a_schedule(
    schedule: Printer, place: Path, monkeypatch: pytest.MonkeyPatch, scheduler: str, given: str
) -> None:
    options = ["--pages", "--repository", "a/b"] if scheduler == "github" else []
    settings = {
        "ARCHIVER_INDEX": "postgresql://me:hidden@localhost/x",
        "ARCHIVER_ON_ALARM_POST": "https://hooks.example/hidden",
        "ARCHIVER_STORE": "s3://news-archive/share",
    }
    if given == "archive":  # its own file says the rest
        del settings["ARCHIVER_INDEX"]
        (place / "output").mkdir()
        (place / "output/_archiver.yaml").write_text(f"ARCHIVER_STORE: {settings.pop('ARCHIVER_STORE')}\n")
    if given == "option":
        options += [word for name, value in settings.items() for word in ("-s", f"{name}={value}")]
    else:
        for name, value in settings.items():
            monkeypatch.setenv(name, value)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "hidden")
    monkeypatch.setenv("AWS_REGION", "eu-central-1")
    text = schedule(scheduler, *options)
    assert "hidden" not in text
    assert text.count("-s ARCHIVER_STORE=s3://") + text.count('"ARCHIVER_STORE=s3://') == (
        0 if given == "archive" else 2 if scheduler == "github" else 1
    )
    wanted = [*settings, "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION"]
    wanted = [name for name in wanted if name != "ARCHIVER_STORE"]
    if scheduler == "github":
        assert yaml.safe_load(text)["env"] == {
            "OUTPUT": "./output",
            **{name: f"${{{{ secrets.{name} }}}}" for name in wanted},
        }
    assert [name for name in wanted if name not in text] == []


def test_an_index_without_a_password_is_no_secret(schedule: Printer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ARCHIVER_INDEX", "postgresql://me@localhost/x")
    assert "-s ARCHIVER_INDEX=postgresql://me@localhost/x " in schedule("cron", "eastmoney")
    assert "PGPASSWORD" not in schedule("cron", "eastmoney")
    monkeypatch.setenv("PGPASSWORD", "hidden")
    assert "#   PGPASSWORD=\n" in schedule("cron", "eastmoney")


def test_nothing_is_written_and_places_are_absolute_on_this_machine(schedule: Printer, place: Path) -> None:
    (place / "mine").mkdir()
    for scheduler in ("cron", "systemd"):
        text = schedule(scheduler, "-s", "ARCHIVER_RECIPES=mine", "--output", "out")
        assert f"ARCHIVER_RECIPES={place}/mine" in text
        assert f"{place}/out" in text
    assert [file.name for file in place.rglob("*")] == ["mine"]


@pytest.mark.parametrize("every", INTERVALS)
def test_runs_are_as_far_apart_as_asked_and_never_on_the_full_hour(schedule: Printer, every: str) -> None:
    for name in ("a", "b", "c", "d"):
        minutes, hours = schedule("cron", "--every", every, "--name", name).splitlines()[-1].split()[:2]
        times = [
            60 * int(hour) + int(minute)
            for hour in (hours.split(",") if hours != "*" else range(24))
            for minute in minutes.split(",")
        ]
        apart = {later - time for time, later in itertools.pairwise([*times, times[0] + 24 * 60])}
        assert apart == {INTERVALS[every]}
        assert all(time % 60 for time in times)


def test_schedules_do_not_all_run_at_the_same_minute(schedule: Printer) -> None:
    times = {schedule("cron", "--name", f"n{number}").splitlines()[-1].split()[0] for number in range(20)}
    assert len(times) > 5
    assert len({schedule("cron", "--name", "one") for _ in range(2)}) == 1


EXAMPLES = re.findall(
    r"^ {4}archiver schedule (.*?)(?: \|)?$", (PROJECT / "docs/scheduling.md").read_text(), re.MULTILINE
)


@pytest.mark.parametrize("example", EXAMPLES)
def test_the_examples_of_the_documentation_work(schedule: Printer, example: str) -> None:
    assert schedule(*shlex.split(example))


def test_every_option_is_documented(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schedule", "--help"]) == 0
    options = set(re.findall(r"--\w+", capsys.readouterr().out)) - {"--help"}
    text = (PROJECT / "docs/scheduling.md").read_text()
    assert [option for option in options if f"`{option}" not in text] == []
