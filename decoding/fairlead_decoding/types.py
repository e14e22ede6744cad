"""Values that pass through decoding. Frozen; named by the field's terms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

FinishReason = Literal["stop", "length", "deadline", "cancelled", "dead_end"]
"""Why a text ended: end-of-sequence or a stop rule; `max_new_tokens` or a full context; the
deadline; the caller; or a place where no token is admitted."""


@dataclass(frozen=True)
class GenerationConfig:
    """How to decode.

    `temperature` 0 is greedy. `top_k` 0, `top_p` 1 and `min_p` 0 switch the truncations off; they
    apply in this order. `reweight` corrects what masking token by token does to the distribution
    of whole texts (see `fairlead_decoding.reweighting`); it needs a truncation, whose tokens are
    then all checked. `deadline` is in seconds on the monotonic clock. Raises `ValueError` on
    values outside their range.
    """

    max_new_tokens: int = 64
    temperature: float = 0.0
    top_k: int = 0
    top_p: float = 1.0
    min_p: float = 0.0
    seed: int = 0
    reweight: bool = False
    deadline: float | None = None

    def __post_init__(self) -> None:
        checks = {
            "max_new_tokens must be at least 1": self.max_new_tokens >= 1,
            "temperature must be a number of at least 0": 0 <= self.temperature < float("inf"),
            "top_k must be at least 0": self.top_k >= 0,
            "top_p must be in (0, 1]": 0 < self.top_p <= 1,
            "min_p must be in [0, 1]": 0 <= self.min_p <= 1,
            "seed must be at least 0": self.seed >= 0,
            "reweight needs a temperature above 0 and one of top_k, top_p, min_p": (
                not self.reweight or (self.temperature > 0 and self.truncates)
            ),
        }
        for message, holds in checks.items():
            if not holds:
                raise ValueError(message)

    @property
    def truncates(self) -> bool:
        """Tell whether top-k, top-p or min-p leaves tokens out."""
        return bool(self.top_k) or self.top_p < 1 or self.min_p > 0


@dataclass(frozen=True)
class Prompt:
    """What the model is fed: `tokens`, after which it must first write the bytes of `heal`.

    Healing (guidance's term) takes back the end of the prompt that a tokenizer would have joined
    with what follows, so that the model meets the split it was trained on.
    `format` names the layout, e.g. ``psm`` or ``left-to-right``.
    """

    tokens: tuple[int, ...]
    heal: bytes = b""
    format: str = "left-to-right"


@dataclass(frozen=True)
class Veto:
    """A token that the model preferred and the monitor refused, `offset` bytes into the text.

    `lost` is the probability of all tokens that were found to be refused there.
    """

    offset: int
    token: int
    text: bytes
    lost: float = 0.0


@dataclass(frozen=True)
class Step:
    """What one turn of the decode loop produced.

    `text` holds the new bytes only: those that healing repeats are left out. `length` is that of
    the whole text after the step, in bytes; it may cut off bytes of earlier steps (a stop string
    that spans two tokens). `withdrawn` is how many of the steps before it do not count any more,
    as they led to a dead end. `lost` is the probability of the tokens that are known to be refused
    here, among those that fit the prompt. The last step of a text has a `finish_reason`; it may be
    without a token.
    """

    tokens: tuple[int, ...] = ()
    text: bytes = b""
    length: int = 0
    logprob: float = 0.0
    lost: float = 0.0
    vetoes: tuple[Veto, ...] = ()
    withdrawn: int = 0
    finish_reason: FinishReason | None = None


@dataclass(frozen=True)
class Completion:
    """A finished text.

    `logprob` is the sum of the natural log-probabilities of `tokens` under the model alone,
    unmasked and at temperature 1. `log_weight` is the logarithm of the probability, under the
    sampler, that nothing was refused on the way: exact with ``GenerationConfig.reweight``, else an
    upper bound.
    """

    text: bytes
    tokens: Sequence[int]
    logprob: float
    finish_reason: FinishReason
    vetoes: Sequence[Veto] = ()
    log_weight: float = 0.0
