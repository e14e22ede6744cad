"""Real Java code under the monitors: what people wrote and compiled is not refused."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from fairlead_monitors.clike.languages import JAVA
from fairlead_monitors.clike.lexer import LexState, lex, tokens
from fairlead_monitors.clike.names import ClikeNames
from fairlead_monitors.clike.tokens import Sort
from fairlead_monitors.context import Context
from fairlead_monitors.engine import CompletionEngine
from fairlead_monitors.evidence import Verdict
from fairlead_monitors.java.imports import JavaImports
from fairlead_monitors.java.members import JavaMembers
from fairlead_monitors.java.scope import JavaScope
from tests.components import where
from tests.server.language_server import real

pytestmark = pytest.mark.needs("jdtls", "java-sources")

FILES, PER_FILE = 6, 8


@pytest.fixture(scope="module")
def sources() -> Path:
    return where("java-sources")


@pytest.fixture(scope="module")
def jdtls(sources: Path) -> Iterator[CompletionEngine]:
    with real.engine("jdtls", sources) as running:
        yield running


def places(of: type[ClikeNames], data: bytes) -> Iterator[tuple[int, int]]:
    """Yield where the names are that the monitor looks at."""
    looks = of.__new__(of)
    state, place = LexState(), 0
    for token in tokens(JAVA, data):
        if token.sort is Sort.WORD:
            state = lex(JAVA, state, data[place : token.start])
            place = token.start
            if looks.opening(state) is not None:
                yield token.start, token.end


def samples(of: type[ClikeNames], root: Path) -> Iterator[tuple[Path, str, str, str]]:
    """Yield names with the text on both sides of them."""
    generator = random.Random(3)
    files = sorted(p for p in root.rglob("*.java") if 2_000 < p.stat().st_size < 60_000)
    for path in generator.sample(files, FILES):
        data = path.read_bytes()
        found = list(places(of, data))
        for start, end in generator.sample(found, min(PER_FILE, len(found))):
            yield path, data[:start].decode(), data[start:end].decode(), data[end:].decode()


@pytest.mark.parametrize("prefix_only", [False, True])
@pytest.mark.parametrize("of", [JavaMembers, JavaScope, JavaImports])
def test_names_that_people_wrote(
    of: type[ClikeNames], prefix_only: bool, sources: Path, jdtls: CompletionEngine
) -> None:
    refused, verdicts = [], Counter[Verdict]()
    for path, before, name, after in samples(of, sources):
        suffix = "" if prefix_only else after
        monitor = of(Context(str(path), before, suffix, jdtls, patience=real.PATIENCE))
        # As much of what follows as shows what the name is.
        data = (name + after[: len(after) - len(after.lstrip()) + 1]).encode()
        if monitor.admitted(data) < len(data):
            refused.append(f"{path.name}: {name} after {before[-40:]!r}")
            continue
        monitor.advance(data)
        verdicts.update(evidence.verdict for evidence in monitor.evidence())
    assert refused == []
    if of is JavaMembers and not prefix_only:
        assert verdicts[Verdict.VALID] > 0.9 * verdicts.total()
