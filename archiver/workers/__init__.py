"""Processes that work for this one: batches of jobs go in, a result for each comes out.

Nothing is imported here: a process that works starts with as little as it needs.
"""
