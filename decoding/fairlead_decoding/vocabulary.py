"""From the way a model file spells its tokens to the bytes they write.

Two spellings exist. Byte-level BPE (``gpt2`` in GGUF) stands a printable character for each byte,
after the GPT-2 tokenizer of Radford et al., 2019. SentencePiece (``llama`` in GGUF; Kudo and
Richardson, 2018) writes U+2581 for a space, and ``<0x0A>`` for a byte that has no piece.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Collection, Iterable, Sequence
from typing import Literal

from .model import Vocabulary

Spelling = Literal["gpt2", "llama"]


class Kind(enum.IntEnum):
    """What a token is for, by GGUF's numbers (``tokenizer.ggml.token_type``)."""

    NORMAL = 1
    UNKNOWN = 2
    CONTROL = 3
    USER_DEFINED = 4
    UNUSED = 5
    BYTE = 6


SILENT = frozenset({Kind.UNKNOWN, Kind.CONTROL, Kind.UNUSED})
"""Kinds that write nothing."""

_BAR = "\uff5c"  # the fullwidth bar of DeepSeek's control tokens

END_NAMES = frozenset(
    {
        *("<|endoftext|>", "<|end_of_text|>", "<|im_end|>", "<|eot_id|>", "<|eom_id|>", "<|end|>"),
        *("<|return|>", "<|call|>", "<end_of_turn>", "<end_of_utterance>", "<eos>", "</s>"),
        *("<EOT>", "_<EOT>", "[EOT]", "[EOS]", f"<{_BAR}end▁of▁sentence{_BAR}>"),
        *("<|fim_pad|>", "<fim-pad>", "<fim_pad>", "<PAD>", "<|file_sep|>"),
        *("<|fim_repo|>", "<|repo_name|>", "<fim-repo>", "<REPO>", "<reponame>"),
    }
)
"""Tokens that end a text whatever the file says of them: the names that llama.cpp knows.

Besides ends of text and of turn they are what separates files in a repository prompt: a model that
writes one has finished the file it was in.
"""

_CONTROL_NAME = re.compile(rf"<([|{_BAR}])[\w▁-]+\1>|▁?<(?:PRE|SUF|MID)>|<fim[-_]\w+>")
_BRACKETED = re.compile(r"▁?(?:<\S+>|\[\S+\])")
_BYTE_PIECE = re.compile(r"<0x([0-9A-Fa-f]{2})>")


def _byte_characters() -> dict[str, int]:
    """Return the byte that each character of the byte-level spelling stands for."""
    plain = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    moved = [byte for byte in range(0x100) if byte not in plain]
    return {chr(byte): byte for byte in plain} | {chr(0x100 + i): b for i, b in enumerate(moved)}


_BYTE_OF = _byte_characters()


def token_bytes(text: str, kind: Kind, spelling: Spelling) -> bytes:
    """Return what a token writes that the model file spells `text`.

    Bytes of the file that are not UTF-8 are to stand in `text` as ``surrogateescape`` puts them.
    """
    if kind in SILENT:
        return b""
    if kind is Kind.USER_DEFINED:
        return _encoded(text)
    if spelling == "gpt2":
        return b"".join(_byte_level(character) for character in text)
    byte = _BYTE_PIECE.fullmatch(text)
    return bytes.fromhex(byte[1]) if byte else _encoded(text.replace("\u2581", " "))


def _byte_level(character: str) -> bytes:
    byte = _BYTE_OF.get(character)
    return _encoded(character) if byte is None else bytes((byte,))


def _encoded(text: str) -> bytes:
    return text.encode(errors="surrogateescape")


def is_control_name(text: str) -> bool:
    """Tell whether a token of this name is one for control, though the file may deny it.

    Published tokenizers list some of their fill-in-the-middle tokens as ordinary added text.
    """
    return text in END_NAMES or _CONTROL_NAME.fullmatch(text) is not None


def is_special(text: str, kind: Kind) -> bool:
    """Tell whether a token belongs in `Vocabulary.special`: also added text in brackets does."""
    if kind is Kind.USER_DEFINED:
        return _BRACKETED.fullmatch(text) is not None
    return kind is Kind.CONTROL


def build_vocabulary(
    texts: Sequence[str],
    kinds: Iterable[Kind],
    spelling: Spelling,
    end: Collection[int] = (),
) -> Vocabulary:
    """Build a vocabulary from token texts as a model file spells them.

    `end` are the ids the file names as ends; those with a name in `END_NAMES` are added.
    """
    typed = [(text, true_kind(text, kind)) for text, kind in zip(texts, kinds, strict=True)]
    return Vocabulary(
        tokens=tuple(token_bytes(text, kind, spelling) for text, kind in typed),
        end=frozenset(end) | {i for i, text in enumerate(texts) if text in END_NAMES},
        special={text: i for i, (text, kind) in enumerate(typed) if is_special(text, kind)},
    )


def true_kind(text: str, kind: Kind) -> Kind:
    """Return the kind of a token that its file may have listed as text, though it is control."""
    visible = kind in (Kind.NORMAL, Kind.USER_DEFINED)
    return Kind.CONTROL if visible and is_control_name(text) else kind
