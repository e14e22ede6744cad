"""The packages that a corpus is made of: data, in ``catalogue.toml``."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Literal, cast, get_args

from fairlead_server.errors import UserError

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

Language = Literal["python", "java"]
Registry = Literal["pypi", "debian"]
Role = Literal["training", "held_out", "excluded"]

SUFFIXES: dict[Language, str] = {"python": ".py", "java": ".java"}
_KINDS: Mapping[str, Any] = {
    **{"version": str, "licence": str, "inside": str},
    "megabytes": int | float,
}


@dataclass(frozen=True)
class Package:
    """A package of one version, and what is kept of it.

    Only files below `inside` are read, and no more than `megabytes` of them are kept.
    """

    name: str
    version: str
    language: Language
    registry: Registry
    role: Role
    licence: str = ""
    megabytes: float | None = None
    inside: str = ""

    @property
    def suffix(self) -> str:
        """What the names of its source files end in."""
        return SUFFIXES[self.language]


def load_catalogue(text: str | None = None) -> tuple[Package, ...]:
    """Return the packages that `text` lists, a TOML document; by default those of fairlead.

    Raises `UserError` for what is no catalogue.
    """
    tables = _parse(text if text is not None else _shipped())
    found = [
        _package(heading, name, _table(table, f"{heading}.{name}"))
        for heading, packages in tables.items()
        for name, table in _table(packages, heading).items()
    ]
    return tuple(found)


def _shipped() -> str:
    return (files("fairlead_server.training") / "catalogue.toml").read_text(encoding="utf-8")


def _parse(text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UserError(f"the catalogue is not valid TOML: {error}") from None


def _table(value: object, name: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise UserError(f"catalogue, {name}: {value!r} is no table")
    return value


def _package(heading: str, name: str, table: dict[str, Any]) -> Package:
    """Read one table. Training packages stand under their language, the others under their role."""
    if heading not in (*SUFFIXES, "held_out", "excluded"):
        raise UserError(f"the catalogue has no heading {heading!r}")
    role: Role = "training" if heading in SUFFIXES else cast(Role, heading)
    default = {"held_out": None, "excluded": "java"}.get(heading, heading)
    try:
        language = _one_of(get_args(Language), table.pop("language", default), "language")
        usual = "pypi" if language == "python" else "debian"
        registry = _one_of(get_args(Registry), table.pop("registry", usual), "registry")
        for key, kind in _KINDS.items():
            if key in table and not isinstance(table[key], kind):
                raise TypeError(f"{key} is {table[key]!r}")
        return Package(name, language=language, registry=registry, role=role, **table)
    except TypeError as error:
        raise UserError(f"catalogue, {heading}.{name}: {error}") from None


def _one_of(known: tuple[str, ...], value: object, key: str) -> Any:
    if value not in known:
        raise TypeError(f"{key} is {value!r}, not one of {', '.join(known)}")
    return value
