"""Suggestions while the user types: what is shown goes on, what is not wanted stops."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest
from lsprotocol import types
from pygls.exceptions import JsonRpcRequestCancelled

from tests.server.lsp.editor import Editor, inline_params, items_of, span
from tests.server.lsp.scripted import LIMIT

STREAMING = (sys.executable, "-m", "tests.server.lsp.streaming_server")
INLINE = types.TEXT_DOCUMENT_INLINE_COMPLETION
TEXT = "# writes: foo(bar)\nx = \n"
CURSOR = 4


class Typist:
    """Types into line 1 of a document, on whose end the server is made to wait."""

    def __init__(self, editor: Editor, folder: Path) -> None:
        self.editor = editor
        editor.open((folder / "a.py").as_uri(), TEXT)
        self.uri = (folder / "a.py").as_uri()
        self._hold = folder / "hold"
        self._version = 1
        self.column = CURSOR

    def hold(self) -> None:
        self._hold.touch()

    def release(self) -> None:
        self._hold.unlink()

    def end(self) -> None:
        """Leave nothing behind for whoever types next."""
        self.editor.close(self.uri)
        self._hold.unlink(missing_ok=True)
        # Once this is answered, all that was going on has ended, and is in the log.
        last = self.uri + ".last.py"
        self.editor.open(last, TEXT)
        assert self.editor.inline(last, 1, CURSOR, invoked=False)
        self.editor.close(last)
        self.editor.logs.clear()

    def type(self, text: str, column: int | None = None) -> None:
        at = self.column if column is None else column
        self._version += 1
        self.editor.change(self.uri, self._version, (span(1, at, at), text))
        self.column += len(text)

    def ask(self, request: str | None = None, *, invoked: bool = False) -> Future[Any]:
        params = inline_params(self.uri, 1, self.column, invoked=invoked)
        return self.editor.begin(INLINE, params, request)

    def texts(self, *, invoked: bool = False) -> list[str]:
        return texts(self.ask(invoked=invoked))

    def await_log(self, text: str, times: int = 1) -> None:
        self.editor.wait_for(lambda: self.count(text) == times)

    def count(self, text: str) -> int:
        return sum(text in line for line in self.editor.logs)


def texts(answer: Future[Any]) -> list[str]:
    return [str(item.insert_text) for item in items_of(answer.result(LIMIT))]


@pytest.fixture(scope="module")
def editor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Editor, Path]]:
    folder = tmp_path_factory.mktemp("shared")
    with Editor(STREAMING, root=folder) as editor:
        yield editor, folder


@pytest.fixture
def typist(editor: tuple[Editor, Path]) -> Iterator[Typist]:
    """One at an editor that tests share."""
    typist = Typist(*editor)
    yield typist
    typist.end()


@pytest.fixture
def first(tmp_path: Path) -> Iterator[Typist]:
    """The first one at an editor, which shows what the server is doing."""
    capabilities = types.ClientCapabilities(experimental={"fairlead": {"status": True}})
    with Editor(STREAMING, root=tmp_path, capabilities=capabilities) as editor:
        yield Typist(editor, tmp_path)


def test_typing_along_goes_on_with_what_is_being_decoded(typist: Typist) -> None:
    typist.hold()
    first = typist.ask()
    typist.await_log("written")
    typist.type("fo")
    assert texts(first) == []
    second = typist.ask()
    typist.release()
    assert texts(second) == ["o(bar)"]
    assert (typist.count("begins"), typist.count("stopped")) == (1, 0)


def test_typing_along_is_served_from_what_was_suggested(typist: Typist) -> None:
    assert typist.texts() == ["foo(bar)"]
    for typed, left in (("f", "oo(bar)"), ("oo(", "bar)"), ("b", "ar)")):
        typist.type(typed)
        assert typist.texts() == [left]
    assert typist.count("begins") == 1


def test_a_bracket_that_the_editor_closes_is_not_written_twice(typist: Typist) -> None:
    assert typist.texts() == ["foo(bar)"]
    typist.type("foo(")
    typist.type(")")
    typist.column -= 1
    assert typist.texts() == ["bar"]
    assert typist.count("begins") == 1


def test_typing_something_else_stops_decoding(typist: Typist) -> None:
    typist.hold()
    first = typist.ask()
    typist.await_log("written")
    typist.type("no")
    assert texts(first) == []
    typist.await_log("stopped")
    typist.release()
    assert typist.texts() == ["foo(bar)"]
    assert typist.count("begins") == 2


def test_a_change_elsewhere_in_the_document_stops_decoding(typist: Typist) -> None:
    typist.hold()
    first = typist.ask()
    typist.await_log("written")
    typist.type("yy", column=0)
    assert texts(first) == []
    typist.await_log("stopped")


def test_cancelling_stops_decoding(typist: Typist) -> None:
    typist.hold()
    first = typist.ask("first")
    typist.await_log("written")
    typist.editor.cancel("first")
    with pytest.raises(JsonRpcRequestCancelled):
        first.result(LIMIT)
    typist.await_log("stopped")


def test_cancelling_what_was_typed_along_does_not_stop_decoding(typist: Typist) -> None:
    typist.hold()
    typist.ask("first")
    typist.await_log("written")
    typist.type("fo")
    typist.editor.cancel("first")
    second = typist.ask()
    typist.release()
    assert texts(second) == ["o(bar)"]
    assert (typist.count("begins"), typist.count("stopped")) == (1, 0)


def test_what_comes_next_is_decoded_as_soon_as_a_suggestion_is_accepted(typist: Typist) -> None:
    assert typist.texts() == ["foo(bar)"]
    typist.type("foo(bar)")
    typist.await_log("begins", times=2)
    assert typist.texts() == ["foo(bar)"]
    assert typist.count("begins") == 2


def test_an_invoked_request_gets_more_than_an_automatic_one(typist: Typist) -> None:
    assert typist.texts() == ["foo(bar)"]
    assert typist.texts(invoked=True) == ["foo(bar)"]
    # One for the automatic request; the greedy and the sampled texts for the invoked one.
    assert typist.count("begins") == 3
    typist.type("f")
    assert typist.texts() == ["oo(bar)"]
    assert typist.count("begins") == 3


def test_the_state_is_told_to_who_asks_for_it(first: Typist) -> None:
    first.texts()
    first.editor.wait_for(lambda: bool(_figures(first.editor)))
    states = [status["state"] for status in first.editor.statuses]
    assert states[0] == "loading"
    assert states[1] == "ready"
    assert "busy" in states
    first.editor.wait_for(lambda: first.editor.statuses[-1]["state"] == "ready")
    assert _figures(first.editor)[0] == {"latencyMs": 500.0, "tokensPerSecond": 16.0}


def _figures(editor: Editor) -> list[dict[str, float]]:
    names = ("latencyMs", "tokensPerSecond")
    return [{n: s[n] for n in names} for s in editor.statuses if s["latencyMs"] is not None]


def test_why_a_suggestion_came_about_is_explained(first: Typist) -> None:
    assert "nothing was asked for yet" in _explained(first.editor)
    first.texts()
    assert "a.py:2:5: decoded" in _explained(first.editor)
    first.type("f")
    first.texts()
    assert "a.py:2:6: typed along" in _explained(first.editor)
    first.hold()
    first.type("n")
    answer = first.ask()
    first.await_log("written", times=2)
    first.type("o")
    assert texts(answer) == []
    assert "the document has moved on" in _explained(first.editor)


def test_the_state_can_be_asked_for(first: Typist) -> None:
    first.texts()
    state = first.editor.command("fairlead.status")
    assert (state["state"], state["model"], state["latencyMs"]) == ("ready", "idle", 500.0)


def _explained(editor: Editor) -> str:
    return str(editor.command("fairlead.explain"))
