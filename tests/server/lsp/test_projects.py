"""What reaches the completers of projects, and what must not."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from fairlead_monitors.engine import Completeness, Diagnostic, Diagnostics, Names
from fairlead_server.context.source import Edit
from fairlead_server.document import DocumentSnapshot
from fairlead_server.errors import UserError
from fairlead_server.lsp.projects import ProjectCompleters
from fairlead_server.lsp.snapshot import project_in
from fairlead_server.settings import Settings
from fairlead_server.suggestion import CompletionRequest, CompletionResult, NameRanking
from tests.server.lsp.idle import IdleCompleter, written

SECRET = "the secret text"


class Recorder(IdleCompleter):
    """Remembers what it was asked."""

    def __init__(self, settings: Settings, project: str | None) -> None:
        if settings.interpreter == "missing":
            raise UserError("no such interpreter")
        self.settings = settings
        self.project = project
        self.requests: list[CompletionRequest] = []
        self.asked: list[tuple[DocumentSnapshot, int]] = []
        self.closed = False

    def complete(
        self,
        request: CompletionRequest,
        *,
        cancelled: Callable[[], bool] = lambda: False,
        growing: Callable[[str], None] = lambda text: None,
    ) -> CompletionResult:
        self.requests.append(request)
        return written("done")

    def rank(
        self,
        request: CompletionRequest,
        names: Sequence[str],
        k: int,
        *,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> NameRanking:
        self.requests.append(request)
        return NameRanking(tuple((name, 0.0) for name in names))

    def members(
        self,
        document: DocumentSnapshot,
        offset: int,
        patience: float,
        *,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> Names | None:
        self.asked.append((document, offset))
        return None

    def diagnostics(self, document: DocumentSnapshot, patience: float) -> Diagnostics:
        found = tuple(Diagnostic(i, i + 1, c) for i, c in enumerate(document.text) if c == "?")
        return Diagnostics(found, Completeness.COMPLETE, "recorder")

    def close(self) -> None:
        self.closed = True


class Bench:
    """Completers of the folders A and B, and all recorders that were made for them."""

    def __init__(self, folder: Path) -> None:
        self.folders = [str(folder / "A"), str(folder / "B")]
        self.settings: dict[str | None, Settings] = {}
        self.made: list[Recorder] = []
        self.completers = ProjectCompleters(
            self.build,
            lambda project: self.settings.get(project, Settings()),
            lambda path: project_in(self.folders, path),
            self.folders[0],
        )

    def build(self, settings: Settings, project: str | None) -> Recorder:
        self.made.append(Recorder(settings, project))
        return self.made[-1]

    def path(self, name: str) -> str:
        return str(Path(self.folders[0]).parent / name)

    def document(self, name: str, text: str = SECRET) -> DocumentSnapshot:
        return DocumentSnapshot(self.path(name), text, "python")

    def complete(self, name: str) -> CompletionResult:
        return self.completers.complete(CompletionRequest(self.document(name), 0))


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    (tmp_path / ".git").mkdir()
    (tmp_path / ".gitignore").write_text("ignored*\n!ignored_not.py\n")
    (tmp_path / ".fairleadignore").write_text("private/\n")
    for name in ("A", "B"):
        (tmp_path / name).mkdir()
    (tmp_path / "A" / "innocent.py").symlink_to(tmp_path / "A" / ".env")
    return Bench(tmp_path)


HIDDEN = [
    "A/.env",
    "A/.env.local",
    "B/id_rsa",
    "A/server.pem",
    "A/innocent.py",
    "A/ignored.py",
    "A/ignored/x.py",
    "B/private/x.py",
]
SHOWN = ["A/x.py", "A/ignored_not.py", "B/x.py", "elsewhere.py"]


@pytest.mark.parametrize("name", HIDDEN)
def test_nothing_is_offered_in_what_must_not_be_shown(bench: Bench, name: str) -> None:
    result = bench.complete(name)
    assert result.suggestions == ()
    assert Path(name).name in result.remarks[0]
    request = CompletionRequest(bench.document(name), 0)
    assert bench.completers.rank(request, ["a"], 1) == NameRanking()
    assert [request for made in bench.made for request in made.requests] == []


@pytest.mark.parametrize("name", SHOWN)
def test_the_rest_may_be_completed(bench: Bench, name: str) -> None:
    assert bench.complete(name).suggestions[0].text == "done"


@pytest.mark.parametrize("name", HIDDEN)
def test_another_tab_that_must_not_be_shown_stays_out(bench: Bench, name: str) -> None:
    others = (bench.document(name), bench.document("A/other.py", "shown"))
    edits = (Edit(bench.path(name), SECRET), Edit(bench.path("A/x.py"), "edited"))
    request = CompletionRequest(bench.document("A/x.py", "own"), 0, others=others, edits=edits)
    bench.completers.complete(request)
    bench.completers.rank(request, ["a"], 1)
    for asked in bench.made[0].requests:
        assert [other.text for other in asked.others] == ["shown"]
        assert [edit.text for edit in asked.edits] == ["edited"]
        assert SECRET not in repr(asked)
    assert len(bench.made[0].requests) == 2


def test_ignored_files_are_completed_for_who_wants_that_and_secrets_never(bench: Bench) -> None:
    bench.settings[bench.folders[0]] = Settings(ignored_files=True)
    assert bench.complete("A/ignored.py").suggestions
    assert not bench.complete("A/.env").suggestions
    assert not bench.complete("A/innocent.py").suggestions


def test_languages_can_be_switched_off(bench: Bench) -> None:
    bench.settings[bench.folders[0]] = Settings(disabled_languages=("python", "zig"))
    result = bench.complete("A/x.py")
    assert result.suggestions == ()
    assert "python is switched off" in result.remarks[0]
    assert bench.complete("B/x.py").suggestions


def test_each_project_has_a_completer_that_is_made_when_it_is_needed(bench: Bench) -> None:
    assert [made.project for made in bench.made] == bench.folders[:1]
    for name in ("A/x.py", "B/x.py", "B/y.py", "elsewhere.py"):
        bench.complete(name)
    assert [made.project for made in bench.made] == bench.folders
    assert [len(made.requests) for made in bench.made] == [2, 2]
    bench.completers.close()
    assert all(made.closed for made in bench.made)


def test_a_project_whose_settings_change_gets_another_completer(bench: Bench) -> None:
    bench.complete("B/x.py")
    bench.settings[bench.folders[1]] = Settings(patience=9)
    bench.complete("B/x.py")
    assert len(bench.made) == 2
    bench.settings[bench.folders[1]] = Settings(interpreter="python9")
    bench.complete("B/x.py")
    assert [made.closed for made in bench.made] == [False, True, False]
    assert bench.made[2].settings == Settings(interpreter="python9")


def test_a_project_that_is_closed_ends_with_its_completer(bench: Bench) -> None:
    bench.complete("B/x.py")
    bench.completers.keep(bench.folders)
    assert [made.closed for made in bench.made] == [False, False]
    bench.completers.keep([])
    assert [made.closed for made in bench.made] == [False, True]


def test_a_project_that_cannot_be_served_leaves_the_others(bench: Bench) -> None:
    bench.settings[bench.folders[1]] = Settings(interpreter="missing")
    with pytest.raises(UserError, match="no such interpreter"):
        bench.complete("B/x.py")
    assert bench.complete("A/x.py").suggestions


def test_all_projects_have_the_model_of_the_first(bench: Bench) -> None:
    bench.settings[bench.folders[1]] = Settings(model="other", threads=3, layout="psm")
    bench.complete("B/x.py")
    bench.complete("B/x.py")
    assert [made.settings for made in bench.made] == [Settings(), Settings(layout="psm")]


CELL = DocumentSnapshot("/p/a.ipynb", "%pwd\nx.y?", "python", 1, "x = 1?\n\n")


def test_a_cell_is_completed_as_a_part_of_its_notebook(bench: Bench) -> None:
    others = (replace(CELL, text="another cell"), bench.document("A/x.py", "other"))
    edits = (Edit(CELL.path, "edited"),)
    bench.completers.complete(CompletionRequest(CELL, 7, others=others, edits=edits))
    [request] = bench.made[0].requests
    assert request.document.text[: request.offset] == "x = 1?\n\n    \nx."
    assert request.document.before is None
    assert [other.text for other in request.others] == ["other"]
    assert request.edits == (Edit(request.document.path, "edited"),)
    bench.completers.members(CELL, 7, 1.0)
    assert bench.made[0].asked == [(request.document, request.offset)]


def test_what_is_wrong_with_a_cell_is_told_in_its_own_places(bench: Bench) -> None:
    found = bench.completers.diagnostics(replace(CELL, text="y = '?'"), 1.0).found
    assert [(one.start, one.end) for one in found] == [(5, 6)]
