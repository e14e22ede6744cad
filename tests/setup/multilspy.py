"""multilspy, installed as ``fairlead doctor --fix multilspy`` does."""

from __future__ import annotations

from pathlib import Path

from tests.setup.errors import SetupError
from tests.setup.java import DATA


def find() -> Path | None:
    """Return the folder that it is installed in."""
    folder = DATA / "multilspy"
    return folder if (folder / "multilspy").is_dir() else None


def obtain() -> None:
    """Install it. fairlead is imported late: it may not be installed when this file is read."""
    from fairlead_server.errors import UserError
    from fairlead_server.fetch_multilspy import fetch

    try:
        fetch(DATA / "multilspy", lambda news: print(f"  {news}", flush=True))
    except UserError as error:
        raise SetupError(str(error)) from None
