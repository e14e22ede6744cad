from __future__ import annotations

import json

import pytest

from fairlead_server.evaluation.figures import (
    Budget,
    Figure,
    Measured,
    Report,
    exactly,
    quantile,
    ratio,
    share,
    table,
)


@pytest.mark.parametrize(
    ("samples", "share", "value", "low", "high"),
    [
        ([3.0], 0.5, 3, (3, 3), (3, 3)),
        ([2.0] * 50, 0.99, 2, (2, 2), (2, 2)),
        (list(range(101)), 0.5, 50, (35, 49), (51, 65)),
        (list(range(101)), 0.99, 99, (90, 99), (99, 100)),
        ([1.0] * 60 + [1000.0] * 2, 0.5, 1, (1, 1), (1, 1)),  # who is disturbed does not count
    ],
)
def test_quantile(
    samples: list[float],
    share: float,
    value: float,
    low: tuple[float, float],
    high: tuple[float, float],
) -> None:
    found = quantile(samples, share, "us", 0)
    assert found.value == pytest.approx(value)
    assert (found.unit, found.n) == ("us", len(samples))
    assert low[0] <= found.low <= low[1] <= high[0] <= found.high <= high[1]


def test_ratio_weighs_by_size() -> None:
    found = ratio([1, 90], [10, 100], "share", 0)
    assert found.value == pytest.approx(91 / 110)
    assert [found.low, found.high] == pytest.approx([0.1, 0.9])


# The ends from the formula in Wilson's article, with 1.96 deviations.
@pytest.mark.parametrize(
    ("hits", "n", "low", "high"),
    [
        (0, 40, 0.0, 0.08763),
        (40, 40, 0.91237, 1.0),
        (1, 1211, 0.000146, 0.004665),
        (1, 1, 0.20654, 1.0),
        (50, 100, 0.40383, 0.59617),
    ],
)
def test_shares_have_an_interval_also_without_events(
    hits: int, n: int, low: float, high: float
) -> None:
    found = share([True] * hits + [False] * (n - hits))
    assert (found.value, found.unit, found.n) == (hits / n, "share", n)
    assert [found.low, found.high] == pytest.approx([low, high], abs=5e-5)
    assert 0 <= found.low <= found.value <= found.high <= 1


def test_intervals_are_reproducible() -> None:
    samples = [float(number % 17) for number in range(90)]
    assert quantile(samples, 0.5, "us", 7) == quantile(samples, 0.5, "us", 7)


@pytest.mark.parametrize(
    ("budget", "value", "holds", "told"),
    [
        (Budget(most=1.01), 1.01, True, "≤ 1.01"),
        (Budget(most=1.01), 1.02, False, "≤ 1.01"),
        (Budget(least=5), 5.0, True, "≥ 5"),
        (Budget(least=5), 4.9, False, "≥ 5"),
    ],
)
def test_budgets(budget: Budget, value: float, holds: bool, told: str) -> None:
    assert (budget.holds(value), str(budget)) == (holds, told)


REPORT = Report(
    "decoding",
    Measured("tiny", {"speed": Figure(1.23456789, "ratio", 24, 1.1, 1.3), "n": exactly(8, "MB")}),
    machine="a machine",
    seed=3,
    command="fairlead eval decoding --seed 3",
)


def test_the_json_shape_that_scripts_rely_on() -> None:
    value = json.loads(json.dumps(REPORT.to_json()))
    assert list(value) == ["eval", "version", "model", "machine", "seed", "command", "figures"]
    assert value["figures"]["n"] == {"value": 8, "low": 8, "high": 8, "unit": "MB", "n": 1}
    assert value["figures"]["speed"]["value"] == 1.23457


def test_reasons_are_told() -> None:
    measured = Measured("e", {}, {"java.members": {"no type": 12, "no answer": 3}})
    report = Report("monitors", measured, "a machine", 0, "fairlead eval monitors")
    assert report.to_json()["reasons"] == {"java.members": {"no type": 12, "no answer": 3}}
    assert table(report, {}).splitlines()[2:] == [
        "java.members: could not be told",
        "      12 no type",
        "       3 no answer",
    ]


def test_the_table_says_which_budgets_are_missed() -> None:
    lines = table(REPORT, {"speed": Budget(most=1.2), "n": Budget(most=9)}).splitlines()
    assert lines[0] == "decoding: tiny on a machine"
    assert lines[2].split() == [
        "speed",
        "1.235",
        "1.1",
        "to",
        "1.3",
        "24",
        "ratio",
        "≤",
        "1.2",
        "MISSED",
    ]
    assert lines[3].endswith("≤ 9 met")
