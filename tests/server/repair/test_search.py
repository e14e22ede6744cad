"""The search: what is asked in which order, what counts as the same, what is tried first."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice, pairwise

import pytest

from fairlead_server.repair.candidates import Origin, Pool
from fairlead_server.repair.portfolio import Job, Portfolio
from fairlead_server.repair.prompts import Way, ways
from fairlead_server.repair.ranking import Diagnosed, edit_size, ranked
from tests.server.repair.scripted import hunk

WAYS = ways(hunk(7))


def origin(guided: bool = True, logprob: float = -1.0, tokens: int = 2) -> Origin:
    return Origin("infill", guided, "sample", 0, tokens, logprob)


def deal(
    count: int, costs: Sequence[int] = (5, 9, 2), seed: int = 0
) -> tuple[list[Job], Portfolio]:
    """Deal `count` jobs, which take `costs` in turn."""
    portfolio, jobs = Portfolio(WAYS, seed), []
    for turn in range(count):
        jobs.append(portfolio.next())
        portfolio.spend(jobs[-1], costs[turn % len(costs)])
    return jobs, portfolio


@pytest.mark.parametrize("costs", [(1,), (5, 9, 2), (100, 1), (0,)])
def test_both_halves_take_equally_much_of_the_model(costs: Sequence[int]) -> None:
    _, portfolio = deal(200, costs)
    guided, unguided = portfolio.spent()[True], portfolio.spent()[False]
    assert abs(guided - unguided) <= max(*costs, 1)


def test_the_same_seed_gives_the_same_jobs() -> None:
    assert deal(80)[0] == deal(80)[0]
    assert deal(80)[0] != deal(80, seed=1)[0]


def test_every_way_is_searched_before_any_is_sampled() -> None:
    jobs = [job for job in deal(400)[0] if job.guided]
    assert [job.way for job in jobs[: len(WAYS)]] == list(WAYS)
    assert {job.search for job in jobs[: len(WAYS)]} == {"beam"}
    assert {job.search for job in jobs[len(WAYS) :]} == {"sample"}
    drawn = [job.way.name.startswith("infill") for job in jobs[len(WAYS) :]]
    assert all(one != other for one, other in pairwise(drawn))


def test_no_sample_is_drawn_twice() -> None:
    jobs = [job for job in deal(400)[0] if job.search == "sample"]
    assert len({(job.way, job.seed) for job in jobs}) == len(jobs)


def test_one_half_alone() -> None:
    portfolio = Portfolio([Way("infill", "", "", 1)], arms=(False,))
    jobs = [portfolio.next() for _ in islice(range(5), 5)]
    assert not any(job.guided for job in jobs)


@pytest.mark.parametrize(
    ("texts", "kept"),
    [
        (["        return 1", "        return   1  # one"], ["        return 1"]),
        (["        return 1", "        return (1)"], ["        return 1", "        return (1)"]),
        (["        return 1", "    return 1"], ["        return 1", "    return 1"]),
        (["            return max( self.prices , default = 0 )"], []),
        (["        return 'a b'", "        return 'a  b'"], None),
        (
            [
                "        if a:\n            b()\n        c()",
                "        if a:\n            b()\n            c()",
            ],
            None,
        ),
    ],
)
def test_what_is_the_same_patch(texts: list[str], kept: list[str] | None) -> None:
    pool = Pool(hunk(7))
    for text in texts:
        pool.add(text, origin())
    assert [candidate.text for candidate in pool] == (texts if kept is None else kept)
    assert pool.samples == len(texts)


def test_java_does_not_care_for_line_breaks() -> None:
    pool = Pool(hunk(1, text="class A { int f() { return 1; } }", path="/p/A.java"))
    pool.add("class A { int f() { return 2; } }", origin(guided=False))
    pool.add("class A {\n  int f() {\n    return 2; } }", origin())
    (candidate,) = pool
    assert [o.guided for o in candidate.origins] == [False, True] and not candidate.guided


def test_ranking_weighs_all_features() -> None:
    place, line = hunk(7), "            return {}(self.prices, default=0)"
    pool = Pool(place)
    for text, logprob in (
        ("min", -1.0),
        ("sum", -9.0),
        ("abs", -1.0),
        ("any", -1.0),
        ("any", -3.0),
    ):
        pool.add(line.format(text), origin(logprob=logprob))
    pool.add("            pass", origin())
    order = ranked(place, pool, pool.samples, Diagnosed(new={3: 1}))
    names = [candidate.text.strip().removeprefix("return ")[:3] for candidate, _ in order]
    assert names == ["any", "min", "pas", "abs", "sum"]
    best = order[0][1]
    assert best.as_numbers() == {
        "logprob": -0.5,
        "edit_size": pytest.approx(edit_size(place, line.format("any"))),
        "new_diagnostics": 0,
        "gone_diagnostics": 0,
        "agreement": pytest.approx(2 / 6),
    }
