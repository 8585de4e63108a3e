"""Pictures in captures: for each address, the first that came is kept, before any post is made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archiver.clock import micros
from archiver.errors import StoreError
from archiver.index.pictures import Asset
from archiver.storage import Put

if TYPE_CHECKING:
    from collections.abc import Mapping

    from archiver.index import Index, IndexThread
    from archiver.replay.spool import PictureOutline, Spool
    from archiver.storage.storage import Storage

WRITTEN_OUTCOMES = ("written", "unchanged")


class CapturedPictures:
    """Keeps captured pictures in the archive. storage: that of the archive; None for a dry run. found: in a dry run,
    the paths that their files would have, by address."""

    def __init__(self, index: IndexThread, storage: Storage | None) -> None:
        self._index = index
        self._storage = storage
        self.found: dict[str, str] = {}

    async def take(self, spool: Spool) -> None:
        """Keep the pictures whose addresses the archive has no file for. Raises IndexFileError, StoreError."""
        known = await self._index.run(lambda index: index.pictures.paths(spool.pictures))
        for address, picture in sorted(spool.pictures.items()):
            if address in known:
                continue
            if self._storage is None:
                self.found[address] = picture.picture.path
            else:
                await self._keep(self._storage, spool, address, picture)

    async def _keep(self, storage: Storage, spool: Spool, address: str, one: PictureOutline) -> None:
        content = spool.load_picture(one).content
        ((outcome, why),) = await storage.put([Put(one.picture.path, content, None)])
        if outcome not in WRITTEN_OUTCOMES:
            raise StoreError(f"{one.picture.path}: {why or 'its file was changed by somebody: archiver verify'}")
        picture = one.picture
        asset = Asset(picture.path, picture.sha256, len(content), picture.width, picture.height, one.capture)
        await self._index.run(_keep, {address: asset}, micros(one.capture.time))


def _keep(index: Index, came: Mapping[str, Asset], moment: int) -> None:
    index.pictures.keep(came, moment)
