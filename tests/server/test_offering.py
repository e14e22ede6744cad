"""What is offered of completions: finished, with evidence that is about what is left."""

from __future__ import annotations

import pytest

from fairlead_decoding.types import Completion, FinishReason, Veto
from fairlead_monitors.context import Context
from fairlead_monitors.python.members import MembersMonitor
from fairlead_monitors.syntax import SyntaxCheck
from fairlead_server import offering
from fairlead_server.explain import explain
from fairlead_server.offering import Site, in_step, offered
from fairlead_server.suggestion import CompletionResult, Dropped, Suggestion
from tests.monitors.engines import TableEngine


def completion(text: str, *vetoes: Veto, reason: FinishReason = "stop") -> Completion:
    return Completion(text.encode(), (1,), -1.0, reason, vetoes)


def offer(document: str, *texts: Completion, raw: bool = False) -> tuple[Suggestion, ...]:
    prefix, suffix = document.split("┃")
    monitor = MembersMonitor(Context("a.py", prefix, suffix, TableEngine({"xs": "pop push"})))
    return offered(texts, Site("python", prefix, suffix), monitor, raw=raw)[0]


@pytest.mark.parametrize(
    ("document", "text", "expected", "names"),
    [
        # A name that has been cut off is not evidence any more.
        ("def f():\n    ┃\n", "xs.pop()\n\nxs.push()", "xs.pop()", ["pop", "text"]),
        ("foo(┃)\n", "xs.pop())", "xs.pop()", ["pop", "text"]),
        ("x = ┃\n", "xs.pop()", "xs.pop()", ["pop", "text"]),
    ],
)
def test_evidence_is_about_what_is_left(
    document: str, text: str, expected: str, names: list[str]
) -> None:
    (suggestion,) = offer(document, completion(text))
    assert suggestion.text == expected
    assert [name.name for name in suggestion.evidence] == names


def test_what_is_replaced_is_not_judged() -> None:
    (suggestion,) = offer("def f(┃)\n", completion("xs):"))
    assert (suggestion.text, suggestion.replaces) == ("xs):", 1)
    assert suggestion.applied == ("brackets",)
    assert suggestion.evidence[-1].verdict == "valid"


def test_equal_texts_are_offered_once() -> None:
    texts = [completion("xs.pop())"), completion("xs.pop()"), completion("xs.push()")]
    assert [s.text for s in offer("foo(┃)\n", *texts)] == ["xs.pop()", "xs.push()"]


def test_the_document_is_parsed_once_for_all_texts(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[tuple[str, ...]] = []

    def check(*parts: str) -> SyntaxCheck:
        made.append(parts)
        return SyntaxCheck(*parts)

    monkeypatch.setattr(offering, "SyntaxCheck", check)
    texts = [completion(text) for text in ("xs):", "xs, xs):", "xs", "xs, xs")]
    found = offer("def f(┃)\n", *texts)
    assert {(s.text, s.replaces) for s in found} >= {("xs):", 1), ("xs", 0)}
    assert sorted(made) == [("python", "def f(", "\n"), ("python", "def f(", ")\n")]


def test_raw_texts_are_left_alone() -> None:
    (suggestion,) = offer("x = ┃\n", completion("xs.pop()  \n"), raw=True)
    assert (suggestion.text, suggestion.applied) == ("xs.pop()  \n", ())


def test_what_is_dropped_is_told() -> None:
    site = Site("python", "def f():\n    ", "\n    return 1\n")
    suggestions, dropped = offered([completion("return 1")], site, None)
    assert (suggestions, dropped) == ((), (Dropped("return 1", "repetition"),))
    told = explain(CompletionResult(suggestions, dropped=dropped), "model")
    assert "not offered: 'return 1' (filter: repetition)" in told


@pytest.mark.parametrize(
    ("raw", "text", "before", "after"),
    [
        ("a.b\n    c.d", "a.b\n\tc.d", b"a.b\n    c.", b"a.b\n\tc."),
        ("a.b\n    c.d", "a.b\n\tc.d", b"a.b\n    ", b"a.b\n\t"),
        ("    a.b", "a.b", b"    a.", b"a."),
        ("a.b\nc", "a.b", b"a.", b"a."),
    ],
)
def test_vetoes_stay_where_they_belong(raw: str, text: str, before: bytes, after: bytes) -> None:
    moved = in_step(completion(raw, Veto(len(before), 1, b"x")), text)
    assert moved.text == text.encode()
    assert [veto.offset for veto in moved.vetoes] == [len(after)]
