"""Options, as they come in, and the settings they resolve to."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from fairlead_server import plugins
from fairlead_server.context.source import NAMES
from fairlead_server.model_choice import chosen_model


@dataclass(frozen=True)
class Options:
    """What a command line or an editor may state; None means unstated.

    `model` is a path (GGUF file or Hugging Face folder) or a name; `backend` the name of a
    plug-in in ``fairlead.models``; `interpreter` the Python whose packages analysis should see;
    `layout` one of auto, psm, spm, left-to-right. `trusted` says that the workspace may be
    believed: only then is an interpreter found inside it run. `context` names the sources of text
    besides the document that may go into a prompt, and `monitors` the plug-ins in
    ``fairlead.monitors`` that watch what is written; empty means none. `engines` says which
    completion engine serves a language; see `analysis.choice`.
    """

    model: str | None = None
    backend: str | None = None
    interpreter: str | None = None
    layout: str | None = None
    threads: int | None = None
    guided: bool | None = None
    max_new_tokens: int | None = None
    patience: float | None = None
    trusted: bool | None = None
    context: tuple[str, ...] | None = None
    speculate: bool | None = None
    monitors: tuple[str, ...] | None = None
    engines: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Settings:
    """Resolved settings: every field has a usable value, or None for "choose yourself"."""

    model: str = "embedded"
    backend: str | None = None
    interpreter: str | None = None
    layout: str = "auto"
    threads: int | None = None
    guided: bool = True
    max_new_tokens: int = 64
    patience: float = 2.0
    trusted: bool = False
    context: tuple[str, ...] | None = None
    speculate: bool = False
    monitors: tuple[str, ...] | None = None
    engines: Mapping[str, Any] | None = None


def resolve(*layers: Options) -> Settings:
    """Merge `layers`, later ones first in rank, over the environment and the defaults.

    The default model is the one that ``fairlead model use`` was told, or else the embedded one.
    """
    stated = _stated(Options(model=chosen_model())) | _stated(from_environment())
    for layer in layers:
        stated |= _stated(layer)
    return Settings(**stated)


def from_environment(environ: Mapping[str, str] = os.environ) -> Options:
    """Return what ``FAIRLEAD_MODEL``, ``FAIRLEAD_BACKEND`` and ``FAIRLEAD_PYTHON`` state."""
    return Options(
        model=environ.get("FAIRLEAD_MODEL") or None,
        backend=environ.get("FAIRLEAD_BACKEND") or None,
        interpreter=environ.get("FAIRLEAD_PYTHON") or None,
    )


def from_json(value: object) -> tuple[Options, list[str]]:
    """Read options that an editor sent; return them and a warning for each that is not usable."""
    if value is None:
        return Options(), []
    if not isinstance(value, Mapping):
        return Options(), [f"settings: expected an object, got {type(value).__name__}"]
    kinds = {f.name: f.type for f in fields(Options)}
    stated: dict[str, Any] = {}
    warnings: list[str] = []
    for key, item in value.items():
        if key not in kinds:
            warnings.append(f"settings: unknown key {key!r}; known are {', '.join(sorted(kinds))}")
        elif key in _NAMES and item is not None:
            stated[key], remarks = _listed(key, item)
            warnings += remarks
        elif key == "engines" and item is not None:
            stated[key], remarks = _engines(item)
            warnings += remarks
        elif item is not None and not _fits(item, str(kinds[key])):
            warnings.append(f"settings: {key} must be of type {str(kinds[key]).split(' ')[0]}")
        elif item is not None and item < _LEAST.get(key, item):
            warnings.append(f"settings: {key} must be at least {_LEAST[key]}")
        else:
            stated[key] = item
    return Options(**stated), warnings


# What the lists of names may hold.
_NAMES: Mapping[str, Callable[[], Sequence[str]]] = {
    "context": lambda: NAMES,
    "monitors": lambda: plugins.names("monitors"),
}
_ENTRIES = {"context": "source", "monitors": "monitor"}


def _listed(key: str, item: object) -> tuple[tuple[str, ...] | None, list[str]]:
    """Read a list of names; return those that are known, and a warning for each of the others."""
    if not isinstance(item, list) or not all(isinstance(name, str) for name in item):
        return None, [f"settings: {key} must be a list of names"]
    known = _NAMES[key]()
    remarks = [
        f"settings: {key}: no {_ENTRIES[key]} is called {name!r}; known are {', '.join(known)}"
        for name in item
        if name not in known
    ]
    return tuple(name for name in item if name in known), remarks


def _engines(item: object) -> tuple[Mapping[str, Any] | None, list[str]]:
    """Read the engines by language; what is no name, path or table is left out with a warning."""
    if not isinstance(item, Mapping):
        return None, ["settings: engines must map languages to engines"]
    usable = {key: value for key, value in item.items() if isinstance(value, (str, Mapping))}
    remarks = [
        f"settings: engines: that of {key} must be a plug-in, the path of a recipe, or a recipe"
        for key in item
        if key not in usable
    ]
    return usable, remarks


# The least value of each number; there is none for the rest.
_LEAST: Mapping[str, float] = {"threads": 1, "max_new_tokens": 1, "patience": 0}


def _fits(item: object, kind: str) -> bool:
    wanted: dict[str, tuple[type, ...]] = {"str": (str,), "int": (int,), "float": (int, float)}
    name = kind.split(" ")[0]
    if name == "bool" or isinstance(item, bool):
        return name == "bool" and isinstance(item, bool)
    return isinstance(item, wanted[name])


def _stated(options: Options) -> dict[str, Any]:
    values = ((f.name, getattr(options, f.name)) for f in fields(options))
    return {name: value for name, value in values if value is not None}
