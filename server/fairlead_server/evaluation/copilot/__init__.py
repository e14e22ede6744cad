"""What a copilot would be asked in a project: write, document, test, mend, and find code.

Scenes are drawn from the Python files of --root. ``generate``: the body of a function is written
anew from its head and docstring. ``document``: a docstring is written where one was taken away.
``test``: a test is written of a function. ``fix``: a small fault is put into a line, and the line
is repaired. ``query``: which of some functions does what a docstring says; this takes a model that
follows instructions.

Each is done guided and unguided. `offered` is the share of scenes in which something was; of what
was offered, the file `parses`, brings no new error (`clean`), and none about names that do not
exist in what was written (`named`). `exact` is the share of scenes in which what stood there was
written, or the right name found; of tests, `checking` that which call the function and check
something. With --test CMD, what is written is run in a sandbox: `passes` is the share of scenes in
which CMD passes with it, of written tests, in which the test does; faults that CMD does not notice
have none. CMD is run by the shell, in the folder of --root, on a copy of it.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import fields, replace
from pathlib import Path

from fairlead_decoding.chat import follows_instructions
from fairlead_server.analysis.jedi_engine import find_interpreter
from fairlead_server.commands import options
from fairlead_server.completer import Completer
from fairlead_server.context.privacy import is_ignored
from fairlead_server.engine import build_analysis, layout_of, load_decoder
from fairlead_server.errors import UserError
from fairlead_server.evaluation import Setting
from fairlead_server.evaluation.copilot.scenes import QUERY, SCENARIOS, Scene, draw
from fairlead_server.evaluation.copilot.trial import Played, Setup, Stage
from fairlead_server.evaluation.figures import Budget, Figure, Measured, share
from fairlead_server.evaluation.judging import Judge, judge_engine
from fairlead_server.evaluation.monitors.passages import sources
from fairlead_server.repair.sandbox import Limits, Shadow
from fairlead_server.repair.testing import Bed, passing

BUDGETS: Mapping[str, Budget] = {}

WAYS: Mapping[str, bool] = {"guided": True, "unguided": False}

_LANGUAGE = "python"
_JUDGE = "ty"
_PATIENCE = 30.0
_PROGRESS = 5


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--root", required=True, metavar="PROJECT", help="folder of the project")
    parser.add_argument("--test", metavar="CMD", help="what passes now, to be run in a sandbox")
    parser.add_argument(
        "--timeout", type=options.positive, default=60, help="seconds that CMD may take"
    )
    parser.add_argument(
        "--scenario", choices=SCENARIOS, default=[], action="append", help="may be given again"
    )
    parser.add_argument("--sample", type=options.positive, default=5, help="scenes of each")
    parser.add_argument(
        "--questions", type=options.positive, default=12, help="to the model, for each fix"
    )
    parser.add_argument(
        "--judge", default=_JUDGE, metavar="ENGINE", help="engine whose diagnostics count"
    )
    parser.add_argument(
        "--trusted", action="store_true", help="let engines run what the project brings along"
    )


def measure(setting: Setting) -> Measured:
    """Measure. Raises `UserError` when there is nothing to measure."""
    arguments = setting.arguments
    setting = replace(setting, settings=replace(setting.one_thread(), trusted=arguments.trusted))
    root = Path(arguments.root)
    if not root.is_dir():
        raise UserError(f"{root}: is not a folder; name the folder of a project with --root")
    scenarios = [name for name in SCENARIOS if name in arguments.scenario or not arguments.scenario]
    scenes = draw(_files(root), scenarios, arguments.sample, setting.seed)
    for name in scenarios:
        if scenes and not any(scene.scenario == name for scene in scenes):
            setting.remark(f"{name} left out: nothing in {root} is fit for it")
    if not scenes:
        raise UserError(f"{root}: no Python file with a scene for {', '.join(scenarios)}")
    with _stage(setting, root.absolute()) as (stage, chats):
        if not chats and any(scene.scenario == QUERY for scene in scenes):
            setting.remark(f"query left out: {stage.means.model_name} follows no instructions")
            scenes = [scene for scene in scenes if scene.scenario != QUERY]
        played = list(_played(stage, scenes, setting))
        model = stage.means.model_name
    return Measured(model, _figures(scenes, played))


def _files(root: Path) -> list[Path]:
    """Return the Python files of `root` that git does not ignore, unless it ignores the root."""
    anyhow = is_ignored(str(root)) or is_ignored(str(root / "_"))
    found = sources(root).get(_LANGUAGE, [])
    return [path for path in found if anyhow or not is_ignored(str(path))]


@contextmanager
def _stage(setting: Setting, root: Path) -> Iterator[tuple[Stage, bool]]:
    """Load the model, start the engines, and see that the tests pass as the project is."""
    settings, arguments, project = setting.settings, setting.arguments, str(root)
    with ExitStack() as stack:
        engine = judge_engine(arguments.judge, project, settings)
        stack.callback(engine.close)
        bed = _bed(stack, setting, root) if arguments.test else None
        analysis = build_analysis(settings, project, [_LANGUAGE])
        decoder = load_decoder(settings)
        layout = layout_of(settings)
        completer = Completer(decoder, analysis.engines, analysis.monitors, layout)
        stack.callback(completer.close)
        python = find_interpreter(project, settings.interpreter, trusted=settings.trusted)
        # The quality is measured here; what time it takes, elsewhere.
        patience = max(_PATIENCE, settings.patience)
        setup = Setup(
            project,
            python or sys.executable,
            patience,
            2 * settings.max_new_tokens,
            arguments.questions,
            bed,
            arguments.test or "",
        )
        judge = Judge(arguments.judge, engine, patience)
        yield Stage(completer, judge, setup), follows_instructions(decoder.model)


def _bed(stack: ExitStack, setting: Setting, root: Path) -> Bed:
    """Copy the project. Raises `UserError` where the tests do not pass as it is."""
    seconds, command = setting.arguments.timeout, setting.arguments.test
    bed = Bed(stack.enter_context(Shadow(root)), Limits(float(seconds), cpu=seconds + 1))
    base = passing(bed.run, command, "--timeout")
    reached = {"network", "files"} - base.isolation
    if reached:
        setting.remark(f"the sandbox is not complete here: {', '.join(sorted(reached))} in reach")
    return bed


def _played(stage: Stage, scenes: Sequence[Scene], setting: Setting) -> Iterator[dict[str, Played]]:
    """Yield what came of each scene, by way; which is first alternates."""
    for number, scene in enumerate(scenes, 1):
        ways = list(WAYS) if scene.scenario != QUERY else list(WAYS)[1:]
        order = ways if number % 2 else ways[::-1]
        found = {way: stage.play(scene, guided=WAYS[way]) for way in order}
        if number % _PROGRESS == 0:
            setting.remark(f"{number} of {len(scenes)} scenes")
        yield found


def _figures(scenes: Sequence[Scene], played: Sequence[Mapping[str, Played]]) -> dict[str, Figure]:
    figures: dict[str, Figure] = {}
    metrics = [field.name for field in fields(Played)]
    for scenario in dict.fromkeys(scene.scenario for scene in scenes):
        own = [p for scene, p in zip(scenes, played, strict=True) if scene.scenario == scenario]
        for metric in metrics:
            for way in WAYS:
                told = [getattr(found[way], metric) for found in own if way in found]
                values = [value for value in told if value is not None]
                if values:
                    figures[f"{scenario}.{metric}.{way}"] = share(values)
    return figures
