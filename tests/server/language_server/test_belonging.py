"""Files that no project is known of: what is listed is not all that there is."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from fairlead_monitors.engine import Completeness, Diagnostics, Kind, Names, Signatures
from fairlead_server.analysis.language_server.belonging import ALONE
from fairlead_server.analysis.language_server.engine import LanguageServerEngine
from tests.server.language_server import real
from tests.server.language_server.faulty import (
    MEMBERS,
    PATIENCE,
    engine,
    eventually,
    messages,
    source,
)

COMPLETE, PARTIAL = Completeness.COMPLETE, Completeness.PARTIAL
SOURCES = {"command": "list.folders", "list": "data", "path": "path"}
NAMES = {"member": {"complete": True, "alone": True}, "scope": {"complete": True}}


def answers(asked: LanguageServerEngine, path: str) -> list[Names | Signatures | Diagnostics]:
    at = source(path=path)
    return [
        asked.names(Kind.MEMBER, at, 2).result(PATIENCE),
        asked.names(Kind.SCOPE, at, 2).result(PATIENCE),
        asked.signatures(at, 2).result(PATIENCE),
        asked.diagnostics(at).result(PATIENCE),
    ]


# What the server says of its sources, where the file is, and whether its lists can be relied on.
FOLDERS = [
    ("", "a.x", COMPLETE),
    ("", "inner/new.x", COMPLETE),
    ("", "../a.x", PARTIAL),
    ("no sources", "a.x", PARTIAL),
    ("odd sources", "a.x", PARTIAL),
    ("odd folders", "a.x", PARTIAL),
    ("knows no commands", "a.x", PARTIAL),
]


@pytest.mark.parametrize(("fault", "path", "expected"), FOLDERS)
def test_folders(fault: str, path: str, expected: Completeness, tmp_path: Path) -> None:
    log = tmp_path / "log"
    with engine(fault, log, sources=SOURCES, names=NAMES, limit=20.0) as asked:
        members, *others = answers(asked, str(tmp_path / path))
    assert members.completeness is COMPLETE
    assert [answer.completeness for answer in others] == [expected] * 3
    assert {answer.reason for answer in others} == ({ALONE} if expected is PARTIAL else {""})


def test_relative_paths_begin_at_the_root(tmp_path: Path) -> None:
    with engine("", tmp_path / "log", tmp_path, sources=SOURCES, names=NAMES, limit=20.0) as asked:
        answer = asked.names(Kind.SCOPE, source(), 2).result(PATIENCE)
    assert answer.completeness is COMPLETE


@pytest.mark.parametrize("fault", ["hangs at commands", "crashes at commands"])
def test_no_answer_costs_no_names(fault: str, tmp_path: Path) -> None:
    with engine(fault, tmp_path / "log", sources=SOURCES, names=NAMES, limit=4.0) as asked:
        answer = asked.names(Kind.SCOPE, source(), 2).result(PATIENCE)
    assert (answer.completeness, answer.names) == (PARTIAL, MEMBERS)


def test_a_server_that_still_reads_the_project_is_not_replaced(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with engine("owes a command", log, sources=SOURCES, names=NAMES, limit=1.5) as asked:
        begun = time.monotonic()
        answer = asked.names(Kind.SCOPE, source(), 2).result(PATIENCE)
        assert (answer.completeness, answer.names) == (PARTIAL, MEMBERS)
        eventually(lambda: time.monotonic() > begun + 3)
        assert asked.names(Kind.MEMBER, source("y.\n"), 2).result(PATIENCE).names == MEMBERS
    assert len(messages(log, "initialize")) == 1


def test_where_a_file_belongs_is_asked_once(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with engine("", log, tmp_path, sources=SOURCES, names=NAMES, limit=20.0) as asked:
        for text in ("x.\n", "y.\n"):
            answer = asked.names(Kind.SCOPE, source(text), 2).result(PATIENCE)
            assert answer.completeness is COMPLETE
    assert len(messages(log, "workspace/executeCommand")) == 1


MAVEN = {
    "pom.xml": "<project><modelVersion>4.0.0</modelVersion></project>\n",
    "src/main/java/harbour/Mast.java": "package harbour;\n\npublic class Mast {}\n",
    "src/main/java/harbour/sail/Jib.java": "package harbour.sail;\n\npublic class Jib {}\n",
}
BOAT = "package harbour;\n\nimport harbour.sail.▮Jib;\n\nclass Boat { String name; }\n"


@pytest.fixture(scope="module")
def maven(tmp_path_factory: pytest.TempPathFactory) -> Path:
    project = tmp_path_factory.mktemp("maven")
    for name, text in {**MAVEN, "src/main/java/harbour/Boat.java": BOAT.replace("▮", "")}.items():
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).write_text(text)
    return project


@pytest.fixture(scope="module")
def jdtls(maven: Path) -> Iterator[LanguageServerEngine]:
    with real.engine("jdtls", maven) as running:
        yield running


# JDT LS may not run the build here, and then it looks at each file alone.
@pytest.mark.needs("jdtls")
@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (Kind.IMPORT, BOAT.replace("Jib;", ";")),
        (Kind.SCOPE, BOAT.replace("▮", "").replace("name;", "name; int n() { return ▮; }")),
    ],
)
def test_a_build_that_is_not_trusted(
    kind: Kind, text: str, maven: Path, jdtls: LanguageServerEngine
) -> None:
    at, offset = real.place(maven / "src/main/java/harbour/Boat.java", text)
    answer = jdtls.names(kind, at, offset).result(real.PATIENCE)
    assert answer.completeness is not COMPLETE


@pytest.mark.needs("jdtls")
def test_members_need_no_project(maven: Path, jdtls: LanguageServerEngine) -> None:
    text = BOAT.replace("▮", "").replace("name;", "name; int n() { return name.▮; }")
    at, offset = real.place(maven / "src/main/java/harbour/Boat.java", text)
    answer = jdtls.names(Kind.MEMBER, at, offset).result(real.PATIENCE)
    assert answer.completeness is COMPLETE
    assert "length" in answer.names
