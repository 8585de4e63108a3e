"""A built site in a real browser: nothing runs, nobody else is asked, nothing is wider than a phone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.adopting import good, put
from tests.browser import look
from tests.sites import build, dead_links, files, fill, kinds, site_of

if TYPE_CHECKING:
    from tests.conftest import Archive

RUN = "top.ran.push(1)"
HOSTILE = (
    f"<script>{RUN}</script>",
    f'"><img src=x onerror={RUN}>',
    f"'-{RUN}-'",
    f"</title><script>{RUN}</script>",
    "{{ 7 * 7 }}{% raw %}{{ config }}",
    "${7*7}<%= 7*7 %>",
    "W" * 100_000,
    "العربية \u202e gnorts",
    "<!-- ",
    "]]>",
    "&lt;b&gt;",
    "a\\",
    "\u0000x",
)
EVIL = "https://evil.example"
BODY = "".join(
    (
        f'<p>文字 <a href="javascript:{RUN}">一</a> <a href=" java&#10;script:{RUN}">二</a>',
        f'<a href="{EVIL}/x" onclick="{RUN}">三</a></p><script>{RUN}</script>',
        f'<img src="{EVIL}/p.png" onerror="{RUN}" alt="x&quot; onmouseover=&quot;{RUN}">',
        f'<svg onload="{RUN}"><script>{RUN}</script></svg><iframe src="{EVIL}/"></iframe>',
        f'<object data="{EVIL}/o"></object>',
        f"<style>body {{ display: none; background: url({EVIL}/c.png) }}</style>",
        f'<link rel="stylesheet" href="{EVIL}/s.css"><base href="{EVIL}/">',
        f'<p style="position: fixed; inset: 0; background: url({EVIL}/b.png); width: 9000px">盖住一切</p>',
        f'<meta http-equiv="refresh" content="0; url={EVIL}/"><form action="{EVIL}/f">',
        f'<input autofocus onfocus="{RUN}"><button>go</button></form>',
        f'<video src="{EVIL}/v.mp4" autoplay></video><audio src="{EVIL}/a.mp3"></audio><img srcset="{EVIL}/2.png 2x">',
        f"<table><tr><td>{'长' * 300}</td><td>{'x' * 3000}</td></tr></table><pre>{'y' * 3000}</pre>",
        f"<p>{'z' * 20_000}</p>",
        '<p id="main" class="site withdrawn">{{ 7 * 7 }}</p></div></main></body>',
    )
)


def test_pages_ask_nobody_and_say_nothing_on_the_console(archive: Archive) -> None:
    fill(archive, 55)
    fill(archive, 1, first=60, form="rolling", title="滚动")
    build(archive)
    pages = kinds(site_of(archive))[:14]
    seen = look(site_of(archive), pages)
    assert (seen.errors, seen.asked) == ([], [])
    assert [page["path"].removeprefix("/") for page in seen.pages] == pages
    assert [page["path"] for page in seen.pages if page["wide"] > 0] == []


def test_a_hostile_archive_runs_nothing_and_moves_nothing(archive: Archive) -> None:
    text = "<p>" + "正文" * 60 + "</p>"
    for number, words in enumerate(HOSTILE):
        article = f"20220124{number:010}"
        name, content = good(
            article, title=f"{words} 标题{number}", source=f"源{number}", body=f"{text}<p>{number}</p>"
        )
        put(archive, name, content)
        name, content = good(
            f"20220125{number:010}",
            title=f"标题{number}",
            source=words.replace("\0", "")[:200],
            body=f"{text}<p>b{number}</p>",
        )
        put(archive, name, content)
    name, content = good("202201240000009999", title="正文里有毒", body="BODY")
    put(archive, name, content.replace(b"BODY", (text + BODY).encode()))
    archive.invoke("adopt", str(archive.output))
    assert build(archive).returncode == 0
    assert dead_links(site_of(archive)) == []
    there = [path for path in files(site_of(archive)) if path.endswith(".html")]
    assert len(there) > 2 * len(HOSTILE)
    seen = look(site_of(archive), there, widths=(320, 768, 1280))
    assert (seen.errors, seen.asked) == ([], [])
    for page in seen.pages:
        assert (page["path"], page["ran"], page["scripts"], page["handlers"], page["script_links"]) == (
            page["path"],
            [],
            0,
            0,
            0,
        )
        assert (page["path"], page["wide"]) == (page["path"], 0)
        assert "{{ 49 }}" not in page["text"]
    texts = {page["path"]: page["text"] for page in seen.pages}
    (poisoned,) = (text for path, text in texts.items() if path.endswith("9999.html"))
    assert "盖住一切" in poisoned
    assert "{{ 7 * 7 }}" in poisoned
