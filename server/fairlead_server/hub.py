"""Fetching a model file from a model hub: with progress, resumed where it broke off, and checked.

The connection is opened by this module only, and only when a user asks for a model.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

from fairlead_server.errors import UserError
from fairlead_server.hashing import sha256_of
from fairlead_server.model_choice import models_folder

_PREFERRED = ("q8_0", "q6_k", "q5_k_m", "q4_k_m", "f16", "bf16")
"""Of several files in a repository, the first of these kinds is taken."""


def pull(repository: str, wanted: str | None) -> Path:
    """Download a GGUF file of `repository` into the folder of models and return its path.

    Without `wanted` the file is chosen. What an interrupted download left is gone on from, and the
    result is compared with the hash that the hub states. Raises `UserError`.
    """
    hub = _require_hub()
    try:
        name = wanted or choose_file(hub.HfApi().list_repo_files(repository), repository)
        part = models_folder() / ".incoming"
        fetched = Path(hub.hf_hub_download(repository, name, local_dir=part))
        facts = hub.HfApi().get_paths_info(repository, [name])
    except (OSError, ValueError, hub.errors.HTTPError) as error:
        reason = str(error).strip().partition("\n")[0]
        raise UserError(
            f"{repository} cannot be pulled: {reason}; what was fetched is kept, so that the "
            "same command goes on from there"
        ) from error
    _require_hash(fetched, _stated_hash(facts))
    path = models_folder() / fetched.name
    os.replace(fetched, path)
    return path


def choose_file(names: list[str], repository: str) -> str:
    """Return the GGUF file to take. Raises `UserError` when there is none, or too many."""
    files = sorted(name for name in names if name.lower().endswith(".gguf"))
    if len(files) == 1:
        return files[0]
    for kind in _PREFERRED:
        named = re.compile(rf"(?<![a-z0-9]){kind}")
        # Files in pieces ("-00001-of-00003") are not for us.
        fitting = [name for name in files if named.search(name.lower()) and "-of-" not in name]
        if len(fitting) == 1:
            return fitting[0]
    if not files:
        raise UserError(f"{repository} holds no GGUF file: name a repository that does")
    raise UserError(f"{repository} holds several models: append one of :{', :'.join(files)}")


def _require_hub() -> Any:
    # No remark of ours is sent along with what the user asked for.
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    try:
        import huggingface_hub
        import huggingface_hub.errors
    except ImportError as error:
        raise UserError(
            f"huggingface_hub cannot be imported ({error}): pip install 'fairlead[hub]', or "
            f"put a GGUF file into {models_folder()}"
        ) from error
    return huggingface_hub


def _stated_hash(facts: Any) -> str | None:
    stored = getattr(facts[0], "lfs", None) if facts else None
    return str(stored.sha256) if stored else None


def _require_hash(path: Path, stated: str | None) -> None:
    """Raise `UserError`, and delete the file, when it is not what was stated."""
    if stated is None:
        return
    found = sha256_of(path)
    if found != stated:
        path.unlink()
        raise UserError(
            f"{path.name} is damaged: its SHA-256 is {found}, the hub states "
            f"{stated}; it was deleted, pull it again"
        )
