"""A real browser that shows HTML: what it shows of it, and whether anything in it runs."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from html import unescape
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import pytest

if TYPE_CHECKING:
    from pathlib import Path

OPTIONS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--no-proxy-server"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage"),
    # Nothing is fetched, whatever a body asks for.
    *("--host-resolver-rules=MAP * ~NOTFOUND", "--virtual-time-budget=20000"),
)
PAGE = """<!DOCTYPE html><html><head><meta charset="utf-8"></head><body><div id="stage"></div>
<script type="application/json" id="bodies">{bodies}</script>
<script>
var ran = [], now = -1;
function run() {{ ran.push(now); }}
window.alert = window.confirm = window.prompt = window.print = run;
</script>
<script>
{script}
</script></body></html>"""
# The text of each body, as it is laid out.
TEXTS = """
var stage = document.getElementById('stage'), texts = [];
for (const body of JSON.parse(document.getElementById('bodies').textContent)) {
  stage.replaceChildren(...new DOMParser().parseFromString(body, 'text/html').body.childNodes);
  texts.push(stage.innerText);
}
stage.remove();
document.body.textContent = 'RESULT' + encodeURIComponent(JSON.stringify(texts)) + 'END';
"""
# Which bodies run anything: at once, when they are pointed at, clicked and focused, and when time has gone by.
ATTACKS = """
var stage = document.getElementById('stage');
const EVENTS = (
  'click mouseover mouseenter focus focusin error load toggle animationstart wheel copy beforeinput ' +
  'pointerdown auxclick transitionend scroll keydown').split(' ');
const leads = address => !/^javascript:/i.test(String(address && address.baseVal || address));
addEventListener('click', event => {
  const link = event.target.closest('[href]') || event.target.closest('a');
  if (link && leads(link.href)) event.preventDefault();
}, true);
addEventListener('submit', event => {
  const by = event.submitter && event.submitter.hasAttribute('formaction') ? event.submitter.formAction : '';
  if (leads(by || event.target.action)) event.preventDefault();
}, true);
JSON.parse(document.getElementById('bodies').textContent).forEach((body, number) => {
  now = number;
  var frame = document.createElement('div');
  frame.dataset.number = number;
  stage.append(frame);
  frame.append(document.createRange().createContextualFragment(body));
  for (const element of frame.querySelectorAll('*'))
    for (const name of EVENTS)
      element.dispatchEvent(new MouseEvent(name, {bubbles: false, cancelable: true}));
});
now = -1;
setTimeout(() => {
  stage.remove();
  document.body.textContent = 'RESULT' + encodeURIComponent(JSON.stringify(ran)) + 'END';
}, 1500);
"""


def texts_in_chromium(bodies: list[str], folder: Path) -> list[str]:
    """Return the text of each body as Chromium lays it out (`innerText`)."""
    return [str(text) for text in _result(bodies, TEXTS, folder)]


def running_in_chromium(bodies: list[str], folder: Path) -> set[int]:
    """Return the numbers of the bodies that run a script that calls `run` or `alert`; -1 if one does so later."""
    return {int(number) for number in _result(bodies, ATTACKS, folder)}


def _result(bodies: list[str], script: str, folder: Path) -> list[Any]:
    if not shutil.which("chromium"):
        pytest.skip("Chromium is missing; to have it: apt-get install chromium")
    page = folder / "page.html"
    listed = json.dumps([re.sub("[\ud800-\udfff]", "", body) for body in bodies]).replace("<", "\\u003c")
    page.write_text(PAGE.format(bodies=listed, script=script), encoding="utf-8")
    result = subprocess.run(
        [*("chromium", *OPTIONS, f"--user-data-dir={folder / 'profile'}"), "--dump-dom", page.as_uri()],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    found = re.search("RESULT(.*?)END", result.stdout, re.DOTALL)
    assert found, result.stdout[-300:] + result.stderr[-1000:]
    return list(json.loads(unquote(unescape(found[1]))))
