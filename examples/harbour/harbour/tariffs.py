"""What a stay costs. Money is `Decimal`, in the harbour's currency."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal

from harbour.bookings import Booking
from harbour.cargo import CargoClass

CENT = Decimal("0.01")

WHARFAGE = {
    CargoClass.GENERAL: Decimal("1.20"),
    CargoClass.BULK: Decimal("0.45"),
    CargoClass.REFRIGERATED: Decimal("2.10"),
    CargoClass.DANGEROUS: Decimal("4.75"),
}


@dataclass
class Invoice:
    """Lines of an account, each with its amount."""

    reference: str
    lines: list[tuple[str, Decimal]] = field(default_factory=list)

    def charge(self, label: str, amount: Decimal) -> None:
        self.lines.append((label, amount.quantize(CENT, rounding=ROUND_HALF_UP)))

    def amount_due(self) -> Decimal:
        return sum((amount for _, amount in self.lines), Decimal("0.00"))


@dataclass(frozen=True)
class Tariff:
    """The harbour's price list."""

    dues_per_tonne: Decimal = Decimal("0.18")
    tug_fee: Decimal = Decimal("640.00")
    wharfage: dict[CargoClass, Decimal] = field(default_factory=lambda: dict(WHARFAGE))

    def berth_dues(self, booking: Booking) -> Decimal:
        """Price the berth by size and by each day begun, with the vessel's surcharge."""
        base = self.dues_per_tonne * booking.vessel.gross_tonnage * booking.started_days()
        return base * (1 + booking.vessel.surcharge_rate())

    def invoice_for(self, booking: Booking) -> Invoice:
        invoice = Invoice(booking.reference)
        invoice.charge("berth dues", self.berth_dues(booking))
        tugs = booking.vessel.tugs_required()
        if tugs:
            invoice.charge(f"tugs, {tugs} in and out", 2 * tugs * self.tug_fee)
        for cargo_class, tonnes in booking.vessel.manifest.tonnes_by_class().items():
            invoice.charge(f"wharfage, {cargo_class.value}", self.wharfage[cargo_class] * tonnes)
        return invoice
