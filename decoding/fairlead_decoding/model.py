"""The seam to a language model: what decoding needs of one, and nothing else.

A backend offers a `LanguageModel`. All state lives in a `Session`, one sequence of tokens with its
KV cache; sessions fork cheaply, so several samples share the cache of one prompt.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol, TypeAlias

# Takes long to import, and a front end that only names a model does without.
if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Logits: TypeAlias = "NDArray[np.float32]"
"""Shape (vocabulary size,), float32, unnormalised."""

Rows: TypeAlias = "NDArray[np.float32]"
"""Logits after each of several tokens, shape (number of tokens, vocabulary size)."""


@dataclass(frozen=True, eq=False)
class Vocabulary:
    """What each token id writes, in bytes.

    `tokens[id]` is empty for ids that write nothing: control tokens, unused and padding ids.
    `end` holds the ids that end a text; `special` maps the names of control tokens to their ids.
    """

    tokens: tuple[bytes, ...]
    end: frozenset[int]
    special: Mapping[str, int] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.tokens)

    def text(self, ids: Sequence[int]) -> bytes:
        """Return the bytes that `ids` write, one after another."""
        return b"".join(self.tokens[i] for i in ids)


class Session(Protocol):
    """One token sequence and its KV cache."""

    @property
    def tokens(self) -> Sequence[int]:
        """The tokens evaluated so far."""

    def forward(self, tokens: Sequence[int]) -> Logits:
        """Append `tokens` (at least one) and return the logits after the last of them.

        The array may be a view that the next `forward` on the same model overwrites.
        Raises `ModelError` when the context is full.
        """

    def forward_rows(self, tokens: Sequence[int]) -> Rows:
        """Append `tokens` as `forward` does, and return the logits after each of them.

        Meant for few tokens: a row is as long as the vocabulary.
        """

    def rollback(self, length: int) -> None:
        """Forget all but the first `length` tokens."""

    def fork(self) -> Session:
        """Return an independent session with the same tokens, sharing the cache where it can."""

    def close(self) -> None:
        """Free the cache; the session is not used again."""


class LanguageModel(Protocol):
    """A causal language model with its tokenizer."""

    @property
    def name(self) -> str:
        """What to call the model in messages."""

    @property
    def vocabulary(self) -> Vocabulary:
        """The bytes of every token."""

    @property
    def context_length(self) -> int:
        """How many tokens one session holds."""

    @property
    def metadata(self) -> Mapping[str, str]:
        """Facts the model file states about itself, e.g. ``general.architecture``."""

    def encode(self, text: str) -> list[int]:
        """Tokenise `text` as plain text, control tokens neither parsed nor added."""

    def session(self) -> Session:
        """Return an empty session."""

    def forward_many(self, items: Sequence[tuple[Session, Sequence[int]]]) -> list[Logits]:
        """Append tokens to several sessions of this model, each named once, and return the logits.

        Equal to `Session.forward` on one after the other, and faster where the backend evaluates
        them together. The arrays may be views that the next evaluation on the model overwrites.
        Raises `ModelError` as `forward` does; then how far each session came is not said.
        """

    def close(self) -> None:
        """Free the model."""
