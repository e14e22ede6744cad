"""Answers of an engine as JSON values, for the pipe between it and its process."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from fairlead_monitors.engine import (
    Completeness,
    Declaration,
    Diagnostic,
    Diagnostics,
    Names,
    Parameter,
    Passing,
    Signature,
    Signatures,
)

Json = Mapping[str, Any]


def names_to_json(answer: Names) -> dict[str, Any]:
    """Encode names."""
    return {"names": sorted(answer.names), "may_create": answer.may_create} | _sureness(answer)


def names_from_json(answer: Json, engine: str) -> Names:
    """Decode names."""
    names = frozenset(answer["names"])
    return Names(names, *_sureness_from(answer, engine), may_create=answer["may_create"])


def signatures_to_json(answer: Signatures) -> dict[str, Any]:
    """Encode signatures."""
    overloads = [[_parameter(p) for p in s.parameters] for s in answer.overloads]
    return {"overloads": overloads} | _sureness(answer)


def signatures_from_json(answer: Json, engine: str) -> Signatures:
    """Decode signatures."""
    overloads = (
        Signature(tuple(Parameter(name, Passing(how), need) for name, how, need in parameters))
        for parameters in answer["overloads"]
    )
    return Signatures(tuple(overloads), *_sureness_from(answer, engine))


def _parameter(parameter: Parameter) -> tuple[str, str, bool]:
    return parameter.name, parameter.passing.value, parameter.required


def diagnostics_to_json(answer: Diagnostics) -> dict[str, Any]:
    """Encode diagnostics."""
    return {"found": [asdict(diagnostic) for diagnostic in answer.found]} | _sureness(answer)


def diagnostics_from_json(answer: Json, engine: str) -> Diagnostics:
    """Decode diagnostics."""
    found = tuple(Diagnostic(**diagnostic) for diagnostic in answer["found"])
    return Diagnostics(found, *_sureness_from(answer, engine))


def declarations_to_json(answer: tuple[Declaration, ...]) -> dict[str, Any]:
    """Encode declarations."""
    return {"declarations": [(declared.path, declared.text) for declared in answer]}


def declarations_from_json(answer: Json) -> tuple[Declaration, ...]:
    """Decode declarations."""
    return tuple(Declaration(path, text) for path, text in answer["declarations"])


def _sureness(answer: Names | Signatures | Diagnostics) -> dict[str, str]:
    return {"completeness": answer.completeness.value, "reason": answer.reason}


def _sureness_from(answer: Json, engine: str) -> tuple[Completeness, str, str]:
    return Completeness(answer["completeness"]), engine, answer["reason"]
