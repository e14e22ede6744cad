"""The training loop."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Generator
from dataclasses import asdict, dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import torch

from fairlead_server.errors import UserError
from fairlead_server.training import checkpoint
from fairlead_server.training.checkpoint import Checkpoint, Progress
from fairlead_server.training.network import Network
from fairlead_server.training.optimiser import Optimiser
from fairlead_server.training.presets import Preset, Stage
from fairlead_server.training.schedule import Clock
from fairlead_server.training.stream import SKILLS_MIXTURE, Rows, Stream, ahead

LATEST, BEFORE_DECAY, FINAL = "latest", "before-decay", "final"
LOG = "log.jsonl"
_NOTE_EVERY = 20
_SAVE_EVERY = 600.0
_WATCH_EVERY = 300.0
_WATCHED_ROWS = 24
_QUEUE = 64


@dataclass(frozen=True)
class Note:
    """Where a run is: `loss` is the running mean, `watched` that on what is held back, in nats."""

    step: int
    tokens: int
    seconds: float
    share: float
    rate: float
    length: int
    loss: float
    watched: float | None = None


@dataclass(frozen=True)
class Run:
    """What to train: data, a preset, the folder to write to, and on what device.

    `start` is a checkpoint to begin from. With the optimiser's state the interrupted run goes on;
    otherwise its weights begin a run with a clock of its own; without one they are drawn by `seed`.
    `remark` is told how it goes.
    """

    stream: Stream
    watched: Stream
    preset: Preset
    folder: Path
    device: str = "cpu"
    compiled: bool = False
    start: Checkpoint | None = None
    remark: Callable[[Note], None] = lambda _: None
    seed: int = 0


@dataclass
class _State:
    """A run under way."""

    network: Network
    optimiser: Optimiser
    progress: Progress
    clock: Clock
    watched: Any
    rows: Generator[Rows, None, None] = field(default_factory=lambda: ahead(iter(()), 1))
    length: int = 0
    decaying: bool = False
    mean: float | None = None
    saved: float = 0.0
    seen: float = 0.0


def file_of(folder: Path, name: str) -> Path:
    """Return the path of a checkpoint in the folder of a run."""
    return folder / f"{name}.safetensors"


def train(run: Run) -> Note:
    """Train until the time is over and return where the run ended.

    Writes a log and checkpoints to the folder of the run: the latest, that before the decay, the
    final one; the latest also when it is interrupted. Raises `UserError` when the loss is no number
    any more.
    """
    run.folder.mkdir(parents=True, exist_ok=True)
    state = _begin(run)
    try:
        while (share := state.clock.share) < 1:
            _prepare(run, state, share)
            loss = _step(run, state, share)
            _look_after(run, state, share, loss)
    except KeyboardInterrupt:
        _save(run, state)
        raise
    finally:
        state.rows.close()
    checkpoint.save(file_of(run.folder, FINAL), state.network, state.progress)
    return _note(run, state, 1.0, _loss_on(run, state))


def _begin(run: Run) -> _State:
    torch.manual_seed(run.seed)
    start, progress = run.start, Progress()
    network = checkpoint.network_of(start) if start else Network(run.preset.shape)
    network.to(run.device)
    if run.compiled:
        for layer in network.model.layers:
            layer.compile(dynamic=False)
    optimiser = Optimiser(network, run.preset.rates)
    if start and start.optimiser:
        optimiser.restore(start.optimiser)
        progress = start.progress
    elif start:
        progress = Progress(before=start.progress.before + start.progress.tokens)
    return _State(
        network,
        optimiser,
        progress,
        Clock(run.preset.schedule.minutes, progress.elapsed),
        _watched(run),
        saved=progress.elapsed,
        seen=progress.elapsed,
    )


def _watched(run: Run) -> Any:
    run.watched.length = run.preset.stages[-1].length + 1
    return torch.from_numpy(np.stack([*islice(run.watched.rows(), _WATCHED_ROWS)]))


def _prepare(run: Run, state: _State, share: float) -> None:
    """Enter the phase and the stage that the run is in after `share` of its time."""
    if share >= run.preset.schedule.decay_from and not state.decaying:
        state.decaying = True
        checkpoint.save(file_of(run.folder, BEFORE_DECAY), state.network, state.progress)
        run.stream.mixture = replace(SKILLS_MIXTURE, python=run.stream.mixture.python)
        state.length = 0
    stage = _stage(run.preset, share)
    if state.length != stage.length:
        # What lies ready in the queue is of the old kind.
        state.rows.close()
        state.length = stage.length
        run.stream.length = stage.length + 1
        state.rows = ahead(run.stream.rows(), _QUEUE)


def _stage(preset: Preset, share: float) -> Stage:
    return next((s for s in preset.stages if share < s.until), preset.stages[-1])


def _step(run: Run, state: _State, share: float) -> float:
    """Learn from one batch and return its loss."""
    count = _stage(run.preset, share).rows
    batch = torch.from_numpy(np.stack([*islice(state.rows, count)])).to(run.device)
    loss = 0.0
    pieces = batch.split(run.preset.micro_rows or count)
    for piece in pieces:
        part = _evaluate(run, state.network, piece) / len(pieces)
        part.backward()
        loss += float(part.detach())
    if not math.isfinite(loss):
        raise UserError(
            f"the loss is not a number at step {state.progress.step}: begin from an earlier "
            "checkpoint, or with lower rates"
        )
    rate = run.preset.schedule.rate(share, state.progress.step)
    state.optimiser.step(rate)
    state.progress = replace(
        state.progress,
        step=state.progress.step + 1,
        tokens=state.progress.tokens + batch[:, 1:].numel(),
        elapsed=state.clock.elapsed,
    )
    return loss


def _evaluate(run: Run, network: Callable[..., Any], rows: Any) -> Any:
    with torch.autocast(run.device, torch.bfloat16):
        return network(rows[:, :-1], rows[:, 1:])


def _loss_on(run: Run, state: _State) -> float:
    """Return the loss on what is held back."""
    with torch.no_grad():
        pieces = state.watched.to(run.device).split(8)
        return sum(float(_evaluate(run, state.network, p)) for p in pieces) / len(pieces)


def _look_after(run: Run, state: _State, share: float, loss: float) -> None:
    """Note where the run is and save it, every so often."""
    step, now = state.progress.step, state.clock.elapsed
    mean = loss if state.mean is None else state.mean
    state.mean = mean + max(0.03, 1 / step) * (loss - mean)
    watching = now - state.seen > _WATCH_EVERY
    if watching or step % _NOTE_EVERY == 1:
        state.seen = now if watching else state.seen
        _note(run, state, share, _loss_on(run, state) if watching else None)
    if now - state.saved > _SAVE_EVERY:
        state.saved = now
        _save(run, state)


def _save(run: Run, state: _State) -> None:
    """Write all that an interrupted run needs to go on."""
    latest = file_of(run.folder, LATEST)
    checkpoint.save(latest, state.network, state.progress, state.optimiser.state())


def _note(run: Run, state: _State, share: float, watched: float | None) -> Note:
    progress = state.progress
    note = Note(
        progress.step,
        progress.tokens,
        round(state.clock.elapsed, 1),
        round(share, 4),
        round(run.preset.schedule.rate(share, progress.step), 4),
        state.length,
        round(state.mean or 0.0, 4),
        None if watched is None else round(watched, 4),
    )
    with (run.folder / LOG).open("a", encoding="utf-8") as log:
        log.write(json.dumps(asdict(note)) + "\n")
    run.remark(note)
    return note
