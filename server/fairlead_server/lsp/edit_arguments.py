"""What `fairlead.edit` is asked for: its arguments, read and checked."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lsprotocol import converters, types

from fairlead_server.document import DocumentSnapshot
from fairlead_server.lsp import convert
from fairlead_server.lsp.commands import argument, opened
from fairlead_server.lsp.server import FairleadServer

COMMAND = "fairlead.edit"

_NAMES = ("uri", "range", "instruction", "candidate", "apply", "version", "sequence")
_REQUIRED: Any = object()


@dataclass(frozen=True)
class Asked:
    """What an editor asks for: `candidate` counts from 1, and `version` is what it was asked of."""

    uri: str
    document: DocumentSnapshot
    start: int
    end: int
    instruction: str
    candidate: int = 1
    apply: bool = True
    sequence: bool = False
    version: int | None = None

    @property
    def key(self) -> tuple[object, ...]:
        """What has to be the same for the same candidates to be of use."""
        return self.uri, self.document.text, self.start, self.end, self.instruction


def read_arguments(server: FairleadServer, arguments: Sequence[Any]) -> Asked:
    """Read the arguments: one object, or its values in order. Raises `ValueError`."""
    first = argument(arguments, 0, object, "an object, or the URI of a document")
    given = first if isinstance(first, Mapping) else dict(zip(_NAMES, arguments, strict=False))
    if unknown := [name for name in given if name not in _NAMES]:
        raise ValueError(f"{unknown[0]!r} is no argument of {COMMAND}")
    uri = _value(given, "uri", str, "the URI of a document")
    instruction = _value(given, "instruction", str, "what is to be done, in words")
    candidate = _value(given, "candidate", int, "a number from 1", 1)
    version = _value(given, "version", int, "the version of the document", None)
    if not instruction.strip() or candidate < 1:
        raise ValueError("instruction must not be blank, and candidate is a number from 1")
    document = opened(server, uri)
    start, end = _extent(server, document, _value(given, "range", object, "a range"))
    applies = _value(given, "apply", bool, "true or false", True)
    sequence = _value(given, "sequence", bool, "true or false", False)
    if sequence and applies:
        raise ValueError("a sequence is returned and not applied: it takes `apply: false`")
    return Asked(uri, document, start, end, instruction, candidate, applies, sequence, version)


def _value(
    given: Mapping[str, Any], name: str, kind: type, meaning: str, default: Any = _REQUIRED
) -> Any:
    found = given.get(name)
    if found is None and default is not _REQUIRED:
        return default
    is_number = isinstance(found, int) and not isinstance(found, bool)
    if found is None or not isinstance(found, kind) or (kind is int and not is_number):
        raise ValueError(f"{name} must be {meaning}, not {found!r}")
    return found


def _extent(server: FairleadServer, document: DocumentSnapshot, value: Any) -> tuple[int, int]:
    try:
        where = converter().structure(value, types.Range)
    except Exception:
        raise ValueError(f"range must be a range, not {value!r}") from None
    return extent(server, document, where)


def extent(
    server: FairleadServer, document: DocumentSnapshot, where: types.Range
) -> tuple[int, int]:
    """Return the offsets of both ends of a range. Raises `ValueError` if it is not in there."""
    found = convert.extent_at(document.text, where, server.workspace.position_codec)
    if found is None:
        raise ValueError("the range is not in the document")
    return found


@functools.cache
def converter() -> Any:
    """Return what turns the protocol's types into JSON and back."""
    return converters.get_converter()
