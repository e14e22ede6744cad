"""The completer: one model, its monitors and engines, behind one call. Front ends share it."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from fairlead_decoding.beam import complete_by_beam
from fairlead_decoding.chat import chat_prompt, follows_instructions
from fairlead_decoding.complete import Decoder
from fairlead_decoding.keystrokes import TypedPrompts
from fairlead_decoding.monitor import Monitor, Unguided
from fairlead_decoding.prompt import Layout, preferred_layout
from fairlead_decoding.ranking import rank
from fairlead_decoding.stopping import at_strings, first_of
from fairlead_decoding.types import Completion, Prompt
from fairlead_monitors.balancing import BalancedEngine
from fairlead_monitors.context import Context
from fairlead_monitors.engine import CompletionEngine, Diagnostics, Kind, Names, Source
from fairlead_server.analysis.importable import ImportableEngine
from fairlead_server.analysis.rewriting import Rewrite, Rewritten
from fairlead_server.context.assemble import Assembled
from fairlead_server.context.edits import Edits
from fairlead_server.context.imports import Imports
from fairlead_server.context.keeper import ContextKeeper
from fairlead_server.context.open_files import OpenFiles
from fairlead_server.context.similar import Similar
from fairlead_server.context.source import NAMES, ContextReport, Place
from fairlead_server.document import DocumentSnapshot
from fairlead_server.finishing.stopping import stop_rule
from fairlead_server.fitting import Members, fits_between
from fairlead_server.needed_imports import NeededImports, lacks
from fairlead_server.offering import Site, offered
from fairlead_server.project_analysis import MonitorFactory, ProjectAnalysis, rest_of_member
from fairlead_server.report import Checking
from fairlead_server.standing import ending
from fairlead_server.suggestion import (
    CheckedName,
    CompletionRequest,
    CompletionResult,
    Dropped,
    NameRanking,
    Suggestion,
)

_BEAM = 4
"""The least width of a beam: with less the search is hardly more than greedy."""

_DOCUMENTS = 8
"""Documents whose last prompts are remembered."""


@dataclass(frozen=True)
class _Made:
    """What came of one writing, with what checked it and how many tokens the model wrote."""

    suggestions: tuple[Suggestion, ...]
    dropped: tuple[Dropped, ...]
    checking: Checking | None
    tokens: int

    @property
    def lacks_imports(self) -> bool:
        """Whether nothing can be offered but with names that nothing binds."""
        return bool(self.suggestions) and all(map(lacks, self.suggestions))

    def after(self, first: _Made) -> _Made:
        """Return what is offered when `first` was made before: that, where this is nothing."""
        return replace(self if self.suggestions else first, tokens=self.tokens + first.tokens)


class Completer:
    """Completes documents.

    `complete` and `rank` are for one thread at a time; the others may be called from any.
    """

    def __init__(
        self,
        decoder: Decoder,
        engines: Mapping[str, CompletionEngine],
        monitors: Mapping[str, MonitorFactory],
        layout: Layout | None = None,
    ) -> None:
        """`engines` and `monitors` are by language id; `layout` None is the model's own."""
        self._decoder = decoder
        self._engines = engines
        self._analysis = ProjectAnalysis(engines, monitors)
        self._monitors = monitors
        self._prompts: dict[str, TypedPrompts] = {}
        self._held: dict[str, tuple[Assembled, ContextReport]] = {}
        self._layout: Layout = layout or preferred_layout(decoder.model)
        sources = (Imports(engines), Edits(), Similar(), OpenFiles())
        self._context = ContextKeeper(decoder.model, sources)

    def _prompts_of(self, path: str) -> TypedPrompts:
        prompts = self._prompts.pop(path, None) or TypedPrompts(self._decoder.model)
        self._prompts[path] = prompts
        if len(self._prompts) > _DOCUMENTS:
            del self._prompts[next(iter(self._prompts))]
        return prompts

    @property
    def model_name(self) -> str:
        """The model's name for people."""
        return self._decoder.model.name

    def complete(
        self,
        request: CompletionRequest,
        *,
        cancelled: Callable[[], bool] = lambda: False,
        growing: Callable[[str], None] = lambda text: None,
    ) -> CompletionResult:
        """Complete; `cancelled` is polled before every token.

        `growing` is told the text of the first sample after each of its tokens, as long as it has
        not been checked as a whole; a beam tells nothing. Raises `DecodingError` when the request
        does not fit the model's context.
        """
        begun = time.monotonic()
        document = request.document
        prefix, suffix = document.text[: request.offset], document.text[request.offset :]
        if request.ask and not follows_instructions(self._decoder.model):
            return CompletionResult((), (f"{self.model_name} follows no instructions",))
        replaced = rest_of_member(prefix, suffix)
        suffix = suffix[len(replaced) :]
        context, report = self._context_of(request, cancelled)
        prompt = self._prompt(request, suffix, context)
        site = Site(document.language, prefix, replaced + suffix, len(replaced))
        engine = self._engines.get(document.language)
        made = self._made(request, prompt, site, engine, cancelled, growing)
        if isinstance(engine, ImportableEngine) and made.lacks_imports and not cancelled():
            made = self._made(request, prompt, site, engine.plain, cancelled).after(made)
        if made.suggestions:
            replaced = site.suffix[: made.suggestions[0].replaces]
        return CompletionResult(
            made.suggestions,
            tuple(self._remarks(request, prompt, suffix, replaced, made.checking)),
            prompt.format,
            len(prompt.tokens),
            report,
            time.monotonic() - begun,
            made.dropped,
            made.tokens,
        )

    def _made(
        self,
        request: CompletionRequest,
        prompt: Prompt,
        site: Site,
        engine: CompletionEngine | None,
        cancelled: Callable[[], bool],
        growing: Callable[[str], None] = lambda text: None,
    ) -> _Made:
        """Write after `prompt`, guided by `engine`."""
        suffix = site.suffix[site.replaces :]
        checking = self._monitor(request, site.prefix, suffix, engine, cancelled)
        begun = time.monotonic()
        completions = self._written(request, prompt, checking or Unguided(), cancelled, growing)
        suggestions, dropped = offered(
            completions, site, checking, raw=request.raw, entire=request.entire
        )
        # Choosing a member takes about as long as writing did.
        until = begun + 2 * (time.monotonic() - begun)
        if checking is not None and fits_between(request, until):
            line = partial(self._on_line, request, site, engine, checking, cancelled)
            deadline = request.config.deadline
            members = Members(self._decoder, site, checking, line, deadline, cancelled)
            member = members.fitting(suggestions[:1])
            chosen = None if member is None else self._decoder.given(prompt, member.encode())
            if chosen is not None:
                completions = [chosen, *completions]
                suggestions = offered(completions, site, checking)[0][:1]
        if checking is not None and isinstance(engine, ImportableEngine):
            suggestions = self._with_imports(request, suggestions, engine, cancelled)
            suggestions = tuple(s for s in suggestions if not lacks(s)) or suggestions
        tokens = sum(len(completion.tokens) for completion in completions)
        return _Made(suggestions, dropped, checking, tokens)

    def _prompt(self, request: CompletionRequest, suffix: str, context: Assembled) -> Prompt:
        document = request.document
        if request.ask:
            return chat_prompt(
                self._decoder.model,
                _unix(request.ask),
                request.opening,
                max_new_tokens=request.config.max_new_tokens,
            )
        return self._prompts_of(document.path).build(
            _unix(document.text[: request.offset]),
            _unix(suffix),
            layout=self._layout,
            max_new_tokens=request.config.max_new_tokens,
            background=context.background,
        )

    def _written(
        self,
        request: CompletionRequest,
        prompt: Prompt,
        monitor: Monitor,
        cancelled: Callable[[], bool],
        growing: Callable[[str], None],
    ) -> list[Completion]:
        """Return what the model writes after `prompt`, the best first."""
        config, count = request.config, request.samples
        stop = stop_rule(request.document, request.offset, request.lines, request.blocks)
        if request.stops:
            stop = first_of(stop, at_strings([text.encode() for text in request.stops]))
        if not request.beam:
            return self._decoder.complete(
                prompt,
                monitor,
                config,
                samples=count,
                stop=stop,
                cancelled=cancelled,
                growing=lambda text: growing(text.decode(errors="ignore")),
            )
        return complete_by_beam(
            self._decoder,
            prompt,
            monitor,
            config,
            width=max(_BEAM, count),
            count=count,
            stop=stop,
            cancelled=cancelled,
        )

    def rank(
        self,
        request: CompletionRequest,
        names: Sequence[str],
        k: int,
        *,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> NameRanking:
        """Return the `k` of `names` that the model likes best in the place of the request.

        A name is given as what is to be written at the offset: ``pend`` for ``append`` after
        ``xs.ap``. Ends early at the deadline of the request's config.
        """
        text = request.document.text
        context, _ = self._context_of(request, cancelled)
        prompt = self._prompt(request, text[request.offset :], context)
        session, logits = self._decoder.prompts.prefill(prompt.tokens)
        found = rank(
            self._decoder.model,
            session,
            logits,
            [name.encode() for name in names],
            heal=prompt.heal,
            k=k,
            cancelled=cancelled,
            deadline=request.config.deadline,
        )
        scored = tuple((ranked.name.decode(), ranked.logprob) for ranked in found.names)
        return NameRanking(scored, found.exact)

    def context_sources(self, stated: tuple[str, ...] | None) -> tuple[str, ...]:
        """Return the sources of context that are used when the settings state `stated`."""
        return NAMES if stated is None else stated

    def members(
        self,
        document: DocumentSnapshot,
        offset: int,
        patience: float,
        *,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> Names | None:
        """Return the members that may be named at `offset`, None where no dereference ends there.

        A name that is typed in part already does not narrow the answer.
        """
        return self._analysis.members(document, offset, patience, cancelled=cancelled)

    def names(self, kind: Kind, document: DocumentSnapshot, offset: int, patience: float) -> Names:
        """Return the names of `kind` that may begin at `offset`, where none of one is written."""
        return self._analysis.names(kind, document, offset, patience)

    def diagnostics(self, document: DocumentSnapshot, patience: float) -> Diagnostics:
        """Return what is wrong with `document`."""
        return self._analysis.diagnostics(document, patience)

    def describe(self, document: DocumentSnapshot, offset: int, patience: float) -> str:
        """Return how the name that ends at `offset` is declared, in its language; may be blank."""
        return self._analysis.describe(document, offset, patience)

    def rewrite(
        self,
        document: DocumentSnapshot,
        wanted: Rewrite,
        patience: float,
        *,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> Rewritten:
        """Return what a refactoring makes of `document`. Ends soon once `cancelled`."""
        return self._analysis.rewrite(document, wanted, patience, cancelled=cancelled)

    def review(self, document: DocumentSnapshot, offset: int, text: str) -> tuple[CheckedName, ...]:
        """Return what is in `text`, inserted at `offset`, with what analysis says of each part."""
        return self._analysis.review(document, offset, text)

    def warm(self, document: DocumentSnapshot) -> None:
        """Start analysing `document` ahead of the first question; returns at once."""
        self._analysis.warm(document)

    def hold(self, request: CompletionRequest) -> None:
        """Use the context that `request` gets for all that follow about its document."""
        self._held.pop(request.document.path, None)
        self._held[request.document.path] = self._context_of(request, lambda: False)

    def forget(self) -> None:
        """Lay out the next prompt as if there had been none before."""
        self._prompts.clear()

    def close(self) -> None:
        """Stop the analysis processes and free the model."""
        self._analysis.close()
        self._decoder.close()
        self._decoder.model.close()

    def _context_of(
        self, request: CompletionRequest, cancelled: Callable[[], bool]
    ) -> tuple[Assembled, ContextReport]:
        if request.document.path in self._held:
            return self._held[request.document.path]
        until = time.monotonic() + request.patience
        return self._context.at(
            Place(request.document, request.offset, request.others, request.edits),
            self.context_sources(request.context),
            request.config.max_new_tokens,
            min(until, request.config.deadline or until),
            cancelled,
        )

    def _monitor(
        self,
        request: CompletionRequest,
        prefix: str,
        suffix: str,
        engine: CompletionEngine | None,
        cancelled: Callable[[], bool],
    ) -> Checking | None:
        factory = self._monitors.get(request.document.language)
        if not request.guided or factory is None or engine is None:
            return None
        place = self._place(request, prefix, suffix, engine, cancelled)
        if isinstance(engine, ImportableEngine):
            left = min(place.patience, place.deadline - place.clock())
            engine.prepare(Source(place.path, request.document.text), left, cancelled)
        return factory(place)

    def _on_line(
        self,
        request: CompletionRequest,
        site: Site,
        engine: CompletionEngine | None,
        checking: Checking,
        cancelled: Callable[[], bool],
    ) -> Checking:
        """Return what watches the place of `checking` as if nothing followed on its line."""
        factory = self._monitors.get(request.document.language)
        if factory is None or engine is None:
            return checking
        later = site.suffix[len(site.suffix.partition("\n")[0]) :]
        return factory(self._place(request, site.prefix, later, engine, cancelled))

    def _place(
        self,
        request: CompletionRequest,
        prefix: str,
        suffix: str,
        engine: CompletionEngine,
        cancelled: Callable[[], bool],
    ) -> Context:
        return Context(
            request.document.path,
            prefix,
            suffix + ending(request.document, request.offset),
            BalancedEngine(engine, request.document.language),
            request.patience,
            request.config.deadline or float("inf"),
            cancelled,
        )

    def _with_imports(
        self,
        request: CompletionRequest,
        suggestions: tuple[Suggestion, ...],
        engine: ImportableEngine,
        cancelled: Callable[[], bool],
    ) -> tuple[Suggestion, ...]:
        """Return the suggestions with the imports that they need, as far as these are found."""
        document, offset = request.document, request.offset
        before, after = document.text[:offset], document.text[offset:]
        place = self._place(request, before, after, engine, cancelled)
        factory = self._monitors[document.language]
        needed = NeededImports(engine, factory, place, document.language)
        return tuple(map(needed.added, suggestions))

    def _remarks(
        self,
        request: CompletionRequest,
        prompt: Prompt,
        suffix: str,
        replaced: str,
        monitor: Checking | None,
    ) -> list[str]:
        remarks = []
        wanted = self._layout != "left-to-right" and suffix.strip() and not request.ask
        if wanted and prompt.format == "left-to-right":
            remarks.append(
                f"{self.model_name} has no fill-in-the-middle tokens: completed left to right, "
                "without the text after the cursor"
            )
        if replaced:
            remarks.append(f"what is written takes the place of {replaced!r} after the cursor")
        if request.guided and monitor is None:
            remarks.append(f"no monitor for {request.document.language}: names are not checked")
        return remarks


def _unix(text: str) -> str:
    """Return `text` with the line breaks that models are trained on."""
    return text.replace("\r\n", "\n")
