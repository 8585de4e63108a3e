"""Revisits: which record has their body, whatever they call it."""

from __future__ import annotations

from base64 import b32encode
from datetime import UTC, datetime
from hashlib import new, sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.captures.answers import answers
from archiver.captures.capture import Capture
from archiver.captures.captured_answer import CapturedAnswer
from archiver.captures.originals import Originals, digest_key, sha256_of
from archiver.captures.regions import regions

TIME = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
BODY = b"a body"
ID = "<urn:uuid:00000000-0000-0000-0000-000000000001>"
URL = "http://example.org/1"
SAMPLES = Path(__file__).resolve().parents[2] / "shared" / "findings" / "captures"


def base32(algorithm: str, body: bytes = BODY) -> str:
    return f"{algorithm}:{b32encode(new(algorithm, body).digest()).decode()}"


def original(number: int = 1, body: bytes = BODY, digest: str = "", identity: str = ID) -> CapturedAnswer:
    capture = Capture("a.warc.gz", number, 9, sha256(body).hexdigest(), f"http://example.org/{number}", TIME)
    return CapturedAnswer(capture, 200, "", body, {}, id=identity, digest=digest)


def revisit(same: str = "?", **fields: object) -> CapturedAnswer:
    capture = Capture("b.warc.gz", 7, 9, "", "http://example.org/again", TIME)
    return CapturedAnswer(capture, 200, "", b"", {}, same=same)._replace(**fields)  # type: ignore[arg-type]


FOUND = {
    "by its id": revisit(refers_to=ID),
    "by our own digest": revisit(f"sha256:{sha256(BODY).hexdigest()}"),
    "by that in base 32": revisit(base32("sha256")),
    "by that with another label": revisit(f"SHA-256:{sha256(BODY).hexdigest().upper()}"),
    "by the digest of the record": revisit(base32("sha1")),
    "by that in hexadecimal digits": revisit("sha1:" + new("sha1", BODY).hexdigest()),
    "by address and date": revisit(refers=(URL, TIME)),
    "by address and date, since its digest is of something else": revisit(base32("md5", b"x"), refers=(URL, TIME)),
}
LOST = {
    "nothing is said": revisit(),
    "another id": revisit(refers_to=ID.replace("1", "2")),
    "another digest": revisit(base32("sha1", b"another body")),
    "the digest of another algorithm": revisit(base32("sha1").replace("sha1", "md5")),
    "another date": revisit(refers=(URL, TIME.replace(year=2025))),
    "another address": revisit(refers=("http://example.org/2", TIME)),
}


@pytest.fixture
def originals() -> Originals:
    known = Originals()
    for number, body in ((1, BODY), (3, b"something else")):
        one = original(number, body, base32("sha1", body), ID if number == 1 else "")
        known.add(one.names, one.capture)
    return known


@pytest.mark.parametrize("one", FOUND.values(), ids=FOUND)
def test_a_record_is_found(originals: Originals, one: CapturedAnswer) -> None:
    found = originals.find(one)
    assert found
    assert found.offset == 1


@pytest.mark.parametrize("one", LOST.values(), ids=LOST)
def test_no_record_is_taken_for_another(originals: Originals, one: CapturedAnswer) -> None:
    assert originals.find(one) is None


def test_the_first_of_several_is_meant(originals: Originals) -> None:
    again = original(9, digest=base32("sha1"))
    originals.add(again.names, again.capture)
    for one in FOUND.values():
        found = originals.find(one)
        assert found
        assert found.offset == 1


def test_more_may_be_said_about_a_revisit_but_it_has_no_body(originals: Originals) -> None:
    later = original().capture._replace(offset=5, time=TIME.replace(year=2030))
    originals.add_revisit(later)
    originals.add_revisit(later._replace(offset=7, time=TIME))
    assert originals.at(URL, later.time) == later
    assert originals.find(revisit(refers=(URL, later.time))) is None
    with_a_body = originals.at(URL, TIME)
    assert with_a_body
    assert with_a_body.offset == 1


@given(st.binary(), st.sampled_from(["md5", "sha1", "sha256", "sha512"]))
def test_digests_are_compared_by_what_they_are(body: bytes, algorithm: str) -> None:
    in_hex = f"{algorithm}:{new(algorithm, body).hexdigest()}"
    forms = {base32(algorithm, body), base32(algorithm, body).rstrip("="), base32(algorithm, body).lower(), in_hex}
    assert len({digest_key(form) for form in forms}) == 1
    assert digest_key(in_hex) != b""
    assert sha256_of(in_hex) == (in_hex.removeprefix("sha256:") if algorithm == "sha256" else "")


@given(st.text(max_size=80))
def test_what_is_no_digest_is_none(text: str) -> None:
    assert digest_key(text) == b""
    assert digest_key(f"sha1:{text}") == b"" or len(text.strip()) in (32, 40)


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the samples of other tools are not here")
def test_revisits_of_wget() -> None:
    known, found = Originals(), []
    for name in ("wget-dedup-first.warc.gz", "wget-dedup-second.warc.gz"):
        for region in regions(SAMPLES / name):
            for answer in answers(region):
                if answer.same:
                    found.append(known.find(answer))
                else:
                    known.add(answer.names, answer.capture)
    assert len(found) == 13
    assert all(found)
