"""javac as a judge: what it finds wrong, and what it is asked with."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from fairlead_monitors.engine import Completeness, Diagnostics, Kind, Source
from fairlead_server.analysis.javac_engine import JavacEngine, source_folders
from fairlead_server.errors import UserError
from fairlead_server.evaluation.completion.absence import kind_of
from fairlead_server.evaluation.judging import judge_engine
from fairlead_server.settings import Settings

PATIENCE = 120
FILES = {
    "src/harbour/Tug.java": "package harbour;\n\n"
    "public class Tug { int power; int pull() { return 1; } }\n",
    "src/harbour/Broken.java": "package harbour;\n\nclass Broken { int x = unheard; }\n",
    "other/quay/Crane.java": "/* A */ package quay;\n\npublic class Crane { public int lift; }\n",
    "notes/Alone.java": "class Alone {}\n",
    "odd/Odd.java": "package not.here;\n\nclass Odd {}\n",
    ".hidden/Gone.java": "class Gone {}\n",
}
BOAT = "package harbour;\n\nimport quay.Crane;\n\nclass Boat {{\n    {}\n}}\n"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("project")
    for name, text in FILES.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root


@pytest.fixture(scope="module")
def javac(project: Path) -> Iterator[JavacEngine]:
    engine = JavacEngine(str(project))
    yield engine
    engine.close()


def judged(engine: JavacEngine, text: str, path: str = "src/harbour/Boat.java") -> Diagnostics:
    found = engine.diagnostics(Source(path, text)).result(PATIENCE)
    assert found.completeness is Completeness.COMPLETE, found.reason
    return found


# The text of each error, and what it says of a name.
WRONG = [
    ("Tug tug; int x = tug.power + tug.pull();", []),
    ("int x = new Crane().lift;", []),
    ("int x = new Broken().x;", []),
    ("Tug tug; int x = tug.pover;", [("pover", "member")]),
    ("Tug tug; int x = tug .\n  push();", [("push", "member")]),
    ("int x = power;", [("power", "name")]),
    ("int x = pull(1);", [("pull", "name")]),
    ("Tig x;", [("Tig", "name")]),
    ("Object x = new Tig();", [("Tig", "name")]),
    ("int x = tig.power;", [("tig", "name")]),
    ('String é = "🚢é" + power;', [("power", "name")]),
    ('String s = "🚢";\r\n\tint x = power;', [("power", "name")]),
    ("java.util.function.Supplier<Integer> x = new Tug()::push;", [("new Tug()::push", "member")]),
    ("int x = new Tug(1).power;", [("new Tug(1)", "other")]),
    ("int x = new Tug().pull(1);", [("pull", "other")]),
    ('int x = "one"; int y = power;', [('"one"', "other"), ("power", "name")]),
    ("int x = (power;", [("", "other"), ("power", "name")]),
]


@pytest.mark.needs("jdk")
@pytest.mark.parametrize(("body", "expected"), WRONG)
def test_what_is_wrong(body: str, expected: list[tuple[str, str]], javac: JavacEngine) -> None:
    text = BOAT.format(body)
    found = judged(javac, text).found
    assert [(text[d.start : d.end], kind_of(d, text)) for d in found] == expected
    assert {d.severity for d in found} <= {1}


@pytest.mark.needs("jdk")
def test_an_import_names_no_member(javac: JavacEngine) -> None:
    text = BOAT.format("").replace("Crane", "Crate").replace("class", "import no.Thing;\n\nclass")
    found = judged(javac, text).found
    assert [kind_of(d, text) for d in found] == ["name", "name"]


@pytest.mark.needs("jdk")
def test_the_document_is_not_read_from_disk(javac: JavacEngine) -> None:
    path = "src/harbour/Tug.java"
    assert judged(javac, FILES[path].replace("power", "weight"), path).found == ()
    (wrong,) = judged(javac, FILES[path].replace("return 1", "return one"), path).found
    assert wrong.code.startswith("compiler.err.cant.resolve")


def test_where_packages_begin(project: Path) -> None:
    folders = {str(Path(folder).relative_to(project)) for folder in source_folders(str(project))}
    assert folders == {"src", "other", "notes", "odd"}


def test_what_is_no_file_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "a" / "A.java")  # Whoever opens it waits for a writer.
    (tmp_path / "a" / "B.java").write_text("package a;\n\nclass B {}\n")
    assert source_folders(str(tmp_path)) == [str(tmp_path)]


def test_without_a_jdk_nothing_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    engine = JavacEngine(str(tmp_path))
    with pytest.raises(UserError, match="install a JDK"):
        judge_engine("javac", str(tmp_path), Settings())
    found = engine.diagnostics(Source("A.java", "class A {}")).result(PATIENCE)
    assert found.completeness is Completeness.UNKNOWN and "install a JDK" in found.reason
    assert engine.names(Kind.SCOPE, Source("A.java", ""), 0).result(0).names == frozenset()
    engine.close()
