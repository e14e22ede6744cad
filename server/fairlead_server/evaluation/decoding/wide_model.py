"""A model with random weights and a vocabulary as large as those of current models.

What a step costs beside the model depends on the vocabulary, not on the weights; and a forward pass
over weights that fit no cache leaves the caches as cold as they are in use.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from fairlead_decoding.backends.gguf_header import read_header
from fairlead_decoding.vocabulary import Kind, token_bytes
from fairlead_server.errors import UserError
from fairlead_server.evaluation.decoding.words import names

VOCABULARY_SIZE = 151_936
"""That of Qwen2."""

_END = "<|endoftext|>"
_MARKS = (" ", ".", "_", "(", "", " (", "[", "\n", " _")
_PART = re.compile(r"[A-Z]?[a-z]+|[A-Z]+|\d+")
_BLOCK = 32  # elements that share a scale in Q8_0


@dataclass(frozen=True)
class Shape:
    """How large the model is; `width` counts for each token, and is a multiple of 64."""

    width: int
    layers: int
    context: int = 1024

    @property
    def hidden(self) -> int:
        """The width of the feed-forward layers."""
        return 3 * self.width


def write_wide_model(path: Path, shape: Shape, vocabulary: Path | None, seed: int) -> None:
    """Write a GGUF file with the tokenizer of the GGUF file `vocabulary`, or with a made-up one.

    Raises `UserError` without the gguf package.
    """
    try:
        from gguf import GGUFWriter
    except ImportError as error:
        raise UserError(
            f"gguf cannot be imported ({error}): pip install 'fairlead[eval]'"
        ) from error
    writer = GGUFWriter(path, "llama")
    writer.add_context_length(shape.context)
    writer.add_embedding_length(shape.width)
    writer.add_block_count(shape.layers)
    writer.add_feed_forward_length(shape.hidden)
    writer.add_head_count(shape.width // 64)
    writer.add_head_count_kv(shape.width // 64)
    writer.add_layer_norm_rms_eps(1e-5)
    size = _add_tokenizer(writer, vocabulary)
    writer.add_vocab_size(size)
    for name, tensor in _weights(shape, size, np.random.default_rng(seed)):
        _add_tensor(writer, name, tensor)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def _weights(shape: Shape, vocabulary: int, rng: np.random.Generator) -> Iterator[tuple[str, Any]]:
    """Yield the tensors by name: matrices as the bytes of Q8_0, vectors as float32."""
    width, hidden = shape.width, shape.hidden
    # Without an output matrix of its own the model writes by that of the embeddings.
    yield "token_embd.weight", _matrix(vocabulary, width, rng)
    yield "output_norm.weight", np.ones(width, np.float32)
    sizes = {f"attn_{part}": (width, width) for part in ("q", "k", "v", "output")}
    sizes |= {"ffn_gate": (hidden, width), "ffn_up": (hidden, width), "ffn_down": (width, hidden)}
    for layer in range(shape.layers):
        for name, size in sizes.items():
            yield f"blk.{layer}.{name}.weight", _matrix(*size, rng)
        for name in ("attn_norm", "ffn_norm"):
            yield f"blk.{layer}.{name}.weight", np.ones(width, np.float32)


def _matrix(rows: int, columns: int, rng: np.random.Generator) -> Any:
    """Return random weights of variance 1 / `columns`, as Q8_0 lays them out.

    A block is a scale, as float16, and so many signed bytes.
    """
    count = columns // _BLOCK
    blocks = np.empty((rows, count, 2 + _BLOCK), np.uint8)
    scale = np.array([np.sqrt(3 / columns) / 127], np.float16)
    blocks[:, :, :2] = scale.view(np.uint8)
    blocks[:, :, 2:] = rng.integers(-127, 128, (rows, count, _BLOCK), np.int8).view(np.uint8)
    return blocks.reshape(rows, -1)


def _add_tensor(writer: Any, name: str, tensor: Any) -> None:
    from gguf import GGMLQuantizationType

    kind = GGMLQuantizationType.Q8_0 if tensor.dtype == np.uint8 else None
    writer.add_tensor(name, tensor, raw_dtype=kind)


def _add_tokenizer(writer: Any, vocabulary: Path | None) -> int:
    """Add the pairs that describe a tokenizer; return how many tokens it has."""
    values = read_header(str(vocabulary)).values if vocabulary else None
    stated = values or made_up_tokenizer(VOCABULARY_SIZE)
    for key in ("model", "pre"):
        writer.add_string(f"tokenizer.ggml.{key}", stated[f"tokenizer.ggml.{key}"])
    for key in ("tokens", "merges", "token_type"):
        writer.add_array(f"tokenizer.ggml.{key}", list(stated[f"tokenizer.ggml.{key}"]))
    writer.add_eos_token_id(stated["tokenizer.ggml.eos_token_id"])
    return len(stated["tokenizer.ggml.tokens"])


def made_up_tokenizer(size: int) -> Mapping[str, Any]:
    """Return a byte-level BPE of words from the standard library, under GGUF's keys.

    Each word is there with the marks that stand before words in code, and so is each of its
    beginnings, which are what it is merged from.
    """
    spelled = _spelled_bytes()
    first = [*spelled.values(), _END]
    merges: dict[str, str] = {}
    for word in _words():
        text = "".join(spelled[byte] for byte in word.encode())
        for end in range(2, len(text) + 1):
            merges.setdefault(text[:end], f"{text[: end - 1]} {text[end - 1]}")
        if len(merges) >= size - len(first):
            break
    # The beginning of a word stands before the word, also where the words are cut off.
    made = sorted(islice(merges, size - len(first)), key=len)
    kinds = [*[Kind.NORMAL] * len(spelled), Kind.CONTROL, *[Kind.NORMAL] * len(made)]
    return {
        "tokenizer.ggml.model": "gpt2",
        "tokenizer.ggml.pre": "qwen2",
        "tokenizer.ggml.tokens": [*first, *made],
        "tokenizer.ggml.merges": [merges[text] for text in made],
        "tokenizer.ggml.token_type": [int(kind) for kind in kinds],
        "tokenizer.ggml.eos_token_id": len(spelled),
    }


def _spelled_bytes() -> dict[int, str]:
    """Return the character that stands for each byte in a byte-level vocabulary."""
    spelled = {}
    for character in map(chr, range(0x21, 0x144)):
        data = token_bytes(character, Kind.NORMAL, "gpt2")
        if len(data) == 1:
            spelled[data[0]] = character
    return dict(sorted(spelled.items()))


def _words() -> Iterator[str]:
    """Yield words as code has them, the likeliest first: parts of names, names, pairs of parts."""
    parts = sorted({part for name in names() for part in _PART.findall(name)})
    for mark in _MARKS:
        yield from (mark + part for part in parts)
    for mark in ("", ".", " "):
        yield from (mark + name for name in names())
    yield from (f"{a}{b.capitalize()}" for a in parts for b in parts)
