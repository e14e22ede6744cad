"""Who may state settings, in rising rank; what a higher layer states wins, one by one.

====================  ==============================================================
layer                 where it is stated
====================  ==============================================================
model use             ``fairlead model use``: the model alone
user's file           ``fairlead/config.toml`` in the user's configuration folder
environment           FAIRLEAD_MODEL, FAIRLEAD_BACKEND, FAIRLEAD_PYTHON, FAIRLEAD_LOG
project's file        ``.fairlead.toml`` in the project's folder, if that is trusted
editor                what it sent at the start, then what it says of all folders, then
                      of the folder that a document lies in
command line          the options of ``fairlead serve``, ``complete`` and so on
====================  ==============================================================

Whether a project is trusted is decided by the others: a project has no say in that.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from fairlead_server.model_choice import chosen_model
from fairlead_server.settings.files import (
    project_around,
    project_file,
    read_project_file,
    read_user_file,
    user_file,
)
from fairlead_server.settings.reading import from_json
from fairlead_server.settings.values import Options, Settings, stated

_VARIABLES = {
    "model": "FAIRLEAD_MODEL",
    "backend": "FAIRLEAD_BACKEND",
    "interpreter": "FAIRLEAD_PYTHON",
    "log_level": "FAIRLEAD_LOG",
}


@dataclass(frozen=True)
class Layer:
    """What one `source` states, and warnings about what of it is not usable."""

    source: str
    options: Options
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Stack:
    """All layers, in rising rank, for the folder `project`.

    `ignored` is a file of the project that does not count.
    """

    layers: tuple[Layer, ...]
    project: str | None
    trusted: bool
    ignored: Path | None = None

    def settings(self) -> Settings:
        """Return what holds."""
        return replace(
            resolve_options(layer.options for layer in self.layers), trusted=self.trusted
        )

    def origins(self) -> dict[str, str]:
        """Return which layer decided each setting."""
        found = {field.name: "default" for field in fields(Settings)}
        for layer in self.layers:
            found |= dict.fromkeys(stated(layer.options), layer.source)
        if self.trusted and found["trusted"] == "default":
            found["trusted"] = f"trusted_folders, {found['trusted_folders']}"
        return found

    def complaints(self) -> list[str]:
        """Return what the user should know about the layers, one line each."""
        found = [warning for layer in self.layers for warning in layer.warnings]
        if self.ignored is not None:
            found.append(f"{self.ignored} is ignored: the workspace is not trusted")
        return found


def stack(
    project: str | None, editor: Sequence[Layer] = (), command_line: Options | None = None
) -> Stack:
    """Return the layers that hold for the project in the folder `project`.

    `editor` holds what the editor stated, in rising rank.
    """
    own = _users_own()
    above = (*editor, Layer("command line", command_line or Options()))
    trusted = _is_trusted(project, (*own, *above))
    file = project_file(project) if project is not None else None
    if file is None or not file.is_file():
        return Stack((*own, *above), project, trusted)
    if not trusted:
        return Stack((*own, *above), project, trusted, ignored=file)
    options, warnings = read_project_file(file)
    return Stack((*own, Layer(str(file), options, warnings), *above), project, trusted)


def resolve(*layers: Options) -> Settings:
    """Merge `layers`, later ones first in rank, over what the user has set everywhere."""
    return stack(None, [Layer("stated", options) for options in layers]).settings()


def resolve_for(path: str, command_line: Options) -> Stack:
    """Return the layers that hold for the file at `path` where there is no editor."""
    return stack(project_around(path), (), command_line)


def resolve_options(layers: Any) -> Settings:
    """Merge `layers`, the later ones first in rank, over the defaults."""
    values: dict[str, Any] = {}
    for options in layers:
        values |= stated(options)
    return Settings(**values)


def _users_own() -> tuple[Layer, ...]:
    file = user_file()
    options, warnings = read_user_file(file)
    return (
        Layer("fairlead model use", Options(model=chosen_model())),
        Layer(str(file), options, warnings),
        _environment(),
    )


def _environment() -> Layer:
    found = {name: os.environ.get(variable) or None for name, variable in _VARIABLES.items()}
    options, warnings = from_json(found, "environment")
    return Layer("environment", options, tuple(warnings))


def _is_trusted(project: str | None, layers: Sequence[Layer]) -> bool:
    """Tell what is stated of trust; where nothing is, look for `project` in the trusted folders."""
    options = [layer.options for layer in layers]
    said = [one.trusted for one in options if one.trusted is not None]
    if said or project is None:
        return bool(said and said[-1])
    folders = resolve_options(options).trusted_folders
    place = Path(os.path.realpath(project))
    return any(place.is_relative_to(os.path.realpath(os.path.expanduser(f))) for f in folders)
