"""Several places, mended one after the other.

Each of the best ways to mend the places before is gone on with in the next one. The halves of the
search, guided and unguided, go apart, so that neither builds on what the other has found.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

from fairlead_monitors.engine import Diagnostics
from fairlead_server.document import DocumentSnapshot
from fairlead_server.repair.batch.places import Texts
from fairlead_server.repair.candidates import Candidate, Origin, normalised
from fairlead_server.repair.hunk import Hunk
from fairlead_server.repair.ranking import Diagnosed, ranked
from fairlead_server.repair.search import Found, Plan, Repaired
from fairlead_server.repair.validation import (
    DEAR,
    Bench,
    PatchValidator,
    Result,
    Suite,
    climb,
    validators,
)

Searching = Callable[[Hunk, Plan], Found]
"""Searches for patches of a hunk."""

_BROKEN = ("does_not_parse", "does_not_compile")


@dataclass(frozen=True)
class _Chain:
    """What was written in the places so far, and how it came about."""

    texts: Texts
    origins: tuple[Origin, ...] = ()
    score: float = 0.0

    def then(self, one: Repaired) -> _Chain:
        made = min(one.candidate.origins, key=lambda origin: -_mean(origin))
        texts = self.texts.then(one.candidate.text)
        return _Chain(texts, (*self.origins, made), self.score + one.features.score())


@dataclass(frozen=True)
class Sequenced:
    """Ways to mend all places, each once, and the tokens by half; `samples` were made in all."""

    ways: tuple[tuple[Texts, tuple[Origin, ...]], ...]
    tokens: dict[bool, int]
    samples: int
    remarks: tuple[str, ...] = ()


def in_sequence(texts: Texts, plan: Plan, beam: int, searching: Searching) -> Sequenced:
    """Return ways to mend all places of a bug, none of which is checked as a whole."""
    found: dict[object, tuple[Texts, tuple[Origin, ...]]] = {}
    tokens, samples, remarks = {}, 0, []
    for arm in plan.arms:
        walk = _Walk(replace(part_of(plan, len(plan.arms)), arms=(arm,)), beam, searching)
        for chain in walk.chains(texts):
            key = _key_of(chain.texts)
            earlier = found.get(key, (chain.texts, ()))
            found[key] = (earlier[0], (*earlier[1], _joined(chain.origins)))
        tokens[arm] = walk.tokens
        samples += walk.samples
        remarks += walk.remarks
    return Sequenced(tuple(found.values()), tokens, samples, tuple(dict.fromkeys(remarks)))


class _Walk:
    """One half's way through the places."""

    def __init__(self, plan: Plan, beam: int, searching: Searching) -> None:
        self._plan, self._beam, self._searching = plan, beam, searching
        self.tokens = self.samples = 0
        self.remarks: list[str] = []

    def chains(self, texts: Texts) -> list[_Chain]:
        """Return the ways through all places, those of the best beginnings."""
        chains, count = [_Chain(texts)], len(texts.bug.places)
        for number in range(count):
            plan = part_of(self._plan, count * len(chains))
            chains = [longer for chain in chains for longer in self._longer(chain, plan)]
            chains.sort(key=lambda chain: -chain.score)
            if number < count - 1:
                chains = chains[: self._beam]
        return chains

    def _longer(self, chain: _Chain, plan: Plan) -> Iterator[_Chain]:
        found = self._searching(chain.texts.hunk(), plan)
        self.tokens += sum(found.tokens.values())
        self.samples += sum(len(one.candidate.origins) for one in found.candidates)
        self.remarks += found.remarks
        usable = [one for one in found.candidates if one.result.verdict not in _BROKEN]
        return map(chain.then, usable)


def part_of(plan: Plan, count: int) -> Plan:
    """Return the `count`-th part of what may be used."""
    return replace(
        plan,
        samples=max(1, plan.samples // count),
        tokens=max(1, plan.tokens // count) if plan.tokens else None,
        seconds=plan.seconds / count,
    )


def _joined(origins: Sequence[Origin]) -> Origin:
    """Return the parts of a way as if they were one sample."""
    first = origins[0]
    return replace(
        first,
        way=" + ".join(origin.way for origin in origins),
        tokens=sum(origin.tokens for origin in origins),
        logprob=sum(origin.logprob for origin in origins),
        verified=all(origin.verified for origin in origins),
    )


def _mean(origin: Origin) -> float:
    return origin.logprob / max(1, origin.tokens)


def _key_of(texts: Texts) -> tuple[object, ...]:
    return tuple((path, normalised(hunk, text)) for path, (hunk, text) in texts.joint().items())


def checked(
    sequenced: Sequenced,
    diagnose: Callable[[DocumentSnapshot], Diagnostics],
    suite: Suite,
    steps: Iterable[PatchValidator] | None = None,
) -> list[tuple[Texts, Repaired]]:
    """Check and rank the ways as a whole, without running anything.

    Where they are in several files, analysis is not asked: it would see the others as they are.
    """
    cheap = [s for s in (validators() if steps is None else steps) if s.order < DEAR]
    judge = partial(_judged, diagnose=diagnose, suite=suite, steps=cheap)
    results = {number: judge(way[0]) for number, way in enumerate(sequenced.ways, 1)}
    texts = {number: way[0] for number, way in enumerate(sequenced.ways, 1)}
    if not texts:
        return []
    hunk = _first(texts[1])[0]
    candidates = [
        Candidate(_first(way[0])[1], number, way[1]) for number, way in enumerate(sequenced.ways, 1)
    ]
    facts = {number: result.facts for number, result in results.items()}
    diagnosed = Diagnosed(
        {n: known.get("new_diagnostics", 0) for n, known in facts.items()},
        {n: known.get("gone_diagnostics", 0) for n, known in facts.items()},
    )
    order = ranked(hunk, candidates, max(1, sequenced.samples), diagnosed)
    return [
        (texts[one.number], Repaired(one, rank, features, results[one.number]))
        for rank, (one, features) in enumerate(order, 1)
    ]


def _first(texts: Texts) -> tuple[Hunk, str]:
    return next(iter(texts.joint().values()))


def _judged(
    texts: Texts,
    diagnose: Callable[[DocumentSnapshot], Diagnostics],
    suite: Suite,
    steps: Sequence[PatchValidator],
) -> Result:
    joint = texts.joint()
    unknown = Diagnostics.unknown("none", "the patch is in several files")
    result = Result("plausible")
    for hunk, text in joint.values():
        before = diagnose(hunk.document) if len(joint) == 1 else unknown
        asked = diagnose if len(joint) == 1 else lambda document: unknown
        result = climb(text, Bench(hunk, asked, before, (), suite), steps)
        if result.verdict != "plausible":
            break
    return result
