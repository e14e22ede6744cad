"""Vocabularies of published models, from the vocabulary files of llama.cpp's own tests."""

from __future__ import annotations

from functools import cache

from fairlead_decoding.model import Vocabulary
from fairlead_decoding.vocabulary import Kind, Spelling, build_vocabulary
from tests import components

VOCABULARIES = (
    "qwen2",
    "llama-bpe",
    "starcoder",
    "deepseek-coder",
    "refact",
    "gpt-2",
    "llama-spm",
    "phi-3",
)


@cache
def vocabulary(name: str) -> Vocabulary:
    """Read one of `VOCABULARIES`."""
    from gguf import GGUFReader

    reader = GGUFReader(components.where("vocabularies") / f"ggml-vocab-{name}.gguf")
    spelling: Spelling = _field(reader, "tokenizer.ggml.model")
    kinds = [Kind(number) for number in _field(reader, "tokenizer.ggml.token_type")]
    end = [_field(reader, "tokenizer.ggml.eos_token_id")]
    return build_vocabulary(_field(reader, "tokenizer.ggml.tokens"), kinds, spelling, end)


def _field(reader, key):  # type: ignore[no-untyped-def]
    return reader.fields[key].contents()
