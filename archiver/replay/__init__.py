"""Replay: captures in, posts out, without any request."""

from archiver.replay.replay import Change, Summary
from archiver.replay.run import replay

__all__ = ["Change", "Summary", "replay"]
