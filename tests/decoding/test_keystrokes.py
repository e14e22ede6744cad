"""Typing on re-uses the KV cache of the last prompt."""

from __future__ import annotations

import re

import pytest

from fairlead_decoding.keystrokes import TypedPrompts
from fairlead_decoding.model import Vocabulary
from fairlead_decoding.prompt import Layout
from fairlead_decoding.prompt_cache import PromptCache
from tests.decoding.fakes import BYTES, ScriptedModel

MOST_EVALUATED = 8
PROMPT_TOKENS = 1500
LAYOUTS: tuple[Layout, ...] = ("psm", "spm", "left-to-right")
WORDS = b"self total order price return line count append value import class".split()
TYPED = "        total = self.order.line_count + value\n        return self.price(total)\n"


class WordModel(ScriptedModel):
    """Tokenises words, each with one mark or blank before it, as byte-level BPE does."""

    def __init__(self, context_length: int = 4096) -> None:
        texts = [mark + word for word in WORDS for mark in (b"", b" ", b".", b"_", b"(")]
        blanks = [b" " * n for n in range(2, 17)]
        tokens = (*BYTES.tokens, *texts, *blanks, b"", b"", b"")
        special = dict(
            zip(
                ("<|fim_prefix|>", "<|fim_suffix|>", "<|fim_middle|>"),
                range(len(tokens) - 3, len(tokens)),
                strict=True,
            )
        )
        super().__init__(Vocabulary(tokens, BYTES.end, special), lambda _: {}, context_length)
        self._index = {text: i for i, text in enumerate(tokens) if text}
        longest_first = sorted(self._index, key=len, reverse=True)
        self._longest = re.compile(b"|".join(map(re.escape, longest_first)))

    def encode(self, text: str) -> list[int]:
        return [self._index[piece] for piece in self._longest.findall(text.encode())]


def source(lines: int) -> str:
    return "".join(f"    self.total_{n} = order.price({n})\n" for n in range(lines))


def type_on(
    model: WordModel, layout: Layout, prefix: str, suffix: str, typed: str
) -> tuple[int, list[int]]:
    """Return the size of the first prompt and how many tokens each keystroke evaluated."""
    prompts, cache = TypedPrompts(model), PromptCache(model)
    sizes, evaluated = [], []
    for end in range(len(typed) + 1):
        before = cache.evaluated
        prompt = prompts.build(prefix + typed[:end], suffix, layout=layout, max_new_tokens=64)
        cache.prefill(prompt.tokens)
        sizes.append(len(prompt.tokens))
        evaluated.append(cache.evaluated - before)
        written = model.vocabulary.text(prompt.tokens) + prompt.heal
        assert layout == "psm" or written.endswith((prefix + typed[:end])[-20:].encode())
    cache.close()
    return sizes[0], evaluated[1:]


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_keystroke_evaluates_few_tokens(layout: Layout) -> None:
    size, evaluated = type_on(WordModel(), layout, source(120), source(12), TYPED)
    assert size >= PROMPT_TOKENS
    assert max(evaluated) <= MOST_EVALUATED


@pytest.mark.parametrize("layout", LAYOUTS)
def test_in_a_text_longer_than_the_context_the_window_moves_seldom(layout: Layout) -> None:
    _, evaluated = type_on(WordModel(2048), layout, source(2000), source(50), TYPED * 2)
    assert sum(n > MOST_EVALUATED for n in evaluated) <= 1


def test_the_middle_that_was_typed_is_the_prompts_end() -> None:
    model = WordModel()
    prompts = TypedPrompts(model)
    prompts.build("x = ", "\ny\n", layout="psm", max_new_tokens=8)
    prompt = prompts.build("x = self.to", "\ny\n", layout="psm", max_new_tokens=8)
    assert model.vocabulary.text(prompt.tokens) == b"x =" + b"\ny\n" + b" self"
    assert prompt.heal == b".to"


@pytest.mark.parametrize(
    ("prefix", "suffix"),
    [
        ("x = 1", "\ny\n"),  # not typed on
        ("x = a + b", "\nz\n"),  # another suffix
        ("x = a" + "b" * 300, "\ny\n"),  # too much typed
    ],
)
def test_another_text_is_laid_out_anew(prefix: str, suffix: str) -> None:
    prompts, fresh = TypedPrompts(WordModel()), TypedPrompts(WordModel())
    prompts.build("x = a", "\ny\n", layout="psm", max_new_tokens=8)
    again = prompts.build(prefix, suffix, layout="psm", max_new_tokens=8)
    assert again == fresh.build(prefix, suffix, layout="psm", max_new_tokens=8)


def test_prompts_of_several_documents_are_kept() -> None:
    model = WordModel()
    cache = PromptCache(model, states=2)
    first, second, third = ([n] * 100 for n in (65, 66, 67))
    for prompt in (first, second, first, second):
        cache.prefill(prompt)
    assert cache.evaluated == 100 + 100 + 1 + 1
    cache.prefill(third)
    cache.prefill(second)
    assert cache.evaluated == 302 + 1
    cache.prefill(first)
    assert cache.evaluated == 303 + 100
    cache.close()
    assert model.open_sessions == 0


def test_the_cache_stays_within_its_tokens() -> None:
    cache = PromptCache(WordModel(), states=10, tokens=250)
    for byte in range(65, 75):
        cache.prefill([byte] * 100)
        assert sum(len(s.tokens) for s in cache._sessions) <= 250
    cache.close()
