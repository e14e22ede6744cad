"""A client's hold on the model process: attached again when the process has gone."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as Late

from fairlead_decoding.errors import DecodingError
from fairlead_server.analysis.backoff import Backoff
from fairlead_server.daemon.calls import never
from fairlead_server.daemon.link import Link
from fairlead_server.errors import UserError

log = logging.getLogger(__name__)

_POLL = 0.02
"""Seconds between two looks at whether anybody still waits."""


class Attachment:
    """Holds the link that `attach` makes; it finds or starts the process and loads the model.

    A process that has gone is replaced when it is asked for again, not before: it may have been
    ended on purpose. One that keeps failing is left alone for a while. Safe to use from several
    threads.
    """

    def __init__(self, attach: Callable[[], Link]) -> None:
        """Attach. Raises what `attach` raises."""
        self._attach = attach
        self._backoff = Backoff()
        self._lock = threading.Lock()
        self._closed = False
        self._mourned: Link | None = None
        self._coming: Future[Link] = Future()
        self._coming.set_result(attach())

    def link(self, patience: float, cancelled: Callable[[], bool] = never) -> Link | None:
        """Return a link that works, made anew if need be.

        None when there is none in `patience` seconds, none may be made yet, or `cancelled` says
        that nobody waits any more.
        """
        coming, until = self._wanted(), time.monotonic() + patience
        while not coming.done() and not cancelled() and time.monotonic() < until:
            try:
                coming.exception(min(_POLL, max(0.0, until - time.monotonic())))
            except Late:
                continue
        found = _result(coming)
        return None if found is None or found.ended else found

    def worked(self) -> None:
        """Take note that the process answers: it may be replaced at once when it dies."""
        self._backoff.worked()

    def lost(self, link: Link) -> None:
        """Take note, and say once, that `link` has ended."""
        with self._lock:
            if self._closed or link is self._mourned:
                return
            self._mourned = link
            delay = self._backoff.failed()
        log.warning(
            "The model process is gone: %s. What it was asked is answered with nothing; "
            "it is replaced when it is needed, in %.1f s at the earliest.",
            link.ended,
            delay,
        )

    def close(self) -> None:
        """Hang up, for good."""
        with self._lock:
            self._closed = True
        if link := _result(self._coming):
            link.close()

    def _wanted(self) -> Future[Link]:
        """Return the future of the link; starts to make one if there is none and may be one."""
        with self._lock:
            link = _result(self._coming)
            over = self._coming.done() and (link is None or bool(link.ended))
        if over and link is not None:
            self.lost(link)
        with self._lock:
            if over and self._coming.done() and self._backoff.over and not self._closed:
                if link is not None:
                    link.close()
                self._coming = Future()
                threading.Thread(target=self._make, name="attaching", daemon=True).start()
            return self._coming

    def _make(self) -> None:
        coming = self._coming
        try:
            link = self._attach()
        except Exception as error:
            expected = isinstance(error, UserError | DecodingError)
            log.warning("There is no model process: %s", error, exc_info=not expected)
            self._backoff.failed()
            coming.set_exception(error)
            return
        coming.set_result(link)
        if self._closed:
            link.close()


def _result(coming: Future[Link]) -> Link | None:
    return coming.result() if coming.done() and coming.exception() is None else None
