"""A task tried: what the model writes first, and what is offered, both held against the oracle."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from fairlead_monitors.engine import CompletionEngine, Diagnostics, Kind, Names
from fairlead_server.analysis.rewriting import Rewrite, Rewritten
from fairlead_server.document import DocumentSnapshot
from fairlead_server.editing.candidate import EditRequest, Outcome
from fairlead_server.editing.edit import EditMeans, edits_for
from fairlead_server.editing.outputs import code_of
from fairlead_server.editing.place import place_of
from fairlead_server.editing.refactoring.job import Refused
from fairlead_server.evaluation.edit import oracle
from fairlead_server.evaluation.edit.tasks import Task
from fairlead_server.evaluation.edit.verdicts import Verdicts
from fairlead_server.evaluation.judging import Judge
from fairlead_server.suggestion import CompletionRequest, CompletionResult

WAYS: Mapping[str, bool] = {"guided": True, "unguided": False}

_DOCSTRING = "add_docstring"


@dataclass(frozen=True)
class Setup:
    """What all requests of a project have in common."""

    project: str
    interpreter: str | None
    patience: float
    context: tuple[str, ...] | None


@dataclass
class Listening:
    """Means that remember what the model was asked, and what it answered."""

    means: EditMeans
    heard: list[tuple[CompletionRequest, CompletionResult]] = field(default_factory=list)

    @property
    def model_name(self) -> str:
        """The model's name for people."""
        return self.means.model_name

    def complete(
        self, request: CompletionRequest, *, cancelled: Callable[[], bool] = lambda: False
    ) -> CompletionResult:
        """Ask the model."""
        result = self.means.complete(request, cancelled=cancelled)
        self.heard.append((request, result))
        return result

    def diagnostics(self, document: DocumentSnapshot, patience: float) -> Diagnostics:
        """Return what is wrong with `document`."""
        return self.means.diagnostics(document, patience)

    def names(self, kind: Kind, document: DocumentSnapshot, offset: int, patience: float) -> Names:
        """Return the names of `kind` that may begin at `offset`."""
        return self.means.names(kind, document, offset, patience)

    def describe(self, document: DocumentSnapshot, offset: int, patience: float) -> str:
        """Return how the name that ends at `offset` is declared."""
        return self.means.describe(document, offset, patience)

    def rewrite(
        self,
        document: DocumentSnapshot,
        wanted: Rewrite,
        patience: float,
        *,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> Rewritten:
        """Return what a refactoring makes of `document`."""
        return self.means.rewrite(document, wanted, patience, cancelled=cancelled)


class Trials:
    """Tries the tasks of one project."""

    def __init__(
        self, means: EditMeans, judges: Mapping[str, CompletionEngine], setup: Setup
    ) -> None:
        self._means, self._setup = means, setup
        self._judges = {name: Judge(name, e, setup.patience) for name, e in judges.items()}

    def entry(self, task: Task, *, guided_first: bool) -> dict[str, Any]:
        """Return what came of `task`, as it is written to a journal.

        Where no model is asked, guidance changes nothing, and it is done once.
        """
        self.forget()
        verdicts = Verdicts(task, self._judges)
        order = sorted(WAYS, key=lambda way: WAYS[way] is not guided_first)
        tried: dict[str, dict[str, Any]] = {}
        for way in order:
            tried[way] = self._tried(task, verdicts, guided=WAYS[way])
            if not tried[way]["asked"]:
                tried = dict.fromkeys(WAYS, tried[way])
                break
        root, path, kind, start, end = task.key
        return {
            **{"root": root, "path": path, "task": kind, "start": start, "end": end},
            **{"instruction": task.draft.instruction, "model": self._means.model_name},
            "free": kind in oracle.FREE,
            **{"selected": task.draft.text[start:end], "wanted": verdicts.changes_to_expected()},
            **{way: tried[way] for way in WAYS},
        }

    def forget(self) -> None:
        """Let go of what judges said of files: the next task has another text of them."""
        for judge in self._judges.values():
            judge.forget()

    def _tried(self, task: Task, verdicts: Verdicts, *, guided: bool) -> dict[str, Any]:
        listening, begun = Listening(self._means), time.monotonic()
        request = self._request(task, guided=guided)
        outcome = edits_for(request, listening)
        seconds = round(time.monotonic() - begun, 2)
        written = first_written(task, request, outcome, listening)
        return {
            "asked": len(listening.heard),
            "seconds": seconds,
            "written": None if written is None else verdicts.of(written),
            "offered": [verdicts.of(one.files[0].new) for one in outcome.candidates],
            "elsewhere": [len(one.files) - 1 for one in outcome.candidates],
            "checked": [one.checked for one in outcome.candidates],
            "reasons": list(outcome.reasons),
        }

    def _request(self, task: Task, *, guided: bool) -> EditRequest:
        setup, draft = self._setup, task.draft
        return EditRequest(
            DocumentSnapshot(task.file, draft.text, "python"),
            draft.start,
            draft.end,
            draft.instruction,
            setup.project,
            setup.interpreter,
            patience=setup.patience,
            guided=guided,
            context=setup.context,
        )


def first_written(
    task: Task, request: EditRequest, outcome: Outcome, listening: Listening
) -> str | None:
    """Return the file with the first text that was written, before any check; None without one.

    Where no model was asked, it is what an engine has made.
    """
    if not listening.heard:
        return outcome.candidates[0].files[0].new if outcome.candidates else None
    asked = next(((q, a.suggestions[0]) for q, a in listening.heard if a.suggestions), None)
    if asked is None or not asked[1].text.strip():
        return None
    question, suggestion = asked
    if task.kind == _DOCSTRING:
        text, at = question.document.text, question.offset
        return text[:at] + suggestion.text + text[at:]
    place = place_of(request)
    if question.ask:
        try:
            return place.with_text(code_of(suggestion.text, place, request.instruction))
        except Refused:
            return place.with_text(suggestion.text)
    begun = place.indent if place.is_lines else ""
    return place.with_text(begun + suggestion.text)
