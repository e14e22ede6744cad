"""The typestate monitor: no method that an object's protocol forbids in the state it is in.

How the history of a variable is read from the text is a language's own; the rest is here.
(Typestate: Strom and Yemini, 1986.)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from fairlead_monitors.constraint import Constraint
from fairlead_monitors.context import Context
from fairlead_monitors.engine import Completeness, Names
from fairlead_monitors.grammar import SpelledName
from fairlead_monitors.lookup import MemberList, MemberLookup
from fairlead_monitors.protocols import Protocol, protocols
from fairlead_monitors.spelling import NamesMonitor


@dataclass(frozen=True)
class Life:
    """What the text tells of an object that a variable holds, up to some place.

    `opener` is the call that made it, `kind` its type if that is declared; `calls` are the methods
    called since, one after the other; a dot before one says that it was named, not called.
    `managed` says that a block that it was made for has ended.
    """

    opener: str
    kind: str = ""
    calls: tuple[str, ...] = ()
    managed: bool = False


def state_of(life: Life, language: str) -> tuple[Protocol, str] | None:
    """Return the protocol that an object follows and the state it is in, None if not known."""
    for protocol in protocols(language):
        if life.opener in protocol.opened_by and (not life.kind or life.kind in protocol.types):
            start = protocol.managed if life.managed else protocol.start
            state = protocol.after(life.calls, start) if start else None
            return (protocol, state) if state else None
    return None


class _AllBut(frozenset[bytes]):
    """Every name that is not in this set."""

    def __contains__(self, name: object) -> bool:
        return not super().__contains__(name)


class _Allowed(MemberList):
    """The methods that a protocol leaves: all but some."""

    def __init__(self, forbidden: frozenset[str], reason: str) -> None:
        known = Completeness.COMPLETE if forbidden else Completeness.UNKNOWN
        super().__init__(Names(frozenset(), known, "protocol", reason))
        self.forbidden = frozenset(name.encode() for name in forbidden)

    @property
    def names(self) -> frozenset[bytes]:
        """What may be written."""
        return _AllBut(self.forbidden)

    def has_prefix(self, typed: bytes) -> bool:
        """Return True: something that is not forbidden starts with anything."""
        return True


_NOTHING_KNOWN = _Allowed(frozenset(), "no protocol is known to hold here")


class Typestate(NamesMonitor[Any]):
    """Makes a typestate monitor of a monitor of members, whose triggers it shares.

    Nothing is said unless a variable is bound once, to a new object, and from there on only its
    methods are called, one after the other. What is forbidden is known without any engine.
    """

    kind = "typestate"

    def life_of(self, before: str, rest: str) -> Life | None:
        """Return what is known of the object whose member is named after `before`.

        `rest` is the text after the cursor.
        """
        raise NotImplementedError

    def __init__(self, context: Context, lookup: MemberLookup | None = None) -> None:
        self._before, self._rest_of_text = context.prefix, context.suffix
        self._known: dict[tuple[int, bytes], _Allowed] = {}
        super().__init__(context, lookup)

    def constraint(self) -> Constraint | None:
        """Return None: what is not forbidden cannot be listed."""
        return None

    def pending(self) -> bool:
        """Return False: no analysis is waited for."""
        return False

    def members(self) -> Names | None:
        """Return None: this monitor knows names only to forbid them."""
        return None

    def forbidden(self) -> frozenset[bytes]:
        """Return the methods that may not be called where the text ends."""
        return frozenset() if self._name is None else self._members(self._name).forbidden

    def _ask(self, place: bytes, back: int) -> None:
        pass

    def _members(self, name: SpelledName) -> _Allowed:
        key = name.back, name.place
        if key not in self._known:
            before = self._before[: len(self._before) - name.back]
            self._known[key] = self._allowed(before + name.place.decode(errors="replace"))
        return self._known[key]

    def _allowed(self, before: str) -> _Allowed:
        life = self.life_of(before, self._rest_of_text)
        found = None if life is None else state_of(life, self.languages[0])
        if found is None:
            return _NOTHING_KNOWN
        protocol, state = found
        return _Allowed(protocol.forbidden(state), f"{protocol.name}: {state}")

    def _evidence_with(self, name: SpelledName, rest: bytes) -> Any:
        if not self._members(name).complete:
            return self._evidence
        return super()._evidence_with(name, rest)
