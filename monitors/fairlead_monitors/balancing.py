"""An engine that is shown documents in which the brackets match."""

from __future__ import annotations

from concurrent.futures import Future

from fairlead_monitors.brackets import Balance
from fairlead_monitors.engine import (
    CompletionEngine,
    Declaration,
    Diagnostics,
    Kind,
    Names,
    Signatures,
    Source,
)

_LARGEST = 150_000
"""Characters; to parse longer documents takes longer than decoding should wait."""

_BLOCKS = frozenset({"java"})
"""Languages in which a block may stand wherever a statement does."""


class BalancedEngine:
    """Passes questions on to `engine`, with the brackets closed that are open at their place.

    What follows a place then parses as it is meant to, and informs the types before it. Where it
    closes a block whose start is being written, one is opened: it would end the class. A text
    that ends with the place is left as it is: engines know what to make of that.
    """

    def __init__(self, engine: CompletionEngine, language: str) -> None:
        self._engine = engine
        self._language = language
        self._balance = Balance(language)

    @property
    def name(self) -> str:
        """The name of the engine behind."""
        return self._engine.name

    def names(self, kind: Kind, source: Source, offset: int) -> Future[Names]:
        """Ask for names."""
        return self._engine.names(kind, self._balanced(source, offset), offset)

    def types(self, source: Source, offset: int) -> Future[Names]:
        """Ask for types."""
        return self._engine.types(self._balanced(source, offset), offset)

    def signatures(self, source: Source, offset: int) -> Future[Signatures]:
        """Ask for signatures."""
        return self._engine.signatures(self._balanced(source, offset), offset)

    def diagnostics(self, source: Source) -> Future[Diagnostics]:
        """Ask for diagnostics, of the document as it is."""
        return self._engine.diagnostics(source)

    def declarations(self, source: Source, offset: int) -> Future[tuple[Declaration, ...]]:
        """Ask for declarations, in the document as it is."""
        return self._engine.declarations(source, offset)

    def warm(self, source: Source) -> None:
        """Warm the engine behind."""
        self._engine.warm(source)

    def close(self) -> None:
        """Close the engine behind."""
        self._engine.close()

    def _balanced(self, source: Source, offset: int) -> Source:
        before, after = source.text[:offset], source.text[offset:]
        if not after.strip() or len(source.text) > _LARGEST:
            return source
        texts = [text.encode(errors="replace") for text in (before, after)]
        closers = self._balance.missing(*texts)
        if closers is None and self._language in _BLOCKS:
            closers = self._balance.lacking(*texts)
        return Source(source.path, before + closers.decode() + after) if closers else source
