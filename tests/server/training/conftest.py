"""A tokenizer and a network that are made in a moment, and the files they are exported to."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.server.training.packages import java_text, python_text

NAME = "tiny-model"


@pytest.fixture(scope="session")
def tokenizer_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tokenizer of few tokens."""
    from fairlead_server.training.tokenizer import train_tokenizer

    texts = [make(f"word{i}") for i in range(20) for make in (python_text, java_text)]
    path = tmp_path_factory.mktemp("tokenizer") / "tokenizer.json"
    train_tokenizer(texts, 512).save(str(path))
    return path


@pytest.fixture(scope="session")
def tokenizer(tokenizer_file: Path) -> Any:
    """The same, loaded."""
    from fairlead_server.training.tokenizer import load_tokenizer

    return load_tokenizer(tokenizer_file)


@pytest.fixture(scope="session")
def checkpoint_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A network with random weights in every layer."""
    import torch

    from fairlead_server.training import checkpoint
    from fairlead_server.training.network import Network, Shape

    torch.manual_seed(1)
    network = Network(Shape(512, 128, 2, 2, 1, 256, 256))
    for parameter in network.parameters():
        if parameter.dim() == 2:
            torch.nn.init.normal_(parameter, std=0.15)
        else:
            torch.nn.init.uniform_(parameter, 0.8, 1.2)
    path = tmp_path_factory.mktemp("checkpoint") / "tiny.safetensors"
    checkpoint.save(path, network, checkpoint.Progress(step=3))
    return path


@pytest.fixture(scope="session")
def exported(
    checkpoint_file: Path, tokenizer_file: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Path]:
    """The network as GGUF files, by kind of weights."""
    from fairlead_server.training import checkpoint
    from fairlead_server.training.export import export

    folder = tmp_path_factory.mktemp("exported")
    found = {}
    for kind in ("f16", "q8_0"):
        found[kind] = folder / f"tiny-{kind}.gguf"
        export(checkpoint.load(checkpoint_file), tokenizer_file, found[kind], NAME, kind)
    return found
