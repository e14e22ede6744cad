"""Instructions that are no known refactoring: what a model writes, held to the checks."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Protocol

from fairlead_decoding.chat import FORMAT
from fairlead_decoding.errors import DecodingError
from fairlead_server.editing.asking import Question, chat_questions, hole_questions
from fairlead_server.editing.candidate import Candidate, EditRequest, FileEdit, Outcome
from fairlead_server.editing.checks import Analysed, parses, stays_in_range, unchecked
from fairlead_server.editing.explaining import Explaining
from fairlead_server.editing.inventions import invented
from fairlead_server.editing.narrowing import lacking
from fairlead_server.editing.outputs import code_of
from fairlead_server.editing.place import Place, place_of
from fairlead_server.editing.process import Cancelled
from fairlead_server.editing.refactoring.job import Refused
from fairlead_server.editing.silences import has_impossible, settled
from fairlead_server.editing.texts import plain, restored
from fairlead_server.errors import UserError
from fairlead_server.repair.validation.unreachable import unreachable
from fairlead_server.suggestion import CompletionRequest, CompletionResult

SECONDS = 60.0
"""How long a model may write."""

LONGEST_SELECTION = 12_000
"""Characters that a model is asked to write anew."""

_ENOUGH = 4
_UNSEEN = "analysis takes this code for unreachable, and has not checked it"
_TITLE = 60


class Means(Explaining, Protocol):
    """What edits need of a completer."""

    @property
    def model_name(self) -> str:
        """The model's name for people."""

    def complete(
        self, request: CompletionRequest, *, cancelled: Callable[[], bool] = ...
    ) -> CompletionResult:
        """Complete; raises `DecodingError` when the request does not fit the model's context."""


@dataclass(frozen=True)
class _Answer:
    """A text that the model wrote, with what is known of it."""

    text: str
    score: float
    verified: bool
    ended: bool


Check = Callable[[str, str], bool]
"""Whether the plain texts before and after an edit are those of a task that was done."""


def write(
    request: EditRequest,
    means: Means,
    cancelled: Callable[[], bool] = lambda: False,
    check: Check | None = None,
) -> Outcome:
    """Return what the model makes of the instruction, if it passes the checks. Raises `Cancelled`.

    What names only what analysis knows comes first, then what the model finds more probable.
    """
    place = place_of(request)
    if len(place.selected) > LONGEST_SELECTION:
        return Outcome((), ("so much is not rewritten at once; select less",))
    request = replace(request, deadline=request.deadline or time.monotonic() + SECONDS)
    # Where there is no model, nothing else matters.
    model, reasons = means.model_name, list[str]()
    analysed = Analysed(means, request.document, request.patience, request.project)
    found: dict[str, tuple[_Answer, Candidate]] = {}
    for answer in _answers(request, place, means, reasons, cancelled):
        try:
            candidate = _checked(request, place, answer, analysed, model)
            edit = candidate.files[0]
            if check is not None and not check(plain(edit.old), plain(edit.new)):
                raise Refused("the model does something else than it was asked for")
        except Refused as error:
            reasons.append(str(error))
            continue
        found.setdefault(candidate.files[0].new, (answer, candidate))
        if len(found) == _ENOUGH:
            break
    ranked = sorted(found.values(), key=lambda pair: (not pair[0].verified, -pair[0].score))
    return Outcome(tuple(one for _, one in ranked), tuple(dict.fromkeys(reasons)))


def _answers(
    request: EditRequest,
    place: Place,
    means: Means,
    reasons: list[str],
    cancelled: Callable[[], bool],
) -> Iterator[_Answer]:
    """Yield what the model writes; one that has no chat format fills a hole."""
    chats = iter(chat_questions(request, place))
    first = next(chats)
    result = ask(first, means, reasons, cancelled)
    if result.prompt_format == FORMAT:
        yield from _read(first, result)
        questions: Iterable[Question] = chats
    else:
        questions = hole_questions(request, place)
    for question in questions:
        result = ask(question, means, reasons, cancelled)
        yield from _read(question, result)


def ask(
    question: Question, means: Means, reasons: list[str], cancelled: Callable[[], bool]
) -> CompletionResult:
    """Put a question to the model; why there is no answer is added to `reasons`."""
    try:
        result = means.complete(question.request, cancelled=cancelled)
    except (DecodingError, UserError) as error:
        reasons.append(str(error))
        return CompletionResult(())
    if cancelled():
        raise Cancelled
    if not result.suggestions and not question.request.ask:
        reasons.extend(result.remarks)
    return result


def _read(question: Question, result: CompletionResult) -> Iterator[_Answer]:
    for one in result.suggestions:
        score = one.logprob / max(1, one.tokens)
        text, ended = question.begun + one.text, one.finish_reason == "stop"
        yield _Answer(text, score, one.verified and not one.replaces, ended)


def _checked(
    request: EditRequest, place: Place, answer: _Answer, analysed: Analysed, model: str
) -> Candidate:
    """Return the candidate that an answer makes. Raises `Refused` when it fails a check."""
    code = code_of(answer.text, place, request.instruction, ended=answer.ended)
    old = request.document.text
    new = restored(old, place.with_text(code))
    if not stays_in_range(plain(old), plain(new), place.start, place.end):
        raise Refused("something outside of the selection would change")
    if new == old:
        raise Refused("the model changes nothing")
    if not parses(place.language, old, new):
        raise Refused("it would not parse")
    if complaint := analysed.complaint(new):
        raise Refused(complaint)
    seen = _reached(place, code, plain(new), analysed)
    _refuse_unknown_members(request, place, code, plain(new), analysed)
    words = " ".join(request.instruction.split())
    title = words if len(words) <= _TITLE else f"{words[: _TITLE - 1]}…"
    remarks = [] if analysed.known else [unchecked(place.language)]
    remarks += [] if seen else [_UNSEEN]
    edit = FileEdit(request.document.path, old, new)
    checked = analysed.known and seen
    return Candidate("model", model, title, (edit,), checked, tuple(remarks))


def _refuse_unknown_members(
    request: EditRequest, place: Place, code: str, new: str, analysed: Analysed
) -> None:
    """Raise `Refused` for members that nothing has, which analysis lets pass."""
    if place.language != "python" or not analysed.known:
        return
    if name := invented(place.text, new, request.instruction, analysed.asked):
        raise Refused(f"it sets `self.{name}`, of which nothing else knows")
    end = place.start + len(code)
    if found := lacking(new, place.start, end, place.selected, analysed.asked):
        raise Refused(f"`{found[0]}` would have no `{found[1]}`")


def _reached(place: Place, code: str, new: str, analysed: Analysed) -> bool:
    """Tell whether analysis looks at the place. Raises `Refused` for new code that never runs."""
    if place.language != "python":
        return True
    was = analysed.dead_places(place.text, place.start, place.end)
    if unreachable(new, place.language) > unreachable(place.text, place.language):
        raise Refused("with it, some code can never run")
    if was is None:
        return False
    now = analysed.dead_places(new, place.start, place.start + len(code))
    if now is None or now > was:
        raise Refused("it has a condition that is never true")
    if not analysed.known:
        return True
    same = settled(new, place.start, place.start + len(code), analysed.asked)
    if same and same > settled(place.text, place.start, place.end, analysed.asked):
        raise Refused("it has a condition that is the same each time")
    return not has_impossible(new, place.start, place.start + len(code), analysed.asked)
