"""What cannot be loaded or evaluated is one line that names the cause and the way out."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from fairlead_decoding.backends import llama_cpp, transformers
from fairlead_decoding.errors import BackendMissing, ModelError
from fairlead_decoding.model import LanguageModel

LOADERS: dict[str, Callable[..., LanguageModel]] = {
    "llama_cpp": llama_cpp.load,
    "transformers": transformers.load,
}
NEEDS = {"llama_cpp": "llama", "transformers": "transformers"}
BACKENDS = [pytest.param(name, marks=pytest.mark.needs(NEEDS[name])) for name in LOADERS]
LLAMA = pytest.mark.needs("llama")
TRANSFORMERS = pytest.mark.needs("transformers")


def refused(backend: str, path: Path, **settings: object) -> str:
    """Return the message with which `path` is refused."""
    with pytest.raises(ModelError) as caught:
        LOADERS[backend](str(path), **settings)
    message = str(caught.value)
    assert "\n" not in message
    assert str(path) in message
    return message


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize(
    ("content", "cause"),
    [
        (b"", "is empty: download the model again"),
        (b"<!DOCTYPE html>", "is not a GGUF file: name a .gguf file, or download it again"),
        (b"GGUF", "it is cut off: download it again, or choose another model"),
        (b"GGUF" + bytes(100), "GGUF version 0 is not supported: download it again"),
        (b"GGUF\3\0\0\0" + b"\xff" * 100, "it is cut off: download it again"),
        (b"GGUF\3\0\0\0" + bytes(100), "it has no tokenizer: download it again"),
    ],
)
def test_what_is_not_a_model(backend: str, tmp_path: Path, content: bytes, cause: str) -> None:
    path = tmp_path / "model.gguf"
    path.write_bytes(content)
    assert cause in refused(backend, path)


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("kept", [1_000, 100_000, 300_000, 9_000_000])
def test_a_truncated_file(backend: str, embedded_gguf: Path, tmp_path: Path, kept: int) -> None:
    path = tmp_path / "model.gguf"
    path.write_bytes(embedded_gguf.read_bytes()[:kept])
    assert "it is cut off: download it again, or choose another model" in refused(backend, path)


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_file_without_its_last_byte(backend: str, embedded_gguf: Path, tmp_path: Path) -> None:
    path = tmp_path / "model.gguf"
    path.write_bytes(embedded_gguf.read_bytes()[:-1])
    assert "download it again, or choose another model" in refused(backend, path)


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize(
    ("old", "new", "cause"),
    [
        (b"<|edit|>", b"<|java|>", "its vocabulary lists a token twice"),
        (b"block_count\4\0\0\0\x08", b"block_count\4\0\0\0\0", "it claims to have 0 layers"),
        (b"blk.0.attn_q.weight", b"blk.0.attn_x.weight", "attn"),
        (b"architecture\x08\0\0\0\5\0\0\0\0\0\0\0llama", None, "lla"),
        (b"tokenizer.ggml.model", b"tokenizer.ggml.xxxxx", "tokenizer"),
        (b"tokenizer.ggml.eot", b"tokenizer.ggml.eos", "'tokenizer.ggml.eos_token_id' twice"),
        (b"GGUF\3", b"GGUF\7", "GGUF version 7 is not supported"),
    ],
)
def test_a_damaged_file(
    backend: str, embedded_gguf: Path, tmp_path: Path, old: bytes, new: bytes | None, cause: str
) -> None:
    content = embedded_gguf.read_bytes()
    assert content.count(old) >= 1
    path = tmp_path / "model.gguf"
    path.write_bytes(content.replace(old, new if new is not None else old[:-2] + b"zz", 1))
    assert cause in refused(backend, path)


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_path_without_a_model(backend: str, tmp_path: Path) -> None:
    assert "there is no model at" in refused(backend, tmp_path / "absent.gguf")
    assert "is not a regular file" in refused(backend, Path("/dev/null"))


@LLAMA
def test_llama_cpp_refuses_a_folder(tmp_path: Path) -> None:
    assert "is a folder, not a GGUF file" in refused("llama_cpp", tmp_path)


@TRANSFORMERS
@pytest.mark.parametrize(
    ("absent", "cause"),
    [
        ("config.json", "has no config.json: name a folder that transformers saved"),
        ("model.safetensors", "no file named model.safetensors"),
        ("tokenizer.json", "Couldn't instantiate the backend tokenizer"),
    ],
)
def test_an_incomplete_folder(model_folder: Path, tmp_path: Path, absent: str, cause: str) -> None:
    path = shutil.copytree(model_folder, tmp_path / "model")
    (path / absent).unlink()
    assert cause in refused("transformers", path)


@TRANSFORMERS
def test_a_folder_that_lacks_weights(model_folder: Path, tmp_path: Path) -> None:
    from safetensors.torch import load_file, save_file

    path = shutil.copytree(model_folder, tmp_path / "model")
    weights = load_file(path / "model.safetensors")
    del weights["model.layers.3.mlp.up_proj.weight"]
    save_file(weights, path / "model.safetensors", {"format": "pt"})
    message = refused("transformers", path)
    assert "it lacks 1 of its weights, model.layers.3.mlp.up_proj.weight among them" in message


@TRANSFORMERS
def test_code_that_a_folder_brings_along_is_not_run(tmp_path: Path) -> None:
    auto = {"AutoConfig": "code.Config", "AutoModelForCausalLM": "code.Model"}
    config = {"model_type": "novel", "auto_map": auto}
    (tmp_path / "config.json").write_text(json.dumps(config))
    (tmp_path / "code.py").write_text(f"open({str(tmp_path / 'was_run')!r}, 'w')\n")
    refused("transformers", tmp_path)
    assert not (tmp_path / "was_run").exists()


@pytest.mark.parametrize(
    ("backend", "module", "remedy"),
    [
        ("llama_cpp", "llama_cpp", "pip install 'fairlead[llama]'; or use --backend transformers"),
        (
            "transformers",
            "torch",
            "pip install 'fairlead[transformers]'; or use --backend llama_cp",
        ),
        ("transformers", "transformers", "pip install 'fairlead[transformers]'"),
    ],
)
def test_a_missing_library(
    backend: str, module: str, remedy: str, embedded_gguf: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # What is looked for first is there, and takes no seconds to be loaded.
    monkeypatch.setitem(sys.modules, "torch", ModuleType("torch"))
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(BackendMissing) as caught:
        LOADERS[backend](str(embedded_gguf))
    assert remedy in str(caught.value)


@LLAMA
def test_llama_cpp_settings_are_checked(embedded_gguf: Path) -> None:
    for settings in ({"kv_type": "int3"}, {"sequences": 0}, {"context_length": 0}):
        with pytest.raises(ValueError, match=next(iter(settings))):
            LOADERS["llama_cpp"](str(embedded_gguf), **settings)


@TRANSFORMERS
def test_transformers_settings_are_checked(spm_gguf: Path) -> None:
    with pytest.raises(ValueError, match="dtype must be one of"):
        transformers.load(str(spm_gguf), dtype="int3")
    with pytest.raises(ValueError, match="context_length must be at least 1"):
        transformers.load(str(spm_gguf), context_length=0)
    with pytest.raises(ModelError, match=r"cannot use the device abacus: .*: choose another"):
        transformers.load(str(spm_gguf), device="abacus")


@LLAMA
def test_llama_cpp_tells_when_sequences_or_cells_run_out(embedded_gguf: Path) -> None:
    model = llama_cpp.load(str(embedded_gguf), sequences=2)
    first, second = model.session(), model.session()
    with pytest.raises(ModelError, match="all 2 sequences of fairlead-8m-q8_0 are in use"):
        first.fork()
    tokens = [100] * 1024
    first.forward(tokens)
    second.forward(tokens[:400])
    with pytest.raises(ModelError, match="the KV cache is full: close sessions"):
        second.forward(tokens[:600])
    assert len(second.tokens) == 400
    first.close()
    second.forward(tokens[:600])
    with pytest.raises(ModelError, match=r"cannot evaluate the tokens: .*8192"):
        second.forward([8192])
    model.close()


@LLAMA
def test_a_cache_that_cannot_be_cut_is_computed_anew(
    embedded_gguf: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from llama_cpp import llama_cpp as lib

    model = llama_cpp.load(str(embedded_gguf))
    session, expected = model.session(), model.session().forward([100, 101, 5]).copy()
    session.forward([100, 101, 102, 103])
    # As for recurrent models: a sequence goes as a whole or not at all.
    remove = lib.llama_memory_seq_rm

    def whole_only(memory: object, sequence: int, start: int, end: int) -> bool:
        return start == 0 and bool(remove(memory, sequence, start, end))

    monkeypatch.setattr(lib, "llama_memory_seq_rm", whole_only)
    session.rollback(2)
    assert list(session.tokens) == [100, 101]
    assert session.forward([5]).tolist() == pytest.approx(expected.tolist(), abs=0.5)
    model.close()


@pytest.mark.parametrize("backend", BACKENDS)
def test_nothing_reaches_stderr_or_stdout(backend: str, embedded_gguf: Path) -> None:
    program = f"""
from fairlead_decoding.backends.{backend} import load
from fairlead_decoding.errors import ModelError
model = load({str(embedded_gguf)!r})
session = model.session()
session.forward(model.encode("import os"))
model.close()
try:
    load({__file__!r})
except ModelError:
    pass
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert (done.stdout, done.stderr) == (b"", b"")


@TRANSFORMERS
def test_no_connection_is_made(
    model_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def forbidden(*_: object, **__: object) -> None:
        raise AssertionError("a connection was attempted")

    monkeypatch.setattr(socket.socket, "connect", forbidden)
    monkeypatch.setattr(socket, "getaddrinfo", forbidden)
    transformers.load(str(model_folder)).close()
    (tmp_path / "config.json").write_text('{"model_type": "llama"}')
    refused("transformers", tmp_path)
