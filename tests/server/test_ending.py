"""Texts that a limit cut off, and what of them is offered; `┃` is the cursor."""

from __future__ import annotations

import pytest

from fairlead_decoding.types import Completion, FinishReason, Veto
from fairlead_monitors.engine import Kind
from fairlead_monitors.java.scope import JavaScope
from fairlead_monitors.python.members import MembersMonitor
from fairlead_monitors.python.scope import ScopeMonitor
from fairlead_server.ending import ended
from fairlead_server.offering import Site, offered
from tests.monitors.engines import KindTable, TableEngine
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


JAVA = KindTable({Kind.SCOPE: "count total close", Kind.TYPE: "Tug"})
BODY = ("class A { void f() {\n    ", "\n} }\n")
VALUE = ("class A { void f() {\n    int x = ", ";\n} }\n")
ARGUMENTS = ("class A { void f() {\n    close(", ");\n} }\n")


# What guidance made break off ends where the document parses with it, or is not offered at all.
@pytest.mark.parametrize(
    ("document", "text", "reason", "expected"),
    [
        (BODY, "count = close(total ->", "stop", None),
        (BODY, "count = close(total ->", "length", None),
        (BODY, "count = total; close(total, x ->", "length", "count = total;"),
        (BODY, "count = total;", "stop", "count = total;"),
        (BODY, "return x ->", "stop", None),
        (BODY, "count = total;\n    return x ->", "stop", "count = total;"),
        (BODY, "close(count, ) + total;", "stop", None),
        (BODY, "count = total;\n} }", "stop", "count = total;"),
        (BODY, "close(new Tug(total", "stop", None),
        # A block may be gone on with.
        (BODY, "for (Tug t : total) {", "stop", "for (Tug t : total) {"),
        (BODY, "close(x -> {", "length", "close(x -> {"),
        (BODY, "if (total) {\n  close(1);\n  close(1, ", "length", "if (total) {\n  close(1);"),
        (BODY, "close(x -> {\n  close(1);\n  close(y ->", "length", "close(x -> {\n  close(1);"),
        (BODY, "close({", "stop", None),
        (VALUE, "count + total(x ->", "stop", "count + total"),
        (VALUE, "total + count + (", "stop", "total + count"),
        (VALUE, "total ++", "stop", "total ++"),
        (ARGUMENTS, "total, (Tug", "stop", "total"),
        # No text parses there, and nothing would be no better.
        (VALUE, "(Tug", "stop", "("),
    ],
)
def test_what_guidance_made_break_off_parses(
    document: tuple[str, str], text: str, reason: FinishReason, expected: str | None
) -> None:
    site = Site("java", *document)
    checked = JavaScope(at("A.java", "|".join(document), JAVA))
    vetoed = Completion(text.encode(), (1,), -1.0, reason, (Veto(0, 1, b"spam"),))
    found, dropped = offered([vetoed], site, checked)
    assert [one.text for one in found] == ([] if expected is None else [expected])
    assert [one.by for one in dropped] == ([] if found else ["broken expression"])
    assert not any("broken expression" in one.applied for one in found if one.text == text)


def test_what_the_model_made_break_off_stays() -> None:
    checked = JavaScope(at("A.java", "|".join(BODY), JAVA))
    completion = Completion(b"close(total", (1,), -1.0, "length", ())
    found, _ = offered([completion], Site("java", *BODY), checked)
    assert [one.text for one in found] == ["close(total"]


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        # Types and casts are names like others.
        ("count = (Tag) count", "count = ("),
        ("Tug<Tug, Tag", "Tug<Tug,"),
        ("for (Tug t : totals", "for (Tug t :"),
    ],
)
def test_what_is_left_of_java(text: str, kept: str) -> None:
    checked = JavaScope(at("A.java", "|".join(BODY), JAVA))
    assert ended(text[: checked.admitted(text.encode())], checked) == kept
