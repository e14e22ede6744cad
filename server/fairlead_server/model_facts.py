"""What a model is, told from its files: nothing is loaded."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from fairlead_decoding.backends.gguf_header import read_header
from fairlead_server.errors import UserError


@dataclass(frozen=True)
class Facts:
    """A model's files and what they state about it; empty or None is not stated."""

    path: Path
    megabytes: float
    name: str
    architecture: str
    context_length: int | None
    vocabulary: int | None
    quantisation: str
    licence: str
    layout: str


# general.file_type, after the GGUF specification: the kinds that are common.
_FILE_TYPES = {
    **{0: "F32", 1: "F16", 2: "Q4_0", 3: "Q4_1", 7: "Q8_0", 8: "Q5_0", 9: "Q5_1", 10: "Q2_K"},
    **{11: "Q3_K_S", 12: "Q3_K_M", 13: "Q3_K_L", 14: "Q4_K_S", 15: "Q4_K_M", 16: "Q5_K_S"},
    **{17: "Q5_K_M", 18: "Q6_K", 32: "BF16"},
}


def size_of(path: Path) -> int:
    """Return the bytes of a file, or of all files in a folder."""
    if path.is_file():
        return path.stat().st_size
    return sum(part.stat().st_size for part in path.rglob("*") if part.is_file())


def facts_of(path: Path) -> Facts:
    """Read the facts of a GGUF file or a Hugging Face folder.

    Raises `ModelError` for a damaged GGUF file, `UserError` for a folder that is no model.
    """
    return _of_folder(path) if path.is_dir() else _of_file(path)


def _of_file(path: Path) -> Facts:
    header = read_header(str(path))
    facts = header.metadata()
    architecture = facts.get("general.architecture", "")
    context = facts.get(f"{architecture}.context_length", "")
    kind = facts.get("general.file_type", "")
    return Facts(
        path,
        size_of(path) / 1e6,
        facts.get("general.name", path.stem),
        architecture,
        int(context) if context.isdigit() else None,
        len(header.values.get("tokenizer.ggml.tokens", ())) or None,
        _FILE_TYPES.get(int(kind), f"type {kind}") if kind.isdigit() else "",
        facts.get("general.license", ""),
        facts.get("fairlead.prompt_layout", ""),
    )


def _of_folder(path: Path) -> Facts:
    try:
        config = json.loads((path / "config.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UserError(f"{path} is no Hugging Face folder: config.json: {error}") from None
    return Facts(
        path,
        size_of(path) / 1e6,
        path.name,
        str(config.get("model_type", "")),
        config.get("max_position_embeddings"),
        config.get("vocab_size"),
        str(config.get("dtype", config.get("torch_dtype", ""))),
        "",
        "",
    )
