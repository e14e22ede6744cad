"""A scene played: what the model makes of it, what is said of that, and what becomes of the tests.

`Played` says of what was made: whether something was `offered`; whether the file `parses`, brings
no new error (`clean`), and none about a name that does not exist (`named`); whether it is `exact`,
where that is known; for a test, whether it calls the function and checks something (`checking`);
and whether what is run `passes`. What cannot be told is None.
"""

from __future__ import annotations

import ast
import re
import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from fairlead_decoding.types import GenerationConfig
from fairlead_monitors.engine import Completeness, Diagnostic, Source
from fairlead_server.completer import Completer
from fairlead_server.document import DocumentSnapshot
from fairlead_server.editing.candidate import EditRequest
from fairlead_server.editing.docstrings import add_docstring
from fairlead_server.evaluation.completion.absence import findings
from fairlead_server.evaluation.completion.tasks import Task
from fairlead_server.evaluation.completion.trial import completed
from fairlead_server.evaluation.completion.units import parses
from fairlead_server.evaluation.copilot.scenes import Scene
from fairlead_server.evaluation.judging import Judge
from fairlead_server.repair.fault import fault_in
from fairlead_server.repair.hunk import span_hunk
from fairlead_server.repair.sandbox import Outcome
from fairlead_server.repair.search import Plan, bench_of, search
from fairlead_server.repair.testing import Bed, telling_line, tried
from fairlead_server.repair.validation import Suite
from fairlead_server.suggestion import CompletionRequest, Suggestion

_PYTHON = "python"
_LINES = 12  # of a test
_CALL_OR_CHECK = (ast.Assert, ast.With)


@dataclass(frozen=True)
class Played:
    """What came of a scene; see above."""

    offered: bool
    parses: bool | None = None
    clean: bool | None = None
    named: bool | None = None
    exact: bool | None = None
    checking: bool | None = None
    passes: bool | None = None


@dataclass(frozen=True)
class Setup:
    """What all scenes have in common. Without a `bed`, nothing is run."""

    project: str
    python: str
    patience: float
    tokens: int
    questions: int
    bed: Bed | None = None
    command: str = ""


@dataclass(frozen=True)
class Stage:
    """The model, and who judges."""

    means: Completer
    judge: Judge
    setup: Setup

    def play(self, scene: Scene, *, guided: bool) -> Played:
        """Play a scene."""
        return _PLAYERS[scene.scenario](self, scene, guided)

    def nothing(self, scene: Scene) -> Played:
        """Return what is said where nothing was offered."""
        exact = False if scene.wanted else None
        return Played(offered=False, exact=exact, passes=False if self.setup.bed else None)

    def judged(self, scene: Scene, before: str, now: str, start: int, end: int) -> Played:
        """Return what is said of `now`, in which ``now[start:end]`` is new."""
        played = Played(offered=True, parses=parses(now, _PYTHON))
        self.judge.forget()
        old = self.judge.original(Source(scene.path, before))
        new = self.judge.diagnosed(Source(scene.path, now))
        if Completeness.UNKNOWN in (old.completeness, new.completeness):
            return played
        known: tuple[Diagnostic, ...] = old.found
        found = findings(known, new.found, now, start, end)
        named = not any(one.own and one.kind != "other" for one in found)
        return replace(played, clean=not found, named=named)

    def run(self, files: Mapping[str, str], command: str) -> Outcome | None:
        """Run a command on a copy of the project with `files` changed; None where nothing is."""
        return self.setup.bed.run(files, command) if self.setup.bed else None

    def passes(self, files: Mapping[str, str], command: str = "") -> bool | None:
        """Tell whether the tests, or what is named, pass with `files` changed."""
        outcome = self.run(files, command or self.setup.command)
        return None if outcome is None else outcome.passed


def _write(stage: Stage, document: DocumentSnapshot, at: int, *, guided: bool) -> Suggestion | None:
    """Return what the model writes for a block at `at`."""
    setup = stage.setup
    request = CompletionRequest(
        document,
        at,
        GenerationConfig(max_new_tokens=setup.tokens),
        guided=guided,
        lines=_LINES,
        blocks=True,
        patience=setup.patience,
    )
    return next(iter(stage.means.complete(request).suggestions), None)


def _generate(stage: Stage, scene: Scene, guided: bool) -> Played:
    task = Task("/", scene.path, scene.text, _PYTHON, "function", scene.start, scene.end)
    found = _write(stage, task.document(suffix=True), scene.start, guided=guided)
    if found is None:
        return stage.nothing(scene)
    text, start, end = completed(task, found)
    played = stage.judged(scene, scene.text, text, start, end)
    exact = text[start:end].split() == task.wanted.split()
    return replace(played, exact=exact, passes=stage.passes({scene.path: text}))


def _document(stage: Stage, scene: Scene, guided: bool) -> Played:
    setup = stage.setup
    document = DocumentSnapshot(scene.path, scene.text, _PYTHON)
    request = EditRequest(
        document,
        scene.start,
        scene.end,
        scene.said,
        setup.project,
        setup.python,
        patience=setup.patience,
        guided=guided,
    )
    outcome = add_docstring(request, stage.means)
    if not outcome.candidates:
        return stage.nothing(scene)
    text = outcome.candidates[0].files[0].new
    played = stage.judged(scene, scene.text, text, scene.start, scene.start)
    return replace(played, passes=stage.passes({scene.path: text}))


def _test(stage: Stage, scene: Scene, guided: bool) -> Played:
    document = DocumentSnapshot(scene.path, scene.text, _PYTHON)
    found = _write(stage, document, scene.start, guided=guided)
    if found is None:
        return stage.nothing(scene)
    task = Task("/", scene.path, scene.text, _PYTHON, "function", scene.start, scene.end)
    text, start, end = completed(task, found)
    bare = scene.text.rstrip() + "\n    pass\n"
    played = stage.judged(scene, bare, text, start, end)
    # A test that is wrong in a way that no analysis sees fails when it is run.
    run = f"{text.rstrip()}\n\n\ntest_{scene.said}()\n"
    command = f"{shlex.quote(stage.setup.python)} {shlex.quote(_relative(stage, scene.path))}"
    passes = stage.passes({scene.path: run}, command)
    return replace(played, checking=is_checking(text, scene.said), passes=passes)


def _relative(stage: Stage, path: str) -> str:
    return str(Path(path).relative_to(Path(stage.setup.project).absolute()))


def is_checking(text: str, name: str) -> bool:
    """Tell whether `text` calls what is named so and checks something."""
    try:
        nodes = list(ast.walk(ast.parse(text)))
    except (SyntaxError, ValueError, RecursionError):
        return False
    calls = any(
        isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name
        for node in nodes
    )
    return calls and any(isinstance(node, _CALL_OR_CHECK) for node in nodes)


def _fix(stage: Stage, scene: Scene, guided: bool) -> Played:
    """Repair the line of a fault; where there are tests, they say what is wrong.

    Of a fault that they do not notice, nothing is told but what analysis says.
    """
    means, setup = stage.means, stage.setup
    document = DocumentSnapshot(scene.path, scene.text, _PYTHON)
    hunk = span_hunk(document, scene.start, scene.end)
    fault = fault_in(hunk, means.diagnostics(document, setup.patience))
    broken = stage.run({scene.path: scene.text}, setup.command)
    suite = None
    if broken is not None and not broken.passed:
        suite = Suite(_over(stage, scene), setup.command, broken)
    plan = Plan(samples=setup.questions, arms=(guided,), patience=setup.patience)
    bench = bench_of(means, fault, plan, suite)
    remarks = [line] if suite and (line := telling_line(suite.base.output)) else []
    found = search(means, fault, plan, bench=bench, remarks=remarks)
    if suite is not None:
        found = tried(found, bench, most=1)
    passes = None if suite is None else found.best is not None
    if found.best is None:
        return Played(offered=False, exact=False, passes=passes)
    text = hunk.patched(found.best.candidate.text).text
    played = stage.judged(scene, scene.text, text, hunk.start, hunk.start)
    return replace(played, exact=text == scene.wanted, passes=passes)


def _over(stage: Stage, scene: Scene) -> Callable[[Mapping[str, str], str], Outcome]:
    """Return what runs commands where the fault is in its file."""

    def run(files: Mapping[str, str], command: str) -> Outcome:
        outcome = stage.run({scene.path: scene.text, **files}, command)
        assert outcome is not None
        return outcome

    return run


def _query(stage: Stage, scene: Scene, guided: bool) -> Played:
    listed = "\n".join(f"- {name}" for name in scene.listed)
    request = CompletionRequest(
        DocumentSnapshot("query.txt", "", "plaintext"),
        0,
        GenerationConfig(max_new_tokens=stage.setup.tokens),
        guided=False,
        lines=1,
        raw=True,
        context=(),
        ask=f"A project has these functions:\n\n{listed}\n\nWhich of them does this: {scene.said}\n"
        "Answer with the name of one alone, in backquotes.",
        opening="`",
        stops=("`",),
        entire=True,
    )
    suggestions = stage.means.complete(request).suggestions
    found = re.match(r"\w+", suggestions[0].text) if suggestions else None
    if found is None:
        return Played(offered=False, exact=False)
    return Played(offered=True, named=found[0] in scene.listed, exact=found[0] == scene.wanted)


_PLAYERS: Mapping[str, Callable[[Stage, Scene, bool], Played]] = {
    "generate": _generate,
    "document": _document,
    "test": _test,
    "fix": _fix,
    "query": _query,
}
