"""The vocabularies of well-known models: token lists without weights, for tests of masking.

llama.cpp keeps them for its own tests, and the source package of llama-cpp-python brings them.
"""

from __future__ import annotations

import importlib.metadata
import shutil
import tarfile
import tempfile
from pathlib import Path

from tests.setup.errors import SetupError
from tests.setup.progress import pip

FOLDER = Path(__file__).parents[2] / ".components" / "vocabularies"
PATTERN = "ggml-vocab-*.gguf"
EXPECTED = ("qwen2", "starcoder", "llama-bpe", "deepseek-coder", "refact", "gpt-2", "llama-spm")


def find() -> Path | None:
    """Return the folder of vocabularies when all those that tests count on are in it."""
    present = all((FOLDER / f"ggml-vocab-{name}.gguf").is_file() for name in EXPECTED)
    return FOLDER if present else None


def obtain() -> None:
    """Take the vocabularies out of the source package of the installed llama-cpp-python."""
    FOLDER.parent.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=FOLDER.parent) as scratch:
        folder = Path(scratch)
        _download(folder)
        _extract(next(folder.glob("*.tar.gz")), folder / "vocabularies")
        shutil.rmtree(FOLDER, ignore_errors=True)
        (folder / "vocabularies").rename(FOLDER)
    if find() is None:
        raise SetupError(f"the source package of llama-cpp-python lacks some of {EXPECTED}")


def _download(folder: Path) -> None:
    name = "llama-cpp-python"
    try:
        requirement = f"{name}=={importlib.metadata.version(name)}"
    except importlib.metadata.PackageNotFoundError:
        requirement = name
    source_only = ["--no-deps", "--no-binary", name]
    pip("vocabularies", ["download", *source_only, "--dest", str(folder), requirement])


def _extract(archive: Path, folder: Path) -> None:
    folder.mkdir()
    with tarfile.open(archive) as source:
        for member in source:
            path = Path(member.name)
            content = source.extractfile(member) if path.match(PATTERN) else None
            if content is not None:
                (folder / path.name).write_bytes(content.read())
