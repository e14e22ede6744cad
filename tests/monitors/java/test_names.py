"""Names in scope, imports, instances and cases in Java, on tables; the cursor is at `|`."""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import replace
from itertools import count

import pytest

from fairlead_monitors.clike.names import ClikeNames
from fairlead_monitors.engine import Kind, Names, Source, answered
from fairlead_monitors.evidence import Verdict
from fairlead_monitors.java.cases import JavaCases
from fairlead_monitors.java.imports import JavaImports
from fairlead_monitors.java.instances import JavaInstances
from fairlead_monitors.java.members import JavaMembers
from fairlead_monitors.java.scope import JavaScope
from tests.monitors.engines import KindTable
from tests.monitors.stepwise import ALL, at, check

TABLE = {
    Kind.SCOPE: "count total REACH light close toList",
    Kind.IMPORT: "List Map Objects concurrent requireNonNull",
    Kind.CLASS: "Tug Thread TreeMap",
    Kind.CASE: "CLEAR CAUTION",
}


def monitor(of: type[ClikeNames], text: str, engine: KindTable | None = None) -> ClikeNames:
    return of(at("A.java", text, engine or KindTable(TABLE)))


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
        # What is imported is there.
        ("import static a.B.found;\n{ |", "found(1);", ALL),
        ("import static a.B.FOUND;\nx = |", "FOUND + 1;", ALL),
        ("import a.found;\nx = |", "found;", "found"),
        ("import a.B; import static a.B.found;\n{ |", "found(1);", ALL),
        ("import static/* all */ a.B.found;\n{ |", "found(1);", ALL),
        ("/*\nimport static a.B.found;\n*/ { |", "found(1);", "found"),
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
        ("@A({|", "FOUND, OTHER}) int x;", ALL),
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
    check(lambda: monitor(JavaScope, text), data, admitted)


# What the text declares may be missing in the list: analysis does not see all in unfinished code.
@pytest.mark.parametrize(
    ("text", "data", "admitted"),
    [
        ("{ |", "if (x instanceof Tug found && found != count) return found;", ALL),
        ("{ |", "for (Tug found : total) close(1 + found);", ALL),
        ("{ |", "if (!(x instanceof Tug found)) { return; } close(found);", ALL),
        ("{ |", "List<Tug> found = total; close(found);", ALL),
        ("{ |", "int[] found; close(found);", ALL),
        ("void close(Tug... found) { |", "close(found);", ALL),
        ("{ for (Tug found : total) close(fou|", "nd);", ALL),
        # In other blocks it is not there.
        ("{ |", "{ Tug found; } close(found);", "{ Tug found; } close(found"),
        ("void g(Tug found) {} { |", "close(found);", "close(found"),
        ("{ for (Tug found : total) { } |", "close(found);", "close(found"),
        ("{ close(x -> { Tug found; }); |", "close(found);", "close(found"),
        ("{ close(total > found, count); |", "close(found);", "close(found"),
        ("{ if (x == found) {} |", "close(found);", "close(found"),
        ("{ // Tug found;\n|", "close(found);", "close(found"),
        ("{ |; Tug found; }", "close(found);", "close(found"),
    ],
)
def test_what_the_text_declares_is_there(text: str, data: str, admitted: str | None) -> None:
    check(lambda: monitor(JavaScope, text), data, admitted)


TYPES = {**TABLE, Kind.TYPE: "String Tug java"}


# What begins with a name may be a type or a package as well, where analysis lists these.
@pytest.mark.parametrize(
    ("text", "data", "admitted"),
    [
        ("x = |", "count.x;", ALL),
        ("x = |", "counts.x;", "counts"),
        ("x = |", "counts . x;", "counts "),
        ("x = |", "counts\n  .x;", "counts\n  "),
        ("x = |", "counts[0];", "counts"),
        ("if (|", "counts < 1)", "counts "),
        ("if (|", "counts && x)", "counts "),
        ("x = |", "counts ? 1 : 2;", "counts "),
        ("x = |", "counts instanceof Tug;", "counts "),
        ("x = |", "counts -> 1;", ALL),
        ("x = |", "counts->1;", ALL),
        ("x = |", "count - 1;", ALL),
        ("x = |", "counts - 1;", "counts -"),
        ("f(|", "1, counts -1)", "1, counts -"),
        ("if (|", "counts-- > 1)", "counts-"),
        ("x = |", "counts // all", ALL),
        ("{ |", "counts: for (;;)", ALL),
        ("x = |", "String.valueOf(1);", ALL),
        ("x = |", "Strong.valueOf(1);", "Strong"),
        ("x = |", "java.util.List.of();", ALL),
        ("x = |", "jova.util.List.of();", "jova"),
        ("{ |", "Tug[] x;", ALL),
        ("{ |", "Tag[] x;", "Tag"),
        ("{ |", "Tug<X> x;", ALL),
        ("{ |", "Tug x;", ALL),
        ("{ |", "Tag x;", "Tag "),
        ("{ |", "record Point(int x) {}", ALL),
        ("{ |", "final Tag x;", ALL),
        ("{ |", "int x;", ALL),
        ("Barge b; { |", "Barge x;", ALL),
        ("// Barge\n{ |", "Barge x;", "Barge "),
        ("import a.Barge; { |", "Barge x;", ALL),
        ("{ |; Barge b; }", "Barge x", ALL),
        ("x = coun|", "ts.x;", "ts"),
    ],
)
def test_what_names_may_begin_with(text: str, data: str, admitted: str | None) -> None:
    check(lambda: monitor(JavaScope, text, KindTable(TYPES)), data, admitted)


@pytest.mark.parametrize(
    ("before", "after", "ends"),
    [
        ("x = count", "", True),
        ("x = counts", "", True),
        ("x = counts", ";", False),
        ("x = counts", "\n}", False),
        ("x = counts", ".y;", False),
        ("x = counts", "\n  .y;", False),
        ("x = counts", "\n -> 1;", True),
        ("x = count", ".y;", True),
        ("x = String", ".y;", True),
    ],
)
def test_what_follows_a_name_tells_what_it_is(before: str, after: str, ends: bool) -> None:
    head, tail = before.split(" = ")
    made = monitor(JavaScope, f"{head} = |{after}", KindTable(TYPES))
    made.advance(tail.encode())
    assert made.may_end() is ends


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
    check(lambda: monitor(JavaImports, text), data, admitted)


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
        ("import static a.B.Tank;\nnew |", "Tank(1)", ALL),
        ("import a.Tank;\nnew Ta|nk(1)", "", ALL),
        ("new |", "a.b.Tank(1)", ALL),
        ("A::new |", "Tank(1)", ALL),
        ('"new |', "Tank(1)", ALL),
    ],
)
def test_instances(text: str, data: str, admitted: str | None) -> None:
    check(lambda: monitor(JavaInstances, text), data, admitted)


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
        ("case |", "CLOsed", "CL"),
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
    check(lambda: monitor(JavaCases, text), data, admitted)


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
        ("package a;\nclass A extends a . b . Unseen {", "coun;"),
        ("package a;\nclass A extends java.util.Map.Entry {", "coun"),
        ("package a;\nclass A extends Outer.Inner {", "coun"),
    ],
)
def test_what_inherits_from_an_unknown_type_may_have_other_names(
    header: str, admitted: str
) -> None:
    check(lambda: monitor(JavaScope, header + " void f() { x(|"), "coun;", admitted)
    table = KindTable({Kind.MEMBER: "count", Kind.IMPORT: TABLE[Kind.IMPORT]})
    dereferencing = monitor(JavaMembers, header + " void f() { this.|", table)
    assert dereferencing.admitted(b"coun;") == len(admitted)


@pytest.mark.parametrize(
    ("packages", "of", "text", "data", "admitted"),
    [
        ("Some", JavaInstances, "import a.*;\nx = new |", "Tank(1);", "Tank"),
        ("some", JavaInstances, "import a.*;\nx = new |", "Tank(1);", ALL),
        ("some", JavaInstances, "import static a.B.*;\nx = new |", "Tank(1);", "Tank"),
        ("", JavaInstances, "import static a.B.*;\nx = new |", "Tank(1);", ALL),
        ("some", JavaScope, "import static a.B.*;\n{ |", "found(1);", "found"),
        ("", JavaScope, "import static a.B.*;\n{ |", "found(1);", ALL),
        ("", JavaScope, "import a.*;\n{ |", "found(1);", "found"),
        ("Some", JavaScope, "import a.*;\nclass A extends B { { |", "found(1);", "found"),
        ("", JavaScope, "import a.*;\nclass A extends B { { |", "found(1);", ALL),
        ("", JavaScope, "import a.*;\nclass B {} class A extends B { { |", "found(1);", "found"),
        # What comments say is not declared.
        ("", JavaScope, "import a.*;\n// The class B\nclass A extends B {{ |", "found(1);", ALL),
        (
            "",
            JavaScope,
            "import a.*; class A {} // class A extends B\nclass C {{ |",
            "found(1);",
            "found",
        ),
        ("", JavaScope, "import a.*;\nclass B<T> extends a {{ |", "found(1);", "found"),
    ],
)
def test_a_package_of_which_nothing_is_seen_may_have_what_is_missing(
    packages: str, of: type[ClikeNames], text: str, data: str, admitted: str | None
) -> None:
    table = KindTable({**TABLE, Kind.IMPORT: packages})
    check(lambda: monitor(of, text, table), data, admitted)


class Together(KindTable):
    """Answers about imports when it has been asked about two."""

    def __init__(self) -> None:
        super().__init__({**TABLE, Kind.IMPORT: "Some"})
        self._pending: list[tuple[Future[Names], Names]] = []

    def names(self, kind: Kind, source: Source, offset: int) -> Future[Names]:
        answer = super().names(kind, source, offset)
        if kind is not Kind.IMPORT:
            return answer
        self._pending.append((Future(), answer.result()))
        if len(self._pending) > 1:
            for future, names in self._pending:
                future.set_result(names)
        return self._pending[-1][0]


def test_packages_are_asked_for_together() -> None:
    where = at("A.java", "import a.*;\nimport b.*;\nx = new |", Together(), clock=count().__next__)
    assert JavaInstances(where).admitted(b"Tank(1);") == len("Tank")


def test_no_package_is_asked_for_where_the_name_is_imported() -> None:
    engine = KindTable(TABLE)
    text = "import a.*;\nimport b.Tank;\nx = new |"
    assert monitor(JavaInstances, text, engine).admitted(b"Tank(1);") == len("Tank(1);")
    assert [asked for asked in engine.asked if asked[0] is Kind.IMPORT] == []


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("import a.Unseen; class A extends Unseen {", ("import a.", "; class A extends Unseen {")),
        ("package p;\nclass A extends a.Unseen {",
         ("package p; import a.", ";\nclass A extends a.Unseen {")),
        ("/*\npackage p;\n*/class A extends a.Unseen {",
         (" import a.", ";/*\npackage p;\n*/class A extends a.Unseen {")),
        ("class A extends a.Unseen {", (" import a.", ";class A extends a.Unseen {")),
    ],
)  # fmt: skip
def test_supertypes_are_asked_for_as_imports(text: str, asked: tuple[str, str]) -> None:
    engine = KindTable(TABLE)
    monitor(JavaScope, text, engine)
    assert engine.asked == [(Kind.IMPORT, *asked)]


def test_evidence() -> None:
    checked = monitor(JavaScope, "{ |")
    checked.advance(b"total = count + unknown.size();")
    assert [(e.name, e.kind, e.verdict) for e in checked.evidence()] == [
        ("total", "name", Verdict.VALID),
        ("count", "name", Verdict.VALID),
    ]
