"""What need not be evaluated: prompts while typing, and names that cannot win."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fairlead_decoding.keystrokes import TypedPrompts
from fairlead_decoding.model import LanguageModel
from fairlead_decoding.prompt import preferred_layout, split_tail
from fairlead_decoding.prompt_cache import PromptCache
from fairlead_decoding.ranking import exhaustive, rank
from fairlead_server.evaluation.decoding.texts import Passage
from fairlead_server.evaluation.decoding.timing import Clock, interleaved
from fairlead_server.evaluation.decoding.words import members, some

_MAX_NEW_TOKENS = 64
_TOP = 5

_PLACES = (
    ("ast", "import ast\n\ntree = ast.parse(source)\nfor node in ast."),
    ("argparse:ArgumentParser", "parser = argparse.ArgumentParser()\nparser."),
    ("asyncio", "import asyncio\n\n\nasync def main():\n    await asyncio."),
    ("builtins:str", "def clean(text: str) -> list[str]:\n    return text."),
    ("builtins:list", "items = []\nfor line in lines:\n    items."),
    ("logging:Logger", "logger = logging.getLogger(__name__)\n\n\ndef fail():\n    logger."),
    ("os", "import os\n\n\ndef files(folder):\n    for name in os."),
    ("pathlib:Path", "def load(path: Path) -> str:\n    if not path."),
    ("subprocess", "import subprocess\n\nprocess = subprocess."),
    (
        "unittest:TestCase",
        "class Test(unittest.TestCase):\n    def test_it(self):\n        self.",
    ),
)
"""Where members come from, and what stands before them."""


@dataclass(frozen=True)
class Keystrokes:
    """Tokens of each prompt, and how many of them were evaluated, from the second prompt on."""

    tokens: list[int]
    evaluated: list[int]


def type_passage(model: LanguageModel, passage: Passage, suffix: str, count: int) -> Keystrokes:
    """Type `count` characters of a passage, with a completion asked for after each."""
    prompts, cache = TypedPrompts(model), PromptCache(model)
    layout, found = preferred_layout(model), Keystrokes([], [])
    try:
        for end in range(count + 1):
            before = cache.evaluated
            prompt = prompts.build(
                passage.before + passage.after[:end],
                suffix,
                layout=layout,
                max_new_tokens=_MAX_NEW_TOKENS,
            )
            cache.prefill(prompt.tokens)
            if end:
                found.tokens.append(len(prompt.tokens))
                found.evaluated.append(cache.evaluated - before)
    finally:
        cache.close()
    return found


@dataclass(frozen=True)
class Ranked:
    """Tokens that scoring every name evaluates, those that ranking does, and its gain in time."""

    exhaustive: int
    ranked: int
    gain: float


def rank_names(
    model: LanguageModel, size: int, count: int, clock: Clock, seed: int
) -> list[Ranked]:
    """Find the best of `size` names, at `count` places."""
    found = []
    for number in range(count):
        owner, text = _PLACES[number % len(_PLACES)]
        names = [name.encode() for name in some(members(owner), size, (seed, number))]
        found.append(_rank(model, text, names, clock))
    return found


def _rank(model: LanguageModel, text: str, names: Sequence[bytes], clock: Clock) -> Ranked:
    head, tail = split_tail(text)
    heal, session = tail.encode(), model.session()
    logits = session.forward(model.encode(head)).copy()
    evaluated: list[int] = []

    def best_names(_: int) -> float:
        start = clock()
        evaluated.append(rank(model, session, logits, names, heal=heal, k=_TOP).evaluated)
        return clock() - start

    def all_names(_: int) -> float:
        start = clock()
        exhaustive(model, session, logits, names, heal)
        return clock() - start

    try:
        ((fast, slow),) = interleaved([best_names, all_names], 1)
    finally:
        session.close()
    total = sum(len(model.encode((heal + name).decode())) for name in names)
    return Ranked(total, evaluated[0], slow / fast)
