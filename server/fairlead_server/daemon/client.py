"""A completer that lives in another process: what a language server uses in place of a model."""

from __future__ import annotations

import logging
import os
import shutil
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeVar

from fairlead_monitors.engine import Diagnostics, Kind, Names
from fairlead_server.analysis.choice import Refused
from fairlead_server.analysis.jedi_engine import find_interpreter
from fairlead_server.analysis.rewriting import Rewrite, Rewritten
from fairlead_server.completing import Completing
from fairlead_server.daemon.attachment import Attachment
from fairlead_server.daemon.calls import Opened, never, unheard
from fairlead_server.daemon.identity import place_of
from fairlead_server.daemon.launch import Launch, find_or_start
from fairlead_server.daemon.link import Cancelled, Gone, Link
from fairlead_server.daemon.places import are_possible
from fairlead_server.document import DocumentSnapshot
from fairlead_server.errors import UserError
from fairlead_server.model_files import find_model
from fairlead_server.settings import Settings
from fairlead_server.suggestion import (
    CheckedName,
    CompletionRequest,
    CompletionResult,
    NameRanking,
)

log = logging.getLogger(__name__)

T = TypeVar("T")

_TIME_TO_LOAD = 600.0
"""Seconds for which a request waits for a process that is being started anew."""

_ATTEMPTS = 2
_NOBODY = "fairlead"
_LOST = "the model process is gone"


def build(settings: Settings, project: str | None, refused: Refused | None = None) -> Completing:
    """Return a completer as the settings want it: that of a shared process, or one in this process.

    Without sockets that only the user can reach, as on Windows, it is always one in this process.
    `refused` is told of engines that cannot be made. Raises `UserError`.
    """
    if settings.process == "shared" and are_possible():
        return connect(settings, project)
    # Late: it brings what only a process with a model needs.
    from fairlead_server.engine import build_completer

    return build_completer(settings, project, refused=refused)


def connect(
    settings: Settings, project: str | None, launch: Launch | None = None
) -> RemoteCompleter:
    """Attach to the process that has the model of `settings`, or start one, and wait for the model.

    Raises `UserError`, that of the process included.
    """
    settings = _absolute(settings, project)
    folder = os.path.abspath(project) if project else None
    place = place_of(settings)
    names: list[str] = []

    def attach() -> Link:
        for _ in range(_ATTEMPTS):
            link = find_or_start(place, settings, launch or Launch())
            try:
                opened: Opened = link.call("open", settings=settings, project=folder)
            except Gone:
                # It may just have been ending, for want of clients.
                link.close()
                continue
            except BaseException:
                link.close()
                raise
            names.append(opened.model)
            for remark in opened.remarks:
                log.warning("%s", remark)
            return link
        raise UserError(f"the model process dies while it loads the model; {place.log} says why")

    return RemoteCompleter(Attachment(attach), names[0])


class RemoteCompleter:
    """Completes documents by asking a model process. Any of it may be called from any thread.

    Where the process dies, what it was asked is answered with nothing, and the next request is put
    to another one.
    """

    def __init__(self, attachment: Attachment, model_name: str) -> None:
        self._attachment = attachment
        self._model_name = model_name

    @property
    def model_name(self) -> str:
        """The model's name for people."""
        return self._model_name

    def complete(
        self,
        request: CompletionRequest,
        *,
        cancelled: Callable[[], bool] = never,
        growing: Callable[[str], None] = unheard,
    ) -> CompletionResult:
        """Complete; `cancelled` is polled all the time, and a cancelled request ends at once.

        `growing` is told the text of the first sample while it grows. Raises `DecodingError` when
        the request does not fit the model's context.
        """
        asked = time.monotonic()

        def call(link: Link) -> CompletionResult:
            # A process that has to be started first does not use up the time for decoding.
            late = request.later(time.monotonic() - asked)
            result: CompletionResult = link.call(
                "complete", cancelled=cancelled, growing=growing, request=late
            )
            return result

        return self._ask(CompletionResult(()), _TIME_TO_LOAD, call, cancelled)

    def rank(
        self,
        request: CompletionRequest,
        names: Sequence[str],
        k: int,
        *,
        cancelled: Callable[[], bool] = never,
    ) -> NameRanking:
        """Return the `k` of `names` that the model likes best in the place of the request."""
        return self._ask(
            NameRanking(),
            _TIME_TO_LOAD,
            lambda link: link.call(
                "rank", cancelled=cancelled, request=request, names=[*names], k=k
            ),
            cancelled,
        )

    def members(
        self,
        document: DocumentSnapshot,
        offset: int,
        patience: float,
        *,
        cancelled: Callable[[], bool] = never,
    ) -> Names | None:
        """Return the members that may be named at `offset`, None where no dereference ends there.

        A name that is typed in part already does not narrow the answer.
        """
        otherwise: Names | None = Names.unknown(_NOBODY, _LOST)
        return self._ask(
            otherwise,
            patience,
            lambda link: link.call(
                "members",
                cancelled=cancelled,
                document=document,
                offset=offset,
                patience=patience,
            ),
            cancelled,
        )

    def names(self, kind: Kind, document: DocumentSnapshot, offset: int, patience: float) -> Names:
        """Return the names of `kind` that may begin at `offset`, where none of one is written."""
        return self._ask(
            Names.unknown(_NOBODY, _LOST),
            patience,
            lambda link: link.call(
                "names", kind=kind, document=document, offset=offset, patience=patience
            ),
        )

    def diagnostics(self, document: DocumentSnapshot, patience: float) -> Diagnostics:
        """Return what is wrong with `document`."""
        return self._ask(
            Diagnostics.unknown(_NOBODY, _LOST),
            patience,
            lambda link: link.call("diagnostics", document=document, patience=patience),
        )

    def describe(self, document: DocumentSnapshot, offset: int, patience: float) -> str:
        """Return how the name that ends at `offset` is declared, in its language; may be blank."""
        return self._ask(
            "",
            patience,
            lambda link: link.call("describe", document=document, offset=offset, patience=patience),
        )

    def rewrite(
        self,
        document: DocumentSnapshot,
        wanted: Rewrite,
        patience: float,
        *,
        cancelled: Callable[[], bool] = never,
    ) -> Rewritten:
        """Return what a refactoring makes of `document`. Ends soon once `cancelled`."""
        return self._ask(
            Rewritten.refused(_NOBODY, _LOST),
            patience,
            lambda link: link.call(
                "rewrite",
                cancelled=cancelled,
                document=document,
                wanted=wanted,
                patience=patience,
            ),
            cancelled,
        )

    def review(self, document: DocumentSnapshot, offset: int, text: str) -> tuple[CheckedName, ...]:
        """Return what is in `text`, inserted at `offset`, with what analysis says of each part."""
        otherwise: tuple[CheckedName, ...] = ()
        return self._ask(
            otherwise,
            _TIME_TO_LOAD,
            lambda link: link.call("review", document=document, offset=offset, text=text),
        )

    def warm(self, document: DocumentSnapshot) -> None:
        """Start analysing `document` ahead of the first question; returns at once."""
        if link := self._attachment.link(0.0):
            link.tell("warm", document=document)

    def close(self) -> None:
        """Leave the process, which goes on for others and ends by itself when it has none."""
        self._attachment.close()

    def _ask(
        self,
        otherwise: T,
        patience: float,
        call: Callable[[Link], T],
        cancelled: Callable[[], bool] = never,
    ) -> T:
        """Return what `call` returns, `otherwise` when it is cancelled or there is no process."""
        link = self._attachment.link(patience, cancelled)
        if link is None:
            return otherwise
        try:
            result = call(link)
        except Cancelled:
            return otherwise
        except Gone:
            self._attachment.lost(link)
            return otherwise
        self._attachment.worked()
        return result


def _absolute(settings: Settings, project: str | None) -> Settings:
    """Return `settings` without what means something else in another process.

    These are names and relative paths, and the interpreter that this environment implies.
    """
    found = settings.interpreter or find_interpreter(project, None, trusted=settings.trusted)
    if found is not None:
        found = os.path.abspath(shutil.which(found) or found)
    elif settings.trusted and os.environ.get("VIRTUAL_ENV"):
        # The environment that is active is fairlead's own, and goes before one in the project.
        found = sys.executable
    return replace(settings, interpreter=found, model=os.path.abspath(find_model(settings.model)))
