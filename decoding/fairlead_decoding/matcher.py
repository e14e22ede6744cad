"""Binds a monitor, which sees bytes, to a vocabulary, which sees tokens.

Two questions are asked at every step. `rejected(token)` is the truth: may this token come next?
It is asked of the few tokens that are about to be chosen, so a dereference that hides inside a
token, as in ``.append``, is checked like any other. `allowed()` is a shortcut: where the monitor
can name what may come, the tokens are found by walking the trie instead of by trial.
(*Matcher* is llguidance's term.)
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import islice
from typing import Generic

from fairlead_decoding.model import Logits
from fairlead_decoding.monitor import Constraint, M
from fairlead_decoding.trie import Ids, Scores, Span, TokenTrie


class Matcher(Generic[M]):
    """Decides over tokens for one text that grows.

    `heal` holds the bytes that the text must begin with although the monitor has seen them.
    `encode` is the model's tokenizer; without it nothing counts as `forced`.
    """

    def __init__(
        self,
        trie: TokenTrie,
        monitor: M,
        heal: bytes = b"",
        encode: Callable[[str], Sequence[int]] | None = None,
    ) -> None:
        self._encode = encode
        self.trie = trie
        self._tokens = trie.vocabulary.tokens
        self._end = trie.vocabulary.end
        self.vocabulary = trie.vocabulary
        self.monitor = monitor
        self.heal = heal
        self._past: list[tuple[int, M, bytes, frozenset[int]]] = []
        self._excluded: frozenset[int] = frozenset()

    def healing(self) -> Ids | None:
        """Return the tokens that fit the bytes to be healed, None where there are none."""
        return self.trie.healing(self.heal) if self.heal else None

    def allowed(self) -> Ids | None:
        """Return the tokens to choose among, or None for the whole vocabulary.

        May hold tokens that `rejected` rejects, and leaves out none that it admits, except
        end-of-sequence tokens; these are never admitted where this is not None.
        """
        constraint = self.monitor.constraint()
        if constraint is None:
            return self.healing()
        if not self.heal and self.monitor.may_end():
            return None  # A complete name: almost anything may follow.
        return self.trie.constrained(self.heal, constraint)

    def scores(self, logits: Logits) -> Scores:
        """Return a copy of `logits` without tokens that cannot come next, where `allowed` is None.

        As with `allowed`, some that `rejected` rejects may be left.
        """
        constraint = self.monitor.constraint()
        return logits.copy() if constraint is None else self.trie.after_name(constraint, logits)

    def rejected(self, token: int) -> Span | None:
        """Return None if `token` may come next, else all tokens that fall with it."""
        if token in self._excluded:
            return self.trie.single(token)
        text = self._tokens[token]
        if not text:
            admitted = token in self._end and not self.heal and self.monitor.may_end()
            return None if admitted else self.trie.single(token)
        new = self._after_healing(text)
        if new is None:
            return self.trie.single(token)
        good = self.monitor.admitted(new)
        if good == len(new):
            return None
        # Admission is prefix-closed: whatever begins like the refused part is refused.
        return self.trie.span(text[: len(text) - len(new) + good + 1])

    def advance(self, token: int) -> bytes:
        """Accept `token`; return the bytes it adds to the text."""
        text = self._tokens[token]
        new = self._after_healing(text)
        if new is None:
            raise ValueError(f"token {token} does not continue {self.heal!r}")
        self._past.append((token, self.monitor, self.heal, self._excluded))
        self._excluded = frozenset()
        self.heal = self.heal[len(text) :]
        if new:
            self.monitor = self.monitor.fork()
            self.monitor.advance(new)
        return new

    def forced(self) -> Sequence[int]:
        """Return the tokens that must come next, without asking the model.

        They spell the rest of a name that can only be one. Only what the tokenizer itself would
        make of the name is forced, so that the model does not meet a split it hardly knows: nothing
        once the name began with another split, and not the final token, which the model may want
        to join with what follows the name.
        """
        # Not worth waiting for: the analysis is to run while the model does.
        if self._encode is None or self.heal or self.monitor.pending():
            return ()
        constraint = self.monitor.constraint()
        if constraint is None or not constraint.typed:
            return ()
        rest = _only_rest(constraint)
        begun = self._spelling(constraint.typed)
        if not rest or not begun:
            return ()
        whole = self._encode((self.vocabulary.text(begun) + rest).decode(errors="replace"))
        return whole[len(begun) : -1] if whole[: len(begun)] == begun else ()

    def _spelling(self, typed: bytes) -> list[int]:
        """Return the last tokens, as many as it takes to write `typed`; none if they do not."""
        for count in range(1, len(self._past) + 1):
            tokens = [token for token, *_ in self._past[-count:]]
            if len(self.vocabulary.text(tokens)) >= len(typed):
                return tokens
        return []

    def rollback(self, count: int) -> None:
        """Take back the last `count` tokens."""
        for _ in range(count):
            _, self.monitor, self.heal, self._excluded = self._past.pop()

    def exclude(self, token: int) -> None:
        """Reject `token` at this place from now on: it leads nowhere."""
        self._excluded |= {token}

    def fork(self) -> Matcher[M]:
        """Return an independent copy, which cannot be rolled back beyond this place."""
        copy = Matcher(self.trie, self.monitor.fork(), self.heal, self._encode)
        copy._excluded = self._excluded
        return copy

    def _after_healing(self, text: bytes) -> bytes | None:
        """Return what `text` adds beyond the healed bytes; None if it contradicts them."""
        if text.startswith(self.heal):
            return text[len(self.heal) :]
        return b"" if self.heal.startswith(text) else None


def _only_rest(constraint: Constraint) -> bytes:
    """Return what is missing of the only name that can be meant, empty if there are several."""
    fitting = (name for name in constraint.names if name.startswith(constraint.typed))
    found = list(islice(fitting, 2))
    return found[0][len(constraint.typed) :] if len(found) == 1 else b""
