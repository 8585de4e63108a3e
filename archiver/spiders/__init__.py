"""Spiders: which addresses to ask, and what to do with what comes back."""
