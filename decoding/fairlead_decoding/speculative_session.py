"""A session that evaluates drafted tokens ahead (Leviathan et al., "Fast Inference from
Transformers via Speculative Decoding", 2023).

A forward pass over a few tokens costs less than as many passes over one. So tokens that are likely
to come next are evaluated together with the one that was chosen, and kept as long as the decode
loop then chooses them. The loop is the judge, with its monitor and its sampler: it meets a session
like any other, and writes what it would write without drafts, up to the backend's arithmetic:
quantised logits depend a little on where in the cache a text lies, and that may decide a near-tie.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fairlead_decoding.drafts import Draft, Guess
from fairlead_decoding.errors import ModelError
from fairlead_decoding.model import Logits, Rows, Session
from fairlead_decoding.speculation import Speculation


@dataclass(frozen=True, eq=False)
class _Pass:
    """A pass in which the draft's tokens from place `start` on were evaluated ahead.

    Its rows are the logits after the token before them and after each of them.
    """

    start: int
    rows: Rows
    seconds: float

    @property
    def size(self) -> int:
        return len(self.rows) - 1


class SpeculativeSession:
    """A session that may hold more than it shows: drafted tokens that nobody has chosen yet.

    Stands in the decode loop for `session`, which it owns, and is no session of the model's own:
    `LanguageModel.forward_many` does not take it.
    """

    def __init__(
        self, session: Session, guess: Guess, speculation: Speculation, context_length: int
    ) -> None:
        self._session = session
        self._guess = guess
        self._speculation = speculation
        self._length = len(session.tokens)
        self._text = np.zeros(context_length, dtype=np.int64)
        self._text[: self._length] = session.tokens
        self._draft: Draft | None = None
        self._place = 0  # How many tokens of the draft were chosen.
        self._ahead: _Pass | None = None

    @property
    def tokens(self) -> Sequence[int]:
        """The tokens evaluated so far, without those that are only drafted."""
        held = self._session.tokens
        return held if len(held) == self._length else held[: self._length]

    def forward(self, tokens: Sequence[int]) -> Logits:
        """Append `tokens` and return the logits after the last of them."""
        last: Logits = self.forward_rows(tokens)[-1]
        return last

    def forward_rows(self, tokens: Sequence[int]) -> Rows:
        """Append `tokens`, of which those are not evaluated that were ahead of time."""
        if len(tokens) == 1:
            return self._forward_one(tokens[0])
        self._drop_draft()
        rows = self._session.forward_rows(tokens)
        self._append(tokens)
        return rows

    def _append(self, tokens: Sequence[int]) -> None:
        self._text[self._length : self._length + len(tokens)] = tokens
        self._length += len(tokens)

    def _forward_one(self, token: int) -> Rows:
        if self._draft and self._draft.tokens[self._place : self._place + 1] == (token,):
            self._place += 1
        else:
            self._drop_draft()
        ahead = self._ahead
        if ahead and self._place - ahead.start <= ahead.size:
            self._append([token])
            row = self._place - ahead.start
            return ahead.rows[row : row + 1]
        self._leave_pass()
        rows = self._with_draft(token)
        return self._alone(token) if rows is None else rows

    def _alone(self, token: int) -> Rows:
        started = self._speculation.clock()
        rows = self._session.forward_rows([token])
        self._speculation.took(0, self._speculation.clock() - started)
        self._append([token])
        return rows

    def _with_draft(self, token: int) -> Rows | None:
        """Evaluate `token` and what may follow it; None where that does not pay or fit."""
        drafted = self._next_draft(token)
        if not drafted:
            return None
        started = self._speculation.clock()
        try:
            # Kept while other sessions of the model may be evaluated.
            rows = self._session.forward_rows([token, *drafted]).copy()
        except ModelError:
            return None  # The cache has no room for guesses: the token alone may fit.
        self._ahead = _Pass(self._place, rows, self._speculation.clock() - started)
        self._append([token])
        return rows[:1]

    def _next_draft(self, token: int) -> Sequence[int]:
        """Return what to evaluate after `token`, going on with the draft while it comes true."""
        if self._draft is None or self._place == len(self._draft.tokens):
            self._drop_draft()
            if not self._speculation.watches():
                return ()
            self._text[self._length : self._length + 1] = token
            self._draft = self._guess(self._text[: self._length + 1])
        if self._draft is None:
            return ()
        room = max(0, len(self._text) - self._length - 1)
        size = min(room, self._speculation.size(self._draft, self._place))
        return self._draft.tokens[self._place : self._place + size]

    def _leave_pass(self) -> None:
        """Take back what was evaluated ahead in vain."""
        if self._ahead:
            started = self._speculation.clock()
            self._session.rollback(self._length)
            self._note(self._ahead, self._speculation.clock() - started)

    def _note(self, ahead: _Pass, rollback_seconds: float) -> None:
        accepted = min(self._place - ahead.start, ahead.size)
        self._speculation.took(ahead.size, ahead.seconds + rollback_seconds, accepted)
        self._ahead = None

    def _drop_draft(self) -> None:
        self._leave_pass()
        if self._draft:
            self._speculation.came_true(self._draft, self._place)
            self._draft, self._place = None, 0

    def rollback(self, length: int) -> None:
        """Forget all but the first `length` tokens."""
        self._drop_draft()
        self._session.rollback(length)
        self._length = min(self._length, length)

    def fork(self) -> Session:
        """Return a plain session with the tokens that were chosen."""
        copy = self._session.fork()
        copy.rollback(self._length)
        return copy

    def close(self) -> None:
        """Free the cache."""
        self._session.close()
        if self._ahead:
            self._note(self._ahead, 0.0)
        self._drop_draft()
