"""What guidance changes in completions of any code: written guided and unguided, and judged.

Units of the source files of each --root and --package are taken out: members' names, expressions,
rests of lines, statements, the bodies of blocks and of functions. Each is written anew twice, with
monitors and without, by the same model with the same seed and at most as many tokens; of what is
written for a member's name, only a name counts. It is compared with what stood there (next
identifier, identifier sequence and prefix as for DotPrompts, exact text, edit similarity), parsed
in its place, and the document with it is analysed and compared with the original: which errors are
new, and which of them say that a member or another name does not exist? `own_unknown_rate` counts
those about what was written, `new_unknown_rate` also those about the rest of the document, which
may need what was taken out. Who says so is the judge: by default an engine that also lists names
for guidance; one that has no part in it is the better one (--judge basedpyright for Python,
--judge javac for Java). The first --judge has its figures without a prefix.

Intervals hold 95 %, tasks being resampled; `difference` is guided less unguided, and `p` says how
probable a split of the tasks as uneven is by chance (exact sign test). Several --seeds write each
task as often, at --temperature. A run with --out can be interrupted and gone on with.

With --test CMD, which has to pass as the project is, `pass_rate` is the share of tasks in which it
passes with what was written. CMD is run by the shell, on a copy of the project, in a sandbox; in
the current folder, if the project has it, or else in the project's. Only those tasks count in which
CMD fails where something that cannot work stands in the place of the unit: `tested` is their share.
The project is the working tree around a root, or else the current folder, unless --project names
it. This is for Python alone.

With --trusted engines may run what the measured code names: its interpreter, its build files, its
tools. Measure so, or with --test, only what you would run.
"""

from __future__ import annotations

import argparse
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

from fairlead_server import plugins
from fairlead_server.analysis.choice import choices
from fairlead_server.commands import options
from fairlead_server.completer import Completer
from fairlead_server.engine import build_analysis, layout_of, load_decoder
from fairlead_server.errors import UserError
from fairlead_server.evaluation import Setting
from fairlead_server.evaluation.completion.journal import Entry, Journal
from fairlead_server.evaluation.completion.summary import figures, untold
from fairlead_server.evaluation.completion.tasks import Task, by_file, draw
from fairlead_server.evaluation.completion.testing import Suites, counted, suites_of
from fairlead_server.evaluation.completion.testing import add_arguments as add_test_arguments
from fairlead_server.evaluation.completion.trial import WAYS, Trials, Writing
from fairlead_server.evaluation.completion.units import LANGUAGES, LEVELS
from fairlead_server.evaluation.figures import Budget, Measured
from fairlead_server.evaluation.judging import judge_engine
from fairlead_server.evaluation.monitors.passages import package_folder, sources

BUDGETS: Mapping[str, Budget] = {
    "new_unknown_rate.reduction": Budget(least=0.8),
    "own_unknown_rate.reduction": Budget(least=0.8),
    "exact_match.difference": Budget(least=0),
}

JUDGES: Mapping[str, str] = {"python": "ty", "java": "jdtls"}
"""Who judges unless another is stated."""

_SHOWN = ("exact_match", "new_unknown_rate", "own_unknown_rate", "pass_rate")
_PROGRESS = 10
_PATIENCE = 30.0
_SAMPLING = 0.6


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
    parser.add_argument("--language", choices=LANGUAGES, help="default: that of most files")
    parser.add_argument(
        "--level", choices=LEVELS, default=[], action="append", help="may be given again"
    )
    parser.add_argument(
        "--sample", type=options.positive, default=10, help="tasks of each root and level"
    )
    parser.add_argument(
        "--seeds", type=_seeds, default="0", metavar="N,...", help="each task is written with each"
    )
    parser.add_argument(
        "--temperature", type=float, help="0 is greedy; default 0, with several seeds 0.6"
    )
    parser.add_argument(
        "--context", choices=("suffix", "prefix"), default="suffix", help="what the model sees"
    )
    parser.add_argument(
        "--judge",
        default=[],
        action="append",
        metavar="ENGINE",
        help="engine whose diagnostics count; may be given again; default: "
        + ", ".join(f"{judge} for {language}" for language, judge in JUDGES.items()),
    )
    parser.add_argument("--out", metavar="FILE", help="append each task as a JSON line; go on here")
    parser.add_argument(
        "--trusted", action="store_true", help="let engines run what the measured code names"
    )
    add_test_arguments(parser)


def _seeds(text: str) -> str:
    """Check a list of whole numbers; it stays text, as the command line has it."""
    numbers = [options.natural(number) for number in text.split(",")]
    if len(set(numbers)) < len(numbers):
        raise argparse.ArgumentTypeError(f"{text!r} names a seed twice")
    return text


def measure(setting: Setting) -> Measured:
    """Measure. Raises `UserError` when there is nothing to measure."""
    arguments = setting.arguments
    setting = replace(setting, settings=replace(setting.one_thread(), trusted=arguments.trusted))
    writing = _writing(setting)
    for judge in arguments.judge:
        plugins.load("engines", judge)  # one that is not there is told at once
    tasks = _tasks(setting)
    language = tasks[0].language
    judges = list(dict.fromkeys(arguments.judge)) or [JUDGES[language]]
    seeds = [int(seed) for seed in arguments.seeds.split(",")]
    path = Path(arguments.out) if arguments.out else None
    journal = Journal(path, _options(setting, writing, judges))
    wanted = [(task, seed) for task in tasks for seed in seeds]
    with suites_of(arguments, tasks, setting.remark) as tests:
        try:
            _make(wanted, journal, setting, writing, judges, tests)
        except KeyboardInterrupt:
            setting.remark("interrupted: the figures are of what has been made")
    known = [entry for task, seed in wanted if (entry := journal.get((*task.key, seed)))]
    if not known:
        raise KeyboardInterrupt
    made = counted(known, tests)
    setting.remark(f"{len(made)} of {len(wanted)} tasks of {len(tasks)} places in {language}")
    return Measured(
        str(made[0]["model"]),
        figures(made, judges, language, setting.seed),
        untold(made, judges),
    )


def drawn(name: str) -> bool:
    """Tell whether a figure is for people as well: there are many, and scripts get all."""
    parts = name.split(".")
    if parts[0] == "tested":
        return len(parts) == 1
    if parts[0] not in _SHOWN and len(parts) > 1 and parts[1] in _SHOWN:
        del parts[0]  # the name of a judge
    return len(parts) == 2 or (parts[0] in _SHOWN and parts[1] in WAYS)


def _writing(setting: Setting) -> Writing:
    arguments = setting.arguments
    temperature = arguments.temperature
    if temperature is None:
        temperature = _SAMPLING if "," in arguments.seeds else 0.0
    if not 0 <= temperature < float("inf"):
        raise UserError(f"--temperature {temperature:g}: must be a number of at least 0")
    if temperature == 0 and "," in arguments.seeds:
        raise UserError("at temperature 0 each of --seeds writes the same: state one")
    return Writing(
        suffix=arguments.context == "suffix",
        temperature=temperature,
        tokens=setting.settings.max_new_tokens,
        # The quality is measured here; what time it takes, elsewhere.
        patience=max(_PATIENCE, setting.settings.patience),
        context=setting.settings.context,
    )


def _options(setting: Setting, writing: Writing, judges: Sequence[str]) -> dict[str, object]:
    """Return what tasks have to have in common to be counted together."""
    settings = setting.settings
    return {
        "model": settings.model,
        "layout": settings.layout,
        "context": setting.arguments.context,
        "temperature": writing.temperature,
        "tokens": writing.tokens,
        "sources": writing.context,
        "monitors": settings.monitors,
        "engines": settings.engines,
        "imports": settings.imports,
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
    files = {root: sources(Path(root)) for root in roots}
    language = arguments.language or _most_files(files.values())
    levels = [level for level in LEVELS if level in arguments.level or not arguments.level]
    tasks = [
        task
        for root in files
        for task in draw(
            root, files[root].get(language, []), language, levels, arguments.sample, setting.seed
        )
    ]
    if not tasks:
        stated = ", ".join((*arguments.root, *arguments.package))
        raise UserError(f"{stated}: no {language} source file with something to take out")
    return tasks


def _most_files(found: Collection[Mapping[str, Sequence[Path]]]) -> str:
    """Return the language of which there is most."""
    counts = {name: sum(len(files.get(name, ())) for files in found) for name in LANGUAGES}
    return max(counts, key=lambda name: counts[name])


def _make(
    wanted: Sequence[tuple[Task, int]],
    journal: Journal,
    setting: Setting,
    writing: Writing,
    judges: Sequence[str],
    tests: Suites | None,
) -> None:
    """Make those of `wanted` that are not in the journal yet, project by project."""
    _test(wanted, journal, setting, tests)
    missing = [pair for pair in wanted if not _is_told(journal.get((*pair[0].key, pair[1])))]
    done = len(wanted) - len(missing)
    if done:
        setting.remark(f"{done} of {len(wanted)} tasks were made before")
    for root in dict.fromkeys(task.root for task, _ in missing):
        own = [(task, seed) for task, seed in missing if task.root == root]
        with _trials(root, own[0][0].language, setting, writing, judges) as trials:
            for entry in _made(own, trials, tests):
                journal.add(entry)
                done += 1
                if done % _PROGRESS == 0:
                    setting.remark(f"{done} of {len(wanted)} tasks")


def _test(
    wanted: Sequence[tuple[Task, int]], journal: Journal, setting: Setting, tests: Suites | None
) -> None:
    """Run the tests with what was written before without them."""
    if tests is None:
        return
    pairs = [(task, journal.get((*task.key, seed))) for task, seed in wanted]
    made = [(task, entry) for task, entry in pairs if entry is not None and _is_told(entry)]
    untested = [pair for pair in made if not tests.are_in(pair[1])]
    for number, (task, entry) in enumerate(untested, 1):
        journal.add(tests.added(task, entry))
        if number % _PROGRESS == 0:
            setting.remark(f"{number} of {len(untested)} tasks tested that were made before")


def _is_told(entry: Entry | None) -> bool:
    """Tell whether a task has been made, and each judge has said something of it."""
    return entry is not None and all(
        found is not None for way in WAYS for found in entry[way]["new"].values()
    )


def _made(
    wanted: Sequence[tuple[Task, int]], trials: Trials, tests: Suites | None
) -> Iterator[Entry]:
    """Yield what comes of each task; which way is first alternates."""
    seeds: dict[Task, list[int]] = {}
    for task, seed in wanted:
        seeds.setdefault(task, []).append(seed)
    number = 0
    for own in by_file(list(seeds)):
        for task in own:
            for seed in seeds[task]:
                number += 1
                entry = trials.entry(task, seed, guided_first=number % 2 == 0)
                yield tests.added(task, entry) if tests else entry
        trials.forget()


@contextmanager
def _trials(
    root: str, language: str, setting: Setting, writing: Writing, judges: Sequence[str]
) -> Iterator[Trials]:
    """Load the model, and start the engines of one project with the first question."""
    settings, place = setting.settings, Path(root).absolute()
    project = str(place if place.is_dir() else place.parent)
    with ExitStack() as stack:
        engines = {name: judge_engine(name, project, settings) for name in judges}
        for engine in engines.values():
            stack.callback(engine.close)
        analysis = build_analysis(settings, project, [language])
        layout = layout_of(settings)
        completer = Completer(load_decoder(settings), analysis.engines, analysis.monitors, layout)
        stack.callback(completer.close)
        guide = choices(settings.engines, trusted=settings.trusted)[language]
        for name in engines.keys() & {guide} if isinstance(guide, str) else ():
            # A second process of the same server would know no more.
            engines[name] = analysis.engines[language]
        # Only one that can judge tells whether it is ready.
        waited = analysis.engines[language] if guide == JUDGES[language] else None
        yield Trials(completer, engines, writing, waited)
