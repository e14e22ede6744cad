"""Many continuations of one session, evaluated together with few forks of it."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass

from fairlead_decoding.errors import ModelError
from fairlead_decoding.model import LanguageModel, Logits, Session

Path = tuple[int, ...]
"""The tokens of a continuation, from the end of the session on."""


@dataclass(eq=False)
class _Slot:
    """A fork of the session, and the continuation that it holds."""

    session: Session
    path: Path = ()

    def shared(self, path: Path) -> int:
        """Return how many tokens of `path`, but never its last, need no evaluation here."""
        length = 0
        for ours, theirs in zip(self.path, path[:-1], strict=False):
            if ours != theirs:
                break
            length += 1
        return length

    def copy(self, other: _Slot) -> None:
        """Hold what `other` holds."""
        self.session.close()
        self.session = other.session.fork()
        self.path = other.path


class Branches:
    """Up to `width` forks of `root`, which is left as it is.

    Their number does not grow with that of the continuations. Each fork keeps the continuation it
    evaluated last, and a new one starts from the fork that shares the most with it: its end is
    evaluated, and its beginning once more where no fork holds that any longer.

    There are fewer forks where the model has no room for so many sessions. Raises `ModelError`
    where it has room for none. `evaluated` counts tokens.
    """

    def __init__(self, model: LanguageModel, root: Session, width: int) -> None:
        self._model = model
        self._start = len(root.tokens)
        self.evaluated = 0
        self._slots = [_Slot(root.fork())]
        with contextlib.suppress(ModelError):
            while len(self._slots) < width:
                self._slots.append(_Slot(root.fork()))

    @property
    def width(self) -> int:
        """How many continuations can be evaluated together."""
        return len(self._slots)

    def cost(self, path: Path) -> int:
        """Return how many tokens evaluating `path` takes now, alone or with others."""
        return len(path) - max(slot.shared(path) for slot in self._slots)

    def evaluate(self, paths: Sequence[Path]) -> list[Logits]:
        """Return the logits after each of `paths`, of which there are `width` at most.

        The arrays may be views that the model's next evaluation overwrites.
        """
        slots = self._place(paths)
        items: list[tuple[Session, Sequence[int]]] = []
        for slot, path in zip(slots, paths, strict=True):
            kept = slot.shared(path)
            slot.session.rollback(self._start + kept)
            slot.path = path
            items.append((slot.session, path[kept:]))
        # Those used last are the last to be given to another continuation.
        self._slots = [slot for slot in self._slots if slot not in slots] + slots
        self.evaluated += sum(len(tokens) for _, tokens in items)
        return self._model.forward_many(items)

    def _place(self, paths: Sequence[Path]) -> list[_Slot]:
        """Give each path a slot of its own that holds as much of it as any slot does."""
        donors = [max(self._slots, key=lambda slot: slot.shared(path)) for path in paths]
        spare = [slot for slot in self._slots if slot not in donors]
        taken: list[_Slot] = []
        for donor, path in zip(donors, paths, strict=True):
            # No donor is cut before all are placed, so a second path still finds it whole.
            slot = donor if donor not in taken else spare.pop(0)
            if slot is not donor and donor.shared(path):
                slot.copy(donor)
            taken.append(slot)
        return taken

    def close(self) -> None:
        """Free the forks."""
        for slot in self._slots:
            slot.session.close()
