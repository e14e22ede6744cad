"""What both backends check of a model before they hand it to their library."""

from __future__ import annotations

from pathlib import Path

from ..errors import ModelError

DEFAULT_CONTEXT = 4096
"""The longest context taken unasked: what more would cost in memory is for the user to decide."""


def require_gguf(path: str) -> None:
    """Raise `ModelError` unless `path` is a readable file that begins like a GGUF file."""
    file = Path(path)
    if file.is_dir():
        raise ModelError(f"{path} is a folder, not a GGUF file: name the .gguf file itself")
    if not file.exists():
        raise ModelError(f"there is no model at {path}: check the path")
    if not file.is_file():
        raise ModelError(f"{path} is not a regular file: name a .gguf file")
    try:
        with file.open("rb") as stream:
            magic = stream.read(4)
    except OSError as error:
        raise ModelError(f"cannot read {path}: {error.strerror}: check its permissions") from error
    if not magic:
        raise ModelError(f"{path} is empty: download the model again")
    if magic != b"GGUF":
        raise ModelError(f"{path} is not a GGUF file: name a .gguf file, or download it again")


def cannot_load(path: str, cause: str) -> ModelError:
    """Return the error for a model that the library refused, `cause` being what it said."""
    first, *_ = cause.strip().splitlines() or ["no reason given"]
    return ModelError(
        f"cannot load {path}: {first.rstrip(' .:')}: download it again, or choose another model"
    )


def limit_context(requested: int | None, trained: int) -> int:
    """Return how many tokens a session may hold: never more than the model was trained on."""
    if requested is not None and requested < 1:
        raise ValueError(f"context_length must be at least 1, not {requested}")
    return min(requested or DEFAULT_CONTEXT, trained)


def require_room(held: int, added: int, context_length: int) -> None:
    """Raise unless a session that holds `held` tokens can take `added` more."""
    if not added:
        raise ValueError("forward needs at least one token")
    if held + added > context_length:
        raise ModelError(
            f"the context is full: {held} tokens and {added} more exceed {context_length}: "
            "shorten the prompt, or load the model with a larger context_length"
        )


def require_length(length: int) -> None:
    """Raise `ValueError` for a number of tokens that cannot be one."""
    if length < 0:
        raise ValueError(f"a session cannot keep {length} tokens")
