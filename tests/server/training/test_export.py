"""An exported model is, in each runtime, the network that was trained."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import numpy as np
import pytest

from fairlead_decoding.background import find_file_tokens
from fairlead_decoding.prompt import find_fim_tokens, preferred_layout
from fairlead_server.errors import UserError
from fairlead_server.model_facts import facts_of

pytestmark = pytest.mark.needs("train")

IDS = [5, 300, 17, 44, 501, 16, 99, 300, 17, 45, 0, 200]


@pytest.mark.parametrize(
    ("backend", "kind", "tolerance"),
    [
        pytest.param("llama_cpp", "f16", 0.05, marks=pytest.mark.needs("llama")),
        pytest.param("llama_cpp", "q8_0", 0.5, marks=pytest.mark.needs("llama")),
        pytest.param("transformers", "f16", 0.05, marks=pytest.mark.needs("transformers")),
        pytest.param("transformers", "q8_0", 0.5, marks=pytest.mark.needs("transformers")),
    ],
)
def test_a_runtime_computes_what_the_network_does(
    checkpoint_file: Path, exported: dict[str, Path], backend: str, kind: str, tolerance: float
) -> None:
    import torch

    from fairlead_server.training import checkpoint

    network = checkpoint.network_of(checkpoint.load(checkpoint_file))
    with torch.no_grad():
        expected = network.logits(torch.tensor([IDS]))[0].numpy()
    module = import_module(f"fairlead_decoding.backends.{backend}")
    model = module.load(str(exported[kind]), threads=1)
    try:
        session = model.session()
        found = session.forward_rows(IDS)
        session.close()
        assert expected.std() > 0.5
        np.testing.assert_allclose(found, expected, atol=tolerance * expected.std())
        agreeing = (found.argmax(1) == expected.argmax(1)).mean()
        assert agreeing >= 0.9
        assert preferred_layout(model) == "spm"
        tokens = find_file_tokens(model)
        assert tokens is not None and tokens.repository is None
        fim = find_fim_tokens(model)
        assert fim is not None
        assert (fim.prefix, fim.middle, fim.suffix) == (1, 2, 3)
        assert 0 in model.vocabulary.end
    finally:
        model.close()


def test_facts(exported: dict[str, Path]) -> None:
    facts = facts_of(exported["q8_0"])
    assert (facts.name, facts.architecture, facts.quantisation) == ("tiny-model", "llama", "Q8_0")
    assert (facts.context_length, facts.vocabulary, facts.layout) == (256, 512, "spm")
    assert facts.licence == "apache-2.0"
    assert facts.megabytes < facts_of(exported["f16"]).megabytes


def test_a_tokenizer_that_is_too_large(
    checkpoint_file: Path, tmp_path: Path, tokenizer_file: Path
) -> None:
    from fairlead_server.training import checkpoint
    from fairlead_server.training.export import export
    from fairlead_server.training.network import Network, Shape

    small = tmp_path / "small.safetensors"
    checkpoint.save(small, Network(Shape(300, 64, 1, 1, 1, 64, 32)), checkpoint.Progress())
    with pytest.raises(UserError, match="more tokens than the network's 300"):
        export(checkpoint.load(small), tokenizer_file, tmp_path / "x.gguf", "x", "q8_0")
    assert not (tmp_path / "x.gguf").exists()
