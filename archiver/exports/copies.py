"""Copies of an article's pictures in an export that is a directory."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from archiver.places import ASSETS
from archiver.posts.pictures import with_assets

if TYPE_CHECKING:
    from archiver.exports.entry import Entry
    from archiver.exports.files import Folder
    from archiver.storage import Root

PICTURES_DIRECTORY = "pictures"  # their directory


def with_copies(entry: Entry, folder: Folder, output: Root, root: str) -> Entry:
    """Copy the pictures of an entry of the archive at `output` into `folder`, below `pictures`, and return the entry
    with the copies shown.

    root: the relative address of `folder` from the place where the entry is shown. Pictures whose files the archive has
    lost are shown from their original addresses.
    """
    copies = {
        address: path
        for address, picture in entry.pictures.items()
        if folder.copy(output / picture.path, path := f"{PICTURES_DIRECTORY}/{picture.path.removeprefix(f'{ASSETS}/')}")
    }
    if not copies:
        return entry
    return replace(entry, html=with_assets(entry.html.encode(), copies, root=root).decode())
