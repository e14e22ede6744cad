"""The DotPrompts benchmark: methods in Java repositories, written on from a dot to their end.

--data is a dataset in the published format: a CSV file with the columns repo, classFileName,
methodStartIdx, methodStopIdx and dot_idx, the last three in characters. --repos is a folder with
the repositories, each at the commit that the dataset was made of, as OWNER/NAME or as NAME. Behind
each dot --samples texts are written with monitors and as many without: by the same model, with the
same seeds, and with at most as many tokens. What is written ends where it closes the method.

The metrics are the published ones: next identifier match (`next_identifier`), identifier sequence
match (`identifier_sequence`), prefix match (`prefix_match`), over the tokens of Pygments' lexer for
Java, and of each the score@k: what the best of k samples is expected to score, told without bias
from all samples. Published tables state them in percent. The compilation rate (`compiles`) takes a
--compile COMMAND that compiles a repository, run in a sandbox, without a network, on a copy that
has the text in place; otherwise it is left out.

Lines of the dataset that fit no file are named and left out. Intervals hold 95 %, cases being
resampled; `difference` is guided less unguided, and `p` says how probable a split of the cases as
uneven is by chance (exact sign test). A run with --out can be interrupted and gone on with.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from fairlead_server.commands import options
from fairlead_server.errors import UserError
from fairlead_server.evaluation import Setting
from fairlead_server.evaluation.completion.journal import Entry, Journal
from fairlead_server.evaluation.dotprompts.dataset import Case, read
from fairlead_server.evaluation.dotprompts.making import PATIENCE, made
from fairlead_server.evaluation.dotprompts.scores import require_lexer
from fairlead_server.evaluation.dotprompts.summary import COMPILES, figures, untold
from fairlead_server.evaluation.dotprompts.trial import WAYS, Writing
from fairlead_server.evaluation.figures import Budget, Measured

BUDGETS: Mapping[str, Budget] = {}

_FIELDS = ("repo", "file", "start", "stop", "dot", "sample")
_TEMPERATURES = "0.2,0.4,0.6,0.8"
_PROGRESS = 10
_NAMED = 5
"""Lines of the dataset that are told for one reason."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--data", required=True, metavar="FILE", help="the dataset, as CSV")
    parser.add_argument("--repos", required=True, metavar="DIR", help="folder of the repositories")
    parser.add_argument(
        "--samples", type=options.positive, default=6, help="texts of each case and way; default: 6"
    )
    parser.add_argument("--k", type=_numbers, metavar="N,...", help="default: 1 to --samples")
    parser.add_argument(
        "--temperature",
        type=_temperatures,
        default=_TEMPERATURES,
        metavar="T,...",
        help=f"of the samples, in turn; 0 is greedy; default: {_TEMPERATURES}",
    )
    parser.add_argument(
        "--tokens", type=options.positive, default=512, help="of each text at most; default: 512"
    )
    parser.add_argument(
        "--context",
        choices=("prefix", "suffix"),
        default="prefix",
        help="what of the file the model sees: suffix adds what follows the method",
    )
    parser.add_argument("--cases", type=options.positive, help="draw as many; default: all")
    parser.add_argument("--compile", metavar="COMMAND", help="exits with 0 if all compiles")
    parser.add_argument(
        "--compile-seconds", type=options.positive, default=300, help="that it may take"
    )
    parser.add_argument("--out", metavar="FILE", help="append each sample as a JSON line; go on")


def _numbers(text: str) -> str:
    """Check a list of whole numbers; it stays text, as the command line has it."""
    for number in text.split(","):
        options.positive(number)
    return text


def _temperatures(text: str) -> str:
    for number in text.split(","):
        try:
            fits = 0 <= float(number) < float("inf")
        except ValueError:
            fits = False
        if not fits:
            raise argparse.ArgumentTypeError(f"{number!r} is not a number of at least 0")
    return text


def measure(setting: Setting) -> Measured:
    """Measure. Raises `UserError` when there is nothing to measure."""
    arguments = setting.arguments
    require_lexer()
    ks = _ks(arguments.k, arguments.samples)
    # A name that would need an import cannot be told from others by what is written.
    setting = replace(setting, settings=replace(setting.one_thread(), imports=False))
    writing = _writing(setting)
    cases = _cases(setting)
    path = Path(arguments.out) if arguments.out else None
    journal = Journal(path, _options(setting, writing), _FIELDS)
    try:
        _make(cases, journal, setting, writing)
    except KeyboardInterrupt:
        setting.remark("interrupted: the figures are of what has been made")
    tried = [found for case in cases if (found := _entries(case, journal, arguments.samples))]
    if not tried:
        raise KeyboardInterrupt
    setting.remark(f"{len(tried)} of {len(cases)} cases, {arguments.samples} samples of each")
    if not arguments.compile:
        setting.remark("the compilation rate is left out: it takes a --compile COMMAND")
    missed = untold(tried)
    return Measured(
        str(tried[0][0]["model"]),
        figures(tried, ks, setting.seed),
        {COMPILES: {"the repository does not compile as it is": missed}} if missed else {},
    )


def drawn(name: str) -> bool:
    """Tell whether a figure is for people as well: scripts get all."""
    return name.rpartition(".")[2] in WAYS


def _ks(stated: str | None, samples: int) -> list[int]:
    if stated is None:
        return list(range(1, samples + 1))
    ks = sorted({int(number) for number in stated.split(",")})
    if ks[-1] > samples:
        raise UserError(f"--k {ks[-1]} takes as many --samples; there are {samples}")
    return ks


def _writing(setting: Setting) -> Writing:
    arguments, settings = setting.arguments, setting.settings
    temperatures = tuple(float(number) for number in arguments.temperature.split(","))
    if arguments.samples > 1 and 0 in temperatures:
        raise UserError("at temperature 0 each sample is the same: state --samples 1")
    return Writing(
        suffix=arguments.context == "suffix",
        tokens=arguments.tokens,
        temperatures=temperatures,
        # The quality is measured here; what time it takes, elsewhere.
        patience=max(PATIENCE, settings.patience),
        # As published: the file alone, unless the settings name what is to be added.
        context=settings.context or (),
        seed=setting.seed,
    )


def _options(setting: Setting, writing: Writing) -> dict[str, object]:
    """Return what samples have to have in common to be counted together."""
    settings = setting.settings
    return {
        "model": settings.model,
        "layout": settings.layout,
        "seed": setting.seed,
        "context": setting.arguments.context,
        "temperature": list(writing.temperatures),
        "tokens": writing.tokens,
        "sources": list(writing.context),
        "monitors": settings.monitors,
        "engines": settings.engines,
        "trusted": settings.trusted,
        "compile": setting.arguments.compile,
    }


def _cases(setting: Setting) -> list[Case]:
    """Read the dataset, and say which of its lines are left out, and why."""
    arguments = setting.arguments
    data = Path(arguments.data)
    cases, faults = read(data, Path(arguments.repos))
    for why, lines in faults.items():
        setting.remark(f"{data}: {_lines(lines)}: {why}")
    if not cases:
        raise UserError(f"{data}: no line of it is a case that can be tried")
    if arguments.cases and arguments.cases < len(cases):
        cases = random.Random(setting.seed).sample(cases, arguments.cases)
    return sorted(cases, key=lambda case: case.key)


def _lines(numbers: Sequence[int]) -> str:
    if len(numbers) == 1:
        return f"line {numbers[0]}"
    named = ", ".join(map(str, numbers[:_NAMED]))
    return f"lines {named}" + (f", … ({len(numbers)} of them)" if numbers[_NAMED:] else "")


def _entries(case: Case, journal: Journal, samples: int) -> list[Entry]:
    """Return the samples of `case`; none unless all are made."""
    found = [journal.get((*case.key, number)) for number in range(samples)]
    return [e for e in found if e is not None] if None not in found else []


def _make(cases: Sequence[Case], journal: Journal, setting: Setting, writing: Writing) -> None:
    """Make the samples that are not in the journal yet, repository by repository."""
    wanted = [(case, number) for case in cases for number in range(setting.arguments.samples)]
    missing = [(c, number) for c, number in wanted if journal.get((*c.key, number)) is None]
    done = len(wanted) - len(missing)
    if done:
        setting.remark(f"{done} of {len(wanted)} samples were made before")
    with closing(made(missing, setting, writing)) as entries:
        for sample in entries:
            journal.add(sample)
            done += 1
            if done % _PROGRESS == 0:
                setting.remark(f"{done} of {len(wanted)} samples")
