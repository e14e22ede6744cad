"""Code that people wrote is admitted: lines of the standard library, written where they stand."""

from __future__ import annotations

import random
import re
from concurrent.futures import Future
from pathlib import Path

import pytest

from fairlead_monitors.context import Context
from fairlead_monitors.engine import Kind, Names, Source, Unknowing, answered
from fairlead_monitors.python.imports import ImportsMonitor
from fairlead_monitors.python.jedi_imports import import_names
from fairlead_monitors.python.jedi_scope import names_in_scope
from fairlead_monitors.python.jedi_script import ask
from fairlead_monitors.python.scope import ScopeMonitor
from tests.monitors.test_lexer import sources

LINES = 12
# What is refused although it is right: new names that these bind.
EXCEPTIONS = re.compile(rb"^\s*[\w.]+ = [\w.]+ = |\w\(\w+ := ")
QUESTIONS = {Kind.SCOPE: names_in_scope, Kind.IMPORT: import_names}


class Jedi(Unknowing):
    """jedi in this process."""

    def names(self, kind: Kind, source: Source, offset: int) -> Future[Names]:
        return answered(ask(QUESTIONS[kind], Names.unknown, source, offset))


@pytest.mark.parametrize("with_suffix", [True, False], ids=["suffix", "prefix"])
@pytest.mark.parametrize("path", sources(16), ids=lambda p: p.name)
def test_lines_are_admitted(path: Path, with_suffix: bool) -> None:
    lines = path.read_bytes().splitlines(keepends=True)
    chosen = [n for n, line in enumerate(lines) if not EXCEPTIONS.search(line)]
    for number in random.Random(1).sample(chosen, min(LINES, len(chosen))):
        before, after = (b"".join(part).decode() for part in (lines[:number], lines[number + 1 :]))
        context = Context(str(path), before, "\n" + after if with_suffix else "", Jedi(), 60.0)
        line = lines[number].rstrip(b"\n")
        for monitor in (ScopeMonitor(context), ImportsMonitor(context)):
            where = f"{path}:{number + 1} {line.decode()}"
            assert monitor.admitted(line) == len(line), where
