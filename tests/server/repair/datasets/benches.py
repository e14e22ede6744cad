"""Checking a bug of a dataset: its tests fail as it is, and pass with what the developers wrote."""

from __future__ import annotations

from pathlib import Path

from fairlead_server.repair.batch.bug import Bug, Place
from fairlead_server.repair.sandbox import Limits, Outcome, Shadow
from fairlead_server.repair.testing import Bed


def write(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def mended(bug: Bug) -> dict[str, str]:
    """Return the files of `bug` with what the developers wrote in all places."""
    files: dict[str, str] = {}
    for place in sorted(bug.places, key=lambda place: -place.first):
        path = str(bug.root / place.path)
        text = files.get(path) or Path(path).read_text(encoding="utf-8")
        files[path] = _replaced(text, place)
    return files


def _replaced(text: str, place: Place) -> str:
    lines = text.split("\n")
    assert place.fixed is not None
    lines[place.first - 1 : place.last] = place.fixed.split("\n")
    return "\n".join(lines)


def outcomes(bug: Bug, command: str | None = None) -> tuple[Outcome, Outcome]:
    """Run the tests as the project is, and with what the developers wrote."""
    commands = bug.commands
    limits = Limits(commands.seconds, int(commands.seconds) + 1, commands.memory_mb)
    with Shadow(bug.root) as shadow:
        bed = Bed(shadow, limits)
        test = command or commands.test
        return bed.run({}, test), bed.run(mended(bug), test)
