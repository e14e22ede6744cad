"""The harbour's diary: one JSON object to a line, only ever added to."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from harbour.bookings import Booking


class Logbook:
    """A diary in a file. Without a path it is kept in memory."""

    def __init__(self, path: Path | None = None):
        self.path = path
        self._entries: list[dict] = []
        if path is not None and path.exists():
            with path.open(encoding="utf-8") as lines:
                self._entries = [json.loads(line) for line in lines]

    def note(self, at: datetime, event: str, **details) -> None:
        """Write an entry down."""
        entry = {"at": at.isoformat(), "event": event, **details}
        self._entries.append(entry)
        if self.path is not None:
            with self.path.open("a", encoding="utf-8") as out:
                out.write(json.dumps(entry) + "\n")

    def note_booking(self, at: datetime, booking: Booking) -> None:
        self.note(
            at,
            booking.status.value,
            reference=booking.reference,
            vessel=booking.vessel.name,
            berth=booking.berth.number,
        )

    def entries_about(self, reference: str) -> Iterator[dict]:
        return (entry for entry in self._entries if entry.get("reference") == reference)

    def latest(self, count: int = 10) -> list[dict]:
        return self._entries[-count:]
