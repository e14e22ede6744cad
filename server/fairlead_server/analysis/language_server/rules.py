"""The parts of a recipe: what fairlead asks a server, and what it takes the answers for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from fairlead_monitors.engine import Kind


@dataclass(frozen=True)
class Ready:
    """What tells that a server knows the project. Empty fields ask for nothing."""

    notification: str = ""
    where: Mapping[str, Any] = field(default_factory=dict)
    progress: str = ""
    diagnostics: bool = False


@dataclass(frozen=True)
class Dynamic:
    """A name whose presence says that a list cannot be complete, `unless` all those are there."""

    name: str
    unless: frozenset[str] = frozenset()


@dataclass(frozen=True)
class SourcesRule:
    """The command that says which folders the server has the sources of; none: it is not asked."""

    command: str = ""
    list: str = ""
    path: str = ""


@dataclass(frozen=True)
class KindRule:
    """How one kind of names is asked for, and how far the answer can be relied on."""

    kinds: frozenset[int] = frozenset()
    before: str = ""
    after: str = ""
    apart: str = ""
    complete: bool | tuple[str, ...] = False
    initials: str = ""
    always: frozenset[str] = frozenset()
    accepts: re.Pattern[str] | None = None
    refutes: str = ""
    foreign: frozenset[int] = frozenset()
    open: frozenset[int] = frozenset()
    alone: bool = False

    def is_complete(self, language: str) -> bool:
        """Tell whether lists in documents of `language` lack nothing."""
        return self.complete if isinstance(self.complete, bool) else language in self.complete


@dataclass(frozen=True)
class NamesRule:
    """How completion items are read."""

    origins: tuple[str, ...] = ("textEdit", "insertText", "label")
    pattern: re.Pattern[str] = field(default_factory=lambda: re.compile(r"[^\W\d][\w$]*"))
    incomplete: bool = True
    ignored: frozenset[int] = frozenset()
    skips: re.Pattern[str] | None = None
    foreign: frozenset[int] = frozenset({1})
    trivial: frozenset[str] = frozenset()
    methods: frozenset[int] = frozenset()
    values: frozenset[int] = frozenset()
    dynamic: tuple[Dynamic, ...] = ()
    kinds: Mapping[Kind, KindRule] = field(default_factory=dict)


@dataclass(frozen=True)
class SignaturesRule:
    """How signature help is read; no `style`: it is not asked for."""

    style: str = ""
    complete: bool = False
    after: str = ""


@dataclass(frozen=True)
class TypesRule:
    """How the types of an expression are found out; no `method`: they are not."""

    method: str = ""
    pattern: re.Pattern[str] | None = None
    after: str = ""


@dataclass(frozen=True)
class ActionRule:
    """Which code actions do a refactoring: by the kinds that are asked for, and by title.

    The first of the `titles` that fits is the best.
    """

    only: tuple[str, ...]
    titles: tuple[re.Pattern[str], ...]


def _action(only: str, title: str) -> ActionRule:
    return ActionRule((only,), (re.compile(title, re.IGNORECASE),))


ACTIONS: Mapping[str, ActionRule] = {
    "extract_variable": _action("refactor.extract", "variable|constant"),
    "extract_function": _action("refactor.extract", "function|method"),
    "inline": _action("refactor.inline", "inline"),
    "organise_imports": _action("source.organizeImports", ""),
}
"""What servers call these, unless a recipe says otherwise."""


@dataclass(frozen=True)
class RewritingRule:
    """How a server is asked for refactorings.

    One that `opens` sees open files alone, and one that is `partial` not all others. It gets its
    own requests `agrees` answered with nothing, and the document's indentation under the settings
    `width` and `spaces`.
    """

    opens: bool = False
    partial: bool = False
    agrees: tuple[str, ...] = ()
    width: tuple[str, ...] = ()
    spaces: tuple[str, ...] = ()
    actions: Mapping[str, ActionRule] = field(default_factory=lambda: ACTIONS)


@dataclass(frozen=True)
class DiagnosticsRule:
    """How diagnostics are got; no `method`: pulled if the server offers that, else awaited.

    A `probe` is a line of which the server says something, by its name: what is put after a text
    whose diagnostics would not be pushed where they are none as before.
    """

    method: str = ""
    settle: float = 1.0
    probe: str = ""
