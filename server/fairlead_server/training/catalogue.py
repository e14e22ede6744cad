"""The packages that a corpus is made of: data, in ``catalogue.toml``."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Literal, cast

from fairlead_server.errors import UserError

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

Language = Literal["python", "java"]
Registry = Literal["pypi", "debian"]
Role = Literal["training", "held_out", "excluded"]

SUFFIXES: dict[Language, str] = {"python": ".py", "java": ".java"}


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
        _package(heading, name, table)
        for heading, packages in tables.items()
        for name, table in packages.items()
    ]
    return tuple(found)


def _shipped() -> str:
    return (files("fairlead_server.training") / "catalogue.toml").read_text(encoding="utf-8")


def _parse(text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UserError(f"the catalogue is not valid TOML: {error}") from None


def _package(heading: str, name: str, table: dict[str, Any]) -> Package:
    """Read one table. Training packages stand under their language, the others under their role."""
    if heading not in ("python", "java", "held_out", "excluded"):
        raise UserError(f"the catalogue has no heading {heading!r}")
    role: Role = "training" if heading in SUFFIXES else cast(Role, heading)
    default = "java" if role == "excluded" else heading
    language = cast(Language, table.pop("language", default))
    registry = table.pop("registry", "pypi" if language == "python" else "debian")
    try:
        return Package(name, language=language, registry=registry, role=role, **table)
    except TypeError as error:
        raise UserError(f"catalogue, {heading}.{name}: {error}") from None
