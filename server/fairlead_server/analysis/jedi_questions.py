"""What the jedi process is asked, by name, and how each answer is encoded."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from fairlead_monitors.engine import Diagnostics, Kind, Names, Signatures, Source
from fairlead_monitors.python import jedi_declarations, jedi_members
from fairlead_monitors.python.jedi_callee import signatures_at, types_at
from fairlead_monitors.python.jedi_cases import case_names
from fairlead_monitors.python.jedi_diagnostics import diagnostics
from fairlead_monitors.python.jedi_imports import import_names
from fairlead_monitors.python.jedi_scope import names_in_scope
from fairlead_monitors.python.jedi_script import ENGINE, Place, ask
from fairlead_server.analysis import wire

DECLARATIONS = 1.0
"""Seconds after which no further declaration is looked up: names, which can veto, may wait."""

DIAGNOSTICS = 10.0
"""Seconds after which no further member is looked for: what has been found counts."""

_NAMES: Mapping[str, Callable[[Place], Names]] = {
    Kind.MEMBER.value: jedi_members.members_at,
    Kind.SCOPE.value: names_in_scope,
    Kind.IMPORT.value: import_names,
    Kind.CASE.value: case_names,
}

Json = dict[str, Any]


def answer(request: Mapping[str, Any], place: Mapping[str, Any]) -> Json:
    """Answer `request`; `place` says what the document sees: `environment` and `project`."""
    return _QUESTIONS[request["ask"]](request, place)


def unknown(request: Mapping[str, Any], reason: str) -> Json:
    """Return the answer to `request` that says nothing, for `reason`."""
    return {
        "types": lambda: wire.names_to_json(Names.unknown(ENGINE, reason)),
        "signatures": lambda: wire.signatures_to_json(Signatures.unknown(ENGINE, reason)),
        "diagnostics": lambda: wire.diagnostics_to_json(Diagnostics.unknown(ENGINE, reason)),
        "declarations": lambda: wire.declarations_to_json(()),
    }.get(request["ask"], lambda: wire.names_to_json(Names.unknown(ENGINE, reason)))()


def _source(request: Mapping[str, Any]) -> Source:
    return Source(request["path"], request["text"])


def _names(request: Mapping[str, Any], place: Mapping[str, Any]) -> Json:
    question = _NAMES[request["kind"]]
    source = _source(request)
    return wire.names_to_json(ask(question, Names.unknown, source, request["offset"], **place))


def _types(request: Mapping[str, Any], place: Mapping[str, Any]) -> Json:
    source = _source(request)
    return wire.names_to_json(ask(types_at, Names.unknown, source, request["offset"], **place))


def _signatures(request: Mapping[str, Any], place: Mapping[str, Any]) -> Json:
    source = _source(request)
    found = ask(signatures_at, Signatures.unknown, source, request["offset"], **place)
    return wire.signatures_to_json(found)


def _diagnostics(request: Mapping[str, Any], place: Mapping[str, Any]) -> Json:
    end = time.monotonic() + DIAGNOSTICS
    question = partial(diagnostics, over=lambda: time.monotonic() > end)
    found = ask(question, Diagnostics.unknown, _source(request), 0, **place)
    return wire.diagnostics_to_json(found)


def _declarations(request: Mapping[str, Any], place: Mapping[str, Any]) -> Json:
    end = time.monotonic() + DECLARATIONS
    found = jedi_declarations.declarations(
        _source(request), request["offset"], over=lambda: time.monotonic() > end, **place
    )
    return wire.declarations_to_json(found)


def _warm(request: Mapping[str, Any], place: Mapping[str, Any]) -> Json:
    # The question at the end of the text that takes the least inference.
    source = Source(request["path"], request["text"] + "\n''.")
    jedi_members.members(source, len(source.text), **place)
    return {}


_QUESTIONS: Mapping[str, Callable[[Mapping[str, Any], Mapping[str, Any]], Json]] = {
    "names": _names,
    "types": _types,
    "signatures": _signatures,
    "diagnostics": _diagnostics,
    "declarations": _declarations,
    "warm": _warm,
}
