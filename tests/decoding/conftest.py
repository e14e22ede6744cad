"""Model files to run real backends on: the one that is shipped, and what is made from it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from fairlead_decoding.model import LanguageModel
from tests.decoding.gguf_files import unpack, write_spm

EMBEDDED = (
    Path(__file__).parents[2] / "server" / "fairlead_server" / "models" / "fairlead-8m-q8_0.gguf"
)


@pytest.fixture(scope="session")
def embedded_gguf() -> Path:
    """The model that is shipped."""
    return EMBEDDED


@pytest.fixture(scope="session")
def f32_gguf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped model with F32 weights, which all backends compute alike."""
    path = tmp_path_factory.mktemp("f32") / "fairlead-8m-f32.gguf"
    unpack(EMBEDDED, path)
    return path


@pytest.fixture(scope="session")
def spm_gguf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny model whose vocabulary is SentencePiece's, and which asks for a space prefix."""
    path = tmp_path_factory.mktemp("spm") / "tiny-spm.gguf"
    write_spm(path)
    return path


@pytest.fixture(scope="session")
def model_folder(f32_gguf: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The model of `f32_gguf` as a folder with safetensors."""
    from transformers import AutoModelForCausalLM, AutoTokenizer

    path = tmp_path_factory.mktemp("folder") / "fairlead-8m"
    place = {"gguf_file": f32_gguf.name, "local_files_only": True}
    AutoTokenizer.from_pretrained(f32_gguf.parent, **place).save_pretrained(path)
    read = AutoModelForCausalLM.from_pretrained(f32_gguf.parent, **place)
    # A network that was read from GGUF refuses to be saved: save one with its weights.
    del read.config.quantization_config
    network = type(read)(read.config)
    network.load_state_dict(read.state_dict())
    network.save_pretrained(path)
    return path


@pytest.fixture
def llama_model(embedded_gguf: Path) -> Iterator[LanguageModel]:
    """The shipped model on llama.cpp."""
    from fairlead_decoding.backends.llama_cpp import load

    model = load(str(embedded_gguf), threads=1)
    yield model
    model.close()
