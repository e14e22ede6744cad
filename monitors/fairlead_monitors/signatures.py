"""Signatures for the calls in a text: each asked for once, waited for once."""

from __future__ import annotations

from concurrent.futures import Future

from fairlead_monitors.context import Context
from fairlead_monitors.engine import Signatures, Source
from fairlead_monitors.lookup import LATE, Questions

_Key = tuple[int, bytes]


class SignatureLookup:
    """Asks about the calls in one growing document.

    A call is known by where its argument list begins: so many bytes into the generated text, which
    is known up to there, or before it.
    """

    def __init__(self, context: Context) -> None:
        self._context = context
        self._prefix = context.prefix.encode(errors="replace")
        self._questions: Questions[_Key, Signatures] = Questions(context)

    def ask(self, opened: int, generated: bytes) -> None:
        """Start the analysis of the call whose arguments begin at `opened`."""
        key = _key(opened, generated)

        def start() -> Future[Signatures]:
            before = self._prefix[: len(self._prefix) + min(0, opened)] + key[1]
            text = before.decode(errors="replace")
            source = Source(self._context.path, text + self._context.suffix)
            return self._context.engine.signatures(source, len(text))

        self._questions.ask(key, start)

    def is_settled(self, opened: int, generated: bytes) -> bool:
        """Tell whether `wait` would return at once, with an answer it has given before."""
        return self._questions.is_settled(_key(opened, generated))

    def wait(self, opened: int, generated: bytes) -> Signatures:
        """Return the settled answer about a call."""
        self.ask(opened, generated)
        late = Signatures.unknown(self._context.engine.name, LATE)
        return self._questions.wait(_key(opened, generated), late)


def _key(opened: int, generated: bytes) -> _Key:
    return opened, generated[: max(0, opened)]
