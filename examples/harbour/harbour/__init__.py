"""Berth booking for a small harbour.

`HarbourOffice` is the way in; the other modules hold what it works with.
"""

from harbour.berths import Berth, Quay
from harbour.bookings import Booking, BookingStatus, Schedule
from harbour.cargo import CargoClass, Consignment, Manifest
from harbour.errors import BerthOccupied, HarbourError, NoSuitableBerth, UnknownBooking
from harbour.logbook import Logbook
from harbour.office import HarbourOffice
from harbour.tariffs import Tariff
from harbour.vessels import Ferry, Freighter, Tanker, Vessel

__all__ = [
    "Berth",
    "BerthOccupied",
    "Booking",
    "BookingStatus",
    "CargoClass",
    "Consignment",
    "Ferry",
    "Freighter",
    "HarbourError",
    "HarbourOffice",
    "Logbook",
    "Manifest",
    "NoSuitableBerth",
    "Quay",
    "Schedule",
    "Tanker",
    "Tariff",
    "UnknownBooking",
    "Vessel",
]
