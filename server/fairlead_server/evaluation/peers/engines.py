"""Engines that list members, on the same lines of code, each of which all are asked about in turn.

What people wrote is taken to be right, as in ``fairlead eval monitors``: an engine that lists all
members and lacks the one that was written would have had it refused.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from fairlead_monitors.engine import CompletionEngine
from fairlead_monitors.joint import PartFactory
from fairlead_server import plugins
from fairlead_server.errors import UserError
from fairlead_server.evaluation import Setting
from fairlead_server.evaluation.figures import Figure, exactly, quantile, share
from fairlead_server.evaluation.judging import judge_engine
from fairlead_server.evaluation.monitors.forcing import Course, force
from fairlead_server.evaluation.monitors.passages import Passage, draw, sources

ENGINES: Mapping[str, str] = {
    "ty+jedi": "python",
    "ty": "ty",
    "jedi": "jedi",
    "basedpyright": "basedpyright",
}
"""The plug-in of each; the first is what ships."""

_LANGUAGE = "python"
_MONITOR = "python-members"
_PROGRESS = 50
_SHOWN = 20  # refused names that are told
_LINE = "os.sep"
_FIRST = Passage(os.path.abspath("first.py"), f"import os\n{_LINE}\n", 10, _LINE)


def compare_engines(roots: Sequence[Path], setting: Setting) -> dict[str, Figure]:
    """Compare the engines that are installed. Raises `UserError` where there is nothing to read."""
    found = [sources(root).get(_LANGUAGE, []) for root in roots]
    sample, seed = setting.arguments.sample, setting.seed
    passages = [passage for files in found for passage in draw(files, sample, seed)]
    if not passages:
        raise UserError(f"{', '.join(map(str, roots))}: no Python file to draw lines from")
    with contextlib.ExitStack() as stack:
        made = dict(_started(roots[0], setting))
        for engine in made.values():
            stack.callback(engine.close)
        courses = _forced(made, passages, setting)
    figures = {name: _figures(course, seed) for name, course in courses.items()}
    shipped = next(iter(courses.values()))
    for name, course in courses.items():
        if course is not shipped:
            figures[name] |= _ratio(course, shipped, seed)
    return {f"engines.{name}.{key}": f for name, of in figures.items() for key, f in of.items()}


@dataclass
class Timed(Course):
    """What came of all passages, with the milliseconds that the questions of each took."""

    lines: list[float] = field(default_factory=list)


def _started(root: Path, setting: Setting) -> Iterator[tuple[str, CompletionEngine]]:
    project = str((root if root.is_dir() else root.parent).absolute())
    for name, plugin in ENGINES.items():
        try:
            yield name, judge_engine(plugin, project, setting.settings)
        except UserError as error:
            setting.remark(f"{name} left out: {error}")


def _forced(
    made: Mapping[str, CompletionEngine], passages: Sequence[Passage], setting: Setting
) -> dict[str, Timed]:
    """Put each passage to all engines, who take turns to be first and have been asked before."""
    factory: PartFactory = plugins.load("monitors", _MONITOR)
    patience = max(30.0, setting.settings.patience)
    courses, order = {name: Timed() for name in made}, list(made)
    for engine in made.values():
        force(factory, engine, _FIRST, Course(), suffix=True, patience=patience)
    for number, passage in enumerate(passages):
        if number % _PROGRESS == 0:
            setting.remark(f"engines: {number} of {len(passages)} lines")
        shift = number % len(order)
        for name in order[shift:] + order[:shift]:
            course = courses[name]
            asked = len(course.milliseconds)
            force(factory, made[name], passage, course, suffix=True, patience=patience)
            course.lines.append(sum(course.milliseconds[asked:]))
    for name, course in courses.items():
        for vetoed in course.vetoed[:_SHOWN]:
            setting.remark(f"{name}: {vetoed}")
    return courses


def _ratio(course: Timed, shipped: Timed, seed: int) -> dict[str, Figure]:
    """Return the time for a line by that of what ships, where both were asked something."""
    pairs = zip(course.lines, shipped.lines, strict=True)
    ratios = [taken / own for taken, own in pairs if taken and own]
    return {"line_ratio": quantile(ratios, 0.5, "times", seed)} if ratios else {}


def _figures(course: Course, seed: int) -> dict[str, Figure]:
    verdicts = [forced.name.verdict for forced in course.forced]
    if not verdicts:
        return {"names": exactly(0, "names")}
    return {
        "names": exactly(len(verdicts), "names", len(verdicts)),
        "complete": share([verdict != "unknown" for verdict in verdicts]),
        "over_rejection": share([verdict == "invalid" for verdict in verdicts]),
        "answer_ms_p50": quantile(course.milliseconds, 0.5, "ms", seed),
        "answer_ms_p95": quantile(course.milliseconds, 0.95, "ms", seed),
    }
