"""Spiders: which addresses to ask for, and what to do with the answers."""
