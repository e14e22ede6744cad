"""A completion engine over any language server."""

from __future__ import annotations

import asyncio
import logging
import os
import tempfile
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import Future
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from fairlead_monitors.engine import (
    Completeness,
    Diagnostics,
    Kind,
    Names,
    Signatures,
    Source,
    Unknowing,
)
from fairlead_server.analysis.language_server import (
    belonging,
    calls,
    expressions,
    findings,
    listing,
    rewriting,
    unfinished,
)
from fairlead_server.analysis.language_server.errors import Fault, Gone, Hung, Refused
from fairlead_server.analysis.language_server.launch import Launch, locate, prepare
from fairlead_server.analysis.language_server.listing import Listing
from fairlead_server.analysis.language_server.loop import LoopThread
from fairlead_server.analysis.language_server.memory import Memory
from fairlead_server.analysis.language_server.recipe import Recipe
from fairlead_server.analysis.language_server.rules import KindRule
from fairlead_server.analysis.language_server.supervisor import Supervisor
from fairlead_server.analysis.language_server.watch import Watch
from fairlead_server.analysis.language_server.workspace_edit import Unusable
from fairlead_server.analysis.rewriting import PLACES, Rewrite, Rewritten
from fairlead_server.errors import UserError

if TYPE_CHECKING:
    from fairlead_server.analysis.language_server.document import Document
    from fairlead_server.analysis.language_server.server import Server

log = logging.getLogger(__name__)

T = TypeVar("T")

MEMORY_SIZE, MEMORY_AGE = 256, 30.0
"""How many lists of completions are kept, and for how many seconds: files on disk may change."""

BELONGS_WAIT = 5.0
"""How many seconds an answer is held back at most to find out whether its file is in a project."""

REWRITING = 4
"""How many times the limit of one answer a refactoring may take, for which several are needed."""

_CLOSED = "the engine is closed"
_ALONE = "{} knows of no project for this file: others were not looked through"
_NOT_THERE = "{}; fairlead doctor says what is missing"


class LanguageServerEngine(Unknowing):
    """Asks the server that `recipe` describes; it is started by the first question.

    A question that is not answered within the recipe's limit, which begins when the server is
    ready, is answered with UNKNOWN, and so are all while no server can be had. For each text and
    position the server is asked for completions once, however many want to know at a time.
    """

    def __init__(
        self,
        recipe: Recipe,
        project: str | None = None,
        interpreter: str | None = None,
        *,
        trusted: bool = False,
    ) -> None:
        """`project` is the server's root; without one it is the first document's folder.

        A document in a folder that does not exist is analysed in an empty one.
        """
        self._recipe = recipe
        self._project = os.path.abspath(project) if project else None
        self._interpreter = interpreter
        self._trusted = trusted
        self._loop = LoopThread(recipe.name)
        self._supervisor = Supervisor(recipe, self._prepare)
        self._turn = asyncio.Lock()
        self._lists: Memory[Listing] = Memory(MEMORY_SIZE, MEMORY_AGE)
        self._hovers: Memory[str] = Memory(MEMORY_SIZE, MEMORY_AGE)
        self._refutations: Memory[Diagnostics] = Memory(MEMORY_SIZE, MEMORY_AGE)
        self._sources: Memory[bool] = Memory(MEMORY_SIZE, MEMORY_AGE)
        self._at_home: set[str] = set()
        self._watch = Watch("", ())
        self._watched: Server | None = None
        self._path = ""
        self._nowhere: tempfile.TemporaryDirectory[str] | None = None

    @property
    def name(self) -> str:  # type: ignore[override]
        """The recipe's name."""
        return self._recipe.name

    @property
    def pid(self) -> int | None:
        """The id of the server's process, None while there is none."""
        return self._supervisor.pid

    def locate(self) -> str:
        """Return the server's program; raises `UserError` with the remedy where it is not there."""
        return locate(self._recipe)

    def names(self, kind: Kind, source: Source, offset: int) -> Future[Names]:
        """Ask for completions at `offset` and choose the names of `kind` among them."""
        if kind not in self._recipe.names.kinds:
            return super().names(kind, source, offset)
        return self._ask(lambda: self._names(kind, source, offset), self._no_names, source)

    def types(self, source: Source, offset: int) -> Future[Names]:
        """Ask for the types of the expression that ends at `offset`, as the recipe says."""
        if not self._recipe.types.method:
            return super().types(source, offset)
        return self._ask(lambda: self._types(source, offset), self._no_names, source)

    def signatures(self, source: Source, offset: int) -> Future[Signatures]:
        """Ask for signature help at `offset`."""
        if not self._recipe.signatures.style:
            return super().signatures(source, offset)
        return self._ask(lambda: self._signatures(source, offset), self._no_signatures, source)

    def diagnostics(self, source: Source) -> Future[Diagnostics]:
        """Pull the diagnostics of `source` where the server has that, else await its push."""
        return self._ask(lambda: self._diagnostics(source), self._no_diagnostics, source)

    def rewrite(self, source: Source, wanted: Rewrite) -> Future[Rewritten]:
        """Ask for a refactoring: rename, or one of the server's own code actions."""
        try:
            self.locate()
        except UserError as error:
            answer: Future[Rewritten] = Future()
            answer.set_result(self._not_rewritten(_NOT_THERE.format(error)))
            return answer
        question = partial(self._rewritten, source, wanted)
        return self._ask(question, self._not_rewritten, source, REWRITING * self._recipe.limit)

    def warm(self, source: Source) -> None:
        """Start the server, and show it `source`."""
        self._ask(lambda: self._warm(source), lambda _: None, source)

    def close(self) -> None:
        """Stop the server."""
        self._loop.close(self._supervisor.close)
        if self._nowhere is not None:
            self._nowhere.cleanup()

    def _ask(
        self,
        question: Callable[[], Awaitable[T]],
        unknown: Callable[[str], T],
        source: Source,
        limit: float | None = None,
    ) -> Future[T]:
        self._path = self._path or source.path
        limit = limit or self._recipe.limit
        return self._loop.run(lambda: self._answer(question, unknown, limit), unknown(_CLOSED))

    async def _answer(
        self, question: Callable[[], Awaitable[T]], unknown: Callable[[str], T], limit: float
    ) -> T:
        try:
            # The start has a limit of its own.
            server = await self._supervisor.server()
            await self._notice(server)
            return await asyncio.wait_for(question(), limit)
        except (asyncio.TimeoutError, TimeoutError):
            return unknown(f"no answer within {limit:g} s")
        except (Fault, Gone, Hung, Refused, Unusable) as error:
            return unknown(str(error))
        except Exception as error:
            log.exception("%s: an answer cannot be read", self.name)
            return unknown(f"an answer cannot be read: {type(error).__name__}")

    async def _notice(self, server: Server, *, now: bool = False) -> None:
        """Tell the server which files have changed on disk, and forget what was known before."""
        if not self._project:
            return
        if self._watched is not server:
            self._watched = server
            self._watch = Watch(self._project, self._recipe.languages)
            # What changed between the last look of the old watch and the first of this one?
            self._forget()
        await self._watch.look(self._changed, now=now)

    def _changed(self, events: list[dict[str, object]]) -> None:
        if self._watched is not None:
            self._watched.notify("workspace/didChangeWatchedFiles", {"changes": events})
        self._forget()

    def _forget(self) -> None:
        for memory in (self._lists, self._hovers, self._refutations, self._sources):
            memory.clear()
        self._at_home.clear()

    async def _names(self, kind: Kind, source: Source, offset: int) -> Names:
        rule = self._recipe.names.kinds[kind]
        apart = rule.apart if source.text[offset:].lstrip().startswith("(") else ""
        after = self._after(source, offset, rule.after + apart)
        before = source.text[:offset]
        found = [
            await self._list(Source(source.path, begun + after), len(begun))
            for put in dict.fromkeys(("", rule.before))
            for begun in (before + put + typed for typed in rule.initials or ("",))
        ]
        language = self._recipe.language_of(source.path)
        joined = listing.join(found)
        names = listing.names(joined, self._recipe.names, kind, language, self.name)
        if not rule.alone:
            names = await self._in_project(names, source)
        if names.completeness is not Completeness.COMPLETE:
            return names
        made_up = Source(source.path, before + unfinished.MARK + after)
        if await self._may_have_others(rule, made_up, offset):
            reason = "the server takes a made-up name as well"
            return replace(names, completeness=Completeness.PARTIAL, reason=reason)
        return names

    async def _in_project(self, answer: belonging.Answer, source: Source) -> belonging.Answer:
        """Rely less on an answer that needs the project, if the server does not know of one."""
        if answer.completeness is not Completeness.COMPLETE or await self._is_at_home(source):
            return answer
        return belonging.reduced(answer)

    async def _is_at_home(self, source: Source) -> bool:
        """Tell whether the server knows of the document's project, or needs not to."""
        if not self._recipe.sources.command or source.path in self._at_home:
            return True
        # The answer that this is about is there, and is not to be lost.
        wait = min(BELONGS_WAIT, self._recipe.limit / 4)
        try:
            asked = self._sources.get(source.path, lambda: self._belongs(source))
            is_known = await asyncio.wait_for(asked, wait)
        except (asyncio.TimeoutError, TimeoutError, Fault, Gone, Hung):
            is_known = False
        if is_known:
            self._at_home.add(source.path)
        return is_known

    async def _belongs(self, source: Source) -> bool:
        rule = self._recipe.sources

        async def ask(server: Server, document: Document) -> bool:
            params = {"command": rule.command, "arguments": []}
            # While it reads the project, it answers this, and only this, when it has.
            limit = self._recipe.start_limit
            result = await server.ask("workspace/executeCommand", params, limit)
            return belonging.belongs(server.path_of(source), belonging.folders(result, rule))

        try:
            return await self._with(source, ask)
        except Refused:
            return False

    async def _may_have_others(self, rule: KindRule, made_up: Source, offset: int) -> bool:
        """Tell whether the server finds nothing wrong with a name that nobody would write."""
        if rule.accepts and rule.accepts.search(await self._hover(made_up, offset + 1)):
            return True
        return bool(rule.refutes) and not await self._refutes(rule.refutes, made_up, offset)

    async def _refutes(self, wrong: str, made_up: Source, offset: int) -> bool:
        """Tell whether the server calls the made-up name an error, if it looks for errors at all.

        For that, another one is at the end of the text. Where it cannot be told whether the server
        looks for errors, it may take the made-up name.
        """
        checked = Source(made_up.path, f"{made_up.text}\n{wrong.format(mark=unfinished.MARK)}\n")
        answer = await self._refutations.get(checked, lambda: self._diagnostics(checked))
        found = [d for d in answer.found if unfinished.MARK in d.message]
        controls = [d for d in found if d.end > len(made_up.text)]
        end = offset + len(unfinished.MARK)
        if not controls:
            return answer.completeness is Completeness.COMPLETE
        return any(d.start < end <= d.end for d in found)

    def _after(self, source: Source, offset: int, insert: str, *, is_call: bool = False) -> str:
        """Return what is to follow the cursor, where the text breaks off as well."""
        before, after = source.text[:offset], source.text[offset:]
        if after.strip():
            return insert + after
        called = unfinished.called_in(before) if is_call else ""
        return insert + unfinished.rest(before + insert, self._recipe.unfinished, called)

    async def _hover(self, source: Source, offset: int) -> str:
        async def ask(server: Server, document: Document) -> str:
            result = await server.ask("textDocument/hover", _place(document, offset))
            return expressions.text_of(result)

        return await self._hovers.get((source, offset), lambda: self._with(source, ask))

    async def _list(self, source: Source, offset: int) -> Listing:
        async def ask(server: Server, document: Document) -> Listing:
            params = _place(document, offset) | {"context": {"triggerKind": 1}}
            result = await server.ask("textDocument/completion", params)
            return listing.read(result, self._recipe.names, document.lines, offset)

        return await self._lists.get((source, offset), lambda: self._with(source, ask))

    async def _signatures(self, source: Source, offset: int) -> Signatures:
        rule = self._recipe.signatures
        text = source.text[:offset] + self._after(source, offset, rule.after, is_call=True)

        async def ask(server: Server, document: Document) -> Signatures:
            result = await server.ask("textDocument/signatureHelp", _place(document, offset))
            return calls.read(result, rule, self.name)

        found = await self._with(Source(source.path, text), ask)
        return await self._in_project(found, source)

    async def _types(self, source: Source, offset: int) -> Names:
        rule = self._recipe.types
        text = source.text[:offset] + self._after(source, offset, rule.after)

        async def ask(server: Server, document: Document) -> Names:
            # The last character of the expression, not the place after it.
            params = _place(document, max(0, offset - 1))
            result = await server.ask(f"textDocument/{rule.method}", params)
            return expressions.read(result, rule, self.name)

        return await self._with(Source(source.path, text), ask)

    async def _diagnostics(self, source: Source) -> Diagnostics:
        rule = self._recipe.diagnostics
        text, mark = findings.probed(source.text, rule.probe) if rule.probe else (source.text, "")

        async def ask(server: Server, document: Document) -> Diagnostics:
            if rule.method != "push" and server.capabilities.get("diagnosticProvider"):
                params = {"textDocument": {"uri": document.uri}}
                answer = await server.ask("textDocument/diagnostic", params)
                found = answer.get("items") if isinstance(answer, Mapping) else None
            else:
                found = await server.pushed(document, rule.settle, mark)
            return findings.read(found, document.lines, self.name)

        answer = await self._with(Source(source.path, text), ask)
        if mark:
            answer = findings.without_probe(answer, source.text, mark)
        return await self._in_project(answer, source)

    async def _rewritten(self, source: Source, wanted: Rewrite) -> Rewritten:
        async def ask(server: Server, document: Document) -> Rewritten:
            subject = rewriting.Subject(server, document, self._recipe, self._project)
            return await rewriting.rewritten(subject, wanted)

        if wanted.operation != PLACES:
            # Uses in a file that has changed a moment ago would be left behind.
            await self._notice(await self._supervisor.server(), now=True)
        found = await self._with(source, ask)
        if wanted.operation != "rename" or not found.ways or await self._is_at_home(source):
            return found
        return replace(found, remarks=(_ALONE.format(self.name),))

    async def _warm(self, source: Source) -> None:
        async def nothing(server: Server, document: Document) -> None: ...

        await self._with(source, nothing)

    async def _with(self, source: Source, ask: Callable[[Server, Document], Awaitable[T]]) -> T:
        """Put a question about `source`: one at a time, as a server knows one text at a time."""
        async with self._turn:
            server = await self._supervisor.server()
            try:
                document = await server.show(source)
                answer = await ask(server, document)
            except (Gone, Hung) as error:
                self._supervisor.failed(server, str(error))
                raise
            self._supervisor.answered()
            return answer

    def _prepare(self) -> Launch:
        root = self._project or os.path.dirname(os.path.abspath(self._path))
        if not os.path.isdir(root):
            # An empty folder: servers read through their root, and others may hold much.
            self._nowhere = self._nowhere or tempfile.TemporaryDirectory(
                prefix="fairlead-", ignore_cleanup_errors=True
            )
            root = self._nowhere.name
        return prepare(
            self._recipe,
            os.path.abspath(root),
            self._path,
            self._interpreter,
            trusted=self._trusted,
        )

    def _no_names(self, reason: str) -> Names:
        return Names.unknown(self.name, reason)

    def _no_signatures(self, reason: str) -> Signatures:
        return Signatures.unknown(self.name, reason)

    def _no_diagnostics(self, reason: str) -> Diagnostics:
        return Diagnostics.unknown(self.name, reason)

    def _not_rewritten(self, reason: str) -> Rewritten:
        return Rewritten.refused(self.name, reason)


def _place(document: Document, offset: int) -> dict[str, Any]:
    return {
        "textDocument": {"uri": document.uri},
        "position": document.lines.position(offset),
    }
