"""No script of a source runs in a reader's browser: a few hundred attacks, shown by Chromium after cleaning."""

from __future__ import annotations

import json
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from archiver.cleaning import Cleaner, source_body
from archiver.recipes import load_recipes
from tests.attacks import attacks
from tests.chromium import running_in_chromium

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

CLEANER = Cleaner(load_recipes()["eastmoney"].clean)
# As Jekyll has it: from Markdown to HTML.
KRAMDOWN = """
require "json"; require "kramdown"; require "kramdown-parser-gfm"
bodies = JSON.parse(STDIN.read)
puts JSON.generate(bodies.map { |body| Kramdown::Document.new(body, input: "GFM", hard_wrap: false).to_html })
"""


def clean(html: str) -> str:
    return CLEANER.clean(html, "http://news.example/").html


def source(html: str) -> str:
    return source_body(html).html


def rendered(bodies: list[str]) -> list[str]:
    """Return the HTML that kramdown makes of bodies."""
    if not shutil.which("jekyll"):
        pytest.skip("Jekyll is missing; to have it: tests/install-jekyll")
    result = subprocess.run(
        ["ruby", "-W0", "-e", KRAMDOWN],
        input=json.dumps(bodies),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    return [str(html) for html in json.loads(result.stdout)]


def test_the_attacks_are_ones(tmp_path: Path) -> None:
    made = attacks()
    assert len(made) > 700
    assert len(running_in_chromium(made, tmp_path)) > 250


@pytest.mark.parametrize("profile", [clean, source])
def test_nothing_runs(profile: Callable[[str], str], tmp_path: Path) -> None:
    assert running_in_chromium([profile(attack) for attack in attacks()], tmp_path) == set()


@pytest.mark.parametrize("profile", [clean, source])
def test_nothing_runs_after_kramdown(profile: Callable[[str], str], tmp_path: Path) -> None:
    assert running_in_chromium(rendered([profile(attack) for attack in attacks()]), tmp_path) == set()


@pytest.mark.parametrize("profile", [clean, source])
def test_cleaning_an_attack_twice_changes_nothing(profile: Callable[[str], str]) -> None:
    for attack in attacks():
        once = profile(attack)
        assert profile(once) == once
