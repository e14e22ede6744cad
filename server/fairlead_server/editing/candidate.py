"""What is asked for, and what is offered: edits of whole files, before and after."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from fairlead_server.document import DocumentSnapshot

Kind = Literal["refactoring", "model"]


@dataclass(frozen=True)
class EditRequest:
    """Do to `document`, from `start` to `end` in characters, what `instruction` says.

    `project` is the folder that it belongs to, `interpreter` the Python whose packages count, and
    `open_texts` are those of other files that are open, by path: they may not be on disk yet.
    `patience` is how many seconds one analysis may take. A model is `guided` by monitors, sees
    other text from the sources `context` names, and writes until `deadline` on the monotonic clock.
    """

    document: DocumentSnapshot
    start: int
    end: int
    instruction: str
    project: str | None = None
    interpreter: str | None = None
    open_texts: Mapping[str, str] | None = None
    patience: float = 5.0
    guided: bool = True
    context: tuple[str, ...] | None = None
    deadline: float | None = None


@dataclass(frozen=True)
class FileEdit:
    """The file at `path` had the text `old`, and is to have `new`."""

    path: str
    old: str
    new: str


@dataclass(frozen=True)
class Candidate:
    """One way to do it that has passed all checks; the file of the document comes first.

    `kind` and `by` say who has made it. It is `checked` if analysis has looked at it: where there
    is none for the language, or none that answers, nobody knows whether something is newly wrong.
    """

    kind: Kind
    by: str
    title: str
    files: tuple[FileEdit, ...]
    checked: bool
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Outcome:
    """The candidates, the best first; `reasons` say why there are no others, or none.

    To who asks what is wrong, the `explanation` is the answer.
    """

    candidates: tuple[Candidate, ...]
    reasons: tuple[str, ...] = ()
    explanation: str = ""
