from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from lsprotocol import types
from pygls.exceptions import JsonRpcRequestCancelled

from fairlead_server.document import DocumentSnapshot
from fairlead_server.lsp.attempts import AUTOMATIC, INVOKED, Attempt, Effort
from fairlead_server.lsp.features.inline_completion import NOTHING, suggest
from fairlead_server.lsp.typed import Spot
from fairlead_server.suggestion import CompletionRequest, CompletionResult
from tests.server.lsp.editor import ROOT, Editor, inline_params, items_of, span
from tests.server.lsp.idle import IdleCompleter, written
from tests.server.lsp.scripted import LIMIT

INLINE = types.TEXT_DOCUMENT_INLINE_COMPLETION


def _echoes(items: list[types.InlineCompletionItem]) -> list[dict[str, Any]]:
    return [json.loads(str(item.insert_text)) for item in items]


def test_the_capability_and_the_servers_name_are_advertised(echo: Editor) -> None:
    result = echo.initialized
    assert result.capabilities.inline_completion_provider == types.InlineCompletionOptions()
    assert result.server_info is not None
    assert result.server_info.name == "fairlead"
    assert result.server_info.version


def test_an_automatic_request_gets_one_greedy_suggestion(echo: Editor) -> None:
    echo.open("file:///p/automatic.py", "x = 1\ny")
    items = echo.inline("file:///p/automatic.py", 1, 1, invoked=False)
    [found] = _echoes(items)
    assert (found["prefix"], found["suffix"]) == ("x = 1\ny", "")
    assert (found["temperature"], found["patience"]) == (0.0, 0.5)
    assert (found["path"], found["language"], found["version"]) == ("/p/automatic.py", "python", 1)
    assert found["project"] == str(ROOT)
    assert items[0].range == span(1, 1, 1)


def test_an_invoked_request_gets_sampled_ones_too_without_repeats(echo: Editor) -> None:
    echo.open("file:///p/invoked.py", "x")
    found = _echoes(echo.inline("file:///p/invoked.py", 0, 1))
    assert [f["temperature"] for f in found] == [0.0, 0.6]
    assert {f["patience"] for f in found} == {2.0}


def test_the_selected_item_is_taken_as_typed(echo: Editor) -> None:
    echo.open("file:///p/selected.py", "é😀.ap + 1")
    selected = types.SelectedCompletionInfo(span(0, 4, 6), "append")
    [item, _] = echo.inline("file:///p/selected.py", 0, 6, selected=selected)
    text = str(item.insert_text)
    assert text.startswith("append")
    assert item.range == span(0, 4, 6)
    echoed = json.loads(text.removeprefix("append"))
    assert (echoed["prefix"], echoed["suffix"]) == ("é😀.append", " + 1")


@pytest.mark.parametrize(
    ("stage", "effort", "expected"),
    [
        ("greedy", INVOKED, "invoked"),
        ("sampled", INVOKED, "invoked"),
        ("greedy", AUTOMATIC, "auto"),
    ],
)
def test_tokens_that_come_late_are_counted_and_told(
    caplog: pytest.LogCaptureFixture, stage: str, effort: Effort, expected: str
) -> None:
    """The request is cancelled while its second token is written; one more comes."""
    over = threading.Event()

    class Late(IdleCompleter):
        def complete(
            self,
            request: CompletionRequest,
            *,
            cancelled: Callable[[], bool] = lambda: False,
            growing: Callable[[str], None] = lambda text: None,
        ) -> CompletionResult:
            for text in ("a", "ab", "abc"):
                if text == "ab" and (request.samples > 1) == (stage == "sampled"):
                    over.set()
                growing(text)
            return written("abc")

    caplog.set_level(logging.DEBUG, "fairlead_server")
    attempt = Attempt(Spot("x", ""), effort)
    request = CompletionRequest(DocumentSnapshot("/p/a.py", "x", "python"), 1)
    assert suggest(Late(), request, attempt, over.is_set) is NOTHING
    [line] = [record.getMessage() for record in caplog.records]
    assert line.startswith(expected)
    assert line.endswith("not wanted any more: 2")


# (patience of the request, seconds that decoding gets)
PATIENCE = [(0.0, AUTOMATIC.seconds), (AUTOMATIC.seconds / 4, AUTOMATIC.seconds), (3600.0, 3600.0)]


@pytest.mark.parametrize(("patience", "seconds"), PATIENCE)
def test_decoding_gets_the_time_that_one_analysis_may_take(patience: float, seconds: float) -> None:
    deadlines: list[float] = []

    class Noting(IdleCompleter):
        def complete(
            self,
            request: CompletionRequest,
            *,
            cancelled: Callable[[], bool] = lambda: False,
            growing: Callable[[str], None] = lambda text: None,
        ) -> CompletionResult:
            deadlines.append(request.config.deadline or 0)
            return written("abc")

    document = DocumentSnapshot("/p/a.py", "x", "python")
    request = CompletionRequest(document, 1, patience=patience)
    earliest = time.monotonic() + seconds
    suggest(Noting(), request, Attempt(Spot("x", ""), AUTOMATIC), lambda: False)
    latest = time.monotonic() + seconds
    [deadline] = deadlines
    assert earliest <= deadline <= latest


def test_a_suggestion_comes_with_a_command_that_adds_its_imports(echo: Editor) -> None:
    uri = "file:///p/needs.py"
    echo.open(uri, "imports = 1\n")
    (item,) = echo.inline(uri, 1, 0, invoked=False)
    assert item.command is not None
    provider = echo.initialized.capabilities.execute_command_provider
    assert provider is not None
    assert item.command.command in provider.commands
    assert item.command.arguments == (uri, ["import json"])


# (uri, language) -> (path, language)
DOCUMENTS = [
    ("file:///p/a%20b/%C3%A9.py", "python", "/p/a b/é.py"),
    ("untitled:Untitled-1", "python", str(ROOT / "Untitled-1")),
    ("file:///p/A.java", "java", "/p/A.java"),
]


@pytest.mark.parametrize(("uri", "language", "path"), DOCUMENTS)
def test_what_a_document_is_called(echo: Editor, uri: str, language: str, path: str) -> None:
    echo.open(uri, "x", language)
    [found, _] = _echoes(echo.inline(uri, 0, 1))
    assert (found["path"], found["language"]) == (path, language)


def test_there_is_no_answer_where_there_is_no_place(echo: Editor) -> None:
    echo.open("file:///p/short.py", "x")
    assert echo.inline("file:///p/never-opened.py", 0, 0) == []
    assert echo.inline("file:///p/short.py", 7, 0) == []
    assert echo.inline("file:///p/short.py", 0, 99)[0].range == span(0, 1, 1)
    echo.close("file:///p/short.py")
    assert echo.inline("file:///p/short.py", 0, 0) == []


def _waiting(echo: Editor, name: str, *, invoked: bool) -> tuple[str, Any]:
    """Open a document and send a request that is being decoded when this returns."""
    uri, before = f"file:///p/{name}.py", echo.logs.count("waiting")
    echo.open(uri, "wait")
    answer = echo.begin(INLINE, inline_params(uri, 0, 4, invoked=invoked), request=name)
    echo.wait_for(lambda: echo.logs.count("waiting") > before)
    return uri, answer


def _stopped(echo: Editor) -> int:
    return echo.logs.count("stopped")


def test_cancel_is_answered_as_such_and_stops_the_decoding(echo: Editor) -> None:
    before = _stopped(echo)
    uri, answer = _waiting(echo, "cancel", invoked=True)
    echo.cancel("cancel")
    with pytest.raises(JsonRpcRequestCancelled):
        answer.result(LIMIT)
    echo.wait_for(lambda: _stopped(echo) > before)
    echo.change(uri, 2, (span(0, 0, 4), "x"))
    assert len(echo.inline(uri, 0, 1)) == 2


def test_an_edit_ends_the_work_on_the_text_as_it_was(echo: Editor) -> None:
    before = _stopped(echo)
    uri, answer = _waiting(echo, "edit", invoked=True)
    echo.change(uri, 2, (span(0, 0, 4), "x"))
    assert items_of(answer.result(LIMIT)) == []
    echo.wait_for(lambda: _stopped(echo) > before)


def test_closing_the_document_ends_the_work_on_it(echo: Editor) -> None:
    before = _stopped(echo)
    uri, answer = _waiting(echo, "close", invoked=True)
    echo.close(uri)
    assert items_of(answer.result(LIMIT)) == []
    echo.wait_for(lambda: _stopped(echo) > before)


def test_the_newest_automatic_request_is_the_one_that_is_answered(echo: Editor) -> None:
    uri, first = _waiting(echo, "superseded", invoked=False)
    second = echo.begin(INLINE, inline_params(uri, 0, 4, invoked=False), request="second")
    third = echo.begin(INLINE, inline_params(uri, 0, 4, invoked=False), request="third")
    assert items_of(first.result(LIMIT)) == []
    assert items_of(second.result(LIMIT)) == []
    echo.cancel("third")
    with pytest.raises(JsonRpcRequestCancelled):
        third.result(LIMIT)


def test_other_requests_are_answered_while_the_model_is_busy(echo: Editor) -> None:
    _, answer = _waiting(echo, "busy", invoked=True)
    echo.open("file:///p/other.py", "xs.")
    assert echo.members("file:///p/other.py", 0, 3) is not None
    echo.cancel("busy")
    with pytest.raises(JsonRpcRequestCancelled):
        answer.result(LIMIT)


def test_an_exception_is_logged_and_the_next_request_works(echo: Editor) -> None:
    echo.open("file:///p/failing.py", "fail")
    assert echo.inline("file:///p/failing.py", 0, 4) == []
    echo.wait_for(lambda: any("failed as told" in text for text in echo.logs))
    echo.change("file:///p/failing.py", 2, (span(0, 0, 4), "x"))
    assert len(echo.inline("file:///p/failing.py", 0, 1)) == 2


def test_a_remark_is_logged_once(echo: Editor) -> None:
    echo.open("file:///p/remark.py", "x")
    for _ in range(2):
        assert echo.inline("file:///p/remark.py", 0, 1)
    assert echo.logs.count("a remark") == 1
