"""The command line: what it says of itself, of mistakes, of what may have been meant."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from functools import partial
from io import StringIO
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import archiver
from archiver import commands
from archiver.commands import COMMANDS, complete, display
from archiver.commands.display import count, print_alarms, print_json, print_table, progress_line
from archiver.commands.wrapping import print_wrapped
from archiver.index import Index
from archiver.suggestions import did_you_mean, slips_between
from archiver.views.alarms import MAX_LINE_CHARACTERS, merge_alarms
from tests.conftest import NO_DELAY, PROJECT, invoke

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.conftest import Archive


class Terminal(StringIO):
    """A stream that says that it is a terminal."""

    def isatty(self) -> bool:
        return True


def test_without_a_command_it_shows_help_with_examples() -> None:
    result = invoke()
    assert result.returncode == 0
    assert "\n  archiver crawl eastmoney --since 2d " in result.stdout
    assert all(f"\n    {command}" in result.stdout for command in COMMANDS)
    assert invoke("help").stdout == invoke("--help").stdout == result.stdout


@pytest.mark.parametrize("command", COMMANDS)
def test_help_of_a_command(command: str) -> None:
    result = invoke("help", command)
    assert result.returncode == 0
    assert result.stdout.startswith(f"usage: archiver {command} ")
    assert invoke(command, "--help").stdout == result.stdout


def test_help_of_a_command_of_a_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert commands.main(["help", "site", "build"]) == 0
    assert capsys.readouterr().out.startswith("usage: archiver site build ")
    assert commands.main(["help", "help"]) == 0
    assert capsys.readouterr().out.startswith("usage: archiver [-h]")


@pytest.mark.parametrize(
    ("words", "name", "wanted"),
    [
        (["schedule", "github", "--pages", "eastmoney", "--name", "a", "web"], "sources", ["eastmoney", "web"]),
        (["schedule", "--every=1h", "cron", "eastmoney"], "sources", ["eastmoney"]),
        (["crawl", "eastmoney", "--json", "web", "-v"], "listings", ["eastmoney", "web"]),
        (["crawl", "--json"], "listings", []),
        (["get", "a", "--force", "b", "--", "-c", "--d"], "addresses", ["a", "b", "-c", "--d"]),
        (["get", "--", "-c"], "addresses", ["-c"]),
        (["follow", "a", "--remove", "b"], "addresses", ["a", "b"]),
        (["recipe", "test", "a.yaml", "--keep", "b", "--json", "c"], "pages", ["b", "c"]),
        (["export", "--last", "3", "jsonl"], "format", "jsonl"),
        (["extract", "a", "--to", "parquet", "x", "b"], "to", ["parquet", "x"]),
        (["extract", "a", "--to", "parquet", "x", "b"], "pages", ["a", "b"]),
    ],
)
def test_options_may_stand_anywhere(words: list[str], name: str, wanted: object) -> None:
    assert getattr(complete().parse_args(words), name) == wanted


@pytest.mark.parametrize("width", [60, 80, 120])
@pytest.mark.parametrize("command", [*COMMANDS, ""])
def test_help_fits_the_terminal(command: str, width: int) -> None:
    result = invoke(*filter(None, [command]), "--help", env={"COLUMNS": str(width)})
    assert max(map(len, result.stdout.splitlines())) <= width


def test_version() -> None:
    assert invoke("--version").stdout == f"archiver {archiver.__version__} (news-share-archiver)\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["crwl"], "crwl: no such command; did you mean crawl? (see `archiver help`)"),
        (["hlep"], "hlep: no such command; did you mean help? (see `archiver help`)"),
        (["schedule"], "the following arguments are required: cron|systemd|github (see `archiver schedule --help`)"),
        (["xyzzy"], "xyzzy: no such command (see `archiver help`)"),
        (["help", "statsu"], "statsu: no such command; did you mean status? (see `archiver help`)"),
        (["crawl", "--dryrun"], "--dryrun: no such option; did you mean --dry-run? (see `archiver crawl --help`)"),
        (["crawl", "--outptu=x"], "--outptu: no such option; did you mean --output? (see `archiver crawl --help`)"),
        (["get", "1", "--profile", "sorce"], "there is no sorce; did you mean source?; there are clean, source"),
        (["crawl", "eastmony"], "eastmony: no such source; did you mean eastmoney?"),
        (["crawl", "eastmoney/roling"], "eastmoney/roling: no such listing; did you mean rolling?"),
        (["crawl", "-s", "ARCHIVER_PROFLE=clean"], "ARCHIVER_PROFLE: no such setting; did you mean ARCHIVER_PROFILE?"),
        (["crawl", "-s", "DOWNLOD_DELAY=1"], "DOWNLOD_DELAY: no such setting; did you mean DOWNLOAD_DELAY?"),
        (["export", "jsno"], "jsno: no such format; did you mean jsonl?"),
        (["export", "jsonl", "--source", "eastmony"], "eastmony: no such source; did you mean eastmoney?"),
        (["status", "too", "many"], "too: one argument too many (see `archiver status --help`)"),
        (["status", "--to", "x"], "--to: goes with --metrics"),
        (["get", "--hlep"], "--hlep: no such option; did you mean --help? (see `archiver get --help`)"),
        (["recipe", "new", "--tp=x"], "--tp: no such option; did you mean --to? (see `archiver recipe new --help`)"),
        (["--hlep"], "--hlep: no such option; did you mean --help? (see `archiver --help`)"),
        (
            ["--output", "x", "status"],
            "--output: no such option; options stand after the command (see `archiver --help`)",
        ),
        (["export", "jsonl", "--last", "x"], "--last: expected a whole number, got 'x' (see `archiver export --help`)"),
        (["replay", "--jobs", "1.5"], "--jobs: expected a whole number, got '1.5' (see `archiver replay --help`)"),
        (["get", "--lmit", "5", "1"], "archiver: --lmit: no such option (see `archiver get --help`)"),
        (["crawl", "--max-seconds", "2 min"], "ARCHIVER_MAX_SECONDS: expected seconds or a length of time such as 30s"),
        (["crawl", "-s", "x"], "-s: expected NAME=VALUE, got 'x' (see `archiver crawl --help`)"),
        (["crawl", "--limit"], "--limit: expected one argument (see `archiver crawl --help`)"),
        (["help", "crawl", "get"], "get: one argument too many (see `archiver help`)"),
        (["help", "site", "bild"], "there is no bild; did you mean build?"),
        (["crawl", "--json=1"], "--json: takes no value, got '1' (see `archiver crawl --help`)"),
        # What an unknown option is given is no word of the command.
        (["schedule", "--evry", "1h", "cron"], "--evry: no such option; did you mean --every?"),
        (["recipe", "test", "--keep"], "the following arguments are required: RECIPE (see `archiver recipe test"),
        (["get"], "the following arguments are required: ADDRESS (see `archiver get --help`)"),
    ],
)
def test_a_mistake_is_one_line_with_what_may_have_been_meant(
    arguments: list[str], message: str, tmp_path: Path
) -> None:
    result = invoke(*arguments, env={"ARCHIVER_OUTPUT": str(tmp_path / "none")})
    assert result.returncode == 2
    assert message in result.stderr
    assert result.stderr.startswith("archiver: ")
    assert result.stderr.count("\n") == 1
    assert result.stdout == ""
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize(
    "words",
    [
        ["status", "--output", "new\nline\x1b[31m"],
        ["crawl", "\x1b[31m\r\n"],
        ["crawl", "-s", "ARCHIVER_\nB=1"],
        ["export", "\u202ex\n"],
        ["get", "http://127.0.0.1:9/\x1b[31m", "--output", "new\nline"],
        ["recipe", "test", "a\nb"],
    ],
)
def test_what_went_wrong_is_a_line_whatever_it_names(words: list[str], tmp_path: Path) -> None:
    (tmp_path / "new\nline").write_text("")  # no directory
    result = invoke(*(str(tmp_path / word) if word == "new\nline" else word for word in words))
    assert result.returncode in (1, 2)
    said = result.stderr
    assert said.startswith("archiver: ")
    assert said.endswith("\n")
    assert said[:-1].isprintable()


def test_alarms_do_not_run_into_progress(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sys, "stderr", terminal := Terminal())
    monkeypatch.setenv("NO_COLOR", "1")
    with display.Display(tmp_path) as shown:
        shown.wait_for("h.example")
        print_alarms(["is empty (a/b)"])
    before, alarm, _ = terminal.getvalue().partition("ALARM: is empty (a/b)\n")
    assert alarm
    assert before.endswith("\r")
    assert before.rstrip(" \r").endswith("waiting for h.example")


@pytest.mark.parametrize("closed", [">&-", "<&- >&- 2>&-"])
def test_streams_that_are_closed_lead_nowhere(closed: str) -> None:
    # Else the index, or a socket, would be opened in their place.
    code = "import os; from archiver.commands import main; assert main(['sources']) == 0; [*map(os.fstat, range(3))]"
    command = ["sh", "-c", f'exec "$@" {closed}', "sh", sys.executable, "-c", code]
    done = subprocess.run(command, cwd=PROJECT, check=False, capture_output=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


def test_where_nothing_is_alike_it_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Index.open(tmp_path).close()
    assert commands.main(["duplicates", "--output", str(tmp_path)]) == 0
    assert capsys.readouterr().out == "no two articles have the same text, or nearly the same\n"
    assert commands.main(["duplicates", "--output", str(tmp_path), "--json"]) == 0
    assert capsys.readouterr().out == ""


def test_a_file_is_no_archive(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "file"
    file.write_text("")
    for command in (
        *("status", "verify", "manifest", "duplicates", "crawl", "get NW202403150001234567", "replay", "site serve"),
        *("follow https://news.example/", "history 202403150001234567", "schedule cron", "schedule github --package a"),
    ):
        assert commands.main([*command.split(), "--output", str(file)]) == 1
        assert capsys.readouterr() == ("", f"archiver: {file}: is no directory; name the archive's with --output\n")
    assert commands.main(["demo", "--output", str(file)]) == 2
    assert capsys.readouterr().err == f"archiver: {file}: is no directory; name another with --output\n"
    assert commands.main(["status", "--output", "http://h.example/"]) == 2
    assert capsys.readouterr().err == "archiver: ARCHIVER_OUTPUT: expected a directory\n"


def test_posts_whose_index_is_lost_are_not_called_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "my archive/_posts").mkdir(parents=True)
    for command in ("status", "verify", "site build"):
        assert commands.main([*command.split(), "--output", str(tmp_path / "my archive")]) == 1
        said = capsys.readouterr().err
        assert "there are posts, but no index of them" in said
        assert f"`archiver adopt '{tmp_path}/my archive'`" in said


@pytest.mark.parametrize("words", ["status", "crawl", "get http://127.0.0.1:9/", "export jsonl"])
def test_who_stands_in_an_archive_is_told_how_to_name_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], words: str
) -> None:
    Index.open(tmp_path).close()
    monkeypatch.chdir(tmp_path)
    assert commands.main(words.split()) == 1
    assert not (tmp_path / "output").exists()
    said = "archiver: output: there is no such archive; the working directory is one, which `--output .` names\n"
    assert capsys.readouterr().err == said
    assert commands.main(["status", "--output", "."]) == 0


def test_a_replay_where_nothing_is_captured_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert commands.main(["replay", "--output", str(tmp_path / "new")]) == 1
    said = (
        f"archiver: {tmp_path}/new: nothing is captured in it; name what to replay, or another archive with --output\n"
    )
    assert capsys.readouterr().err == said
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("command", ["status", "duplicates", "manifest", "sources", "history"])
@pytest.mark.parametrize("option", ["--force", "--profile=clean", "-s=A=B"])
def test_an_option_is_only_where_it_means_something(command: str, option: str) -> None:
    result = invoke(command, *(["1"] if command == "history" else []), option)
    assert (result.returncode, "no such option" in result.stderr) == (2, True)


def test_an_unknown_setting_in_the_environment_is_refused(tmp_path: Path) -> None:
    result = invoke("status", env={"ARCHIVER_OUTPTU": "x"})
    assert (result.returncode, result.stderr) == (
        2,
        "archiver: environment: ARCHIVER_OUTPTU: no such setting; did you mean ARCHIVER_OUTPUT?\n",
    )


def test_other_systems_are_told_in_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(os, "name", "nt")
        status = archiver.commands.main(["status"])
    assert status == 1
    assert capsys.readouterr().err == (
        "archiver: runs on Linux, macOS and other POSIX systems only; on Windows, in WSL\n"
    )


def test_the_sources_are_listed() -> None:
    lines = invoke("sources").stdout.splitlines()
    assert lines[0] == "eastmoney"
    assert "  eastmoney/rolling" in lines
    assert "  eastmoney/column?id=…" in lines
    assert "web (any news page, by its address)" in lines
    source, web, *_ = json.loads(invoke("sources", "--json").stdout)
    assert source["source"] == "eastmoney"
    assert "rolling" in source["listings"]
    assert web == {"source": "web", "listings": []}


def test_what_is_quiet_says_only_what_went_wrong(archive: Archive) -> None:
    result = archive.crawl("eastmoney/market-37", "-q")
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")


def test_what_is_verbose_is_logged_with_times(archive: Archive) -> None:
    result = archive.crawl("eastmoney/market-37", "-v", timeout=60)
    (line,) = (one for one in result.stderr.splitlines() if one.endswith("13 written, 0 unchanged, 0 failed"))
    assert line[:19].replace("-", "").replace(":", "").replace(" ", "").isdecimal()


def test_what_needs_no_scrapy_does_not_load_it(archive: Archive) -> None:
    archive.crawl("eastmoney/market-37", "--limit", "1")
    commands = (
        *("status", "history 202403150001234567", "verify", "export jsonl", "duplicates", "manifest", "sources"),
        "--version",
    )
    code = (
        "import sys; from archiver.commands import main\n"
        "for command in sys.argv[1:]:\n"
        "    assert main(command.split()) == 0, command\n"
        "    loaded = [name for name in sys.modules if name.partition('.')[0] in ('scrapy', 'twisted')]\n"
        "    assert not loaded, (command, loaded)\n"
    )
    result = subprocess.run(
        [sys.executable, "-c", code, *commands],
        env={**os.environ, "ARCHIVER_OUTPUT": str(archive.output)},
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize(
    ("how", "others"),
    [
        ((), ("scrapy.core.downloader.handlers.http", "archiver.reading", "archiver.replay", "archiver.site.")),
        (("--workers", "2"), ("scrapy", "twisted")),  # the workers do, in processes of their own
    ],
)
def test_a_crawl_does_not_load_what_others_need(
    archive: Archive, how: tuple[str, ...], others: tuple[str, ...]
) -> None:
    code = (
        "import sys; from archiver.commands import main; assert main(sys.argv[1:]) == 0;"
        f"print([name for name in sys.modules if name.startswith({others})])"
    )
    words = ("crawl", "--output", str(archive.output), *NO_DELAY, "eastmoney/market-37", "--limit", "2", *how)
    result = archive.run("-c", code, *words, capture_output=True)  # a new process: others have loaded it
    assert result.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize("command", ["status", "history 202403150001234567", "manifest", "sources"])
def test_a_command_that_reads_no_text_does_not_load_what_reads_texts(archive: Archive, command: str) -> None:
    """It would take longer than all that the command does."""
    archive.crawl("eastmoney/market-37", "--limit", "1")
    others = ("archiver.cleaning", "archiver.discovery", "archiver.reading", "feedparser", "markdown_it")
    code = (
        "import sys; from archiver.commands import main; assert main(sys.argv[1:]) == 0;"
        f"print([name for name in sys.modules if name.startswith({others})])"
    )
    result = archive.run("-c", code, *command.split(), "--output", str(archive.output), capture_output=True)
    assert result.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize("serves", ["extraction.serve", "storage.writing", "captures.writing", "discovery.inspection"])
def test_a_process_that_works_for_a_crawl_does_not_load_what_starts_such_processes(serves: str) -> None:
    """An event loop takes longer to load than all that writes posts."""
    code = f"import sys, archiver.{serves}; print('archiver.workers.process' in sys.modules)"
    result = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout == "False\n"


@pytest.mark.parametrize("name", ["archiver", "archiver.archive"])
def test_the_api_is_there_without_scrapy(name: str) -> None:
    code = f"import sys, {name}, archiver; archiver.Archive; print('scrapy' in sys.modules)"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout == "False\n"


def test_shells_can_complete_words() -> None:
    parser = complete()
    (commands,) = (action.choices for action in parser._actions if isinstance(action.choices, dict))
    assert set(commands) == set(COMMANDS)


def test_an_alarm_stands_out_on_a_terminal_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    terminal, file, colourless = Terminal(), StringIO(), Terminal()
    print_alarms(["a\x1b[2J"], terminal, "archiver: ")
    print_alarms(["a"], file)
    monkeypatch.setenv("NO_COLOR", "1")
    print_alarms(["a"], colourless)
    assert terminal.getvalue() == "archiver: \x1b[1;31mALARM\x1b[0m: a�[2J\n"
    assert file.getvalue() == colourless.getvalue() == "ALARM: a\n"


def on_terminal(width: int, show: Callable[[], object]) -> list[str]:
    """Return the lines that are shown on a terminal of so many columns."""
    terminal = Terminal()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "stdout", terminal)
        patch.setenv("COLUMNS", str(width))
        show()
    return terminal.getvalue().splitlines()


@given(st.lists(st.lists(st.text("a字 …", max_size=60), min_size=3, max_size=3), max_size=4), st.integers(10, 120))
def test_a_table_fits_the_terminal(rows: list[list[object]], width: int) -> None:
    lines = on_terminal(width, lambda: print_table(["one", "two", "three"], rows))
    assert all(display.width_of(line) <= width for line in lines)
    assert len(lines) == len(rows) + 1 or width < 36


def test_a_narrow_table_names_its_rows() -> None:
    head, rows = ["listing", "found", "next", "new", "alarms"], [["source/a-listing", 12, "", "1 2 3 4 5", "ok"]]
    whole = ["listing           found  new        alarms", "source/a-listing  12     1 2 3 4 5  ok"]
    assert on_terminal(80, lambda: print_table(head, rows))[0].split() == head
    assert on_terminal(42, lambda: print_table(head, rows)) == whole
    assert on_terminal(41, lambda: print_table(head, rows))[1] == "source/a-listing  12     1 2 3 4…  ok"
    assert on_terminal(24, lambda: print_table(head, rows)) == [
        "source/a-listing",
        "  found: 12",
        "  new: 1 2 3 4 5",
        "  alarms: ok",
    ]


@given(st.text("ab 字-/.", max_size=200).map(str.strip), st.integers(0, 8), st.integers(30, 130))
def test_a_long_line_is_several_on_a_terminal(text: str, indent: int, width: int) -> None:
    line = " " * indent + text
    lines = on_terminal(width, lambda: print_wrapped(line))
    assert all(display.width_of(one) <= width for one in lines)
    assert "".join("".join(lines).split()) == "".join(text.split())
    assert all(one.startswith(" " * indent) for one in lines)
    assert display.width_of(line) > width or lines in ([line], [])


@pytest.mark.parametrize("width", [60, 80, 120])
def test_what_is_shown_fits_the_terminal(archive: Archive, width: int) -> None:
    archive.crawl("eastmoney/market-37", "eastmoney/rolling", "--limit", "2")
    record = archive.replica.articles[0]
    output = ["--output", str(archive.output)]
    for command in (["status"], ["history", record.id], ["follow", "--list"]):
        lines = on_terminal(width, partial(commands.main, [*command, *output]))
        assert lines, command
        assert [line for line in lines if display.width_of(line) > width] == []


def test_one_of_something_is_one() -> None:
    assert (count(1, "request"), count(0, "request"), count(1234, "request")) == (
        "1 request",
        "0 requests",
        "1,234 requests",
    )


def test_one_cause_is_one_alarm_and_comes_first() -> None:
    assert merge_alarms(["a/b: is empty", "a/c: no network", "a/d: no network", "h:80: no network", "gone: x"]) == [
        "is empty (a/b)",
        "no network (3 places: a/c, a/d, h:80)",
        "x (gone)",
    ]
    many = [f"a/{number}: no network" for number in range(12)]
    assert merge_alarms(many) == ["no network (12 places: a/0, a/1, a/2 and 9 more)"]
    assert merge_alarms(["all of it: no, really"]) == ["all of it: no, really"]
    away = "no connection: refused (http://h.example/{}?a=b)"
    assert merge_alarms([f"a/{one}: {away.format(one)}" for one in "bc"]) == [
        "no connection: refused (2 places: a/b, a/c)"
    ]
    assert merge_alarms([f"a/b: {away.format(1)}", f"a/c: {away.format(1)}; {away.format(2)}"]) == [
        "no connection: refused (2 places: a/b, a/c)"
    ]
    assert merge_alarms([f"a/b: {away.format(1)}"]) == [f"{away.format(1)} (a/b)"]
    # Addresses are left out rather than cut.
    assert merge_alarms([f"a/b: no network (http://h.example/{'x' * 300})"]) == ["no network (a/b)"]
    (line,) = merge_alarms([f"a/b: {'x' * 600}\nmore"])
    assert len(line) < MAX_LINE_CHARACTERS + 10
    assert "\n" not in line


SLIPS = st.sampled_from(["drop", "double", "swap", "other"])


def slip(name: str, how: str, place: int) -> str:
    """Return `name` (its dashes first) with a slip in it, not at its first letter."""
    start = len(name) - len(name.lstrip("-")) + 1
    at = start + place % max(len(name) - start - 1, 1)
    match how:
        case "drop":
            return name[:at] + name[at + 1 :]
        case "double":
            return name[:at] + name[at - 1] + name[at:]
        case "swap":
            return name[:at] + name[at : at + 2][::-1] + name[at + 2 :]
    return f"{name[:at]}~{name[at + 1 :]}"


OPTIONS = {
    name: [option for option in parser._option_string_actions if option.startswith("--")]
    for action in complete()._actions
    if isinstance(action.choices, dict)
    for name, parser in action.choices.items()
}


@given(st.sampled_from(sorted(OPTIONS)), st.data())
def test_what_was_meant_is_known_after_one_slip_or_two(command: str, data: st.DataObject) -> None:
    """Of commands and options; of two that are as near, it is one."""
    for known in (OPTIONS[command], ["help", *COMMANDS]):
        meant = data.draw(st.sampled_from([one for one in known if len(one.strip("-")) > 2]))
        slips = data.draw(st.lists(SLIPS, min_size=1, max_size=2 if len(meant.strip("-")) > 5 else 1))
        given_name = meant
        for how in slips:
            given_name = slip(given_name, how, data.draw(st.integers(0, 20)))
        found = did_you_mean(given_name, known).removeprefix("; did you mean ").removesuffix("?")
        if slips_between(given_name, meant) > len(slips):
            continue  # two slips that meet in a letter are three
        as_near = slips_between(given_name, found) <= slips_between(given_name, meant)
        assert found == meant or (found in known and as_near)


@pytest.mark.parametrize(
    ("name", "known"),
    [
        ("--lmit", "--quiet --output --profile --json --force --verbose --warc"),
        ("-x", "-h -v -q"),
        ("fetch", "crawl get replay verify export status history"),
        ("--to", "--json --form"),
        ("kind", "site_name title hosts"),
        ("7m", "5m 10m 1h"),
    ],
)
def test_what_is_not_near_is_not_suggested(name: str, known: str) -> None:
    assert did_you_mean(name, known.split()) == ""


@pytest.mark.parametrize(
    ("name", "known", "meant"),
    [
        ("--max-sec", "--max-requests --max-seconds", "--max-seconds"),
        ("--output-dir", "--output --on-alarm", "--output"),
        ("-limit", "--limit --lines", "--limit"),
        ("LIMIT", "limits limit", "limit"),
        ("lits", "site list", "list"),
        ("westmoney", "sina eastmoney", "eastmoney"),
    ],
)
def test_the_nearest_is_suggested(name: str, known: str, meant: str) -> None:
    assert did_you_mean(name, known.split()) == f"; did you mean {meant}?"


@given(st.text(min_size=1), st.lists(st.text(min_size=1)))
def test_a_suggestion_is_one_of_those_that_there_are(name: str, known: list[str]) -> None:
    suggestion = did_you_mean(name, known)
    assert suggestion == "" or suggestion.removeprefix("; did you mean ").removesuffix("?") in known
    assert did_you_mean(name, [name]) == f"; did you mean {name}?"


@pytest.mark.parametrize(
    ("told", "line"),
    [
        ((0, None, 2.5, "waiting for a.example"), "0 articles, 00:02, waiting for a.example"),
        ((1, None, 4.0), "1 article, 00:04, 4.0 s each"),
        ((1300, None, 650.0), "1,300 articles, 10:50, 2.0 a second"),
        (
            (13, 26, 5.0, "waiting for a.example"),
            "13 of 26 articles, 00:05, 2.6 a second, 00:05 left, waiting for a.example",
        ),
        ((1, 1, 0.0), "1 of 1 article, 00:00"),
        ((1, None, 4.0, "waiting for a.example", 20), "1 article, 00:04, 4"),
    ],
)
def test_progress_is_a_line_of_words(told: tuple[Any, ...], line: str) -> None:
    assert progress_line(*told) == line


@pytest.mark.parametrize("words", [("extract",), ("replay", "--diff"), ("site", "build", "--output")])
def test_a_name_that_is_not_utf8_can_be_said(tmp_path: Path, words: tuple[str, ...]) -> None:
    """In whatever locale: of a page, of a capture, of an archive."""
    file = tmp_path / os.fsdecode(b"\xff.html" if words[0] == "extract" else b"\xff.warc")
    file.write_text("<p>nothing</p>")
    result = invoke(*words, str(file))
    assert result.returncode in (1, 2)
    assert "fault" not in result.stderr
    assert "udcff" in result.stdout + result.stderr
    assert all(json.loads(line)["file"] == str(file) for line in result.stdout.splitlines() if line.startswith("{"))


@pytest.mark.parametrize("character", "\x7f\x9b\u202e\u2066\u2028\u200f\U000e0041")
def test_json_on_a_terminal_turns_nothing_round(character: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Nor moves its cursor: escaped, it is the same JSON."""
    value = {"title": f"新{character}闻 \x1b", "é": [1, "😀"]}
    print_json(value)
    said = capsys.readouterr().out
    assert said.removesuffix("\n").isprintable()
    assert "新" in said
    assert json.loads(said) == value
