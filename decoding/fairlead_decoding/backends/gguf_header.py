"""The head of a GGUF file: its key/value pairs, read without a model library.

Both backends read it first. It gives them the same metadata, and it turns a damaged file into an
error where a library would end the process. Layout after the GGUF specification, versions 2 and 3.
"""

from __future__ import annotations

import math
import mmap
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..model import Vocabulary
from ..vocabulary import Kind, Spelling, build_vocabulary
from .model_file import cannot_load, require_gguf

_SCALARS = {
    0: "B",
    1: "b",
    2: "H",
    3: "h",
    4: "I",
    5: "i",
    6: "f",
    7: "?",
    10: "Q",
    11: "q",
    12: "d",
}
_STRING, _ARRAY = 8, 9
_LONGEST_ARRAY = 1 << 24
_ALIGNMENT = 32
_MOST_LAYERS = 512
_END_KEYS = ("eos", "eot", "eom", "fim_pad", "fim_rep", "fim_sep")


@dataclass(frozen=True)
class GgufHeader:
    """The key/value pairs of a GGUF file, arrays as tuples."""

    values: Mapping[str, Any]

    def metadata(self) -> dict[str, str]:
        """Return the pairs that are no arrays, as text; booleans are ``true`` or ``false``."""
        return {key: _text(v) for key, v in self.values.items() if not isinstance(v, tuple)}

    def spelling(self) -> Spelling:
        """Return how the file spells its tokens. Raises `ValueError` for a way unknown here."""
        model = self.values.get("tokenizer.ggml.model")
        if model == "gpt2" or model == "llama":
            return "gpt2" if model == "gpt2" else "llama"
        raise ValueError(f"tokenizer kind {model!r} is not supported")

    def vocabulary(self) -> Vocabulary:
        """Return the vocabulary that the file lists."""
        texts = self.values["tokenizer.ggml.tokens"]
        kinds = self.values.get("tokenizer.ggml.token_type") or (Kind.NORMAL,) * len(texts)
        keys = (f"tokenizer.ggml.{name}_token_id" for name in _END_KEYS)
        end = [i for i in map(self.values.get, keys) if isinstance(i, int) and 0 <= i < len(texts)]
        return build_vocabulary(texts, map(Kind, kinds), self.spelling(), end)


def _text(value: object) -> str:
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return text.encode(errors="surrogateescape").decode(errors="replace")


class _Cursor:
    """Reads values one after another; `struct.error` past the end."""

    def __init__(self, data: mmap.mmap, position: int) -> None:
        self._data = data
        self._position = position

    def unpack(self, layout: str) -> tuple[Any, ...]:
        found = struct.unpack_from(f"<{layout}", self._data, self._position)
        self._position += struct.calcsize(f"<{layout}")
        return found

    def string(self) -> str:
        (length,) = self.unpack("Q")
        end = self._position + length
        if end > len(self._data):
            raise ValueError("it is cut off")
        text = self._data[self._position : end].decode(errors="surrogateescape")
        self._position = end
        return text

    def value(self, kind: int) -> Any:
        if kind == _STRING:
            return self.string()
        if kind == _ARRAY:
            return self.array()
        if kind not in _SCALARS:
            raise ValueError(f"it holds a value of the unknown type {kind}")
        return self.unpack(_SCALARS[kind])[0]

    def array(self) -> tuple[Any, ...]:
        kind, count = self.unpack("IQ")
        if count > _LONGEST_ARRAY:
            raise ValueError(f"it holds an array of {count} elements")
        if kind in _SCALARS:
            return self.unpack(f"{count}{_SCALARS[kind]}")
        return tuple(self.value(kind) for _ in range(count))

    def pairs(self, count: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for _ in range(count):
            key = self.string()
            if key in found:
                raise ValueError(f"it holds the key {key!r} twice")
            found[key] = self.value(*self.unpack("I"))
        return found

    def extent(self, tensors: int, alignment: int) -> int:
        """Return how many bytes the file has at least, after its list of `tensors`.

        All types of weights take more than one bit each.
        """
        ends = []
        for _ in range(tensors):
            self.string()
            (dimensions,) = self.unpack("I")
            *sizes, _, offset = self.unpack(f"{min(dimensions, 8)}QIQ")
            ends.append(offset + math.prod(sizes) // 8)
        start = -(-self._position // alignment) * alignment
        return start + max(ends) if ends else self._position


def read_header(path: str) -> GgufHeader:
    """Read the head of the GGUF file at `path`. Raises `ModelError` where it is damaged."""
    require_gguf(path)
    try:
        with open(path, "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            return GgufHeader(_read_pairs(data))
    except (struct.error, ArithmeticError, TypeError, ValueError) as error:
        cause = "it is cut off" if isinstance(error, struct.error) else str(error)
        raise cannot_load(path, cause) from error


def _read_pairs(data: mmap.mmap) -> dict[str, Any]:
    cursor = _Cursor(data, 4)
    version, tensors, count = cursor.unpack("IQQ")
    if version not in (2, 3):
        raise ValueError(f"GGUF version {version} is not supported")
    values = cursor.pairs(count)
    _check(values)
    if cursor.extent(tensors, values.get("general.alignment", _ALIGNMENT)) > len(data):
        raise ValueError("it is cut off")
    return values


def _check(values: Mapping[str, Any]) -> None:
    """Raise `ValueError` for what llama.cpp meets with an abort instead of an error."""
    architecture = values.get("general.architecture")
    layers = values.get(f"{architecture}.block_count", 1)
    if not isinstance(layers, int) or not 0 < layers <= _MOST_LAYERS:
        raise ValueError(f"it claims to have {layers} layers")
    tokens = values.get("tokenizer.ggml.tokens")
    if not isinstance(tokens, tuple) or not all(isinstance(text, str) for text in tokens):
        raise ValueError("it has no tokenizer")
    # Its strings end at a NUL, and empty ones get a name of their own.
    named = [name for text in tokens if (name := text.partition("\0")[0])]
    if len(set(named)) != len(named):
        raise ValueError("its vocabulary lists a token twice")
