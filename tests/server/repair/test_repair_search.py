"""A whole search, of what a scripted model writes."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from fairlead_server.repair.fault import fault_in
from fairlead_server.repair.hunk import Hunk, insertion
from fairlead_server.repair.search import Found, Plan, Progress, search
from tests.server.repair.scripted import CODE, Scripted, hunk

TEXTS = ["return missing", "return (", "return sum(self.prices)", "return 0", "return other()"]
BROKEN = CODE.replace("return 0", "return missing + 1")


def searched(
    texts: Sequence[str] = TEXTS,
    plan: Plan | None = None,
    place: Hunk | None = None,
    completer: Scripted | None = None,
    **options: object,
) -> Found:
    place, completer = place or hunk(8, text=BROKEN), completer or Scripted(texts)
    fault = fault_in(place, completer.diagnostics(place.document, 1.0))
    return search(completer, fault, plan or Plan(samples=80), **options)  # type: ignore[arg-type]


def verdicts(found: Found) -> dict[str, str | None]:
    return {one.candidate.text.strip(): one.result.verdict for one in found.candidates}


def test_every_candidate_gets_its_verdict() -> None:
    found = searched()
    assert verdicts(found) == {
        "return missing": "rejected",
        "return (": "does_not_parse",
        "return sum(self.prices)": "plausible",
        "return 0": "plausible",
        "return other()": "plausible",
    }
    assert found.best is not None and found.best.candidate.text.strip() in TEXTS[2:]
    assert found.best.features.gone_diagnostics == 1


def test_ranks_count_from_the_most_promising() -> None:
    found = searched()
    assert [one.rank for one in found.candidates] == [1, 2, 3, 4, 5]
    order = [(not one.plausible, -one.features.score()) for one in found.candidates]
    assert order == sorted(order)


def test_the_same_seed_gives_the_same() -> None:
    def told(found: Found) -> list[object]:
        return [(o.candidate, o.rank, o.features, o.result.verdict) for o in found.candidates]

    assert told(searched()) == told(searched())


def test_both_halves_get_as_many_tokens() -> None:
    found = searched(plan=Plan(samples=200))
    assert abs(found.tokens[True] - found.tokens[False]) <= max(map(len, TEXTS))
    origins = [origin for one in found.candidates for origin in one.candidate.origins]
    assert {origin.guided for origin in origins} == {True, False}


def test_one_half_alone_may_be_asked() -> None:
    found = searched(plan=Plan(samples=20, arms=(False,)))
    assert list(found.tokens) == [False]


@pytest.mark.parametrize(
    ("plan", "most"),
    [
        (Plan(samples=3), 3),
        (Plan(samples=100, tokens=1), 1),
        (Plan(samples=100, seconds=1e-9), 0),
        (Plan(samples=1000), 1000),
    ],
)
def test_limits(plan: Plan, most: int) -> None:
    completer = Scripted(TEXTS)
    searched(plan=plan, completer=completer)
    assert len(completer.requests) <= most


def test_enough_is_enough() -> None:
    completer = Scripted(TEXTS)
    found = searched(plan=Plan(samples=500, enough=1), completer=completer)
    assert sum(one.plausible for one in found.candidates) == 1
    assert len(completer.requests) < 100


def test_a_search_that_finds_nothing_new_ends() -> None:
    completer = Scripted(["return 1"])
    searched(plan=Plan(samples=5000), completer=completer)
    assert len(completer.requests) < 500


def test_progress_is_told() -> None:
    news: list[Progress] = []
    searched(plan=Plan(samples=40), progress=news.append)
    assert len(news) == 40 and news[-1].share == 1
    assert [one.share for one in news] == sorted(one.share for one in news)
    assert news[-1].plausible <= news[-1].candidates


@pytest.mark.parametrize("questions", [0, 1, 7])
def test_cancelling_ends_it_soon(questions: int) -> None:
    completer = Scripted(TEXTS)
    found = searched(completer=completer, cancelled=lambda: len(completer.requests) >= questions)
    assert len(completer.requests) == questions
    assert all(one.result.verdict for one in found.candidates)


def test_what_is_said_of_the_fault_is_shown_to_the_model_and_not_written() -> None:
    completer = Scripted(TEXTS)
    found = searched(completer=completer, remarks=["0 is not the total"])
    for said in ("missing is not defined", "0 is not the total"):
        assert f"        # {said}\n" in completer.requests[0].document.text
    assert not any("not the total" in one.candidate.text for one in found.candidates)


def test_lines_are_inserted_too() -> None:
    document = hunk(1).document
    place = insertion(document, 8)
    found = searched(["self.prices.clear()", "missing()"], place=place)
    assert verdicts(found) == {"self.prices.clear()": "plausible", "missing()": "new_diagnostic"}
    assert found.best is not None
    text = place.patched(found.best.candidate.text).text
    assert text == CODE.replace("        return 0", "        self.prices.clear()\n        return 0")


def test_a_model_that_writes_nothing_gives_nothing() -> None:
    assert searched([""]).candidates == ()


def test_what_stands_there_already_is_no_candidate() -> None:
    assert searched(["return missing + 1", "return  missing+1  # the same"]).candidates == ()


def test_crlf_is_kept() -> None:
    place = hunk(8, text=CODE.replace("\n", "\r\n"))
    found = searched(
        place=place, plan=Plan(samples=1), completer=Scripted(["return 1"], only_infill=False)
    )
    (one,) = found.candidates
    patched = place.patched(one.candidate.text).text
    assert patched.count("\r\n") == patched.count("\n") == CODE.count("\n")
