"""Signatures for the calls in a text: each asked for once, waited for once."""

from __future__ import annotations

from concurrent.futures import Future

from fairlead_monitors.context import Context
from fairlead_monitors.engine import Signatures, Source
from fairlead_monitors.lookup import LATE, settle

_Key = tuple[int, bytes]


class SignatureLookup:
    """Asks about the calls in one growing document.

    A call is known by where its argument list begins: so many bytes into the generated text, which
    is known up to there, or before it. Answers are settled as those of `MemberLookup` are.
    """

    def __init__(self, context: Context) -> None:
        self._context = context
        self._prefix = context.prefix.encode(errors="replace")
        self._asked: dict[_Key, tuple[float, Future[Signatures]]] = {}
        self._settled: dict[_Key, Signatures] = {}

    def ask(self, opened: int, generated: bytes) -> None:
        """Start the analysis of the call whose arguments begin at `opened`."""
        key = _key(opened, generated)
        if key in self._asked or key in self._settled:
            return
        context = self._context
        before = self._prefix[: len(self._prefix) + min(0, opened)] + key[1]
        text = before.decode(errors="replace")
        source = Source(context.path, text + context.suffix)
        self._asked[key] = (context.clock(), context.engine.signatures(source, len(text)))

    def is_settled(self, opened: int, generated: bytes) -> bool:
        """Tell whether `wait` would return at once, with an answer it has given before."""
        return _key(opened, generated) in self._settled

    def wait(self, opened: int, generated: bytes) -> Signatures:
        """Return the settled answer about a call."""
        key = _key(opened, generated)
        if key not in self._settled:
            self.ask(opened, generated)
            started, future = self._asked.pop(key)
            late = Signatures.unknown(self._context.engine.name, LATE)
            self._settled[key] = settle(self._context, future, started, late)
        return self._settled[key]


def _key(opened: int, generated: bytes) -> _Key:
    return opened, generated[: max(0, opened)]
