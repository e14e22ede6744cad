"""What a dataset gives: bugs, each a project with lines to write anew and tests that tell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True)
class Place:
    """Lines of the file `path`, relative to the project: `first` to `last`, counted from 1.

    A `last` one less than `first` is an insertion before the line `first`. `fixed` is what the
    developers wrote there, without its last line break; None where that is not known.
    """

    path: str
    first: int
    last: int
    fixed: str | None = None

    @property
    def is_insertion(self) -> bool:
        """Whether nothing is replaced."""
        return self.last < self.first


@dataclass(frozen=True)
class Commands:
    """What is run in the project's folder, by the shell, in this order; each has to exit with 0.

    `test` fails as the project is, and is the cheapest that tells; what is empty is not run.
    `compiles` is a cheap check before it, `relevant` and `all_tests` confirm what passes it.
    Each may take `seconds` and `memory_mb`. `coverage` is for bugs whose places are to be found: it
    runs tests, and prints what `localisation.spectrum` reads; where it is empty, `test` may do.
    """

    test: str
    compiles: str = ""
    relevant: str = ""
    all_tests: str = ""
    seconds: float = 60.0
    memory_mb: int = 2048
    coverage: str = ""


@dataclass(frozen=True)
class Bug:
    """A bug as it was checked out to `root`. Without `places`, they are to be found.

    Several `places` are mended one after the other, and the tests are run in the end.
    `facts` say what else is known of it, for reports.
    """

    name: str
    root: Path
    language: str
    commands: Commands
    places: tuple[Place, ...] = ()
    facts: Mapping[str, str] = field(default_factory=dict)


class Dataset(Protocol):
    """A source of bugs; a plug-in of the group ``fairlead.datasets`` is called with its argument.

    That is what follows the colon in ``--dataset NAME:ARGUMENT``, empty if there is none. The
    plug-in raises `UserError` when it cannot be used as it is, with the way out.
    """

    @property
    def version(self) -> str:
        """What a run must not go on with if it differs: e.g. a hash of what lists the bugs."""

    def names(self) -> Sequence[str]:
        """Return the names of all bugs, in an order that does not change."""

    def checkout(self, name: str, folder: Path) -> Bug:
        """Make the bug in `folder`, which is empty. Raises `UserError` when it cannot be had."""
