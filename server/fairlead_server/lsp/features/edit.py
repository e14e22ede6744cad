"""The command `fairlead.edit`: what an instruction says, as a checked edit that is shown first.

And the code action by which editors that can ask for a line of text get to it.
"""

from __future__ import annotations

import asyncio
import dataclasses
import functools
import os
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from lsprotocol import types
from pygls.exceptions import JsonRpcRequestCancelled

from fairlead_monitors.engine import Kind, Names
from fairlead_server.actions import REWRITE, Offer, Selection
from fairlead_server.analysis.jedi_engine import find_interpreter
from fairlead_server.analysis.rewriting import Rewrite, Rewritten
from fairlead_server.document import DocumentSnapshot, decode, language_of
from fairlead_server.editing.candidate import Candidate, EditRequest, FileEdit, Outcome
from fairlead_server.editing.edit import edits_for
from fairlead_server.editing.process import Cancelled
from fairlead_server.editing.sequence import steps_of
from fairlead_server.errors import NoInterpreter, UserError
from fairlead_server.lsp import convert, edits
from fairlead_server.lsp.commands import add_command
from fairlead_server.lsp.edit_arguments import COMMAND, Asked, converter, read_arguments
from fairlead_server.lsp.queued import Queued
from fairlead_server.lsp.server import FairleadServer
from fairlead_server.lsp.snapshot import project_of, snapshot_of
from fairlead_server.lsp.working import Working, working

T = TypeVar("T")

ASK = "fairlead.editWithInstruction"
"""The editor's own command that asks for an instruction, and puts it to `COMMAND`."""

ANALYSING = 10.0
"""Seconds that one analysis may take, if the setting `patience` is not more."""

_TITLE = "Edit with fairlead…"
_LOOK = 0.05
"""Seconds between two looks at whether the document is still the same."""


def register(server: FairleadServer) -> None:
    """Add the feature to `server`."""
    editing = Editing(server)
    server.actions[editing.name] = editing

    async def command(server: FairleadServer, arguments: Sequence[Any]) -> dict[str, Any]:
        return await editing.run(read_arguments(server, arguments))

    add_command(server, COMMAND, command)


@dataclass
class Editing:
    """Edits documents by instruction, one edit of a document at a time: the newest wins."""

    server: FairleadServer
    name: str = "edit"
    kinds: tuple[str, ...] = (REWRITE,)
    _running: dict[str, threading.Event] = field(default_factory=dict)
    _last: tuple[tuple[object, ...], Outcome] | None = None

    async def offers(self, selection: Selection) -> Sequence[Offer]:
        """Offer to ask for an instruction, where the editor can, and something is selected."""
        if ASK not in _commands_of(self.server.client_capabilities):
            return ()
        if not selection.invoked and selection.start == selection.end:
            return ()
        codec = self.server.workspace.position_codec
        where = convert.range_at(selection.document.text, selection.start, selection.end, codec)
        data = {
            "uri": selection.uri,
            "range": converter().unstructure(where),
            "version": selection.document.version,
        }
        return [Offer(_TITLE, REWRITE, data, command=ASK)]

    async def text(self, uri: str, document: DocumentSnapshot, data: Mapping[str, Any]) -> str:
        """Raise `ValueError`: what is offered is a command of the editor."""
        raise ValueError(f"{_TITLE} is done by {COMMAND}")

    async def run(self, asked: Asked) -> dict[str, Any]:
        """Do what is asked for; return what was done. Raises `UserError` and `MovedOn`."""
        if self._last is None or self._last[0] != asked.key:
            if asked.version not in (None, asked.document.version):
                raise edits.MovedOn
            self._last = asked.key, await self._outcome(asked)
        outcome = self._last[1]
        if outcome.explanation:
            return self._explained(outcome.explanation)
        count = len(outcome.candidates)
        if not count:
            self._last = None
            raise UserError(_nothing(asked, outcome))
        if asked.candidate > count:
            last = "candidate is the only one" if count == 1 else f"{count} candidates are all"
            raise UserError(f"there is no candidate {asked.candidate}: the {last}")
        chosen = outcome.candidates[asked.candidate - 1]
        try:
            change, *others = await self._changes(asked, chosen)
        except edits.MovedOn:
            # Another file is not what it was: whoever asks again gets what fits.
            self._last = None
            raise
        done: dict[str, Any] = {
            "kind": chosen.kind,
            "by": chosen.by,
            "title": chosen.title,
            "candidate": asked.candidate,
            "candidates": count,
            "files": len(chosen.files),
            "checked": chosen.checked,
            "remarks": list(chosen.remarks),
        }
        if asked.apply:
            return {**done, "applied": await edits.apply(self.server, change, others)}
        edit = converter().unstructure(edits.edit_of(self.server, change, others))
        done |= {"applied": False, "edit": edit}
        if asked.sequence:
            done["steps"] = await self._steps(asked, chosen, change, others)
        return done

    async def _steps(
        self, asked: Asked, chosen: Candidate, change: edits.Change, others: Sequence[edits.Change]
    ) -> list[Any]:
        """Return the edits that lead to `chosen`, each of what the one before it left.

        `change` and the `others` are what it is in one step.
        """

        def work(stopped: Callable[[], bool]) -> tuple[str, ...]:
            return steps_of(chosen, self._request(asked), self._means(asked), stopped)

        document, made = asked.document, []
        for text in await self._unless_moved(asked, work):
            step = dataclasses.replace(change, document=document, text=text)
            last = others if text == change.text else []
            made.append(self._edit(step, last))
            document = dataclasses.replace(document, text=text)
            change = dataclasses.replace(change, opened=False)
        return made

    def _edit(self, change: edits.Change, others: Sequence[edits.Change]) -> Any:
        server = self.server
        codec, can = server.workspace.position_codec, server.client_capabilities
        return converter().unstructure(edits.workspace_edit(change, codec, can, others))

    def _explained(self, text: str) -> dict[str, Any]:
        """Show what is wrong, to whoever asked that."""
        params = types.ShowMessageParams(types.MessageType.Info, text)
        self.server.window_show_message(params)
        return {
            "kind": "explanation",
            "by": "analysis",
            "title": text,
            "candidate": 0,
            "candidates": 0,
            "files": 0,
            "checked": True,
            "remarks": [],
            "applied": False,
        }

    async def _outcome(self, asked: Asked) -> Outcome:
        """Return the candidates."""

        def work(stopped: Callable[[], bool]) -> Outcome:
            return edits_for(self._request(asked), self._means(asked), stopped)

        return await self._unless_moved(asked, work)

    async def _unless_moved(self, asked: Asked, work: Callable[[Callable[[], bool]], T]) -> T:
        """Return what `work` does, on a thread; it is told when to stop.

        Raises `MovedOn` as soon as the document is another one.
        """
        if before := self._running.get(asked.uri):
            before.set()
        stopped = self._running[asked.uri] = threading.Event()
        try:
            async with working(self.server, "fairlead: edit") as shown:
                over = functools.partial(_is_over, stopped, shown)
                answer = asyncio.get_running_loop().run_in_executor(None, work, over)
                while not answer.done():
                    await asyncio.wait({answer}, timeout=_LOOK)
                    if snapshot_of(self.server.workspace, asked.uri) != asked.document:
                        raise edits.MovedOn
                return answer.result()
        except Cancelled:
            raise JsonRpcRequestCancelled("the edit was cancelled") from None
        finally:
            stopped.set()
            if self._running.get(asked.uri) is stopped:
                del self._running[asked.uri]

    def _request(self, asked: Asked) -> EditRequest:
        path = asked.document.path
        settings = self.server.state.settings(path)
        project = project_of(self.server.workspace, path)
        return EditRequest(
            asked.document,
            asked.start,
            asked.end,
            asked.instruction,
            project,
            _interpreter(project, settings.interpreter, trusted=settings.trusted),
            self._open_texts(),
            max(settings.patience, ANALYSING),
            settings.guided,
            settings.context,
        )

    def _means(self, asked: Asked) -> _Means:
        return _Means(self.server.worker, f"{asked.uri} (edit)")

    def _open_texts(self) -> dict[str, str]:
        workspace = self.server.workspace
        found = (snapshot_of(workspace, uri) for uri in list(workspace.text_documents))
        return {one.path: one.text for one in found if one is not None and one.before is None}

    async def _changes(self, asked: Asked, chosen: Candidate) -> list[edits.Change]:
        """Return what `chosen` changes, if all files are as they were. Raises `MovedOn`."""
        by = "a refactoring" if chosen.kind == "refactoring" else "written by a model"
        checked = "checked by fairlead" if chosen.checked else "not checked by analysis"
        label, said = f"{chosen.title} ({chosen.by})", f"{chosen.by}: {by}, {checked}"
        first, *others = chosen.files
        changes = [edits.Change(asked.uri, asked.document, first.new, label, confirm=True, by=said)]
        for other, uri in zip(others, await self._uris(others), strict=True):
            document: DocumentSnapshot | None = DocumentSnapshot(
                other.path, other.old, language_of(other.path)
            )
            if uri is not None:
                document = snapshot_of(self.server.workspace, uri)
            if document is None or document.text != other.old:
                raise edits.MovedOn
            changes.append(
                edits.Change(
                    uri or Path(other.path).as_uri(),
                    document,
                    other.new,
                    label,
                    confirm=True,
                    by=said,
                    opened=uri is not None,
                )
            )
        return changes

    async def _uris(self, files: Sequence[FileEdit]) -> list[str | None]:
        """Return what the editor calls the files, None for those that it has not open.

        Raises `MovedOn` where one that it has not open is not as it was. Files are looked at on a
        thread: the disk may be slow.
        """
        if not files:
            return []
        workspace = self.server.workspace
        found = ((uri, snapshot_of(workspace, uri)) for uri in list(workspace.text_documents))
        opened = {uri: document.path for uri, document in found if document is not None}
        return await asyncio.get_running_loop().run_in_executor(None, _known, files, opened)


def _known(files: Sequence[FileEdit], opened: Mapping[str, str]) -> list[str | None]:
    """Return by which URI each file is `opened`, None for one that is not, and is as it was.

    `opened` are paths by URI. Raises `MovedOn` where a file is another.
    """
    uris = {os.path.realpath(path): uri for uri, path in opened.items()}
    known = [uris.get(os.path.realpath(one.path)) for one in files]
    for edit, uri in zip(files, known, strict=True):
        try:
            if uri is None and decode(Path(edit.path).read_bytes(), edit.path) != edit.old:
                raise edits.MovedOn
        except (OSError, UserError):
            raise edits.MovedOn from None
    return known


def _is_over(stopped: threading.Event, shown: Working) -> bool:
    return stopped.is_set() or shown.is_cancelled()


class _Means(Queued):
    """The model and analysis, with the name of the model."""

    @property
    def model_name(self) -> str:
        """The model's name for people; a model that is still loading is waited for."""
        completer = self.worker.completer(ANALYSING)
        return completer.model_name if completer else "model"

    def names(self, kind: Kind, document: DocumentSnapshot, offset: int, patience: float) -> Names:
        """Return the names of `kind` that may begin at `offset`."""
        completer = self.worker.completer(patience)
        if completer is None:
            return Names.unknown("nobody", "the model is not loaded")
        return completer.names(kind, document, offset, patience)

    def describe(self, document: DocumentSnapshot, offset: int, patience: float) -> str:
        """Return how the name that ends at `offset` is declared."""
        completer = self.worker.completer(patience)
        return completer.describe(document, offset, patience) if completer else ""

    def rewrite(
        self,
        document: DocumentSnapshot,
        wanted: Rewrite,
        patience: float,
        *,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> Rewritten:
        """Return what a refactoring makes of `document`."""
        completer = self.worker.completer(ANALYSING)
        if completer is None:
            return Rewritten.refused("fairlead", "the model is not loaded")
        return completer.rewrite(document, wanted, patience, cancelled=cancelled)


def _interpreter(project: str | None, stated: str | None, *, trusted: bool) -> str | None:
    try:
        return find_interpreter(project, stated, trusted=trusted)
    except NoInterpreter:
        return None


def _nothing(asked: Asked, outcome: Outcome) -> str:
    return "; ".join(dict.fromkeys(outcome.reasons)) or f"nothing comes of {asked.instruction!r}"


def _commands_of(capabilities: types.ClientCapabilities) -> Sequence[str]:
    """Return the editor's own commands that it lets servers name."""
    experimental = capabilities.experimental
    commands = experimental.get("commands") if isinstance(experimental, Mapping) else None
    named = commands.get("commands") if isinstance(commands, Mapping) else None
    return named if isinstance(named, list | tuple) else ()
