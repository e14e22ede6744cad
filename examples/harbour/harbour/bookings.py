"""The promise of a berth to a vessel for a while, and the schedule of all of them."""

from __future__ import annotations

import enum
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from harbour.berths import Berth
from harbour.errors import HarbourError, NoSuitableBerth, UnknownBooking
from harbour.vessels import Vessel


class BookingStatus(enum.Enum):
    """A booking goes down this list, and may be called off before it is alongside."""

    REQUESTED = "requested"
    CONFIRMED = "confirmed"
    ALONGSIDE = "alongside"
    DEPARTED = "departed"
    CALLED_OFF = "called off"

    @property
    def holds_berth(self) -> bool:
        return self in (BookingStatus.CONFIRMED, BookingStatus.ALONGSIDE)


@dataclass
class Booking:
    """A berth for a vessel from `arrives_at` to `departs_at`."""

    reference: str
    vessel: Vessel
    berth: Berth
    arrives_at: datetime
    departs_at: datetime
    status: BookingStatus = BookingStatus.REQUESTED

    def __post_init__(self):
        if self.departs_at <= self.arrives_at:
            raise ValueError(f"{self.reference}: departs before it arrives")

    @property
    def stay(self) -> timedelta:
        return self.departs_at - self.arrives_at

    def started_days(self) -> int:
        """Count days as the tariff does: each one begun counts."""
        whole, rest = divmod(self.stay, timedelta(days=1))
        return whole + bool(rest)

    def overlaps(self, other: Booking) -> bool:
        return self.arrives_at < other.departs_at and other.arrives_at < self.departs_at

    def confirm(self) -> None:
        self._advance(BookingStatus.REQUESTED, BookingStatus.CONFIRMED)

    def come_alongside(self) -> None:
        """Moor the vessel at the booked berth."""
        self._advance(BookingStatus.CONFIRMED, BookingStatus.ALONGSIDE)
        self.berth.moor(self.vessel)

    def depart(self) -> None:
        self._advance(BookingStatus.ALONGSIDE, BookingStatus.DEPARTED)
        self.berth.cast_off()

    def call_off(self) -> None:
        """Give the berth up before the vessel lies there."""
        if self.status in (BookingStatus.ALONGSIDE, BookingStatus.DEPARTED):
            raise HarbourError(f"{self.reference} is {self.status.value}")
        self.status = BookingStatus.CALLED_OFF

    def postpone_by(self, delay: timedelta) -> Booking:
        """Return the same booking, later; the original is left as it was."""
        return Booking(
            self.reference,
            self.vessel,
            self.berth,
            self.arrives_at + delay,
            self.departs_at + delay,
            self.status,
        )

    def _advance(self, expected, target):
        if self.status is not expected:
            raise HarbourError(f"{self.reference} is {self.status.value}, not {expected.value}")
        self.status = target


class Schedule:
    """All bookings, by reference."""

    def __init__(self, bookings: Iterable[Booking] = ()):
        self._bookings: dict[str, Booking] = {}
        for booking in bookings:
            self.enter(booking)

    def __len__(self) -> int:
        return len(self._bookings)

    def __iter__(self) -> Iterator[Booking]:
        return iter(sorted(self._bookings.values(), key=lambda booking: booking.arrives_at))

    def enter(self, booking: Booking) -> None:
        """Add a booking, unless its berth is promised to another for part of the time."""
        clash = self.clash_with(booking)
        if clash is not None:
            raise NoSuitableBerth(f"{booking.reference} overlaps {clash.reference}")
        self._bookings[booking.reference] = booking

    def by_reference(self, reference: str) -> Booking:
        try:
            return self._bookings[reference]
        except KeyError:
            raise UnknownBooking(reference) from None

    def strike(self, reference: str) -> Booking:
        """Take a booking out and return it."""
        booking = self.by_reference(reference)
        del self._bookings[reference]
        return booking

    def clash_with(self, booking: Booking) -> Booking | None:
        for other in self._bookings.values():
            if other.reference == booking.reference or other.berth is not booking.berth:
                continue
            if other.status.holds_berth and other.overlaps(booking):
                return other
        return None

    def due_within(self, hours: float, now: datetime) -> list[Booking]:
        """Return the bookings that arrive in the next `hours`, the soonest first."""
        until = now + timedelta(hours=hours)
        return [booking for booking in self if now <= booking.arrives_at <= until]

    def of_vessel(self, vessel: Vessel) -> list[Booking]:
        return [booking for booking in self if booking.vessel is vessel]

    def first_free(self, berths: Iterable[Berth], arrives_at, departs_at) -> Berth | None:
        """Return the first of `berths` that nobody has for any part of the time."""
        for berth in berths:
            taken = (
                booking.arrives_at < departs_at and arrives_at < booking.departs_at
                for booking in self
                if booking.berth is berth and booking.status.holds_berth
            )
            if not any(taken):
                return berth
        return None

    def arrivals_by_day(self) -> dict[date, list[Booking]]:
        days: defaultdict[date, list[Booking]] = defaultdict(list)
        for booking in self:
            days[booking.arrives_at.date()].append(booking)
        return dict(days)
