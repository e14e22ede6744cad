"""Train a model and export it as a GGUF file. Needs pip install 'fairlead[train]'.

  fairlead model train --preset smoke --out DIR     half a minute on any machine, to see it work
  fairlead model train --preset cpu --corpus DIR --out DIR      8 million parameters, an hour
  fairlead model train --preset gpu --corpus DIR --out DIR      30 million parameters, 25 minutes

The run ends when its minutes are over, with the learning rate at zero. Its folder then holds
model.gguf, tokenizer.json, a log and checkpoints. --resume goes on from one of those: from "latest"
as if nothing had happened; from "before-decay" or "final", or another run's, with a clock of its
own. A "final" model has settled: go on from it with lower rates, such as --rate 0.25, which fall
nearly from the beginning, --decay-from 0.1.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from dataclasses import asdict
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from fairlead_server.commands import options
from fairlead_server.errors import UserError

if TYPE_CHECKING:
    from fairlead_server.training.trainer import Note

_PRESETS = ("smoke", "cpu", "gpu")
_LIBRARIES = ("torch", "tokenizers", "safetensors", "gguf")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--preset", choices=_PRESETS, default="cpu")
    parser.add_argument("--corpus", metavar="DIR", help="made by fairlead model data")
    parser.add_argument(
        "--sequences",
        metavar="FILE",
        help="made by fairlead model data lintseq; is learned while the rates fall",
    )
    parser.add_argument("--out", metavar="DIR", required=True)
    parser.add_argument("--minutes", type=float, help="of the run; default: the preset's")
    parser.add_argument(
        "--rate", type=float, default=1.0, help="share of the preset's learning rates"
    )
    parser.add_argument(
        "--decay-from", type=float, help="share of the run after which the rates fall"
    )
    parser.add_argument("--tokenizer", metavar="FILE", help="default: one is trained")
    parser.add_argument("--resume", metavar="FILE", help="a checkpoint to go on from")
    parser.add_argument("--device", help="cpu or cuda; default: what there is")
    parser.add_argument("--threads", type=options.positive, help="default: one for each core")
    parser.add_argument("--name", default="fairlead", help="what the model is called")
    parser.add_argument("--seed", type=options.natural, default=0)
    parser.add_argument("--json", action="store_true", help="print one JSON value")


def run(arguments: argparse.Namespace) -> int:
    """Train, export, and say how it went."""
    require_libraries()
    # Threads that spin while they wait take most of a machine that others use as well. OpenMP
    # reads these once, when torch is loaded.
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    os.environ.setdefault("GOMP_SPINCOUNT", "0")
    from fairlead_server.training.session import Request, train_model

    if arguments.minutes is not None and arguments.minutes <= 0:
        raise UserError("--minutes must be more than 0")
    if arguments.rate <= 0:
        raise UserError("--rate must be more than 0")
    if arguments.decay_from is not None and not 0 < arguments.decay_from < 1:
        raise UserError("--decay-from must be between 0 and 1")
    if arguments.corpus is None and arguments.preset != "smoke":
        raise UserError(
            f"--preset {arguments.preset} needs --corpus DIR: make one with fairlead model data DIR"
        )
    request = Request(
        arguments.preset,
        Path(arguments.out),
        Path(arguments.corpus) if arguments.corpus else None,
        minutes=arguments.minutes,
        rate=arguments.rate,
        decay_from=arguments.decay_from,
        tokenizer=Path(arguments.tokenizer) if arguments.tokenizer else None,
        resume=Path(arguments.resume) if arguments.resume else None,
        device=arguments.device,
        threads=arguments.threads,
        name=arguments.name,
        seed=arguments.seed,
        sequences=Path(arguments.sequences) if arguments.sequences else None,
    )
    note, path = train_model(request, _remark)
    if arguments.json:
        print(json.dumps({"model": str(path), **asdict(note)}))
    else:
        print(f"{path}: loss {note.watched} on what was held back, after {note.tokens:,} tokens")
    return 0


def require_libraries() -> None:
    """Raise `UserError` unless all that training needs is installed."""
    missing = [name for name in _LIBRARIES if find_spec(name) is None]
    if missing:
        raise UserError(f"training needs {', '.join(missing)}: pip install 'fairlead[train]'")


def _remark(note: Note) -> None:
    watched = "" if note.watched is None else f", held back {note.watched:.3f}"
    print(
        f"fairlead: {100 * note.share:5.1f} %  step {note.step}  {note.tokens / 1e6:.2f} M tokens  "
        f"{note.tokens / max(note.seconds, 1e-9):,.0f}/s  loss {note.loss:.3f}{watched}",
        file=sys.stderr,
        flush=True,
    )
