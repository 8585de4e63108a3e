"""A template that never ends, or makes more than there is room for, ends the build; the old site stays."""

from __future__ import annotations

import gc
import pathlib
import re
import resource
import signal
from threading import Thread
from typing import TYPE_CHECKING

import pytest

from archiver.errors import TemplateError
from archiver.site import bounds
from archiver.site.look import Look
from tests.sites import build, files, fill, site_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.conftest import Archive

LOOP = "{% for a in range(100000) %}{% for b in range(100000) %}TEXT{% endfor %}{% endfor %}"
TWICE = "{% macro f(n) %}{% if n %}{{ f(n - 1) }}{{ f(n - 1) }}{% endif %}{% endmacro %}{{ f(60) }}"


@pytest.fixture(autouse=True)
def little(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A page may take little. No garbage is collected meanwhile: what is raised there is lost, and raised again a
    second later, but pytest hears of it."""
    monkeypatch.setattr(bounds, "MAX_SECONDS", 0.1)
    monkeypatch.setattr(bounds, "MAX_MEMORY_BYTES", 1 << 28)
    gc.disable()
    yield
    gc.enable()


def rendered(tmp_path: Path, text: str) -> str:
    """What a template makes."""
    (tmp_path / "one.html").write_text(text)
    return Look("name", "site.example", templates=tmp_path).page("one", "one.html")


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (LOOP, "TimeoutError"),
        (LOOP.replace("TEXT", "{{ a }}"), "TimeoutError"),
        (TWICE, "TimeoutError"),
        ("{% include 'one.html' %}", "RecursionError"),
        ("{% set n = 10 ** 9 %}{{ 'x' * n }}", "MemoryError"),
        ("{{ 'x' * 10 ** 9 }}", "MemoryError"),
        ("{{ 'x'|center(10 ** 9) }}", "MemoryError"),
        ("{{ range(99999)|list * 10000 }}", "MemoryError"),
        ("{{ range(10 ** 12)|list }}", "OverflowError"),
    ],
)
def test_what_never_ends_is_ended(tmp_path: Path, text: str, kind: str) -> None:
    with pytest.raises(TemplateError, match=rf"one\.html:2: .*{kind}"):
        rendered(tmp_path, f"\n{text}")
    assert rendered(tmp_path, "{% for a in range(1000) %}x{% endfor %}") == "x" * 1000


def test_the_process_is_left_as_it_was(tmp_path: Path) -> None:
    before = resource.getrlimit(resource.RLIMIT_DATA), signal.getsignal(signal.SIGVTALRM)
    rendered(tmp_path, "x")
    with pytest.raises(TemplateError):
        rendered(tmp_path, LOOP)
    assert before == (resource.getrlimit(resource.RLIMIT_DATA), signal.getsignal(signal.SIGVTALRM))
    assert signal.getitimer(signal.ITIMER_VIRTUAL)[0] == 0


def test_pages_are_made_in_other_threads_too(tmp_path: Path) -> None:
    made: list[str] = []
    thread = Thread(target=lambda: made.append(rendered(tmp_path, "{{ name }}")))
    thread.start()
    thread.join()
    assert made == ["name"]


def test_a_template_that_never_ends_leaves_the_old_site(archive: Archive) -> None:
    fill(archive, 2)
    build(archive)
    before = files(site_of(archive))
    fill(archive, 2, first=2)
    (archive.output / "_templates").mkdir()
    (archive.output / "_templates" / "list.html").write_text(f"<p>\n{LOOP}")
    result = build(archive)
    assert result.returncode == 1
    assert re.fullmatch(r"archiver: \S*list\.html:2: it never ends, or makes too much .*\n", result.stderr)
    assert files(site_of(archive)) == before


def test_a_template_that_is_no_text_is_named(tmp_path: Path) -> None:
    (tmp_path / "parts.html").write_bytes(b"<p>\xff")
    with pytest.raises(TemplateError) as failed:
        rendered(tmp_path, '{% import "parts.html" as parts %}')
    assert str(failed.value) == f"{tmp_path}/parts.html: cannot be read: it is not UTF-8 (byte 4)"


def test_a_file_of_the_users_that_cannot_be_read_is_named(
    archive: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(archive, 1)
    build(archive)
    before = files(site_of(archive))
    own = tmp_path / "style.css"
    own.write_text("p {}")
    read = pathlib.Path.read_bytes

    def refuse(file: Path) -> bytes:
        if file == own:
            raise PermissionError(13, "Permission denied", str(file))
        return read(file)

    monkeypatch.setattr(pathlib.Path, "read_bytes", refuse)
    done = build(archive, "--templates", str(tmp_path))
    assert (done.returncode, done.stderr) == (1, f"archiver: {own}: cannot be read: Permission denied\n")
    with pytest.raises(TemplateError, match=r"style\.css: cannot be read"):
        Look("name", "site.example", templates=tmp_path).copied()
    assert files(site_of(archive)) == before
