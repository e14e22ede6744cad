from __future__ import annotations

import inspect
import json
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairlead_decoding.types import GenerationConfig
from fairlead_monitors.engine import Completeness, Diagnostics, Kind, Names
from fairlead_server.analysis.rewriting import Rewrite, Rewritten, Way
from fairlead_server.completing import Analysing, Completing
from fairlead_server.daemon.calls import (
    ANALYSIS_CALLS,
    MODEL_CALLS,
    Desk,
    Opened,
    Status,
    arguments_from,
    method,
    result_from,
)
from fairlead_server.daemon.client import RemoteCompleter
from fairlead_server.daemon.failures import Defect, heard, told
from fairlead_server.daemon.messages import (
    HEADER,
    Answer,
    Call,
    Cancel,
    Failure,
    Growing,
    Ping,
    Pong,
    decode,
    encode,
    from_json,
    length,
    to_json,
)
from fairlead_server.document import DocumentSnapshot
from fairlead_server.errors import NoInterpreter, UserError
from fairlead_server.settings import Settings
from fairlead_server.suggestion import (
    CheckedName,
    CompletionRequest,
    CompletionResult,
    NameRanking,
    Suggestion,
)

# Editors may send halves of surrogate pairs.
TEXTS = st.text(st.characters(exclude_categories=()))


@given(TEXTS, st.integers(0, 1 << 40))
def test_messages_arrive_as_they_were_sent(text: str, number: int) -> None:
    for message in (
        Call(number, text, {text: [text, None, 1.5]}),
        Cancel(number),
        Ping(),
        Pong(),
        Growing(number, text),
        Answer(number, {"text": text}),
        Failure(number, "user", text),
    ):
        data = encode(message)
        assert length(data[:HEADER]) == len(data) - HEADER
        assert decode(data[HEADER:]) == message


DOCUMENT = DocumentSnapshot("/p/a.py", "x = '😀\ud83d'\r\n", "python", 3)
CHECKED = CheckedName("append", "member", "valid", "jedi", 47, ("x",), "", 0.25)
SUGGESTION = Suggestion("append(", -1.5, "dead_end", True, (CHECKED,), 3, 1)
# (name of the call, its result)
RESULTS: list[tuple[str, Any]] = [
    ("complete", CompletionResult((SUGGESTION,), ("a remark",), "psm", 12)),
    ("rank", NameRanking((("append", -0.5), ("ä", float("-inf"))), exact=True)),
    ("members", None),
    ("members", Names(frozenset({"a", "b"}), Completeness.COMPLETE, "jedi")),
    ("names", Names.unknown("nobody", "why")),
    ("diagnostics", Diagnostics.unknown("nobody", "why")),
    ("describe", "f(x)"),
    ("rewrite", Rewritten("a", (Way("b", {"/p/a.py": "x"}),), ((1, 2),), ("/p/b.py",), ("c",))),
    ("rewrite", Rewritten.unable("a")),
    ("review", (CHECKED,)),
    ("review", ()),
    ("warm", None),
    ("open", Opened("model", ("a remark",))),
    ("status", Status(1, "0", "m", True, False, ("/p", None), None, 1.5)),
    ("retire", True),
]


@pytest.mark.parametrize(("name", "result"), RESULTS)
def test_results_arrive_as_they_were_returned(name: str, result: Any) -> None:
    assert result_from(name, json.loads(json.dumps(to_json(result)))) == result


REQUEST = CompletionRequest(DOCUMENT, 4, others=(DOCUMENT,), context=("edits",), lines=None)
# (name of the call, its arguments)
ARGUMENTS: list[tuple[str, dict[str, Any]]] = [
    ("complete", {"request": REQUEST}),
    ("rank", {"request": REQUEST, "names": ("a", "b"), "k": 3}),
    ("names", {"kind": Kind.SCOPE, "document": DOCUMENT, "offset": 3, "patience": 0.5}),
    ("rewrite", {"document": DOCUMENT, "wanted": Rewrite("rename", 1, 2, "x"), "patience": 0.5}),
    ("open", {"settings": Settings(engines={"zig": {"command": ["zls"]}}), "project": None}),
    ("open", {"settings": Settings(monitors=("a",), trusted_folders=("b",)), "project": "/p"}),
]


@pytest.mark.parametrize(("name", "arguments"), ARGUMENTS)
def test_arguments_arrive_as_they_were_given(name: str, arguments: dict[str, Any]) -> None:
    assert arguments_from(name, json.loads(json.dumps(to_json(arguments)))) == arguments


def test_a_deadline_arrives_as_the_time_that_is_left() -> None:
    config = GenerationConfig(deadline=time.monotonic() + 1000)
    assert 0 < to_json(config)["deadline"] <= 1000
    read = from_json({**to_json(config), "deadline": 5.0}, GenerationConfig)
    assert read.deadline is not None
    assert 0 < read.deadline - time.monotonic() <= 5


@pytest.mark.parametrize(
    ("error", "kind", "text"),
    [
        (UserError("a"), UserError, "a"),
        (NoInterpreter("b"), NoInterpreter, "b"),
        (KeyError("c"), Defect, "KeyError: 'c'"),
    ],
)
def test_errors(error: Exception, kind: type[Exception], text: str) -> None:
    found = heard(*told(error))
    assert type(found) is kind
    assert str(found) == text


def test_everything_that_front_ends_need_can_be_called() -> None:
    needed = {**vars(Analysing), **vars(Completing)}
    named = {name for name, item in needed.items() if inspect.isfunction(item)}
    wanted = {name for name in named if not name.startswith("_")} - {"close"}
    assert wanted == {*MODEL_CALLS, *ANALYSIS_CALLS}
    for name in ("complete", "rank", *ANALYSIS_CALLS):
        expected = inspect.signature(method(name)).parameters
        assert [*inspect.signature(getattr(RemoteCompleter, name)).parameters] == [*expected]
    assert {*ANALYSIS_CALLS} < vars(Analysing).keys()
    assert method("hello") is Desk.hello
