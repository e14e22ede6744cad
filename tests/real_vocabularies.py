"""Vocabularies of published models, from the vocabulary files of llama.cpp's own tests."""

from __future__ import annotations

from functools import cache

from fairlead_decoding.backends.gguf_header import read_header
from fairlead_decoding.model import Vocabulary
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
    folder = components.where("vocabularies")
    return read_header(str(folder / f"ggml-vocab-{name}.gguf")).vocabulary()
