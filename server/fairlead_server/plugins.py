"""The plug-in points: five entry-point groups. What ships with fairlead enters by them too.

==================== ====================================================================
group                 what the entry point is
==================== ====================================================================
fairlead.models       ``load(path, *, context_length, threads) -> LanguageModel``
fairlead.engines      ``engine(project, interpreter, *, trusted) -> CompletionEngine``
fairlead.monitors     ``monitor(context) -> Monitor``, with ``languages`` and ``kind``
fairlead.datasets     ``dataset(path) -> Dataset``
fairlead.validators   ``validator() -> PatchValidator``
==================== ====================================================================
"""

from __future__ import annotations

from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from fairlead_server.errors import UserError

GROUPS = ("models", "engines", "monitors", "datasets", "validators")


def names(group: str) -> list[str]:
    """Return the names of all plug-ins in `group`."""
    return sorted(point.name for point in _points(group))


def load(group: str, name: str) -> Any:
    """Import the plug-in `name` of `group`. Raises `UserError` when there is none."""
    for point in _points(group):
        if point.name == name:
            try:
                return point.load()
            except ImportError as error:
                raise UserError(
                    f"plug-in {name} ({point.value}) cannot be imported: {error}"
                ) from None
    known = ", ".join(names(group)) or "none"
    raise UserError(f"no {group} plug-in is called {name!r}; installed are: {known}")


@cache
def _points(group: str) -> tuple[EntryPoint, ...]:
    # Each look reads the metadata of every distribution that is installed.
    return tuple(entry_points(group=f"fairlead.{group}"))
