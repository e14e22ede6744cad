"""Validation: the ladder of checks that a patch has to climb before it is called plausible.

Each step is a plug-in of the group ``fairlead.validators`` that satisfies `PatchValidator`; those
of fairlead enter by the same door. Cheap steps sort candidates out before dear ones run anything.
"""

from __future__ import annotations

from fairlead_server.repair.validation.contract import (
    DEAR,
    Bench,
    Finding,
    PatchValidator,
    Step,
    Suite,
    Verdict,
)
from fairlead_server.repair.validation.ladder import Result, climb, validators

__all__ = [
    "DEAR",
    "Bench",
    "Finding",
    "PatchValidator",
    "Result",
    "Step",
    "Suite",
    "Verdict",
    "climb",
    "validators",
]
