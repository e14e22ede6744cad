"""Finding the model that a path or a name means, and the backend that loads it."""

from __future__ import annotations

import os
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path

from fairlead_decoding.errors import DecodingError
from fairlead_decoding.model import LanguageModel
from fairlead_server import plugins
from fairlead_server.errors import UserError
from fairlead_server.model_choice import models_folder
from fairlead_server.settings import Settings

EMBEDDED = "embedded"
_EMBEDDED_FILE = "fairlead-8m-q8_0.gguf"
_LIBRARIES = {"llama_cpp": "llama_cpp", "transformers": "transformers"}
_INSTALL = (
    "no model backend is installed: pip install 'fairlead[llama]' (builds with a C++ compiler) "
    "or pip install 'fairlead[transformers]'"
)


def find_model(name: str) -> Path:
    """Return the file or folder that `name` means: a path, a name, or ``embedded``.

    Raises `UserError` when there is none.
    """
    if name == EMBEDDED:
        return Path(str(files("fairlead_server") / "models" / _EMBEDDED_FILE))
    if Path(name).exists():
        return Path(name)
    folder = models_folder()
    for candidate in (folder / name, folder / f"{name}.gguf"):
        if os.sep not in name and candidate.exists():
            return candidate
    raise UserError(
        f"no model {name!r}: not a path, and nothing of that name in {folder}; "
        f"known names are {', '.join(known_models())}"
    )


def known_models() -> list[str]:
    """Return the names that `find_model` understands besides paths."""
    folder = models_folder()
    found = sorted(folder.iterdir()) if folder.is_dir() else []
    models = [p for p in found if p.suffix == ".gguf" or (p / "config.json").is_file()]
    return [EMBEDDED, *(p.stem if p.suffix == ".gguf" else p.name for p in models)]


def installed_backends() -> list[str]:
    """Return the backends whose library is installed, the preferred one first."""
    others = [name for name in plugins.names("models") if name not in _LIBRARIES]
    return [name for name, library in _LIBRARIES.items() if find_spec(library)] + others


def choose_backend(path: Path, wanted: str | None) -> str:
    """Return `wanted`, or the backend that suits `path`: llama_cpp for a GGUF file, if it is there.

    Raises `UserError` when no backend is installed.
    """
    if wanted:
        return wanted.replace("llama.cpp", "llama_cpp").replace("-", "_")
    installed = installed_backends()
    if not installed:
        raise UserError(_INSTALL)
    if path.is_dir():
        return "transformers"
    return installed[0]


def load_model(settings: Settings) -> LanguageModel:
    """Load the model that `settings` name. Raises `UserError` with the cause and the way out."""
    path = find_model(settings.model)
    backend = choose_backend(path, settings.backend)
    load = plugins.load("models", backend)
    try:
        model: LanguageModel = load(str(path), threads=settings.threads)
    except DecodingError as error:
        raise UserError(str(error)) from error
    return model
