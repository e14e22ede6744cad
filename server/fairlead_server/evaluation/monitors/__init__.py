"""How monitors judge real code: how often they can tell, how often they are wrong, what they ask.

Lines are drawn from the source files of each --root and --package. Each is put to each monitor as
if it were being written, which is teacher forcing: what people wrote is taken to be right, so that
a name that is refused counts as over-rejection. `coverage` is the share of names of which a monitor
could tell; `unsound`, among names that it lists, the share of those that are then said not to
exist. With --context prefix the monitors do not see what follows the line, as in left-to-right
generation. `reasons` counts why a monitor could not tell.

With --trusted engines may run what the measured code names: its interpreter, its build files, its
tools. Measure so only what you would run.
"""

from __future__ import annotations

import argparse
import random
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from fairlead_monitors.engine import CompletionEngine
from fairlead_monitors.joint import PartFactory
from fairlead_server import plugins
from fairlead_server.commands import options
from fairlead_server.engine import build_engines
from fairlead_server.errors import UserError
from fairlead_server.evaluation import Setting
from fairlead_server.evaluation.figures import (
    Budget,
    Figure,
    Measured,
    exactly,
    quantile,
    share,
)
from fairlead_server.evaluation.monitors.forcing import Course, force
from fairlead_server.evaluation.monitors.passages import (
    Passage,
    draw,
    package_folder,
    sources,
)
from fairlead_server.evaluation.monitors.soundness import Emission, emission

BUDGETS = {
    "python.members.default.over_rejection": Budget(most=0.002),
    "python.members.default.coverage": Budget(least=0.6),
    "python.members.jedi.over_rejection": Budget(most=0.01),
    "java.members.default.over_rejection": Budget(most=0.001),
    "java.members.default.coverage": Budget(least=0.9),
}

DEFAULT = "default"
"""What the shipped choice of engines is called."""

_SHOWN = 20
"""Vetoed names that are listed."""

_REASONS = 12
"""Reasons that are told apart; some name what they are about."""

_PROGRESS = 50


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "--root",
        default=[],
        action="append",
        metavar="PATH",
        help="file or folder of sources; may be given again: as much is drawn from each",
    )
    parser.add_argument(
        "--package",
        default=[],
        action="append",
        metavar="NAME",
        help="installed Python package, as --root",
    )
    parser.add_argument("--language", help="language id; default: all that have a monitor")
    parser.add_argument("--monitor", help="plug-in to measure; default: all of the language")
    parser.add_argument("--engine", default=DEFAULT, help="plug-in to ask; default: as shipped")
    parser.add_argument("--judge", help="engine whose diagnostics say what is absent")
    parser.add_argument("--context", choices=("suffix", "prefix"), default="suffix")
    parser.add_argument(
        "--sample", type=options.positive, default=300, help="lines of each root and language"
    )
    parser.add_argument(
        "--emissions", type=options.natural, default=50, help="names of each monitor to re-analyse"
    )
    parser.add_argument(
        "--trusted", action="store_true", help="let engines run what the measured code names"
    )


def _patience(setting: Setting) -> float:
    """Return the seconds to wait for an answer: the quality is measured here, the time apart."""
    return max(30.0, setting.settings.patience)


def measure(setting: Setting) -> Measured:
    """Measure the monitors. Raises `UserError` when there is nothing to measure."""
    arguments = setting.arguments
    setting = replace(setting, settings=replace(setting.settings, trusted=arguments.trusted))
    roots = [sources(root) for root in _roots(arguments)]
    figures: dict[str, Figure] = {}
    reasons: dict[str, Mapping[str, int]] = {}
    for language, factories in _chosen(arguments, {name for files in roots for name in files}):
        drawn = (draw(files.get(language, []), arguments.sample, arguments.seed) for files in roots)
        passages = [passage for found in drawn for passage in found]
        for label, course, emitted in _language(language, factories, passages, setting):
            told = _figures(course, emitted, setting.seed)
            figures |= {f"{label}.{key}": figure for key, figure in told.items()}
            reasons |= {label: found} if (found := _reasons(course)) else {}
    if not figures:
        stated = ", ".join((*arguments.root, *arguments.package))
        raise UserError(f"{stated}: no source file whose language has such a monitor")
    return Measured(f"engine {arguments.engine}", figures, reasons)


def _roots(arguments: argparse.Namespace) -> list[Path]:
    """Return what is drawn from. Raises `UserError` when that is nothing."""
    roots = [Path(root) for root in arguments.root]
    roots += [package_folder(name) for name in arguments.package]
    if not roots:
        raise UserError("nothing to measure: name a --root or a --package")
    return roots


def _chosen(
    arguments: argparse.Namespace, languages: Collection[str]
) -> Iterator[tuple[str, dict[str, PartFactory]]]:
    """Yield each language with the monitors of it that are to be measured, by plug-in."""
    names = [arguments.monitor] if arguments.monitor else plugins.names("monitors")
    loaded = {name: plugins.load("monitors", name) for name in names}
    for language in sorted(languages):
        found = {name: plugin for name, plugin in loaded.items() if language in plugin.languages}
        if found and arguments.language in (None, language):
            yield language, found


def _language(
    language: str,
    factories: Mapping[str, PartFactory],
    passages: list[Passage],
    setting: Setting,
) -> Iterator[tuple[str, Course, list[Emission]]]:
    """Yield what came of each monitor, and what to call it."""
    engine = _engine(setting.arguments.engine, language, setting)
    stated = setting.arguments.judge
    judge = _engine(stated, language, setting) if stated else engine
    try:
        courses = _forced(language, factories, engine, passages, setting)
        for name, course in courses.items():
            label = f"{language}.{name.partition('-')[2]}.{setting.arguments.engine}"
            emitted = _emitted(factories[name], engine, judge, course, setting)
            for vetoed in course.vetoed[:_SHOWN]:
                setting.remark(str(vetoed))
            for wrong in [e for e in emitted if e.absent][:_SHOWN]:
                setting.remark(str(wrong))
            yield label, course, emitted
    finally:
        for made in {id(e): e for e in (engine, judge)}.values():
            made.close()


def _engine(name: str, language: str, setting: Setting) -> CompletionEngine:
    settings, root = setting.settings, _roots(setting.arguments)[0]
    project = str(root if root.is_dir() else root.parent)
    if name == DEFAULT:
        return build_engines(settings, project, [language])[language]
    made: CompletionEngine = plugins.load("engines", name)(
        project, settings.interpreter, trusted=settings.trusted
    )
    return made


def _forced(
    language: str,
    factories: Mapping[str, PartFactory],
    engine: CompletionEngine,
    passages: list[Passage],
    setting: Setting,
) -> dict[str, Course]:
    courses = {name: Course() for name in factories}
    patience = _patience(setting)
    suffix = setting.arguments.context == "suffix"
    for number, passage in enumerate(passages, 1):
        for name, factory in factories.items():
            force(factory, engine, passage, courses[name], suffix=suffix, patience=patience)
        if number % _PROGRESS == 0:
            setting.remark(f"{language}: {number} of {len(passages)} lines")
    return courses


def _emitted(
    factory: PartFactory,
    engine: CompletionEngine,
    judge: CompletionEngine,
    course: Course,
    setting: Setting,
) -> list[Emission]:
    """Put listed names in the places of some of those that were written."""
    rng = random.Random(setting.seed)
    valid = [forced for forced in course.forced if forced.name.verdict == "valid"]
    drawn = rng.sample(valid, min(len(valid), setting.arguments.emissions))
    told = (emission(f, factory, engine, judge, rng, _patience(setting)) for f in drawn)
    return [emitted for emitted in told if emitted is not None]


def _figures(course: Course, emitted: list[Emission], seed: int) -> dict[str, Figure]:
    total = len(course.forced)
    found = {"triggers": exactly(total, "names", max(1, total))}
    if total:
        verdicts = [forced.name.verdict for forced in course.forced]
        found["coverage"] = share([verdict != "unknown" for verdict in verdicts])
        found["over_rejection"] = share([verdict == "invalid" for verdict in verdicts])
        found["queries_per_trigger"] = exactly(len(course.milliseconds) / total, "queries", total)
    if emitted:
        found["unsound"] = share([bool(e.absent) for e in emitted])
    told = [float(f.name.candidates) for f in course.forced if f.name.verdict != "unknown"]
    if told:
        found["list_size_p50"] = quantile(told, 0.5, "names", seed)
    if course.milliseconds:
        found["latency_ms_p50"] = quantile(course.milliseconds, 0.5, "ms", seed)
        found["latency_ms_p95"] = quantile(course.milliseconds, 0.95, "ms", seed)
    return found


def _reasons(course: Course) -> Mapping[str, int]:
    """Return how often each reason for not knowing was given, the most frequent first."""
    unknown = [forced.name for forced in course.forced if forced.name.verdict == "unknown"]
    found = dict(Counter(name.reason or "none given" for name in unknown).most_common(_REASONS))
    rest = len(unknown) - sum(found.values())
    return {**found, "others": rest} if rest else found
