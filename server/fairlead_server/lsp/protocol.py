"""pygls' protocol, which forgets what it has handled."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from functools import partial
from typing import Any

from pygls.protocol import LanguageServerProtocol

MessageId = int | str


class ForgettingProtocol(LanguageServerProtocol):
    """Keeps the futures of messages only until they are handled.

    pygls drops those of requests when it answers them, and keeps those of notifications for as
    long as the server runs: 2 kB for every letter that is typed.
    """

    def _execute_handler(
        self,
        msg_id: MessageId,
        handler: Callable[..., Any],
        callback: Callable[[Future[Any]], None],
        args: Sequence[Any] | None = None,
        kwargs: Mapping[str, Any] | None = None,
    ) -> None:
        super()._execute_handler(msg_id, handler, callback, args, kwargs)  # type: ignore[arg-type]
        if (future := self._request_futures.get(msg_id)) is not None:
            future.add_done_callback(partial(self._forget, msg_id))

    def _forget(self, msg_id: MessageId, future: Future[Any]) -> None:
        # A client may use the id of an answered request again.
        if self._request_futures.get(msg_id) is future:
            del self._request_futures[msg_id]
