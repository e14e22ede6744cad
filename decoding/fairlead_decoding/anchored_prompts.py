"""Prompts of which each is evaluated as if only the first one had been before it.

A model's arithmetic depends, in its last digits, on how many tokens are evaluated at a time and on
where in the cache they lie, so that what it writes can depend on all that it was asked before.
Here it depends on the prompt and on the first one, whose beginning prompts of one document share.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fairlead_decoding.model import Logits, Session
from fairlead_decoding.prompt_cache import PromptCache, common_length


@dataclass
class AnchoredPrompts(PromptCache):
    """Keeps the first prompt that it is given, and puts each other one on what they share."""

    first: tuple[int, ...] = ()

    def prefill(self, prompt: Sequence[int]) -> tuple[Session, Logits]:
        """Evaluate `prompt` as `PromptCache` does; what was evaluated for the last one is freed."""
        self.first = self.first or tuple(prompt)
        # The last token is always evaluated: its logits are wanted.
        common = min(common_length(self.first, prompt), len(prompt) - 1)
        if len(self.first) + len(prompt) - common > self.model.context_length // 2:
            # Samples need room as well.
            common = 0
        session = self._on_first(common) if common else self._alone()
        logits = session.forward(prompt[common:]).copy()
        self.reused += common
        self.evaluated += len(prompt) - common
        return session, logits

    def _alone(self) -> Session:
        self.close()
        session = self.model.session()
        self._sessions.append(session)
        return session

    def _on_first(self, common: int) -> Session:
        while len(self._sessions) > 1:
            self._sessions.pop().close()
        if not self._sessions or tuple(self._sessions[0].tokens) != self.first:
            self._alone().forward(self.first)
        session = self._sessions[0].fork()
        session.rollback(common)
        self._sessions.append(session)
        return session
