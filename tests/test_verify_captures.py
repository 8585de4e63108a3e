"""What verify finds in WARC files: damage of any kind, credentials of ours, evidence that cannot be read."""

from __future__ import annotations

import gzip
import json
import os
import re
import shutil
import subprocess
from base64 import b64encode
from datetime import UTC, datetime
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from warcio.archiveiterator import ArchiveIterator

from archiver.captures import Capture, packing
from archiver.captures.exchange import Exchange
from archiver.captures.members import digest
from archiver.captures.packing import WriteJob, records, warcinfo
from archiver.exports.warc import RecordReader
from archiver.index import Index
from archiver.index.captures import Sealed
from archiver.manifest import add_manifest
from archiver.verify.chain import Chain
from archiver.verify.credentials import remove_credentials
from archiver.verify.problems import Kind
from archiver.verify.verify import Verification
from archiver.verify.warcs import Warcs
from tests.conftest import PROJECT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archiver.problems import Problem

(RECIPE,) = re.findall(r"```sh\n(.*?)```", (PROJECT / "docs/verify.md").read_text(encoding="utf-8"), re.DOTALL)
PATH = "_captures/2026/03/archiver-20260304T050607Z-1-00001.warc.gz"
BASIC = "Basic " + b64encode(b"jane:s3cr3t-proxy").decode()
ASKED = (("Host", "example.org"), ("Proxy-Authorization", BASIC), ("Cookie", "sid=s3cr3t-cookie"))
COUNT = 6


def exchange(number: int, *, private: bool) -> Exchange:
    """An exchange, perhaps with credentials in the request, its address, and in what the answer repeats."""
    url = f"http://example.org/{number}" + ("?id=1&token=s3cr3t-token" if private else "")
    headers = (("Content-Type", "text/plain"), ("Link", f"<{url}>"), ("Set-Cookie", f"visitor={number}"))
    asked = ASKED if private else ASKED[:1]
    time = datetime(2026, 3, 4, 5, 6, number, tzinfo=UTC)
    return Exchange(url, "GET", asked, 200, "HTTP/1.1", "OK", headers, b"body %d" % number, time, "192.0.2.1")


def make(
    output: Path, private: frozenset[int] = frozenset(), *, current: bool = False, packed: bool = True, cut: int = -1
) -> Index:
    """An archive with one WARC file, which is on record. private: the exchanges with credentials. current: the file
    says that it was written under today's rules. cut: the exchange whose answer is cut off."""
    info = {"software": "archiver/0.1.0", **({packing.RULES_FIELD: packing.RULES_VERSION} if current else {})}
    parts, places = [warcinfo("x", info)], []
    for number in range(COUNT):
        one = exchange(number, private=number in private)
        if number == cut:
            one = one._replace(headers=(*one.headers, ("Content-Length", "99")))
        about = {"recipe": "x", "id": str(number), "address": one.url}
        content, start, length = records(WriteJob((one,), about))
        places.append((sum(map(len, parts)) + start, length, one))
        parts.append(content)
    path = PATH if packed else PATH.removesuffix(".gz")
    file = output / path
    file.parent.mkdir(parents=True)
    file.write_bytes(b"".join(parts) if packed else gzip.decompress(b"".join(parts)))
    index = Index.open(output)
    index.mark_complete()
    for offset, length, one in places:
        if not packed:
            before = gzip.decompress(b"".join(parts)[:offset])
            length = len(gzip.decompress(b"".join(parts)[offset : offset + length])) - len(b"\r\n\r\n")
            offset = len(before)
        index.captures.note([Capture(path, offset, length, sha256(one.body).hexdigest(), one.url, one.time)])
    index.captures.seal(Sealed(path, file.stat().st_size, digest(file)))
    add_manifest(output, index)
    return index


def found(output: Path, index: Index) -> list[Problem]:
    """What is wrong with the captures of an archive."""
    return [*Warcs(output, index).problems(), *Chain(output, index).problems()]


@pytest.mark.parametrize("packed", [True, False])
def test_each_capture_can_be_exported_whether_its_file_is_packed_or_not(tmp_path: Path, packed: bool) -> None:
    index = make(tmp_path, packed=packed)
    reader = RecordReader(tmp_path)
    for number, capture in enumerate(index.captures.in_file(PATH if packed else PATH.removesuffix(".gz"))):
        before, one, after = reader.capture(capture)
        assert (before, one.url, [member.type for member in after]) == ([], capture.url, ["request", "metadata"])
        assert [record.rec_type for record in ArchiveIterator(BytesIO(one.packed))] == ["response"]
        assert gzip.decompress(one.packed).endswith(b"\r\n\r\nbody %d\r\n\r\n" % number)
    reader.close()
    index.close()


# Damage.


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Index, bytes]]:
    """An archive that is whole, and its WARC file."""
    output = tmp_path_factory.mktemp("sound")
    index = make(output, current=True)
    assert found(output, index) == []
    yield output, index, (output / PATH).read_bytes()
    index.close()


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_every_damage_is_found_and_each_answer_that_it_hit(
    sound: tuple[Path, Index, bytes], data: st.DataObject
) -> None:
    """100 of 100: bits flipped, bytes cut off, left out, put in, overwritten."""
    output, index, content = sound
    at = data.draw(st.integers(0, len(content) - 1))
    size = data.draw(st.integers(1, 200))
    kind = data.draw(st.sampled_from(["flip", "cut", "leave out", "put in", "zero", "repeat"]))
    damaged = {
        "flip": content[:at] + bytes([content[at] ^ 1 << size % 8]) + content[at + 1 :],
        "cut": content[:at],
        "leave out": content[:at] + content[at + size :],
        "put in": content[:at] + b"x" * size + content[at:],
        "zero": content[:at] + bytes(len(content[at : at + size])) + content[at + size :],
        "repeat": content[: at + size] + content[at:],
    }[kind]
    (output / PATH).write_bytes(damaged)
    problems = found(output, index)
    (output / PATH).write_bytes(content)
    if damaged == content:
        assert problems == []
        return
    assert {one.kind for one in problems} == {Kind.CAPTURE}
    named = {int(offset.replace(",", "")) for one in problems for offset in re.findall(r"at byte ([\d,]+)", one.what)}
    for capture in index.captures.in_file(PATH):
        there = damaged[capture.offset : capture.offset + capture.length]
        was = content[capture.offset : capture.offset + capture.length]
        # A flipped bit in the header of a gzip member, such as its time, changes no record.
        assert (capture.offset in named) == (there != was) or _same_record(there, was)


def _same_record(there: bytes, was: bytes) -> bool:
    try:
        return gzip.decompress(there) == gzip.decompress(was)
    except (OSError, EOFError, ValueError):
        return False


def test_a_file_that_is_gone(tmp_path: Path) -> None:
    index = make(tmp_path)
    (tmp_path / PATH).unlink()
    assert [(one.kind, one.path) for one in found(tmp_path, index)] == [(Kind.MISSING, PATH)]
    index.close()


def test_evidence_that_is_cut_off_is_named_if_a_post_was_made_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = make(tmp_path, cut=2)
    capture = next(one for one in index.captures.in_file(PATH) if one.url.endswith("/2"))
    assert found(tmp_path, index) == []
    monkeypatch.setattr(index.captures, "used", lambda _="": iter([(capture, 3)]))
    (problem,) = found(tmp_path, index)
    assert (problem.kind, problem.path) == (Kind.CAPTURE, PATH)
    assert "the answer is cut off: 6 of 99 bytes are there" in problem.what
    assert "3 posts were made of it" in problem.what
    index.close()


# Credentials.

PRIVATE = frozenset({1, 4})


@pytest.mark.parametrize("packed", [True, False])
def test_old_captures_with_a_credential_are_named(tmp_path: Path, packed: bool) -> None:
    index = make(tmp_path, PRIVATE, packed=packed)
    (problem,) = found(tmp_path, index)
    assert (problem.kind, problem.path) == (Kind.CREDENTIAL, PATH if packed else PATH.removesuffix(".gz"))
    assert "Proxy-Authorization" in problem.what
    assert "Cookie" in problem.what
    assert "http://example.org/1?id=1&token=removed, http://example.org/4?id=1&token=removed" in problem.what
    assert "s3cr3t" not in problem.what
    assert "--remove-credentials" in problem.advice
    index.close()


def test_files_that_hold_none_are_not_named(tmp_path: Path) -> None:
    index = make(tmp_path)
    assert found(tmp_path, index) == []
    assert remove_credentials(tmp_path, index) == []
    index.close()


def test_files_of_today_are_not_looked_through(tmp_path: Path) -> None:
    index = make(tmp_path, PRIVATE, current=True)
    assert found(tmp_path, index) == []
    index.close()


@pytest.mark.parametrize("packed", [True, False])
def test_credentials_are_removed_on_record(tmp_path: Path, packed: bool) -> None:
    """The chain of manifests goes on, the index knows the new places, each other record stays byte for byte."""
    index = make(tmp_path, PRIVATE, packed=packed)
    path = PATH if packed else PATH.removesuffix(".gz")
    before, was = list(_records(tmp_path / path)), digest(tmp_path / path).hex()
    (new,) = remove_credentials(tmp_path, index)
    assert not (tmp_path / path).exists()
    content = (tmp_path / new).read_bytes()
    assert b"s3cr3t" not in (gzip.decompress(content) if packed else content)
    assert BASIC.encode() not in (gzip.decompress(content) if packed else content)
    assert found(tmp_path, index) == []
    assert [one.kind for one in Verification(tmp_path, index).problems()] == []
    manifest = sorted((tmp_path / "_manifests").rglob("*.sha256"))[-1].read_text()
    assert f"# rewritten  {was}  {path}\n# removed  {path}\n{digest(tmp_path / new).hex()}  {new}\n" in manifest
    after = list(_records(tmp_path / new))
    assert [(one[0], one[2]) for one in after if one[0] == "response"] == [
        ("response", b"body %d" % number) for number in range(COUNT)
    ]
    changed = [number for number, (old, one) in enumerate(zip(before, after, strict=True)) if old != one]
    assert changed == [number for one in PRIVATE for number in range(3 * one + 1, 3 * one + 4)]
    assert {one.url for one in index.captures.in_file(new)} == {
        f"http://example.org/{number}" + ("?id=1&token=removed" if number in PRIVATE else "") for number in range(COUNT)
    }
    index.close()


def _records(file: Path) -> list[tuple[str, list[tuple[str, str]], bytes]]:
    """The records of a file as warcio reads them; it finds their digests right."""
    with file.open("rb") as stream:
        return [
            (
                one.rec_type,
                (one.http_headers or one.rec_headers).headers,
                one.raw_stream.read(),
            )
            for one in ArchiveIterator(stream, check_digests="raise")
        ]


def test_cookies_of_an_answer_to_who_was_logged_in_go_too(tmp_path: Path) -> None:
    index = make(tmp_path, PRIVATE)
    (new,) = remove_credentials(tmp_path, index)
    text = gzip.decompress((tmp_path / new).read_bytes())
    assert [b"visitor=%d" % number in text for number in range(COUNT)] == [
        number not in PRIVATE for number in range(COUNT)
    ]
    index.close()


@pytest.mark.parametrize("stage", ["the new file", "the manifest", "all but the old file"])
def test_what_a_killed_removal_left_is_settled_by_the_next(
    tmp_path: Path, stage: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        """The end of a process."""

    def kill(*_: object) -> None:
        raise Killed

    index = make(tmp_path, PRIVATE)
    with monkeypatch.context() as patched:
        if stage == "the new file":
            patched.setattr("archiver.verify.credentials.add_manifest", kill)
        elif stage == "the manifest":
            patched.setattr(index.manifests, "list_all", kill)
        else:
            patched.setattr(Path, "unlink", lambda self, **_: kill() if self.name in PATH else None)
        with pytest.raises(Killed):
            remove_credentials(tmp_path, index)
    index.close()
    index = Index.open(tmp_path)
    (new,) = remove_credentials(tmp_path, index)
    assert [file.name for file in (tmp_path / PATH).parent.iterdir()] == [Path(new).name]
    assert found(tmp_path, index) == []
    index.close()


def test_public_tools_check_what_was_written_anew(tmp_path: Path) -> None:
    shutil.which("sha256sum") or pytest.skip("there is no sha256sum")
    index = make(tmp_path, PRIVATE)
    remove_credentials(tmp_path, index)
    index.close()
    for part in ("_posts", "_versions"):
        (tmp_path / part).mkdir()
    last = sorted((tmp_path / "_manifests").rglob("*.sha256"))[-1]
    printed = subprocess.run(["sh", "-c", RECIPE], cwd=tmp_path, check=False, capture_output=True, text=True)
    assert printed.stdout == f"{digest(last).hex()}  {last.relative_to(tmp_path)}\n"


def test_foreign_records_are_kept_as_they_are(tmp_path: Path) -> None:
    """A file that no run of ours wrote is named and written anew, too: it is in the archive."""
    index = make(tmp_path)
    content, _, _ = records(WriteJob((exchange(1, private=True),), {}))
    foreign = tmp_path / "_captures" / "other.warc.gz"
    foreign.write_bytes(content)
    kinds = {(one.kind, one.path) for one in found(tmp_path, index)}
    assert kinds == {(Kind.FOREIGN, "_captures/other.warc.gz"), (Kind.CREDENTIAL, "_captures/other.warc.gz")}
    assert remove_credentials(tmp_path, index) == ["_captures/other-public.warc.gz"]
    text = gzip.decompress((tmp_path / "_captures" / "other-public.warc.gz").read_bytes())
    assert b"s3cr3t" not in text
    assert json.loads(next(ArchiveIterator(BytesIO(text))).rec_headers.get_header("Content-Length"))
    index.close()


# Names.


@pytest.mark.parametrize("name", [".DS_Store", "._x.warc.gz", "Thumbs.db", "x.md~", ".gitkeep"])
@pytest.mark.parametrize("part", ["_captures", "_posts", "_versions"])
def test_litter_is_a_note(tmp_path: Path, part: str, name: str) -> None:
    index = make(tmp_path)
    (tmp_path / part).mkdir(exist_ok=True)
    (tmp_path / part / name).write_bytes(b"x")
    problems = list(Verification(tmp_path, index).problems())
    assert [(one.kind, one.path) for one in problems] == [(Kind.LITTER, f"{part}/{name}")]
    index.close()


@pytest.mark.parametrize("part", ["_captures", "_posts", "_versions"])
def test_a_name_that_is_not_utf8_is_named(tmp_path: Path, part: str) -> None:
    index = make(tmp_path)
    (tmp_path / part).mkdir(exist_ok=True)
    Path(os.fsdecode(os.fsencode(tmp_path / part) + b"/caf\xe9.md")).write_bytes(b"x")
    (problem,) = Verification(tmp_path, index).problems()
    assert (problem.kind, problem.path) == (Kind.FOREIGN, f"{part}/caf\\xe9.md")
    assert json.dumps(problem._asdict(), ensure_ascii=False).encode()
    assert index.manifests.file(problem.path) is None
    index.close()
