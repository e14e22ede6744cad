from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

from fairlead_decoding.threads import (
    choose_threads,
    measured_threads,
    physical_cores,
    thread_candidates,
    typical_seconds,
)


@pytest.mark.parametrize(
    ("milliseconds", "chosen", "measured"),
    [
        ({1: 80, 2: 45, 4: 25}, 4, [1, 2, 4]),  # each step pays
        ({1: 80, 2: 76, 4: 40}, 4, [1, 2, 4]),  # a step that hardly pays is no end
        ({1: 80, 2: 45, 4: 43}, 2, [1, 2, 4]),  # as fast as fewer
        ({1: 80, 4: 78, 8: 90}, 1, [1, 4, 8]),
        ({1: 80, 2: 1900, 4: 1}, 1, [1, 2]),  # they spin: more are not even tried
        ({1: 80, 2: 40, 4: 81, 8: 1}, 2, [1, 2, 4]),
        ({1: 1.5, 2: 0.1}, 1, [1]),  # one is fast enough
        ({1: 30, 4: 1.9, 8: 0.1}, 4, [1, 4]),
        ({6: 80}, 6, []),  # no choice
        ({4: 25, 1: 80, 2: 45}, 4, [1, 2, 4]),  # in any order
    ],
)
def test_choose_threads(milliseconds: dict[int, float], chosen: int, measured: list[int]) -> None:
    asked: list[int] = []

    def measure(count: int) -> float:
        asked.append(count)
        return milliseconds[count] / 1000

    assert choose_threads(measure, milliseconds) == chosen
    assert asked == measured


@pytest.mark.parametrize(
    ("cores", "candidates"),
    [(1, [1]), (2, [1, 2]), (3, [1, 3]), (4, [1, 2, 4]), (16, [1, 8, 16])],
)
def test_candidates(cores: int, candidates: list[int]) -> None:
    assert thread_candidates(cores) == candidates


@pytest.mark.parametrize(
    ("runs", "typical", "number"),
    [
        ([0.001, 0.001, 0.004, 0.001, 0.002], 0.001, 5),  # one that was disturbed does not count
        ([0.004, 0.004, 0.006, 9], 0.004, 3),
        ([0.2, 9], 0.2, 1),  # slow: once is enough
    ],
)
def test_typical_seconds(runs: list[float], typical: float, number: int) -> None:
    now, done = 0.0, list[float]()
    left = iter(runs)

    def action() -> None:
        nonlocal now
        done.append(next(left))
        now += done[-1]

    assert typical_seconds(action, lambda: now) == pytest.approx(typical)
    assert len(done) == number


def test_what_is_measured_is_among_the_candidates() -> None:
    used: list[int] = []
    chosen = measured_threads(used.append)
    assert chosen in thread_candidates(physical_cores())
    assert {chosen, *used} <= set(thread_candidates(physical_cores()))


BACKENDS = [
    pytest.param(name, marks=pytest.mark.needs(need))
    for name, need in (("llama_cpp", "llama"), ("transformers", "transformers"))
]


@pytest.fixture
def kept_threads() -> Iterator[None]:
    """Torch keeps the number of threads for the process, and other tests state none."""
    try:
        import torch
    except ImportError:
        yield
        return
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


@pytest.mark.usefixtures("kept_threads")
@pytest.mark.parametrize("backend", BACKENDS)
def test_a_model_is_as_new_after_the_measurement(backend: str, embedded_gguf: Path) -> None:
    load = import_module(f"fairlead_decoding.backends.{backend}").load
    measured, stated = (load(str(embedded_gguf), threads=count) for count in (None, 1))
    try:
        rows = [model.session().forward(model.encode("import os")) for model in (measured, stated)]
        assert rows[0].argmax() == rows[1].argmax()
        assert rows[0] == pytest.approx(rows[1], abs=0.05)
    finally:
        measured.close()
        stated.close()
