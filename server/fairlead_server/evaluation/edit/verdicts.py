"""What is said of the texts that come of a task: by the oracle, and by engines as judges."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from fairlead_monitors.engine import Completeness, Diagnostics, Source
from fairlead_server.evaluation.edit import oracle
from fairlead_server.evaluation.edit.tasks import Task
from fairlead_server.evaluation.judging import Judge

_ERROR = 1

_Error = tuple[str, str, str]
"""The code, the message, and the line of an error."""


class Verdicts:
    """What is said of the texts that come of one task; each text is judged once."""

    def __init__(self, task: Task, judges: Mapping[str, Judge]) -> None:
        self._task, self._judges = task, judges
        self._said: dict[str, dict[str, Any]] = {}

    def of(self, text: str) -> dict[str, Any]:
        """Return the verdicts of the oracle and of all judges, and what is changed."""
        if text not in self._said:
            draft = self._task.draft
            found = oracle.judge(self._task.kind, draft.text, text, draft.expected)
            new = {name: self._new(judge, text) for name, judge in self._judges.items()}
            self._said[text] = {**asdict(found), "new": new, "diff": changes(draft.text, text)}
        return self._said[text]

    def changes_to_expected(self) -> str:
        """Return how the expected text differs from the one that is given."""
        return changes(self._task.draft.text, self._task.draft.expected)

    def _new(self, judge: Judge, text: str) -> list[str] | None:
        """Return the errors of `text` that neither the given nor the expected text has."""
        task = self._task
        # With a line end more it is not what is on disk: for a text that it has read there already,
        # basedpyright never answers.
        before = judge.original(Source(task.file, task.draft.text + "\n"))
        now = judge.diagnosed(Source(task.file, text))
        if Completeness.UNKNOWN in (before.completeness, now.completeness):
            return None
        new = self._beyond(self._errors(now, text), self._errors(before, task.draft.text))
        if not new:
            return []  # The expected text need not be asked about.
        wanted = judge.diagnosed(Source(task.file, task.draft.expected))
        if wanted.completeness is Completeness.UNKNOWN:
            return None
        new = self._beyond(new, self._errors(wanted, task.draft.expected))
        return [f"{code}: {message}" for code, message, _ in new]

    def _beyond(self, found: Sequence[_Error], known: Sequence[_Error]) -> list[_Error]:
        """Return the errors that are not known: by what they say, or by code and line."""
        left, beyond = list(known), list[_Error]()
        for parts in ((0, 1), (0, 2)):
            beyond = []
            for one in found:
                same = (other for other in left if all(one[i] == other[i] for i in parts))
                match = next(same, None)
                if match is None:
                    beyond.append(one)
                else:
                    left.remove(match)
            found = beyond
        return beyond

    def _errors(self, diagnostics: Diagnostics, text: str) -> list[_Error]:
        """Return the code, the message and the line of each error."""
        errors = [one for one in diagnostics.found if one.severity == _ERROR]
        return [
            (one.code, self._renamed(one.message), self._renamed(_line(text, one.start)))
            for one in sorted(errors, key=lambda one: one.start)
        ]

    def _renamed(self, text: str) -> str:
        for old, new in self._task.draft.renames:
            text = text.replace(old, new)
        return text


def _line(text: str, offset: int) -> str:
    """Return the line of `offset`, without blanks around it."""
    start, end = text.rfind("\n", 0, offset) + 1, text.find("\n", offset)
    return text[start : end if end >= 0 else len(text)].strip()


def changes(old: str, new: str) -> str:
    """Return the lines of a diff, without those that stay."""
    lines = difflib.unified_diff(old.split("\n"), new.split("\n"), lineterm="", n=0)
    return "\n".join(line for line in list(lines)[2:] if not line.startswith("@@"))
