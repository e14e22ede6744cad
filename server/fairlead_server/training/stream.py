"""From documents to rows of token ids: endless, shuffled, without padding.

Nothing is prepared ahead. Each time a document comes up, its windows and holes are drawn anew, so
that a second pass over the corpus is no repetition.
"""

from __future__ import annotations

import queue
import random
import threading
import zlib
from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fairlead_server.errors import UserError
from fairlead_server.training.corpus import Document
from fairlead_server.training.holes import SKILLS, STABLE, Ends, Example, with_hole
from fairlead_server.training.insertions import insertion
from fairlead_server.training.lintseq.records import Record
from fairlead_server.training.skills import repair
from fairlead_server.training.tokenizer import SEPARATOR, Control, control_ids

Rows = NDArray[np.int64]

_CHARACTERS_PER_TOKEN = 3.9
_LEAST_TOKENS = 48
_SUFFIX_SHARE = 0.25
_BATCH = 256
_HELD_BACK = 100
"""One document in so many is not trained on: the loss on these is what is watched."""


@dataclass(frozen=True)
class Mixture:
    """What share of the examples is what.

    `holes` have one, whose `ends` are drawn; `paths` begin with the path of the file; `repairs`
    are lines to be mended; `insertions` fill in what unfinished programs lack, if there are any;
    the rest is plain text. `python` is the share of Python.
    """

    holes: float = 0.6
    paths: float = 0.25
    repairs: float = 0.0
    insertions: float = 0.0
    python: float = 0.55
    ends: Ends = field(default_factory=lambda: STABLE)


STABLE_MIXTURE = Mixture()
SKILLS_MIXTURE = Mixture(holes=0.7, repairs=0.03, insertions=0.1, ends=SKILLS)
"""For the decay: whatever is learned last is kept best."""


def split(documents: Iterable[Document]) -> tuple[list[Document], list[Document]]:
    """Return the documents to train on, and those that are held back, by their paths.

    Of two documents one is held back at least.
    """
    learned: list[Document] = []
    watched: list[Document] = []
    for document in documents:
        chosen = zlib.crc32(document.path.encode()) % _HELD_BACK == 0
        (watched if chosen else learned).append(document)
    if len(learned) > 1 and not watched:
        watched.append(learned.pop())
    return learned, watched


class Stream:
    """Rows of one length, from documents. `mixture` and `length` may be changed on the way."""

    def __init__(
        self,
        documents: Sequence[Document],
        tokenizer: Any,
        length: int,
        mixture: Mixture,
        seed: int,
        sequences: Sequence[Record] = (),
    ) -> None:
        """`length` counts the tokens of a row, insertions are those of `sequences`.

        Raises `UserError` without documents.
        """
        self.mixture = mixture
        self.length = length
        self._tokenizer = tokenizer
        self._sequences = sequences
        self._control: Control = control_ids(tokenizer)
        self._rng = random.Random(seed)
        by_language = [[d for d in documents if d.language == name] for name in ("python", "java")]
        self._windows = [self._cut(found) if found else None for found in by_language]
        if not any(self._windows):
            raise UserError("the corpus has no document to train on")

    def rows(self) -> Iterator[Rows]:
        """Yield one row after another, without end."""
        row: list[int] = []
        for example, tokens, suffix in self._encoded():
            row += self._laid_out(example, tokens, suffix, self.length - len(row))
            if len(row) >= self.length:
                yield np.array(row[: self.length], np.int64)
                row = []

    def _encoded(self) -> Iterator[tuple[Example, list[int], list[int]]]:
        """Yield examples with the tokens of their text and of their suffix."""
        while True:
            examples = [self._example() for _ in range(_BATCH)]
            # No more of a suffix than can be used: two characters for each place in a row.
            most = 2 * self.length
            texts = [text for e in examples for text in (e.text, (e.suffix or "")[:most])]
            ids = [found.ids for found in self._tokenizer.encode_batch(texts)]
            yield from zip(examples, ids[::2], ids[1::2], strict=True)

    def _laid_out(
        self, example: Example, tokens: list[int], suffix: list[int], room: int
    ) -> list[int]:
        """Return the tokens of an example, cut to `room` at the far ends of its text."""
        control = self._control
        before: list[int] = []
        if example.heading:
            kind = control.separator if example.heading_token == SEPARATOR else control.fix
            before = [kind, *self._tokenizer.encode(example.heading).ids]
        if example.suffix is None:
            return [*before, *tokens, control.end][:room]
        after = suffix[: int(_SUFFIX_SHARE * room * self._rng.uniform(0.2, 1.0)) + 1]
        before += [control.prefix, control.suffix, *after, control.middle]
        left = room - len(before) - 1
        if left < _LEAST_TOKENS:
            return tokens[:room]
        return [*before, *tokens[-left:], control.end]

    def _example(self) -> Example:
        if self._sequences and self._rng.random() < self.mixture.insertions:
            return insertion(self._rng.choice(self._sequences), self._rng)
        document, text = self._window()
        mixture, rng = self.mixture, self._rng
        if rng.random() < mixture.repairs and (found := repair(text, rng)):
            return found
        example = Example(text)
        if rng.random() < mixture.holes:
            example = with_hole(text, mixture.ends, rng)
        if rng.random() < mixture.paths:
            return replace(example, heading=f"{document.path}\n", heading_token=SEPARATOR)
        return example

    def _window(self) -> tuple[Document, str]:
        python, java = self._windows
        chosen = python if self._rng.random() < self.mixture.python else java
        windows = chosen or python or java
        assert windows is not None
        return next(windows)

    def _cut(self, documents: list[Document]) -> Iterator[tuple[Document, str]]:
        """Yield windows of the documents in random order, again and again."""
        while True:
            self._rng.shuffle(documents)
            for some in _groups(documents):
                windows = [(d, w) for d in some for w in self._windows_of(d.text)]
                self._rng.shuffle(windows)
                yield from windows

    def _windows_of(self, text: str) -> Iterator[str]:
        """Cut `text` at lines into windows of about the length of a row, or less."""
        start = 0
        while start < len(text):
            size = self.length * _CHARACTERS_PER_TOKEN * self._rng.uniform(0.3, 1.2)
            end = text.find("\n", start + int(size)) + 1 or len(text)
            yield text[start:end]
            start = end


def _groups(documents: Sequence[Document]) -> Iterator[list[Document]]:
    """Yield the documents by so many that their windows mix well."""
    rest = iter(documents)
    while some := list(islice(rest, 2000)):
        yield some


def ahead(rows: Iterator[Rows], count: int) -> Generator[Rows, None, None]:
    """Yield what `rows` yields, made by another thread, up to `count` of them ahead.

    When it is closed, the thread has ended.
    """
    ready: queue.Queue[Rows | BaseException] = queue.Queue(count)
    stopped = threading.Event()

    def work() -> None:
        try:
            for row in rows:
                if not _offered(ready, row, stopped):
                    return
        except BaseException as error:  # raised where the row is waited for
            _offered(ready, error, stopped)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    try:
        while True:
            item = ready.get()
            if isinstance(item, BaseException):
                raise item
            yield item
    finally:
        stopped.set()
        # What `rows` draws from may be shared with the next of its kind.
        thread.join()


def _offered(
    ready: queue.Queue[Rows | BaseException],
    item: Rows | BaseException,
    stopped: threading.Event,
) -> bool:
    """Wait until `item` is taken into the queue; return False when nobody wants it any more."""
    while not stopped.is_set():
        try:
            ready.put(item, timeout=0.2)
            return True
        except queue.Full:
            continue
    return False
