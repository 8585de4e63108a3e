"""Exit statuses, the same for every command; docs/commands.md lists them."""

FAILED = 1  # an article gave no post, or something is broken
USAGE = 2  # the command was called in a way it cannot be
ALARM = 3  # a source went quiet, or worse
LOCKED = 75  # another run is at work: try again later (EX_TEMPFAIL of sysexits.h)
INTERRUPTED = 130  # as shells say it of a process that was stopped with Ctrl-C
