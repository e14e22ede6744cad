"""The vocabulary and the tokenizer of a GGUF model, as llama.cpp has them.

Takes the low-level module of llama-cpp-python as an argument and imports none itself.
"""

from __future__ import annotations

import ctypes
import re
from typing import Any

from ..model import Vocabulary
from ..vocabulary import Kind, is_special, true_kind


class LlamaTokenizer:
    """Tells what each token writes, and tokenises text."""

    def __init__(self, lib: Any, pointer: Any) -> None:
        self._lib = lib
        self._pointer = pointer
        ids = range(lib.llama_vocab_n_tokens(pointer))
        stated = {i: kind for i in ids if (kind := self._kind(i)) is not Kind.NORMAL}
        names = {i: self._name(i) for i in stated}
        kinds = {i: true_kind(names[i], kind) for i, kind in stated.items()}
        self.vocabulary = Vocabulary(
            tokens=tuple(b"" if kinds.get(i) is Kind.CONTROL else self._piece(i) for i in ids),
            end=frozenset(i for i in ids if lib.llama_vocab_is_eog(pointer, i)),
            special={names[i]: i for i, kind in kinds.items() if is_special(names[i], kind)},
        )
        self._cuts = _cuts([names[i] for i in kinds if kinds[i] is not stated[i]])

    def encode(self, text: str) -> list[int]:
        """Tokenise `text` without adding or recognising control tokens."""
        parts = self._cuts.split(text) if self._cuts else [text]
        return [token for part in parts for token in self._encode(part.encode())]

    def _encode(self, data: bytes) -> list[int]:
        room = len(data) + 1
        while True:
            found = (ctypes.c_int32 * room)()
            count = self._lib.llama_tokenize(
                self._pointer, data, len(data), found, room, False, False
            )
            if count >= 0:
                return found[:count]
            room = -count

    def _kind(self, token: int) -> Kind:
        """Return the kind; llama.cpp corrects some that files state, by adding CONTROL."""
        attributes = self._lib.llama_vocab_get_attr(self._pointer, token)
        if attributes & self._lib.LLAMA_TOKEN_ATTR_CONTROL:
            return Kind.CONTROL
        added = attributes & self._lib.LLAMA_TOKEN_ATTR_USER_DEFINED
        return Kind.USER_DEFINED if added else Kind.NORMAL

    def _name(self, token: int) -> str:
        name: bytes = self._lib.llama_vocab_get_text(self._pointer, token)
        return name.decode(errors="surrogateescape")

    def _piece(self, token: int) -> bytes:
        """Return the bytes `token` writes; llama.cpp gives none for control and unused tokens."""
        size = 64
        while True:
            buffer = ctypes.create_string_buffer(size)
            length = self._lib.llama_token_to_piece(self._pointer, token, buffer, size, 0, False)
            if length >= 0:
                return buffer.raw[:length]
            size = -length


def _cuts(names: list[str]) -> re.Pattern[str] | None:
    """Return what splits `names` after their first character, wherever they stand.

    llama.cpp finds tokens in plain text that a file lists as text. These are control tokens, so
    text that merely looks like one is handed over in two parts.
    """
    halves = (f"(?<={re.escape(name[0])})(?={re.escape(name[1:])})" for name in names)
    return re.compile("|".join(halves)) if names else None
