"""Muon for the matrices inside the network, AdamW for the embedding and the norms.

Muon makes the momentum of each matrix nearly orthogonal before it is applied (Jordan et al.,
"Muon: An optimizer for hidden layers in neural networks", 2024). AdamW is that of Loshchilov and
Hutter, "Decoupled Weight Decay Regularization", 2019.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch

from fairlead_server.training.network import Network

# The coefficients of the published Newton-Schulz iteration.
_A, _B, _C = 3.4445, -4.7750, 2.0315


@dataclass(frozen=True)
class Rates:
    """Learning rates at their highest, and what decays the weights."""

    muon: float = 0.015
    adam: float = 4e-3
    momentum: float = 0.95
    decay: float = 0.1
    iterations: int = 4


class Optimiser:
    """Both optimisers, with one schedule."""

    def __init__(self, network: Network, rates: Rates) -> None:
        self._rates = rates
        self._groups: dict[tuple[int, ...], list[Any]] = {}
        vectors = []
        embedding = network.model.embed_tokens.weight
        for parameter in network.parameters():
            if parameter is embedding:
                continue
            if parameter.dim() == 2:
                self._groups.setdefault(tuple(parameter.shape), []).append(parameter)
            else:
                vectors.append(parameter)
        self._momentum = {
            shape: torch.zeros(len(group), *shape, device=group[0].device)
            for shape, group in self._groups.items()
        }
        self._adam = torch.optim.AdamW(
            [
                {"params": [embedding], "weight_decay": rates.decay},
                {"params": vectors, "weight_decay": 0.0},
            ],
            lr=rates.adam,
            betas=(0.9, 0.95),
            fused=True,
        )

    def step(self, share: float) -> None:
        """Apply the gradients at `share` of the highest rates, and clear them."""
        for group in self._adam.param_groups:
            group["lr"] = self._rates.adam * share
        self._adam.step()
        with torch.no_grad():
            for shape, parameters in self._groups.items():
                self._orthogonal_step(shape, parameters, share)
        self._adam.zero_grad(set_to_none=True)
        for parameters in self._groups.values():
            for parameter in parameters:
                parameter.grad = None

    def _orthogonal_step(self, shape: tuple[int, ...], parameters: list[Any], share: float) -> None:
        rates, momentum = self._rates, self._momentum[shape]
        gradient = torch.stack([parameter.grad for parameter in parameters])
        momentum.lerp_(gradient, 1 - rates.momentum)
        rate = rates.muon * share
        updates = orthogonal(gradient.lerp_(momentum, rates.momentum), rates.iterations)
        updates *= rate * max(1.0, shape[0] / shape[1]) ** 0.5
        for parameter, update in zip(parameters, updates, strict=True):
            parameter.mul_(1 - rate * rates.decay).sub_(update)

    def state(self) -> dict[str, Any]:
        """Return the tensors that a continued run needs, by name."""
        found = {f"muon.{rows}x{columns}": m for (rows, columns), m in self._momentum.items()}
        for index, entry in self._adam.state_dict()["state"].items():
            found |= {f"adam.{index}.{key}": value for key, value in entry.items()}
        return found

    def restore(self, tensors: Mapping[str, Any]) -> None:
        """Take over what `state` returned."""
        for (rows, columns), momentum in self._momentum.items():
            momentum.copy_(tensors[f"muon.{rows}x{columns}"])
        state: dict[int, dict[str, Any]] = {}
        for name, value in tensors.items():
            if name.startswith("adam."):
                _, index, key = name.split(".")
                state.setdefault(int(index), {})[key] = value
        whole = self._adam.state_dict()
        self._adam.load_state_dict({**whole, "state": state})


def orthogonal(matrices: Any, iterations: int) -> Any:
    """Return matrices with the same singular vectors and singular values near 1, in float32."""
    x = matrices.bfloat16()
    tall = x.size(1) > x.size(2)
    if tall:
        x = x.mT
    x = x / (x.float().norm(dim=(1, 2), keepdim=True).bfloat16() + 1e-7)
    for _ in range(iterations):
        square = x @ x.mT
        x = _A * x + (_B * square + _C * square @ square) @ x
    return (x.mT if tall else x).float()
