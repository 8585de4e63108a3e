"""Plug-ins: what other packages offer under entry points (docs/plugins.md). Formats are found in `archiver.exports`."""

from __future__ import annotations

from importlib.metadata import entry_points
from operator import attrgetter
from typing import TYPE_CHECKING, Any, NamedTuple

from archiver.errors import PluginError

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

RECIPES_GROUP = "archiver.recipes"  # each names a package with recipes in its directory
ADDONS_GROUP = "archiver.addons"  # each names an add-on of Scrapy
ENGINES_GROUP = "archiver.engines"  # each names an `archiver.engines.Engine`
# Each names a function that takes an article and its recipe, and returns the changed article.
STEPS_GROUP = "archiver.steps"
EXTRA_MARKER = 'extra == "{}"'


class Plugin(NamedTuple):
    """An entry point, and what it names."""

    name: str  # as an error should call it: group, name and value
    value: str  # MODULE or MODULE:OBJECT
    loaded: Any


def load_plugins(group: str) -> list[Plugin]:
    """Return the plug-ins in the entry-point group `group`, in the order of their names.

    Raises PluginError for the first that cannot be loaded, whatever error it fails with.
    """
    return [_load(point) for point in sorted(entry_points(group=group), key=attrgetter("name", "value"))]


def load_steps() -> list[Any]:
    """Return the steps of plug-ins, in the order of their names. Raises PluginError."""
    plugins = load_plugins(STEPS_GROUP)
    for plugin in plugins:
        if not callable(plugin.loaded):
            raise PluginError(f"{plugin.name}: is not a function")
    return [plugin.loaded for plugin in plugins]


def libraries_of(point: EntryPoint) -> str:
    """Return the advice to install the libraries that an entry point needs besides its package: those that the package
    requires for the entry point's extras. Empty if it needs none."""
    needed = [one.partition(";") for one in (point.dist.requires or () if point.dist else ())]
    names = [
        name.strip() for name, _, when in needed if any(EXTRA_MARKER.format(extra) in when for extra in point.extras)
    ]
    return f"; install it: pip install {' '.join(map(repr, names))}" if names else ""


def _load(point: EntryPoint) -> Plugin:
    package = f" of {point.dist.name}" if point.dist else ""
    name = f"plug-in {point.name}{package} ({point.group}: {point.value})"
    try:
        return Plugin(name, point.value, point.load())
    except (Exception, SystemExit) as error:
        message = " ".join(str(error).split())
        raise PluginError(f"{name}: cannot be loaded: {type(error).__name__}: {message}") from error
