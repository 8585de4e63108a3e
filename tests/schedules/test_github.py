"""The workflow, and its steps in a repository whose remote is beside it."""

from __future__ import annotations

import re
import shutil
import sys
import time
from typing import TYPE_CHECKING

import pytest
import yaml

from archiver.places import INDEX, PARTS
from tests.schedules.calls import DIRECTORY, SOURCE, VALUE, Printer, calls, run

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path


@pytest.fixture
def text(schedule: Printer) -> str:
    """The workflow."""
    package = "news-share-archiver @ git+https://example.org/a.git"
    options = ("--output", DIRECTORY, "-s", VALUE, "--name", "on", "--package", package)
    return schedule("github", SOURCE, *options)


@pytest.fixture
def repository(place: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A shallow clone of a remote with one commit, as the checkout action makes it."""
    for name in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{name}_DATE", "2024-03-15T08:12:36Z")
    monkeypatch.setenv("HOME", str(place))
    git("config", "--global", "init.defaultBranch", "main")
    git("init", "--bare", "remote")
    git("clone", "remote", "other")
    commit(place / "other", "README", "first")
    git("clone", "--depth", "1", f"file://{place}/remote", "mine")
    return place / "mine"


def git(*arguments: str, cwd: Path | None = None) -> str:
    """Run git and return what it prints."""
    ran = run("git", *arguments, cwd=cwd)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout.strip()


def commit(clone: Path, name: str, content: str) -> None:
    """Push a commit from `clone`."""
    (clone / name).write_text(content)
    git("add", name, cwd=clone)
    git("-c", "user.name=o", "-c", "user.email=o@example.org", "commit", "-m", content, cwd=clone)
    git("push", cwd=clone)


def step(text: str, name: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a step as GitHub does."""
    workflow = yaml.safe_load(text)
    (script,) = (step["run"] for step in workflow["jobs"]["crawl"]["steps"] if step.get("name") == name)
    output = evaluated(workflow["env"]["OUTPUT"])
    return run("bash", *"--noprofile --norc -eo pipefail -c".split(), script, cwd=cwd, OUTPUT=output, **environment)


def push(text: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run the step that commits and pushes."""
    return step(text, "Commit and push what is new", cwd)


def test_github_takes_it(text: str, place: Path) -> None:
    file = place / "workflow.yml"
    file.write_text(text, encoding="utf-8")
    check = (sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.github-workflows")
    ran = run(*check, str(file))
    assert ran.returncode == 0, ran.stdout
    file.write_text(text.replace("runs-on", "run-on"), encoding="utf-8")
    assert run(*check, str(file)).returncode == 1


def test_with_pages_the_site_is_built_and_published(schedule: Printer, text: str, place: Path) -> None:
    options = ("--output", DIRECTORY, "-s", VALUE, "--name", "on", "--package", "p")
    whole = schedule("github", SOURCE, *options, "--pages")
    file = place / "pages.yml"
    file.write_text(whole, encoding="utf-8")
    ran = run(sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.github-workflows", str(file))
    assert ran.returncode == 0, ran.stdout
    jobs = yaml.safe_load(whole)["jobs"]
    assert jobs["publish"]["permissions"] == {"pages": "write", "id-token": "write"}
    assert jobs["publish"]["needs"] == "crawl"
    names = [one.get("name") for one in jobs["crawl"]["steps"]]
    assert names.index("Commit and push what is new") < names.index("Build the site") < names.index("Pack the site")
    assert jobs["crawl"]["outputs"]["site"] == "${{ steps.pack.outcome }}"
    assert "publish" not in yaml.safe_load(text)["jobs"]


def test_the_site_is_built_with_the_settings_of_the_crawl(schedule: Printer, programs: Path, place: Path) -> None:
    whole = schedule("github", SOURCE, "--output", DIRECTORY, "-s", VALUE, "--package", "p", "--pages")
    assert step(whole, "Build the site", place).returncode == 0
    assert calls(programs / "archiver") == ["site", "build", "-s", VALUE, "--output", f"./{DIRECTORY}"]


def test_pages_are_for_github(schedule: Printer) -> None:
    assert "docs/publishing.md" in schedule("cron", "--pages", status=2)


def test_what_a_user_gives_is_no_expression(text: str, schedule: Printer) -> None:
    assert set(re.findall(r"\$\{\{.*?\}\}", text)) - set(re.findall(r"\$\{\{.*?\}\}", schedule("github"))) == {
        "${{ '${{' }}"
    }
    assert evaluated(yaml.safe_load(text)["env"]["OUTPUT"]) == f"./{DIRECTORY}"


def test_it_installs_and_crawls_what_was_asked_for(text: str, programs: Path, place: Path) -> None:
    shutil.copy(programs / "archiver", programs / "pip")
    step(text, "Install archiver", place)
    assert calls(programs / "pip") == ["install", "--quiet", "news-share-archiver @ git+https://example.org/a.git"]
    assert step(text, "Crawl", place, STATUS="3").returncode == 3
    assert calls(programs / "archiver") == ["crawl", SOURCE, "-s", VALUE, "--output", f"./{DIRECTORY}"]


def test_what_came_is_kept_when_the_crawl_fails(text: str) -> None:
    steps = yaml.safe_load(text)["jobs"]["crawl"]["steps"]
    crawl = next(number for number, step in enumerate(steps) if step.get("id") == "crawl")
    assert [step.get("name") for step in steps[crawl + 1 :] if not step["if"].startswith("always()")] == []
    assert [step for step in steps if "continue-on-error" in step] == []


def test_nothing_new_is_no_commit(text: str, repository: Path) -> None:
    (repository / DIRECTORY / "_index").mkdir(parents=True)
    (repository / DIRECTORY / "_index" / "index").write_text("not for git")
    before = git("rev-parse", "HEAD", cwd=repository)
    assert push(text, repository).returncode == 0
    assert git("rev-parse", "HEAD", "origin/main", cwd=repository).split() == [before, before]


@pytest.mark.usefixtures("programs")
@pytest.mark.parametrize("moved_on", [False, True])
def test_what_is_new_is_one_commit(text: str, repository: Path, moved_on: bool) -> None:
    for part in PARTS:
        (repository / DIRECTORY / part).mkdir(parents=True)
        (repository / DIRECTORY / part / "one").write_text(part)
    if moved_on:
        commit(repository.parent / "other", "more", "second")
    ran = push(text, repository)
    assert ran.returncode == 0, ran.stderr
    remote = repository.parent / "remote"
    subjects = git("log", "--format=%s", "main", cwd=remote).splitlines()
    assert subjects == [f"Archive {len(PARTS) - 1} files (on)", *(["second"] if moved_on else []), "first"]
    files = git("-c", "core.quotePath=false", "show", "-z", "--name-only", "--format=", "main", cwd=remote)
    # Pictures, too: a post that shows one is of no use without it.
    assert files.split("\0")[:-1] == sorted(f"{DIRECTORY}/{part}/one" for part in PARTS if part != INDEX)


def test_it_tries_five_times_and_then_says_so(text: str, repository: Path, programs: Path) -> None:
    (repository / DIRECTORY / "_posts").mkdir(parents=True)
    (repository / DIRECTORY / "_posts" / "one").write_text("one")
    git("remote", "set-url", "origin", "/nowhere", cwd=repository)
    ran = push(text, repository)
    assert ran.returncode == 1
    assert "::error::" in ran.stdout
    pauses = [int(pause) for pause in calls(programs / "sleep")]
    assert (len(pauses), pauses) == (5, sorted(pauses))


@pytest.mark.parametrize(("days", "wanted"), [(49, False), (52, True)])
def test_it_outlives_two_quiet_months(text: str, repository: Path, programs: Path, days: int, wanted: bool) -> None:
    date = f"{int(time.time()) - days * 86400} +0000"
    author = ("-c", "user.name=o", "-c", "user.email=o@example.org")
    assert run("git", *author, "commit", "--amend", "-mx", cwd=repository, GIT_COMMITTER_DATE=date).returncode == 0
    file = "o/r/.github/workflows/saved-as.yml@refs/heads/main"
    ran = step(text, "Keep the schedule", repository, GITHUB_REPOSITORY="o/r", GITHUB_WORKFLOW_REF=file)
    assert ran.returncode == 0, ran.stderr
    call = ["api", "-X", "PUT", "repos/o/r/actions/workflows/saved-as.yml/enable"]
    assert calls(programs / "gh") == (call if wanted else [])


def evaluated(text: str) -> str:
    """Return `text` with its expressions evaluated, all of which are strings."""
    return re.sub(r"\$\{\{ '(.*?)' \}\}", r"\1", text)


@pytest.mark.usefixtures("programs")
@pytest.mark.parametrize("ignored", ["_captures/", "_captures", "*.gz", "**/_captures/*"])
def test_what_git_ignores_is_left_out_and_the_rest_is_pushed(text: str, repository: Path, ignored: str) -> None:
    for part in ("_posts", "_captures"):
        (repository / DIRECTORY / part).mkdir(parents=True)
        (repository / DIRECTORY / part / f"{part}.gz").write_text(part)
    (repository / DIRECTORY / "_posts" / "one.md").write_text("one")
    (repository / ".gitignore").write_text(f"{ignored}\n")
    ran = push(text, repository)
    assert ran.returncode == 0, ran.stderr
    files = git("ls-tree", "-r", "-z", "--name-only", "main", cwd=repository.parent / "remote").split("\0")
    assert f"{DIRECTORY}/_posts/one.md" in files
    assert f"{DIRECTORY}/_captures/_captures.gz" not in files


@pytest.mark.usefixtures("programs")
def test_what_git_knew_before_it_was_ignored_is_kept_up_to_date(text: str, repository: Path) -> None:
    file = repository / DIRECTORY / "_captures" / "one"
    file.parent.mkdir(parents=True)
    file.write_text("one")
    assert push(text, repository).returncode == 0
    (repository / ".gitignore").write_text("_captures/\n")
    file.write_text("two")
    assert push(text, repository).returncode == 0
    assert git("show", f"main:{DIRECTORY}/_captures/one", cwd=repository.parent / "remote") == "two"


def test_a_fork_runs_nothing(schedule: Printer, text: str) -> None:
    job = yaml.safe_load(text)["jobs"]["crawl"]
    assert job["if"] == "vars.ARCHIVER_RUNS_HERE == 'yes'"
    assert "add the variable ARCHIVER_RUNS_HERE with the value yes" in text
    known = schedule("github", "--repository", "some-one/news.archive")
    assert yaml.safe_load(known)["jobs"]["crawl"]["if"] == "github.repository == 'some-one/news.archive'"
    assert "ARCHIVER_RUNS_HERE" not in known
