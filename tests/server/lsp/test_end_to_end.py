"""The server as it ships: the embedded model and jedi, over real standard input and output."""

from __future__ import annotations

import re
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from lsprotocol import types
from pygls.exceptions import JsonRpcRequestCancelled

from tests.server.lsp.editor import FAIRLEAD, Editor, inline_params, items_of, labels, span
from tests.server.lsp.processes import SEES_PROCESSES, alive, children
from tests.server.lsp.scripted import LIMIT

pytestmark = pytest.mark.needs("llama")

# Nothing here is about speed: on a busy machine analysis may take its time.
OPTIONS = {"patience": LIMIT, "completion": "items"}
INLINE = types.TEXT_DOCUMENT_INLINE_COMPLETION

SHAPES = """\
class Circle:
    def __init__(self, radius):
        self.radius = radius

    def circumference(self):
        return 6.28 * self.radius
"""
CIRCLE = {"radius", "circumference"}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("project")
    (folder / "shapes.py").write_text(SHAPES)
    return folder


@pytest.fixture(scope="module")
def editor(project: Path) -> Iterator[Editor]:
    with Editor(FAIRLEAD, root=project, options=OPTIONS) as editor:
        yield editor


def _end(text: str) -> tuple[int, int]:
    """Return the position of the end of a text that holds nothing but ASCII."""
    return text.count("\n"), len(text) - text.rfind("\n") - 1


def _open(editor: Editor, project: Path, name: str, text: str) -> tuple[str, set[str]]:
    """Open a document; return its URI and the members at its end."""
    uri = (project / name).as_uri()
    editor.open(uri, text)
    return uri, set(labels(editor.members(uri, *_end(text))))


def _first_names(items: list[types.InlineCompletionItem], typed: str = "") -> set[str]:
    return {re.split(r"\W", typed + str(item.insert_text))[0] for item in items}


# (name, text, names that must be listed, whether the list is complete)
MEMBERS: list[tuple[str, str, set[str], bool]] = [
    ("list", "xs = [3, 1]\nxs.", {"append", "sort", "__len__"}, True),
    ("typed", "xs = [3, 1]\nxs.ap", {"append", "sort"}, True),
    ("crlf", "xs = [3, 1]\r\nif xs:\r\n\txs.", {"append", "sort"}, True),
    ("imported", "import shapes\nc = shapes.Circle(2)\nc.", CIRCLE, True),
    ("form-feed", "xs = [3, 1]\n\f\nxs.", {"append", "sort"}, True),
]


@pytest.mark.parametrize(("name", "text", "expected", "complete"), MEMBERS)
def test_members(
    editor: Editor, project: Path, name: str, text: str, expected: set[str], complete: bool
) -> None:
    uri = (project / f"members_{name}.py").as_uri()
    editor.open(uri, text)
    found = editor.members(uri, *_end(text))
    assert found is not None
    assert expected <= set(labels(found))
    kind = "complete" if complete else "partial"
    details = {str(item.detail).partition(";")[0] for item in found.items}
    assert {detail.partition(" (")[0] for detail in details} == {f"ty+jedi: {kind} list"}
    assert not labels(found)[0].startswith("_")


NO_MEMBERS = [
    ("# a comment on xs.", "python"),
    ("'a text on xs.", "python"),
    ("x = 1", "python"),
    ("", "python"),
    ("Some words.", "plaintext"),
]


@pytest.mark.parametrize(("text", "language"), NO_MEMBERS)
def test_no_members(editor: Editor, project: Path, text: str, language: str) -> None:
    uri = (project / "no_members.py").as_uri()
    editor.open(uri, text, language)
    assert editor.members(uri, 0, len(text)) is None
    editor.close(uri)


# (name, text before the cursor, part of the name that is typed)
INLINES = [
    ("list", "xs = [3, 1]\nxs.", ""),
    ("typed", "xs = [3, 1]\nxs.ap", "ap"),
    ("crlf", "xs = [3, 1]\r\nif xs:\r\n    xs.", ""),
    ("imported", "import shapes\nc = shapes.Circle(2)\nc.", ""),
]


@pytest.mark.parametrize("invoked", [True, False])
@pytest.mark.parametrize(("name", "text", "typed"), INLINES)
def test_an_inline_completion_names_a_member(
    editor: Editor, project: Path, name: str, text: str, typed: str, invoked: bool
) -> None:
    uri, listed = _open(editor, project, f"inline_{name}_{invoked}.py", text)
    line, column = _end(text)
    items = editor.inline(uri, line, column, invoked=invoked)
    assert items
    assert _first_names(items, typed) <= listed
    assert all(item.range == span(line, column, column) for item in items)


def test_the_selected_item_is_continued(editor: Editor, project: Path) -> None:
    uri, _ = _open(editor, project, "selected.py", "xs = [3, 1]\nxs.ap")
    selected = types.SelectedCompletionInfo(span(1, 3, 5), "append")
    for item in editor.inline(uri, 1, 5, selected=selected):
        assert str(item.insert_text).startswith("append")
        assert item.range == span(1, 3, 5)


def test_two_documents_are_told_apart(editor: Editor, project: Path) -> None:
    first, _ = _open(editor, project, "first.py", "value = [3, 1]\nvalue.")
    second, _ = _open(editor, project, "second.py", "value = 'text'\nvalue.")
    for _ in range(2):
        assert "append" in labels(editor.members(first, 1, 6))
        assert "upper" in labels(editor.members(second, 1, 6))
        assert _first_names(editor.inline(first, 1, 6)) <= set(dir(list))
        assert _first_names(editor.inline(second, 1, 6)) <= set(dir(str))


def test_requests_that_fit_no_document_are_answered(editor: Editor, project: Path) -> None:
    uri, _ = _open(editor, project, "small.py", "x = 1")
    assert editor.inline("file:///nowhere/x.py", 0, 0) == []
    assert editor.members("file:///nowhere/x.py", 0, 0) is None
    assert editor.inline(uri, 99, 0) == []
    assert editor.members(uri, 99, 0) is None
    assert {str(item.range) for item in editor.inline(uri, 0, 99)} <= {str(span(0, 5, 5))}


def test_a_document_can_be_closed_during_a_request(editor: Editor, project: Path) -> None:
    uri, _ = _open(editor, project, "closed.py", "xs = [3, 1]\nxs.")
    answer = editor.begin(INLINE, inline_params(uri, 1, 3))
    editor.close(uri)
    assert items_of(answer.result(LIMIT)) == []
    test_two_documents_are_told_apart(editor, project)


@pytest.mark.parametrize(("encoding", "units"), [("utf-8", 4), ("utf-16", 2)])
def test_edits_behind_an_emoji(project: Path, encoding: str, units: int) -> None:
    with Editor(FAIRLEAD, root=project, options=OPTIONS, encodings=[encoding]) as editor:
        text = "xs = [3, 1]\nys = 'y'\ns = '😀'; ys."
        uri, _ = _open(editor, project, "emoji.py", text)
        before = len("s = '") + units + len("'; ")
        assert "upper" in labels(editor.members(uri, 2, before + 3))
        editor.change(uri, 2, (span(2, before, before + 2), "xs"))
        assert "append" in labels(editor.members(uri, 2, before + 3))
        items = editor.inline(uri, 2, before + 3)
        assert _first_names(items) <= set(dir(list))
        assert all(item.range == span(2, before + 3, before + 3) for item in items)


def test_cancelled_requests_and_a_shutdown_that_leaves_no_process_behind(project: Path) -> None:
    with Editor((*FAIRLEAD, "--process", "inside"), root=project, options=OPTIONS) as editor:
        uri = (project / "cancelled.py").as_uri()
        editor.open(uri, "xs = [3, 1]\nxs.")
        # The model is still being loaded.
        answer = editor.begin(INLINE, inline_params(uri, 1, 3), request="first")
        editor.cancel("first")
        with pytest.raises(JsonRpcRequestCancelled):
            answer.result(LIMIT)
        assert "append" in labels(editor.members(uri, 1, 3))
        # And now it is not.
        answer = editor.begin(INLINE, inline_params(uri, 1, 3), request="second")
        editor.cancel("second")
        with pytest.raises(JsonRpcRequestCancelled):
            answer.result(LIMIT)
        assert _first_names(editor.inline(uri, 1, 3)) <= set(dir(list))
        started = children(editor.pid)
        assert started or not SEES_PROCESSES
        editor.shut_down()
        editor.leave()
        assert editor.finish() == 0
        editor.wait_for(lambda: not any(map(alive, started)))


def test_no_process_outlives_a_server_that_is_killed(project: Path) -> None:
    editor = Editor((*FAIRLEAD, "--process", "inside"), root=project, options=OPTIONS)
    editor.initialize()
    _open(editor, project, "killed.py", "xs = [3, 1]\nxs.")
    started = children(editor.pid)
    assert started or not SEES_PROCESSES
    editor.kill()
    assert editor.finish() == -signal.SIGKILL
    editor.wait_for(lambda: not any(map(alive, started)))
