"""The scripts that are evaluated in a drawn page, in an isolated world, which the page's own scripts cannot reach.

Even if a page has replaced functions that are used here, these scripts get the browser's own.
"""

from __future__ import annotations

# The document in a frame, if it is a page of the same host: scripts cannot look into other documents, and what a page
# writes into an empty frame is an advertisement in most cases.
OWN_FRAME_SCRIPT = """
  const framed = element => {
    if (element.localName !== 'iframe' && element.localName !== 'frame') return null;
    try {
      const inner = element.contentDocument, place = inner && inner.location;
      return place && place.host && place.host === location.host && inner.documentElement ? inner : null;
    } catch { return null; }
  };
"""
# Whether the page is loaded, and two numbers that change with it; shadow trees and frames count, too.
STATE_SCRIPT = f"""(() => {{
  {OWN_FRAME_SCRIPT}
  let count = 0, length = 0;
  const look = (root, text) => {{
    const all = root.querySelectorAll('*');
    count += all.length;
    length += text ? text.length : 0;
    for (const one of all) {{
      if (one.shadowRoot) look(one.shadowRoot, one.shadowRoot.textContent);
      const inner = framed(one);
      if (inner) look(inner, inner.documentElement.textContent);
    }}
  }};
  try {{ look(document, document.documentElement?.textContent); }} catch {{ count = -1; }}  // deeper than there is room
  return [document.readyState, count, length];
}})()"""
# The page as HTML, with the content of shadow trees and frames in the places where a reader sees it. It is put together
# in a document without a window, in which nothing runs and nothing is loaded.
CONTENT_SCRIPT = """(() => {
  OWN_FRAME
  const html = () => {
    const root = document.documentElement;
    if (!root) return '';
    const hidden = [...root.querySelectorAll('*')].some(one => one.shadowRoot || framed(one));
    if (!hidden) return root.outerHTML;
    const inert = document.implementation.createHTMLDocument('');
    const all = (nodes, into) => { for (const node of nodes) put(node, into); };
    const put = (node, into) => {
      const name = node.localName;
      if (name === undefined || name === 'template') { into.append(inert.importNode(node, true)); return; }
      if (name === 'slot') {
        const given = node.assignedNodes();
        all(given.length ? given : node.childNodes, into);
        return;
      }
      if (name === 'style' && node.getRootNode() instanceof ShadowRoot) return;
      const inner = framed(node);
      const twin = inner ? inert.createElement('div') : inert.importNode(node, false);
      into.append(twin);
      all(inner ? inner.body?.childNodes ?? [] : (node.shadowRoot ?? node).childNodes, twin);
    };
    const whole = inert.importNode(root, false);
    try { all(root.childNodes, whole); } catch { return root.outerHTML; }  // deeper than there is room
    return whole.outerHTML;
  };
  const text = html();
  if (text.length > LIMIT) return null;
  const kind = document.doctype;
  return (kind ? new XMLSerializer().serializeToString(kind) + '\\n' : '') + text;
})()""".replace("OWN_FRAME", OWN_FRAME_SCRIPT)


def content(limit: int) -> str:
    """Return the script that gives the page as HTML; null if that is longer than `limit` characters."""
    return CONTENT_SCRIPT.replace("LIMIT", str(limit))
