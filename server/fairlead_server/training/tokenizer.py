"""The tokenizer: byte-level BPE with Qwen2's pre-tokenizer and its names for control tokens.

The same pre-tokenizer as in the models that most users run means that token masks and healing meet
one kind of vocabulary. There is no normaliser, so that every byte of a text comes back as it was.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fairlead_server.errors import UserError

# tokenizer.ggml.pre = "qwen2": contractions, a word with one mark before it, single digits, runs of
# marks with the line breaks after them, line breaks with the blanks before them, blanks.
_PATTERN = (
    r"(?:'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD])"
    r"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)

END = "<|endoftext|>"
PREFIX, MIDDLE, SUFFIX, PAD = (f"<|fim_{part}|>" for part in ("prefix", "middle", "suffix", "pad"))
REPOSITORY, SEPARATOR = "<|repo_name|>", "<|file_sep|>"
FIX = "<|fix|>"
CONTROL = (
    *(END, PREFIX, MIDDLE, SUFFIX, PAD, REPOSITORY, SEPARATOR, "<|im_start|>", "<|im_end|>"),
    *("<|edit|>", FIX, "<|instr|>", "<|diag|>", "<|py|>", "<|java|>", "<|reserved|>"),
)
"""All control tokens; their ids are 0, 1, 2 ..."""


@dataclass(frozen=True)
class Control:
    """The ids of the control tokens that training uses."""

    end: int
    prefix: int
    middle: int
    suffix: int
    separator: int
    fix: int


def require_tokenizers() -> Any:
    """Return the library. Raises `UserError` when it is not installed."""
    try:
        import tokenizers
    except ImportError as error:
        raise UserError(
            f"tokenizers cannot be imported ({error}): pip install 'fairlead[train]'"
        ) from error
    return tokenizers


def train_tokenizer(texts: Iterable[str], size: int) -> Any:
    """Return a tokenizer of `size` tokens for `texts`."""
    library = require_tokenizers()
    pre, alphabet = library.pre_tokenizers, library.pre_tokenizers.ByteLevel.alphabet()
    tokenizer = library.Tokenizer(library.models.BPE())
    tokenizer.pre_tokenizer = pre.Sequence(
        [
            pre.Split(library.Regex(_PATTERN), "isolated"),
            pre.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    tokenizer.decoder = library.decoders.ByteLevel()
    trainer = library.trainers.BpeTrainer(
        vocab_size=size,
        special_tokens=list(CONTROL),
        initial_alphabet=alphabet,
        show_progress=False,
    )
    tokenizer.train_from_iterator(iter(texts), trainer)
    return tokenizer


def load_tokenizer(path: Path) -> Any:
    """Return the tokenizer in a ``tokenizer.json``. Raises `UserError` when it is none of ours."""
    library = require_tokenizers()
    try:
        tokenizer = library.Tokenizer.from_file(str(path))
    except Exception as error:  # the library raises bare Exceptions
        raise UserError(f"{path} is no tokenizer: {error}") from None
    control_ids(tokenizer)
    return tokenizer


def control_ids(tokenizer: Any) -> Control:
    """Return the ids of the control tokens. Raises `UserError` when one is missing."""
    names = (END, PREFIX, MIDDLE, SUFFIX, SEPARATOR, FIX)
    found = [tokenizer.token_to_id(name) for name in names]
    if None in found:
        missing = names[found.index(None)]
        raise UserError(f"the tokenizer has no {missing}: train one with fairlead model train")
    return Control(*found)
