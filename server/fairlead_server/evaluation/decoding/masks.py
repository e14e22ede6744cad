"""What choosing a token takes where only some are allowed: between forward passes, caches cold.

The model has random weights, so what it prefers is hardly ever a member. That is the worst case:
at each step its choice is refused, the allowed tokens are found, and the best of them is taken.
"""

from __future__ import annotations

import random
import tracemalloc
from dataclasses import dataclass, field

import numpy as np

from fairlead_decoding.matcher import Matcher
from fairlead_decoding.model import LanguageModel, Logits, Session
from fairlead_decoding.monitor import Monitor, Unguided
from fairlead_decoding.sampling import Choice, Race, pick
from fairlead_decoding.trie import TokenTrie, trie_of
from fairlead_decoding.types import GenerationConfig
from fairlead_monitors.context import Context
from fairlead_monitors.python.members import MembersMonitor
from fairlead_server.evaluation.decoding.engines import one_list
from fairlead_server.evaluation.decoding.timing import CLOCKS, uncollected
from fairlead_server.evaluation.decoding.words import some

_clock = CLOCKS["cpu"]
_BEFORE = "value = receiver"
_LONGEST_NAME = 12  # tokens; later ones of a name are like those before


@dataclass
class Times:
    """Microseconds that choices took.

    `first` are those at the first dereference of a receiver, `masked` all within names, those
    included, and `free` those where any token may come. `scored` is what it takes, after each of
    them, to tell the token's probability and what was lost.
    """

    first: list[float] = field(default_factory=list)
    masked: list[float] = field(default_factory=list)
    free: list[float] = field(default_factory=list)
    scored: list[float] = field(default_factory=list)


def mask_times(model: LanguageModel, size: int, receivers: int, visits: int, seed: int) -> Times:
    """Visit `receivers` with `size` members each, in random order, and let a name be written."""
    draw, times = random.Random(seed), Times()
    lists = [some((), size, (seed, size, number)) for number in range(receivers)]
    monitors = [MembersMonitor(Context("a.py", _BEFORE, "", one_list(names))) for names in lists]
    session = model.session()
    session.forward(model.encode(_BEFORE))
    length = len(session.tokens)
    with uncollected():
        for number in range(visits):
            session.rollback(length)
            # Another token each time, so that the model wants something else.
            logits = session.forward([draw.randrange(len(model.vocabulary))])
            _choose_freely(model, logits, times)
            new = number < receivers
            monitor = monitors[number if new else draw.randrange(receivers)]
            start = len(times.masked)
            _write_name(model, session, monitor.fork(), times)
            times.first.extend(times.masked[start : start + 1] if new else ())
    session.close()
    return times


def _choose_freely(model: LanguageModel, logits: Logits, times: Times) -> None:
    matcher: Matcher[Monitor] = Matcher(trie_of(model.vocabulary), Unguided())
    _timed(logits, matcher, times.free, times.scored)


def _write_name(model: LanguageModel, session: Session, monitor: Monitor, times: Times) -> None:
    """Write a dot and a name, and what ends it."""
    matcher = Matcher(trie_of(model.vocabulary), monitor)
    (token,) = model.encode(".")
    for _ in range(_LONGEST_NAME):
        matcher.advance(token)
        logits = session.forward([token])
        if matcher.monitor.constraint() is None:
            return
        choice = _timed(logits, matcher, times.masked, times.scored)
        if choice is None:
            return
        token = choice.token


def _timed(
    logits: Logits, matcher: Matcher[Monitor], chosen: list[float], scored: list[float]
) -> Choice | None:
    rng, config = np.random.default_rng(0), GenerationConfig()
    start = _clock()
    race = Race(logits, matcher)
    token = pick(race, config, rng)
    known = _clock()
    chosen.append(1e6 * (known - start))
    if token is None:
        return None
    choice = race.result(token)
    scored.append(1e6 * (_clock() - known))
    return choice


def trie_cost(model: LanguageModel, builds: int) -> tuple[list[float], float]:
    """Return what building the trie takes, in milliseconds each time, and its size in megabytes."""
    taken = []
    for _ in range(builds):
        start = _clock()
        TokenTrie(model.vocabulary)
        taken.append(1e3 * (_clock() - start))
    tracemalloc.start()
    trie = TokenTrie(model.vocabulary)
    size, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    del trie
    return taken, size / 1e6
