"""Whether an archive is whole: its files against its index, its captures and its manifests."""
