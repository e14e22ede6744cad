"""A language model without weights: its logits are a function of the text so far."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from fairlead_decoding.errors import ModelError
from fairlead_decoding.model import Logits, Rows, Session, Vocabulary

END = 256
BYTES = Vocabulary((*(bytes([b]) for b in range(256)), b""), frozenset({END}))
"""A byte tokenizer: one token per byte, and an end."""


def words(*texts: str) -> Vocabulary:
    """All bytes, the end, and the given texts as further tokens."""
    return Vocabulary((*BYTES.tokens, *(text.encode() for text in texts)), BYTES.end)


class ScriptedModel:
    """`script(text)` returns a score per token; unnamed tokens score 0."""

    name = "scripted"

    def __init__(
        self,
        vocabulary: Vocabulary,
        script: Callable[[bytes], Mapping[int, float] | Logits],
        context_length: int = 4096,
        metadata: Mapping[str, str] | None = None,
    ) -> None:
        self.vocabulary = vocabulary
        self.context_length = context_length
        self.metadata = metadata or {}
        self.script = script
        self.evaluated = 0
        self.calls = 0
        self.open_sessions = 0

    def encode(self, text: str) -> list[int]:
        return list(text.encode())

    def session(self) -> ScriptedSession:
        return ScriptedSession(self, [])

    def forward_many(self, items: Sequence[tuple[Session, Sequence[int]]]) -> list[Logits]:
        return [session.forward(tokens) for session, tokens in items]

    def close(self) -> None:
        assert self.open_sessions == 0


class ScriptedSession:
    def __init__(self, model: ScriptedModel, tokens: Sequence[int]) -> None:
        self._model = model
        self.tokens = list(tokens)
        model.open_sessions += 1

    def forward(self, tokens: Sequence[int]) -> Logits:
        assert tokens, "forward needs a token"
        self._require_room(len(tokens))
        self._model.calls += 1
        self.tokens.extend(tokens)
        self._model.evaluated += len(tokens)
        scores = self._model.script(self._model.vocabulary.text(self.tokens))
        if isinstance(scores, np.ndarray):
            return scores
        logits = np.zeros(len(self._model.vocabulary), dtype=np.float32)
        for token, score in scores.items():
            logits[token] = score
        return logits

    def forward_rows(self, tokens: Sequence[int]) -> Rows:
        self._require_room(len(tokens))
        rows = np.stack([self.forward([token]) for token in tokens])
        self._model.calls -= len(tokens) - 1
        return rows

    def _require_room(self, added: int) -> None:
        if len(self.tokens) + added > self._model.context_length:
            raise ModelError("the context is full")

    def rollback(self, length: int) -> None:
        del self.tokens[length:]

    def fork(self) -> ScriptedSession:
        return ScriptedSession(self._model, self.tokens)

    def close(self) -> None:
        self._model.open_sessions -= 1


def writes(target: str, vocabulary: Vocabulary = BYTES, after: str = "") -> ScriptedModel:
    """A model that wants to go on with `target` after `after`, then to end.

    Where guidance leads it elsewhere, it wants to end.
    """
    whole = (after + target).encode()

    def script(text: bytes) -> Mapping[int, float]:
        rest = whole[len(text) :] if whole.startswith(text) else b""
        fitting = [i for i, t in enumerate(vocabulary.tokens) if t and rest.startswith(t)]
        scores = {i: 10.0 + len(vocabulary.tokens[i]) for i in fitting}
        return scores or {min(vocabulary.end): 10.0}

    return ScriptedModel(vocabulary, script)


class OneOf:
    """A monitor for tests: the text must be one of `texts`."""

    def __init__(self, *texts: str) -> None:
        self.texts = frozenset(text.encode() for text in texts)
        self.text = b""

    def constraint(self) -> OneOfConstraint:
        return OneOfConstraint(self.texts, self.text)

    def pending(self) -> bool:
        return False

    def admitted(self, data: bytes) -> int:
        good = 0
        while good < len(data) and any(
            text.startswith(self.text + data[: good + 1]) for text in self.texts
        ):
            good += 1
        return good

    def may_end(self) -> bool:
        return self.text in self.texts

    def advance(self, data: bytes) -> None:
        assert self.admitted(data) == len(data)
        self.text += data

    def fork(self) -> OneOf:
        copy = OneOf()
        copy.texts, copy.text = self.texts, self.text
        return copy


class OneOfConstraint:
    continues = frozenset(range(256))

    def __init__(self, names: frozenset[bytes], typed: bytes) -> None:
        self.names = names
        self.typed = typed


def reading(before: str, lines: Mapping[str, float]) -> ScriptedModel:
    """Return a model that reads `lines` after `before`, with these logarithms of likelihood."""

    def script(text: bytes) -> Mapping[int, float]:
        begun = text.decode().split(before)[-1]
        scores: dict[int, float] = {}
        for line, likelihood in lines.items():
            if line.startswith(begun) and line != begun:
                token = ord(line[len(begun)])
                mass = math.exp(likelihood) + math.exp(scores.get(token, -math.inf))
                scores[token] = math.log(mass)
        # Whatever is not in a line is as good as impossible.
        return {token: 40.0 + score for token, score in scores.items()} or {min(BYTES.end): 40.0}

    return ScriptedModel(BYTES, script)
