"""What the matcher admits equals brute force: every entry of real vocabularies, tested as bytes."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pytest

from fairlead_decoding.matcher import Matcher
from fairlead_decoding.model import Vocabulary
from fairlead_decoding.trie import trie_of
from fairlead_monitors.context import Context
from fairlead_monitors.python.lexer import IDENTIFIER
from fairlead_monitors.python.members import MembersMonitor
from tests.monitors.engines import EveryReceiver
from tests.real_vocabularies import vocabulary

STATES = 500
PARTS = [
    "get",
    "set",
    "item",
    "name",
    "append",
    "to",
    "is",
    "x",
    "Value",
    "load",
    "y2",
    "größe",
    "名前",
    "é",
    "_private",
    "__init__",
    "TCP",
    "items",
]


@dataclass(frozen=True)
class State:
    """`receiver.` with `typed` of a name, of which the last `healed` bytes are taken back."""

    names: tuple[str, ...]
    typed: str
    healed: bytes

    def matcher(self, of: Vocabulary) -> Matcher[MembersMonitor]:
        context = Context("a.py", f"x = xs.{self.typed}", "", EveryReceiver(self.names))
        return Matcher(trie_of(of), MembersMonitor(context), self.healed)

    def pattern(self) -> re.Pattern[bytes]:
        """What the bytes after the healed ones may be: of one name, or past its end.

        After the end, no dot: behind it another name would have to be looked at.
        """
        ends = rb"[^\x80-\xff\w.]"
        rests = [n.encode()[len(self.typed.encode()) :] for n in self.fitting]
        inside = {rest[:end] for rest in rests for end in range(len(rest) + 1)}
        past = b"|".join(map(re.escape, rests))
        return re.compile(
            b"(?:" + b"|".join(map(re.escape, inside)) + b")|(?:" + past + b")" + ends + rb"[^.]*",
            re.DOTALL,
        )

    @property
    def is_complete(self) -> bool:
        return not self.healed and self.typed in self.names

    @property
    def fitting(self) -> list[str]:
        return [n for n in self.names if n.startswith(self.typed)]


def states(seed: int, of: Vocabulary) -> Iterator[State]:
    """Yield `STATES` states.

    A complete name without anything to heal is decided token by token; those are the slow ones,
    and large vocabularies get fewer of them.
    """
    generator = random.Random(seed)
    slow, most = 0, 3_000_000 // len(of)
    for _ in range(STATES):
        state = _state(generator)
        while slow >= most and state.is_complete:
            state = _state(generator)
        slow += state.is_complete
        yield state


def _state(generator: random.Random) -> State:
    names = {
        "_".join(generator.choices(PARTS, k=generator.choice((1, 1, 2, 3))))
        for _ in range(generator.choice((1, 3, 10, 60)))
    }
    whole = generator.choice(sorted(names))
    typed = whole[: generator.choice((0, 0, 1, len(whole) // 2, len(whole)))]
    end = f".{typed}".encode()
    # Bytes, not characters: a token may hold part of one.
    return State(tuple(sorted(names)), typed, end[len(end) - generator.randint(0, len(end)) :])


def brute_force(state: State, of: Vocabulary) -> set[int]:
    allowed = set()
    matches = state.pattern().fullmatch
    heal = state.healed
    for token, text in enumerate(of.tokens):
        if not text or b"." in text[len(heal) :]:
            continue
        if text.startswith(heal):
            if matches(text[len(heal) :]):
                allowed.add(token)
        elif heal.startswith(text):
            allowed.add(token)
    if not heal and state.typed in state.names:
        allowed |= of.end
    return allowed


def admitted(state: State, of: Vocabulary) -> set[int]:
    matcher = state.matcher(of)
    ids = matcher.allowed()
    candidates = range(len(of)) if ids is None else ids.tolist()
    good = {token for token in candidates if matcher.rejected(token) is None}
    heal = state.healed
    # As in `brute_force`: no token with a further dot.
    return {token for token in good if b"." not in of.tokens[token][len(heal) :]}


@pytest.mark.needs("vocabularies")
@pytest.mark.parametrize(
    "name", ["qwen2", "llama-bpe", "starcoder", "deepseek-coder", "refact", "llama-spm"]
)
def test_what_is_admitted_equals_brute_force(name: str) -> None:
    of = vocabulary(name)
    for state in states(len(name), of):
        assert admitted(state, of) == brute_force(state, of), state


def test_identifier_bytes_are_those_of_python() -> None:
    assert {b for b in range(128) if chr(b).isidentifier() or chr(b).isdigit()} == {
        b for b in IDENTIFIER if b < 128
    }
    assert set(range(128, 256)) < IDENTIFIER


@pytest.mark.needs("vocabularies")
@pytest.mark.parametrize("seed", range(30))
def test_any_order_of_accepting_and_rolling_back_equals_a_fresh_state(seed: int) -> None:
    generator, of = random.Random(seed), vocabulary("starcoder")
    state = _state(generator)
    matcher, accepted = state.matcher(of), list[int]()
    for _ in range(40):
        if accepted and generator.random() < 0.4:
            back = generator.randint(1, len(accepted))
            matcher.rollback(back)
            del accepted[-back:]
        else:
            ids = matcher.allowed()
            pool = ids if ids is not None else np.array(generator.choices(range(len(of)), k=300))
            good = [int(t) for t in pool if of.tokens[t] and matcher.rejected(int(t)) is None]
            if good:
                accepted.append(generator.choice(good))
                matcher.advance(accepted[-1])
        fresh = state.matcher(of)
        for token in accepted:
            fresh.advance(token)
        probes = generator.choices(range(len(of)), k=50)
        assert [matcher.rejected(t) is None for t in probes] == [
            fresh.rejected(t) is None for t in probes
        ]
        assert matcher.heal == fresh.heal
        assert matcher.monitor.evidence() == fresh.monitor.evidence()
