"""The search for patches of a hunk: ask the model, sort out what cannot be right, rank the rest."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from fairlead_decoding.errors import DecodingError
from fairlead_decoding.types import GenerationConfig
from fairlead_monitors.engine import Diagnostics
from fairlead_server.document import DocumentSnapshot
from fairlead_server.errors import UserError
from fairlead_server.repair.candidates import Candidate, Origin, Pool
from fairlead_server.repair.fault import Fault
from fairlead_server.repair.hunk import Hunk
from fairlead_server.repair.portfolio import Job, Portfolio
from fairlead_server.repair.prompts import Way, asked, ways, written
from fairlead_server.repair.ranking import Diagnosed, Features, ranked
from fairlead_server.repair.validation import (
    DEAR,
    Bench,
    PatchValidator,
    Result,
    Suite,
    climb,
    validators,
)
from fairlead_server.suggestion import CompletionRequest, CompletionResult

_BEAM = 4
_TOKENS_A_NAME = 6
_TOKENS_A_LINE = 24
_MOST_TOKENS = 384
_DIAGNOSED = 20.0
"""Seconds that the diagnostics of a patch may take."""
_IDLE = 200
"""Questions in a row that bring no new candidate, after which no further are asked."""


class Means(Protocol):
    """What a search uses: a model that writes, and analysis that checks."""

    def complete(
        self, request: CompletionRequest, *, cancelled: Callable[[], bool] = ...
    ) -> CompletionResult:
        """Complete a document; `cancelled` is polled before every token."""

    def diagnostics(self, document: DocumentSnapshot, patience: float) -> Diagnostics:
        """Return what is wrong with `document`."""


@dataclass(frozen=True)
class Plan:
    """How to search.

    It ends with whichever comes first: `samples` questions to the model, `tokens` that it has
    written, `seconds`, or `enough` plausible candidates. Each of `arms`, guided and unguided, gets
    as many tokens. `patience` and `context` are those of completions.
    """

    samples: int = 40
    tokens: int | None = None
    seconds: float = float("inf")
    enough: int | None = None
    seed: int = 0
    temperature: float = 0.8
    top_p: float = 0.95
    arms: tuple[bool, ...] = (True, False)
    patience: float = 2.0
    context: tuple[str, ...] | None = ()


@dataclass(frozen=True)
class Progress:
    """How far a search has come: `share` of it, from 0 to 1, with so many candidates."""

    share: float
    candidates: int
    plausible: int


@dataclass(frozen=True)
class Repaired:
    """A candidate that has been checked; `rank` counts from 1 in the order of promise.

    Those that are refused come last.
    """

    candidate: Candidate
    rank: int
    features: Features
    result: Result

    @property
    def plausible(self) -> bool:
        """Whether it passed all checks."""
        return self.result.verdict == "plausible"


@dataclass(frozen=True)
class Found:
    """What a search came to: all candidates, the most promising first, and what it took.

    `tokens` are those of the model by arm, guided or not; `remarks` what it said besides.
    """

    candidates: tuple[Repaired, ...]
    tokens: dict[bool, int]
    remarks: tuple[str, ...] = ()

    @property
    def best(self) -> Repaired | None:
        """The most promising one that passed all checks."""
        return next((one for one in self.candidates if one.plausible), None)


def bench_of(means: Means, fault: Fault, plan: Plan, suite: Suite | None = None) -> Bench:
    """Return what patches of `fault` are checked on; where tests tell, the faults are theirs."""
    patience = max(plan.patience, _DIAGNOSED)
    return Bench(
        fault.hunk,
        lambda document: means.diagnostics(document, patience),
        fault.before,
        () if suite else fault.targets,
        suite,
    )


def search(
    means: Means,
    fault: Fault,
    plan: Plan,
    *,
    bench: Bench | None = None,
    remarks: Sequence[str] = (),
    steps: Sequence[PatchValidator] | None = None,
    cancelled: Callable[[], bool] = lambda: False,
    progress: Callable[[Progress], None] = lambda news: None,
    clock: Callable[[], float] = time.monotonic,
) -> Found:
    """Search for patches that remove the targets of `fault` and bring nothing new.

    The model is shown what is said of the fault, and `remarks`. Nothing is run: of those of `steps`
    that run programs, none is taken. When cancelled, what has been found by then is returned.
    `clock` tells the seconds of the plan. Raises `UserError` when the file does not fit the model.
    """
    bench = bench or bench_of(means, fault, plan)
    under_way = _Search(means, fault, plan, bench, (*fault.messages, *remarks), cancelled, clock)
    ladder = [s for s in (validators() if steps is None else steps) if s.order < DEAR]
    while not under_way.is_over():
        known = len(under_way.pool)
        under_way.ask()
        under_way.check(ladder)
        under_way.idle = under_way.idle + 1 if len(under_way.pool) == known else 0
        progress(under_way.progress())
    return under_way.found()


@dataclass
class _Search:
    means: Means
    fault: Fault
    plan: Plan
    bench: Bench
    shown: tuple[str, ...]
    cancelled: Callable[[], bool]
    clock: Callable[[], float]
    results: dict[int, Result] = field(default_factory=dict)
    said: list[str] = field(default_factory=list)
    questions: int = 0
    idle: int = 0

    def __post_init__(self) -> None:
        hunk, plan = self.hunk, self.plan
        focus = [(one.start, one.end) for one in self.fault.targets]
        self.pool = Pool(hunk)
        self.portfolio = Portfolio(ways(hunk, focus), plan.seed, plan.arms)
        self.begun = self.clock()

    @property
    def hunk(self) -> Hunk:
        return self.fault.hunk

    @property
    def plausible(self) -> int:
        return sum(result.verdict == "plausible" for result in self.results.values())

    def is_over(self) -> bool:
        """Tell whether there is nothing more to do."""
        enough = self.plan.enough is not None and self.plausible >= self.plan.enough
        return enough or self.cancelled() or self.idle >= _IDLE or self.progress().share >= 1

    def progress(self) -> Progress:
        plan, spent = self.plan, sum(self.portfolio.spent().values())
        share = max(
            self.questions / plan.samples,
            spent / plan.tokens if plan.tokens else 0.0,
            (self.clock() - self.begun) / plan.seconds,
        )
        return Progress(min(1.0, share), len(self.pool), self.plausible)

    def ask(self) -> None:
        """Put the next question to the model, and keep what it writes."""
        job = self.portfolio.next()
        question = asked(self.hunk, job.way, self.shown)
        request = _request(question.document, question.offset, job, self.plan)
        try:
            result = self.means.complete(request, cancelled=self.cancelled)
        except DecodingError as error:
            raise UserError(str(error)) from error
        self.questions += 1
        self.said += [remark for remark in result.remarks if remark not in self.said]
        self.portfolio.spend(job, result.tokens)
        for one in result.suggestions:
            text = written(job.way, one.text, one.replaces)
            if text is not None and not one.imports:
                how = (job.way.name, job.guided, job.search, job.seed)
                self.pool.add(text, Origin(*how, one.tokens, one.logprob, one.verified))

    def check(self, ladder: Sequence[PatchValidator]) -> None:
        """Check the candidates that have not been checked yet."""
        for candidate in self.pool:
            if self.cancelled():
                return
            if candidate.number not in self.results:
                self.results[candidate.number] = climb(
                    candidate.text, self.bench, ladder, self.cancelled
                )

    def found(self) -> Found:
        facts = {number: result.facts for number, result in self.results.items()}
        diagnosed = Diagnosed(
            {number: known.get("new_diagnostics", 0) for number, known in facts.items()},
            {number: known.get("gone_diagnostics", 0) for number, known in facts.items()},
        )
        judged = [one for one in self.pool if self.results.get(one.number, Result()).verdict]
        order = ranked(self.hunk, judged, self.pool.samples, diagnosed)
        # What is refused has no promise, whatever its score.
        order.sort(key=lambda pair: self.results[pair[0].number].verdict != "plausible")
        candidates = tuple(
            Repaired(candidate, place, known, self.results[candidate.number])
            for place, (candidate, known) in enumerate(order, 1)
        )
        return Found(candidates, self.portfolio.spent(), tuple(self.said))


def _request(document: DocumentSnapshot, offset: int, job: Job, plan: Plan) -> CompletionRequest:
    draws = job.search == "sample"
    return CompletionRequest(
        document,
        offset,
        config=GenerationConfig(
            max_new_tokens=_room(job.way),
            temperature=plan.temperature if draws else 0.0,
            top_p=plan.top_p if draws else 1.0,
            seed=job.seed,
        ),
        samples=1 if draws else _BEAM * (1 + job.way.single),
        beam=not draws,
        guided=job.guided,
        lines=job.way.lines,
        raw=job.way.single,
        patience=plan.patience,
        context=plan.context,
    )


def _room(way: Way) -> int:
    """Return how many tokens the model may write."""
    return _TOKENS_A_NAME if way.single else min(_MOST_TOKENS, _TOKENS_A_LINE * (way.lines + 1))
