"""Pages that scripts draw: a real Chromium draws them, and reaches nothing but what the crawl asks for."""

from __future__ import annotations

import asyncio
import gzip
import json
import shutil
import signal
import socket
import subprocess
import time
import zipfile
from contextlib import ExitStack, suppress
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, cast

import pytest
from msgspec.structs import replace
from scrapy import Request
from scrapy.responsetypes import responsetypes
from scrapy.utils.test import get_crawler
from warcio.archiveiterator import ArchiveIterator

from archiver.net.kept import CAPTURE_META_KEY
from archiver.recipes import load_recipes
from archiver.spiders.drawing import PageDrawer
from tests.conftest import NO_DELAY, Archive
from tests.web import served

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from subprocess import CompletedProcess

    from warcio.recordloader import ArcWarcRecord

    from archiver.replica import Replica
    from tests.web import Web

SITE = "http://news.example/2026/11/01"
PARAGRAPHS = [
    f"The bridge over the Merrow was opened on Sunday, {number} years after it had been promised."
    for number in range(9)
]
# What draws an article: its title, and as its last paragraph what a page has to say.
APP = """
function draw(title, said) {
  document.title = title;
  document.getElementById('root').innerHTML = '<article><h1>' + title + '</h1>'
    + '<time datetime="2026-11-01T08:15:00+01:00">1 November</time>'
    + PARAGRAPHS.map(text => '<p>' + text + ' (' + title + '.)</p>').join('')
    + '<p>' + (said || 'That was all.') + '</p></article>';
}
""".replace("PARAGRAPHS", json.dumps(PARAGRAPHS))
SHELL = """<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Loading</title>
<link rel="stylesheet" href="/site.css"><script src="/app.js"></script></head>
<body><div id="root"></div><noscript>You need to enable JavaScript to read this.</noscript>
<script>SCRIPT</script></body></html>"""
# Whatever a page can ask for beside the roads that the crawl has: each tells what it got.
HOSTILE = """
const got = [], secret = 'http://127.0.0.2:%TCP%/secret';
const tell = what => text => got.push(what + ': ' + String(text).slice(0, 40));
const ask = (what, address, options) => fetch(address, options).then(one => one.text()).then(tell(what)).catch(() => 0);
window.onbeforeunload = () => 'stay';
ask('loopback', secret);
ask('name', 'http://localhost:%TCP%/secret');
ask('six', 'http://[::1]:%TCP%/secret');
ask('number', 'http://2130706434:%TCP%/secret');
ask('redirect', '/to-secret');
ask('file', 'file:///etc/passwd');
ask('post', 'http://forms.example/form', {method: 'POST', body: 'x'});
const form = document.createElement('form');
Object.assign(form, {method: 'POST', action: '/form'});
document.documentElement.append(form);
form.submit();
ask('opaque', secret, {mode: 'no-cors'});
navigator.sendBeacon(secret, 'x');
try {
  const socket = new WebSocket('ws://127.0.0.2:%TCP%/secret');
  socket.onopen = () => got.push('socket');
} catch (error) {}
try { new EventSource(secret).onopen = () => got.push('events'); } catch (error) {}
let gathered = Promise.resolve();
try {
  const call = new RTCPeerConnection({iceServers: [{urls: 'stun:127.0.0.1:%UDP%'}]});
  gathered = new Promise(done => {
    call.onicegatheringstatechange = () => call.iceGatheringState === 'complete' && done();
    setTimeout(done, 100);
  });
  call.createDataChannel('x');
  call.createOffer().then(offer => call.setLocalDescription(offer));
} catch (error) {}
try {
  navigator.serviceWorker.register('/worker.js').then(() => got.push('service worker')).catch(() => 0);
} catch (error) {}
try { new Worker('/worker.js'); } catch (error) {}
try { new Worker(URL.createObjectURL(new Blob(["fetch('" + secret + "')"]))); } catch (error) {}
window.open(secret);
window.open('/window');
for (const [rel, href] of [['prefetch', secret], ['preconnect', secret], ['dns-prefetch', '//bait.example'],
                           ['preload', secret], ['icon', secret], ['stylesheet', secret], ['manifest', secret]]) {
  const link = document.createElement('link');
  Object.assign(link, {rel: rel, href: href, as: rel === 'preload' ? 'script' : undefined});
  document.head.append(link);
}
for (const [tag, address] of [['img', secret], ['script', secret], ['iframe', secret], ['iframe', 'file:///etc/passwd'],
                              ['iframe', 'http://frames.example/frame'], ['iframe', '/to-frame'], ['video', secret],
                              ['embed', secret], ['iframe', 'data:text/html,x']]) {
  const element = document.createElement(tag);
  element.src = address;
  document.body.append(element);
}
const link = document.createElement('a');
Object.assign(link, {href: '/file.zip', download: 'file.zip', ping: secret});
document.body.append(link);
link.click();
alert('one'); confirm('two'); prompt('three'); window.print();
location.href = secret;
// When calls have found a way out, or that there is none.
gathered.then(() => setTimeout(() => draw('A page that asks for everything', 'It got: ' + got.join(', ') + '.'), 200));
"""
PAGES = {
    "drawn-by-scripts": "fetch('/api/story.json').then(one => one.json()).then(one => draw(one.title))",
    "asks-for-everything": HOSTILE,
    "asks-for-too-much": """
        for (let number = 0; number < 300; number++) fetch('/many/' + number).catch(() => 0);
        draw('A page that asks for hundreds of files');""",
    "eats-memory": """
        draw('A page that eats memory');
        const kept = [...Array(8)].map(() => new Uint8Array(1e8).fill(1));
        setInterval(() => document.body.append(kept.length), 100);  // it keeps all that, and is never still""",
    "asks-by-post": """
        const question = {method: 'POST', headers: {'Content-Type': 'application/json'}, body: '{"query": "story"}'};
        fetch('/api/query', question).then(one => one.json()).then(one => draw(one.title));""",
    "in-a-shadow": """
        draw('A page in a shadow', 'In a <x-inner>slot of another shadow</x-inner>.');
        const [host, article] = [document.createElement('div'), document.querySelector('article')];
        const within = (one, html) => { one.attachShadow({mode: 'open'}).innerHTML = html; return one.shadowRoot; };
        host.innerHTML = '<p slot="last">This comes last, as its page has it.</p><p>And this nowhere.</p>';
        within(host, '<style>p { color: red }</style><div></div>').querySelector('div').append(article);
        article.insertAdjacentHTML('beforeend', '<slot name="last">Nothing.</slot>');
        within(article.querySelector('x-inner'), 'certain <slot></slot>');
        document.getElementById('root').append(host);""",
    "in-a-frame": """
        document.getElementById('root').innerHTML = '<iframe src="/2026/11/01/framed"></iframe>';""",
    "goes-elsewhere": "location.replace('/2026/11/01/the-page-it-goes-to')",
    "reloads-itself": "draw('A page that reloads itself'); location.reload()",
    "the-page-it-goes-to": "draw('The page to which a page goes')",
    "changes-its-address": "history.pushState({}, '', '/somewhere/else'); draw('A page that changes its address')",
    "lies": """
        draw('A page that lies to those who ask');
        const nothing = {get() { return 'nothing'; }, configurable: true};
        for (const [of, name] of [[Element.prototype, 'outerHTML'], [Document.prototype, 'documentElement'],
                                  [Document.prototype, 'readyState']]) Object.defineProperty(of, name, nothing);
        XMLSerializer.prototype.serializeToString = () => 'nothing'; JSON.stringify = () => 'nothing';
        document.getElementsByTagName = () => 'nothing';""",
    "draws-too-much": "draw('A page without an end', 'endless '.repeat(2e4))",
}
MOST_REQUESTS, MOST_BYTES = 30, 100_000
ENDLESS = f"{SITE}/never-ends"
# It has begun when something has been asked for that nothing else happens before.
NO_END = "const asked = new XMLHttpRequest(); asked.open('GET', '/begun', false); asked.send(); for (;;);"
PATIENCE = 300  # seconds for what takes some, were nobody else at work on this machine
LIMITS = (
    *("-s", f"ARCHIVER_BROWSER_REQUESTS={MOST_REQUESTS}", "-s", "ARCHIVER_BROWSER_MEMORY=700000000"),
    *("-s", f"ARCHIVER_BROWSER_BYTES={MOST_BYTES}", "-s", "ARCHIVER_BROWSER_SECONDS=600"),
)


class Bait:
    """Something that listens where no page may get to. At an address of this machine that nobody named."""

    def __init__(self, stack: ExitStack) -> None:
        self.udp = self._socket(stack, socket.AF_INET, socket.SOCK_DGRAM, "127.0.0.1")
        self.tcp = self._socket(stack, socket.AF_INET, socket.SOCK_STREAM, "127.0.0.2")
        self.port, self.udp_port = self.tcp.getsockname()[1], self.udp.getsockname()[1]
        self.six = self._socket(stack, socket.AF_INET6, socket.SOCK_STREAM, "::1", self.port)

    @staticmethod
    def _socket(stack: ExitStack, family: int, kind: int, host: str, port: int = 0) -> socket.socket:
        one = stack.enter_context(socket.socket(family, kind))
        one.bind((host, port))
        if kind == socket.SOCK_STREAM:
            one.listen()
        one.setblocking(False)
        return one

    def taken(self) -> list[str]:
        """What has come."""
        found = []
        for name, one in (("tcp", self.tcp), ("six", self.six)):
            try:
                found.append(f"{name}: {one.accept()[1]}")
            except BlockingIOError:
                continue
        with suppress(BlockingIOError):
            found.append(f"udp: {self.udp.recv(2000)!r}")
        return found


class Drawn(NamedTuple):
    """An archive of pages that a browser has drawn."""

    archive: Archive
    web: Web
    bait: Bait
    result: CompletedProcess[str]

    def post(self, words: str) -> str:
        """The post of an article."""
        (content,) = (content for name, content in self.archive.posts.items() if words in name)
        return content.decode()

    def failure(self, words: str) -> str:
        """Why an article failed."""
        (line,) = (line for line in self.result.stderr.splitlines() if words in line)
        return line

    def records(self) -> list[ArcWarcRecord]:
        """The records of its captures, by warcio; `content` of each is what is in it."""
        found = []
        for file in sorted(self.archive.output.rglob("*.warc.gz")):
            with file.open("rb") as stream:
                for record in ArchiveIterator(stream):
                    record.content = record.content_stream().read()
                    found.append(record)
        return found


def chromium() -> None:
    """Skip a test where there is no browser."""
    pytest.importorskip("playwright", reason="Playwright is missing; to have it: pip install '.[browser]'")
    if not shutil.which("chromium"):
        pytest.skip("Chromium is missing; to have it: apt-get install chromium")


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    """An empty archive, and a web with one page whose scripts never end, and one that they draw."""
    chromium()
    with served() as web:
        fill(web)
        web.put(ENDLESS, SHELL.replace("<script src", f"<script>{NO_END}</script><script src"))
        yield Archive(tmp_path / "archive", cast("Replica", web))


def fill(web: Web) -> None:
    """Put what all pages load into a web, and one of these."""
    web.put("http://news.example/app.js", APP, "text/javascript")
    web.put("http://news.example/site.css", "body { color: black }", "text/css")
    web.put("http://news.example/api/story.json", '{"title": "A page that scripts draw"}', "application/json")
    web.put("http://news.example/api/query", '{"title": "A page that asks by POST"}', "application/json")
    web.put(f"{SITE}/drawn-by-scripts", SHELL.replace("SCRIPT", PAGES["drawn-by-scripts"]))


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Drawn]:
    """An archive of all these pages, drawn in one run."""
    chromium()
    with served() as web, ExitStack() as stack:
        bait = Bait(stack)
        fill(web)
        web.put("http://news.example/worker.js", f"fetch('http://127.0.0.2:{bait.port}/secret')", "text/javascript")
        web.redirect("http://news.example/to-secret", f"http://127.0.0.2:{bait.port}/secret")
        web.redirect("http://news.example/to-frame", "http://frames.example/frame")
        web.put(f"{SITE}/framed", SHELL.replace("SCRIPT", "draw('A page in a frame')"))
        web.redirect(f"{SITE}/moved", f"{SITE}/drawn-by-scripts")
        for name, script in PAGES.items():
            script = script.replace("%TCP%", str(bait.port)).replace("%UDP%", str(bait.udp_port))
            web.put(f"{SITE}/{name}", SHELL.replace("SCRIPT", script))
        gbk = SHELL.replace("utf-8", "gbk").replace(
            "SCRIPT", "draw('林岚港首条航线开通', 'This page was sent as ' + document.characterSet + '.')"
        )
        web.put(f"{SITE}/in-gbk", gbk.encode("gbk"), "text/html")
        archive = Archive(tmp_path_factory.mktemp("drawn") / "archive", cast("Replica", web))
        pages = [*PAGES, "in-gbk", "moved"]
        result = archive.get("--browser", "--warc", *LIMITS, *(f"{SITE}/{name}" for name in pages))
        yield Drawn(archive, web, bait, result)


def test_a_page_becomes_a_post_as_scripts_draw_it(drawn: Drawn) -> None:
    post = drawn.post("drawn-by-scripts")
    assert 'title: "A page that scripts draw"' in post
    assert all(text in post for text in PARAGRAPHS)
    assert f"<{SITE}/drawn-by-scripts>" in post


def test_its_capture_is_a_conversion_of_what_came(drawn: Drawn) -> None:
    """WARC 1.1, 6.8: what a browser made of an answer is no answer, and says which it was made of."""
    records = [one for one in drawn.records() if one.rec_headers["WARC-Target-URI"] == f"{SITE}/drawn-by-scripts"]
    pages = [one for one in records if one.rec_type == "conversion"]
    answers = {one.rec_headers["WARC-Record-ID"]: one for one in records if one.rec_type == "response"}
    assert pages
    for page in pages:
        assert page.rec_headers["Content-Type"] == "text/html; charset=utf-8"
        assert PARAGRAPHS[0].encode() in page.content
        assert PARAGRAPHS[0].encode() not in answers[page.rec_headers["WARC-Refers-To"]].content
        digest = f"sha256:{sha256(page.content).hexdigest()}"
        assert page.rec_headers["WARC-Payload-Digest"] == page.rec_headers["WARC-Block-Digest"] == digest


def test_all_that_it_loaded_is_captured_and_named(drawn: Drawn) -> None:
    records = drawn.records()
    address = f"urn:archiver:{SITE}/drawn-by-scripts"
    noted = [json.loads(one.content) for one in records if one.rec_headers["WARC-Target-URI"] == address]
    parts = next(one["parts"] for one in noted if "parts" in one)
    names = ["drawn-by-scripts", "app.js", "site.css", "story.json"]
    assert sorted(url.rpartition("/")[2] for url, _ in parts) == sorted(names)
    answers = {
        (one.rec_headers["WARC-Target-URI"], one.rec_headers["WARC-Date"])
        for one in records
        if one.rec_type in ("response", "revisit")
    }
    assert {(url, time.replace("+00:00", "Z")) for url, time in parts} <= answers


def test_a_file_of_many_pages_is_captured_once(drawn: Drawn) -> None:
    scripts = [one for one in drawn.records() if one.rec_headers["WARC-Target-URI"] == "http://news.example/app.js"]
    kinds = [one.rec_type for one in scripts if one.rec_type in ("response", "revisit")]
    assert "revisit" in kinds
    assert kinds.count("response") < len(kinds)


def test_a_replay_reads_the_drawn_page_and_gives_the_same_post(drawn: Drawn, tmp_path: Path) -> None:
    again = Archive(tmp_path / "again", drawn.archive.replica)
    asked = len(drawn.web.asked)
    result = again.archiver("replay", str(drawn.archive.output / "_captures"))
    assert result.returncode == 0, result.stderr
    assert again.posts == drawn.archive.posts
    assert "what pages loaded" in result.stdout
    assert len(drawn.web.asked) == asked


def test_verify_finds_nothing_wrong(drawn: Drawn) -> None:
    result = drawn.archive.archiver("verify")
    assert (result.returncode, result.stderr) == (0, "")
    assert "nothing is wrong" in result.stdout


def test_explain_reads_the_drawn_page(drawn: Drawn) -> None:
    result = drawn.archive.archiver("explain", f"{SITE}/drawn-by-scripts")
    assert result.returncode == 0, result.stderr
    assert "A page that scripts draw" in result.stdout


def test_extract_gives_the_article_of_the_drawn_page(drawn: Drawn, tmp_path: Path) -> None:
    (page,) = {
        one.content for one in drawn.records() if one.rec_type == "conversion" and b"scripts draw" in one.content
    }
    (tmp_path / "page.html").write_bytes(page)
    result = drawn.archive.invoke("extract", "--address", f"{SITE}/drawn-by-scripts", str(tmp_path / "page.html"))
    html = json.loads(result.stdout)["html"]
    assert html in drawn.post("drawn-by-scripts")


def test_an_export_has_the_page_and_what_it_loaded(drawn: Drawn, tmp_path: Path) -> None:
    result = drawn.archive.archiver("export", "wacz", "--to", str(tmp_path / "all.wacz"))
    assert result.returncode == 0, result.stderr
    with zipfile.ZipFile(tmp_path / "all.wacz") as package:
        lines = gzip.decompress(package.read("indexes/index.cdx.gz")).decode()
    for name in ("drawn-by-scripts", "app.js", "site.css", "api/story.json"):
        assert f"example,news)/{'2026/11/01/' if '.' not in name else ''}{name} " in lines


def test_a_page_reaches_nothing_but_by_the_crawl(drawn: Drawn) -> None:
    """Loopback by number and by name, files, sockets, workers, calls between browsers, new windows, beacons, and a
    redirect: a page gets none of them, and nothing of them leaves the browser."""
    assert "<p>It got: .</p>" in drawn.post("asks-for-everything")
    assert drawn.bait.taken() == []
    strange = ("127.0.0.2", "localhost", "::1", "2130706434", "secret", "bait", "/form", "/window", ".zip")
    assert [
        address for address in drawn.web.asked if any(one in address.replace("/to-secret", "") for one in strange)
    ] == []
    # What a redirect of the site leads to is looked at, but not shown.
    assert [address for address in drawn.web.asked if "frame" in address and SITE not in address] == [
        "http://news.example/to-frame",
        "http://frames.example/frame",
    ]


def test_a_page_may_ask_its_site_by_post(drawn: Drawn) -> None:
    assert 'title: "A page that asks by POST"' in drawn.post("asks-by-post")
    assert drawn.web.posted == {"http://news.example/api/query": b'{"query": "story"}'}
    (request,) = [
        one
        for one in drawn.records()
        if one.rec_type == "request" and one.rec_headers["WARC-Target-URI"].endswith("/api/query")
    ]
    assert request.http_headers.protocol == "POST"
    assert request.content == b'{"query": "story"}'
    assert request.rec_headers["WARC-Payload-Digest"] == f"sha256:{sha256(request.content).hexdigest()}"


def test_what_is_in_shadows_is_read_as_readers_see_it(drawn: Drawn) -> None:
    post = drawn.post("in-a-shadow")
    assert all(text in post for text in PARAGRAPHS)
    assert "<p>In a certain slot of another shadow.</p>" in post
    assert "<p>This comes last, as its page has it.</p>" in post
    assert "And this nowhere" not in post
    assert "Nothing." not in post
    assert "color: red" not in post


def test_the_text_of_a_page_may_be_in_a_frame_of_its_site(drawn: Drawn) -> None:
    post = drawn.post("in-a-frame")
    assert all(text in post for text in PARAGRAPHS)
    assert f"<{SITE}/in-a-frame>" in post


def test_a_page_gets_no_more_than_its_share(drawn: Drawn) -> None:
    assert "asks for far more than it gets" in drawn.failure("asks-for-too-much")
    assert 0 < sum("/many/" in address for address in drawn.web.asked) <= MOST_REQUESTS


@pytest.mark.parametrize(
    ("page", "why"),
    [("eats-memory", "more memory than it gets"), ("draws-too-much", f"larger than {MOST_BYTES:,} characters")],
)
def test_a_page_that_takes_too_much_fails_alone(drawn: Drawn, page: str, why: str) -> None:
    assert why in drawn.failure(page)
    assert drawn.result.stdout.endswith("3 failed\n")


def test_a_page_is_what_its_scripts_go_on_to(drawn: Drawn) -> None:
    assert f"<{SITE}/the-page-it-goes-to>" in drawn.post("the-page-it-goes-to")
    assert not [name for name in drawn.archive.posts if "goes-elsewhere" in name]


def test_a_page_that_reloads_itself_is_asked_for_a_few_times(drawn: Drawn) -> None:
    assert sum(address.endswith("/reloads-itself") for address in drawn.web.asked) == 5
    assert "A page that reloads itself" in drawn.post("reloads-itself")


def test_an_address_that_a_script_makes_up_is_none(drawn: Drawn) -> None:
    assert f"<{SITE}/changes-its-address>" in drawn.post("changes-its-address")


def test_scripts_cannot_change_what_is_written_down(drawn: Drawn) -> None:
    assert PARAGRAPHS[0] in drawn.post("-lies-")


def test_a_page_in_another_encoding_is_drawn_as_it_is_meant(drawn: Drawn) -> None:
    post = drawn.post("in-gbk")
    assert 'title: "林岚港首条航线开通"' in post
    assert "This page was sent as GBK." in post


def test_a_page_that_only_scripts_show_says_what_would_draw_it(archive: Archive) -> None:
    result = archive.get(f"{SITE}/drawn-by-scripts")
    assert "--browser has a browser draw it" in result.stderr
    assert not archive.posts
    (line,) = archive.invoke("extract", *NO_DELAY, f"{SITE}/drawn-by-scripts").stdout.splitlines()
    assert json.loads(line)["advice"] == "--browser has a browser draw it"


def test_a_page_is_drawn_without_an_archive_where_a_recipe_says_so(archive: Archive, tmp_path: Path) -> None:
    (tmp_path / "recipes").mkdir()
    recipe = "name: merrow\nhosts: [news.example]\nbrowser: true\n"
    (tmp_path / "recipes" / "merrow.yaml").write_text(recipe, encoding="utf-8")
    options = (*NO_DELAY, "-s", f"ARCHIVER_RECIPES={tmp_path / 'recipes'}")
    result = archive.invoke("extract", *options, f"{SITE}/drawn-by-scripts")
    assert json.loads(result.stdout)["title"] == "A page that scripts draw", result.stderr
    assert not archive.output.exists()


@pytest.mark.parametrize(
    ("which", "of_recipe", "kind", "is_drawn"),
    [
        *(("recipe", False, "text/html", False), ("recipe", True, "text/html", True)),
        *(("refused", False, "text/html", False), ("refused", True, "text/html", True)),
        *(("always", False, "text/html", True), ("always", True, "application/json", False)),
    ],
)
def test_which_pages_are_drawn_before_they_are_read(which: str, of_recipe: bool, kind: str, is_drawn: bool) -> None:
    drawer = PageDrawer(get_crawler(settings_dict={"ARCHIVER_RECIPES": "", "ARCHIVER_BROWSER": which}))
    recipe = load_recipes()["web"]
    page = replace(recipe.pages[0], browser=of_recipe)
    response = responsetypes.from_mimetype(kind)(ENDLESS, body=b"{}", request=Request(ENDLESS))
    assert drawer.wants(response, replace(recipe, pages=(page,)), page.name) is is_drawn
    of_json = replace(page, format="json")
    assert not drawer.wants(response, replace(recipe, pages=(of_json,)), page.name)
    kept = response.replace(request=Request(ENDLESS, meta={CAPTURE_META_KEY: None}))
    assert not drawer.wants(kept, replace(recipe, pages=(page,)), page.name), "what was captured is not drawn again"


def test_what_was_refused_is_drawn_where_the_archive_says_so(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    """In crawls, too. And scripts that never end cost their own page alone."""
    drawings = pytest.importorskip("archiver.browser.drawing")
    wait = drawings.Drawing._wait_until_still

    async def wait_less(drawing: Any) -> None:
        """Wait as ever, but for scripts that never end only until they are at that."""
        while drawing._document.response.url == ENDLESS:
            if "http://news.example/begun" in web.asked:
                raise TimeoutError
            await asyncio.sleep(0.05)
        await wait(drawing)

    web = cast("Web", archive.replica)
    monkeypatch.setattr(drawings.Drawing, "_wait_until_still", wait_less)
    monkeypatch.setattr(drawings, "ANSWER_TIMEOUT_SECONDS", 0.2)
    archive.output.mkdir()
    (archive.output / "_archiver.yaml").write_text("ARCHIVER_BROWSER: refused\n", encoding="utf-8")
    items = "".join(f"<item><link>{address}</link></item>" for address in (ENDLESS, f"{SITE}/drawn-by-scripts"))
    feed = f'<rss version="2.0"><channel><title>News</title>{items}</channel></rss>'
    web.put("http://news.example/feed.xml", feed, "application/rss+xml")
    result = archive.crawl("http://news.example/feed.xml", "-s", "ARCHIVER_BROWSER_SECONDS=600")
    assert f"{ENDLESS}: the page cannot be drawn: its scripts do not end" in result.stderr
    assert [name for name in archive.posts if "drawn-by-scripts" in name]
    assert web.asked.count(f"{SITE}/drawn-by-scripts") == 1, "what came is drawn, and not asked for again"


@pytest.mark.parametrize(("number", "status"), [(signal.SIGTERM, 143), (signal.SIGKILL, -9)])
def test_no_browser_outlives_a_run(archive: Archive, number: signal.Signals, status: int) -> None:
    run = archive.start("--browser", ENDLESS, stderr=subprocess.DEVNULL)
    try:
        browsers = wait_for(lambda: [one for one in descendants(run.pid) if "--type=renderer" in command_of(one)])
        started = descendants(run.pid)
        assert browsers
        run.send_signal(number)
        assert run.wait(PATIENCE) == status
        assert wait_for(lambda: not [one for one in started if is_there(one)])
    finally:
        run.kill()
        run.communicate()


def test_nothing_of_the_browser_is_loaded_where_none_is_wanted(archive: Archive) -> None:
    code = (
        "import sys; from archiver.commands import main; main(sys.argv[1:]);"
        "print([name for name in sys.modules if name.partition('.')[0] == 'playwright'])"
    )
    words = ("get", "--output", str(archive.output), *NO_DELAY, f"{SITE}/drawn-by-scripts")
    result = archive.run(
        "-c", code, *words, capture_output=True, timeout=PATIENCE
    )  # a new process: others have loaded it
    assert result.stdout.splitlines()[-1] == "[]"


def test_what_is_missing_is_named_before_anything_is_asked_for(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    page, web = f"{SITE}/drawn-by-scripts", cast("Web", archive.replica)
    named = archive.get("--browser", "-s", "ARCHIVER_BROWSER_PROGRAM=/nowhere/chromium", page)
    assert named.stderr == (
        "archiver: pages cannot be drawn: /nowhere/chromium: there is no such program (ARCHIVER_BROWSER_PROGRAM)\n"
    )
    no_browser = archive.get("--browser", page, env={"PATH": "/nowhere"})
    assert "Chromium is missing; to have it: apt-get install chromium" in no_browser.stderr
    monkeypatch.setattr("archiver.browser.programs.find_spec", {}.get)
    no_library = archive.get("--browser", page)
    assert "Playwright is missing; to have it: pip install 'news-share-archiver[browser]'" in no_library.stderr
    for result in (named, no_browser, no_library):
        assert (result.returncode, result.stdout, result.stderr.count("\n")) == (2, "", 1)
    assert web.asked == []


def descendants(pid: int) -> list[int]:
    """The processes that a process has started, and those that these have."""
    found: list[int] = []
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(OSError):
            for child in map(int, children.read_text().split()):
                found += [child, *descendants(child)]
    return found


def command_of(pid: int) -> str:
    """The command line of a process; empty if it has ended."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_text()
    except OSError:
        return ""


def is_there(pid: int) -> bool:
    """Whether a process is at work: one that has ended and that nobody has looked after is not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def wait_for(look: Callable[[], Any]) -> Any:
    """Return what `look` returns as soon as that is something; or nothing, in the end."""
    end = time.monotonic() + PATIENCE
    while not (found := look()) and time.monotonic() < end:
        time.sleep(0.05)
    return found
