"""``fairlead model data lintseq``: how programs may have been written, step by step."""

from __future__ import annotations

import argparse
import sys
import time
from dataclasses import replace
from functools import partial
from pathlib import Path

from fairlead_server.commands import options
from fairlead_server.document import DocumentSnapshot
from fairlead_server.editing.checks import Analysed
from fairlead_server.engine import build_analysis
from fairlead_server.errors import UserError
from fairlead_server.project_analysis import ProjectAnalysis
from fairlead_server.settings import Options, resolve
from fairlead_server.training.lintseq.program import LANGUAGES
from fairlead_server.training.lintseq.records import Keep
from fairlead_server.training.lintseq.sources import SourceFile, source_files
from fairlead_server.training.lintseq.writing import Order, Tally, write

_PATIENCE = 60.0
_EVERY = 5.0
"""Seconds between two lines of progress."""


def add_arguments(parser: argparse._ArgumentGroup) -> None:
    """Declare the options."""
    parser.add_argument(
        "sources", nargs="*", metavar="FOLDER", help="where programs are, or single files"
    )
    parser.add_argument("--out", metavar="FILE.jsonl", help="is gone on with if it is there")
    parser.add_argument(
        "--per-file", type=options.positive, default=1, help="sequences of each; default: 1"
    )
    parser.add_argument("--seed", type=options.natural, default=0)
    parser.add_argument(
        "--analysis", action="store_true", help="have analysis check each state as well; slow"
    )


def run(arguments: argparse.Namespace) -> int:
    """Write the sequences, and say how many there are."""
    if not arguments.sources:
        raise UserError("name folders: fairlead model data lintseq FOLDER --out FILE.jsonl")
    if not arguments.out:
        raise UserError("say where the sequences go by --out FILE.jsonl")
    languages = [arguments.language] if arguments.language else list(LANGUAGES.values())
    files = source_files(arguments.sources, languages)
    analysis = _analysis(arguments, languages) if arguments.analysis else None
    order = Order(arguments.per_file, arguments.seed)
    if analysis is not None:
        order = replace(order, judge=partial(_judge, analysis))
    try:
        tally = write(files, Path(arguments.out), order, _Progress(len(files)))
    except KeyboardInterrupt:
        print("\nfairlead: stopped; the same command goes on", file=sys.stderr)
        return 130
    finally:
        if analysis is not None:
            analysis.close()
    _summarise(tally)
    return 0 if tally.records + tally.known else 1


def _analysis(arguments: argparse.Namespace, languages: list[str]) -> ProjectAnalysis:
    """Start the engines in the first of the folders."""
    place = Path(arguments.sources[0]).resolve()
    folder = place if place.is_dir() else place.parent
    return build_analysis(resolve(Options()), str(folder), languages)


def _judge(analysis: ProjectAnalysis, file: SourceFile, text: str) -> Keep:
    """Return what refuses states in which analysis sees what it does not see in the whole."""
    document = DocumentSnapshot(str(file.path), text, file.language)
    analysed = Analysed(analysis, document, _PATIENCE)
    return lambda state: not analysed.complaint(state)


class _Progress:
    """Says on the standard error how far it has got, every few seconds."""

    def __init__(self, files: int) -> None:
        self._files, self._told = files, time.monotonic()

    def __call__(self, tally: Tally) -> None:
        now = time.monotonic()
        if now - self._told >= _EVERY:
            self._told = now
            done = f"{tally.files} of {self._files} files, {tally.records} sequences"
            print(f"fairlead: {done}", file=sys.stderr, flush=True)


def _summarise(tally: Tally) -> None:
    known = f", and {tally.known:,} that were there" if tally.known else ""
    print(f"{tally.records:,} sequences of {tally.steps:,} steps{known}")
    if tally.left_out:
        reasons = ", ".join(f"{count:,} ({why})" for why, count in tally.left_out.most_common())
        print(f"files left out: {reasons}")
