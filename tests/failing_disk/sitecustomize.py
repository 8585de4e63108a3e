"""A disk that takes nothing more, for the processes that find this on their path (PYTHONPATH).

FAILING_PART: where in an archive nothing can be made. FAILING_WITH: the number of the error.
"""

from __future__ import annotations

import os

_open = os.open


def _failing(path, flags, *arguments, **options):  # type: ignore[no-untyped-def]
    if flags & os.O_CREAT and f"/{os.environ['FAILING_PART']}/" in os.fspath(path):
        number = int(os.environ["FAILING_WITH"])
        raise OSError(number, os.strerror(number), path)
    return _open(path, flags, *arguments, **options)


os.open = _failing
