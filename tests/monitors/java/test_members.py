"""Members in Java, on tables; the cursor is at `|`."""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import replace

import pytest

from fairlead_monitors.clike.names import ClikeNames
from fairlead_monitors.engine import Kind, Names, Source, answered
from fairlead_monitors.java.members import JavaMembers
from fairlead_monitors.java.scope import JavaScope
from tests.monitors.engines import KindTable
from tests.monitors.java.tables import TABLE, monitor
from tests.monitors.stepwise import ALL, check

TABLE_OF_MEMBERS = {Kind.MEMBER: TABLE[Kind.SCOPE]}


class Sorts(KindTable):
    """Tells methods from fields."""

    def names(self, kind: Kind, source: Source, offset: int) -> Future[Names]:
        found = super().names(kind, source, offset).result()
        methods, values = frozenset({"light", "close"}), frozenset({"count", "REACH"})
        return answered(replace(found, methods=methods, values=values))


@pytest.mark.parametrize(
    ("of", "text", "data", "admitted"),
    [
        (JavaMembers, "x = a.|", "count;", ALL),
        (JavaMembers, "x = a.|", "count (1);", ALL),
        (JavaMembers, "x = a.|", "count(1);", "count"),
        (JavaMembers, "x = a.|", "light(1);", ALL),
        (JavaMembers, "x = a.|", "light (1);", ALL),
        (JavaMembers, "x = a.|", "light\n(1);", ALL),
        (JavaMembers, "x = a.|", "light /* all */ (1);", ALL),
        (JavaMembers, "x = a.|", "light;", "light"),
        (JavaMembers, "x = a.|", "light.x;", "light"),
        (JavaMembers, "x = a.|", "light + 1;", "light "),
        (JavaMembers, "x = a.|", "total;", ALL),
        (JavaMembers, "x = a.|", "total(1);", ALL),
        (JavaMembers, "x = a.lig|", "ht;", "ht"),
        (JavaMembers, "x = a::|", "light;", ALL),
        (JavaMembers, "x = a:: |", "light;", ALL),
        (JavaMembers, "x = a::lig|", "ht;", ALL),
        (JavaMembers, "x = |", "a::light;", ALL),
        (JavaMembers, "x = a.|", "class;", ALL),
        (JavaMembers, "x = a.|", "this(1);", "this"),
        (JavaMembers, "x = A.|", "super(1);", "super"),
        (JavaMembers, "x = A.|", "super.close();", ALL),
        (JavaMembers, "a.|", "super(1);", ALL),
        # What the method names after the same receiver, there is.
        (JavaMembers, "class A { void f() { a.found(); a.|", "found();", ALL),
        (JavaMembers, "class A { void f() { if (b) { a.|; } a.found(); } }", "found()", ALL),
        (JavaMembers, "class A { void f() { a.|", "found();", ""),
        (JavaMembers, "class A { void g() { a.found(); } void f() { a.|", "found();", ""),
        (JavaMembers, "class A { void f() { a.|; } void g() { a.found(); } }", "found()", ""),
        (JavaMembers, "class A { int x = a.found(); int y = a.|", "found();", ALL),
        (JavaScope, "x = |", "count;", ALL),
        (JavaScope, "x = |", "count(1);", "count"),
        (JavaScope, "x = |", "light(1);", ALL),
        (JavaScope, "x = |", "light;", "light"),
        (JavaScope, "x = |", "light\n;", "light\n"),
        (JavaScope, "x = |", "total;", ALL),
        (JavaScope, "x = |", "total(1);", ALL),
        (JavaScope, "{ |", "light = 1;", "light "),
        (JavaScope, "import static a.B.count; x = |", "count(1);", ALL),
        (JavaScope, "{ if (x instanceof Tug light && |", "light.x) close(light);", ALL),
    ],
)
def test_methods_are_called_and_fields_are_not(
    of: type[ClikeNames], text: str, data: str, admitted: str | None
) -> None:
    table = {kind: TABLE[Kind.SCOPE] for kind in (Kind.SCOPE, Kind.MEMBER)}
    check(lambda: monitor(of, text, Sorts(table)), data, admitted)


def test_names_of_the_method_are_told_once() -> None:
    text = "class A { void f() { a.found(); a.|"
    made = monitor(JavaMembers, text + "; } void g() { a.other(); } }", Sorts(TABLE_OF_MEMBERS))
    made.advance(b"f")
    first, second = made.constraint(), made.constraint()
    assert first is not None and second is not None
    assert b"found" in first.names and b"other" not in first.names
    assert first.names is second.names


@pytest.mark.parametrize(
    ("written", "after", "ends"),
    [
        ("light", "", True),
        ("light", "(1)", True),
        ("light", ";", False),
        ("light", "\n}", False),
        ("light", "\n  (1)", True),
        ("count", "\n}", True),
        ("count", "(1)", False),
        ("lig", "ht;", False),
        ("cou", "nt;", True),
    ],
)
def test_what_follows_a_member_tells_what_it_is(written: str, after: str, ends: bool) -> None:
    made = monitor(JavaMembers, f"x = a.|{after}", Sorts({Kind.MEMBER: TABLE[Kind.SCOPE]}))
    made.advance(written.encode())
    assert made.may_end() is ends


CALLS = [
    # The receiver has the method: what it returns is known.
    ("{ a.count().|", "other();", ""),
    ("{ a.|", "count().other();", "count()."),
    ("{ a.light(b.count(1), (2)) . |", "other();", ""),
    ('{ größe("ö"); a.count().|', "other();", ""),
    # It has none of that name: servers list what the receiver has.
    ("{ a.nothing().|", "other();", ALL),
    ('{ größe("ö"); a.nothing("ö").|', "other();", ALL),
    ("{ a.count().nothing(b.count()).|", "other();", ALL),
    ("{ a.nothing()\n    .|", "other();", ALL),
    ("{ a.nothing().oth|", "er();", ALL),
    # No call of a member.
    ("{ light().|", "other();", ""),
    ("{ (a.nothing).|", "other();", ""),
]


@pytest.mark.parametrize(("text", "data", "admitted"), CALLS)
def test_what_an_unknown_method_returns_is_not_known(text: str, data: str, admitted: str) -> None:
    check(lambda: monitor(JavaMembers, text, KindTable(TABLE_OF_MEMBERS)), data, admitted)
