"""Ships, by what matters to a harbour: how long, how deep, how heavy, and what they carry."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from harbour.cargo import CargoClass, Manifest


@dataclass
class Vessel:
    """A ship with an entry in the register."""

    name: str
    call_sign: str
    length_overall: float
    draught: float
    gross_tonnage: int
    manifest: Manifest = field(default_factory=Manifest)

    def clears_depth(self, depth: float, margin: float = 0.5) -> bool:
        """Tell whether there is water enough under the keel."""
        return self.draught + margin <= depth

    def fits_within(self, length: float) -> bool:
        # Mooring lines need a tenth of the ship's length ahead and astern.
        return self.length_overall * 1.1 <= length

    def tugs_required(self) -> int:
        if self.gross_tonnage < 3_000:
            return 0
        return 1 if self.gross_tonnage < 20_000 else 2

    def surcharge_rate(self) -> Decimal:
        """Return the share that is added to the berth dues."""
        return Decimal("0.00")

    def describe(self) -> str:
        return f"{self.name} ({self.call_sign}), {self.gross_tonnage} GT"


@dataclass
class Freighter(Vessel):
    """Carries dry cargo, in holds or containers."""

    hold_count: int = 1

    def loading_hours(self) -> float:
        """Estimate the time alongside from the weight of the cargo."""
        tonnes = self.manifest.total_tonnes()
        return round(tonnes / (250.0 * self.hold_count), 1)


@dataclass
class Tanker(Vessel):
    """Carries liquids; pays more, and needs a berth that may handle them."""

    double_hulled: bool = True

    def tugs_required(self) -> int:
        return max(1, super().tugs_required())

    def surcharge_rate(self) -> Decimal:
        rate = Decimal("0.15") if self.double_hulled else Decimal("0.40")
        if self.manifest.carries(CargoClass.DANGEROUS):
            rate += Decimal("0.10")
        return rate


@dataclass
class Ferry(Vessel):
    """Keeps a timetable and takes passengers."""

    passenger_capacity: int = 0
    departures: list[str] = field(default_factory=list)

    def surcharge_rate(self) -> Decimal:
        # Regular callers get a rebate.
        return Decimal("-0.20") if len(self.departures) >= 7 else Decimal("0.00")

    def add_departure(self, at: str) -> None:
        if at not in self.departures:
            self.departures.append(at)
            self.departures.sort()
