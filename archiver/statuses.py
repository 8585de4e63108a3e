"""Exit statuses, the same for every command; docs/commands.md lists them."""

from archiver.errors import ArchiverError, LockedError, RecipeError, StuckError, UsageError

FAILED = 1  # an article gave no post, or something is broken
USAGE = 2  # an invalid command, option, setting or recipe
ALARM = 3  # a source went quiet, a run may be stuck, or worse
LOCKED = 75  # another run is at work: try again later (EX_TEMPFAIL of sysexits.h)
SIGNALLED = 128  # plus the number of the signal that stopped it, as in shells
INTERRUPTED = 130  # SIGINT: Ctrl-C


def status_of(error: ArchiverError) -> int:
    """Return the exit status of a command that ended with `error`."""
    if isinstance(error, (UsageError, RecipeError)):
        return USAGE
    if isinstance(error, StuckError):
        return ALARM
    return LOCKED if isinstance(error, LockedError) else FAILED
