"""Whether runs have become faster, told from their times alone."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from itertools import combinations, count

import pytest

from fairlead_server.editing.proving.speed import ROUNDS, by_turns, compared, probability


@pytest.mark.parametrize(
    ("before", "after", "p"),
    [
        ([2, 2.1, 2.2], [1, 1.1, 1.2], 1 / 20),
        ([1, 1.1, 1.2], [2, 2.1, 2.2], 1.0),
        ([1, 1, 1], [1, 1, 1], 1.0),
        ([3, 1], [2, 4], 5 / 6),
        ([2, 2], [1, 2], 1 / 2),
    ],
)
def test_how_probable_it_is_by_chance(before: list[float], after: list[float], p: float) -> None:
    assert math.isclose(probability(before, after), p)


def test_the_probability_is_that_of_all_ways_to_deal_the_runs() -> None:
    rng = random.Random(1)
    times = [float(rng.randrange(5)) for _ in range(9)]
    after = times[5:]

    def rank(time: float) -> float:
        return sum(t < time for t in times) + (sum(t == time for t in times) + 1) / 2

    reached = sum(map(rank, after))
    sums = [sum(map(rank, dealt)) for dealt in combinations(times, 4)]
    assert math.isclose(
        probability(times[:5], after), sum(one <= reached for one in sums) / len(sums)
    )


def test_by_how_much() -> None:
    speed = compared([2.0] * 8, [1.0] * 8)
    assert (speed.ratio, speed.low, speed.high, speed.runs) == (2, 2, 2, 8)
    assert speed.is_faster() and not speed.is_faster(tried=1000)
    assert str(speed) == "2.00 times as fast (2.00 to 2.00; 8 runs of each, p = 8e-05)"


def clock(seconds: float, noise: float, seed: int) -> Callable[[], float]:
    rng = random.Random(seed)
    return lambda: seconds * (1 + noise * rng.random())


@pytest.mark.parametrize(
    ("new", "noise", "faster"),
    [(0.5, 0.3, True), (0.9, 0.05, True), (1.0, 0.3, False), (1.0, 0.0, False), (1.2, 0.3, False)],
)
def test_what_is_faster_beyond_noise(new: float, noise: float, faster: bool) -> None:
    for seed in range(20):
        speed = by_turns(clock(1.0, noise, seed), clock(new, noise, seed + 1000))
        assert speed.is_faster() is faster or (new == 1.0 and speed.p > 0.001)


def test_runs_take_turns_and_the_first_do_not_count() -> None:
    order: list[str] = []
    numbers = count(100)

    def run(name: str, seconds: float) -> Callable[[], float]:
        def once() -> float:
            order.append(name)
            return float(next(numbers)) if len(order) <= 2 else seconds

        return once

    speed = by_turns(run("old", 2.0), run("new", 1.0))
    assert order[:6] == ["old", "new", "old", "new", "new", "old"]
    assert (len(order), speed.ratio, speed.runs) == (2 + 2 * ROUNDS, 2.0, ROUNDS)


def test_what_is_slower_is_given_up_early() -> None:
    speed = by_turns(lambda: 1.0, lambda: 1.0)
    assert speed.runs == 4 and not speed.is_faster()
