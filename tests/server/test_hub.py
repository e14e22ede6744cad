"""``fairlead model pull``, from a hub on this machine."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from fairlead_server.cli import main
from fairlead_server.errors import UserError
from fairlead_server.hub import choose_file
from tests.server.model_hub import REPOSITORY, serving


def pull(address: str, models: Path, source: str) -> subprocess.CompletedProcess[str]:
    # The hub's library reads its address when it is imported.
    command = [sys.executable, "-m", "fairlead_server", "model", "pull", source]
    environment = {
        "HF_ENDPOINT": address,
        "FAIRLEAD_MODELS": str(models),
        "HF_HOME": str(models / "hf"),
        "HF_HUB_DISABLE_XET": "1",
        "PATH": "",
    }
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120)


@pytest.mark.needs("transformers")
def test_a_file_is_fetched_and_can_be_used_by_name(tmp_path: Path) -> None:
    data = b"GGUF" + bytes(range(256)) * 400
    with serving({"README.md": b"x", "a-Q8_0.gguf": data, "a-f16.gguf": b"y"}) as hub:
        done = pull(hub.address, tmp_path, REPOSITORY)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "a-Q8_0.gguf").read_bytes() == data
    assert done.stdout.splitlines() == [
        str(tmp_path / "a-Q8_0.gguf"),
        "fairlead model use a-Q8_0",
    ]
    assert any(line.startswith("GET") and "a-Q8_0.gguf" in line for line in hub.requests)


@pytest.mark.needs("transformers")
@pytest.mark.parametrize(
    ("source", "stated", "message"),
    [
        (f"{REPOSITORY}:absent.gguf", None, "cannot be pulled"),
        ("owner/nothing", None, "owner/nothing cannot be pulled"),
        (f"{REPOSITORY}:a.gguf", "0" * 64, "is damaged"),
        ("owner", None, "not of the form OWNER/REPOSITORY"),
        ("https://a/b", None, "not of the form OWNER/REPOSITORY"),
    ],
)
def test_what_cannot_be_fetched(
    tmp_path: Path, source: str, stated: str | None, message: str
) -> None:
    with serving({"a.gguf": b"GGUF and more"}, stated=stated) as hub:
        done = pull(hub.address, tmp_path, source)
    assert (done.returncode, done.stdout) == (2, "")
    assert message in done.stderr.splitlines()[-1]
    assert not (tmp_path / "a.gguf").exists()


@pytest.mark.needs("transformers")
def test_what_broke_off_is_gone_on_with(tmp_path: Path) -> None:
    data = b"GGUF" + bytes(range(256)) * 80_000
    with serving({"a.gguf": data}, cut=12_000_000) as hub:
        done = pull(hub.address, tmp_path, REPOSITORY)
        if done.returncode:
            done = pull(hub.address, tmp_path, REPOSITORY)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "a.gguf").read_bytes() == data
    begun = [line for line in hub.requests if line.startswith("GET") and line.endswith("-")]
    assert begun and not begun[0].endswith("bytes=0-")


@pytest.mark.needs("transformers")
def test_without_a_network(tmp_path: Path) -> None:
    done = pull("http://127.0.0.1:9", tmp_path, REPOSITORY)
    assert done.returncode == 2
    assert "owner/repository cannot be pulled" in done.stderr


def test_without_the_library(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "huggingface_hub", None)
    assert main(["model", "pull", "a/b"]) == 2
    assert "pip install 'fairlead[hub]'" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("names", "chosen"),
    [
        (["a.gguf", "b.txt"], "a.gguf"),
        (["a-Q4_K_M.gguf", "a-Q8_0.gguf", "a-F16.gguf"], "a-Q8_0.gguf"),
        (["a-q2_k.gguf", "a-q5_k_m.gguf"], "a-q5_k_m.gguf"),
        (["a-BF16.gguf", "a-F16.gguf"], "a-F16.gguf"),
        (["a-BF16.gguf", "a-F32.gguf"], "a-BF16.gguf"),
        (["a-q8_0-00001-of-00002.gguf", "a-q4_k_m.gguf"], "a-q4_k_m.gguf"),
    ],
)
def test_which_file_is_taken(names: list[str], chosen: str) -> None:
    assert choose_file(names, "a/b") == chosen


@pytest.mark.parametrize(
    ("names", "message"),
    [(["a.txt"], "holds no GGUF file"), (["a-q8_0.gguf", "b-q8_0.gguf"], "several models")],
)
def test_no_file_can_be_taken(names: list[str], message: str) -> None:
    with pytest.raises(UserError, match=message):
        choose_file(names, "a/b")
