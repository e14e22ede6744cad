"""The one call behind every front end: an instruction in, checked candidates out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from fairlead_server.editing.candidate import EditRequest, Outcome
from fairlead_server.editing.docstrings import add_docstring
from fairlead_server.editing.explaining import explain
from fairlead_server.editing.instructions import check_instruction
from fairlead_server.editing.refactor import operation_for, refactor
from fairlead_server.editing.refactoring.meaning import is_annotated
from fairlead_server.editing.refactoring.served import Serving, Unable
from fairlead_server.editing.writing import Means, write


class EditMeans(Means, Serving, Protocol):
    """What all edits together need of a completer."""


def edits_for(
    request: EditRequest, means: EditMeans, cancelled: Callable[[], bool] = lambda: False
) -> Outcome:
    """Return the candidates for `request`, the best first. Raises `Cancelled`, and `UserError` for
    what can be no instruction.

    A known refactoring is done by an engine, all else by the model, and what no engine of the
    language does; type hints by both, as the engine adds those alone that are certain.
    """
    check_instruction(request.instruction)
    operation = operation_for(request)
    if operation is None:
        return write(request, means, cancelled)
    if operation.name == "explain":
        return explain(request, means)
    if operation.name == "add_docstring":
        return add_docstring(request, means, cancelled)
    try:
        outcome = refactor(request, operation, means, cancelled, means)
    except Unable:
        return write(request, means, cancelled)
    if outcome.candidates or operation.name != "add_type_hints":
        return outcome
    written = write(request, means, cancelled, is_annotated)
    return Outcome(written.candidates, (*outcome.reasons, *written.reasons))
