"""Which model is used when nothing is stated: a file in the folder of models names it."""

from __future__ import annotations

import os
from pathlib import Path

from fairlead_server.errors import UserError

_FILE = "default"


def models_folder() -> Path:
    """Return the folder in which models are found by name."""
    data = os.environ.get("XDG_DATA_HOME") or os.path.join(os.path.expanduser("~"), ".local/share")
    return Path(os.environ.get("FAIRLEAD_MODELS") or Path(data) / "fairlead" / "models")


def chosen_model() -> str | None:
    """Return the model that `choose_model` was last told, None when that was never."""
    try:
        return (models_folder() / _FILE).read_text(encoding="utf-8").strip() or None
    except (OSError, UnicodeDecodeError):
        return None


def choose_model(name: str | None) -> None:
    """Make `name`, a path or a name, the model that is used; with None the embedded one is.

    Raises `UserError` when that cannot be written down.
    """
    path = models_folder() / _FILE
    try:
        if name is None:
            path.unlink(missing_ok=True)
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{name}\n", encoding="utf-8")
    except OSError as error:
        raise UserError(
            f"{path} cannot be written: {error.strerror}; FAIRLEAD_MODELS names another folder"
        ) from None
