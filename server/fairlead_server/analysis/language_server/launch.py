"""How a server is started here: its program, folders and settings with all places filled in.

A recipe may write these in its command, settings and copies:

``{root}``         the project's folder
``{document}``     the URI of the first document that is asked about
``{state}``        a folder of the server's own for as long as it runs
``{data}``         where ``fairlead doctor --fix`` puts what it fetches
``{interpreter}``  the Python that is to see packages; a setting without one is left out
``{system}``       linux, mac or win, with _arm where the processor is one
``{package:x}``    the folder of the installed Python package x
``{path:x}``       the program x on the PATH
``{home:x}``       the folder that this program really lies in
``{env:x}``        the environment variable x
``{its_own}``      one of the recipe's ``places``: the first of its candidates that exists; they may
                   contain ``*``
"""

from __future__ import annotations

import glob
import importlib.util
import os
import platform
import re
import shutil
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fairlead_server.analysis.language_server.recipe import Recipe
from fairlead_server.errors import UserError
from fairlead_server.user_data import data_folder

NEEDS_TRUST = "it runs programs of the project, so it is started in trusted workspaces only"

_PLACE = re.compile(r"\{([\w]+)(?::([\w.-]+))?\}")


@dataclass
class Launch:
    """One start of a server."""

    command: tuple[str, ...]
    root: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    initialization: Mapping[str, Any] = field(default_factory=dict)
    state: str | None = None

    @property
    def folder(self) -> str | None:
        """The folder that the server is started in."""
        return self.root if os.path.isdir(self.root) else None

    def absolute(self, path: str) -> str:
        """Return where the document `path` lies."""
        return os.path.abspath(os.path.join(self.root, path))

    def workspace_folders(self) -> list[dict[str, str]]:
        """Return the project as the protocol's workspace folders."""
        return [{"uri": Path(self.root).as_uri(), "name": Path(self.root).name or "root"}]

    def clear(self) -> None:
        """Remove what the server has written."""
        if self.state is not None:
            shutil.rmtree(self.state, ignore_errors=True)


def prepare(
    recipe: Recipe, root: str, document: str, interpreter: str | None, *, trusted: bool
) -> Launch:
    """Find the program and fill in all places. Raises `UserError` with the remedy."""
    uri = Path(os.path.abspath(os.path.join(root, document))).as_uri()
    fixed = {"root": root, "document": uri, "interpreter": interpreter, "state": _UNMADE}
    if recipe.trusted_only and not trusted:
        raise UserError(f"{recipe.name}: {NEEDS_TRUST}")
    finder = _finder(recipe, fixed)
    # Look for all of it before anything is made.
    launch = Launch((_program(recipe, finder),), root)
    try:
        fixed["state"] = launch.state = _state(recipe)
        _fill(launch, recipe, finder)
    except OSError as error:
        launch.clear()
        raise UserError(f"{recipe.name}: its files cannot be made: {error}") from None
    except UserError:
        launch.clear()
        raise
    settings = recipe.settings if trusted else overlay(recipe.settings, recipe.untrusted)
    launch.settings = _filled(settings, finder)
    launch.initialization = _filled(recipe.initialization, finder)
    return launch


def find_place(recipe: Recipe, template: str) -> str:
    """Fill in a text with places of `recipe`. Raises `UserError` with the remedy."""
    return _text(recipe, template, _finder(recipe, {}))


def locate(recipe: Recipe) -> str:
    """Return the program of a recipe when all that it is started with is there.

    Raises `UserError` with the remedy.
    """
    places = ("root", "document", "interpreter", "state")
    return _program(recipe, _finder(recipe, dict.fromkeys(places, _UNMADE)))


def overlay(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Lay one tree of settings over another."""
    merged = dict(below)
    for key, value in above.items():
        lower = merged.get(key)
        if isinstance(lower, Mapping) and isinstance(value, Mapping):
            merged[key] = overlay(lower, value)
        else:
            merged[key] = value
    return merged


_UNMADE = "-"
"""Stands for a place that is not made yet."""

_Find = Callable[[str], "str | None"]


def _state(recipe: Recipe) -> str | None:
    """Make the folder of a server's own if it wants one."""
    wants = "{state}" in " ".join((*recipe.command, *recipe.copies.values()))
    return tempfile.mkdtemp(prefix="fairlead-server-") if wants else None


def _fill(launch: Launch, recipe: Recipe, find: _Find) -> None:
    command = (_text(recipe, part, find) for part in recipe.command[1:])
    launch.command = (*launch.command, *command)
    for origin, copy in recipe.copies.items():
        shutil.copytree(_text(recipe, origin, find), _text(recipe, copy, find))


def _program(recipe: Recipe, find: _Find) -> str:
    """Return the program when all that it is started with is there."""
    for part in (*recipe.command[1:], *recipe.copies, *recipe.needs):
        _text(recipe, part, find)
    name = _text(recipe, recipe.command[0], find)
    beside = os.path.join(os.path.dirname(sys.executable), name)
    found = shutil.which(name) or shutil.which(beside)
    if found is None:
        raise UserError(f"{recipe.name}: there is no program {name}{_remedy(recipe)}")
    return found


def _finder(recipe: Recipe, fixed: Mapping[str, str | None]) -> _Find:
    def find(template: str) -> str | None:
        """Return `template` with its places filled in; None if one of them is not there."""
        missing = False

        def fill(match: re.Match[str]) -> str:
            nonlocal missing
            found = place(match[1], match[2])
            missing = missing or found is None
            return found or ""

        filled = _PLACE.sub(fill, template)
        return None if missing else filled

    def place(name: str, argument: str | None) -> str | None:
        if argument is not None:
            return _LOOKUPS[name](argument) if name in _LOOKUPS else None
        if name in recipe.places:
            return next(filter(None, map(existing, recipe.places[name])), None)
        if name in fixed:
            return fixed[name]
        return {"data": str(data_folder()), "system": _system()}.get(name)

    def existing(candidate: str) -> str | None:
        filled = find(candidate)
        # The newest of several versions.
        found = sorted(glob.glob(filled)) if filled else []
        return found[-1] if found else None

    return find


def _text(recipe: Recipe, template: str, find: _Find) -> str:
    found = find(template)
    if found is None:
        missing = _PLACE.search(template)
        what = missing[1] if missing else template
        raise UserError(f"{recipe.name}: its {what} is not there{_remedy(recipe)}")
    return found


def _remedy(recipe: Recipe) -> str:
    return f"; {recipe.remedy}" if recipe.remedy else ""


def _filled(value: Any, find: _Find) -> Any:
    """Fill in all texts of a tree; one that lacks a place is left out with its key."""
    if isinstance(value, Mapping):
        filled = {key: _filled(item, find) for key, item in value.items()}
        return {key: item for key, item in filled.items() if item is not None}
    if isinstance(value, list):
        return [item for item in (_filled(item, find) for item in value) if item is not None]
    return find(value) if isinstance(value, str) else value


def _system() -> str:
    name = {"linux": "linux", "darwin": "mac", "win32": "win"}.get(sys.platform, sys.platform)
    arm = platform.machine().lower() in ("aarch64", "arm64") and name != "win"
    return f"{name}_arm" if arm else name


def _package(name: str) -> str | None:
    spec = importlib.util.find_spec(name)
    return os.path.dirname(spec.origin) if spec and spec.origin else None


def _home(program: str) -> str | None:
    found = shutil.which(program)
    return os.path.dirname(os.path.realpath(found)) if found else None


_LOOKUPS: Mapping[str, Callable[[str], str | None]] = {
    "package": _package,
    "path": shutil.which,
    "home": _home,
    "env": os.environ.get,
}
