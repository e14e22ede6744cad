"""The engine for which names count that could be imported: what it asks, and what it answers."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from fairlead_monitors.engine import Completeness, Kind, Names, Source, Unknowing, answered
from fairlead_server.analysis import importable
from fairlead_server.analysis.importable import ImportableEngine, either
from fairlead_server.importing import FileImports, ImportLine, ProjectIndex, build_index

LIMIT = 60.0
USES = (
    ImportLine("shop", "Order"),
    ImportLine("shop.codes", "datetime"),
    ImportLine("numpy", "", "np"),
)
INDEX = build_index([FileImports(USES)], "python")
PATH = "/p/a.py"


class Recorder(Unknowing):
    """Keeps what it was asked, with a mark at the place, and answers when the test does."""

    def __init__(self, answer: Names | None = None) -> None:
        self.asked: list[str] = []
        self.pending: list[Future[Names]] = []
        self._answer = answer

    def names(self, kind: Kind, source: Source, offset: int) -> Future[Names]:
        self.asked.append(source.text[:offset] + "|" + source.text[offset:])
        if self._answer is not None:
            return answered(self._answer)
        self.pending.append(Future())
        return self.pending[-1]

    def types(self, source: Source, offset: int) -> Future[Names]:
        return self.names(Kind.MEMBER, source, offset)


def importing(engine: Recorder, index: ProjectIndex = INDEX) -> ImportableEngine:
    made = ImportableEngine(engine, "python", lambda source: index)
    made.prepare(Source(PATH, ""), LIMIT)
    return made


def listed(*names: str, sure: Completeness = Completeness.COMPLETE, reason: str = "") -> Names:
    return Names(frozenset(names), sure, "recorder", reason)


# Text before and after the place -> texts that are asked about
MEMBERS = [
    ("x = np.|\n", ["import numpy as np\nx = np.|\n"]),
    ("import os\nx = np.|\n", ["import os\n\nimport numpy as np\nx = np.|\n"]),
    ('"""Doc."""\nx = Order().|\n', ['"""Doc."""\n\nfrom shop import Order\nx = Order().|\n']),
    ("x = 1\nf(np=np.|\n", ["import numpy as np\n\nx = 1\nf(np=np.|\n"]),
    # Nothing is lacking, or nobody knows of it.
    ("import numpy as np\nx = np.|\n", ["import numpy as np\nx = np.|\n"]),
    ("def f(np):\n    np.|\n", ["def f(np):\n    np.|\n"]),
    ("x = spam.|\n", ["x = spam.|\n"]),
    ("from a import *\nx = np.|\n", ["from a import *\nx = np.|\n"]),
    # A module may have something of its own name.
    ("x = random.|", ["import random\nx = random.|"]),
    (
        "x = time.|",
        ["import time\nx = time.|", "from time import time\nx = time.|"],
    ),
]


@pytest.mark.parametrize(("text", "expected"), MEMBERS)
def test_members_are_looked_up_with_the_imports_in_place(text: str, expected: list[str]) -> None:
    recorder = Recorder(listed("x"))
    before, after = text.split("|")
    engine = importing(recorder)
    found = engine.names(Kind.MEMBER, Source(PATH, before + after), len(before)).result(LIMIT)
    assert found.names == {"x"}
    assert recorder.asked[: len(expected)] == expected[: len(recorder.asked)]
    engine.types(Source(PATH, before + after), len(before))
    assert recorder.asked[-1] == expected[0]


def test_names_in_scope_come_with_those_to_be_imported() -> None:
    found = importing(Recorder(listed("x"))).names(Kind.SCOPE, Source(PATH, "y"), 0).result(LIMIT)
    assert found.names == {"x"}
    assert found.completeness is Completeness.COMPLETE
    assert {"Order", "np", "Path"} <= found.importable
    assert "np" in found.modules
    assert "Order" not in found.modules


def test_the_same_names_are_the_same_object() -> None:
    engine = importing(Recorder(listed("x")))
    one, other = (engine.names(Kind.SCOPE, Source(PATH, t), 0).result(LIMIT) for t in ("y", "z"))
    assert one.importable is other.importable


def test_nothing_may_be_imported_before_the_project_is_read() -> None:
    go = threading.Event()

    def read(source: Source) -> ProjectIndex:
        assert go.wait(LIMIT)
        return INDEX

    engine = ImportableEngine(Recorder(listed("x")), "python", read)
    try:
        assert _importable(engine) == frozenset()
        engine.prepare(Source(PATH, "y"), LIMIT, lambda: True)
        assert _importable(engine) == frozenset()
    finally:
        go.set()
    engine.prepare(Source(PATH, "y"), LIMIT)
    assert "Order" in _importable(engine)


def _importable(engine: ImportableEngine) -> frozenset[str]:
    return engine.names(Kind.SCOPE, Source(PATH, "y"), 0).result(LIMIT).importable


@pytest.mark.parametrize("kind", [Kind.SCOPE, Kind.MEMBER, Kind.IMPORT])
def test_who_gives_up_withdraws_the_question(kind: Kind) -> None:
    recorder = Recorder()
    answer = importing(recorder).names(kind, Source(PATH, "time."), 5)
    answer.cancel()
    assert recorder.pending
    assert all(question.cancelled() for question in recorder.pending)


@pytest.mark.parametrize("kind", [Kind.SCOPE, Kind.MEMBER, Kind.IMPORT])
def test_a_failure_is_passed_on(kind: Kind) -> None:
    recorder = Recorder()
    answer = importing(recorder).names(kind, Source(PATH, "time."), 5)
    for question in recorder.pending:
        question.set_exception(OSError("gone"))
    assert answer.done()
    assert isinstance(answer.exception(), OSError)


class AtOnce:
    """Runs what a thread would run when it is started."""

    def __init__(self, target: Callable[..., None], args: tuple[Any, ...], daemon: bool) -> None:
        self.start = lambda: target(*args)


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    made = SimpleNamespace(Thread=AtOnce, Condition=threading.Condition)
    monkeypatch.setattr(importable, "threading", made)


@pytest.mark.usefixtures("at_once")
def test_a_project_that_did_not_change_stays_the_same_object(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(importable, "AGE", -1)
    files = [FileImports(USES)]
    engine = ImportableEngine(Recorder(), "python", lambda source: build_index(files, "python"))
    first = engine.project(Source(PATH, ""))
    assert first.likely.names
    assert engine.project(Source(PATH, "")) is first
    files.append(FileImports((ImportLine("more"),)))
    assert "more" in engine.project(Source(PATH, "")).likely.names


@pytest.mark.usefixtures("at_once")
def test_a_project_that_cannot_be_read_again_stays_known(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(importable, "AGE", -1)
    found: list[ProjectIndex] = [INDEX]
    engine = ImportableEngine(Recorder(), "python", lambda source: found.pop())
    first = engine.project(Source(PATH, ""))
    assert first.likely.names
    assert engine.project(Source(PATH, "")) is first
    assert "cannot be read" in caplog.text
    # One that never was is known to be nothing, so that nobody waits for it.
    assert not engine.project(Source("/p/b.py", "")).is_read


@pytest.mark.usefixtures("at_once")
def test_documents_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importable, "DOCUMENTS", 2)
    read: list[str] = []

    def index(source: Source) -> ProjectIndex:
        read.append(source.path)
        return INDEX

    engine = ImportableEngine(Recorder(), "python", index)
    for path in "abacb":
        assert engine.project(Source(path, "")).is_read
    assert "".join(read) == "abcb"


@pytest.mark.parametrize(
    ("answers", "names", "sure"),
    [
        ((listed("a"), listed("b")), {"a", "b"}, Completeness.COMPLETE),
        ((listed("a"), listed("b", sure=Completeness.PARTIAL)), {"a", "b"}, Completeness.PARTIAL),
        ((listed("a"), Names.unknown("recorder", "why")), {"a"}, Completeness.PARTIAL),
        ((Names.unknown("recorder", "why"),) * 2, set(), Completeness.UNKNOWN),
    ],
)
def test_either(answers: tuple[Names, Names], names: Iterable[str], sure: Completeness) -> None:
    for one, other in (answers, answers[::-1]):
        found = either(one, other)
        assert (found.names, found.completeness) == (names, sure)
        assert bool(found.reason) == (sure is not Completeness.COMPLETE)


DEPENDED_ON = build_index([FileImports(USES)], "python", ["tests"])


@pytest.mark.parametrize(
    ("before", "doubted"),
    [
        ("import ", "shop numpy tests"),
        ("x = 1\nimport os, ", "shop numpy tests"),
        ("import os as o,\\\n  ", "shop numpy tests"),
        ("if x: from ", "shop numpy tests"),
        # Not the first name of a module.
        ("import os.", ""),
        ("from os import ", ""),
        ("from .", ""),
    ],
)
def test_what_a_project_depends_on_need_not_be_installed(before: str, doubted: str) -> None:
    engine = importing(Recorder(listed("os")), DEPENDED_ON)
    found = engine.names(Kind.IMPORT, Source(PATH, before), len(before)).result()
    assert found.names == {"os"}
    assert found.doubted == set(doubted.split())
    assert bool(found.reason) is bool(doubted)


def test_nothing_is_absent_before_the_project_is_read() -> None:
    go_on = threading.Event()

    def read(source: Source) -> ProjectIndex:
        go_on.wait(LIMIT)
        return DEPENDED_ON

    engine = ImportableEngine(Recorder(listed("os")), "python", read)
    try:
        found = engine.names(Kind.IMPORT, Source(PATH, "import "), len("import ")).result()
        assert (found.completeness, bool(found.reason)) == (Completeness.PARTIAL, True)
    finally:
        go_on.set()


@pytest.mark.parametrize("kind", [Kind.CLASS, Kind.TYPE])
def test_types_that_an_import_would_bind_are_listed_if_one_is_found(kind: Kind) -> None:
    found = listed("Crane", "Berth", "List", "Unheard")
    found = replace(found, names=frozenset({"Crane"}), importable=found.names - {"Crane"})
    index = build_index([FileImports((ImportLine("a", "Berth"),))], "java")
    engine = ImportableEngine(Recorder(found), "java", lambda source: index)
    source = Source("/p/A.java", "class A { ")
    engine.prepare(source, LIMIT)
    answer = engine.names(kind, source, len(source.text)).result(LIMIT)
    # The project imports one, and another is Java's own.
    assert answer.names == {"Crane", "Berth", "List"}
    assert answer.importable == {"Unheard"}


def test_types_are_not_doubted_as_long_as_the_project_is_not_read() -> None:
    found = replace(listed("Crane"), importable=frozenset({"Berth"}))
    hold = threading.Event()

    def read(source: Source) -> ProjectIndex:
        hold.wait(LIMIT)
        return INDEX

    engine = ImportableEngine(Recorder(found), "java", read)
    try:
        answer = engine.names(Kind.TYPE, Source("/p/A.java", ""), 0).result(LIMIT)
        assert answer.names == {"Crane", "Berth"}
    finally:
        hold.set()


@pytest.mark.parametrize(
    ("imported", "expected"),
    [
        (ImportLine("lombok", "Data"), Completeness.PARTIAL),
        (ImportLine("lombok.experimental", "Accessors"), Completeness.PARTIAL),
        (ImportLine("lomboks", "Data"), Completeness.COMPLETE),
    ],
)
def test_where_annotations_add_members_no_list_of_them_is_complete(
    imported: ImportLine, expected: Completeness
) -> None:
    index = build_index([FileImports((imported,))], "java")
    engine = ImportableEngine(Recorder(listed("name")), "java", lambda source: index)
    source = Source("/p/A.java", "class A { Object f(Berth b) { b.")
    engine.prepare(source, LIMIT)
    answer = engine.names(Kind.MEMBER, source, len(source.text)).result(LIMIT)
    assert answer.completeness is expected
    assert answer.names == {"name"}
