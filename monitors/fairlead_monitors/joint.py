"""Several monitors on one document: what each of them admits."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol, TypeVar, cast

from fairlead_monitors.constraint import Constraint
from fairlead_monitors.context import Context
from fairlead_monitors.engine import Names
from fairlead_monitors.evidence import Evidence, Verdict
from fairlead_monitors.sharing import SharedEngine

_NONE: frozenset[bytes] = frozenset()
F = TypeVar("F")
P = TypeVar("P", bound="Part")


class Part(Protocol):
    """A monitor that can be joined with others. See `fairlead_decoding.Monitor`."""

    @property
    def kind(self) -> str:
        """What evidence calls what it looks at."""

    def constraint(self) -> Constraint | None:
        """Return the names among which the text must go on, None where there is no such list."""

    def pending(self) -> bool:
        """Tell whether `constraint` would have to wait."""

    def admitted(self, data: bytes) -> int:
        """Return how many of the bytes in `data` may be appended."""

    def may_end(self) -> bool:
        """Tell whether the text may end here."""

    def advance(self, data: bytes) -> None:
        """Append `data`, which has been admitted."""

    def fork(self: P) -> P:
        """Return an independent copy."""

    def evidence(self) -> tuple[Evidence, ...]:
        """Return what was checked in the text so far."""

    def members(self) -> Names | None:
        """Return what may be named where the text ends, None where no name is looked at."""


PartFactory = Callable[[Context], Part]


@dataclass(frozen=True)
class _Seat:
    """Where a monitor sits: how it is made, and what those that sat there before it had checked.

    `since` is how many bytes had been generated when the present one began.
    """

    factory: PartFactory
    since: int = 0
    earlier: tuple[Evidence, ...] = ()

    def evidence(self, part: Part | None) -> tuple[Evidence, ...]:
        """Return what was checked from this seat, in offsets of the whole generated text."""
        own = () if part is None else part.evidence()
        return self.earlier + tuple(
            replace(e, start=e.start + self.since, end=e.end + self.since) for e in own
        )


@dataclass(frozen=True)
class _Decision:
    """What the monitors say together of one place; `narrowed`: more than one had a say in it."""

    constraint: Constraint | None
    narrowed: bool = False


class JointMonitor:
    """Admits what all of its monitors admit; the most reliable comes first.

    All ask one engine, each question once. Where several name what may be written and there is no
    name that all of them allow, those that contradict more reliable ones are left out for that
    name, and the evidence says so. A monitor may have a method ``forbidden()``, the names that it
    knows to be wrong at the place; these are taken out of what the others list.
    """

    kind = "joint"

    def __init__(self, context: Context, factories: Sequence[PartFactory]) -> None:
        self._context = replace(context, engine=SharedEngine(context.engine))
        self._seats = tuple(_Seat(factory) for factory in factories)
        # None is a monitor that is left out.
        self._parts: tuple[Part | None, ...] = tuple(make(self._context) for make in factories)
        self._generated = b""
        self._decision: _Decision | None = None
        self._left_out: tuple[_LeftOut, ...] = ()

    def fork(self) -> JointMonitor:
        """Return an independent copy; a monitor is copied when one of the two goes on."""
        copy = object.__new__(JointMonitor)
        copy.__dict__.update(self.__dict__)
        return copy

    def constraint(self) -> Constraint | None:
        """Return the names that all monitors allow, None where none of them lists any."""
        return self._decided().constraint

    def pending(self) -> bool:
        """Tell whether some monitor would have to wait for its analysis."""
        return any(part.pending() for part in self._parts if part is not None)

    def admitted(self, data: bytes) -> int:
        """Return how many bytes of `data` all monitors admit."""
        decision = self._decided()
        if self._left_out:
            return self.fork()._feed_without(data)
        if decision.narrowed and decision.constraint is not None:
            data = data[: _spelled(decision.constraint, data)]
        good = self._admitted_by_each(data)
        if 0 < good < len(data):
            probe = self.fork()
            probe._append(data[:good])
            return good + probe._feed_without(data[good:])
        return good

    def may_end(self) -> bool:
        """Tell whether all monitors let the text end here."""
        self._decided()
        return all(part.may_end() for part in self._parts if part is not None)

    def advance(self, data: bytes) -> None:
        """Append `data`."""
        self._decided()
        if self._feed(data) < len(data):
            raise ValueError(f"{data!r} is not admitted")

    def evidence(self) -> tuple[Evidence, ...]:
        """Return what all monitors checked so far, in the order of the text."""
        self._decided()
        found = [
            evidence
            for seat, part in zip(self._seats, self._parts, strict=True)
            for evidence in seat.evidence(part)
        ]
        found += [left.evidence(self._generated) for left in self._left_out]
        return tuple(sorted(found, key=lambda e: (e.end, -e.start)))

    def members(self) -> Names | None:
        """Return what the most reliable monitor that looks at a name here lists."""
        found = (part.members() for part in self._parts if part is not None)
        return next((names for names in found if names is not None), None)

    def _decided(self) -> _Decision:
        if self._decision is None:
            self._decision = self._decide()
        return self._decision

    def _decide(self) -> _Decision:
        """Join what the monitors list; leave some out if that is nothing."""
        found = {
            i: c
            for i, part in enumerate(self._parts)
            if part is not None and (c := part.constraint()) is not None
        }
        if not found:
            return _IDLE
        first = found[min(found)]
        # Monitors that take names to be of another extent only speak through `admitted`.
        found = {i: c for i, c in found.items() if _same_extent(c, first)}
        against = {i: names for i, part in enumerate(self._parts) if (names := _forbidden(part))}
        if len(found) == 1 and not against:
            return _Decision(first)
        names, heard = first.names, 0
        for i in sorted(found.keys() | against.keys()):
            left = (names & found[i].names if i in found else names) - against.get(i, _NONE)
            if any(name.startswith(first.typed) for name in left) or not heard:
                names, heard = left, heard + 1
            else:
                self._leave_out(i, first)
        return _Decision(replace(first, names=names), narrowed=heard > 1)

    def _leave_out(self, index: int, constraint: Constraint) -> None:
        part, seat = self._parts[index], self._seats[index]
        assert part is not None
        begun = len(self._generated) - len(constraint.typed)
        # What it checked before this name stands.
        earlier = tuple(e for e in seat.evidence(part) if e.start < begun)
        left = _LeftOut(index, part.kind, constraint, begun)
        self._left_out = (*self._left_out, left)
        self._seats = _put(self._seats, index, replace(seat, earlier=earlier))
        self._parts = _put(self._parts, index, None)

    def _admitted_by_each(self, data: bytes) -> int:
        for part in self._parts:
            if part is not None:
                data = data[: part.admitted(data)]
        return len(data)

    def _feed(self, data: bytes) -> int:
        """Append as much of `data` as is admitted; return how much that was."""
        if self._left_out:
            return self._feed_without(data)
        try:
            self._append(data)
        except ValueError:
            good = self._admitted_by_each(data)
            self._append(data[:good])
            return good + self._feed_without(data[good:])
        return len(data)

    def _feed_without(self, data: bytes) -> int:
        """Go on with a name in which some monitors are left out; not at all if there are none.

        They return with the byte after the name.
        """
        self._decided()
        if not self._left_out:
            return 0
        length = _leading(data, self._left_out[0].constraint.continues)
        head = data[: length + 1]
        head = head[: self._admitted_by_each(head)]
        self._append(head)
        if len(head) <= length:
            return len(head)
        self._let_return()
        rest = data[len(head) :]
        good = self.admitted(rest)
        return len(head) + self._feed(rest[:good])

    def _let_return(self) -> None:
        name_end = len(self._generated) - 1
        here = replace(
            self._context,
            prefix=self._context.prefix + self._generated.decode(errors="replace"),
        )
        for left in self._left_out:
            seat = self._seats[left.index]
            earlier = (*seat.earlier, left.evidence(self._generated[:name_end]))
            seat = replace(seat, since=len(self._generated), earlier=earlier)
            self._seats = _put(self._seats, left.index, seat)
            self._parts = _put(self._parts, left.index, seat.factory(here))
        self._left_out = ()

    def _append(self, data: bytes) -> None:
        """Append `data`; raises ValueError, and changes nothing, if some monitor refuses it."""
        parts = tuple(part and part.fork() for part in self._parts)
        for part in parts:
            if part is not None:
                part.advance(data)
        self._parts = parts
        self._generated += data
        self._decision = None


@dataclass(frozen=True)
class _LeftOut:
    """A monitor that has no say in the name that begins at `start` of the generated text."""

    index: int
    kind: str
    constraint: Constraint
    start: int

    def evidence(self, generated: bytes) -> Evidence:
        """Return the record of the name, which ends `generated`."""
        typed = self.constraint.typed
        begun = typed[: max(0, -self.start)]
        name = begun + generated[max(0, self.start) :]
        return Evidence(
            name=name.decode(errors="replace"),
            kind=self.kind,
            verdict=Verdict.UNKNOWN,
            engine="",
            candidates=0,
            start=self.start,
            end=len(generated),
            reason="left out: no name suits it and the other monitors",
        )


@dataclass(frozen=True)
class Joint:
    """What makes one monitor of several kinds, the most reliable first."""

    factories: tuple[PartFactory, ...]

    def __call__(self, context: Context) -> JointMonitor:
        """Return the monitor of one text."""
        return JointMonitor(context, self.factories)


def join(factories: Sequence[PartFactory]) -> PartFactory:
    """Return what makes one monitor of several, the most reliable first; one stays as it is."""
    return factories[0] if len(factories) == 1 else Joint(tuple(factories))


def parts(factory: F) -> tuple[F, ...]:
    """Return what `factory` was joined from."""
    return cast(tuple[F, ...], factory.factories) if isinstance(factory, Joint) else (factory,)


_IDLE = _Decision(None)


def _forbidden(part: Part | None) -> frozenset[bytes]:
    ask: Callable[[], frozenset[bytes]] | None = getattr(part, "forbidden", None)
    return ask() if ask is not None else _NONE


def _same_extent(one: Constraint, other: Constraint) -> bool:
    return one.typed == other.typed and one.continues == other.continues


def _leading(data: bytes, continues: frozenset[int]) -> int:
    """Return how many bytes at the start of `data` go on with a name."""
    return next((i for i, byte in enumerate(data) if byte not in continues), len(data))


def _spelled(constraint: Constraint, data: bytes) -> int:
    """Return how many bytes of `data` go on with, or end, one of the names."""
    length = _leading(data, constraint.continues)
    names: Iterable[bytes] = constraint.names
    for end in range(1, length + 1):
        begun = constraint.typed + data[:end]
        names = [name for name in names if name.startswith(begun)]
        if not names:
            return end - 1
    ended = constraint.typed + data[:length]
    return length if length < len(data) and ended not in constraint.names else len(data)


def _put(items: tuple[F, ...], index: int, item: F) -> tuple[F, ...]:
    return (*items[:index], item, *items[index + 1 :])
