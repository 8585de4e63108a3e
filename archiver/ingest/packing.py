"""A made article as bytes, for as long as it waits in the index."""

from __future__ import annotations

import json
import zlib
from dataclasses import fields
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from archiver.article import Article, Post
from archiver.minhash import Signature

if TYPE_CHECKING:
    from collections.abc import Mapping

COMPRESSION_LEVEL = 1  # zlib's fastest: it waits until the end of the run
TIME_FIELDS = ("fetched", "published", "modified")
TUPLE_FIELDS = ("places", "authors", "aliases", "shared", "absorbed")


class MadeArticle(NamedTuple):
    """A made article, what a replay must know of its answer, and the answer's ETag and Last-Modified."""

    article: Article
    about: Mapping[str, Any]
    etag: str
    modified: str


def pack(article: Article, about: Mapping[str, Any], etag: str, modified: str) -> bytes:
    """Return the bytes of a made article that has a post."""
    assert article.post is not None
    values = {field.name: getattr(article, field.name) for field in fields(article)}
    values |= {name: values[name] and values[name].isoformat() for name in TIME_FIELDS}
    values["post"] = (article.post.name, article.post.content.decode())
    values["signature"] = article.signature and (article.signature.scheme, article.signature.content.hex())
    text = json.dumps([values, dict(about), etag, modified], ensure_ascii=False)
    return zlib.compress(text.encode("utf-8", "surrogatepass"), COMPRESSION_LEVEL)


def unpack(made: bytes) -> MadeArticle:
    """Return the made article that `pack` turned into these bytes."""
    values, about, etag, modified = json.loads(zlib.decompress(made).decode("utf-8", "surrogatepass"))
    values |= {name: values[name] and datetime.fromisoformat(values[name]) for name in TIME_FIELDS if name in values}
    name, content = values["post"]
    values["post"] = Post(name, content.encode())
    if signature := values.get("signature"):  # earlier versions of the program put none into it
        values["signature"] = Signature(signature[0], bytes.fromhex(signature[1]))
    values |= {name: tuple(values[name]) for name in TUPLE_FIELDS if name in values}
    values["offers"] = {address: tuple(offered) for address, offered in values.get("offers", {}).items()}
    return MadeArticle(Article(**values), about, etag, modified)
