"""What a language server can do wrong when it is asked for a refactoring: nothing comes of it."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from fairlead_server.analysis import backoff
from fairlead_server.analysis.language_server.engine import LanguageServerEngine
from fairlead_server.analysis.language_server.recipe import recipe_of
from fairlead_server.document import DocumentSnapshot
from fairlead_server.editing.candidate import EditRequest, Outcome
from fairlead_server.editing.process import Cancelled
from fairlead_server.editing.refactor import operation_for, refactor
from fairlead_server.editing.refactoring.served import Unable
from fairlead_server.project_analysis import ProjectAnalysis
from tests.server.language_server.faulty import PATIENCE, eventually

SCRIPT = str(Path(__file__).parents[1] / "language_server" / "editing_server.py")
TEXT = "one two one\n"


@pytest.fixture(autouse=True)
def quick_restarts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backoff, "FIRST_DELAY", 0.01)


@contextmanager
def served(folder: Path, **other: Any) -> Iterator[ProjectAnalysis]:
    """Yield analysis by the server, which keeps what it gets in ``log``."""
    table = {
        "name": "served",
        "command": [sys.executable, SCRIPT, str(folder / "log")],
        "languages": {".x": "x"},
        "limit": 5.0,
        "start_limit": 20.0,
        "diagnostics": {"method": "pull"},
    }
    engine = LanguageServerEngine(recipe_of(table | other), str(folder))
    analysis = ProjectAnalysis({"x": engine}, {})
    try:
        yield analysis
    finally:
        analysis.close()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("project")


@pytest.fixture(scope="module")
def analysis(folder: Path) -> Iterator[ProjectAnalysis]:
    with served(folder) as found:
        yield found


def edited(
    analysis: ProjectAnalysis,
    folder: Path,
    instruction: str,
    text: str = TEXT,
    cancelled: Callable[[], bool] = lambda: False,
) -> Outcome:
    document = DocumentSnapshot(str(folder / "a.x"), text, "x")
    request = EditRequest(document, 0, 3, instruction, str(folder), patience=0.0)
    operation = operation_for(request)
    assert operation is not None
    return refactor(request, operation, analysis, cancelled, analysis)


def test_renamed(analysis: ProjectAnalysis, folder: Path) -> None:
    (found,) = edited(analysis, folder, "rename one to four").candidates
    assert (found.kind, found.by, found.title) == (
        "refactoring",
        "served",
        "Rename `one` to `four`",
    )
    assert [one.new for one in found.files] == ["four two four\n"]
    assert not found.checked


# (what the server does, what is said of that)
FAULTS = [
    ("nothing", "served: the server has no edit for it"),
    ("number", "served: the server has no edit for it"),
    ("none", "served: `one` would keep its name"),
    ("error", "served: a bug"),
    ("overlap", "served: the server's edits of a.x overlap"),
    ("beyond", "served: the server's edit of a.x does not fit its text: line 99 is not in"),
    ("outside", "used outside of the project, in /elsewhere/outside.x"),
    ("library", "change jar://library/a.x, which is no file of the project"),
    ("more", "more than the name would change in a.x"),
    ("moves", "the file a.x would have to be called a.xx, and files are not moved"),
    ("makes", "the file a.xy would have to be made"),
    ("unsure", "served: the server is not sure of it: a guess"),
    ("version", "served: the server's edit is one of another version of a.x"),
    ("two", "`two` already means something else in the file"),
    ("3", "'3' is not an identifier"),
    ("one", "it is called `one` already"),
]


@pytest.mark.parametrize(("new", "reason"), FAULTS)
def test_renames_that_are_refused(
    analysis: ProjectAnalysis, folder: Path, new: str, reason: str
) -> None:
    outcome = edited(analysis, folder, f"rename one to {new}")
    assert outcome.candidates == ()
    (told,) = outcome.reasons
    assert reason in told


def test_what_cannot_be_renamed(analysis: ProjectAnalysis, folder: Path) -> None:
    outcome = edited(analysis, folder, "rename one to four", TEXT + "fixed\n")
    assert outcome.reasons == ("served: the server renames nothing there",)


@pytest.mark.parametrize(
    ("new", "limit", "reason"),
    [
        ("late", 0.5, "served: no answer to textDocument/rename within 0.5 s"),
        ("dies", 5.0, "served: it ended with code 3"),
    ],
)
def test_late_and_dead_servers(tmp_path: Path, new: str, limit: float, reason: str) -> None:
    with served(tmp_path, limit=limit) as analysis:
        assert edited(analysis, tmp_path, f"rename one to {new}").reasons == (reason,)
        # The next one is another server's.
        again = eventually(lambda: edited(analysis, tmp_path, "rename one to four").candidates)
        assert [one.by for one in again] == ["served"]


def test_cancelled_while_the_server_works(tmp_path: Path) -> None:
    with served(tmp_path, limit=float(PATIENCE)) as analysis:
        log = tmp_path / "log"

        def cancelled() -> bool:
            return log.exists() and "textDocument/rename" in log.read_text()

        with pytest.raises(Cancelled):
            edited(analysis, tmp_path, "rename one to late", cancelled=cancelled)


EXTRACTED = "let x = one; x two one"

# (what the action is like, its text afterwards, or what is said of it)
ACTIONS = [
    ("edit", EXTRACTED, ""),
    ("resolved", EXTRACTED, ""),
    ("command", EXTRACTED, ""),
    ("bare", EXTRACTED, ""),
    ("null", "", "served: the server offers nothing of the sort here"),
    ("other", "", "served: the server offers nothing of the sort here"),
    ("disabled", "", "served: Extract variable: no expression"),
    ("unresolved", "", "served: the server has no edit for it"),
    ("editor", "", "served: the server leaves it to the editor (other)"),
    ("idle", "", "served: the server has no edit for it"),
    ("twice", "", "served: it takes several edits"),
]


@pytest.mark.parametrize(("how", "expected", "reason"), ACTIONS)
def test_actions(
    analysis: ProjectAnalysis, folder: Path, how: str, expected: str, reason: str
) -> None:
    outcome = edited(analysis, folder, "extract this to a variable", f"one two one do {how}\n")
    if reason:
        assert (outcome.candidates, outcome.reasons) == ((), (reason,))
    else:
        (found,) = outcome.candidates
        assert found.files[0].new == f"{expected} do {how}\n"
    assert not (folder / "a.x").exists()


def test_edits_that_nobody_has_asked_for(tmp_path: Path) -> None:
    with served(tmp_path) as analysis:
        (found,) = edited(analysis, tmp_path, "rename one to four", TEXT + "unasked\n").candidates
        assert found.files[0].new == "four two four\nunasked\n"

    def answers() -> list[Any]:
        lines = map(json.loads, (tmp_path / "log").read_text().splitlines())
        return [one["result"] for one in lines if one.get("id") == "unasked"]

    assert answers()[:1] == [{"applied": False, "failureReason": "nothing was asked for"}]


def test_other_files_that_have_the_name(tmp_path: Path) -> None:
    (tmp_path / "b.x").write_text("one\n")
    (tmp_path / "c.x").write_text("ones\n")
    with served(tmp_path, rewriting={"partial": True}) as analysis:
        (reason,) = edited(analysis, tmp_path, "rename one to four").reasons
        assert f"{tmp_path / 'b.x'} has the name as well, and served does not look there" in reason
    with served(tmp_path, rewriting={"opens": True}) as analysis:
        assert edited(analysis, tmp_path, "rename one to four").candidates
    lines = [json.loads(one) for one in (tmp_path / "log").read_text().splitlines()]
    opened, closed = (
        [one["params"]["textDocument"]["uri"] for one in lines if one.get("method") == method]
        for method in ("textDocument/didOpen", "textDocument/didClose")
    )
    other = (tmp_path / "b.x").as_uri()
    assert (opened.count(other), closed.count(other)) == (1, 1)
    assert not any(uri.endswith("c.x") for uri in opened)


def test_files_that_have_changed_a_moment_ago(tmp_path: Path) -> None:
    with served(tmp_path) as analysis:
        assert edited(analysis, tmp_path, "rename one to four").candidates
        (tmp_path / "b.x").write_text("one\n")
        assert edited(analysis, tmp_path, "rename one to four").candidates
    lines = [json.loads(one) for one in (tmp_path / "log").read_text().splitlines()]
    asked = [one.get("method") for one in lines]
    last = len(asked) - asked[::-1].index("textDocument/rename")
    assert "workspace/didChangeWatchedFiles" in asked[:last]


def test_open_files_that_are_not_saved(tmp_path: Path) -> None:
    (tmp_path / "b.x").write_text("two\n")
    (tmp_path / "c.x").write_text("one\n")
    document = DocumentSnapshot(str(tmp_path / "a.x"), TEXT, "x")
    texts = {"a.x": TEXT, "b.x": "two one\n", "c.x": "one\n\n", "d.x": "one\n"}
    unsaved = {str(tmp_path / name): text for name, text in texts.items()}
    request = EditRequest(
        document, 0, 3, "rename one to four", str(tmp_path), patience=0.0, open_texts=unsaved
    )
    operation = operation_for(request)
    assert operation is not None
    with served(tmp_path) as analysis:
        (found,) = refactor(request, operation, analysis, serving=analysis).candidates
    said = [one for one in found.remarks if "not saved" in one]
    assert said == [
        f"`one` in {name} is left alone where that is not saved" for name in ("b.x", "d.x")
    ]


def test_a_file_of_no_project_that_the_server_knows(tmp_path: Path) -> None:
    sources = {"command": "server.sources", "list": "data", "path": "path"}
    with served(tmp_path, sources=sources) as analysis:
        (found,) = edited(analysis, tmp_path, "rename one to four").candidates
    assert "served knows of no project for this file: others were not looked through" in (
        found.remarks
    )


def test_a_server_that_is_not_there(tmp_path: Path) -> None:
    with served(tmp_path, command=["no-such-server"], remedy="get it") as analysis:
        (reason,) = edited(analysis, tmp_path, "rename one to four").reasons
    assert reason == (
        "served: there is no program no-such-server; get it; fairlead doctor says what is missing"
    )


def test_what_nobody_can_do_is_left_to_the_model(analysis: ProjectAnalysis, folder: Path) -> None:
    with pytest.raises(Unable):
        edited(analysis, folder, "remove unused imports")
    with pytest.raises(Unable):
        edited(ProjectAnalysis({}, {}), folder, "rename one to four")
    document = DocumentSnapshot(str(folder / "a.x"), TEXT, "x")
    assert operation_for(EditRequest(document, 0, 3, "add type hints")) is None
    assert operation_for(EditRequest(document, 0, 3, "explain")) is None
