"""Requests that wait for their answer, document by document, and what makes waiting pointless."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from fairlead_server.lsp.worker import Priority

MOVED_ON = "the document has moved on"
SUPERSEDED = "a newer request took its place"


@dataclass(eq=False)
class Waiter:
    """One request. `in_vain` has a result, which says why, once nobody wants its answer."""

    uri: str
    priority: Priority
    in_vain: asyncio.Future[str] = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )

    def dismiss(self, why: str) -> None:
        """Let the request be answered without a result."""
        if not self.in_vain.done():
            self.in_vain.set_result(why)


@dataclass
class Waiting:
    """All requests that wait; for the event loop only."""

    _waiters: set[Waiter] = field(default_factory=set)

    def enter(self, uri: str, priority: Priority) -> Waiter:
        """Begin to wait. Older requests on the document give way unless they are more urgent."""
        for older in self._of(uri):
            if older.priority >= priority:
                older.dismiss(SUPERSEDED)
        waiter = Waiter(uri, priority)
        self._waiters.add(waiter)
        return waiter

    def leave(self, waiter: Waiter) -> None:
        """End waiting: the request is answered."""
        self._waiters.discard(waiter)

    def changed(self, uri: str) -> None:
        """Dismiss the requests on a document that has changed or was closed."""
        for waiter in self._of(uri):
            waiter.dismiss(MOVED_ON)

    def _of(self, uri: str) -> list[Waiter]:
        return [waiter for waiter in self._waiters if waiter.uri == uri]
