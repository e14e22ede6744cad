"""Checkpoints: weights and how far a run is, in one safetensors file.

With the optimiser's state a run goes on as if it had not been interrupted; without it the file is
small (weights in bfloat16), and enough to begin another run from, for instance a decay of its own.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from fairlead_server.errors import UserError
from fairlead_server.training.network import Network, Shape

_WEIGHTS = "model."


@dataclass(frozen=True)
class Progress:
    """How far a run is. `elapsed` is in seconds; `before` are tokens of runs it goes on from."""

    step: int = 0
    tokens: int = 0
    elapsed: float = 0.0
    before: int = 0


@dataclass(frozen=True)
class Checkpoint:
    """What a file holds; `optimiser` is empty in a small one."""

    shape: Shape
    progress: Progress
    weights: Mapping[str, Any]
    optimiser: Mapping[str, Any]


def save(
    path: Path, network: Network, progress: Progress, optimiser: Mapping[str, Any] | None = None
) -> None:
    """Write a checkpoint; small without `optimiser`. An older file stays until the new is whole."""
    import torch
    from safetensors.torch import save_file

    kind = torch.float32 if optimiser else torch.bfloat16
    tensors = {name: t.detach().cpu().to(kind) for name, t in network.state_dict().items()}
    tensors |= {name: t.detach().cpu() for name, t in (optimiser or {}).items()}
    facts = {"shape": asdict(network.shape), "progress": asdict(progress)}
    part = path.with_name(f"{path.name}.part")
    path.parent.mkdir(parents=True, exist_ok=True)
    save_file({n: t.contiguous() for n, t in tensors.items()}, part, {"run": json.dumps(facts)})
    part.replace(path)


def load(path: Path) -> Checkpoint:
    """Read a checkpoint. Raises `UserError` for what is none."""
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, "pt") as file:
            facts = json.loads((file.metadata() or {})["run"])
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        weights = {n: t.float() for n, t in tensors.items() if n.startswith(_WEIGHTS)}
        rest = {n: t for n, t in tensors.items() if not n.startswith(_WEIGHTS)}
        return Checkpoint(Shape(**facts["shape"]), Progress(**facts["progress"]), weights, rest)
    except (OSError, SafetensorError, KeyError, TypeError, ValueError) as error:
        raise UserError(f"{path} is no checkpoint of fairlead: {error}") from None


def network_of(checkpoint: Checkpoint) -> Network:
    """Return a network with the weights of `checkpoint`."""
    network = Network(checkpoint.shape)
    network.load_state_dict(dict(checkpoint.weights))
    return network
