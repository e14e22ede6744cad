"""What is on board."""

from __future__ import annotations

import enum
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field


class CargoClass(enum.Enum):
    """Classes that differ in handling and in price."""

    GENERAL = "general"
    BULK = "bulk"
    REFRIGERATED = "refrigerated"
    DANGEROUS = "dangerous"

    @property
    def needs_permit(self) -> bool:
        return self is CargoClass.DANGEROUS


@dataclass(frozen=True)
class Consignment:
    """One shipper's goods under one bill of lading."""

    bill_of_lading: str
    cargo_class: CargoClass
    tonnes: float
    consignee: str = ""

    def __post_init__(self):
        if self.tonnes <= 0:
            raise ValueError(f"{self.bill_of_lading}: tonnes must be positive")


@dataclass
class Manifest:
    """The list of consignments of one voyage."""

    consignments: list[Consignment] = field(default_factory=list)

    def __iter__(self) -> Iterator[Consignment]:
        return iter(self.consignments)

    def __len__(self) -> int:
        return len(self.consignments)

    def stow(self, consignment: Consignment) -> None:
        """Add a consignment; a bill of lading may appear once only."""
        if self.lookup(consignment.bill_of_lading) is not None:
            raise ValueError(f"{consignment.bill_of_lading} is on board already")
        self.consignments.append(consignment)

    def discharge(self, bill_of_lading: str) -> Consignment:
        """Take a consignment off and return it."""
        found = self.lookup(bill_of_lading)
        if found is None:
            raise KeyError(bill_of_lading)
        self.consignments.remove(found)
        return found

    def lookup(self, bill_of_lading: str) -> Consignment | None:
        for consignment in self.consignments:
            if consignment.bill_of_lading == bill_of_lading:
                return consignment
        return None

    def total_tonnes(self) -> float:
        return sum(consignment.tonnes for consignment in self.consignments)

    def tonnes_by_class(self) -> Counter[CargoClass]:
        weights: Counter[CargoClass] = Counter()
        for consignment in self.consignments:
            weights[consignment.cargo_class] += round(consignment.tonnes)
        return weights

    def carries(self, cargo_class: CargoClass) -> bool:
        return any(item.cargo_class is cargo_class for item in self.consignments)
