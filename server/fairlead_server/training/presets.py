"""Sizes of model and of run that go together."""

from __future__ import annotations

from dataclasses import dataclass, field

from fairlead_server.training.network import Shape
from fairlead_server.training.optimiser import Rates
from fairlead_server.training.schedule import Schedule


@dataclass(frozen=True)
class Stage:
    """Until `until`, a share of the run, rows have `length` tokens, `rows` of them at a step."""

    until: float
    length: int
    rows: int


@dataclass(frozen=True)
class Preset:
    """A model and how it is trained."""

    shape: Shape
    schedule: Schedule
    stages: tuple[Stage, ...]
    rates: Rates = field(default_factory=Rates)
    micro_rows: int | None = None
    """Rows that are evaluated together, where a step does not fit into memory at once."""


PRESETS = {
    # To see that everything works: the loss falls, the model is of no use.
    "smoke": Preset(
        Shape(1024, 64, 2, 1, 1, 256, 256),
        Schedule(0.5, decay_from=0.6, warm_up=10),
        (Stage(1.0, 128, 8),),
    ),
    # About 8 million parameters for an hour or more on a few cores. Short rows first: names are
    # learned before their uses far apart.
    "cpu": Preset(
        Shape(8192, 256, 8, 4, 2, 768, 1024),
        Schedule(60),
        (Stage(0.25, 256, 16), Stage(0.5, 512, 8), Stage(1.0, 1024, 8)),
    ),
    # About 30 million parameters for 25 minutes on one large accelerator.
    "gpu": Preset(
        Shape(16384, 512, 8, 8, 2, 1280, 2048),
        Schedule(25, warm_up=100),
        (Stage(0.3, 1024, 256), Stage(1.0, 2048, 192)),
        Rates(muon=0.02, adam=3e-3, iterations=5),
        micro_rows=64,
    ),
}
