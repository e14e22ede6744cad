"""What became of a bug, as it is written down."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Status = Literal["plausible", "none", "green", "no_checkout", "failed", "crashed"]
"""``plausible``: some patch passes all checks; ``none``: no patch does; ``green``: the tests pass
as it is; ``no_checkout``: the bug could not be had; ``failed``: it could not be worked on;
``crashed``: the process that worked on it ended."""

SEARCHED: tuple[Status, ...] = ("plausible", "none")
"""What is said of bugs that count: the others are in trouble, for the reason that is given."""


@dataclass(frozen=True)
class BugOutcome:
    """What became of `bug`, with all candidates as records; `facts` are the dataset's.

    `seconds` were spent on it, in all runs together; `tokens` are the model's, by ``guided`` and
    ``unguided``; `queries` the questions to analysis: ``asked`` an engine, or ``known``.
    `fix_known` says whether it is known what the developers wrote.
    """

    bug: str
    status: Status
    reason: str = ""
    seconds: float = 0.0
    tokens: Mapping[str, int] = field(default_factory=dict)
    queries: Mapping[str, int] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()
    facts: Mapping[str, str] = field(default_factory=dict)
    fix_known: bool = False
    records: tuple[Mapping[str, Any], ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return the line about the bug: all but the records, and what they come to."""
        value = {**asdict(self), "remarks": list(self.remarks)}
        del value["records"]
        verdicts = [record["verdict"] for record in self.records]
        return value | {
            "candidates": len(self.records),
            "plausible": verdicts.count("plausible"),
            "fixed": any(_is_fixed(record) for record in self.records),
            "first_plausible_rank": first_rank(self.records),
        }


def outcome_of(value: Mapping[str, Any], records: Sequence[Mapping[str, Any]] = ()) -> BugOutcome:
    """Return the outcome that `to_json` and the records tell of."""
    names = ("bug", "status", "reason", "seconds", "tokens", "queries", "facts", "fix_known")
    known = {name: value[name] for name in names}
    return BugOutcome(**known, remarks=tuple(value["remarks"]), records=tuple(records))


def first_rank(records: Sequence[Mapping[str, Any]]) -> int | None:
    """Return how many candidates had been run when the first plausible one was, counting it."""
    found = (r["tried"] for r in records if r["verdict"] == "plausible")
    return min(found, default=None)


def _is_fixed(record: Mapping[str, Any]) -> bool:
    return record["verdict"] == "plausible" and record["fixed"] is True
