"""Places to lie, and the quays they belong to."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field

from harbour.errors import BerthOccupied, NoSuitableBerth
from harbour.vessels import Tanker, Vessel


@dataclass
class Berth:
    """One place at a quay. It knows who lies there, not who has booked it."""

    number: str
    length: float
    depth: float
    handles_liquids: bool = False
    occupant: Vessel | None = None

    @property
    def is_vacant(self) -> bool:
        return self.occupant is None

    def can_take(self, vessel: Vessel) -> bool:
        """Tell whether `vessel` could lie here when the berth is vacant."""
        if isinstance(vessel, Tanker) and not self.handles_liquids:
            return False
        return vessel.fits_within(self.length) and vessel.clears_depth(self.depth)

    def moor(self, vessel: Vessel) -> None:
        if self.occupant is not None:
            raise BerthOccupied(self.number, self.occupant.name)
        if not self.can_take(vessel):
            raise NoSuitableBerth(f"{vessel.name} does not fit berth {self.number}")
        self.occupant = vessel

    def cast_off(self) -> Vessel | None:
        """Let the occupant go and return it."""
        leaving, self.occupant = self.occupant, None
        return leaving

    def release_to(self, successor: Vessel) -> Vessel | None:
        """Hand the berth from its occupant to `successor`, without a gap between them."""
        leaving = self.cast_off()
        self.moor(successor)
        return leaving


@dataclass
class Quay:
    """A row of berths."""

    name: str
    berths: OrderedDict[str, Berth] = field(default_factory=OrderedDict)

    def lay_out(self, berth: Berth) -> Berth:
        if berth.number in self.berths:
            raise ValueError(f"{self.name} has a berth {berth.number} already")
        self.berths[berth.number] = berth
        return berth

    def vacant_berths(self) -> list[Berth]:
        return [berth for berth in self.berths.values() if berth.is_vacant]

    def berths_for(self, vessel: Vessel) -> list[Berth]:
        """Return every berth that could take `vessel`, the shortest first."""
        suitable = [berth for berth in self.berths.values() if berth.can_take(vessel)]
        return sorted(suitable, key=lambda berth: berth.length)

    def occupancy(self) -> float:
        if not self.berths:
            return 0.0
        return 1 - len(self.vacant_berths()) / len(self.berths)
