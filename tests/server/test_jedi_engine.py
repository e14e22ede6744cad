"""jedi in a real child process: other environments, the cache on disk, deaths and limits."""

from __future__ import annotations

import os
import signal
import time
import venv
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from fairlead_monitors.engine import (
    Completeness,
    Kind,
    Names,
    Parameter,
    Signature,
    Source,
)
from fairlead_server.analysis.jedi_engine import JediEngine
from fairlead_server.errors import UserError

LIMIT = 60
ORDER = "class Order:\n    total = 1\n\n\n"


@pytest.fixture(autouse=True)
def no_active_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VIRTUAL_ENV", raising=False)


@contextmanager
def running(
    project: Path | None = None, interpreter: Path | None = None, *, trusted: bool = False
) -> Iterator[JediEngine]:
    engine = JediEngine(
        str(project) if project else None,
        str(interpreter) if interpreter else None,
        trusted=trusted,
    )
    try:
        yield engine
    finally:
        engine.close()


def ask(engine: JediEngine, folder: Path, text: str) -> Names:
    """Ask at the end of `text`."""
    return engine.names(Kind.MEMBER, Source(str(folder / "asked.py"), text), len(text)).result(
        LIMIT
    )


def eventually(condition: Callable[[], object]) -> None:
    end = time.monotonic() + LIMIT
    while not condition():
        assert time.monotonic() < end, "it never came to pass"
        time.sleep(0.02)


def make_environment(folder: Path) -> Path:
    """Make a virtual environment in which there is one module, `only_there`."""
    venv.create(folder, symlinks=os.name == "posix")
    packages = next(folder.glob("lib*/**/site-packages"), folder / "Lib" / "site-packages")
    (packages / "only_there.py").write_text("answer = 42\n")
    places = [folder / "bin" / "python", folder / "Scripts" / "python.exe"]
    return next(place for place in places if place.exists())


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_environment(tmp_path_factory.mktemp("environment"))


def test_every_question_is_answered(tmp_path: Path) -> None:
    text = "import os\nclass Order:\n    def pay(self, sum): ...\norder = Order()\norder.pay(order"
    source = Source(str(tmp_path / "asked.py"), text)
    with running() as engine:
        asked = {
            kind: engine.names(kind, Source(source.path, before), len(before))
            for kind, before in (
                (Kind.SCOPE, text[: -len("order")]),
                (Kind.IMPORT, "from os import "),
                (Kind.CASE, "case."),
                (Kind.CLASS, "new "),
            )
        }
        types = engine.types(source, len(text)).result(LIMIT)
        signatures = engine.signatures(source, len(text) - len("order")).result(LIMIT)
        diagnostics = engine.diagnostics(Source(source.path, "import os\nos.spam\n")).result(LIMIT)
        names = {kind: answer.result(LIMIT) for kind, answer in asked.items()}
    assert {kind: answer.completeness for kind, answer in names.items()} == {
        Kind.SCOPE: Completeness.COMPLETE,
        Kind.IMPORT: Completeness.COMPLETE,
        Kind.CASE: Completeness.UNKNOWN,
        Kind.CLASS: Completeness.UNKNOWN,
    }
    assert {"order", "Order", "print"} <= names[Kind.SCOPE].names
    assert "path" in names[Kind.IMPORT].names
    assert types.names == {"asked.Order"}
    assert signatures.overloads == (Signature((Parameter("sum"),)),)
    assert [(d.start, d.end, d.severity) for d in diagnostics.found] == [(13, 17, 1)]


def test_members_come_with_their_completeness(tmp_path: Path) -> None:
    with running() as engine:
        found = ask(engine, tmp_path, ORDER + "Order().")
        assert (found.completeness, found.engine) == (Completeness.COMPLETE, engine.name)
        assert "total" in found.names and "price" not in found.names
        found = ask(
            engine, tmp_path, "import absent_package\nclass A(absent_package.B): x = 1\nA()."
        )
        assert (found.completeness, found.reason) == (
            Completeness.PARTIAL,
            "unresolved base class of A",
        )


def test_text_of_any_kind_survives_the_way(tmp_path: Path) -> None:
    with running() as engine:
        for text in ("é = '😀\u2028\x00'\r\n\té.", "x = '\ud800'\nx.", "", "\n" * 20_000 + "''."):
            assert ask(engine, tmp_path, text).engine == "jedi"
        assert ask(engine, tmp_path, "😀 = 1\n'😀'.").completeness is Completeness.COMPLETE


def test_a_process_killed_in_the_middle_of_a_question_is_replaced(tmp_path: Path) -> None:
    with running() as engine:
        assert ask(engine, tmp_path, "''.").names
        text = "".join(f"def f{n}(): return {n}\n" for n in range(50_000)) + "''."
        asked = engine.names(Kind.MEMBER, Source(str(tmp_path / "long.py"), text), len(text))
        killed = engine.pid
        assert killed is not None
        os.kill(killed, signal.SIGKILL)
        assert asked.result(LIMIT).completeness is Completeness.UNKNOWN
        assert ask(engine, tmp_path, "''.").completeness is Completeness.COMPLETE
        assert engine.pid not in (None, killed)


def test_what_takes_longer_than_the_limit_is_unknown(tmp_path: Path) -> None:
    engine = JediEngine(limit=0.01)
    found = ask(engine, tmp_path, "''.")
    assert (found.completeness, bool(found.reason)) == (Completeness.UNKNOWN, True)
    engine.close()


def test_closing_answers_every_question(tmp_path: Path) -> None:
    engine = JediEngine()
    source = Source(str(tmp_path / "asked.py"), "''.")
    asked = [engine.names(Kind.MEMBER, source, 3) for _ in range(5)]
    engine.close()
    assert all(a.result(LIMIT).engine == "jedi" for a in asked)
    assert engine.names(Kind.MEMBER, source, 3).result(LIMIT).completeness is Completeness.UNKNOWN
    assert engine.pid is None


def test_the_stated_interpreter_tells_which_packages_there_are(
    tmp_path: Path, environment: Path
) -> None:
    text = "import only_there\nonly_there."
    for interpreter in (environment, environment.parents[1]):
        with running(interpreter=interpreter) as engine:
            assert "answer" in ask(engine, tmp_path, text).names
            assert ask(engine, tmp_path, "''.").completeness is Completeness.COMPLETE
            assert not ask(engine, tmp_path, "import pygls\npygls.").names
    with running() as engine:
        assert ask(engine, tmp_path, text).completeness is Completeness.UNKNOWN


def test_the_environment_of_a_project_is_used_if_it_is_trusted(tmp_path: Path) -> None:
    make_environment(tmp_path / ".venv")
    text = "import only_there\nonly_there."
    with running(tmp_path, trusted=True) as engine:
        assert "answer" in ask(engine, tmp_path, text).names
    with running(tmp_path) as engine:
        assert ask(engine, tmp_path, text).completeness is Completeness.UNKNOWN


def test_an_interpreter_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no Python interpreter there"):
        JediEngine(interpreter=str(tmp_path / "python"))


def test_an_interpreter_that_does_not_run_is_told_in_the_reason(tmp_path: Path) -> None:
    broken = tmp_path / "bin" / "python"
    broken.parent.mkdir()
    broken.write_text("not a program")
    with running(interpreter=tmp_path) as engine:
        for _ in range(2):
            found = ask(engine, tmp_path, "''.")
            assert found.completeness is Completeness.UNKNOWN
            assert found.reason.endswith("is not a Python that jedi can run")


def test_modules_of_the_project_are_found_and_those_of_the_current_folder_do_no_harm(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "shop.py").write_text(ORDER)
    (tmp_path / "json.py").write_text("raise SystemExit('this is not the one')")
    monkeypatch.chdir(tmp_path)
    with running(tmp_path) as engine:
        assert "total" in ask(engine, tmp_path / "src", "import shop\nshop.Order.").names


def test_a_text_read_ahead_is_not_shown_to_other_modules(tmp_path: Path) -> None:
    (tmp_path / "shop.py").write_text(ORDER)
    with running() as engine:
        engine.warm(Source(str(tmp_path / "shop.py"), "class Order:\n    pass"))
        assert "total" in ask(engine, tmp_path, "import shop\nshop.Order.").names


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the caches of a user go, whatever the system."""
    for variable in ("XDG_CACHE_HOME", "LOCALAPPDATA", "HOME"):
        monkeypatch.setenv(variable, str(tmp_path / "cache"))
    return tmp_path / "cache"


def test_a_torn_cache_is_thrown_away(tmp_path: Path, cache: Path) -> None:
    for _ in range(2):
        with running() as engine:
            assert ask(engine, tmp_path, "''.").completeness is Completeness.COMPLETE
        torn = list(cache.rglob("*.pkl"))
        assert torn
        for file in torn:
            file.write_bytes(file.read_bytes()[:100])


def test_a_cache_that_cannot_be_written_is_done_without(tmp_path: Path, cache: Path) -> None:
    cache.write_text("a file where a folder should be")
    with running() as engine:
        assert ask(engine, tmp_path, "''.").completeness is Completeness.COMPLETE
