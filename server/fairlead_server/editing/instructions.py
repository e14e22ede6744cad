"""Which refactoring an instruction asks for, if it is a known one: by phrases, without a model."""

from __future__ import annotations

import functools
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from importlib import resources
from typing import Any

from fairlead_server.errors import UserError

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

LONGEST = 4_000
"""Characters of an instruction."""

_TABLE = "phrases.toml"
_COURTESY = re.compile(r"\A(?:please|can you|could you|would you|kindly)[\s,]+", re.IGNORECASE)
# A run of blanks is looked at from its first one on alone: with each of them it would take long.
_END = re.compile(r"(?<![\s.!?])[\s.!?]+\Z")
_PLEASE = re.compile(r"(?<![\s,.!?])[\s,.!?]*\bplease\Z", re.IGNORECASE)
_IDENTIFIER = r"[\"'`]?(?P<{0}>[^\W\d]\w*)(?:\(\))?[\"'`]?"
# What is meant for one, though it may be none: the engine says so, and no model is asked.
_MEANT = r"[\"'`]?(?P<{0}>\w+(?:-\w+)*)(?:\(\))?[\"'`]?"
_CODE = r"(?P<quote>[\"'`])(?P<{0}>.+?)(?P=quote)"
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_PART = re.compile(r"\{(\w+)\}|\[|\]|\(|\)|\||[^\s{}()\[\]|]+|\s+")


@dataclass(frozen=True)
class Operation:
    """A known refactoring: its name, and what the instruction says of it.

    Of the arguments ``old`` and ``code`` name what it is done to, where it is not the selection,
    and ``new`` and ``name`` what there will be.
    """

    name: str
    arguments: Mapping[str, str] = field(default_factory=dict)


def check_instruction(text: str) -> None:
    """Raise `UserError` for what can be no instruction."""
    if not text.strip():
        raise UserError("the instruction is empty")
    if len(text) > LONGEST:
        raise UserError(f"the instruction has {len(text):,} characters; {LONGEST:,} are the most")
    if found := _CONTROL.search(text):
        raise UserError(f"the instruction has a control character (U+{ord(found[0]):04X})")


def parse(instruction: str) -> Operation | None:
    """Return what `instruction` asks for, None when it is no known refactoring."""
    text = _END.sub("", _COURTESY.sub("", instruction.strip()))
    text = _PLEASE.sub("", text)
    for name, pattern in _patterns():
        if found := pattern.fullmatch(text):
            given = {k: v for k, v in found.groupdict().items() if v and k != "quote"}
            return Operation(name, given)
    return None


def phrases() -> Mapping[str, tuple[str, ...]]:
    """Return the phrases of each refactoring, as the table has them."""
    text = resources.files(__package__).joinpath(_TABLE).read_text(encoding="utf-8")
    table: list[dict[str, Any]] = tomllib.loads(text)["operation"]
    return {entry["name"]: tuple(entry["phrases"]) for entry in table}


@functools.cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple(
        (name, re.compile(_expression(phrase), re.IGNORECASE | re.DOTALL))
        for name, several in phrases().items()
        for phrase in several
    )


def _expression(phrase: str) -> str:
    """Return the regular expression for a phrase; any blanks stand for any blanks."""
    return r"\A" + "".join(_translated(phrase)) + r"\Z"


def _translated(phrase: str) -> Iterator[str]:
    """Yield the parts. The blank after what may be left out belongs to it."""
    parts = [part[0] for part in _PART.finditer(phrase)]
    for place, part in enumerate(parts):
        if part.startswith("{"):
            name = part[1:-1]
            yield {"code": _CODE, "new": _MEANT}.get(name, _IDENTIFIER).format(name)
        elif part == "[" or part == "(":
            yield "(?:"
        elif part == "]":
            yield r"(?:\s+|\Z))?"
        elif part.isspace():
            yield "" if parts[place - 1] == "]" else r"\s+"
        else:
            yield {")": ")", "|": "|"}.get(part, re.escape(part))
