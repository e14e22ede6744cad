"""Refactorings by a language server: rename, and its own code actions. Nothing is applied."""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fairlead_server.analysis.language_server.errors import Refused
from fairlead_server.analysis.language_server.recipe import Recipe
from fairlead_server.analysis.language_server.rules import ActionRule
from fairlead_server.analysis.language_server.sync import Lines
from fairlead_server.analysis.language_server.watch import files
from fairlead_server.analysis.language_server.workspace_edit import Unusable, new_texts, path_of
from fairlead_server.analysis.rewriting import PLACES, Rewrite, Rewritten, Way
from fairlead_server.document import decode
from fairlead_server.errors import UserError

if TYPE_CHECKING:
    from fairlead_server.analysis.language_server.document import Document
    from fairlead_server.analysis.language_server.server import Server

Json = Any

_WAYS = 3
"""How many of the actions that fit are tried."""

_MOST = 200
"""Files that are opened in a server that sees no others."""

_LARGEST = 1_000_000
"""Characters of a file that is opened so; larger ones are made by programs."""

_MARK = "\ufeff"


@dataclass
class Subject:
    """The document that is asked about, in the server that is asked.

    `root` is the project's folder, `beside` the texts of other files that are open in the server.
    """

    server: Server
    document: Document
    recipe: Recipe
    root: str | None
    beside: dict[str, Lines] = field(default_factory=dict)

    @property
    def path(self) -> str:
        """Where the document lies."""
        return path_of(self.document.uri)

    def text_of(self, path: str) -> Lines:
        """Return a file's text as the server sees it. Raises `Unusable`."""
        real = os.path.realpath(path)
        if real == os.path.realpath(self.path):
            return self.document.lines
        root = os.path.realpath(self.root or os.path.dirname(self.path))
        if not Path(real).is_relative_to(root):
            raise Unusable(f"it is defined or used outside of the project, in {path}")
        return self.beside.get(real) or Lines(_on_disk(path), self.server.encoding)

    def texts(self, edit: Json) -> dict[str, str]:
        """Return what the server's `edit` makes of files. Raises `Unusable`."""
        versions = {os.path.realpath(self.path): self.document.version}
        return new_texts(edit, self.text_of, versions)

    async def ask(self, method: str, params: Mapping[str, Json]) -> Json:
        """Ask about the document. Raises what `Server.ask` does."""
        about = {"textDocument": {"uri": self.document.uri}}
        return await self.server.ask(f"textDocument/{method}", {**about, **params})

    def range(self, start: int, end: int) -> dict[str, Json]:
        """Return the protocol's range of an extent."""
        lines = self.document.lines
        return {"start": lines.position(start), "end": lines.position(end)}


def is_able(recipe: Recipe, capabilities: Mapping[str, Json], operation: str) -> bool:
    """Tell whether a server with these capabilities can be asked for `operation` at all."""
    if operation == PLACES:
        return bool(capabilities.get("documentHighlightProvider"))
    if operation == "rename":
        return bool(capabilities.get("renameProvider"))
    return operation in recipe.rewriting.actions and bool(capabilities.get("codeActionProvider"))


async def rewritten(subject: Subject, wanted: Rewrite) -> Rewritten:
    """Return what the server makes of `wanted`. Raises `Unusable`, and what `Server.ask` does."""
    name = subject.recipe.name
    if not is_able(subject.recipe, subject.server.capabilities, wanted.operation):
        return Rewritten.unable(name)
    if wanted.operation == PLACES:
        return Rewritten(name, places=await _places(subject, wanted))
    rule, word = subject.recipe.rewriting, subject.document.lines.text[wanted.start : wanted.end]
    named: dict[str, str] = {}
    if wanted.operation in ("rename", "inline"):
        named = await asyncio.get_running_loop().run_in_executor(None, _naming, subject, word)
    opened = named if rule.opens and wanted.operation == "rename" else {}
    async with _beside(subject, opened):
        if wanted.operation == "rename":
            ways = [await _rename(subject, wanted)]
        else:
            ways = await _actions(subject, wanted)
    changed = {os.path.realpath(path) for way in ways for path in way.texts}
    elsewhere = tuple(path for path in named if os.path.realpath(path) not in changed)
    return Rewritten(name, tuple(ways), elsewhere=elsewhere, partial=rule.partial)


async def _places(subject: Subject, wanted: Rewrite) -> tuple[tuple[int, int], ...]:
    lines = subject.document.lines
    found = await subject.ask("documentHighlight", {"position": lines.position(wanted.start)})
    try:
        ranges = [one["range"] for one in found or ()]
        return tuple((lines.offset(r["start"]), lines.offset(r["end"])) for r in ranges)
    except (AttributeError, KeyError, TypeError, ValueError):
        raise Unusable("the server's answer cannot be read") from None


async def _rename(subject: Subject, wanted: Rewrite) -> Way:
    place = {"position": subject.document.lines.position(wanted.start)}
    provider = subject.server.capabilities.get("renameProvider")
    prepares = isinstance(provider, Mapping) and provider.get("prepareProvider")
    if prepares and not await subject.ask("prepareRename", place):
        raise Unusable("the server renames nothing there")
    edit = await subject.ask("rename", {**place, "newName": wanted.name})
    return Way("Rename", subject.texts(edit))


async def _actions(subject: Subject, wanted: Rewrite) -> list[Way]:
    """Return what comes of the actions that fit. Raises `Unusable` if it is nothing."""
    rule = subject.recipe.rewriting.actions[wanted.operation]
    subject.server.tell_indentation(subject.document)
    context = {"diagnostics": [], "only": [*rule.only], "triggerKind": 1}
    place = subject.range(wanted.start, wanted.end)
    found = await subject.ask("codeAction", {"range": place, "context": context})
    ways, reasons = list[Way](), list[str]()
    for action in _fitting(found, rule):
        try:
            ways.append(await _done(subject, action))
        except (Refused, Unusable) as error:
            reasons.append(str(error))
        if len(ways) == _WAYS:
            break
    if not ways:
        raise Unusable(
            "; ".join(dict.fromkeys(reasons)) or "the server offers nothing of the sort here"
        )
    return ways


def _fitting(found: Json, rule: ActionRule) -> Iterator[Mapping[str, Json]]:
    """Yield the actions of the right kinds with the right titles, the best first."""
    if found is not None and not isinstance(found, list):
        raise Unusable("the server's actions cannot be read")
    actions = [one for one in found or () if isinstance(one, Mapping) and _is_of(one, rule)]
    chosen: list[Mapping[str, Json]] = []
    for pattern in rule.titles:
        for one in actions:
            if one not in chosen and pattern.search(str(one.get("title"))):
                chosen.append(one)
    yield from chosen


def _is_of(action: Mapping[str, Json], rule: ActionRule) -> bool:
    """Tell whether an action is of a kind that was asked for; some servers offer others as well."""
    kind = action.get("kind")
    return not isinstance(kind, str) or any(f"{kind}.".startswith(f"{k}.") for k in rule.only)


async def _done(subject: Subject, action: Mapping[str, Json]) -> Way:
    """Return what an action does, by its edit or its command. Raises `Unusable`."""
    title, disabled = str(action.get("title")), action.get("disabled")
    if isinstance(disabled, Mapping):
        raise Unusable(f"{title}: {str(disabled.get('reason')).rstrip('.')}")
    server = subject.server
    if action.get("edit") is None and action.get("command") is None:
        resolved = await server.ask("codeAction/resolve", action)
        action = resolved if isinstance(resolved, Mapping) else {}
    edit = action.get("edit")
    if edit is None:
        edit = await _commanded(subject, action)
    return Way(title, subject.texts(edit))


async def _commanded(subject: Subject, action: Mapping[str, Json]) -> Json:
    """Return the edit that an action's command has the server ask for."""
    # A command that stands alone has its name where an action has the command.
    command = action if isinstance(action.get("command"), str) else action.get("command")
    if not isinstance(command, Mapping):
        raise Unusable("the server has no edit for it")
    name, provider = command.get("command"), subject.server.capabilities.get
    stated = provider("executeCommandProvider")
    if not isinstance(stated, Mapping) or name not in (stated.get("commands") or ()):
        raise Unusable(f"the server leaves it to the editor ({name})")
    params = {"command": name, "arguments": command.get("arguments") or []}
    with subject.server.receiving_edits() as received:
        await subject.server.ask("workspace/executeCommand", params)
    if len(received) != 1:
        raise Unusable(
            "the server has no edit for it" if not received else "it takes several edits"
        )
    return received[0]


@asynccontextmanager
async def _beside(subject: Subject, named: Mapping[str, str]) -> AsyncIterator[None]:
    """Have other files open in the server. Raises `Unusable` if they are too many."""
    if len(named) > _MOST:
        raise Unusable(f"more than {_MOST} files have the name: {subject.recipe.name} sees no more")
    server, encoding = subject.server, subject.server.encoding
    uris = {path: Path(path).as_uri() for path in named}
    for path, text in named.items():
        language = subject.recipe.language_of(path)
        item = {"uri": uris[path], "languageId": language, "version": 1, "text": text}
        server.notify("textDocument/didOpen", {"textDocument": item})
        subject.beside[os.path.realpath(path)] = Lines(text, encoding)
    try:
        yield
    finally:
        for uri in uris.values():
            server.notify("textDocument/didClose", {"textDocument": {"uri": uri}})


def _naming(subject: Subject, word: str) -> dict[str, str]:
    """Return the texts of the project's other files in which there is the word, by path."""
    if subject.root is None or not word:
        return {}
    own = os.path.realpath(subject.path)
    found = files(subject.root, tuple(subject.recipe.languages))
    others = (path for path in found if os.path.realpath(path) != own)
    return dict(_with_word(others, re.compile(rf"(?<![\w$]){re.escape(word)}(?![\w$])")))


def _with_word(paths: Iterable[str], word: re.Pattern[str]) -> Iterator[tuple[str, str]]:
    for path in paths:
        with suppress(Unusable):
            text = _on_disk(path)
            if len(text) <= _LARGEST and word.search(text):
                yield path, text


def _on_disk(path: str) -> str:
    """Return a file's text, without a byte order mark. Raises `Unusable`."""
    try:
        return decode(Path(path).read_bytes(), path).removeprefix(_MARK)
    except (OSError, UserError) as error:
        raise Unusable(f"{path} cannot be edited: {error}") from None
