import tempfile
import unittest
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

from harbour import (
    Berth,
    BerthOccupied,
    BookingStatus,
    CargoClass,
    Consignment,
    Ferry,
    Freighter,
    HarbourOffice,
    Logbook,
    NoSuitableBerth,
    Quay,
    Tanker,
    UnknownBooking,
)

MORNING = datetime(2024, 5, 14, 6, 30)


def north_quay():
    quay = Quay("north")
    quay.lay_out(Berth("N1", length=120, depth=7))
    quay.lay_out(Berth("N2", length=200, depth=11, handles_liquids=True))
    return quay


def freighter(name="Marit", tonnes=900.0):
    vessel = Freighter(name, "LAMX", 88.0, 5.1, 2_900, hold_count=2)
    vessel.manifest.stow(Consignment("BL-1", CargoClass.BULK, tonnes))
    return vessel


class BerthTest(unittest.TestCase):
    def test_hand_over_leaves_no_gap(self):
        berth = Berth("N1", length=120, depth=7)
        first, second = freighter("Marit"), freighter("Solveig")
        berth.moor(first)
        with self.assertRaises(BerthOccupied):
            berth.moor(second)
        self.assertIs(berth.release_to(second), first)
        self.assertIs(berth.occupant, second)

    def test_tankers_need_a_berth_for_liquids(self):
        tanker = Tanker("Brage", "LBRG", 110.0, 6.0, 6_000)
        self.assertEqual([b.number for b in north_quay().berths_for(tanker)], ["N2"])

    def test_occupancy(self):
        quay = north_quay()
        quay.berths["N1"].moor(freighter())
        self.assertEqual(quay.occupancy(), 0.5)


class OfficeTest(unittest.TestCase):
    def test_a_stay_from_request_to_account(self):
        office = HarbourOffice([north_quay()])
        booking = office.request_berth(freighter(), MORNING, timedelta(hours=30))
        self.assertEqual((booking.reference, booking.berth.number), ("HB-0001", "N1"))
        office.arrive("HB-0001", MORNING)
        self.assertEqual(office.occupancy(), {"north": 0.5})
        invoice = office.depart("HB-0001", booking.departs_at)
        # Two days begun at 0.18 for each of 2,900 GT, and 900 t of bulk at 0.45.
        self.assertEqual(invoice.amount_due(), Decimal("1449.00"))
        self.assertIs(booking.status, BookingStatus.DEPARTED)

    def test_the_second_vessel_gets_the_longer_berth_and_the_third_none(self):
        office = HarbourOffice([north_quay()])
        stay = timedelta(hours=8)
        numbers = [office.request_berth(freighter(), MORNING, stay).berth.number for _ in "ab"]
        self.assertEqual(numbers, ["N1", "N2"])
        with self.assertRaises(NoSuitableBerth):
            office.request_berth(freighter(), MORNING, stay)

    def test_a_cancelled_booking_frees_its_berth(self):
        office = HarbourOffice([north_quay()])
        stay = timedelta(hours=8)
        office.cancel(office.request_berth(freighter(), MORNING, stay).reference, MORNING)
        self.assertEqual(office.request_berth(freighter(), MORNING, stay).berth.number, "N1")

    def test_unknown_references_are_named(self):
        with self.assertRaisesRegex(UnknownBooking, "no booking 'HB-0404'"):
            HarbourOffice([]).arrive("HB-0404", MORNING)

    def test_the_day_sheet_lists_the_next_day(self):
        office = HarbourOffice([north_quay()])
        office.request_berth(freighter(), MORNING + timedelta(hours=2), timedelta(hours=4))
        office.request_berth(freighter("Late"), MORNING + timedelta(days=2), timedelta(hours=4))
        self.assertEqual(office.day_sheet(MORNING), ["08:30 berth N1   Marit (LAMX), 2900 GT"])


class VesselTest(unittest.TestCase):
    def test_surcharges(self):
        ferry = Ferry("Svanen", "LSVN", 60.0, 3.0, 1_100)
        for hour in range(7):
            ferry.add_departure(f"{hour:02}:00")
        tanker = Tanker("Brage", "LBRG", 110.0, 6.0, 6_000, double_hulled=False)
        self.assertEqual(ferry.surcharge_rate(), Decimal("-0.20"))
        self.assertEqual(tanker.surcharge_rate(), Decimal("0.40"))
        self.assertEqual(freighter().loading_hours(), 1.8)

    def test_cargo_is_stowed_once(self):
        vessel = freighter()
        with self.assertRaises(ValueError):
            vessel.manifest.stow(Consignment("BL-1", CargoClass.GENERAL, 1.0))
        vessel.manifest.discharge("BL-1")
        self.assertEqual(len(vessel.manifest), 0)


class LogbookTest(unittest.TestCase):
    def test_entries_survive_in_the_file(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "log.jsonl"
            office = HarbourOffice([north_quay()], logbook=Logbook(path))
            office.request_berth(freighter(), MORNING, timedelta(hours=4))
            office.arrive("HB-0001", MORNING)
            events = [entry["event"] for entry in Logbook(path).entries_about("HB-0001")]
        self.assertEqual(events, ["confirmed", "alongside"])


if __name__ == "__main__":
    unittest.main()
