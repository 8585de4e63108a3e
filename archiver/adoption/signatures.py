"""Making the signatures of articles from their posts, where an earlier version made other ones or none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archiver.minhash import Signature, scheme, signature
from archiver.posts import said
from archiver.posts.read import read
from archiver.storage.regular import read_in

if TYPE_CHECKING:
    from collections.abc import Mapping

    from archiver.index import Index
    from archiver.index.near_duplicates import Unsigned
    from archiver.recipes import Recipe
    from archiver.storage import Root

MAX_BATCH = 500  # posts


def renew_signatures(output: Root, index: Index, recipes: Mapping[str, Recipe]) -> None:
    """Give every article that has a post a signature of today's scheme. Raises IndexFileError."""
    index.signatures.forget_others(scheme())
    last = 0
    while batch := index.signatures.unsigned(scheme(), last, MAX_BATCH):
        index.signatures.put({one.key: _signature(output, one, recipes) for one in batch})
        last = batch[-1].number


def _signature(output: Root, article: Unsigned, recipes: Mapping[str, Recipe]) -> Signature:
    """Return the signature of an article; that of an empty text if its post cannot be read, or its recipe is
    unknown."""
    recipe = recipes.get(article.key.recipe)
    form = recipe.forms.get(article.form) if recipe else None
    try:
        content = read_in(output, article.path)
    except OSError:
        content = b""
    post = read(content, quoted=form is not None and form.quote is not None)
    legible = recipe and content and not post.damage
    return signature(said(post.body, recipe) if recipe and legible else "")
