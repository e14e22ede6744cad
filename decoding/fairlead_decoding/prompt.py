"""Prompts: fill-in-the-middle layouts, token healing at the prompt's end, and the token budget."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from fairlead_decoding.background import NO_BACKGROUND, Background
from fairlead_decoding.errors import DecodingError
from fairlead_decoding.model import LanguageModel
from fairlead_decoding.types import Prompt

Layout = Literal["psm", "spm", "left-to-right"]
"""psm and spm are the orders prefix-suffix-middle and suffix-prefix-middle of Bavarian et al.,
"Efficient Training of Language Models to Fill in the Middle", 2022."""


@dataclass(frozen=True)
class FimTokens:
    """The ids of the control tokens that mark the parts of a fill-in-the-middle prompt.

    Without a `middle`, the suffix comes first and the middle goes on where the prefix ends.
    """

    prefix: int
    suffix: int
    middle: int | None


# Control token names by model family: prefix, suffix, middle.
_NAMES: tuple[tuple[str, str, str], ...] = (
    ("<|fim_prefix|>", "<|fim_suffix|>", "<|fim_middle|>"),  # Qwen2.5-Coder, CodeGemma, fairlead
    ("<fim_prefix>", "<fim_suffix>", "<fim_middle>"),  # StarCoder, StarCoder2, Granite Code
    ("<fim-prefix>", "<fim-suffix>", "<fim-middle>"),  # SantaCoder
    ("▁<PRE>", "▁<SUF>", "▁<MID>"),  # CodeLlama
    ("<PRE>", "<SUF>", "<MID>"),
    ("<｜fim▁begin｜>", "<｜fim▁hole｜>", "<｜fim▁end｜>"),  # noqa: RUF001  DeepSeek-Coder
)
_SUFFIX_FIRST = ("[PREFIX]", "[SUFFIX]")  # Codestral
_KEYS = tuple(f"tokenizer.ggml.fim_{part}_token_id" for part in ("pre", "suf", "mid"))

# What a tokenizer may have joined with the next word: blanks, or a word with one mark before it,
# or a run of marks.
_TAIL = re.compile(r"(?:[^\S\r\n]+|[^\w\r\n]?\w+|[^\w\s]+)\Z")
_LONGEST_TAIL = 64


def find_fim_tokens(model: LanguageModel) -> FimTokens | None:
    """Return the model's fill-in-the-middle tokens, from its metadata or their names."""
    if ids := _from_metadata(model.metadata, len(model.vocabulary)):
        return ids
    special: Mapping[str, int] = model.vocabulary.special
    for names in _NAMES:
        if all(name in special for name in names):
            return FimTokens(*(special[name] for name in names))
    prefix, suffix = (special.get(name) for name in _SUFFIX_FIRST)
    return None if prefix is None or suffix is None else FimTokens(prefix, suffix, None)


def _from_metadata(metadata: Mapping[str, str], size: int) -> FimTokens | None:
    ids = [int(value) for key in _KEYS if (value := metadata.get(key, "")).isdigit()]
    if len(ids) < len(_KEYS) or max(ids) >= size:
        return None
    return FimTokens(ids[0], ids[1], ids[2])


def build_prompt(
    model: LanguageModel,
    prefix: str,
    suffix: str,
    *,
    layout: Layout,
    max_new_tokens: int,
    background: Background = NO_BACKGROUND,
) -> Prompt:
    """Lay out a prompt that leaves room for `max_new_tokens` in the model's context.

    `background` comes first and is never cut. What does not fit is cut from the far ends of prefix
    and suffix. Without fill-in-the-middle tokens, or with an empty `suffix`, the layout is
    left-to-right.
    Raises `DecodingError` when the context cannot hold `background` and `max_new_tokens`.
    """
    budget = model.context_length - max_new_tokens - 8 - len(background)
    if budget < 16:
        raise DecodingError(
            f"max_new_tokens {max_new_tokens} leaves no room for a prompt in the context of "
            f"{model.context_length} tokens of {model.name}; ask for fewer"
        )
    head, heal = split_tail(prefix)
    fim = find_fim_tokens(model)
    if layout == "left-to-right" or fim is None or not suffix.strip():
        own = _last(model, head, budget)
        tokens = (*background.before, *background.inside, *own) or tuple(_start(model))
        return Prompt(tokens, heal.encode(), "left-to-right")
    after = _first(model, suffix, budget // 4)
    before = (*background.inside, *_last(model, head, budget - len(after)))
    if fim.middle is None:
        layout, parts = "spm", [fim.suffix, *after, fim.prefix, *before]
    elif layout == "psm":
        parts = [fim.prefix, *before, fim.suffix, *after, fim.middle]
    else:
        parts = [fim.prefix, fim.suffix, *after, fim.middle, *before]
    return Prompt((*background.before, *parts), heal.encode(), layout)


def split_tail(prefix: str) -> tuple[str, str]:
    """Split `prefix` before what the next token may be joined with: ``("x = a", ".app")``."""
    found = _TAIL.search(prefix, max(0, len(prefix) - _LONGEST_TAIL - 1))
    if found is None or len(found[0]) > _LONGEST_TAIL:
        return prefix, ""
    return prefix[: found.start()], found[0]


def _start(model: LanguageModel) -> list[int]:
    """Return the one token that an empty prompt consists of: a document boundary."""
    return [min(model.vocabulary.end)] if model.vocabulary.end else model.encode("\n")


def _last(model: LanguageModel, text: str, budget: int) -> list[int]:
    """Tokenise the end of `text` that fits `budget`, from the start of a line.

    What is left out grows in large steps, so that text which grows at its end mostly keeps its
    beginning, and with it the KV cache of the prompt.
    """
    # No code vocabulary averages 12 characters a token.
    start = _line_from(text, _up(len(text) - budget * 12, budget), budget)
    tokens = model.encode(text[start:])
    while len(tokens) > budget:
        excess = (len(text) - start) * (len(tokens) - budget) // len(tokens)
        start = _line_from(text, _up(start + max(1, excess), budget), budget)
        if start >= len(text):
            return tokens[-budget:]  # One line that is longer than the budget.
        tokens = model.encode(text[start:])
    return tokens


def _up(number: int, step: int) -> int:
    """Return the least multiple of `step` that is not under `number`, at least 0."""
    return max(0, -(-number // step) * step)


def _line_from(text: str, offset: int, reach: int) -> int:
    """Return the line start next after `offset`, or `offset` if none is within `reach`."""
    if offset == 0:
        return 0
    return text.find("\n", offset, offset + reach) + 1 or offset


def _first(model: LanguageModel, text: str, budget: int) -> list[int]:
    return model.encode(text[: budget * 12])[:budget]


# Models by ``general.name`` that do better in another layout than the one most were trained on.
_LAYOUTS: Mapping[str, Layout] = {
    # Its card: psm was not learnt.
    "bootstrap-code": "spm",
}


# Where a file states the layout itself, as those that fairlead exports do.
_LAYOUT_KEY = "fairlead.prompt_layout"
_STATED: Mapping[str, Layout] = {"psm": "psm", "spm": "spm", "left-to-right": "left-to-right"}


def preferred_layout(model: LanguageModel) -> Layout:
    """Return the layout in which the model completes best, as far as is known."""
    stated = _STATED.get(model.metadata.get(_LAYOUT_KEY, ""))
    return stated or _LAYOUTS.get(model.metadata.get("general.name", ""), "psm")
