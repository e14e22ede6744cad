"""Edit a file by instruction, and check what comes of it.

Prints the edit as a diff. FILE:LINE-LINE is 1-based, and both lines count; without lines, all of
FILE is meant. Known refactorings are done by engines, all else by the model. What is offered
parses, stays where it belongs, and adds nothing that analysis finds wrong. No file is changed,
unless you say --apply.

--optimise offers what makes a command faster, and --tests writes tests that notice mistakes. For
these two, what the model writes is run, by the commands you name or by pytest, on a copy of the
project, in a sandbox.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import re
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from fairlead_server.analysis.jedi_engine import find_interpreter
from fairlead_server.commands import options, proving
from fairlead_server.completer import Completer
from fairlead_server.context.privacy import is_secret
from fairlead_server.diffs import unified
from fairlead_server.document import DocumentSnapshot, offset_at, read_document
from fairlead_server.editing.candidate import Candidate, EditRequest, FileEdit, Outcome
from fairlead_server.editing.edit import edits_for
from fairlead_server.editing.sequence import steps_of
from fairlead_server.engine import build_analysis, layout_of, load_decoder
from fairlead_server.errors import UserError
from fairlead_server.settings import Settings, resolve_for
from fairlead_server.suggestion import CompletionRequest, CompletionResult

_PATIENCE = 60.0
"""Seconds for one analysis, for which a language server may have to start."""

_PLACE = re.compile(r"(?P<path>.+?)(?::(?P<first>\d+)(?:-(?P<last>\d+))?)?\Z", re.DOTALL)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("place", metavar="FILE[:LINE[-LINE]]", help="what to edit")
    parser.add_argument("--instruction", "-i", metavar="TEXT", help="what is to be done")
    shown = parser.add_mutually_exclusive_group()
    shown.add_argument("--diff", action="store_true", help="print a diff; the default")
    shown.add_argument("--apply", action="store_true", help="write the files")
    shown.add_argument("--json", action="store_true", help="print all candidates, as JSON")
    parser.add_argument(
        "--candidate", type=options.positive, default=1, help="which one, from 1; default: the best"
    )
    parser.add_argument(
        "--sequence",
        action="store_true",
        help="as steps, after each of which nothing is newly wrong",
    )
    proving.add_arguments(parser)
    options.add_model_arguments(parser)


def run(arguments: argparse.Namespace) -> int:
    """Edit, print, and return the exit code."""
    is_proved = proving.wanted(arguments)
    if arguments.instruction is None and not is_proved:
        raise UserError("say what is to be done, with --instruction")
    document, start, end = read_place(arguments.place)
    found = resolve_for(document.path, options.from_arguments(arguments))
    options.show_complaints(found)
    settings = found.settings()
    request = EditRequest(
        document,
        start,
        end,
        arguments.instruction or "",
        found.project,
        find_interpreter(found.project, settings.interpreter, trusted=settings.trusted),
        patience=max(settings.patience, _PATIENCE),
        guided=settings.guided,
        context=settings.context,
    )
    with Loading(settings, request) as means:
        outcome = (
            proving.proved(arguments, request, means) if is_proved else edits_for(request, means)
        )
        steps = _steps(outcome, request, means) if arguments.sequence else {}
    for reason in outcome.reasons:
        print(f"fairlead: {reason}", file=sys.stderr)
    if outcome.explanation and not arguments.json:
        print(outcome.explanation)
        return 0
    return _show(outcome.candidates, arguments, steps)


def _steps(
    outcome: Outcome, request: EditRequest, means: Loading
) -> dict[Candidate, tuple[FileEdit, ...]]:
    """Return the steps that lead to each candidate; after each, nothing is newly wrong."""
    path, text = request.document.path, request.document.text
    found = {}
    for one in outcome.candidates:
        texts = (text, *steps_of(one, request, means))
        found[one] = tuple(FileEdit(path, a, b) for a, b in itertools.pairwise(texts))
    return found


class Loading:
    """Analysis, and a model that is loaded when it is first asked: engines do without."""

    def __init__(self, settings: Settings, request: EditRequest) -> None:
        self._settings, self._path = settings, request.document.path
        self._analysis = build_analysis(settings, request.project, [request.document.language])
        self._completer: Completer | None = None
        self.diagnostics = self._analysis.diagnostics
        self.names = self._analysis.names
        self.describe = self._analysis.describe
        self.rewrite = self._analysis.rewrite

    def __enter__(self) -> Loading:
        return self

    def __exit__(self, *_: object) -> None:
        if self._completer is not None:
            self._completer.close()
        else:
            self._analysis.close()

    @property
    def model_name(self) -> str:
        """The model's name for people."""
        return self._loaded().model_name

    def complete(
        self, request: CompletionRequest, *, cancelled: Callable[[], bool] = lambda: False
    ) -> CompletionResult:
        """Complete; see `Completing`. Raises `UserError` when there is no model."""
        return self._loaded().complete(request, cancelled=cancelled)

    def _loaded(self) -> Completer:
        if self._completer is None:
            if is_secret(self._path):
                raise UserError(f"{self._path}: is taken for a secret by its name")
            layout = layout_of(self._settings)
            decoder, analysis = load_decoder(self._settings), self._analysis
            self._completer = Completer(decoder, analysis.engines, analysis.monitors, layout)
        return self._completer


def read_place(place: str) -> tuple[DocumentSnapshot, int, int]:
    """Read the file that ``FILE[:LINE[-LINE]]`` names; return it and the extent of the lines."""
    found = _PLACE.match(place)
    path, first, last = (found["path"], found["first"], found["last"]) if found else (place, "", "")
    if first and not os.path.exists(path) and os.path.exists(place):
        path, first = place, ""
    document = read_document(path)
    document = replace(document, path=os.path.abspath(path))
    if not first:
        return document, 0, len(document.text)
    start = offset_at(document.text, int(first), 1, path)
    final = offset_at(document.text, int(last or first), 1, path)
    if final < start:
        raise UserError(f"{place}: the last line is before the first")
    return document, start, _line_end(document.text, final)


def _line_end(text: str, offset: int) -> int:
    found = re.compile(r"\r\n|\r|\n").search(text, offset)
    return found.start() if found else len(text)


def _show(
    candidates: tuple[Candidate, ...],
    arguments: argparse.Namespace,
    steps: Mapping[Candidate, tuple[FileEdit, ...]],
) -> int:
    if arguments.json:
        shapes = [to_json(one, steps.get(one)) for one in candidates]
        print(json.dumps(shapes, ensure_ascii=False))
        return 0 if candidates else 1
    if not candidates:
        return 1
    if arguments.candidate > len(candidates):
        count = len(candidates)
        said = "is 1 candidate" if count == 1 else f"are {count} candidates"
        raise UserError(f"--candidate {arguments.candidate}: there {said}")
    chosen = candidates[arguments.candidate - 1]
    _tell(chosen, arguments.candidate, len(candidates))
    if arguments.apply:
        apply(chosen)
    elif arguments.sequence:
        for number, edit in enumerate(steps[chosen], 1):
            sys.stdout.write(f"# step {number} of {len(steps[chosen])}\n{diff(edit)}")
        sys.stdout.write("".join(diff(edit) for edit in chosen.files[1:]))
    else:
        sys.stdout.write("".join(diff(edit) for edit in chosen.files))
    return 0


def _tell(chosen: Candidate, number: int, count: int) -> None:
    checked = "checked" if chosen.checked else "not checked by analysis"
    which = f", candidate {number} of {count}" if count > 1 else ""
    kind = f"{chosen.kind} by {chosen.by}"
    print(f"fairlead: {chosen.title} ({kind}, {checked}{which})", file=sys.stderr)
    for remark in chosen.remarks:
        print(f"fairlead: {remark}", file=sys.stderr)


def to_json(candidate: Candidate, steps: Sequence[FileEdit] | None = None) -> dict[str, object]:
    """Return the JSON shape of a candidate that scripts rely on; `steps` only if there are any."""
    shown = {"steps": [diff(edit) for edit in steps]} if steps else {}
    return {
        "kind": candidate.kind,
        "by": candidate.by,
        "title": candidate.title,
        "checked": candidate.checked,
        "remarks": list(candidate.remarks),
        "files": [{"file": one.path, "text": one.new} for one in candidate.files],
        "diff": "".join(diff(edit) for edit in candidate.files),
        **shown,
    }


def diff(edit: FileEdit) -> str:
    """Return a unified diff that ``patch`` and ``git apply`` read, with the file's line ends."""
    name = os.path.relpath(edit.path)
    name = edit.path if name.startswith(os.pardir) else name
    found = unified(edit.old, edit.new, name)
    is_new = not edit.old and not os.path.exists(edit.path)
    return found.replace(f"--- a/{name}\n", "--- /dev/null\n", 1) if is_new else found


def apply(candidate: Candidate) -> None:
    """Write the files of `candidate`; none, unless all are as they were. Raises `UserError`."""
    for edit in candidate.files:
        if _content(edit) != edit.old.encode():
            raise UserError(f"{edit.path}: has changed meanwhile; nothing was written, edit again")
    for edit in candidate.files:
        _write(os.path.realpath(edit.path), edit.new.encode())
        print(f"fairlead: {edit.path} was edited", file=sys.stderr)


def _content(edit: FileEdit) -> bytes:
    """Return what is in the file; of one that is to be made, that is nothing."""
    path = Path(edit.path)
    return b"" if not edit.old and not path.exists() else path.read_bytes()


def _write(path: str, data: bytes) -> None:
    """Replace what is in a file, at once: nobody sees half of it."""
    if not os.path.exists(path):
        Path(path).touch()
    mode = os.stat(path).st_mode
    descriptor, made = tempfile.mkstemp(dir=os.path.dirname(path), prefix=".fairlead-")
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(data)
        os.chmod(made, mode)
        os.replace(made, path)
    except BaseException:
        os.unlink(made)
        raise
