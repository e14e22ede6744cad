"""Names in scope, imports, instances and cases in Java, on tables; the cursor is at `|`."""

from __future__ import annotations

import pytest

from fairlead_monitors.clike.names import ClikeNames
from fairlead_monitors.context import Context
from fairlead_monitors.engine import Kind
from fairlead_monitors.evidence import Verdict
from fairlead_monitors.java.cases import JavaCases
from fairlead_monitors.java.imports import JavaImports
from fairlead_monitors.java.instances import JavaInstances
from fairlead_monitors.java.members import JavaMembers
from fairlead_monitors.java.scope import JavaScope
from tests.monitors.java.tables import KindTable

TABLE = {
    Kind.SCOPE: "count total REACH light close toList",
    Kind.IMPORT: "List Map Objects concurrent requireNonNull",
    Kind.CLASS: "Tug Thread TreeMap",
    Kind.CASE: "CLEAR CAUTION",
}
ALL = None


def monitor(of: type[ClikeNames], text: str, engine: KindTable | None = None) -> ClikeNames:
    prefix, _, suffix = text.partition("|")
    return of(Context("A.java", prefix, suffix, engine or KindTable(TABLE)))


def check(of: type[ClikeNames], text: str, data: str, admitted: str | None) -> None:
    """Feed `data` at once and byte by byte."""
    whole, byte_wise = monitor(of, text), monitor(of, text)
    expected = len((data if admitted is None else admitted).encode())
    assert whole.admitted(data.encode()) == expected
    for byte in data.encode()[:expected]:
        assert byte_wise.admitted(bytes([byte])) == 1
        byte_wise.advance(bytes([byte]))
    if expected < len(data.encode()):
        assert byte_wise.admitted(data.encode()[expected : expected + 1]) == 0
    whole.advance(data.encode()[:expected])
    assert whole.may_end() == byte_wise.may_end()
    assert whole.evidence() == byte_wise.evidence()
    assert whole.constraint() == byte_wise.constraint()


@pytest.mark.parametrize(
    ("text", "data", "admitted"),
    [
        # Where expressions begin, a name is checked when what follows shows what it is.
        ("x = |", "count + 1;", ALL),
        ("x = |", "coun + 1;", "coun "),
        ("x = |", "counter;", "counter"),
        ("return |", "total;", ALL),
        ("return |", "totals;", "totals"),
        ("{ f(); |", "light();", ALL),
        ("{ f(); |", "lights();", "lights"),
        ("{ |", "count = 1;", ALL),
        ("{ |", "counts = 1;", "counts "),
        ("f(|", "count, total)", ALL),
        ("f(|", "count, totals)", "count, totals"),
        ("if (|", "count == 1)", ALL),
        ("if (|", "counts == 1)", "counts "),
        ("a[|", "count]", ALL),
        ("a[|", "counts]", "counts"),
        ("x = y + |", "REACH;", ALL),
        ("x = y + |", "RANGE;", "RANGE"),
        ("x = !|", "found;", "found"),
        ("f(x -> |", "found)", "found"),
        ("x = cou|", "nts;", "nts"),
        ("x = cou|nts;", " ", ALL),
        # Words of the language.
        ("return |", "this;", ALL),
        ("return |", "null;", ALL),
        ("x = |", "switch (count) {", ALL),
        ("x = |", "int[]::new;", ALL),
        # Types, packages, labels, parameters and declarations are something else.
        ("{ |", "String name;", ALL),
        ("{ |", "java.util.List x;", ALL),
        ("{ |", "outer: for (;;)", ALL),
        ("x = |", "found -> 1;", ALL),
        ("f(|", "(found, other) -> 1)", ALL),
        ("x = (|", "found) y;", ALL),
        ("{ |", "found[] x;", ALL),
        ("x = |", "Arrays.asList(count);", ALL),
        ("x = y < |", "found;", ALL),
        ("class A { |", "A(int a) {}", ALL),
        ("class A { void |", "found() {}", ALL),
        ("class A { int |", "found, other;", ALL),
        ("@A(|", "found = 1) int x;", ALL),
        ("@A(x = |", "FOUND) int y;", ALL),
        ("for (|", "found : count)", ALL),
        ("{ int x = 1, |", "found = 2;", ALL),
        ("break |", "found;", ALL),
        ("enum E { |", "FOUND, OTHER }", ALL),
        ("switch (x) { case |", "FOUND:", ALL),
        ("import |", "found.Other;", ALL),
        ("x.|", "found;", ALL),
        ("// |", "= found;", ALL),
        ('"', "= found;", ALL),
    ],
)
def test_names_in_scope(text: str, data: str, admitted: str | None) -> None:
    check(JavaScope, text, data, admitted)


@pytest.mark.parametrize(
    ("text", "data", "admitted"),
    [
        ("import java.util.|", "List;", ALL),
        ("import java.util.|", "Lost;", "L"),
        ("import |", "java.util.Lost;", "java.util.L"),
        ("import java.util.|", "*;", ALL),
        ("import java.util.|", "concurrent.Lock;", "concurrent.L"),
        # A package may be in an archive that analysis does not see.
        ("import java.util.|", "unseen.List;", ALL),
        ("import static java.util.Objects.|", "requireNonNull;", ALL),
        ("import static java.util.Objects.|", "requireAll;", "require"),
        ("import java.util.Map.|", "unseen;", ""),
        ("package java.|", "unseen;", ALL),
        ("java.util.|", "Lost x;", ALL),
        ("// import java.util.|", "Lost", ALL),
    ],
)
def test_imports(text: str, data: str, admitted: str | None) -> None:
    check(JavaImports, text, data, admitted)


def test_a_package_of_which_no_type_is_known_may_have_any() -> None:
    of_packages = KindTable({Kind.IMPORT: "util io"})
    assert monitor(JavaImports, "import com.|", of_packages).admitted(b"Unseen;") == 7


@pytest.mark.parametrize(
    ("text", "data", "admitted"),
    [
        ("new |", "Tug(1)", ALL),
        ("new |", "Tub(1)", "Tub"),
        ("new |", "TreeMap<>()", ALL),
        ("new |", "TreeSet<>()", "TreeSet"),
        ("x = |", "new Tub(1)", "new Tub"),
        ("x = new T|", "ub(1)", "ub"),
        ("x = new T|ub(1)", " ", ALL),
        # An array may be of any type, and what is imported is there.
        ("new |", "TimeUnit[3]", ALL),
        ("new |", "int[3]", ALL),
        ("import a.Tank;\nnew |", "Tank(1)", ALL),
        ("new |", "a.b.Tank(1)", ALL),
        ("A::new |", "Tank(1)", ALL),
        ('"new |', "Tank(1)", ALL),
    ],
)
def test_instances(text: str, data: str, admitted: str | None) -> None:
    check(JavaInstances, text, data, admitted)


def test_classes_are_asked_for_by_their_first_letter() -> None:
    engine = KindTable(TABLE)
    asking = monitor(JavaInstances, "x = new |;", engine)
    for byte in (b"T", b"u", b"g", b"("):
        assert asking.admitted(byte) == 1
        asking.advance(byte)
    monitor(JavaInstances, "x = new Tu|g();", engine).may_end()
    assert engine.asked == [
        (Kind.CLASS, "x = new T", ";"),
        (Kind.CLASS, "x = new T", "();"),
    ]


@pytest.mark.parametrize(
    ("text", "data", "admitted"),
    [
        ("case |", "CLEAR:", ALL),
        ("case |", "CLOSED:", "CL"),
        ("case |", "CAUTION -> 1;", ALL),
        ("case |", "CLE:", "CLE"),
        ("case CLEAR, |", "CAUTION:", ALL),
        ("case CLEAR, |", "CLOSED:", "CL"),
        ("switch (x) { |", "case CLOSED:", "case CL"),
        ("case CL|EAR:", "", ALL),
        # Types, other constants, and what is no label.
        ("case |", "null, default:", ALL),
        ("case |", "Tug tug ->", ALL),
        ("class IOTrouble {} case |", "IOTrouble t ->", ALL),
        ("case |", "1:", ALL),
        ("case |", '"a":', ALL),
        ("case CLEAR -> |", "OTHER;", ALL),
        ("case CLEAR: |", "OTHER();", ALL),
        ("case Point(int x, |", "OTHER y):", ALL),
    ],
)
def test_cases(text: str, data: str, admitted: str | None) -> None:
    check(JavaCases, text, data, admitted)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("case CA|", {"CLEAR", "CAUTION"}),
        ("case |", None),
        ("case C|", None),
        ("case Ca|", None),
        ("class CAn {} case CA|", None),
    ],
)
def test_constants_are_listed_where_no_type_can_be_meant(text: str, names: set[str] | None) -> None:
    constraint = monitor(JavaCases, text).constraint()
    if names is None:
        assert constraint is None
    else:
        assert constraint is not None
        assert {n.decode() for n in constraint.names if n.isupper()} == names


@pytest.mark.parametrize(
    ("header", "admitted"),
    [
        ("import java.util.List;\nclass A implements List {", "coun"),
        ("import a.Unseen;\nclass A {", "coun"),
        ("import a.Unseen;\nclass A extends Unseen {", "coun;"),
        ("import a.Unseen;\nclass A extends B<List> implements List, Unseen {", "coun;"),
        ("import a.Unseen;\nclass A { class B extends a.Unseen {} ", "coun;"),
    ],
)
def test_what_inherits_from_an_unknown_type_may_have_other_names(
    header: str, admitted: str
) -> None:
    check(JavaScope, header + " void f() { x(|", "coun;", admitted)
    table = KindTable({Kind.MEMBER: "count", Kind.IMPORT: TABLE[Kind.IMPORT]})
    dereferencing = monitor(JavaMembers, header + " void f() { this.|", table)
    assert dereferencing.admitted(b"coun;") == len(admitted)


def test_evidence() -> None:
    checked = monitor(JavaScope, "{ |")
    checked.advance(b"total = count + unknown.size();")
    assert [(e.name, e.kind, e.verdict) for e in checked.evidence()] == [
        ("total", "name", Verdict.VALID),
        ("count", "name", Verdict.VALID),
    ]
