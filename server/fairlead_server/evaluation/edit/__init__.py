"""Edits by instruction on any Python code, guided and unguided, held against what is right.

Tasks are made by tools out of the files of each --root and --package. Refactorings are undone: a
name is taken away, a variable put in the place of its use or out of it, imports are shuffled or
one too many is added, the hint of a function is stripped; the instruction asks for the refactoring,
and what was there before is what it has to lead to. Statements to be extracted have to do the same
once the new function is put back. Small mistakes are put into lines (an operator, a comparison, a
number, the order of arguments, an attribute, `return`, a condition), and the instruction says in
words how to mend them. Docstrings are taken away; of new ones only that nothing else changes is
told.

`exact_match`, `ast_equal`, `parse_rate` and `no_new_diagnostic` are of the first text that is
written, before any check: with monitors and without. `offered…` are of what passes the checks and
is offered, the best first; `accepted` counts those that are offered as checked, `accepted_broken`
and `accepted_wrong` those of them that do not parse or bring errors, by CPython and by the first
--judge. An error is new if neither the
text that was given nor the one that is expected has it, in these words or on the same line. Where
an engine does it, no model is asked, and both ways are the same. basedpyright as a --judge has no
part in what is offered.

Intervals hold 95 %, tasks being resampled; `difference` is guided less unguided, and `p` says how
probable a split of the tasks as uneven is by chance (exact sign test). A run with --out can be
interrupted and gone on with.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

from fairlead_server import plugins
from fairlead_server.analysis.jedi_engine import find_interpreter
from fairlead_server.commands import options
from fairlead_server.completer import Completer
from fairlead_server.engine import build_analysis, layout_of, load_decoder
from fairlead_server.errors import UserError
from fairlead_server.evaluation import Setting
from fairlead_server.evaluation.completion.journal import Entry, Journal
from fairlead_server.evaluation.edit.summary import figures, texts, untold
from fairlead_server.evaluation.edit.tasks import KINDS, Task, by_file, draw
from fairlead_server.evaluation.edit.trial import WAYS, Setup, Trials
from fairlead_server.evaluation.figures import Budget, Measured
from fairlead_server.evaluation.judging import judge_engine
from fairlead_server.evaluation.monitors.passages import package_folder, sources

BUDGETS: Mapping[str, Budget] = {
    "accepted_broken.guided.all": Budget(most=0),
    "accepted_wrong.guided.all": Budget(most=0),
}

JUDGE = "ty"
"""Who judges unless another is stated."""

_FIELDS = ("root", "path", "task", "start", "end")
_LANGUAGE = "python"
_PROGRESS = 10
_PATIENCE = 30.0
_SUMS = ("all", "by_model", "by_engine")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "--root",
        default=[],
        action="append",
        metavar="PROJECT",
        help="folder of a project, or a file; may be given again: as much is drawn from each",
    )
    parser.add_argument(
        "--package", default=[], action="append", metavar="NAME", help="installed Python package"
    )
    parser.add_argument(
        "--task", choices=tuple(KINDS), default=[], action="append", help="may be given again"
    )
    parser.add_argument(
        "--sample", type=options.positive, default=3, help="tasks of each root and kind"
    )
    parser.add_argument(
        "--judge",
        default=[],
        action="append",
        metavar="ENGINE",
        help=f"engine whose diagnostics count; may be given again; default: {JUDGE}",
    )
    parser.add_argument("--out", metavar="FILE", help="append each task as a JSON line; go on here")


def measure(setting: Setting) -> Measured:
    """Measure. Raises `UserError` when there is nothing to measure."""
    setting = replace(setting, settings=setting.one_thread())
    arguments = setting.arguments
    judges = list(dict.fromkeys(arguments.judge)) or [JUDGE]
    for judge in judges:
        plugins.load("engines", judge)  # one that is not there is told at once
    tasks = _tasks(setting)
    path = Path(arguments.out) if arguments.out else None
    journal = Journal(path, _options(setting, judges), _FIELDS)
    try:
        _make(tasks, journal, setting, judges)
    except KeyboardInterrupt:
        setting.remark("interrupted: the figures are of what has been made")
    made = [entry for task in tasks if (entry := journal.get(task.key))]
    if not made:
        raise KeyboardInterrupt
    setting.remark(f"{len(made)} of {len(tasks)} tasks")
    return Measured(
        str(made[0]["model"]), figures(made, judges, setting.seed), untold(made, judges)
    )


def drawn(name: str) -> bool:
    """Tell whether a figure is for people as well: there are many, and scripts get all."""
    *metric, way, label = name.split(".")
    if label in _SUMS:
        return len(metric) == 1 and (way in WAYS or label != _SUMS[-1])
    return metric in (["exact_match"], ["ast_equal"], ["offered"]) and way in WAYS


def _options(setting: Setting, judges: Sequence[str]) -> dict[str, object]:
    """Return what tasks have to have in common to be counted together."""
    settings = setting.settings
    return {
        "model": settings.model,
        "layout": settings.layout,
        "seed": setting.seed,
        "sources": settings.context,
        "monitors": settings.monitors,
        "engines": settings.engines,
        "python": settings.interpreter,
        "trusted": settings.trusted,
        "judges": list(judges),
    }


def _tasks(setting: Setting) -> list[Task]:
    """Draw the tasks of all roots."""
    arguments = setting.arguments
    roots = [*arguments.root, *(str(package_folder(name)) for name in arguments.package)]
    if not roots:
        raise UserError("nothing to measure: name a --root or a --package")
    kinds = [kind for kind in KINDS if kind in arguments.task or not arguments.task]
    found = [(root, sources(Path(root)).get(_LANGUAGE, [])) for root in roots]
    tasks = [
        task
        for root, files in found
        for task in draw(root, files, kinds, arguments.sample, setting.seed)
    ]
    if not tasks:
        raise UserError(f"{', '.join(roots)}: no {_LANGUAGE} source file with something to undo")
    return tasks


def _make(tasks: Sequence[Task], journal: Journal, setting: Setting, judges: Sequence[str]) -> None:
    """Make those of `tasks` that are not in the journal yet, project by project."""
    missing = [task for task in tasks if not _is_told(journal.get(task.key))]
    done = len(tasks) - len(missing)
    if done:
        setting.remark(f"{done} of {len(tasks)} tasks were made before")
    for root in dict.fromkeys(task.root for task in missing):
        own = [task for task in missing if task.root == root]
        with _trials(root, setting, judges) as trials:
            for number, task in enumerate(task for group in by_file(own) for task in group):
                journal.add(trials.entry(task, guided_first=number % 2 == 0))
                done += 1
                if done % _PROGRESS == 0:
                    setting.remark(f"{done} of {len(tasks)} tasks")


def _is_told(entry: Entry | None) -> bool:
    """Tell whether a task has been made, and each judge has said something of it."""
    return entry is not None and all(
        new is not None
        for way in WAYS
        for text in texts(entry[way])
        for new in text["new"].values()
    )


@contextmanager
def _trials(root: str, setting: Setting, judges: Sequence[str]) -> Iterator[Trials]:
    """Load the model, and start the engines of one project with the first question."""
    settings, place = setting.settings, Path(root).absolute()
    project = str(place if place.is_dir() else place.parent)
    with ExitStack() as stack:
        engines = {name: judge_engine(name, project, settings) for name in judges}
        for engine in engines.values():
            stack.callback(engine.close)
        analysis = build_analysis(settings, project, [_LANGUAGE])
        layout = layout_of(settings)
        completer = Completer(load_decoder(settings), analysis.engines, analysis.monitors, layout)
        stack.callback(completer.close)
        python = find_interpreter(project, settings.interpreter, trusted=settings.trusted)
        # The quality is measured here; what time it takes, elsewhere.
        patience = max(_PATIENCE, settings.patience)
        yield Trials(completer, engines, Setup(project, python, patience, settings.context))
