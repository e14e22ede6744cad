"""Install multilspy where only its own worker sees it.

It depends on versions of jedi and pygls that fairlead cannot use, so it gets a folder of its own.
"""

from __future__ import annotations

from pathlib import Path

from fairlead_server.fetching import Say, provide, run_pip

MULTILSPY = "multilspy==0.1.1"


def fetch(folder: Path, say: Say) -> None:
    """Install multilspy and what it needs into `folder`. Raises `UserError`."""
    provide(folder, MULTILSPY, _install, say)


def _install(scratch: Path, say: Say) -> Path:
    say(f"installing {MULTILSPY} with pip, about 25 MB")
    target = scratch / "multilspy"
    run_pip("install", "--target", str(target), MULTILSPY, failed=f"pip cannot install {MULTILSPY}")
    return target
