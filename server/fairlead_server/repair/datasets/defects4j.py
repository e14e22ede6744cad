"""Defects4J: bugs of Java projects, by the user's own `defects4j` command.

Just, Jalali, Ernst, "Defects4J: A Database of Existing Faults to Enable Controlled Testing Studies
for Java Programs", 2014. The bugs are called ``Chart-1``, ``Codec-7`` and so on.
"""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Literal, cast, get_args

from fairlead_server.errors import UserError
from fairlead_server.repair.batch.bug import Bug, Commands, Place
from fairlead_server.repair.datasets import defects4j_home, java
from fairlead_server.repair.datasets.checkouts import digest
from fairlead_server.repair.datasets.defects4j_home import Defects4J
from fairlead_server.repair.datasets.defects4j_light import Light, layout, light, tells
from fairlead_server.repair.datasets.eclipse import describe
from fairlead_server.repair.datasets.patch_files import undone

Version = Literal["1.2", "2.0", "3.0"]
Kind = Literal["single-line", "single-hunk", "multi-hunk", "all"]
_BLIND = "unlocalised"

_IN_1_2 = {"Chart": 26, "Closure": 133, "Lang": 65, "Math": 106, "Mockito": 38, "Time": 27}
_IN_2_0 = {
    **_IN_1_2,
    **{"Cli": 40, "Closure": 176, "Codec": 18, "Compress": 47, "Csv": 16, "Gson": 18},
    **{"Collections": 28, "JacksonCore": 26, "JacksonDatabind": 112, "JacksonXml": 6},
    **{"Jsoup": 93, "JxPath": 22},
}
"""The last bug of each project in a version; later ones have more bugs, and more projects."""
_OLD_COLLECTIONS = 24
"""The first bugs of Collections came with 3.0."""

_EACH = 60
"""Seconds that one test may take in the cheap check."""
_LEVEL = "1.8"
"""The Java that the projects are written in; some use what is a keyword later."""
_SECONDS = 300.0
_MEMORY_MB = 4096


@dataclass(frozen=True)
class Selection:
    """What of Defects4J is wanted; by `blind`, where the faults are is not told."""

    version: Version = "3.0"
    kind: Kind = "all"
    blind: bool = False

    def holds(self, name: str) -> bool:
        """Tell whether the version has the bug."""
        project, number = name.rsplit("-", 1)
        if self.version == "3.0":
            return True
        if self.version == "2.0" and project == "Collections":
            return _OLD_COLLECTIONS < int(number) <= _IN_2_0[project]
        last = _IN_1_2 if self.version == "1.2" else _IN_2_0
        return int(number) <= last.get(project, 0)


def selected(argument: str) -> Selection:
    """Read what follows ``defects4j:``, words joined by commas. Raises `UserError`."""
    found = Selection()
    for word in filter(None, argument.split(",")):
        if word in get_args(Version):
            found = Selection(cast(Version, word), found.kind, found.blind)
        elif word in get_args(Kind):
            found = Selection(found.version, cast(Kind, word), found.blind)
        elif word == _BLIND:
            found = Selection(found.version, found.kind, blind=True)
        else:
            known = ", ".join((*get_args(Version), *get_args(Kind), _BLIND))
            raise UserError(f"--dataset defects4j:{argument}: {word!r} is none of {known}")
    return found


def kind_of(places: Sequence[Place]) -> Kind:
    """Return what a fix of these places is: one line, lines next to each other, or more."""
    if len(places) > 1:
        return "multi-hunk"
    (place,) = places
    lines = max(place.last - place.first + 1, len((place.fixed or "").split("\n")))
    return "single-line" if lines == 1 else "single-hunk"


class Defects4JBugs:
    """The active bugs of a version, of one kind or of all."""

    def __init__(self, argument: str = "") -> None:
        """Find the command and see that it runs. Raises `UserError`."""
        self._selection = selected(argument)
        self._defects4j: Defects4J = defects4j_home.find()

    @cached_property
    def _patches(self) -> dict[str, str]:
        wanted = [name for name in self._defects4j.bugs() if self._selection.holds(name)]
        patches = {name: self._defects4j.patch(name) for name in wanted}
        return {name: patch for name, patch in patches.items() if self._is_wanted(patch)}

    def _is_wanted(self, patch: str) -> bool:
        try:
            kind = kind_of(undone(patch))
        except ValueError:
            kind = "multi-hunk"
        # One line is a hunk, too.
        is_hunk = self._selection.kind == "single-hunk" and kind == "single-line"
        return self._selection.kind in (kind, "all") or is_hunk

    @property
    def version(self) -> str:
        """A hash of the patches and of what is wanted."""
        return digest({**self._patches, "": repr(self._selection)})

    def names(self) -> Sequence[str]:
        """Return the bugs, by project and number."""
        return tuple(self._patches)

    def checkout(self, name: str, folder: Path) -> Bug:
        """Check out and compile what is wrong. Raises `UserError` with what defects4j says."""
        if name not in self._patches:
            raise UserError(self._absent(name))
        places = self._places(name)
        project, number = name.rsplit("-", 1)
        self._defects4j.run("checkout", "-p", project, "-v", f"{number}b", "-w", str(folder))
        self._defects4j.run("compile", "-w", str(folder))
        facts = {
            "benchmark": f"Defects4J {self._selection.version}",
            "kind": kind_of(places),
            "hunks": str(len(places)),
        }
        triggers = self._defects4j.export("tests.trigger", folder).split()
        if not triggers:
            raise UserError(f"{name}: defects4j names no test that fails")
        bug = Bug(name, folder, "java", _commands(triggers), places, facts)
        known = layout(self._defects4j, folder)
        describe(folder, name, (known.sources, known.tests), known.class_path, _LEVEL)
        relevant = self._defects4j.export("tests.relevant", folder).split()
        cheap = light(known, folder, places, triggers, relevant, _EACH)
        if cheap is not None:
            bug = _lighter(bug, cheap)
        return replace(bug, places=()) if self._selection.blind else bug

    def _places(self, name: str) -> tuple[Place, ...]:
        try:
            return undone(self._patches[name])
        except ValueError as error:
            raise UserError(f"{name}: its fix cannot be made by changing lines: {error}") from None

    def _absent(self, name: str) -> str:
        if name in self._defects4j.bugs("deprecated"):
            return f"{name} is deprecated: it cannot be reproduced any more"
        if name in self._defects4j.bugs():
            return f"{name} is not one of those that the dataset was limited to"
        return f"Defects4J has no bug {name!r}"


def _lighter(bug: Bug, cheap: Light) -> Bug:
    """Return the bug with the cheap commands, those that tell right from wrong."""
    bug = replace(bug, commands=replace(bug.commands, coverage=cheap.coverage))
    tested = replace(bug.commands, compiles=cheap.compiles, test=cheap.test)
    lighter = replace(bug, commands=tested)
    return lighter if tells(lighter) else bug


def _commands(triggers: Sequence[str]) -> Commands:
    tests = (_passing(f"defects4j test -t {shlex.quote(one)}") for one in triggers)
    return Commands(
        " && ".join(f"({test})" for test in tests),
        relevant=_passing("defects4j test -r"),
        all_tests=_passing("defects4j test"),
        seconds=_SECONDS,
        memory_mb=_MEMORY_MB,
    )


def _passing(command: str) -> str:
    """Return the command that fails if tests do: defects4j itself does not."""
    kept = shlex.quote(f"{java.SCRATCH}/tests.txt")
    return (
        f"mkdir -p {java.SCRATCH}; {command} > {kept} 2>&1; code=$?; cat {kept} failing_tests "
        f"2> /dev/null; test $code = 0 && grep -q '^Failing tests: 0$' {kept}"
    )
