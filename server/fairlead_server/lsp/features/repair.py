"""The code action "Fix: …" and the command `fairlead.repair`: patches that analysis has re-checked.

They are for diagnostics of any server, as far as fairlead's own analysis sees what is wrong as
well: whether it is mended is known from that alone. The search begins once the user has chosen.
"""

from __future__ import annotations

import asyncio
import functools
import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from lsprotocol import types
from pygls.exceptions import JsonRpcRequestCancelled

from fairlead_monitors.engine import Diagnostic, Diagnostics
from fairlead_server.actions import QUICK_FIX, Offer, Selection
from fairlead_server.document import DocumentSnapshot
from fairlead_server.errors import UserError
from fairlead_server.lsp import edits
from fairlead_server.lsp.commands import add_command, argument, opened
from fairlead_server.lsp.edit_arguments import converter, extent
from fairlead_server.lsp.queued import Queued
from fairlead_server.lsp.server import FairleadServer
from fairlead_server.lsp.snapshot import snapshot_of
from fairlead_server.lsp.working import Working, working
from fairlead_server.rechecking import WARNING
from fairlead_server.repair.fault import Fault, fault_at, fault_in, seen, touching, unseen
from fairlead_server.repair.hunk import span_hunk
from fairlead_server.repair.search import Found, Plan, Progress, search

COMMAND = "fairlead.repair"

ANALYSING = 20.0
"""Seconds that the first analysis of a repair may take, if the setting `patience` is not more."""

_PLAN = Plan(samples=200, tokens=3000, seconds=30.0, enough=3)
"""What is searched while somebody waits at the keyboard."""

_MOST_OFFERS = 3
_LONGEST_TITLE = 80
_LOOK = 0.25
"""Seconds between two looks at whether the document is still the same."""


def register(server: FairleadServer) -> None:
    """Add the feature to `server`."""
    source = Repair(server)
    server.actions[source.name] = source

    async def command(server: FairleadServer, arguments: Sequence[Any]) -> bool:
        return await _command(server, source, arguments)

    add_command(server, COMMAND, command)


@dataclass(frozen=True)
class Repair:
    """Offers to mend what is wrong; one repair is searched for at a time."""

    server: FairleadServer
    name: str = "repair"
    kinds: tuple[str, ...] = (QUICK_FIX,)
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    last: deque[tuple[DocumentSnapshot, Diagnostics]] = field(
        default_factory=lambda: deque(maxlen=1)
    )

    async def offers(self, selection: Selection) -> Sequence[Offer]:
        """Return an offer for each fault here that fairlead's analysis sees as well.

        Where the editor shows no diagnostics, they are looked for, if the user asks.
        """
        if not selection.invoked and not selection.diagnostics:
            return ()
        loop = asyncio.get_running_loop()
        before = await loop.run_in_executor(None, self._diagnosed, selection)
        return _offers(selection, before) if unseen(before) is None else []

    async def text(self, uri: str, document: DocumentSnapshot, data: Mapping[str, Any]) -> str:
        """Return `document` with the best patch that passes all checks."""
        shown = _shown(data)
        return await self.mended(uri, document, lambda found: fault_at(document, found, shown))

    async def mended(
        self, uri: str, document: DocumentSnapshot, find: Callable[[Diagnostics], Fault]
    ) -> str:
        """Return `document` without the fault that `find` finds in its diagnostics.

        Raises `UserError` when there is no fault or no patch, and `MovedOn` as soon as the document
        is another one.
        """
        async with self.turn, working(self.server, "fairlead: repair") as shown:
            stopped = threading.Event()
            try:
                found, fault = await self._unless_moved(
                    uri,
                    document,
                    functools.partial(self._search, uri, document, find, stopped, shown),
                )
            finally:
                stopped.set()
        if shown.is_cancelled():
            raise JsonRpcRequestCancelled("the repair was cancelled")
        if found.best is None:
            raise UserError(_nothing(found, fault))
        return fault.hunk.patched(found.best.candidate.text).text

    async def _unless_moved(
        self, uri: str, document: DocumentSnapshot, work: Callable[[], tuple[Found, Fault]]
    ) -> tuple[Found, Fault]:
        """Return what `work` does, on a thread, unless the document changes before."""
        answer = asyncio.get_running_loop().run_in_executor(None, work)
        while not answer.done():
            await asyncio.wait({answer}, timeout=_LOOK)
            now = snapshot_of(self.server.workspace, uri)
            if now is None or now.version != document.version:
                raise edits.MovedOn
        return answer.result()

    def _search(
        self,
        uri: str,
        document: DocumentSnapshot,
        find: Callable[[Diagnostics], Fault],
        stopped: threading.Event,
        shown: Working,
    ) -> tuple[Found, Fault]:
        settings, means = self.server.state.settings(document.path), self._means(uri)
        fault = find(means.diagnostics(document, max(ANALYSING, settings.patience)))
        plan = replace(
            _PLAN,
            arms=(True, False) if settings.guided else (False,),
            patience=settings.patience,
            context=settings.context,
        )
        found = search(
            means,
            fault,
            plan,
            cancelled=lambda: stopped.is_set() or shown.is_cancelled(),
            progress=lambda news: shown.report(news.share, _said(news)),
        )
        return found, fault

    def _diagnosed(self, selection: Selection) -> Diagnostics:
        """Return what is wrong with the document; editors ask whenever the cursor moves."""
        document = selection.document
        for known, found in tuple(self.last):
            if known == document:
                return found
        patience = self.server.state.settings(document.path).patience
        found = self._means(selection.uri).diagnostics(document, patience)
        if unseen(found) is None:
            self.last.append((document, found))
        return found

    def _means(self, uri: str) -> Queued:
        return Queued(self.server.worker, f"{uri} (repair)")


def _offers(selection: Selection, before: Diagnostics) -> list[Offer]:
    """Return an offer for each set of own diagnostics that shown ones stand for."""
    shown = selection.diagnostics or touching(before, selection.start, selection.end)
    mends: dict[tuple[Diagnostic, ...], list[int]] = {}
    for place, one in enumerate(shown):
        own = touching(before, one.start, one.end, max(WARNING, one.severity))
        if own:
            mends.setdefault(own, []).append(place)
    return [
        _offer(own, shown[places[0]], tuple(places) if selection.diagnostics else ())
        for own, places in list(mends.items())[:_MOST_OFFERS]
    ]


def _offer(own: Sequence[Diagnostic], shown: Diagnostic, mends: tuple[int, ...]) -> Offer:
    """Return the offer to mend `own`; its title says what will have been checked."""
    message = " ".join(own[0].message.split())
    more = f" (and {len(own) - 1} more)" if len(own) > 1 else ""
    if len(message) > _LONGEST_TITLE:
        message = f"{message[: _LONGEST_TITLE - 1]}…"
    data = {"start": shown.start, "end": shown.end, "severity": shown.severity}
    return Offer(f"Fix: {message}{more}", QUICK_FIX, data, mends, generated=True, confirm=True)


def _shown(data: Mapping[str, Any]) -> Diagnostic:
    """Read the data of an offer. Raises `ValueError`."""
    start, end, severity = (data.get(key) for key in ("start", "end", "severity"))
    if not (isinstance(start, int) and isinstance(end, int) and isinstance(severity, int)):
        raise ValueError(f"{dict(data)!r} is no repair")
    return Diagnostic(start, end, "what was chosen", severity)


async def _command(server: FairleadServer, source: Repair, arguments: Sequence[Any]) -> bool:
    """Repair what the second argument, a range or a diagnostic, is about, in the document."""
    uri = argument(arguments, 0, str, "the URI of a document")
    about = argument(arguments, 1, dict, "a range or a diagnostic")
    document = opened(server, uri)
    if "range" in about:
        wrong = _read(about, types.Diagnostic)
        start, end = extent(server, document, wrong.range)
        severity = wrong.severity.value if wrong.severity else 1
        shown = Diagnostic(start, end, str(wrong.message), severity)

        def find(found: Diagnostics) -> Fault:
            return fault_at(document, found, shown)

    else:
        hunk = span_hunk(document, *extent(server, document, _read(about, types.Range)))

        def find(found: Diagnostics) -> Fault:
            fault = fault_in(hunk, seen(found, document))
            if not fault.targets:
                raise UserError(f"{found.engine} finds nothing wrong in these lines")
            return fault

    text = await source.mended(uri, document, find)
    return await edits.apply(server, edits.Change(uri, document, text, "Repair", confirm=True))


def _read(value: Any, kind: type[Any]) -> Any:
    try:
        return converter().structure(value, kind)
    except Exception as error:
        raise ValueError(f"{value!r} is no {kind.__name__}: {error}") from None


def _said(news: Progress) -> str:
    found = f", {news.plausible} plausible" if news.plausible else ""
    return f"{news.candidates} candidates{found}"


def _nothing(found: Found, fault: Fault) -> str:
    if not found.candidates and found.remarks:
        return found.remarks[0]
    said = " ".join(fault.messages[0].split())[:_LONGEST_TITLE] if fault.messages else ""
    checked = len(found.candidates)
    return f"no repair was found: {checked} candidates were checked, none mends “{said}”"
