"""A task tried: written guided and unguided, put in its place, and judged there."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from fairlead_decoding.types import GenerationConfig
from fairlead_monitors.engine import Completeness, CompletionEngine, Source
from fairlead_server.completer import Completer
from fairlead_server.evaluation.completion.absence import findings
from fairlead_server.evaluation.completion.tasks import Task
from fairlead_server.evaluation.completion.units import parses
from fairlead_server.evaluation.judging import Judge
from fairlead_server.importing import ImportLine, insert_import, parse_import
from fairlead_server.suggestion import CompletionRequest, Suggestion

WAYS: Mapping[str, bool] = {"guided": True, "unguided": False}

_BLOCKS = ("block", "function")

_NAME = re.compile(r"[\w$]*")
_NOTHING = Suggestion("", 0.0, "dead_end", False)


@dataclass(frozen=True)
class Writing:
    """How texts are written: the rest is as an editor has it.

    There are at most `tokens`, in a block twice as many, guided or not.
    """

    suffix: bool
    temperature: float
    tokens: int
    patience: float
    context: tuple[str, ...] | None


@dataclass
class Trials:
    """Tries the tasks of one project.

    Before each one the `guide` is waited for, which may have been started again.
    """

    completer: Completer
    judges: Mapping[str, CompletionEngine]
    writing: Writing
    guide: CompletionEngine | None = None
    _judges: dict[str, Judge] = field(init=False)
    _guide: Judge | None = field(init=False)

    def __post_init__(self) -> None:
        patience = self.writing.patience
        self._judges = {name: Judge(name, e, patience) for name, e in self.judges.items()}
        self._guide = Judge("guide", self.guide, patience) if self.guide else None

    def entry(self, task: Task, seed: int, *, guided_first: bool) -> dict[str, Any]:
        """Return what came of `task`, as it is written to a journal."""
        for judge in self._judges.values():
            judge.original(_source(task))
        if self._guide is not None:
            self._guide.ready(_source(task))
        order = sorted(WAYS, key=lambda way: WAYS[way] is not guided_first)
        written = {way: self._suggestion(task, seed, guided=WAYS[way]) for way in order}
        root, path, level, start, end = task.key
        return {
            **{"root": root, "path": path, "level": level, "start": start, "end": end},
            **{"seed": seed, "model": self.completer.model_name, "wanted": task.wanted},
            **{way: self._outcome(task, written[way]) for way in WAYS},
        }

    def forget(self) -> None:
        """Let go of what is known of files: others follow."""
        for judge in self._judges.values():
            judge.forget()

    def _suggestion(self, task: Task, seed: int, *, guided: bool) -> Suggestion:
        writing = self.writing
        warm = writing.temperature > 0
        blocks = task.level in _BLOCKS
        config = GenerationConfig(
            max_new_tokens=writing.tokens * (2 if blocks else 1),
            temperature=writing.temperature,
            top_p=0.95 if warm else 1.0,
            seed=seed,
        )
        request = CompletionRequest(
            task.document(suffix=writing.suffix),
            task.start,
            config,
            guided=guided,
            lines=task.wanted.count("\n") + 1,
            blocks=blocks,
            patience=writing.patience,
            context=writing.context,
        )
        suggestions = self.completer.complete(request).suggestions
        found = suggestions[0] if suggestions else _NOTHING
        return name_alone(found) if task.level == "member" else found

    def _outcome(self, task: Task, suggestion: Suggestion) -> dict[str, Any]:
        text, start, end = completed(task, suggestion)
        rest = task.text[task.end :]
        return {
            "text": suggestion.text,
            # What is written in place of what follows the unit is compared with that as well.
            "wanted": task.wanted + rest[: suggestion.replaces],
            "imports": list(suggestion.imports),
            "tokens": suggestion.tokens,
            "ended": suggestion.finish_reason,
            "verdicts": [f"{e.kind} {e.name}: {e.verdict} {e.reason}" for e in suggestion.evidence],
            "vetoed": [veto for e in suggestion.evidence for veto in e.vetoed],
            "parses": parses(text, task.language),
            "new": {name: self._new(name, task, text, start, end) for name in self.judges},
        }

    def _new(
        self, judge: str, task: Task, text: str, start: int, end: int
    ) -> list[dict[str, Any]] | None:
        """Return what is wrong with `text` and was not, None if that cannot be told."""
        original = self._judges[judge].original(_source(task))
        if text == task.text:
            return []
        now = self._judges[judge].diagnosed(Source(task.file, text))
        if Completeness.UNKNOWN in (original.completeness, now.completeness):
            return None
        return [asdict(found) for found in findings(original.found, now.found, text, start, end)]


def _source(task: Task) -> Source:
    return Source(task.file, task.text)


def name_alone(suggestion: Suggestion) -> Suggestion:
    """Return `suggestion` without what follows the name that it begins with, if it is more.

    A member's name is what is asked for, as in a list of members.
    """
    found = _NAME.match(suggestion.text)
    name = found[0] if found else ""
    if name == suggestion.text:
        return suggestion
    evidence = tuple(e for e in suggestion.evidence if e.name == name)[:1]
    return replace(suggestion, text=name, replaces=0, imports=(), evidence=evidence)


def completed(task: Task, suggestion: Suggestion) -> tuple[str, int, int]:
    """Return the document with `suggestion` in place, and where in it that is.

    What follows the unit is there even if the model did not see it, and so are the imports that
    an editor adds when the suggestion is accepted.
    """
    text = suggestion.text
    after = task.text[task.end + suggestion.replaces :]
    whole, start = task.text[: task.start] + text + after, task.start
    for line in _imports(task, suggestion):
        offset, inserted = insert_import(whole, line)
        whole = whole[:offset] + inserted + whole[offset:]
        start += len(inserted) if offset <= start else 0
    return whole, start, start + len(text)


def _imports(task: Task, suggestion: Suggestion) -> Iterator[ImportLine]:
    for statement in suggestion.imports:
        line = parse_import(statement, task.language)
        if line is not None:
            yield line
