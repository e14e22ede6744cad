"""Refactorings by the engine of the language, a language server: what it proposes is looked at.

Where in the text, and by what name, is found as it is for Python; the server does it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Protocol

from fairlead_server.analysis.rewriting import PLACES, Rewrite, Rewritten, Way
from fairlead_server.document import DocumentSnapshot, language_of
from fairlead_server.editing.process import Cancelled
from fairlead_server.editing.refactoring.identifiers import (
    checked_name,
    declarations,
    identifiers,
    refuse_if_used,
)
from fairlead_server.editing.refactoring.job import (
    Job,
    Proposal,
    Refused,
    Word,
    check_in_project,
    line_at,
    offset_of,
    on_disk,
    position,
)
from fairlead_server.editing.refactoring.renaming import Found, renamed_at
from fairlead_server.editing.refactoring.target import Meaning, word_at
from fairlead_server.editing.texts import plain

PATIENCE = 900.0
"""Seconds; a server may have to start, and its engine gives up sooner, by limits of its own."""

_SHOWN = 3


class Serving(Protocol):
    """What this needs of a completer."""

    def rewrite(
        self,
        document: DocumentSnapshot,
        wanted: Rewrite,
        patience: float,
        *,
        cancelled: Callable[[], bool] = ...,
    ) -> Rewritten:
        """Return what a refactoring makes of `document`."""


class Unable(Exception):
    """No engine does such a thing in the language, whatever the text."""


@dataclass(frozen=True)
class Asking:
    """Puts questions about the document of `job`, which is in `language`."""

    job: Job
    language: str
    serving: Serving
    cancelled: Callable[[], bool]

    def ask(self, wanted: Rewrite, text: str | None = None) -> Rewritten:
        """Return the answer, which has a way if it is not about `PLACES`.

        Another `text` may be in the document's place. Raises `Refused`, `Unable`, `Cancelled`.
        """
        shown = self.job.text if text is None else text
        document = DocumentSnapshot(self.job.path, shown, self.language)
        found = self.serving.rewrite(document, wanted, PATIENCE, cancelled=self.cancelled)
        if self.cancelled():
            raise Cancelled
        if not found.able:
            raise Unable(found.reason)
        if found.reason:
            said = found.reason.startswith(f"{found.engine}:")
            raise Refused(found.reason if said else f"{found.engine}: {found.reason}")
        return found

    def identifiers(self) -> list[Word]:
        """Return the identifiers of the document."""
        return identifiers(self.job.text, self.language)

    def meaning(self, text: str | None = None) -> Meaning:
        """Return where the server sees the thing named that an identifier of the text names."""
        shown = self.job.text if text is None else text

        @cache
        def places(word: Word) -> set[tuple[int, int]]:
            at = offset_of(shown, word.line, word.column)
            try:
                found = self.ask(Rewrite(PLACES, at, at + len(word.text)), shown).places
            except Unable:
                return {(word.line, word.column)}
            return {position(shown, a) for a, b in found if shown[a:b] == word.text}

        return places

    def texts(self, way: Way) -> dict[str, str]:
        """Return the plain texts that files are to have, the document's own by the job's path.

        Raises `Refused` for files that are not the project's.
        """
        own = os.path.realpath(self.job.path)
        found = {
            self.job.path if os.path.realpath(path) == own else path: plain(text)
            for path, text in way.texts.items()
        }
        check_in_project(self.job, found)
        return found


def rename(asking: Asking) -> Iterator[Proposal]:
    """Yield the renaming of the target. Raises `Refused`."""
    job = asking.job
    new = checked_name(job.arguments["new"])
    known = asking.identifiers()
    word = word_at(job, job.arguments.get("old"), asking.meaning(), known)
    old = word.text
    if old == new:
        raise Refused(f"it is called `{new}` already")
    at = offset_of(job.text, word.line, word.column)
    answer = asking.ask(Rewrite("rename", at, at + len(old), new))
    texts = asking.texts(answer.ways[0])
    if job.path not in texts:
        raise Refused(f"{answer.engine}: `{old}` would keep its name")
    found = {path: _places(job, path, text, old, new) for path, text in texts.items()}
    _check_free(asking, texts, found, new)
    refuse_if_unseen(asking, answer, word)
    done = {position(job.text, before) for before, _ in found[job.path]}
    left = [one for one in known if one.text == old and (one.line, one.column) not in done]
    is_member = any((one.line, one.column) in done and one.dotted for one in known)
    yield Proposal(
        answer.engine,
        f"Rename `{old}` to `{new}`",
        texts,
        frozenset(line for line, _ in done),
        {old: new},
        (*answer.remarks, *_left(job, old, left if is_member else [], answer.elsewhere, texts)),
    )


def refuse_if_unseen(asking: Asking, answer: Rewritten, word: Word) -> None:
    """Raise `Refused` where a file may mean the same by a name, and the engine does not look there.

    What is declared in a function is named in no other file.
    """
    if not answer.partial or not answer.elsewhere:
        return
    places = asking.meaning()(word)
    named = [one for one in declarations(asking.job.text, asking.language) if one.local]
    if not any((one.word.line, one.word.column) in places for one in named):
        other = answer.elsewhere[0]
        raise Refused(f"{other} has the name as well, and {answer.engine} does not look there")


def _places(job: Job, path: str, text: str, old: str, new: str) -> list[Found]:
    """Return where a file is changed. Raises `Refused` unless it is by the name alone."""
    before = job.text if path == job.path else on_disk(path)
    found = renamed_at(before, text, old, new)
    if found is None:
        raise Refused(f"more than the name would change in {os.path.basename(path)}")
    return found


def _check_free(
    asking: Asking, texts: Mapping[str, str], found: Mapping[str, Sequence[Found]], new: str
) -> None:
    """Raise `Refused` unless the new name means what the old one did, and nothing else does.

    In the document, the new name has to be seen in all places where it is put, and in no other;
    the other files must not have it.
    """
    job = asking.job
    for path in texts:
        if path != job.path:
            where = f" of {os.path.basename(path)}"
            refuse_if_used(new, on_disk(path), language_of(path), where)
    if all(word.text != new for word in asking.identifiers()):
        return
    text = texts[job.path]
    put = {position(text, after) for _, after in found[job.path]}
    here = [one for one in identifiers(text, asking.language) if (one.line, one.column) in put]
    if not here or asking.meaning(text)(here[0]) & _words(text, asking, new) != {
        (one.line, one.column) for one in here
    }:
        raise Refused(f"`{new}` already means something else in the file")


def _words(text: str, asking: Asking, name: str) -> set[tuple[int, int]]:
    found = identifiers(text, asking.language)
    return {(one.line, one.column) for one in found if one.text == name}


def _left(
    job: Job, old: str, left: Sequence[Word], elsewhere: Sequence[str], texts: Mapping[str, str]
) -> Iterator[str]:
    """Say where the name stands and is not changed, for the user to look at."""
    if lines := [word.line for word in left if word.dotted]:
        yield f"`.{old}` on {_on(lines)} is left alone: it is another's, or nobody knows whose"
    if elsewhere and len(texts) > 1:
        names = [os.path.basename(path) for path in elsewhere]
        shown = ", ".join(names[:_SHOWN]) + (", …" if len(names) > _SHOWN else "")
        yield f"`{old}` in other files is left alone: {shown}"
    quoted = re.compile(rf"([\"'`]){re.escape(old)}\1")
    for path, text in texts.items():
        if found := [line_at(text, one.start()) for one in quoted.finditer(text)]:
            where = "" if path == job.path else f" of {os.path.basename(path)}"
            yield f"'{old}' in a string on {_on(found)}{where} is left alone"


def _on(lines: Sequence[int]) -> str:
    several = list(dict.fromkeys(lines))
    shown = ", ".join(map(str, several[:_SHOWN])) + (", …" if len(several) > _SHOWN else "")
    return f"line {shown}" if len(several) == 1 else f"lines {shown}"


def lines_of(text: str, start: int, end: int) -> frozenset[int]:
    """Return the lines of an extent."""
    return frozenset(range(line_at(text, start), line_at(text, end) + 1))
