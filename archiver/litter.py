"""Files that operating systems and editors leave in directories, and that have no content of anybody's. No I/O."""

from __future__ import annotations

import re

# Of macOS, Windows, Linux desktops and network drives; of editors; files that keep empty directories in git.
LITTER_NAME_PATTERN = re.compile(
    r"\.DS_Store|\._.*|\.AppleDouble|\.Spotlight-V100|\.Trashes|\.fseventsd|__MACOSX|Icon\r"
    r"|(?:eh)?Thumbs\.db|desktop\.ini|\$RECYCLE\.BIN|System Volume Information"
    r"|\.directory|\.Trash-\d+|\.nfs[0-9a-f]+|\.fuse_hidden[0-9a-f]+|@eaDir|\.stfolder|\.syncthing\..*\.tmp"
    r"|\.(?:DocumentRevisions-V100|TemporaryItems|localized|VolumeIcon\.icns|dropbox(?:\.cache|\.attr)?|stversions)"
    r"|lost\+found|\.~lock\..*#|.*\.(?:bak|orig|rej)|4913"  # vim makes 4913 to test whether it may write
    r"|.*~|\..*\.sw[a-p]|#.*#|\.#.*|~\$.*"
    r"|\.git(?:keep|ignore|attributes)|\.keep",
    re.IGNORECASE | re.DOTALL,
)


def is_litter(path: str) -> bool:
    """Return whether a file is litter: its name, or that of a directory that it is in. path: with slashes."""
    return any(LITTER_NAME_PATTERN.fullmatch(name) for name in path.split("/"))
