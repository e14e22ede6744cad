"""Checks what an editor or a file states: what is not usable is named and left out."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields
from typing import Any

from fairlead_server import plugins
from fairlead_server.context.source import NAMES
from fairlead_server.settings.values import CHOICES, LEAST, MOST, Options

_KINDS = {field.name: str(field.type).removesuffix(" | None") for field in fields(Options)}
_TYPES: Mapping[str, tuple[type, ...]] = {"str": (str,), "int": (int,), "float": (int, float)}
# What the lists of names may hold; any names are good for the others.
_KNOWN: Mapping[str, Callable[[], Sequence[str]]] = {
    "context": lambda: NAMES,
    "monitors": lambda: plugins.names("monitors"),
}
_ENTRIES = {"context": "source", "monitors": "monitor"}


def from_json(value: object, where: str = "settings") -> tuple[Options, list[str]]:
    """Read options, as an editor sends them or a file holds them.

    Returns them and a warning, which begins with `where`, for each that is not usable.
    """
    if value is None:
        return Options(), []
    if not isinstance(value, Mapping):
        return Options(), [f"{where}: expected an object, got {type(value).__name__}"]
    stated: dict[str, Any] = {}
    warnings: list[str] = []
    for key, item in value.items():
        stated[key], remarks = (None, []) if item is None else _read(str(key), item)
        warnings += remarks
    known = {key: item for key, item in stated.items() if key in _KINDS}
    return Options(**known), [f"{where}: {warning}" for warning in warnings]


def nearest(name: str, known: Iterable[str]) -> str:
    """Return which of `known` was probably meant by `name`, as the end of a warning."""
    choices = sorted(known)
    close = difflib.get_close_matches(name, choices, n=1, cutoff=0.6)
    return f"did you mean {close[0]!r}?" if close else f"known are {', '.join(choices)}"


def _read(key: str, item: object) -> tuple[Any, list[str]]:
    """Return the value of one setting, None when it is not usable, and warnings."""
    kind = _KINDS.get(key)
    if kind is None:
        return None, [f"unknown key {key!r}; {nearest(key, _KINDS)}"]
    if kind.startswith("tuple"):
        return _listed(key, item)
    if kind.startswith("Mapping"):
        return _engines(item)
    if not _fits(item, kind):
        return None, [f"{key} must be of type {kind}"]
    if key in CHOICES and item not in CHOICES[key]:
        return None, [f"{key} must be one of {', '.join(CHOICES[key])}; not {item!r}"]
    if isinstance(item, (int, float)) and key in LEAST:
        return _within(key, item)
    return item, []


def _within(key: str, number: float) -> tuple[float | None, list[str]]:
    """Return a number that is not out of its range, as TOML's nan is of any."""
    if number > MOST:
        return None, [f"{key} must be at most {MOST:,}"]
    if not number >= LEAST[key]:
        return None, [f"{key} must be at least {LEAST[key]}"]
    return number, []


def _fits(item: object, kind: str) -> bool:
    if kind == "bool" or isinstance(item, bool):
        return kind == "bool" and isinstance(item, bool)
    return isinstance(item, _TYPES[kind])


def _listed(key: str, item: object) -> tuple[tuple[str, ...] | None, list[str]]:
    """Read a list of names; return those that are known, and a warning for each of the others."""
    if not isinstance(item, list) or not all(isinstance(name, str) for name in item):
        return None, [f"{key} must be a list of names"]
    if key not in _KNOWN:
        return tuple(item), []
    known = _KNOWN[key]()
    remarks = [
        f"{key}: no {_ENTRIES[key]} is called {name!r}; known are {', '.join(known)}"
        for name in item
        if name not in known
    ]
    return tuple(name for name in item if name in known), remarks


def _engines(item: object) -> tuple[Mapping[str, Any] | None, list[str]]:
    """Read the engines by language; what is no name, path or table is left out with a warning."""
    if not isinstance(item, Mapping):
        return None, ["engines must map languages to engines"]
    usable = {key: value for key, value in item.items() if isinstance(value, (str, Mapping))}
    remarks = [
        f"engines: that of {key} must be a plug-in, the path of a recipe, or a recipe"
        for key in item
        if key not in usable
    ]
    return usable, remarks
