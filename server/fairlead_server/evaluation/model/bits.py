"""How many bits a text takes by a model's predictions."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fairlead_decoding.model import LanguageModel
from fairlead_server.evaluation.model.places import HeldOut

_AT_ONCE = 128
_LEAST_TOKENS = 64


@dataclass(frozen=True)
class Window:
    """Consecutive tokens of a file, and how many bytes they write."""

    ids: NDArray[np.int64]
    bytes: int


def windows(
    model: LanguageModel, files: Sequence[HeldOut], length: int, count: int, seed: int
) -> list[Window]:
    """Return `count` windows of at most `length` tokens that do not overlap, drawn from `files`."""
    order = list(files)
    random.Random(seed).shuffle(order)
    found: list[Window] = []
    for file in order:
        found += list(_windows_of(model, file.document.text, length))
        if len(found) > 4 * count:
            break
    random.Random(seed).shuffle(found)
    return found[:count]


def _windows_of(model: LanguageModel, text: str, length: int) -> Iterator[Window]:
    ids = model.encode(text)
    for start in range(0, len(ids), length):
        piece = ids[start : start + length]
        if len(piece) >= _LEAST_TOKENS:
            yield Window(np.array(piece, np.int64), len(model.vocabulary.text(piece)))


def model_bits(model: LanguageModel, window: Window) -> float:
    """Return the bits that the model takes for a window, after the end of another text."""
    session = model.session()
    total = 0.0
    try:
        ids = window.ids.tolist()
        given = [min(model.vocabulary.end), *ids[:-1]]
        for start in range(0, len(ids), _AT_ONCE):
            rows = session.forward_rows(given[start : start + _AT_ONCE]).astype(np.float64)
            wanted = ids[start : start + _AT_ONCE]
            highest = rows.max(axis=1)
            logs = highest + np.log(np.exp(rows - highest[:, None]).sum(axis=1))
            total += float((logs - rows[np.arange(len(wanted)), wanted]).sum())
    finally:
        session.close()
    return total / float(np.log(2))
