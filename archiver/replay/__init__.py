"""Replay: captures in, posts out, without asking anybody."""

from archiver.replay.replay import Change, Replay, Summary

__all__ = ["Change", "Replay", "Summary"]
