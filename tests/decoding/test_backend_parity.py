"""The two backends read the same file alike and write the same text."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest

from fairlead_decoding.backends import llama_cpp, transformers
from fairlead_decoding.model import LanguageModel, Logits
from tests.decoding import snippets

pytestmark = pytest.mark.needs("llama", "transformers")

PROMPTS = snippets.PYTHON + snippets.JAVA
TOKENS = 24


class Pair(NamedTuple):
    llama: LanguageModel
    torch: LanguageModel


@pytest.fixture(scope="module")
def pair(f32_gguf: Path) -> Iterator[Pair]:
    loaded = Pair(llama_cpp.load(str(f32_gguf)), transformers.load(str(f32_gguf)))
    yield loaded
    for model in loaded:
        model.close()


@pytest.fixture(scope="module")
def from_folder(model_folder: Path) -> Iterator[LanguageModel]:
    loaded = transformers.load(str(model_folder))
    yield loaded
    loaded.close()


def write(model: LanguageModel, prompt: str) -> tuple[list[int], list[Logits]]:
    """Continue `prompt` greedily; return the tokens and the logits they were chosen from."""
    session = model.session()
    logits = [session.forward(model.encode(prompt)).copy()]
    chosen = [int(logits[-1].argmax())]
    while len(chosen) < TOKENS:
        logits.append(session.forward(chosen[-1:]).copy())
        chosen.append(int(logits[-1].argmax()))
    session.close()
    return chosen, logits


@pytest.fixture(scope="module")
def written(pair: Pair) -> dict[str, tuple[list[int], list[Logits]]]:
    """What transformers writes after each prompt."""
    return {prompt: write(pair.torch, prompt) for prompt in PROMPTS}


# The default cache rounds to half precision.
@pytest.mark.parametrize(("kv_type", "tolerance"), [("f16", 1e-2), ("f32", 1e-4)])
def test_greedy_text_and_logits_are_equal(
    f32_gguf: Path,
    written: dict[str, tuple[list[int], list[Logits]]],
    kv_type: str,
    tolerance: float,
) -> None:
    model = llama_cpp.load(str(f32_gguf), kv_type=kv_type)
    assert len(written) >= 20
    for prompt, (tokens, logits) in written.items():
        llama_tokens, llama_logits = write(model, prompt)
        assert llama_tokens == tokens, prompt
        np.testing.assert_allclose(llama_logits, logits, rtol=0, atol=tolerance, err_msg=prompt)
    model.close()


def test_the_vocabularies_are_equal(pair: Pair, from_folder: LanguageModel) -> None:
    expected = pair.llama.vocabulary
    for model in (pair.torch, from_folder):
        assert model.vocabulary.tokens == expected.tokens
        assert model.vocabulary.end == expected.end
        assert model.vocabulary.special == expected.special
    assert expected.end == {0, 4, 5, 6, 8}


@pytest.mark.parametrize("prompt", PROMPTS)
def test_the_tokenizers_agree(pair: Pair, from_folder: LanguageModel, prompt: str) -> None:
    expected = pair.llama.encode(prompt)
    assert pair.torch.encode(prompt) == expected
    assert from_folder.encode(prompt) == expected


def test_sentencepiece_is_read_alike(spm_gguf: Path) -> None:
    llama, torch = llama_cpp.load(str(spm_gguf), kv_type="f32"), transformers.load(str(spm_gguf))
    assert torch.vocabulary.tokens == llama.vocabulary.tokens
    assert torch.vocabulary.end == llama.vocabulary.end
    assert torch.vocabulary.special == llama.vocabulary.special
    for text in ("    return self.int", "self", " self", "a  b\n", "<tool_call> <s>", "<|User|>"):
        tokens = llama.encode(text)
        assert torch.encode(text) == tokens
        expected = llama.session().forward(tokens)
        np.testing.assert_allclose(torch.session().forward(tokens), expected, rtol=0, atol=1e-3)
    llama.close()
    torch.close()


def test_a_gguf_file_is_read_without_its_neighbours(
    spm_gguf: Path, model_folder: Path, tmp_path: Path
) -> None:
    path = shutil.copytree(model_folder, tmp_path / "model") / "other.gguf"
    shutil.copy(spm_gguf, path)
    alone, beside = transformers.load(str(spm_gguf)), transformers.load(str(path))
    text = "    return self.int"
    assert beside.encode(text) == alone.encode(text)
    assert beside.vocabulary.tokens == alone.vocabulary.tokens
    assert beside.metadata == alone.metadata


def test_metadata_is_equal(pair: Pair, from_folder: LanguageModel) -> None:
    assert pair.torch.metadata == pair.llama.metadata
    assert from_folder.name == "fairlead-8m"
    assert from_folder.metadata == {
        "general.architecture": "llama",
        "llama.context_length": "1024",
        "llama.vocab_size": "8192",
    }


def test_a_folder_holds_the_same_model(pair: Pair, from_folder: LanguageModel) -> None:
    tokens = pair.torch.encode(snippets.PYTHON[0])
    expected = pair.torch.session().forward(tokens)
    np.testing.assert_array_equal(from_folder.session().forward(tokens), expected)
