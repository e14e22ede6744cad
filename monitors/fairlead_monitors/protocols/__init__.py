"""Protocols of library objects: which of their methods may be called in which state.

They are declared in the TOML files beside this module, one language to a file::

    language = "python"

    [[protocol]]
    name = "file"
    types = ["io.IOBase"]          # what the objects are; other protocols' `opened_by` may use it
    opened_by = ["open"]           # the calls that make one
    start = "open"                 # the state it is in then
    managed = "closed"             # the state it is in after a `with` that it was made for

    [[protocol.rule]]
    methods = ["read", "write"]
    from = ["open"]                # the states in which they may be called
    to = "open"                    # the state after that; left out: the same

A method that no rule names may be called in every state.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib


@dataclass(frozen=True)
class Rule:
    """A method may be called in the states `sources`, and leads to `target`, if that is stated."""

    sources: frozenset[str]
    target: str | None = None


@dataclass(frozen=True)
class Protocol:
    """What may be called when on one sort of object. See the module's text."""

    name: str
    types: tuple[str, ...]
    opened_by: tuple[str, ...]
    start: str
    managed: str | None
    rules: Mapping[str, Rule] = field(hash=False)

    def after(self, calls: Iterable[str], state: str | None = None) -> str | None:
        """Return the state after `calls`, from `state` or the start; None if it is not known.

        It is not when a call was wrong, or a method with a rule was named and not called.
        """
        state = state or self.start
        for call in calls:
            if call[:1] == "." and call[1:] in self.rules:
                return None
            rule = self.rules.get(call)
            if rule is not None and state not in rule.sources:
                return None
            state = (rule.target if rule else None) or state
        return state

    def forbidden(self, state: str) -> frozenset[str]:
        """Return the methods that may not be called in `state`."""
        return frozenset(name for name, rule in self.rules.items() if state not in rule.sources)


@cache
def protocols(language: str) -> tuple[Protocol, ...]:
    """Return the protocols that ship for a language."""
    texts = (
        file.read_text(encoding="utf-8")
        for file in sorted(files(__name__).iterdir(), key=lambda file: file.name)
        if file.name.endswith(".toml")
    )
    return tuple(p for text in texts for p in parsed(text, language))


def parsed(text: str, language: str) -> Sequence[Protocol]:
    """Read the protocols that a TOML text declares for `language`.

    Raises ValueError, which says what is wrong with the declaration.
    """
    declared = tomllib.loads(text)
    if declared.get("language") != language:
        return ()
    return [_protocol(entry) for entry in declared.get("protocol", ())]


def _protocol(entry: Mapping[str, Any]) -> Protocol:
    name = entry.get("name", "without a name")
    try:
        rules: dict[str, Rule] = {}
        for rule in entry["rule"]:
            for method in rule["methods"]:
                if method in rules:
                    raise ValueError(f"protocol {name}: two rules name the method {method}")
                rules[method] = Rule(frozenset(rule["from"]), rule.get("to"))
        types, opened_by = tuple(entry.get("types", ())), tuple(entry["opened_by"])
        return Protocol(name, types, opened_by, entry["start"], entry.get("managed"), rules)
    except KeyError as error:
        raise ValueError(f"protocol {name}: {error} is missing") from None
