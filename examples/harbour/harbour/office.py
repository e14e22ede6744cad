"""The desk where vessels ask for a berth."""

from __future__ import annotations

import itertools
from datetime import datetime, timedelta

from harbour.berths import Quay
from harbour.bookings import Booking, Schedule
from harbour.errors import NoSuitableBerth
from harbour.logbook import Logbook
from harbour.tariffs import Invoice, Tariff
from harbour.vessels import Vessel


class HarbourOffice:
    """Takes requests, keeps the schedule and the diary, and writes the accounts."""

    def __init__(
        self,
        quays: list[Quay],
        tariff: Tariff | None = None,
        logbook: Logbook | None = None,
    ) -> None:
        self.quays = quays
        self.tariff = tariff or Tariff()
        self.logbook = logbook or Logbook()
        self.schedule = Schedule()
        self._numbers = itertools.count(1)

    def request_berth(self, vessel: Vessel, arrives_at: datetime, stay: timedelta) -> Booking:
        """Book the shortest berth that is free, and confirm it."""
        departs_at = arrives_at + stay
        suitable = [berth for quay in self.quays for berth in quay.berths_for(vessel)]
        berth = self.schedule.first_free(suitable, arrives_at, departs_at)
        if berth is None:
            raise NoSuitableBerth(f"no berth for {vessel.describe()} at {arrives_at:%d %B %H:%M}")
        booking = Booking(self._next_reference(), vessel, berth, arrives_at, departs_at)
        booking.confirm()
        self.schedule.enter(booking)
        self.logbook.note_booking(arrives_at, booking)
        return booking

    def arrive(self, reference: str, at: datetime) -> Booking:
        booking = self.schedule.by_reference(reference)
        booking.come_alongside()
        self.logbook.note_booking(at, booking)
        return booking

    def depart(self, reference: str, at: datetime) -> Invoice:
        """Let the vessel go and write its account."""
        booking = self.schedule.by_reference(reference)
        booking.depart()
        self.logbook.note_booking(at, booking)
        return self.tariff.invoice_for(booking)

    def cancel(self, reference: str, at: datetime) -> Booking:
        booking = self.schedule.by_reference(reference)
        booking.call_off()
        self.logbook.note_booking(at, booking)
        return booking

    def hand_over(self, reference: str, successor: Vessel, at: datetime) -> None:
        """Put `successor` where the vessel of a booking lies, as that one leaves."""
        booking = self.schedule.by_reference(reference)
        leaving = booking.berth.release_to(successor)
        self.logbook.note(
            at,
            "handed over",
            reference=reference,
            vessel=successor.name,
            after=leaving.name if leaving else "",
        )

    def day_sheet(self, now: datetime) -> list[str]:
        """Return the arrivals of the next 24 hours, as they are read out in the morning."""
        lines = []
        for booking in self.schedule.due_within(24, now):
            berth = f"berth {booking.berth.number:<4}"
            lines.append(f"{booking.arrives_at:%H:%M} {berth} {booking.vessel.describe()}")
        return lines

    def occupancy(self) -> dict[str, float]:
        return {quay.name: round(quay.occupancy(), 2) for quay in self.quays}

    def _next_reference(self) -> str:
        return f"HB-{next(self._numbers):04}"
