"""Everything the harbour refuses to do."""


class HarbourError(Exception):
    """Base of all refusals."""


class BerthOccupied(HarbourError):
    """Another vessel lies there."""

    def __init__(self, berth_number, occupant_name):
        super().__init__(f"berth {berth_number} is occupied by {occupant_name}")
        self.berth_number = berth_number
        self.occupant_name = occupant_name


class NoSuitableBerth(HarbourError):
    """No berth is long and deep enough, or none is free at the time."""


class UnknownBooking(HarbourError, KeyError):
    """There is no booking with that reference."""

    def __str__(self) -> str:
        return f"no booking {self.args[0]!r}"
