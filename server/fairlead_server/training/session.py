"""A training run from what a user asks for: corpus, tokenizer, network, loop, export."""

from __future__ import annotations

import os
import random
import sysconfig
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch

from fairlead_server.errors import UserError
from fairlead_server.training import checkpoint
from fairlead_server.training.corpus import Document, read_documents
from fairlead_server.training.export import export
from fairlead_server.training.folders import make_folder
from fairlead_server.training.lintseq.writing import read_records
from fairlead_server.training.presets import PRESETS, Preset
from fairlead_server.training.stream import STABLE_MIXTURE, Stream, split
from fairlead_server.training.tokenizer import load_tokenizer, train_tokenizer
from fairlead_server.training.trainer import FINAL, Note, Run, file_of, train

MODEL = "model.gguf"
TOKENIZER = "tokenizer.json"
_TOKENIZER_TEXT = 16_000_000
_SMOKE_TEXT = 1_500_000


@dataclass(frozen=True)
class Request:
    """What is to be trained; None leaves a choice to the preset or the machine.

    `rate` is a share of the preset's learning rates. `decay_from` is the share of the run after
    which they fall. `sequences` is a file of insertions, which are learned from then on.
    """

    preset: str
    folder: Path
    corpus: Path | None = None
    minutes: float | None = None
    rate: float = 1.0
    decay_from: float | None = None
    tokenizer: Path | None = None
    resume: Path | None = None
    device: str | None = None
    threads: int | None = None
    name: str = "fairlead"
    seed: int = 0
    sequences: Path | None = None


def train_model(request: Request, remark: Callable[[Note], None]) -> tuple[Note, Path]:
    """Train and export; return where the run ended, and the model's file.

    Raises `UserError` for what cannot be trained.
    """
    device = usable_device(request.device)
    if request.threads:
        torch.set_num_threads(request.threads)
    start = checkpoint.load(request.resume) if request.resume else None
    preset = _preset(request, start)
    documents = read_documents(request.corpus) if request.corpus else list(own_documents())
    learned, watched = split(documents)
    sequences = list(read_records(request.sequences)) if request.sequences else []
    make_folder(request.folder)
    tokenizer = _tokenizer(request, preset, learned)
    length = preset.stages[0].length + 1
    seed = request.seed + (start.progress.step if start else 0)
    note = train(
        Run(
            Stream(learned, tokenizer, length, STABLE_MIXTURE, seed, sequences),
            Stream(watched, tokenizer, length, STABLE_MIXTURE, request.seed),
            preset,
            request.folder,
            device,
            device != "cpu",
            start,
            remark,
            request.seed,
        )
    )
    path = request.folder / MODEL
    final = checkpoint.load(file_of(request.folder, FINAL))
    export(final, request.folder / TOKENIZER, path, request.name, "q8_0")
    return note, path


def usable_device(wanted: str | None) -> str:
    """Return the device to train on. Raises `UserError` when there is none such."""
    there = torch.cuda.is_available()
    if wanted not in (None, "cpu", "cuda"):
        raise UserError(f"--device {wanted}: it is cpu or cuda")
    if wanted == "cuda" and not there:
        raise UserError("--device cuda: torch finds none; install torch with CUDA, or use cpu")
    return wanted or ("cuda" if there else "cpu")


def _preset(request: Request, start: checkpoint.Checkpoint | None) -> Preset:
    preset = PRESETS[request.preset]
    schedule = replace(
        preset.schedule,
        minutes=request.minutes or preset.schedule.minutes,
        decay_from=request.decay_from or preset.schedule.decay_from,
    )
    rates = preset.rates
    rates = replace(rates, muon=rates.muon * request.rate, adam=rates.adam * request.rate)
    preset = replace(preset, schedule=schedule, rates=rates)
    if start is None:
        return preset
    if start.shape != preset.shape:
        raise UserError(f"{request.resume} has another shape than --preset {request.preset}")
    # Weights that begin another run know short rows already.
    return preset if start.optimiser else replace(preset, stages=preset.stages[-1:])


def _tokenizer(request: Request, preset: Preset, documents: list[Document]) -> Any:
    """Return the tokenizer of the run, which lies in its folder from then on.

    It is the one that was asked for, that of the run that is resumed, or a new one.
    """
    own = request.folder / TOKENIZER
    beside = request.resume.parent / TOKENIZER if request.resume else own
    if request.tokenizer or (request.resume and beside.exists()):
        tokenizer = load_tokenizer(request.tokenizer or beside)
    elif request.resume:
        raise UserError(f"{beside} is missing: name the checkpoint's tokenizer by --tokenizer")
    else:
        tokenizer = train_tokenizer(_texts(documents, request.seed), preset.shape.vocabulary)
    if tokenizer.get_vocab_size() > preset.shape.vocabulary:
        raise UserError(
            f"the tokenizer has {tokenizer.get_vocab_size()} tokens, the network "
            f"{preset.shape.vocabulary}"
        )
    tokenizer.save(str(own))
    return tokenizer


def _texts(documents: list[Document], seed: int) -> Iterator[str]:
    """Yield texts for a tokenizer to be trained on, drawn at random."""
    order = list(documents)
    random.Random(seed).shuffle(order)
    size = 0
    for document in order:
        yield document.text
        size += len(document.text)
        if size > _TOKENIZER_TEXT:
            return


def own_documents() -> Iterator[Document]:
    """Yield modules of Python's standard library, which are at hand without a corpus.

    They are enough to see that training works.
    """
    folder = Path(sysconfig.get_paths()["stdlib"])
    size = 0
    for path in sorted(folder.glob("*.py")):
        if not os.access(path, os.R_OK):
            continue
        text = path.read_text(encoding="utf-8", errors="replace")
        yield Document("python", path.name, "python", False, text)
        size += len(text)
        if size > _SMOKE_TEXT:
            return
