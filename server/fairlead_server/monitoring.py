"""Which monitors watch a document: those registered for its language, joined."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from fairlead_monitors.joint import PartFactory, join
from fairlead_server import plugins
from fairlead_server.errors import UserError

RELIABILITY = ("member", "import", "class", "case", "name", "call", "typestate")
"""Kinds of monitors, the least often wrong first; kinds that are not listed come last."""

OFF: frozenset[str] = frozenset()
"""Monitors that are only on if the settings name them: they veto too much real code."""


def monitors(
    languages: Iterable[str], stated: Sequence[str] | None = None
) -> Mapping[str, PartFactory]:
    """Return what makes the monitor of each of `languages` that has one.

    `stated` names the plug-ins that are on, None leaves it to what is known of them. Raises
    `UserError` for a name that no plug-in has.
    """
    if unknown := [name for name in stated or () if name not in plugins.names("monitors")]:
        known = ", ".join(plugins.names("monitors"))
        raise UserError(f"no monitor is called {unknown[0]!r}; installed are: {known}")
    names = [name for name in plugins.names("monitors") if name not in OFF]
    loaded = [plugins.load("monitors", name) for name in (names if stated is None else stated)]
    loaded.sort(key=lambda plugin: _rank(plugin.kind))
    found = {language: [p for p in loaded if language in p.languages] for language in languages}
    return {language: join(factories) for language, factories in found.items() if factories}


def _rank(kind: str) -> int:
    return RELIABILITY.index(kind) if kind in RELIABILITY else len(RELIABILITY)
