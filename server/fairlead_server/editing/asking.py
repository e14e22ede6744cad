"""How a model is asked for an edit: in its chat format, or by filling a hole under a comment."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from fairlead_decoding.types import GenerationConfig
from fairlead_server.document import DocumentSnapshot
from fairlead_server.editing.candidate import EditRequest
from fairlead_server.editing.place import Place, comment_sign
from fairlead_server.suggestion import CompletionRequest

_AROUND = 3000
"""Characters before and after the place that a model which follows instructions is shown."""
_TELLING = 3
"""Characters from which on a line is not in many places."""
_MOST_TOKENS, _LEAST_TOKENS = 768, 96
_SAMPLES = 3
_TEMPERATURE, _TOP_P = 0.6, 0.95


@dataclass(frozen=True)
class Question:
    """What a completer is asked; `begun` is what each of its answers begins with already."""

    request: CompletionRequest
    begun: str = ""


def chat_questions(request: EditRequest, place: Place) -> Iterator[Question]:
    """Yield what a model that follows instructions is asked: for code alone, then in its own way.

    Where the answer has to be code from its first letter on, monitors watch it.
    """
    base = replace(_request(request, place, len(place.selected)), context=())
    asked = _message(request.instruction, place)
    code = replace(base, ask=asked, opening=f"```{place.language}\n", stops=("\n```",))
    yield Question(code)
    yield Question(_sampled(code))
    yield Question(replace(base, ask=asked, guided=False))


def hole_questions(request: EditRequest, place: Place) -> Iterator[Question]:
    """Yield what a model that fills holes is asked: the instruction is a comment before the hole.

    What stands there now is not shown: where all of it were a comment, such models write comments.
    """
    comment = (
        f"{place.indent}{comment_sign(place.language)}{' '.join(request.instruction.split())}\n"
    )
    begun = place.start if place.is_lines else place.before.rfind("\n") + 1
    head = place.text[:begun] + comment + place.text[begun : place.start]
    # Models are trained on holes that begin with code.
    begun_with = place.indent if place.is_lines else ""
    head += begun_with
    filled = Place(head + place.after, len(head), len(head), place.language, place.path)
    base = replace(_request(request, filled, len(place.selected)), stops=_next_line(place))
    yield Question(base, begun_with)
    # Where it does not come to an end by itself, as many lines as there were may be what is meant.
    count = sum(bool(line.strip()) for line in place.selected.split("\n"))
    yield Question(replace(_sampled(base), lines=max(1, count)), begun_with)


def _next_line(place: Place) -> tuple[str, ...]:
    """Return what the model would write if it went on with what follows the hole."""
    line = next((one for one in place.after.split("\n") if one.strip()), "")
    return (f"\n{line}",) if len(line.strip()) > _TELLING else ()


def _request(request: EditRequest, place: Place, length: int) -> CompletionRequest:
    """Return a request for what goes into the place, about as long as `length` characters."""
    document = request.document
    shown = DocumentSnapshot(
        document.path, place.before + place.after, document.language, document.version
    )
    return CompletionRequest(
        replace(shown, before=document.before),
        len(place.before),
        GenerationConfig(
            max_new_tokens=min(_MOST_TOKENS, max(_LEAST_TOKENS, length)), deadline=request.deadline
        ),
        guided=request.guided,
        lines=None,
        raw=True,
        entire=True,
        patience=request.patience,
        context=request.context,
        urgency="invoked",
    )


def _sampled(request: CompletionRequest) -> CompletionRequest:
    config = replace(request.config, temperature=_TEMPERATURE, top_p=_TOP_P, seed=1)
    return replace(request, samples=_SAMPLES, config=config)


def _message(instruction: str, place: Place) -> str:
    """Return what the user says to the model."""
    fence = f"```{place.language}\n"
    before, after = place.before[-_AROUND:], place.after[:_AROUND]
    asked = "Rewrite" if place.selected.strip() else "Write"
    what = (
        f"Rewrite this part of it:\n\n{fence}{place.selected}\n```"
        if place.selected.strip()
        else "Write what goes where [HERE] stands."
    )
    around = before + ("[HERE]" if asked == "Write" else place.selected) + after
    return (
        f"This is from a file in {place.language}:\n\n{fence}{around}\n```\n\n{what}\n\n"
        f"Instruction: {instruction}\n\n"
        "Answer with the new code of that part alone, in one fenced block, and change nothing else."
    )
