"""Monitors at a cursor, which `|` marks, fed at once and byte by byte."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fairlead_monitors.constraint import Constraint
from fairlead_monitors.context import Context
from fairlead_monitors.engine import CompletionEngine
from fairlead_monitors.joint import Part

ALL = None


def at(path: str, text: str, engine: CompletionEngine, **other: Any) -> Context:
    """Return the place of the mark, or the end of a text that has none."""
    prefix, _, suffix = text.partition("|")
    return Context(path, prefix, suffix, engine, **other)


def check(make: Callable[[], Part], data: str, admitted: str | None = ALL) -> None:
    """Hold how much of `data` is admitted against what is expected; pieces of it do not matter."""
    whole, byte_wise, raw = make(), make(), data.encode()
    expected = (data if admitted is None else admitted).encode()
    assert raw[: whole.admitted(raw)] == expected
    for byte in expected:
        assert byte_wise.admitted(bytes([byte])) == 1
        byte_wise.advance(bytes([byte]))
    if len(expected) < len(raw):
        assert byte_wise.admitted(raw[len(expected) : len(expected) + 1]) == 0
    whole.advance(expected)
    assert whole.may_end() == byte_wise.may_end()
    assert whole.evidence() == byte_wise.evidence()
    assert whole.constraint() == byte_wise.constraint()


def listed(constraint: Constraint | None) -> tuple[set[str], str] | None:
    """Return the names among which a text must go on, and what of them is typed."""
    if constraint is None:
        return None
    return {name.decode() for name in constraint.names}, constraint.typed.decode()
