"""Validators of HTTP: the ETag of an answer, and the answer to a client that holds it already."""

from __future__ import annotations

import re
from dataclasses import replace
from hashlib import sha256

from archiver.replica.exchange import Reply, Seen


def tagged(answer: Reply) -> Reply:
    """A 200 answer with the strong ETag of its body; any other answer as it is."""
    if answer.status != 200:
        return answer
    return replace(answer, headers={**answer.headers, "ETag": f'"{sha256(answer.body).hexdigest()[:32]}"'})


def unless_held(answer: Reply, seen: Seen) -> Reply:
    """The answer, or a 304 where the request's If-None-Match names its ETag."""
    tag = answer.headers.get("ETag")
    held = seen.headers.get("if-none-match", "")
    if tag and (held.strip() == "*" or tag in re.findall(r'"[^"]*"', held)):
        return Reply(304, headers={"ETag": tag})
    return answer
