"""The seeded faults: our own, of one hunk each, in a small project."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from fairlead_server.document import read_document
from fairlead_server.repair.hunk import Hunk, lines_hunk

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

FIXTURES = Path(__file__).parents[2] / "fixtures"


@dataclass(frozen=True)
class Seeded:
    """In `file`, the lines `right` are replaced by `wrong`."""

    language: str
    name: str
    file: str
    right: str
    wrong: str
    test: str = ""

    def seed(self, folder: Path) -> Hunk:
        """Make a project with the fault in `folder`; return the hunk that has it."""
        project = FIXTURES / f"seeded_{self.language}" / "project"
        shutil.copytree(project, folder, ignore=shutil.ignore_patterns("__pycache__"))
        path = folder / self.file
        text = path.read_text(encoding="utf-8")
        right, wrong = (f"\n{part.strip(chr(10))}\n" for part in (self.right, self.wrong))
        assert text.count(right) == 1, self.name  # Else the fixture is at fault.
        first = text[: text.index(right) + 1].count("\n") + 1
        path.write_text(text.replace(right, wrong), encoding="utf-8")
        return lines_hunk(read_document(str(path)), first, first + wrong.count("\n") - 2)


def seeded(language: str = "python", kind: str = "fault") -> Iterator[Seeded]:
    """Yield the faults, which analysis sees, or the bugs, which tests see."""
    path = FIXTURES / f"seeded_{language}" / f"{kind}s.toml"
    listed = tomllib.loads(path.read_text(encoding="utf-8"))
    return (Seeded(language, **one) for one in listed[kind])
