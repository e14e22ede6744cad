from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future

import pytest

from fairlead_monitors.engine import (
    Completeness,
    Diagnostics,
    Kind,
    Names,
    Parameter,
    Passing,
    Signature,
    Signatures,
    Source,
    Unknowing,
    answered,
)
from fairlead_server.analysis.jedi_engine import JediEngine
from fairlead_server.document import DocumentSnapshot
from fairlead_server.questions import Questions, header, within

PATIENCE = 60


class Silent(Unknowing):
    """Never answers, and remembers what it was asked."""

    name = "silent"

    def __init__(self) -> None:
        self.asked: list[Future[Names] | Future[Diagnostics] | Future[Signatures]] = []

    def names(self, kind: Kind, source: Source, offset: int) -> Future[Names]:
        self.asked.append(Future())
        return Future()

    def diagnostics(self, source: Source) -> Future[Diagnostics]:
        found: Future[Diagnostics] = Future()
        self.asked.append(found)
        return found


class Typed(Unknowing):
    """Knows the type of everything, and no signature."""

    def types(self, source: Source, offset: int) -> Future[Names]:
        assert source.text[:offset] == "xs.size"
        return answered(Names(frozenset({"b.B", "a.A"}), Completeness.COMPLETE, "typed"))


def document(text: str, language: str = "python") -> DocumentSnapshot:
    return DocumentSnapshot("/a.py", text, language)


def test_a_language_without_an_engine() -> None:
    questions = Questions({})
    assert questions.names(Kind.IMPORT, document("import "), 7, PATIENCE).names == frozenset()
    found = questions.diagnostics(document("x"), PATIENCE)
    assert (found.found, found.completeness) == ((), Completeness.UNKNOWN)
    assert questions.describe(document("x"), 1, PATIENCE) == ""


def test_an_answer_that_comes_too_late_is_unknown_and_withdrawn() -> None:
    silent = Silent()
    questions = Questions({"python": silent})
    found = questions.diagnostics(document("x"), 0.01)
    assert (found.completeness, found.engine) == (Completeness.UNKNOWN, "silent")
    assert "too late" in found.reason
    assert silent.asked[0].cancelled()
    assert questions.names(Kind.SCOPE, document("x"), 0, 0).completeness is Completeness.UNKNOWN


def test_a_question_that_is_withdrawn_is_unknown() -> None:
    withdrawn: Future[str] = Future()
    withdrawn.cancel()
    assert within(PATIENCE, withdrawn, "unknown") == "unknown"


def test_what_cannot_be_called_is_described_by_its_types() -> None:
    assert Questions({"python": Typed()}).describe(document("xs.size"), 7, PATIENCE) == "a.A | b.B"


POSITION, EITHER, VARIADIC = Passing.POSITION, Passing.EITHER, Passing.VARIADIC
NAME, KEYWORDS = Passing.NAME, Passing.KEYWORDS

# (how each parameter is passed and whether it is required, the header)
HEADERS: list[tuple[list[tuple[Passing, bool]], str]] = [
    ([], "f()"),
    ([(EITHER, True), (EITHER, False)], "f(a, b=...)"),
    ([(POSITION, True), (EITHER, True)], "f(a, /, b)"),
    ([(POSITION, True), (NAME, False)], "f(a, /, *, b=...)"),
    ([(EITHER, True), (NAME, True)], "f(a, *, b)"),
    ([(NAME, True)], "f(*, a)"),
    ([(EITHER, True), (VARIADIC, False), (NAME, False)], "f(a, *b, c=...)"),
    ([(POSITION, True), (VARIADIC, False), (EITHER, False)], "f(a, /, *b, c=...)"),
    ([(EITHER, True), (KEYWORDS, False)], "f(a, **b)"),
    # Of a language in which nothing is passed by name.
    ([(POSITION, True), (VARIADIC, False)], "f(a, *b)"),
]


@pytest.mark.parametrize(("parameters", "expected"), HEADERS)
def test_headers(parameters: list[tuple[Passing, bool]], expected: str) -> None:
    named = (
        Parameter(name, passing, required)
        for name, (passing, required) in zip("abc", parameters, strict=False)
    )
    assert header("f", Signature(tuple(named))) == expected


@pytest.fixture(scope="module")
def jedi() -> Iterator[Questions]:
    engine = JediEngine()
    yield Questions({"python": engine})
    engine.close()


# (text before the end of the name, text after it, how the name is declared)
DESCRIPTIONS = [
    ("[1].append", "", "append(object)"),
    ("[1].append", "(2)\n", "append(object)"),
    ("def f(a, *, b=1): ...\nf", "\n", "f(a, *, b=...)"),
    ("x = 1\nx", "", "builtins.int"),
    ("nothing_at_all", "", ""),
    ("def f(:\n  x.y", "", ""),
]


@pytest.mark.parametrize(("before", "after", "expected"), DESCRIPTIONS)
def test_jedi_describes(jedi: Questions, before: str, after: str, expected: str) -> None:
    assert jedi.describe(document(before + after), len(before), PATIENCE) == expected


def test_jedi_lists_imports(jedi: Questions) -> None:
    found = jedi.names(Kind.IMPORT, document("from pathlib import "), 20, PATIENCE)
    assert "Path" in found.names
