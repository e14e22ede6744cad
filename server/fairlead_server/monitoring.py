"""Which monitors watch a document: those registered for its language, joined."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from fairlead_monitors.joint import PartFactory, join
from fairlead_server import plugins
from fairlead_server.errors import UserError

RELIABILITY = ("member", "import", "class", "case", "name", "call", "typestate")
"""Kinds of monitors, the least often wrong first; kinds that are not listed come last."""


def monitors(
    languages: Iterable[str], stated: Sequence[str] | None = None
) -> Mapping[str, PartFactory]:
    """Return what makes the monitor of each of `languages` that has one.

    `stated` names the plug-ins that are on; without it, all are. Raises `UserError` for a name that
    no plug-in has.
    """
    known = plugins.names("monitors")
    names = known if stated is None else list(dict.fromkeys(stated))
    if unknown := [name for name in names if name not in known]:
        installed = ", ".join(known)
        raise UserError(f"no monitor is called {unknown[0]!r}; installed are: {installed}")
    loaded = [plugins.load("monitors", name) for name in names]
    loaded.sort(key=lambda plugin: _rank(plugin.kind))
    found = {language: [p for p in loaded if language in p.languages] for language in languages}
    return {language: join(factories) for language, factories in found.items() if factories}


def _rank(kind: str) -> int:
    return RELIABILITY.index(kind) if kind in RELIABILITY else len(RELIABILITY)
