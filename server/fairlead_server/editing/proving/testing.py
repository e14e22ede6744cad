"""Tests that a model writes: offered if they pass, and notice mistakes put into what they test."""

from __future__ import annotations

import os
import shlex
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from fairlead_server.document import DocumentSnapshot
from fairlead_server.editing.candidate import Candidate, EditRequest, FileEdit, Outcome
from fairlead_server.editing.checks import Analysed
from fairlead_server.editing.process import Cancelled
from fairlead_server.editing.proving.mutants import Mutant, mutants
from fairlead_server.editing.proving.questions import answers
from fairlead_server.editing.proving.subject import Subject
from fairlead_server.editing.proving.written_tests import (
    WrittenTest,
    distinct,
    read_tests,
    with_tests,
)
from fairlead_server.editing.texts import plain, restored
from fairlead_server.editing.writing import SECONDS, Means
from fairlead_server.errors import UserError
from fairlead_server.repair.validation.contract import Runner
from fairlead_server.repair.validation.passes import last_words

MOST_MUTANTS = 20

_MOST_TESTS = 8
_SHOWN = 3
_QUOTED = 200
_NOTHING = "def test_nothing():\n    pass"


@dataclass(frozen=True)
class Proof:
    """How tests are proved: `run` takes `command`, which runs those in the file `path`."""

    path: str
    text: str
    run: Runner
    command: str
    mutants: int = MOST_MUTANTS
    cancelled: Callable[[], bool] = lambda: False
    progress: Callable[[str], None] = lambda said: None

    def passes(self, text: str, files: dict[str, str]) -> bool:
        """Tell whether the test file `text` passes with `files` changed. Raises `Cancelled`."""
        if self.cancelled():
            raise Cancelled
        found = self.run({**files, self.path: text}, self.command)
        return found.passed and not found.network


def command_for(path: str, subject: Subject, project: str, python: str | None) -> str:
    """Return the command that runs the tests in the file `path` from the folder `project`."""
    root, place = (os.path.relpath(os.path.realpath(p), project) for p in (subject.root, path))
    return (
        f"PYTHONPATH={shlex.quote(root)} {shlex.quote(python or sys.executable)} "
        f"-m pytest -q -x -p no:cacheprovider {shlex.quote(place)}"
    )


def write_tests(request: EditRequest, subject: Subject, means: Means, proof: Proof) -> Outcome:
    """Return a test file with tests of `subject` that pass and fail for mutants of it.

    Raises `Cancelled`, and `UserError` where tests cannot be run.
    """
    request = replace(request, deadline=request.deadline or time.monotonic() + SECONDS)
    # Where there is no model, nothing else matters.
    model, reasons = means.model_name, list[str]()
    document = DocumentSnapshot(proof.path, plain(proof.text), "python")
    analysed = Analysed(means, document, request.patience, request.project)
    _check_runs(subject, proof)
    proof.progress("asking the model")
    written = answers(request, subject, document, means, reasons, proof.cancelled)
    found = [one for text in written for one in read_tests(text, subject)]
    tests = distinct(found, subject, proof.text)[:_MOST_TESTS]
    if not tests:
        reasons.append(f"the model wrote no test that calls `{subject.name}` and checks something")
    passing = [test for test in tests if _is_right(test, subject, analysed, proof, reasons)]
    made = mutants(plain(request.document.text), subject.first, subject.last, proof.mutants)
    kept, alive = _telling(passing, made, request, subject, proof)
    reasons += [f"`{t.name}` notices nothing that others do not" for t in passing if t not in kept]
    new = restored(proof.text, with_tests(plain(proof.text), kept, subject))
    if kept and not all(proof.passes(new, {}) for _ in range(2)):
        reasons.append("the tests pass one by one, and not together")
        kept = []
    if not kept:
        return Outcome((), tuple(dict.fromkeys(reasons)))
    edit = FileEdit(proof.path, proof.text, new)
    count = "1 test" if len(kept) == 1 else f"{len(kept)} tests"
    title, remarks = f"Add {count} of `{subject.name}`", _said(made, alive)
    candidate = Candidate("model", model, title, (edit,), analysed.known, remarks)
    return Outcome((candidate,), tuple(dict.fromkeys(reasons)))


def _check_runs(subject: Subject, proof: Proof) -> None:
    """Raise `UserError` where a test that does nothing fails, or one that is wrong passes."""
    nothing = WrittenTest("test_nothing", _NOTHING, ())
    text = with_tests(plain(proof.text), [nothing], subject)
    ended = proof.run({proof.path: text}, proof.command)
    if not ended.passed:
        said = " ".join(last_words(ended.output).split())[-_QUOTED:] or f"exit code {ended.code}"
        raise UserError(f"tests cannot be run by {proof.command!r}: {said}; name another --test")
    wrong = replace(nothing, code="def test_nothing():\n    assert False")
    text = with_tests(plain(proof.text), [wrong], subject)
    if proof.passes(text, {}):
        raise UserError(
            f"{proof.command!r} passes whatever is in {proof.path}; name another --test"
        )


def _is_right(
    test: WrittenTest, subject: Subject, analysed: Analysed, proof: Proof, reasons: list[str]
) -> bool:
    """Tell whether analysis finds nothing wrong with a test, and it passes, twice."""
    text = with_tests(plain(proof.text), [test], subject)
    if complaint := analysed.complaint(text):
        reasons.append(f"`{test.name}`: {complaint}")
        return False
    proof.progress(f"running {test.name}")
    if all(proof.passes(text, {}) for _ in range(2)):
        return True
    reasons.append(f"`{test.name}` does not pass")
    return False


def _telling(
    tests: Sequence[WrittenTest],
    made: Sequence[Mutant],
    request: EditRequest,
    subject: Subject,
    proof: Proof,
) -> tuple[list[WrittenTest], list[Mutant]]:
    """Return the tests that fail for mutants for which none before them does, and those left.

    Where nothing can be mutated, all are kept.
    """
    alive, kept = list(made), list[WrittenTest]()
    for test in tests:
        text = with_tests(plain(proof.text), [test], subject)
        proof.progress(f"{test.name}: {len(alive)} mutants to be noticed")
        left = [
            mutant for mutant in alive if proof.passes(text, {request.document.path: mutant.text})
        ]
        if len(left) < len(alive) or not made:
            kept.append(test)
        alive = left
    return kept, alive


def _said(made: Sequence[Mutant], alive: Sequence[Mutant]) -> tuple[str, ...]:
    """Return the score, and what is not noticed."""
    if not made:
        return ("nothing in it can be mutated: only that the tests pass is known",)
    score = f"they notice {len(made) - len(alive)} of {len(made)} mistakes put into the code"
    missed = [f"not noticed: {mutant}" for mutant in alive[:_SHOWN]]
    more = len(alive) - _SHOWN
    return (score, *missed, *([f"and {more} more that are not noticed"] if more > 0 else []))
