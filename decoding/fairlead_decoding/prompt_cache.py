"""KV caches of the last prompts, so that a prompt is evaluated only from where it is new."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from fairlead_decoding.errors import ModelError
from fairlead_decoding.model import LanguageModel, Logits, Session

WORTH_SHARING = 0.5
"""A cached prompt is given up for a new one that shares at least this part of it."""


@dataclass
class PromptCache:
    """The least recently used prompts give way when there are more than `states` of them, or
    more than `tokens` tokens in all (None: as many as one context holds).

    `reused` and `evaluated` count tokens of all prompts so far.
    """

    model: LanguageModel
    states: int = 3
    tokens: int | None = None
    reused: int = 0
    evaluated: int = 0
    _sessions: list[Session] = field(default_factory=list)

    def prefill(self, prompt: Sequence[int]) -> tuple[Session, Logits]:
        """Evaluate `prompt` (at least one token) and return its session and a copy of its logits.

        The session stays the cache's: fork it. Raises `ModelError` when the prompt does not fit.
        """
        session, common = self._best(prompt)
        if session is None:
            self._make_room(len(prompt))
            session, common = self.model.session(), 0
        else:
            self._sessions.remove(session)
        # The last token is always evaluated: its logits are wanted.
        common = min(common, len(prompt) - 1)
        session.rollback(common)
        self._sessions.append(session)
        logits = self._evaluate(session, prompt[common:])
        self.reused += common
        self.evaluated += len(prompt) - common
        return session, logits

    def close(self) -> None:
        """Free all sessions."""
        while self._sessions:
            self._sessions.pop().close()

    def _best(self, prompt: Sequence[int]) -> tuple[Session | None, int]:
        """Return the session to build on, and how many tokens it shares with `prompt`."""
        shared = [(common_length(s.tokens, prompt), s) for s in self._sessions]
        common, session = max(shared, key=lambda pair: pair[0], default=(0, None))
        if session is not None and common >= WORTH_SHARING * min(len(session.tokens), len(prompt)):
            return session, common
        return None, 0

    def _make_room(self, wanted: int) -> None:
        limit = self.model.context_length if self.tokens is None else self.tokens
        while self._sessions and (
            len(self._sessions) >= self.states
            or sum(len(s.tokens) for s in self._sessions) + wanted > limit
        ):
            self._sessions.pop(0).close()

    def _evaluate(self, session: Session, tokens: Sequence[int]) -> Logits:
        while True:
            try:
                return session.forward(tokens).copy()
            except ModelError:
                # The other prompts may hold the memory that this one needs.
                others = [s for s in self._sessions if s is not session]
                if not others:
                    raise
                self._sessions.remove(others[0])
                others[0].close()


def common_length(first: Sequence[int], second: Sequence[int]) -> int:
    """Return how many tokens two sequences have in common at their start."""
    length = 0
    for a, b in zip(first, second, strict=False):
        if a != b:
            break
        length += 1
    return length
