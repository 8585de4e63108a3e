"""Other processes of this machine."""

from __future__ import annotations

import os


def has_ended(pid: int) -> bool:
    """Return whether there is certainly no process with that id. False: there is one, or that cannot be told."""
    if os.name == "nt":  # there `kill` interrupts the process instead of looking for it
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    except (PermissionError, OverflowError):  # it lives, and is another user's; or no process has such a number
        return False
    return False
