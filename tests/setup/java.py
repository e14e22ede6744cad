"""Eclipse JDT LS and a Java runtime, fetched as ``fairlead doctor --fix java`` does."""

from __future__ import annotations

from pathlib import Path

from tests.setup import npm
from tests.setup.errors import SetupError

DATA = Path(__file__).parents[2] / ".components" / "data"
"""What FAIRLEAD_DATA is while tests run."""

_STAMPS = (DATA / "java" / "jdtls" / ".fetched", DATA / "java" / "runtime" / ".fetched")


def find() -> Path | None:
    """Return the data folder when the server and the runtime are in it."""
    return DATA if all(stamp.is_file() for stamp in _STAMPS) else None


def obtain() -> None:
    """Fetch both. fairlead is imported late: it may not be installed when this file is read."""
    from fairlead_server.errors import UserError
    from fairlead_server.fetch_java import fetch

    npm.provided()  # It knows the registry.
    try:
        fetch(DATA / "java", lambda news: print(f"  {news}", flush=True))
    except UserError as error:
        raise SetupError(str(error)) from None
