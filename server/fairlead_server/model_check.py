"""Whether a model is fit for completion: each check asks it for the real thing."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass

import numpy as np

from fairlead_decoding.complete import Decoder
from fairlead_decoding.model import LanguageModel
from fairlead_decoding.monitor import Unguided
from fairlead_decoding.prompt import Layout, build_prompt, find_fim_tokens, preferred_layout
from fairlead_decoding.sampling import log_probability
from fairlead_decoding.types import GenerationConfig

_SAMPLES = (
    "def area(width, height):\n    return width * height\n",
    'for (int i = 0; i < names.size(); i++) {\n\tSystem.out.println("\\u00e9\\\\n");\n}\n',
    "s = 'naïve — 漢字 🙂'  # not ASCII\n\n\n\tx\n",
)
_PROMPT = "import os\n\n\ndef size_of(path):\n    return os."

# Before the cursor, the name that belongs there, and what follows: only there does the name stand.
_HOLES = (
    (
        "class Cart:\n    def __init__(self):\n        self.",
        "wares",
        " = []\n\n    def count(self):\n        return len(self.wares)\n\n"
        "    def add(self, ware):\n        self.wares.append(ware)\n",
    ),
    (
        "def scale(",
        "lengths",
        ", factor):\n    total = sum(lengths)\n    return [factor * x / total for x in lengths]\n",
    ),
    (
        "public class Point {\n    private int ",
        "abscissa",
        ";\n\n    public int getAbscissa() {\n        return this.abscissa;\n    }\n}\n",
    ),
)


@dataclass(frozen=True)
class Finding:
    """The result of one check: whether it is as it should be, and what was seen."""

    name: str
    good: bool
    seen: str


def check_model(model: LanguageModel) -> Iterator[Finding]:
    """Yield what is found out about a model that was loaded."""
    checks: tuple[Callable[[LanguageModel], Finding], ...] = (
        _tokenises,
        _predicts,
        _completes,
        _fills,
    )
    for check in checks:
        yield check(model)


def _tokenises(model: LanguageModel) -> Finding:
    """Text must come back byte for byte: constraints are in bytes."""
    lost = [s for s in _SAMPLES if model.vocabulary.text(model.encode(s)) != s.encode()]
    seen = f"{len(model.vocabulary):,} tokens; " + (
        f"{lost[0]!r} comes back as {model.vocabulary.text(model.encode(lost[0]))!r}"
        if lost
        else "text comes back byte for byte"
    )
    return Finding("tokenises", not lost, seen)


def _predicts(model: LanguageModel) -> Finding:
    session = model.session()
    try:
        logits = session.forward(model.encode(_PROMPT)).copy()
    finally:
        session.close()
    good = bool(np.isfinite(logits).all()) and float(logits.std()) > 0
    likeliest = model.vocabulary.tokens[int(logits.argmax())].decode(errors="replace")
    return Finding("predicts", good, f"after 'os.' most likely {likeliest!r}" if good else "no")


def _completes(model: LanguageModel) -> Finding:
    """The same twice: with what is cached as without."""
    decoder = Decoder(model)
    prompt = build_prompt(model, _PROMPT, "", layout="left-to-right", max_new_tokens=16)
    try:
        texts = [
            decoder.complete(prompt, Unguided(), GenerationConfig(max_new_tokens=16))[0].text
            for _ in range(2)
        ]
    finally:
        decoder.close()
    good = texts[0] == texts[1] and bool(texts[0])
    return Finding("completes", good, repr(texts[0].decode(errors="replace")))


def _fills(model: LanguageModel) -> Finding:
    """A name that stands only after the cursor must be likelier when that text is shown."""
    name = "fills in the middle"
    if find_fim_tokens(model) is None:
        return Finding(name, False, "has no fill-in-the-middle tokens: completes left to right")
    layout = preferred_layout(model)
    gains = [
        _log_probability(model, before, wanted, after, layout)
        - _log_probability(model, before, wanted, after, "left-to-right")
        for before, wanted, after in _HOLES
    ]
    times = math.exp(sum(gains) / len(gains))
    seen = f"{layout}: names that stand after the cursor are {times:.3g} times as likely"
    return Finding(name, times > 1, seen)


def _log_probability(
    model: LanguageModel, before: str, wanted: str, after: str, layout: Layout
) -> float:
    prompt = build_prompt(model, before, after, layout=layout, max_new_tokens=16)
    tokens = model.encode(prompt.heal.decode() + wanted)
    with closing(model.session()) as session:
        return log_probability(session, session.forward(list(prompt.tokens)), tokens)
