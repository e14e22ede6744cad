"""What analysis answered is kept: a second run asks again only what was not known."""

from __future__ import annotations

import contextlib
import sqlite3
import stat
import threading
from concurrent.futures import Future
from pathlib import Path

import pytest

from fairlead_monitors.engine import (
    Completeness,
    Declaration,
    Diagnostic,
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
from fairlead_server.repair import memo as memos
from fairlead_server.repair.fingerprint import fingerprint
from fairlead_server.repair.memo import Memo, MemoEngine

SOURCE = Source("/p/a.py", "x.")
NAMES = Names(
    frozenset({"a", "b"}), Completeness.COMPLETE, "ty+jedi", "", frozenset({"c"}), frozenset({"d"})
)
SIGNATURES = Signatures(
    (Signature((Parameter("a", Passing.NAME, required=False),)),), Completeness.PARTIAL, "jedi", "r"
)
DIAGNOSTICS = Diagnostics((Diagnostic(0, 1, "wrong", 2, "code"),), Completeness.COMPLETE, "ty")
DECLARATIONS = (Declaration("/p/b.py", "def b()"),)


class Engine(Unknowing):
    name = "counting"

    def __init__(self) -> None:
        self.asked = 0
        self.closed = False

    def names(self, kind: Kind, source: Source, offset: int) -> Future[Names]:
        self.asked += 1
        return super().names(kind, source, offset) if kind is Kind.CASE else answered(NAMES)

    def signatures(self, source: Source, offset: int) -> Future[Signatures]:
        self.asked += 1
        return answered(SIGNATURES)

    def diagnostics(self, source: Source) -> Future[Diagnostics]:
        self.asked += 1
        return answered(DIAGNOSTICS)

    def declarations(self, source: Source, offset: int) -> Future[tuple[Declaration, ...]]:
        self.asked += 1
        return answered(DECLARATIONS)

    def close(self) -> None:
        self.closed = True


def engine_for(behind: Engine, memo: Memo, project: Path) -> MemoEngine:
    return MemoEngine(behind, memo, str(project), fingerprint(str(project), None))


def ask_all(engine: MemoEngine) -> list[object]:
    return [
        engine.names(Kind.MEMBER, SOURCE, 2).result(),
        engine.signatures(SOURCE, 2).result(),
        engine.diagnostics(SOURCE).result(),
        engine.declarations(SOURCE, 2).result(),
    ]


def test_answers_are_the_same_when_they_come_from_disk(tmp_path: Path) -> None:
    path = tmp_path / "memo.sqlite"
    expected: list[object] = [NAMES, SIGNATURES, DIAGNOSTICS, DECLARATIONS]
    for asked in (4, 0):
        behind = Engine()
        memo = Memo(path)
        engine = MemoEngine(behind, memo, None, "now")
        assert ask_all(engine) == expected
        assert (behind.asked, engine.asked, engine.known) == (asked, asked, 4 - asked)
        memo.close()


def test_another_question_is_another_question(tmp_path: Path) -> None:
    behind, memo = Engine(), Memo(tmp_path / "memo.sqlite")
    engine = MemoEngine(behind, memo, None, "now")
    for kind, source, offset in (
        (Kind.MEMBER, SOURCE, 2),
        (Kind.SCOPE, SOURCE, 2),
        (Kind.MEMBER, SOURCE, 1),
        (Kind.MEMBER, Source("/p/b.py", "x."), 2),
        (Kind.MEMBER, Source("/p/a.py", "x.\ny"), 2),
    ):
        engine.names(kind, source, offset).result()
    assert behind.asked == 5
    memo.close()


def test_what_is_not_known_is_asked_again(tmp_path: Path) -> None:
    behind, memo = Engine(), Memo(tmp_path / "memo.sqlite")
    engine = MemoEngine(behind, memo, None, "now")
    for _ in range(2):
        engine.names(Kind.CASE, SOURCE, 2).result()
    assert behind.asked == 2
    memo.close()


def test_a_changed_project_is_another_project(tmp_path: Path) -> None:
    project, memo = tmp_path / "p", Memo(tmp_path / "memo.sqlite")
    project.mkdir()
    (project / "other.py").write_text("x = 1")
    behind = Engine()
    source = Source(str(project / "a.py"), "x.")
    for text in ("x = 1", "x = 1", "x = 2"):
        (project / "other.py").write_text(text)
        engine_for(behind, memo, project).names(Kind.MEMBER, source, 2).result()
    assert behind.asked == 2
    memo.close()


def test_another_checkout_of_the_same_project_is_the_same(tmp_path: Path) -> None:
    behind, memo = Engine(), Memo(tmp_path / "memo.sqlite")
    for name in ("one", "two"):
        project = tmp_path / name
        project.mkdir()
        (project / "other.py").write_text("x = 1")
        source = Source(str(project / "a.py"), "x.")
        engine_for(behind, memo, project).names(Kind.MEMBER, source, 2).result()
    assert behind.asked == 1
    memo.close()


def test_a_broken_file_is_made_anew(tmp_path: Path) -> None:
    path = tmp_path / "memo.sqlite"
    path.write_bytes(b"this is no database" * 100)
    for suffix in ("-wal", "-shm"):
        (tmp_path / f"memo.sqlite{suffix}").write_bytes(b"of the old one")
    behind, memo = Engine(), Memo(path)
    engine = MemoEngine(behind, memo, None, "now")
    for _ in range(2):
        assert engine.names(Kind.MEMBER, SOURCE, 2).result() == NAMES
    assert behind.asked == 1
    engine.close()
    memo.close()
    assert behind.closed


def test_where_nothing_can_be_kept_everything_is_asked(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    behind, memo = Engine(), Memo(tmp_path / "file" / "memo.sqlite")
    engine = MemoEngine(behind, memo, None, "now")
    for _ in range(2):
        assert engine.names(Kind.MEMBER, SOURCE, 2).result() == NAMES
    assert behind.asked == 2
    memo.close()


def test_an_answer_that_cannot_be_read_is_asked_again(tmp_path: Path) -> None:
    behind, memo = Engine(), Memo(tmp_path / "memo.sqlite")
    engine = MemoEngine(behind, memo, None, "now")
    key = engine._key("member", SOURCE, 2)
    memo.put(key, {})
    kept = ('{"engine": "x", "answer": {"names": 7}}', '{"engine": "x", "answer": []}', "7", "{")
    for asked, answer in enumerate(kept, 1):
        with contextlib.closing(sqlite3.connect(tmp_path / "memo.sqlite")) as base, base:
            base.execute("UPDATE answers SET answer = ? WHERE key = ?", (answer, key))
        assert engine.names(Kind.MEMBER, SOURCE, 2).result() == NAMES
        assert (engine.asked, engine.known) == (asked, 0)
    memo.close()


def test_what_is_old_or_too_much_is_forgotten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, day = tmp_path / "memo.sqlite", 24 * 3600
    clock = iter(range(0, 40 * day, day))
    memo = Memo(path, clock=lambda: next(clock))
    for number in range(1, 40):
        memo.put(bytes([number]), number)
    memo.close()
    for most, kept in ((100, range(10, 40)), (20, range(20, 40))):
        monkeypatch.setattr(memos, "LARGEST", most)
        memo = Memo(path, clock=lambda: 40.0 * day)
        found = [number for number in range(40) if memo.get(bytes([number])) is not None]
        assert found == list(kept)
        memo.close()


def test_the_file_has_a_largest_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "memo.sqlite"
    clock = iter(range(100))
    memo = Memo(path, clock=lambda: next(clock))
    for number in range(40):
        memo.put(bytes([number]), "x" * 10_000)
    memo.close()
    for largest, fewest, most in ((1 << 20, 40, 40), (200_000, 8, 20), (1, 0, 0)):
        monkeypatch.setattr(memos, "LARGEST_FILE", largest)
        memo = Memo(path, clock=lambda: 100.0)
        found = [number for number in range(40) if memo.get(bytes([number])) is not None]
        assert found == list(range(40 - len(found), 40)) and fewest <= len(found) <= most
        memo.close()


@pytest.mark.parametrize("statement", [memos.TOO_OLD, memos.TOO_MANY])
def test_what_is_kept_is_not_read_to_forget_some_of_it(tmp_path: Path, statement: str) -> None:
    path = tmp_path / "memo.sqlite"
    Memo(path).close()
    with contextlib.closing(sqlite3.connect(path)) as base:
        plan = [row[-1] for row in base.execute(f"EXPLAIN QUERY PLAN {statement}", (1,))]
    scans = [step for step in plan if step.startswith(("SCAN", "SEARCH"))]
    assert scans and all("answers_made" in step or "rowid=?" in step for step in scans), plan


def test_without_a_file_answers_are_kept_for_a_while() -> None:
    for _ in range(2):
        behind, memo = Engine(), Memo(None)
        engine = MemoEngine(behind, memo, None, "now")
        for _ in range(2):
            assert engine.names(Kind.MEMBER, SOURCE, 2).result() == NAMES
        assert behind.asked == 1
        memo.close()


def test_only_the_user_can_read_it(tmp_path: Path) -> None:
    path = tmp_path / "memo.sqlite"
    Memo(path).close()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_several_threads_may_ask(tmp_path: Path) -> None:
    behind, memo = Engine(), Memo(tmp_path / "memo.sqlite")
    engine = MemoEngine(behind, memo, None, "now")
    wrong: list[object] = []

    def ask() -> None:
        for offset in range(40):
            found = engine.names(Kind.MEMBER, SOURCE, offset).result()
            wrong.extend([found] if found != NAMES else [])

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong and engine.asked + engine.known == 160
    memo.close()
