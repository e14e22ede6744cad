"""The parts of a training step, each against what it has to agree with."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from fairlead_server.errors import UserError
from fairlead_server.training.schedule import Clock, Schedule

needs_torch = pytest.mark.needs("train")


@pytest.mark.parametrize(
    ("share", "step", "rate"),
    [
        (0.0, 0, 0.1),
        (0.0, 4, 0.5),
        (0.1, 100, 1.0),
        (0.5, 100, 1.0),
        (0.75, 100, 0.5),
        (1.0, 9, 0.01),
    ],
)
def test_the_schedule(share: float, step: int, rate: float) -> None:
    assert Schedule(1, decay_from=0.5, warm_up=10).rate(share, step) == pytest.approx(rate)


def test_the_clock_goes_on_where_it_was() -> None:
    now = [100.0]
    clock = Clock(2, elapsed=30, now=lambda: now[0])
    assert clock.share == 0.25
    now[0] += 60
    assert (clock.elapsed, clock.share) == (90, 0.75)


@needs_torch
def test_the_loss_and_its_gradients() -> None:
    import torch

    from fairlead_server.training.network import TiedLoss

    torch.manual_seed(0)
    features, matrix = torch.randn(2100, 16), torch.randn(40, 16)
    targets = torch.randint(0, 40, (2100,))

    def chunked(f: Any, m: Any) -> Any:
        return TiedLoss.apply(f, m, targets)

    def plain(f: Any, m: Any) -> Any:
        return torch.nn.functional.cross_entropy(f @ m.T, targets)

    found = []
    for loss in (chunked, plain):
        f, m = features.clone().requires_grad_(), matrix.clone().requires_grad_()
        value = loss(f, m)
        (3 * value).backward()
        found.append((value.detach(), f.grad, m.grad))
    for one, other in zip(*found, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-4, atol=1e-6)


@needs_torch
@pytest.mark.parametrize("shape", [(2, 8, 24), (1, 24, 8), (3, 16, 16)])
def test_orthogonal_matrices(shape: tuple[int, int, int]) -> None:
    import torch

    from fairlead_server.training.optimiser import orthogonal

    torch.manual_seed(0)
    matrices = torch.randn(shape)
    found = torch.linalg.svdvals(orthogonal(matrices, 5))
    assert found.min() > 0.5 and found.max() < 1.3
    for one, other in zip(matrices, orthogonal(matrices, 5), strict=True):
        u, _, v = torch.linalg.svd(one, full_matrices=False)
        assert (
            torch.nn.functional.cosine_similarity((u @ v).flatten(), other.flatten(), dim=0) > 0.95
        )


@needs_torch
def test_a_step_after_a_checkpoint_is_the_step_without(tmp_path: Path) -> None:
    import torch

    from fairlead_server.training import checkpoint
    from fairlead_server.training.network import Network, Shape
    from fairlead_server.training.optimiser import Optimiser, Rates

    torch.manual_seed(0)
    network = Network(Shape(64, 64, 1, 1, 1, 64, 32))
    optimiser = Optimiser(network, Rates())
    rows = torch.randint(0, 64, (4, 33))

    def step(network: Network, optimiser: Optimiser) -> None:
        network(rows[:, :-1], rows[:, 1:]).backward()
        optimiser.step(0.5)

    step(network, optimiser)
    step(network, optimiser)
    path = tmp_path / "a" / "checkpoint.safetensors"
    progress = checkpoint.Progress(step=2, tokens=256, elapsed=1.5, before=7)
    checkpoint.save(path, network, progress, optimiser.state())
    loaded = checkpoint.load(path)
    assert loaded.progress == progress
    again = checkpoint.network_of(loaded)
    restored = Optimiser(again, Rates())
    restored.restore(loaded.optimiser)
    step(network, optimiser)
    step(again, restored)
    for one, other in zip(network.parameters(), again.parameters(), strict=True):
        torch.testing.assert_close(one, other)


@needs_torch
@pytest.mark.parametrize("content", [b"", b"no tensors", b"\x02\0\0\0\0\0\0\0{}"])
def test_what_is_no_checkpoint(tmp_path: Path, content: bytes) -> None:
    from fairlead_server.training import checkpoint

    path = tmp_path / "x.safetensors"
    path.write_bytes(content)
    with pytest.raises(UserError, match="is no checkpoint"):
        checkpoint.load(path)
    with pytest.raises(UserError, match="is no checkpoint"):
        checkpoint.load(tmp_path / "absent")


@needs_torch
def test_a_network_says_what_its_loss_is() -> None:
    import torch

    from fairlead_server.training.network import Network, Shape

    torch.manual_seed(0)
    network = Network(Shape(64, 128, 2, 2, 1, 128, 32))
    for parameter in network.parameters():
        if parameter.dim() == 2:
            torch.nn.init.normal_(parameter, std=0.1)
    rows = torch.randint(0, 64, (3, 33))
    loss = network(rows[:, :-1], rows[:, 1:])
    scores = network.logits(rows[:, :-1])
    expected = torch.nn.functional.cross_entropy(scores.flatten(0, 1), rows[:, 1:].flatten())
    torch.testing.assert_close(loss, expected, rtol=1e-4, atol=1e-5)
    # What comes later changes nothing before.
    changed = rows[:, :-1].clone()
    changed[:, 20:] = 1
    torch.testing.assert_close(network.logits(changed)[:, :20], scores[:, :20])
