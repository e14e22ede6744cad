"""Texts that a model is made to write, so that two ways of decoding have the same work to do."""

from __future__ import annotations

import importlib
import inspect
import random
import re
from collections.abc import Sequence
from dataclasses import dataclass

from fairlead_decoding.model import LanguageModel, Logits, Rows, Session
from fairlead_server.evaluation.decoding.words import names

_SOURCES = ("argparse", "configparser", "tarfile", "zipfile", "logging", "shutil")
_DEFINITION = re.compile(r"^(?:def |class )", re.MULTILINE)
_LONG = 14
_PREFERRED = 1000.0


@dataclass(frozen=True)
class Passage:
    """Python code up to a cursor, and how it goes on."""

    before: str
    after: str


def ordinary(count: int, before: int, after: int, seed: int) -> list[Passage]:
    """Return passages of the standard library, of so many characters on each side."""
    draw = random.Random(seed)
    sources = [inspect.getsource(importlib.import_module(name)) for name in _SOURCES]
    found: list[Passage] = []
    while len(found) < count:
        text = draw.choice(sources)
        starts = [m.start() for m in _DEFINITION.finditer(text)]
        start = draw.choice([s for s in starts if s + before + after < len(text)])
        cut = text.index("\n", start + before) + 1
        found.append(Passage(text[start:cut], text[cut : cut + after]))
    return found


def member_heavy(count: int, after: int, seed: int) -> list[Passage]:
    """Return passages that are little but dereferences, of names that are long."""
    draw = random.Random(seed)
    long = [name for name in names() if len(name) >= _LONG]
    found = []
    for _ in range(count):
        pairs = ((draw.choice(long), draw.choice(long)) for _ in range(after // _LONG))
        lines = "".join(f"    left.{one} = right.{other}\n" for one, other in pairs)
        found.append(Passage("def copy(left, right):\n", lines[:after]))
    return found


class Dictation:
    """A text as the tokenizer splits it."""

    def __init__(self, model: LanguageModel, text: str) -> None:
        self._model = model
        self._data = text.encode()
        self._next: dict[int, int] = {}
        place = 0
        for token in model.encode(text):
            self._next[place] = token
            place += len(model.vocabulary.tokens[token])

    def after(self, written: int) -> int:
        """Return the token that comes after so many bytes, also where no token of its own ends."""
        if written not in self._next:
            rest = self._data[written:].decode(errors="replace") or "\n"
            self._next[written] = self._model.encode(rest)[0]
        return self._next[written]


class DictatedSession:
    """A session in which the model, computing as ever, prefers what is dictated.

    `passes` counts the evaluations.
    """

    def __init__(self, inner: Session, dictation: Dictation, sizes: Sequence[int]) -> None:
        """`sizes` is how many bytes each token of the vocabulary writes."""
        self._inner = inner
        self._dictation = dictation
        self._sizes = sizes
        self._start = len(inner.tokens)
        self._written = 0
        self.passes = 0

    @property
    def tokens(self) -> Sequence[int]:
        """The tokens evaluated so far."""
        return self._inner.tokens

    def prefer(self, logits: Logits) -> Logits:
        """Return `logits`, which it changes, with the token that is dictated next on top."""
        logits[self._dictation.after(self._written)] = _PREFERRED
        return logits

    def forward(self, tokens: Sequence[int]) -> Logits:
        """Append `tokens` and return the logits after the last of them."""
        last: Logits = self.forward_rows(tokens)[-1]
        return last

    def forward_rows(self, tokens: Sequence[int]) -> Rows:
        """Append `tokens` and return the logits after each of them."""
        self.passes += 1
        rows = self._inner.forward_rows(tokens)
        for token, row in zip(tokens, rows, strict=True):
            self._written += self._sizes[token]
            self.prefer(row)
        return rows

    def rollback(self, length: int) -> None:
        """Forget all but the first `length` tokens."""
        dropped = self._inner.tokens[max(length, self._start) :]
        self._written -= sum(self._sizes[token] for token in dropped)
        self._inner.rollback(length)

    def fork(self) -> DictatedSession:
        """Return an independent session with the same tokens."""
        copy = DictatedSession(self._inner.fork(), self._dictation, self._sizes)
        copy._start, copy._written = self._start, self._written
        return copy

    def close(self) -> None:
        """Free the cache."""
        self._inner.close()
