"""Texts that a limit cut off, and what of them is offered; `┃` is the cursor."""

from __future__ import annotations

import pytest

from fairlead_decoding.types import Completion, FinishReason
from fairlead_monitors.python.members import MembersMonitor
from fairlead_monitors.python.scope import ScopeMonitor
from fairlead_server.ending import ended
from fairlead_server.offering import Site, offered
from tests.monitors.engines import TableEngine
from tests.monitors.stepwise import at
from tests.monitors.test_scope import OneScope


def scope(document: str) -> ScopeMonitor:
    return ScopeMonitor(at("a.py", document.replace("┃", "|"), OneScope()))


# The scope has the names total, tax, rate and größe.
@pytest.mark.parametrize(
    ("document", "text", "kept"),
    [
        ("x = ┃\n", "total(tax, rate", "total(tax, rate"),
        ("x = ┃\n", "total(spam.x(", "total("),
        ("x = ┃\n", "tax + total(spam, ", "tax + total("),
        ("x = ┃\n", "[spam for spam in tax", "[spam for spam in tax"),
        ("x = ┃\n", "[spam.x + 1 for ham in tax", "["),
        ("x = ┃\n", "[spam", "["),
        ("x = [┃ for spam in tax]\n", "spam", "spam"),
        ("x = ┃\n", "total(tax, größe(spam, " + "tax * " * 100, "total(tax, größe("),
        # A name that is not finished.
        ("x = ┃\n", "tax + tot", "tax +"),
        ("class A┃\n", "(Spam", "("),
        ("x = ┃\n", "spa", ""),
    ],
)
def test_what_is_left(document: str, text: str, kept: str) -> None:
    checked = scope(document)
    assert ended(text[: checked.admitted(text.encode())], checked) == kept


@pytest.mark.parametrize(
    ("reason", "text", "expected"),
    [
        ("length", "total(tax, [spam.x", "total(tax, ["),
        # It breaks off in a bracket of its own.
        ("stop", "total(tax, [spam.x", "total(tax, ["),
        ("stop", "total(tax, [rate", "total(tax, [rate"),
        ("length", "spa", None),
    ],
)
def test_what_breaks_off_is_cut(reason: FinishReason, text: str, expected: str | None) -> None:
    completion = Completion(text.encode(), (1,), -1.0, reason, ())
    found, dropped = offered([completion], Site("python", "x = ", "\n"), scope("x = ┃\n"))
    assert [one.text for one in found] == ([] if expected is None else [expected])
    assert [one.by for one in dropped] == ([] if found else ["name that nothing binds"])


def test_what_ends_in_a_bracket_that_was_open_is_left_alone() -> None:
    # A comprehension is mostly written over several lines.
    completion = Completion(b"spam.x", (1,), -1.0, "stop", ())
    found, _ = offered([completion], Site("python", "x = [\n    ", "\n"), scope("x = [\n    ┃\n"))
    assert [one.text for one in found] == ["spam.x"]


def test_members_that_are_not_finished() -> None:
    checked = MembersMonitor(at("a.py", "x = |\n", TableEngine({"xs": "pop push"})))
    assert ended("1 + xs.pu", checked) == "1 +"
    assert ended("1 + xs.push", checked) == "1 + xs.push"
