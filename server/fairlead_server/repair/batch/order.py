"""What a run is told: it is written down with the run, so that it can go on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Literal

from fairlead_server.repair.search import Plan
from fairlead_server.settings import Options, from_json, stated

Localise = Literal["trace", "spectrum"]

_PATIENCE = 10.0
"""Seconds for one analysis: nobody waits at the keyboard."""


@dataclass(frozen=True)
class Order:
    """How the bugs of `dataset`, ``NAME`` or ``NAME:ARGUMENT``, are to be repaired.

    `bugs` is a regular expression that their names have to match. For each of them the model is
    asked `samples` times, or until it has written `tokens`, or for `seconds`; each of `arms`,
    guided and unguided, gets as many tokens. With `first`, one plausible patch of each arm is
    enough. `test_seconds` and `memory_mb` take the place of what the bug says. Where there are
    several places, the best `beam` ways to mend the ones before are built on. `localise` says how
    places are found: None takes those of the dataset, and where there are none, a spectrum.
    `options` are those of the model and of analysis.
    """

    dataset: str
    bugs: str = ""
    samples: int = 40
    tokens: int | None = None
    seconds: float | None = None
    seed: int = 0
    arms: tuple[bool, ...] = (True, False)
    first: bool = False
    test_seconds: float | None = None
    memory_mb: int | None = None
    beam: int = 3
    localise: Localise | None = None
    options: Options = field(default_factory=Options)

    def plan(self, patience: float = 0.0, context: tuple[str, ...] | None = ()) -> Plan:
        """Return how one bug is searched."""
        return Plan(
            samples=self.samples,
            tokens=self.tokens,
            seconds=float("inf") if self.seconds is None else self.seconds,
            seed=self.seed,
            arms=self.arms,
            patience=max(patience, _PATIENCE),
            context=context,
        )

    def to_json(self) -> dict[str, Any]:
        """Return the order as a JSON value."""
        values = {**asdict(self), "arms": list(self.arms)}
        return {**values, "options": _listed(stated(self.options))}


def order_from(value: Mapping[str, Any]) -> Order:
    """Return the order that `to_json` wrote down."""
    known = {one.name for one in fields(Order)}
    given = {name: item for name, item in value.items() if name in known}
    given["options"] = from_json(given.get("options"), "run")[0]
    given["arms"] = tuple(given.get("arms", (True, False)))
    return Order(**given)


def _listed(values: Mapping[str, Any]) -> dict[str, Any]:
    return {n: list(item) if isinstance(item, tuple) else item for n, item in values.items()}
