"""The simple sources: declarations from the engine, edits, outlines of open files."""

from __future__ import annotations

from pathlib import Path

import pytest

from fairlead_monitors.engine import Declaration, Kind, Source
from fairlead_server.analysis.jedi_engine import JediEngine
from fairlead_server.context.edits import Edits
from fairlead_server.context.imports import Imports
from fairlead_server.context.open_files import MOST_LINES, OpenFiles, outline
from fairlead_server.context.source import Edit, Place, Snippet
from fairlead_server.document import DocumentSnapshot
from tests.monitors.engines import SilentEngine, TableEngine

LIMIT = 60
OWN = DocumentSnapshot("/p/a/own.py", "x = 1\n", "python")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("import os\nx = 1\n", ""),
        ("def f(a):\n    return a\n", "def f(a):\n"),
        (
            "class A(B):\n    x = 1\n\n    async def run(self):\n        await x\n",
            "class A(B):\n    async def run(self):\n",
        ),
        (
            "def f(\n    a: int,\n    b: str,\n) -> None:\n    pass\n",
            "def f(a: int, b: str, ) -> None:\n",
        ),
        (
            "public class A {\n    private int x;\n    public int size() {\n    }\n}\n",
            "public class A {\n    public int size() {\n",
        ),
        ("export function f(x) {\n  return 1\n}\n", "export function f(x) {\n"),
        ("pub fn f(x: u8) -> u8 {\n", "pub fn f(x: u8) -> u8 {\n"),
        ("classes = 1\ndefault = 2\ntype_of = 3\n", ""),
    ],
)
def test_outline(text: str, expected: str) -> None:
    assert outline(text) == expected


def test_an_outline_has_an_end() -> None:
    text = "".join(f"def f{n}(): ...\n" for n in range(500))
    assert outline(text).count("\n") == MOST_LINES


def test_open_files_of_the_same_folder_and_language_come_first() -> None:
    def opened(path: str, language: str = "python") -> DocumentSnapshot:
        return DocumentSnapshot(path, "def f(): ...\n", language)

    others = (opened("/p/b/far.py"), opened("/p/a/near.py"), opened("/p/a/A.java", "java"))
    empty = DocumentSnapshot("/p/a/empty.py", "", "python")
    found = OpenFiles().snippets(Place(OWN, 0, (empty, *others))).result(0)
    assert [s.path for s in found] == ["/p/a/near.py", "/p/b/far.py"]
    assert found[0].score > found[1].score


def test_edits_come_as_they_were_made_and_deletions_leave_nothing() -> None:
    edits = (Edit("/p/b.py", "y = 2\n"), Edit("/p/b.py", " \n"), Edit("/p/a/own.py", "x = 1\n"))
    found = Edits().snippets(Place(OWN, 0, (), edits)).result(0)
    assert found == [
        Snippet("/p/b.py", "y = 2\n", 1.0, "edits"),
        Snippet("/p/a/own.py", "x = 1\n", 0.5, "edits"),
    ]


def test_declarations_come_from_the_engine_of_the_language() -> None:
    engine = TableEngine({})
    engine.declared = (
        Declaration("/p/b.py", "def f(): ..."),
        Declaration("/p/c.py", "def g(): ..."),
    )
    source = Imports({"python": engine})
    found = source.snippets(Place(OWN, 3)).result(0)
    assert [(s.path, s.text, s.source) for s in found] == [
        ("/p/b.py", "def f(): ...", "imports"),
        ("/p/c.py", "def g(): ...", "imports"),
    ]
    assert found[0].score > found[1].score
    assert [(asked.text, offset) for asked, offset in engine.asked] == [(OWN.text, 3)]
    assert source.snippets(Place(DocumentSnapshot("/p/A.java", "", "java"), 0)).result(0) == []


def test_a_question_that_is_withdrawn_is_withdrawn_from_the_engine() -> None:
    engine = SilentEngine({})
    answer = Imports({"python": engine}).snippets(Place(OWN, 0))
    assert not answer.done()
    assert answer.cancel()


def test_jedi_tells_declarations_from_its_own_process(tmp_path: Path) -> None:
    (tmp_path / "orders.py").write_text("def load(path) -> int: ...\n")
    text = "from orders import load\nload("
    engine = JediEngine(str(tmp_path))
    try:
        asked = engine.declarations(Source(str(tmp_path / "own.py"), text), len(text))
        assert asked.result(LIMIT) == (
            Declaration(str(tmp_path / "orders.py"), "def load(path) -> int: ..."),
        )
        # Questions of both kinds are answered by the one process.
        members = engine.names(Kind.MEMBER, Source(str(tmp_path / "own.py"), "''."), 3)
        assert "upper" in members.result(LIMIT).names
    finally:
        engine.close()
    assert engine.declarations(Source("/p/own.py", text), len(text)).result(LIMIT) == ()
