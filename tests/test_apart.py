"""Words that pairs of ideographic spaces kept apart: joined in posts of the profile `source`, apart wherever else they
are shown."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.cleaning import noted, source_body, with_gaps
from tests.soup import mess

if TYPE_CHECKING:
    from tests.conftest import Archive

PAIR = "\u3000\u3000"


def shown(html: str) -> str:
    """Return what is shown of a body of the profile `source`."""
    cleaned = source_body(html)
    assert PAIR not in cleaned.html
    return with_gaps(cleaned.html, noted(cleaned.gaps))


@pytest.mark.parametrize(
    ("html", "body"),
    [
        (f"<p>{PAIR}甲{PAIR}乙</p>\n{PAIR}<p>丙</p>", "<p>甲\u3000乙</p>\n<p>丙</p>"),
        (f"<p>10{PAIR}20<b>{PAIR}30</b></p>", "<p>10\u300020<b>\u300030</b></p>"),
        (f"<p>甲<b>{PAIR * 3}</b>乙</p>", "<p>甲<b>\u3000</b>乙</p>"),
        (f"<p><b>{PAIR}甲</b><br>{PAIR}乙</p>{PAIR}", "<p><b>甲</b><br>乙</p>"),
        (f'<p>甲<i style="display:none">x\t</i>{PAIR}乙</p>', '<p>甲<i style="display:none">x\t</i>\u3000乙</p>'),
        # Written anew.
        ("<p>甲<b onclick=x>乙</b>&#12288;&#12288;丙", "<p>甲<b>乙</b>\u3000丙</p>"),
        (f"<pre>甲{PAIR}乙</pre>", "<pre>甲\u3000乙</pre>"),
        (f"<p title='甲{PAIR}乙'>丙</p>", "<p title='甲\u3000乙'>丙</p>"),
        (f"<p>甲\ue000{PAIR}乙</p>", "<p>甲\ue000\u3000乙</p>"),
        (f"<b><i>{PAIR}甲", "<b><i>甲</i></b>"),
    ],
)
def test_where_words_were_apart_is_known(html: str, body: str) -> None:
    assert shown(html) == body


@given(st.lists(mess | st.just(f"甲{PAIR}乙")).map("".join))
def test_what_is_known_beside_changes_no_byte(html: str) -> None:
    cleaned = source_body(html)
    apart = with_gaps(cleaned.html, noted(cleaned.gaps))
    assert len(apart) == len(cleaned.html) + len(cleaned.gaps)
    assert apart.replace("\u3000", "") == cleaned.html.replace("\u3000", "")


def test_exports_and_sites_show_words_apart(archive: Archive) -> None:
    text = f"<p>{PAIR}售价：10{PAIR}20元</p>\n <p>{PAIR}乙</p>"
    archive.replica.add(record := replace(archive.replica.articles[0], id="202403150099999999", text=text))
    assert archive.get("--profile", "source", record.id).returncode == 0
    assert "<p>售价：1020元</p>" in archive.post(record.id)
    (line,) = archive.archiver("export", "jsonl").stdout.splitlines()
    entry = json.loads(line)
    assert entry["html"] == "<p>售价：10\u300020元</p>\n <p>乙</p>"
    assert entry["text"] == "售价：10\u300020元\n乙"
    assert "gaps" not in entry["rules"]
    for name in ("obsidian", "hugo", "atom", "rss"):
        target = archive.output.with_name(name)
        assert archive.archiver("export", name, "--to", str(target)).returncode == 0
        files = [target] if target.is_file() else [file for file in target.rglob("*") if file.is_file()]
        assert any(re.search("10\\s20元", file.read_text()) for file in files), name
    assert archive.invoke("site", "build", "--output", str(archive.output)).returncode == 0
    pages = (archive.output / "_site").rglob(f"*{record.id}.html")
    assert any("10\u300020元" in page.read_text() for page in pages)
    # What somebody changed is shown as it is.
    (file,) = (archive.output / "_posts").glob("*")
    file.write_text(file.read_text().replace("售价", "现在售价"))
    (line,) = archive.archiver("export", "jsonl").stdout.splitlines()
    assert json.loads(line)["text"] == "现在售价：1020元\n乙"
