"""Prompts for a text that is being typed: each keystroke re-uses the last prompt.

In the psm layout the suffix follows the prefix, so one more character would change everything
after it. Characters typed since the last prompt are therefore taken for the start of the middle,
which the model would have written in their place. The other layouts end with the prefix and need
no such care.
"""

from __future__ import annotations

from dataclasses import dataclass

from fairlead_decoding.background import NO_BACKGROUND, Background
from fairlead_decoding.model import LanguageModel
from fairlead_decoding.prompt import Layout, build_prompt, split_tail
from fairlead_decoding.types import Prompt

LONGEST_MIDDLE = 256
"""Characters of typed middle after which the prompt is laid out anew."""


@dataclass(frozen=True)
class _Last:
    prefix: str
    suffix: str
    head: int
    max_new_tokens: int
    background: Background
    prompt: Prompt


class TypedPrompts:
    """Lays out the prompts of one place in one document, one after another."""

    def __init__(self, model: LanguageModel) -> None:
        self._model = model
        self._last: _Last | None = None

    def build(
        self,
        prefix: str,
        suffix: str,
        *,
        layout: Layout,
        max_new_tokens: int,
        background: Background = NO_BACKGROUND,
    ) -> Prompt:
        """Lay out a prompt as `build_prompt` does, continuing the last one where that is possible.

        Raises `DecodingError` when the context cannot hold `background` and `max_new_tokens`.
        """
        last, same = self._last, (layout, suffix, max_new_tokens, background)
        if last is not None and self._continues(last, prefix, same):
            return self._typed_on(last, prefix)
        prompt = build_prompt(
            self._model,
            prefix,
            suffix,
            layout=layout,
            max_new_tokens=max_new_tokens,
            background=background,
        )
        head = len(prefix) - len(prompt.heal.decode())
        self._last = _Last(prefix, suffix, head, max_new_tokens, background, prompt)
        return prompt

    def _continues(
        self, last: _Last, prefix: str, same: tuple[Layout, str, int, Background]
    ) -> bool:
        return (
            last.prompt.format == "psm"
            and same == ("psm", last.suffix, last.max_new_tokens, last.background)
            and prefix.startswith(last.prefix[: last.head])
            and len(prefix) - last.head <= LONGEST_MIDDLE
            and len(last.prompt.tokens) + LONGEST_MIDDLE + last.max_new_tokens
            < self._model.context_length
        )

    def _typed_on(self, last: _Last, prefix: str) -> Prompt:
        typed = prefix[last.head :]
        settled, heal = split_tail(typed)
        tokens = (
            (*last.prompt.tokens, *self._model.encode(settled)) if settled else (last.prompt.tokens)
        )
        return Prompt(tokens, heal.encode(), "psm")
