"""What is given away: the source distribution, and the image of a container."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
from importlib.metadata import version
from pathlib import Path

import pytest

PROJECT = Path(__file__).parent.parent
PARTS = ("archiver", "bench", "docs", "tests", "CHANGELOG.md", "Containerfile", "LICENSE", "Makefile", "README.md")
BUILD = "import sys; from setuptools.build_meta import build_sdist; print(build_sdist(sys.argv[1]))"


def described() -> dict[str, object]:
    """Return the project's own description."""
    project: dict[str, object] = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return project


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The source distribution, built from a copy of the project and unpacked somewhere else."""
    if int(version("setuptools").partition(".")[0]) < 77:
        pytest.skip("setuptools is too old to build; to have a newer one: make test")
    folder = tmp_path_factory.mktemp("sdist")
    source = folder / "source"
    source.mkdir()
    for name in (*PARTS, "MANIFEST.in", "pyproject.toml", "scrapy.cfg"):
        path = PROJECT / name
        if path.is_dir():
            shutil.copytree(path, source / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(path, source)
    built = subprocess.run(
        [sys.executable, "-c", BUILD, folder], cwd=source, capture_output=True, text=True, timeout=120, check=False
    )
    assert built.returncode == 0, built.stderr
    (archive,) = folder.glob("*.tar.gz")
    with tarfile.open(archive) as files:
        files.extractall(folder / "unpacked", filter="data")
    (root,) = (folder / "unpacked").iterdir()
    return root


def test_the_source_distribution_has_what_its_tests_need(unpacked: Path) -> None:
    def files(root: Path) -> set[str]:
        found = (path for part in PARTS for path in (root / part, *(root / part).rglob("*")))
        return {str(path.relative_to(root)) for path in found if path.is_file() and path.suffix != ".pyc"}

    assert files(PROJECT) - files(unpacked) == set()


def test_its_tests_run(unpacked: Path) -> None:
    wanted = ["tests/test_slug.py", "tests/test_get.py::test_a_list_on_standard_input", "tests/test_replica.py"]
    result = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-n", "0", "-p", "no:cacheprovider", *wanted],
        cwd=unpacked,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert result.returncode == 0, result.stdout  # 5 if there were none


def test_the_containerfile_is_sound() -> None:
    linter = shutil.which("hadolint", path=Path(sys.executable).parent) or shutil.which("hadolint")
    if not linter:
        pytest.skip("hadolint is missing; to have it: make test")
    result = subprocess.run([linter, PROJECT / "Containerfile"], capture_output=True, text=True, check=False)
    assert (result.returncode, result.stdout) == (0, "")


def test_the_containerfile_names_extras_and_a_python_that_there_are() -> None:
    text = (PROJECT / "Containerfile").read_text(encoding="utf-8")
    project = described()
    extras = project["optional-dependencies"]
    assert isinstance(extras, dict)
    assert {name for group in re.findall(r"\.\[([\w,-]+)\]", text) for name in group.split(",")} <= extras.keys()
    classifiers = project["classifiers"]
    assert isinstance(classifiers, list)
    for python in re.findall(r"python:([\d.]+)", text):
        assert f"Programming Language :: Python :: {python}" in classifiers
