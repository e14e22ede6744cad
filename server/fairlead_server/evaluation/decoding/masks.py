"""What choosing a token takes where only some are allowed: between forward passes, caches cold.

The model has random weights, so what it prefers is hardly ever a member. That is the worst case:
at each step its choice is refused, the allowed tokens are found, and the best of them is taken.
"""

from __future__ import annotations

import random
import time
import tracemalloc
from dataclasses import dataclass, field

import numpy as np

from fairlead_decoding.matcher import Matcher
from fairlead_decoding.model import LanguageModel, Logits
from fairlead_decoding.monitor import Monitor, Unguided
from fairlead_decoding.sampling import Choice, choose
from fairlead_decoding.trie import TokenTrie, trie_of
from fairlead_decoding.types import GenerationConfig
from fairlead_monitors.context import Context
from fairlead_monitors.python.members import MembersMonitor
from fairlead_server.evaluation.decoding.engines import one_list
from fairlead_server.evaluation.decoding.timing import uncollected
from fairlead_server.evaluation.decoding.words import some

_BEFORE = "value = receiver"
_LONGEST_NAME = 12  # tokens; later ones of a name are like those before


@dataclass
class Times:
    """Microseconds that choices took.

    `first` are those at the first dereference of a receiver, `masked` all within names, those
    included, and `free` those where any token may come.
    """

    first: list[float] = field(default_factory=list)
    masked: list[float] = field(default_factory=list)
    free: list[float] = field(default_factory=list)


def mask_times(model: LanguageModel, size: int, receivers: int, visits: int, seed: int) -> Times:
    """Visit `receivers` with `size` members each, in random order, and let a name be written."""
    draw, times = random.Random(seed), Times()
    lists = [some((), size, (seed, size, number)) for number in range(receivers)]
    monitors = [MembersMonitor(Context("a.py", _BEFORE, "", one_list(names))) for names in lists]
    session, (dot,) = model.session(), model.encode(".")
    session.forward(model.encode(_BEFORE))
    start = len(session.tokens)
    matcher: Matcher[Monitor]
    with uncollected():
        for number in range(visits):
            session.rollback(start)
            # Another token each time, so that the model wants something else.
            logits = session.forward([draw.randrange(len(model.vocabulary))])
            matcher = Matcher(trie_of(model.vocabulary), Unguided())
            _timed(logits, matcher, times.free)
            seen = number >= receivers
            monitor = monitors[draw.randrange(receivers) if seen else number]
            matcher = Matcher(trie_of(model.vocabulary), monitor.fork())
            matcher.advance(dot)
            logits = session.forward([dot])
            for _ in range(_LONGEST_NAME):
                choice = _timed(logits, matcher, times.masked)
                if not seen:
                    times.first.append(times.masked[-1])
                    seen = True
                if choice is None:
                    break
                matcher.advance(choice.token)
                logits = session.forward([choice.token])
                if matcher.monitor.constraint() is None:
                    break
    session.close()
    return times


def _timed(logits: Logits, matcher: Matcher[Monitor], into: list[float]) -> Choice | None:
    rng, config = np.random.default_rng(0), GenerationConfig()
    start = time.thread_time()
    choice = choose(logits, matcher, config, rng)
    into.append(1e6 * (time.thread_time() - start))
    return choice


def trie_cost(model: LanguageModel, builds: int) -> tuple[list[float], float]:
    """Return what building the trie takes, in milliseconds each time, and its size in megabytes."""
    taken = []
    for _ in range(builds):
        start = time.thread_time()
        TokenTrie(model.vocabulary)
        taken.append(1e3 * (time.thread_time() - start))
    tracemalloc.start()
    trie = TokenTrie(model.vocabulary)
    size, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    del trie
    return taken, size / 1e6
