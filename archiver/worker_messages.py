"""Messages of workers to the command that started them: JSON values, which several processes write into one pipe.

A message is one line or several, each short enough that the system writes it in one piece. A line begins with the
number of its process, and its last character says whether the message goes on.
"""

from __future__ import annotations

import json
import os
from collections import defaultdict
from select import PIPE_BUF
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MORE_FOLLOWS, MESSAGE_END = b"+\n", b".\n"


def send_message(pipe: int, value: object) -> None:
    """Write a value into a pipe (a descriptor). If nobody reads the pipe any more, the command was killed: then this
    and all later messages are dropped, and the worker goes on."""
    text = json.dumps(value).encode("ascii")
    head = b"%d " % os.getpid()
    # POSIX: writes of up to PIPE_BUF bytes do not mix with those of other processes.
    part_length = PIPE_BUF - len(head) - len(MESSAGE_END)
    try:
        for begin in range(0, len(text), part_length):
            os.write(
                pipe,
                head
                + text[begin : begin + part_length]
                + (MESSAGE_END if begin + part_length >= len(text) else MORE_FOLLOWS),
            )
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), pipe)


def read_messages(lines: Iterable[bytes]) -> Iterator[Any]:
    """Yield the values in lines. A message that a process had not finished when it was killed is left out."""
    unfinished: defaultdict[bytes, bytes] = defaultdict(bytes)
    for line in lines:
        process, _, part = line.partition(b" ")
        unfinished[process] += part[: -len(MESSAGE_END)]
        if part.endswith(MESSAGE_END):
            yield json.loads(unfinished.pop(process))
