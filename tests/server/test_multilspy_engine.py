"""multilspy as an engine, in its own process: members of Java, and what it says when it cannot."""

from __future__ import annotations

from pathlib import Path

import pytest

from fairlead_monitors.engine import Completeness, Kind, Source
from fairlead_server.analysis.multilspy_engine import MultilspyEngine
from tests.server.language_server.real import edited

PROJECT = Path(__file__).parents[1] / "fixtures" / "java_project"
BERTH = PROJECT / "src" / "harbour" / "Berth.java"
PATIENCE = 240


@pytest.mark.needs("jdtls", "multilspy")
def test_members_of_java() -> None:
    engine = MultilspyEngine(str(PROJECT))
    try:
        for new, some, none in (
            ("vessel.▮flag()", {"flag", "crew", "hashCode"}, {"moor"}),
            ("'ä𝄞'; vessel.▮flag()", {"flag", "crew", "hashCode"}, {"moor"}),
            ('"".▮', {"length", "trim"}, {"flag"}),
        ):
            source, offset = edited(BERTH, "vessel.flag()", new)
            answer = engine.names(Kind.MEMBER, source, offset).result(PATIENCE)
            assert answer.completeness is Completeness.COMPLETE, answer.reason
            assert some - answer.names == set()
            assert none & answer.names == set()
        source, offset = edited(BERTH, "vessel.flag()", "nothing.▮")
        answer = engine.names(Kind.MEMBER, source, offset).result(PATIENCE)
        assert answer.completeness is Completeness.UNKNOWN
    finally:
        engine.close()


def test_without_multilspy_the_remedy_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAIRLEAD_DATA", str(tmp_path))
    engine = MultilspyEngine(str(PROJECT))
    answer = engine.names(Kind.MEMBER, Source("A.java", "a."), 2).result(PATIENCE)
    assert "fairlead doctor --fix multilspy" in answer.reason
    answer = engine.names(Kind.MEMBER, Source("a.cobol", "a."), 2).result(PATIENCE)
    assert "no server for this sort of file" in answer.reason
    assert engine.names(Kind.SCOPE, Source("A.java", "a."), 2).result(PATIENCE).names == set()
    engine.close()


@pytest.mark.parametrize("path", ["a.go", "a.rs", "a.ts", "a.tsx", "a.js"])
def test_servers_that_run_the_projects_programs_need_trust(
    path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAIRLEAD_DATA", str(tmp_path))
    for trusted, reason in ((False, "trusted workspaces only"), (True, "doctor --fix multilspy")):
        engine = MultilspyEngine(str(tmp_path), trusted=trusted)
        answer = engine.names(Kind.MEMBER, Source(path, "a."), 2).result(PATIENCE)
        assert reason in answer.reason
        engine.close()
