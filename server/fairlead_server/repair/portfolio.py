"""What is asked of the model next: guided and unguided, way by way, for as many tokens each.

A search that is only guided loses correct patches where analysis is wrong, and one that is not
wastes samples on names that do not exist. So both go on side by side, and whichever has used fewer
of the model's tokens is next: neither is favoured by writing more. In each, the most probable texts
of every way of asking are searched for first; then samples are drawn, of which plain infilling has
every other one, as templates only reach what they leave open.
"""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from fairlead_server.repair.prompts import Way

Search = Literal["beam", "sample"]
"""``beam`` finds the most probable texts, ``sample`` draws one."""


@dataclass(frozen=True)
class Job:
    """One question to the model."""

    way: Way
    guided: bool
    search: Search
    seed: int


@dataclass
class _Arm:
    """One half of the portfolio: its jobs, and what they have taken of the model so far."""

    guided: bool
    jobs: Iterator[Job]
    tokens: int = 0
    calls: int = 0


class Portfolio:
    """Deals out jobs. The same ways, seed and spendings give the same jobs."""

    def __init__(
        self, ways: Sequence[Way], seed: int = 0, arms: Sequence[bool] = (True, False)
    ) -> None:
        """`arms` are the halves: guided, unguided."""
        self._arms = [_Arm(guided, _jobs(ways, guided, seed)) for guided in arms]

    def next(self) -> Job:
        """Return the next job: of the arm that has used the fewest tokens."""
        arm = min(self._arms, key=lambda arm: (arm.tokens, arm.calls))
        return next(arm.jobs)

    def spend(self, job: Job, tokens: int) -> None:
        """Record what `job` took. A job that wrote nothing still counts as a token."""
        arm = next(arm for arm in self._arms if arm.guided is job.guided)
        arm.tokens += max(1, tokens)
        arm.calls += 1

    def spent(self) -> dict[bool, int]:
        """Return the tokens that each arm has used."""
        return {arm.guided: arm.tokens for arm in self._arms}


def _jobs(ways: Sequence[Way], guided: bool, seed: int) -> Iterator[Job]:
    """Yield jobs without end: the most probable texts of each way, then samples."""
    for way in ways:
        yield Job(way, guided, "beam", seed_of(seed, way, guided, 0))
    for turn, way in enumerate(_turns(ways), 1):
        yield Job(way, guided, "sample", seed_of(seed, way, guided, turn))


def _turns(ways: Sequence[Way]) -> Iterator[Way]:
    infills = [way for way in ways if way.name.startswith("infill")] or list(ways)
    templates = [way for way in ways if way not in infills] or infills
    for pair in zip(itertools.cycle(infills), itertools.cycle(templates), strict=False):
        yield from pair


def seed_of(seed: int, way: Way, guided: bool, turn: int) -> int:
    """Return a seed that depends on what is asked and on nothing else.

    That of the other half differs: both would often write the same.
    """
    key = repr((seed, way.name, way.head, way.tail, guided, turn)).encode()
    return int.from_bytes(hashlib.blake2b(key, digest_size=4).digest(), "big")
