"""What it takes to know which tokens may come next while a name is written, one of a list.

Lists change at each dot, so what a library makes of a list counts as much as the masks: a name of a
list that is new, and another of one that is known. Between two steps the processor's caches are
swept, as they are by the forward pass of a model that fits none.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from fairlead_decoding.model import LanguageModel, Vocabulary
from fairlead_server.evaluation.decoding.timing import uncollected
from fairlead_server.evaluation.decoding.words import some
from fairlead_server.evaluation.figures import Figure, exactly, quantile, share
from fairlead_server.evaluation.peers.maskers import MASKERS, OWN, Bits, Masker, Spelling

SIZES = (10, 100, 1000)
_SWEPT = 1 << 24  # numbers of 4 bytes: more than caches hold
_COMPARED = 10
"""Names of each list whose masks are compared."""

_UNITS = {"ms": "ms", "us": "us", "ratio": "times"}

_clock = time.process_time
"""What the process computes, with all threads that a library starts, and not what others do."""


@dataclass(frozen=True)
class Sizes:
    """How much is measured. A library that takes more seconds for lists leaves later rounds out."""

    sizes: Sequence[int] = SIZES
    rounds: int = 12
    known: int = 4
    patience: float = 60
    swept: int = _SWEPT


@dataclass
class Times:
    """Microseconds, those of a round under its number.

    `made` is what it took to make something of a list, `new` that with all of one name, `known`
    all of another. `inside` are masks within names, `end` those behind complete ones.
    """

    made: dict[int, float] = field(default_factory=dict)
    new: dict[int, float] = field(default_factory=dict)
    known: dict[tuple[int, int], float] = field(default_factory=dict)
    inside: list[float] = field(default_factory=list)
    end: list[float] = field(default_factory=list)

    @property
    def seconds(self) -> float:
        """What lists took in all."""
        return sum(self.made.values()) / 1e6


@dataclass
class Agreement:
    """Of each mask, whether it admits less than fairlead's, and whether it admits more."""

    narrower: list[bool] = field(default_factory=list)
    wider: list[bool] = field(default_factory=list)

    def figures(self) -> dict[str, Figure]:
        """Return the shares."""
        either = [less or more for less, more in zip(self.narrower, self.wider, strict=True)]
        return {
            "equal": share([not differs for differs in either]),
            "narrower": share(self.narrower),
            "wider": share(self.wider),
        }


Tell = Callable[[str], None]


def compare_masks(
    model: LanguageModel, names: Sequence[str], sizes: Sizes, seed: int, remark: Tell
) -> dict[str, Figure]:
    """Measure the libraries `names` on the vocabulary of `model`."""
    made = {name: _made(model, name) for name in names}
    figures = {f"{n}.vocabulary_ms": exactly(taken, "ms") for n, (_, taken) in made.items()}
    maskers = {name: masker for name, (masker, _) in made.items()}
    agreements = {name: Agreement() for name in names if name != OWN}
    for size in sizes.sizes:
        remark(f"masks: lists of {size}")
        times = _spelled(model, maskers, size, sizes, seed)
        compare(model, maskers, some((), size, (seed, size, 0)), agreements, remark)
        for name in names:
            figures |= {f"{name}.{key}.{size}": f for key, f in _times(times[name], seed).items()}
            if name != OWN:
                found = _ratios(times[name], times[OWN], seed)
                figures |= {f"{name}.{key}.{size}": f for key, f in found.items()}
    for name, agreement in agreements.items():
        figures |= {f"{name}.{key}": figure for key, figure in agreement.figures().items()}
    return {f"masks.{name}": figure for name, figure in figures.items()}


def _made(model: LanguageModel, name: str) -> tuple[Masker, float]:
    MASKERS[name](model)  # imports, and what is made once
    with uncollected():
        start = _clock()
        masker = MASKERS[name](model)
        return masker, 1e3 * (_clock() - start)


def _spelled(
    model: LanguageModel, maskers: Mapping[str, Masker], size: int, sizes: Sizes, seed: int
) -> dict[str, Times]:
    """Write names of `sizes.rounds` lists with each of `maskers`, who take turns to be first."""
    times = {name: Times() for name in maskers}
    order = list(maskers)
    sweeper = np.ones(sizes.swept, np.float32)
    for number in range(sizes.rounds):
        listed = some((), size, (seed, size, number))
        drawn = random.Random(repr((seed, size, number))).sample(listed, min(sizes.known + 1, size))
        written = [model.encode(name) for name in drawn]
        shift = number % len(order)
        for name in order[shift:] + order[:shift]:
            if times[name].seconds < sizes.patience:
                _round(maskers[name], listed, written, times[name], number, sweeper)
    return times


def _round(
    masker: Masker,
    listed: Sequence[str],
    written: Sequence[Sequence[int]],
    times: Times,
    number: int,
    sweeper: NDArray[np.float32],
) -> None:
    with uncollected():
        sweeper.sum()
        start = _clock()
        compiled = masker.compile(listed)
        times.made[number] = 1e6 * (_clock() - start)
        for place, tokens in enumerate(written):
            taken = _name(masker, compiled, tokens, times, lambda: float(sweeper.sum()))
            if taken is None:
                continue
            if place:
                times.known[number, place] = taken
            else:
                times.new[number] = times.made[number] + taken


def _name(
    masker: Masker,
    compiled: object,
    tokens: Sequence[int],
    times: Times,
    sweep: Callable[[], float],
) -> float | None:
    """Return the microseconds for all masks of a name and of its end.

    None where the library does not admit the name in these tokens.
    """
    sweep()
    start = _clock()
    spelling = masker.begin(compiled)
    taken = _clock() - start
    for place in range(len(tokens) + 1):
        sweep()
        start = _clock()
        spelling.mask()
        found = _clock()
        if place < len(tokens) and not spelling.advance(tokens[place]):
            return None
        taken += _clock() - start
        (times.inside if place < len(tokens) else times.end).append(1e6 * (found - start))
    return 1e6 * taken


def _times(times: Times, seed: int) -> dict[str, Figure]:
    return _told(
        {
            "list_ms_p50": ([t / 1e3 for t in times.made.values()], 0.5),
            "new_name_us_p50": (list(times.new.values()), 0.5),
            "known_name_us_p50": (list(times.known.values()), 0.5),
            "mask_us_p50": (times.inside, 0.5),
            "mask_us_p99": (times.inside, 0.99),
            "end_us_p50": (times.end, 0.5),
        },
        seed,
    )


def _ratios(times: Times, own: Times, seed: int) -> dict[str, Figure]:
    """Return the library's time by fairlead's: the medians of the rounds that both took part in."""
    new = [taken / own.new[n] for n, taken in times.new.items() if n in own.new]
    known = [taken / own.known[n] for n, taken in times.known.items() if n in own.known]
    return _told({"new_name_ratio": (new, 0.5), "known_name_ratio": (known, 0.5)}, seed)


def _told(samples: Mapping[str, tuple[list[float], float]], seed: int) -> dict[str, Figure]:
    """Return a quantile of each of `samples`; where there is nothing, nothing."""
    return {
        name: quantile(found, part, _UNITS[name.split("_")[-2 if "_p" in name else -1]], seed)
        for name, (found, part) in samples.items()
        if found
    }


def compare(
    model: LanguageModel,
    maskers: Mapping[str, Masker],
    listed: Sequence[str],
    agreements: Mapping[str, Agreement],
    remark: Tell,
) -> None:
    """Compare masks of some names with fairlead's; `remark` is told where more is admitted."""
    compiled = {name: masker.compile(listed) for name, masker in maskers.items()}
    compared = _compared(model.vocabulary)
    for name in listed[:: max(1, len(listed) // _COMPARED)]:
        spellings = {peer: maskers[peer].begin(made) for peer, made in compiled.items()}
        tokens = model.encode(name)
        for place in range(len(tokens) + 1):
            found = {peer: _masked(spelling) & compared for peer, spelling in spellings.items()}
            for peer in found.keys() - {OWN}:
                more = np.flatnonzero(found[peer] & ~found[OWN])
                agreements[peer].wider.append(bool(len(more)))
                agreements[peer].narrower.append(bool(np.any(found[OWN] & ~found[peer])))
                if len(more):
                    after, token = (_quoted(model, t) for t in (tokens[:place], more[:1].tolist()))
                    remark(f"{peer} admits {token} after {after}")
            if place < len(tokens):
                spellings = {n: s for n, s in spellings.items() if s.advance(tokens[place])}


def _masked(spelling: Spelling) -> Bits:
    spelling.mask()
    return spelling.allowed()


def _compared(vocabulary: Vocabulary) -> Bits:
    """Return the tokens that are compared: of those that end a text, only one."""
    bits = np.ones(len(vocabulary), np.bool_)
    bits[sorted(vocabulary.end)[1:]] = False
    return bits


def _quoted(model: LanguageModel, tokens: Sequence[int]) -> str:
    return repr(model.vocabulary.text(tokens).decode(errors="backslashreplace"))
