"""What is offered of completions that do not parse."""

from __future__ import annotations

import pytest

from fairlead_decoding.monitor import Unguided
from fairlead_decoding.types import Completion, FinishReason
from fairlead_monitors.context import Context
from fairlead_monitors.python.members import MembersMonitor
from fairlead_monitors.syntax import SyntaxCheck
from fairlead_server.parsing import parsed
from fairlead_server.report import suggestion
from tests.monitors.engines import TableEngine


def completion(text: str, reason: FinishReason = "stop") -> Completion:
    return Completion(text.encode(), (1,), -1.0, reason)


@pytest.mark.parametrize(
    ("texts", "offered"),
    [
        (["1", "f(2)"], [("1", "valid"), ("f(2)", "valid")]),
        # What does not parse comes last, but is not lost.
        (["1)", "f(2)"], [("f(2)", "valid"), ("1)", "invalid")]),
        (["1\ny = 2\nz = )\n", "2"], [("1\ny = 2", "valid"), ("2", "valid")]),
        (["f(1,"], [("f(1,", "unknown")]),
        (["1\n)", "1\n]"], [("1", "valid")]),
        ([""], [("", "valid")]),
    ],
)
def test_offered(texts: list[str], offered: list[tuple[str, str]]) -> None:
    found = parsed(map(completion, texts), SyntaxCheck("python", "x = ", "\nz = 1\n"), Unguided())
    assert [(c.text.decode(), e.verdict.value) for c, e in found] == offered


def test_a_text_that_was_cut_off_is_not_blamed_for_it() -> None:
    syntax = SyntaxCheck("python", "x = ", "\nz = 1\n")
    ((kept, verdict),) = parsed([completion("1\ny = )", "length")], syntax, Unguided())
    assert (kept.text, verdict.verdict.value) == (b"1\ny = )", "unknown")


@pytest.mark.parametrize(("text", "verified"), [("pop()", True), ("pop(", True), ("pop())", False)])
def test_a_suggestion_that_does_not_parse_is_not_verified(text: str, verified: bool) -> None:
    context = Context("a.py", "x = xs.", "\n", TableEngine({"xs": "pop"}))
    monitor = MembersMonitor(context)
    syntax = SyntaxCheck("python", context.prefix, context.suffix)
    ((kept, verdict),) = parsed([completion(text)], syntax, monitor)
    shown = suggestion(kept, monitor, verdict, crlf=False)
    assert shown.verified == verified
    assert [name.kind for name in shown.evidence] == ["member", "syntax"]
