"""ty and jedi together: which of their answers count, and what happens when one is missing."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path

import pytest

from fairlead_monitors.engine import TYPE_UNKNOWN, Completeness, Kind, Names, Source
from fairlead_server.analysis.language_server.listing import NOTHING_OF_ITS_OWN
from fairlead_server.analysis.python_engine import PythonEngine, both, combine

COMPLETE, PARTIAL, UNKNOWN = Completeness.COMPLETE, Completeness.PARTIAL, Completeness.UNKNOWN
PATIENCE = 60

# What ty says, what jedi says, and what is said together.
ANSWERS = [
    ((COMPLETE, "ac"), (COMPLETE, "bc"), (COMPLETE, "c", "ty+jedi")),
    ((UNKNOWN, ""), (COMPLETE, "b"), (PARTIAL, "b", "jedi")),
    ((COMPLETE, "a"), (UNKNOWN, ""), (PARTIAL, "a", "ty")),
    ((PARTIAL, "a"), (COMPLETE, "b"), (PARTIAL, "ab", "ty+jedi")),
    ((COMPLETE, "a"), (PARTIAL, "b"), (PARTIAL, "ab", "ty+jedi")),
    ((UNKNOWN, ""), (UNKNOWN, ""), (UNKNOWN, "", "ty+jedi")),
]


@pytest.mark.parametrize(("ty", "jedi", "together"), ANSWERS)
def test_combinations(
    ty: tuple[Completeness, str],
    jedi: tuple[Completeness, str],
    together: tuple[Completeness, str, str],
) -> None:
    left = Names(frozenset(ty[1]), ty[0], "ty", "doubt")
    right = Names(frozenset(jedi[1]), jedi[0], "jedi", "fear")
    answer = combine(left, right)
    assert (answer.completeness, answer.engine) == (together[0], together[2])
    assert answer.names == frozenset(together[1])
    is_sure = answer.completeness is COMPLETE
    assert answer.doubted == ((left.names ^ right.names) if is_sure else frozenset())
    assert ("ty: doubt" in answer.reason) == (ty[0] is not COMPLETE)
    assert ("jedi: fear" in answer.reason) == (jedi[0] is not COMPLETE)


def test_special_names_that_only_ty_lists_are_absent() -> None:
    quick = Names(frozenset({"a", "__slots__", "__init__"}), COMPLETE, "ty")
    slow = Names(frozenset({"a", "__ge__", "__init__"}), COMPLETE, "jedi")
    together = combine(quick, slow)
    assert together.names == {"a", "__init__"}
    assert together.doubted == {"__ge__"}


@pytest.mark.parametrize(
    ("listed", "reason", "verdict"),
    [
        ("a b __class__", TYPE_UNKNOWN, COMPLETE),
        ("a b", "type known to be None at most", PARTIAL),
        # It may be any module, or anything at all.
        ("a __spec__ __loader__", TYPE_UNKNOWN, PARTIAL),
        ("__name__ __class__", TYPE_UNKNOWN, PARTIAL),
    ],
)
def test_ty_counts_alone_where_jedi_can_say_nothing(
    listed: str, reason: str, verdict: Completeness
) -> None:
    quick = Names(frozenset(listed.split()), COMPLETE, "ty")
    together = combine(quick, Names.unknown("jedi", reason))
    assert (together.completeness, together.engine) == (verdict, "ty")
    assert ("__class__" in together.names) == (verdict is COMPLETE)
    begun = combine(quick, Names.unknown("jedi", reason), begins=True)
    assert (begun.completeness, begun.may_create) == (verdict, verdict is COMPLETE)
    doubtful = combine(replace(quick, completeness=PARTIAL), Names.unknown("jedi", reason))
    assert doubtful.completeness is PARTIAL


def test_jedi_counts_alone_where_ty_can_say_nothing() -> None:
    slow = Names(frozenset("ab"), COMPLETE, "jedi")
    assert combine(Names.unknown("ty", NOTHING_OF_ITS_OWN), slow) == slow
    assert combine(Names.unknown("ty", "it died"), slow).completeness is PARTIAL
    vague = replace(slow, completeness=PARTIAL, reason="doubt")
    together = combine(Names.unknown("ty", NOTHING_OF_ITS_OWN), vague)
    assert (together.completeness, "doubt" in together.reason) == (PARTIAL, True)


def test_what_may_be_an_assignment_creates_names() -> None:
    quick = Names(frozenset("ab"), COMPLETE, "ty")
    slow = Names(frozenset("a"), COMPLETE, "jedi", "an assignment", may_create=True)
    together = combine(quick, slow)
    assert together.names == {"a"}
    assert together.doubted == {"b"}
    assert (together.may_create, together.reason) == (True, "an assignment")
    vague = combine(Names(frozenset("a"), PARTIAL, "ty", "doubt"), slow)
    assert (vague.completeness, vague.may_create) == (PARTIAL, False)


def test_both_answers_are_awaited() -> None:
    left, right = Future[str](), Future[str]()
    joined = both(left, right, lambda a, b: a + b)
    right.set_result("b")
    assert not joined.done()
    left.set_result("a")
    assert joined.result(0) == "ab"


def test_a_quick_answer_can_decide() -> None:
    quick, slow = Future[str](), Future[str]()
    joined = both(quick, slow, lambda a, b: a + b, lambda a: a == "a")
    quick.set_result("a")
    assert joined.result(0) == "a"
    assert slow.cancelled()


def test_a_quick_answer_that_is_last_can_decide() -> None:
    quick, slow = Future[str](), Future[str]()
    joined = both(quick, slow, lambda a, b: a + b, lambda a: a == "a")
    slow.set_result("b")
    quick.set_result("a")
    assert joined.result(0) == "a"


def test_a_withdrawn_question_is_put_to_neither() -> None:
    left, right = Future[str](), Future[str]()
    both(left, right, lambda a, b: a + b).cancel()
    assert left.cancelled() and right.cancelled()


@pytest.mark.parametrize("quick_fails", [True, False])
@pytest.mark.parametrize("quick_is_first", [True, False])
def test_a_failure_settles_the_question(quick_fails: bool, quick_is_first: bool) -> None:
    quick, slow = Future[str](), Future[str]()
    joined = both(quick, slow, lambda a, b: a + b, lambda a: False)
    for future in (quick, slow) if quick_is_first else (slow, quick):
        if (future is quick) == quick_fails:
            future.set_exception(OSError("gone"))
        else:
            future.set_result("a")
    assert joined.done()
    assert isinstance(joined.exception(), OSError)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PythonEngine]:
    running = PythonEngine(str(tmp_path_factory.mktemp("project")))
    yield running
    running.close()


def test_members(engine: PythonEngine) -> None:
    text = "import os\nos.path."
    answer = engine.names(Kind.MEMBER, Source("a.py", text), len(text)).result(PATIENCE)
    assert (answer.completeness, answer.engine) == (COMPLETE, "ty+jedi")
    assert "join" in answer.names and "joni" not in answer.names


def test_diagnostics(engine: PythonEngine) -> None:
    (found,) = engine.diagnostics(Source("a.py", "import os\nos.joni\n")).result(PATIENCE).found
    assert (found.start, found.end) == (10, 17)


def test_without_ty_there_is_jedi(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("shutil.which", lambda name: None)
    engine = PythonEngine(str(tmp_path))
    text = "import os\nos.path."
    answer = engine.names(Kind.MEMBER, Source("a.py", text), len(text)).result(PATIENCE)
    diagnostics = engine.diagnostics(Source("a.py", "import os\nos.joni\n")).result(PATIENCE)
    engine.close()
    assert (answer.completeness, answer.engine) == (COMPLETE, "jedi")
    assert (diagnostics.engine, len(diagnostics.found)) == ("jedi", 1)
    (line,) = [record.getMessage() for record in caplog.records]
    assert "there is no program ty; pip install ty" in line
