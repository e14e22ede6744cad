"""The members monitors on a table of members; `|` is the cursor."""

from __future__ import annotations

import re

import pytest

from fairlead_monitors.clike.members import (
    CppMembers,
    GoMembers,
    MembersMonitor,
    RustMembers,
    TypeScriptMembers,
)
from fairlead_monitors.evidence import Verdict
from fairlead_monitors.java.members import JavaMembers
from tests.monitors.engines import SilentEngine, TableEngine
from tests.monitors.stepwise import at, check, listed

TABLE = {"xs": "append pop popitem", "d": "get items größe", ")": "real imag", "this": "total"}
MONITORS = {
    "java": JavaMembers,
    "ts": TypeScriptMembers,
    "cpp": CppMembers,
    "go": GoMembers,
    "rs": RustMembers,
}


class Table(TableEngine):
    """Knows the operators of these languages."""

    receiver = re.compile(r"(\w+|[)\]])\s*(?:!?\.|\?\.|->|::)\s*\Z")


def monitor(
    ending: str, text: str, engine: TableEngine | None = None, patience: float = 2.0
) -> MembersMonitor:
    context = at(f"a.{ending}", text, engine or Table(TABLE), patience=patience)
    return MONITORS[ending](context)


@pytest.mark.parametrize(
    ("ending", "text", "data", "admitted"),
    [
        # In one token, split anywhere, or typed in part.
        ("java", "xs|", ".append(1)", ".append(1)"),
        ("java", "xs|", ".apply(1)", ".app"),
        ("java", "xs.|", "append(1)", "append(1)"),
        ("java", "xs.|", "popit", "popit"),
        ("java", "xs.po|", "p()", "p()"),
        ("java", "xs.po|", "()", ""),
        ("java", "xs.po|", "x", ""),
        ("java", "xs.pop|", "()", "()"),
        ("java", "xs.|", "pop2", "pop"),
        ("java", "xs.|", "pop$", "pop"),
        ("java", "d.|", "größe", "größe"),
        ("java", "d.|", "grösse", "grö"),
        # Blanks, line breaks and comments may stand before the name.
        ("java", "xs|", "\n    .pop()", "\n    .pop()"),
        ("java", "xs|", "\n    .put()", "\n    .p"),
        ("java", "xs.|", "\n    pop()", "\n    pop()"),
        ("java", "xs.|", "\n    put()", "\n    p"),
        ("java", "xs.\n|", "  put()", "  p"),
        ("java", "xs. |", "put()", "p"),
        ("java", "xs|", " . put()", " . p"),
        # Other things than names follow dereference operators.
        ("java", "xs.|", "<T>foo()", "<T>foo()"),
        ("java", "xs.|", "class", "class"),
        ("java", "xs.|", "new Inner()", "new Inner()"),
        ("java", "xs::|", "new", "new"),
        ("java", "xs::|", "newest", "new"),
        ("java", "xs::|", "pop", "pop"),
        ("java", "xs::|", "put", "p"),
        ("java", "f(xs|", "...)", "...)"),
        # Several in one token; each receiver is its own question.
        ("java", "|", "xs.pop().real", "xs.pop().real"),
        ("java", "|", "xs.pop().unreal", "xs.pop()."),
        ("java", "|", "xs.append(d.get, xs.get)", "xs.append(d.get, xs."),
        # Nothing is said about what is not known, and of what is no dereference.
        ("java", "unknown.|", "anything", "anything"),
        ("java", "|", '"xs.foo"', '"xs.foo"'),
        ("java", "|", "// xs.foo", "// xs.foo"),
        ("java", "/* |", "xs.foo", "xs.foo"),
        ("java", "import |", "xs.foo;\nxs.foo", "xs.foo;\nxs."),
        ("java", "package |", "xs.foo;", "xs.foo;"),
        ("java", "|", "1.foo", "1.foo"),
        ("ts", "xs|", "?.foo", "?."),
        ("ts", "xs|", "!.foo", "!."),
        ("ts", "xs|", "?.[foo]", "?.[foo]"),
        ("ts", "xs.|", "#foo", "#foo"),
        ("ts", "|", "`${xs.foo}`", "`${xs."),
        ("ts", "|", "`xs.foo`", "`xs.foo`"),
        ("ts", "|", "x = /xs.foo/", "x = /xs.foo/"),
        ("ts", "|", "x = 1 / xs.foo", "x = 1 / xs."),
        ("cpp", "|", "xs->foo", "xs->"),
        ("cpp", "|", "xs::foo", "xs::"),
        ("cpp", "xs::|", "~foo", "~foo"),
        ("cpp", "xs.|", "template foo", "template foo"),
        ("cpp", "|", "xs.*foo", "xs.*foo"),
        ("cpp", "|", "#include <xs.foo>\nxs.foo", "#include <xs.foo>\nxs."),
        ("cpp", "|", "namespace xs::foo {", "namespace xs::foo {"),
        ("go", "|", "xs.(foo)", "xs.(foo)"),
        ("go", "|", "xs.\n\tfoo", "xs.\n\t"),
        ("rs", "|", "xs.0", "xs.0"),
        ("rs", "|", "xs.await", "xs.await"),
        ("rs", "|", "xs::<T>foo", "xs::<T>foo"),
        ("rs", "|", "xs..foo", "xs..foo"),
        ("rs", "|", "xs::foo", "xs::"),
    ],
)
def test_admitted(ending: str, text: str, data: str, admitted: str) -> None:
    check(lambda: monitor(ending, text), data, admitted)


@pytest.mark.parametrize(
    ("text", "may_end"),
    [
        ("xs|", True),
        ("xs.|", False),
        ("xs.|pop()", True),
        ("xs.|put()", False),
        ("xs.po|", False),
        ("xs.pop|", True),
        ("xs.po|p()", True),
        ("xs.po|x()", False),
        ("unknown.|", True),
        ("unknown.na|", True),
        ("import xs.|", True),
    ],
)
def test_may_end(text: str, may_end: bool) -> None:
    assert monitor("java", text).may_end() == may_end


@pytest.mark.parametrize(
    ("text", "names"),
    [
        # Much else than a name may begin after the operator, so nothing can be listed there.
        ("xs.|", None),
        ("xs.p|", ({"append", "pop", "popitem", "class", "new", "super", "this"}, "p")),
        ("unknown.p|", None),
    ],
)
def test_constraint(text: str, names: tuple[set[str], str] | None) -> None:
    assert listed(monitor("java", text).constraint()) == names


def test_members_are_known_before_the_first_letter() -> None:
    members = monitor("java", "xs. |").members()
    assert members is not None
    assert members.names == {"append", "pop", "popitem"}
    assert monitor("java", "xs |").members() is None


def test_evidence_says_what_was_checked() -> None:
    checked = monitor("java", "xs.po|")
    checked.advance(b"p(unknown.thing, xs::new, String.class, d.get")
    assert [(e.name, e.verdict, e.candidates, e.start, e.end) for e in checked.evidence()] == [
        ("pop", Verdict.VALID, 3, -2, 1),
        ("thing", Verdict.UNKNOWN, 0, 10, 15),
        ("get", Verdict.VALID, 3, 42, 45),
    ]


def test_each_place_is_asked_about_once() -> None:
    engine = Table(TABLE)
    first = monitor("java", "a = 'é😀'; xs.|\n(d)", engine)
    for data in (b"\n", b"    ", b"po", b"p"):
        assert first.admitted(data) == len(data)
        first.advance(data)
    assert [(s.text[:at], s.text[at:]) for s, at in engine.asked] == [("a = 'é😀'; xs.", "\n(d)")]


def test_an_analysis_that_comes_too_late_vetoes_nothing() -> None:
    late = monitor("java", "xs.|", SilentEngine({}), patience=0.01)
    assert late.admitted(b"frobnicate()") == len(b"frobnicate()")
    late.advance(b"frobnicate()")
    assert [e.verdict for e in late.evidence()] == [Verdict.UNKNOWN]
