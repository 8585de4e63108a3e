"""Engines: what runs a function for many jobs, in processes of this machine or of a cluster. Found by name, ours and
those of plug-ins alike (entry points `archiver.engines`)."""

from archiver.engines import processes
from archiver.engines.engine import Engine, Pool, load_engine, started
from archiver.engines.in_order import in_order

__all__ = ["Engine", "Pool", "in_order", "load_engine", "processes", "started"]
