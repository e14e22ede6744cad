"""Instructions that are known refactorings: what engines propose, held to the checks."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from fairlead_server.document import decode, language_of
from fairlead_server.editing.candidate import Candidate, EditRequest, FileEdit, Outcome
from fairlead_server.editing.checks import Analysed, Diagnosing, keeps_lines, parses, unchecked
from fairlead_server.editing.instructions import Operation, parse
from fairlead_server.editing.process import Cancelled, proposals
from fairlead_server.editing.refactoring.actions import OPERATIONS, served
from fairlead_server.editing.refactoring.job import (
    Job,
    Proposal,
    Refused,
    Replacement,
    with_replacements,
)
from fairlead_server.editing.refactoring.served import Serving, Unable
from fairlead_server.editing.texts import plain, plain_offset, restored
from fairlead_server.errors import UserError

LANGUAGES = ("python",)
"""The languages whose refactorings are fairlead's own; others have their language servers."""

_ALONE = "no project is around the file: files in other folders were not looked through"
_OTHERS = "of the other files only the syntax was checked"


def operation_for(request: EditRequest) -> Operation | None:
    """Return the refactoring that is asked for, None where it is none, or no engine could do it.

    A cell of a notebook is no file: what others know of it is not seen.
    """
    if request.document.before is not None:
        return None
    operation = parse(request.instruction)
    is_own = request.document.language in LANGUAGES
    return operation if operation and (is_own or operation.name in OPERATIONS) else None


def refactor(
    request: EditRequest,
    operation: Operation,
    analysis: Diagnosing,
    cancelled: Callable[[], bool] = lambda: False,
    serving: Serving | None = None,
) -> Outcome:
    """Return what engines make of `operation`, if it passes the checks.

    Other languages than Python are `serving` for. Raises `Cancelled`, and `Unable` where nobody can
    do such a thing.
    """
    try:
        found = _found(request, operation, cancelled, serving)
    except Refused as error:
        return Outcome((), (str(error),))
    analysed = Analysed(analysis, request.document, request.patience, request.project)
    candidates: dict[tuple[FileEdit, ...], Candidate] = {}
    reasons = []
    for proposal in found:
        if cancelled():
            raise Cancelled
        try:
            candidate = _checked(request, proposal, analysed, cancelled)
        except Refused as error:
            reasons.append(f"{proposal.by}: {error}")
        else:
            candidates.setdefault(candidate.files, candidate)
    return Outcome(tuple(candidates.values()), tuple(reasons))


def _found(
    request: EditRequest,
    operation: Operation,
    cancelled: Callable[[], bool],
    serving: Serving | None,
) -> list[Proposal]:
    job, language = _job(request, operation), request.document.language
    if language in LANGUAGES:
        return proposals(job, cancelled)
    if serving is None:
        raise Unable(language)
    return served(job, language, serving, cancelled)


def _job(request: EditRequest, operation: Operation) -> Job:
    text = request.document.text
    return Job(
        operation.name,
        operation.arguments,
        os.path.abspath(request.document.path),
        plain(text),
        plain_offset(text, request.start),
        plain_offset(text, request.end),
        request.project and os.path.abspath(request.project),
        request.interpreter,
    )


def _checked(
    request: EditRequest, proposal: Proposal, analysed: Analysed, cancelled: Callable[[], bool]
) -> Candidate:
    """Return the candidate that a proposal makes.

    Raises `Refused` when it fails a check, and `Cancelled`.
    """
    own = os.path.abspath(request.document.path)
    others = tuple(
        _other(request, path, text) for path, text in proposal.files.items() if path != own
    )
    old = request.document.text
    text = _acceptable(old, proposal, analysed, cancelled, alone=not others)
    if text == request.document.text and not others:
        raise Refused("nothing would change")
    if not keeps_lines(plain(request.document.text), plain(text), proposal.named):
        raise Refused("lines would change that it is not about")
    for edit in (FileEdit(own, request.document.text, text), *others):
        language = request.document.language if edit.path == own else language_of(edit.path)
        if not parses(language, edit.old, edit.new):
            raise Refused(f"{edit.path} would not parse")
    remarks = [*proposal.remarks]
    remarks += [] if analysed.known else [unchecked(request.document.language)]
    remarks += [_OTHERS] if others else []
    remarks += [_ALONE] if proposal.renames and request.project is None else []
    remarks += _unsaved(request, proposal)
    edit = FileEdit(request.document.path, request.document.text, text)
    return Candidate(
        "refactoring",
        proposal.by,
        proposal.title,
        (edit, *others),
        analysed.known,
        tuple(remarks),
    )


def _unsaved(request: EditRequest, proposal: Proposal) -> Iterator[str]:
    """Yield what to say of open files that have an old name which is not on disk yet.

    Engines see them as they are on disk.
    """
    own = {os.path.realpath(path) for path in (*proposal.files, request.document.path)}
    for path, shown in (request.open_texts or {}).items():
        if os.path.realpath(path) in own:
            continue
        saved = _saved(path)
        for old in proposal.renames:
            word = re.compile(rf"(?<![\w$]){re.escape(old)}(?![\w$])")
            if len(word.findall(shown)) > len(word.findall(saved)):
                name = os.path.basename(path)
                yield f"`{old}` in {name} is left alone where that is not saved"


def _saved(path: str) -> str:
    try:
        return decode(Path(path).read_bytes(), path)
    except (OSError, UserError):
        return ""


def _acceptable(
    old: str,
    proposal: Proposal,
    analysed: Analysed,
    cancelled: Callable[[], bool],
    *,
    alone: bool,
) -> str:
    """Return the document's new text, or as many `parts` of it as are free of new errors.

    Raises `Refused` and `Cancelled`.
    """
    wanted = next(
        (text for path, text in proposal.files.items() if _is_own(path, analysed)), plain(old)
    )
    text = restored(old, wanted)
    complaint = analysed.complaint(text, proposal.renames, alone=alone)
    if not complaint:
        return text
    several = proposal.parts if len(proposal.parts) > 1 else ()
    kept = _largest(old, several, analysed, cancelled)
    if not kept:
        raise Refused(complaint)
    return restored(old, with_replacements(plain(old), (one for part in kept for one in part)))


def _is_own(path: str, analysed: Analysed) -> bool:
    return path == os.path.abspath(analysed.path)


Parts = Sequence[tuple[Replacement, ...]]


def _largest(
    old: str, parts: Parts, analysed: Analysed, cancelled: Callable[[], bool]
) -> list[tuple[Replacement, ...]]:
    """Return parts that can be done together without a new error, found by halving.

    Raises `Cancelled`.
    """

    def is_clean(chosen: Parts) -> bool:
        if cancelled():
            raise Cancelled
        new = with_replacements(plain(old), (one for part in chosen for one in part))
        return not analysed.complaint(restored(old, new))

    kept: list[tuple[Replacement, ...]] = []
    for group in _halves(parts):
        if all(part not in kept for part in group) and is_clean([*kept, *group]):
            kept += group
    return kept


def _halves(parts: Parts) -> Iterator[Parts]:
    """Yield the halves of `parts`, and the halves of these, down to single ones."""
    if len(parts) > 1:
        for half in (parts[: len(parts) // 2], parts[len(parts) // 2 :]):
            yield half
            yield from _halves(half)


def _other(request: EditRequest, path: str, text: str) -> FileEdit:
    """Return the edit of another file. Raises `Refused` when it cannot be edited as it is."""
    try:
        old = decode(Path(path).read_bytes(), path)
    except (OSError, UserError) as error:
        raise Refused(f"{path} cannot be edited: {error}") from None
    for opened, shown in (request.open_texts or {}).items():
        if os.path.realpath(opened) == os.path.realpath(path) and shown != old:
            raise Refused(f"{path} has changes that are not saved; save it first")
    return FileEdit(path, old, restored(old, text))
