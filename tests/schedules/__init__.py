"""Schedules: those who run them take them, and their commands do what they should."""
