"""Whether an archive is whole: its files against its index, its captures and its manifests."""

from archiver.verify.manifest import MANIFESTS, add_manifest, head

__all__ = ["MANIFESTS", "add_manifest", "head"]
