"""Several workspace folders: each is a project of its own."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from lsprotocol import types
from pygls.workspace import Workspace

from fairlead_server.lsp.snapshot import folders_of, project_in
from fairlead_server.lsp.workspace import OpenDocuments
from tests.server.lsp.editor import ECHO, Editor

# (folders, path, project)
PROJECTS: list[tuple[list[str], str | None, str | None]] = [
    ([], "/a/x.py", None),
    (["/a"], None, "/a"),
    (["/a", "/b"], None, "/a"),
    (["/a", "/b"], "/b/x.py", "/b"),
    (["/a", "/a/b"], "/a/b/x.py", "/a/b"),
    (["/a/b", "/a"], "/a/x.py", "/a"),
    (["/a/b", "/a"], "/a/b/c/x.py", "/a/b"),
    (["/a", "/b"], "/bc/x.py", "/a"),
    (["/a", "/b"], "/elsewhere/x.py", "/a"),
]


@pytest.mark.parametrize(("folders", "path", "expected"), PROJECTS)
def test_a_document_belongs_to_the_innermost_folder(
    folders: list[str], path: str | None, expected: str | None
) -> None:
    assert project_in(folders, path) == expected


def test_folders_outrank_the_root() -> None:
    folder = types.WorkspaceFolder("file:///p/a%20b", "1")
    assert folders_of(OpenDocuments(Workspace("file:///r"))) == ("/r",)
    both = OpenDocuments(Workspace("file:///r", workspace_folders=[folder]))
    assert folders_of(both) == ("/p/a b",)
    assert folders_of(OpenDocuments(Workspace("untitled:x"))) == ()


def _echo(editor: Editor, path: Path) -> dict[str, Any]:
    echo: dict[str, Any] = json.loads(str(editor.inline(path.as_uri(), 0, 1)[0].insert_text))
    return echo


def _project(editor: Editor, path: Path) -> str | None:
    found: str | None = _echo(editor, path)["project"]
    return found


def _is_in(editor: Editor, path: Path, project: Path) -> bool:
    return _project(editor, path) == str(project)


@pytest.fixture
def folders(tmp_path: Path) -> list[Path]:
    names = ("first", "second", "first/inner")
    for name in names:
        (tmp_path / name).mkdir()
    return [tmp_path / name for name in names]


def test_a_document_is_analysed_in_its_own_folder(folders: list[Path], tmp_path: Path) -> None:
    first, second, inner = folders
    with Editor(ECHO, root=first, folders=[first, second]) as editor:
        for path in (first / "a.py", second / "a.py", inner / "a.py", tmp_path / "a.py"):
            editor.open(path.as_uri(), "x.")
        assert _is_in(editor, first / "a.py", first)
        assert _is_in(editor, second / "a.py", second)
        assert _is_in(editor, inner / "a.py", first)
        assert _is_in(editor, tmp_path / "a.py", first)

        editor.change_folders(added=[inner])
        editor.wait_for(partial(_is_in, editor, inner / "a.py", inner))
        assert not [text for text in editor.logs if text.startswith("closed")]

        # What serves a folder ends with it; its documents go to another one.
        editor.change_folders(removed=[second])
        editor.wait_for(lambda: [text for text in editor.logs if "closed" in text] != [])
        assert _is_in(editor, second / "a.py", first)
        assert len([text for text in editor.logs if "closed" in text]) == 1


def test_the_first_folder_may_go(folders: list[Path]) -> None:
    first, second, _ = folders
    with Editor(ECHO, root=first, folders=[first, second]) as editor:
        editor.open((second / "a.py").as_uri(), "x")
        editor.open((first / "a.py").as_uri(), "x")
        editor.change_folders(removed=[first])
        editor.wait_for(partial(_is_in, editor, first / "a.py", second))
        editor.change_folders(added=[first])
        editor.wait_for(partial(_is_in, editor, first / "a.py", first))


def test_a_folder_that_gets_another_name_stays(folders: list[Path]) -> None:
    first, second, _ = folders
    with Editor(ECHO, root=first, folders=[first, second]) as editor:
        editor.open((second / "a.py").as_uri(), "x")
        editor.change_folders(added=[second], removed=[second])
        assert _is_in(editor, second / "a.py", second)


def test_each_folder_may_be_trusted_and_set_up_by_itself(folders: list[Path]) -> None:
    first, second, _ = folders
    for folder in (first, second):
        (folder / ".fairlead.toml").write_text(f"interpreter = 'bin/{folder.name}'\n")
    options = {"trusted_folders": [str(second)]}
    with Editor(ECHO, root=first, folders=[first, second], options=options) as editor:
        for folder in (first, second):
            editor.open((folder / "a.py").as_uri(), "x")
        assert _echo(editor, first / "a.py")["interpreter"] is None
        assert _echo(editor, second / "a.py")["interpreter"] == str(second / "bin" / "second")
        (second / ".fairlead.toml").write_text("interpreter = 'python9'\n")
        editor.save((second / "a.py").as_uri())
        assert _echo(editor, second / "a.py")["interpreter"] == "python9"
        assert [text for text in editor.logs if "is ignored" in text] == [
            f"{first / '.fairlead.toml'} is ignored: the workspace is not trusted"
        ]
