"""Names in scope in Java, and what is inherited or imported, on tables; the cursor is at `|`."""

from __future__ import annotations

from concurrent.futures import Future
from itertools import count

import pytest

from fairlead_monitors.clike.names import ClikeNames
from fairlead_monitors.engine import Kind, Names, Source, answered
from fairlead_monitors.evidence import Verdict
from fairlead_monitors.java.instances import JavaInstances
from fairlead_monitors.java.members import JavaMembers
from fairlead_monitors.java.scope import JavaScope
from tests.monitors.engines import KindTable
from tests.monitors.java.tables import TABLE, monitor
from tests.monitors.stepwise import ALL, at, check


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
        ("{ |", "found[] x;", ALL),
        ("x = |", "Arrays.asList(count);", ALL),
        ("x = y < |", "found;", ALL),
        ("class A { |", "A(int a) {}", ALL),
        ("class A { void |", "found() {}", ALL),
        ("class A { int |", "found, other;", ALL),
        ("@A(|", "found = 1) int x;", ALL),
        ("@A(x = |", "FOUND) int y;", ALL),
        ("@A({|", "FOUND, OTHER}) int x;", ALL),
        ("for (|", "Tug found : count)", ALL),
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
        ("abstract void g(Tug found); void f() { |", "close(found);", "close(found"),
        ("{ g((Tug found) -> 1); |", "close(found);", "close(found"),
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
        ("if (|", "counts < 1)", "count"),
        ("if (|", "counts && x)", "count"),
        ("x = |", "counts ? 1 : 2;", "counts "),
        ("x = |", "counts instanceof Tug;", "counts "),
        ("x = |", "counts -> 1;", ALL),
        ("x = |", "counts->1;", ALL),
        ("x = |", "count - 1;", ALL),
        ("x = |", "counts - 1;", "counts -"),
        ("x = |", "counts -1;", "counts -"),
        ("f(|", "1, counts -1)", "1, counts -"),
        ("if (|", "counts-- > 1)", "count"),
        ("x = |", "count // all", ALL),
        ("x = |", "counts // all", "counts "),
        ("{ |", "counts: for (;;)", ALL),
        ("x = |", "String.valueOf(1);", ALL),
        ("x = |", "Strong.valueOf(1);", "Str"),
        ("x = |", "java.util.List.of();", ALL),
        ("x = |", "jova.util.List.of();", "jova"),
        ("{ |", "Tug[] x;", ALL),
        ("{ |", "Tag[] x;", "Ta"),
        ("{ |", "Tug<Tug> x;", ALL),
        ("{ |", "Tug x;", ALL),
        ("{ |", "Tag x;", "Ta"),
        ("{ |", "record Point(int x) {}", ALL),
        ("{ |", "final Tag x;", "final Ta"),
        ("{ |", "int x;", ALL),
        ("Barge b; { |", "Barge x;", ALL),
        ("// Barge\n{ |", "Barge x;", "Ba"),
        ("import a.Barge; { |", "Barge x;", ALL),
        ("{ |; Barge b; }", "Barge x", ALL),
        ("x = coun|", "ts.x;", "ts"),
        # What is read, whatever follows: a new name is a label, or has an arrow behind it.
        ("x = |", 'counts"', "counts"),
        ("x = |", "counts {", "counts "),
        ("x = |", "counts : 1;", "counts "),
        ("x = |", "counts::x;", "counts"),
        ("x = |", "count::x;", ALL),
        ("x = |", "Tug::new;", ALL),
        ("x = y ? |", "count : 1;", ALL),
        ("x = y ? |", "counts : 1;", "counts "),
        ("x = y ? |", "Tug : 1;", "Tug :"),
        ("x = y ? 1 : |", "counts;", "counts"),
        ("x = y ? 1 : |", "counts -> 1;", ALL),
        ("if (|", "counts -> 1)", "count"),
        ("for (|", "counts : total)", "count"),
        ("for (Tug x : |", "counts)", "counts"),
        ("f(1 + |", "counts)", "count"),
        ("x > |", "counts;", "count"),
        ("x = 1 << |", "counts;", "count"),
        ("switch (x) { |", "case 1: counts();", "case 1: counts"),
        ("switch (x) { default -> |", "counts();", "counts"),
        ("x = new int[] {|", "count, counts}", "count, counts"),
        ("int[] x = {|", "count, counts}", "count, counts"),
        ("if (x) |", "counts();", "counts"),
        # Types in casts, in brackets of type arguments and behind words of the language.
        ("x = (|", "counts) y;", "counts) "),
        ("x = (|", "counts) -> 1;", ALL),
        ("x = (|", "counts, y) -> 1;", ALL),
        ("x = (|", "T, y);", "T"),
        ("x = ((|", "counts, y) -> 1);", "count"),
        # What is a number or a text is no lambda expression.
        ("{ int x = |", "counts -> 1;", "count"),
        ("{ String x = |", "counts -> 1;", "count"),
        ("{ Tug[] x = |", "counts -> 1;", "count"),
        ("{ Tug x = |", "counts -> 1;", ALL),
        ("class A { int f() throws B { if (x) { return |", "counts -> 1;", "count"),
        ("class A { String[] f(int x) { return |", "counts -> 1;", "count"),
        ("class A { Tug f(int x) { return |", "counts -> 1;", ALL),
        ("class A { int f() { g(x -> { return |", "counts -> 1;", ALL),
        ("class A { int f() { new Tug() { Tug g() { return |", "counts -> 1;", ALL),
        ("x = 1 + (|", "counts) - y;", "count"),
        ("x = (|", "Tug) count;", ALL),
        ("x = (|", "Tag) count;", "Ta"),
        ("x = (|", "Tug & String) count;", ALL),
        ("x = (|", "String[]) counts;", "String[]) counts"),
        ("x = (|", "Tug x, int y) -> 1;", ALL),
        ("x = (Tug) |", "counts;", "counts"),
        ("Map<T, T> m; x = (|", "T) count;", "T"),
        ("{ List<|", "Tug> x;", ALL),
        ("{ List<|", "Tag> x;", "Ta"),
        ("{ Map<Tug, |", "Tag> x;", "Ta"),
        ("{ List<? extends |", "Tag> x;", ALL),
        ("f(x < |", "zero, z)", "ze"),
        ("f(x < count, |", "y -> 1)", ALL),
        ("if (x instanceof |", "Tag y)", "Ta"),
        ("try {} catch (|", "Tag y)", "Ta"),
        ("try {} catch (|", "Tug | Tug | String y)", ALL),
        ("try {} catch (final |", "Tug | Tug | String y)", ALL),
        ("try {} catch (|", "Tug | Tug | Tag y)", "Tug | Tug | Ta"),
        ("f(|", "count | Tug | 1)", "count | Tug "),
        ("{ f((final |", "Tag y) -> 1);", "Ta"),
        # Declared anew.
        ("class A<|", "T> {}", ALL),
        ("class A { <|", "T> void f() {} }", ALL),
        ("class A { Map<String, |", "T> f() {} }", "T"),
        ("interface A extends B<|", "T> {}", ALL),
        # Types of what a class declares.
        ("class A { |", "A(int a) {}", ALL),
        ("class A { |", "Tag(int a) {}", "Ta"),
        ("class A { |", "Tug f() {}", ALL),
        ("class A { public |", "Tag f() {}", "Ta"),
        ("class A { private static final |", "Tag x;", "Ta"),
        ("class A { List<|", "Tag> x;", "Ta"),
        ("class A { <E> List<|", "E> f() {}", ALL),
        ("class A { <E> void f(|", "E x) {}", ALL),
        ("class A { void f(|", "Tag x) {}", "Ta"),
        ("class A { void f(int y, |", "Tag x) {}", "Ta"),
        ("class A { void f(int y, final |", "Tag x) {}", "Ta"),
        ("class A { void f(|", "Tug.Sailor x, Tug<String>[] y) {}", ALL),
        ("enum E { |", "TOW, TAG(TOW) }", ALL),
        ("enum E { TOW; |", "Tag x;", ALL),
        ("class A { @Tow(|", "TAG) int x;", ALL),
        ("class A { record |", "Tow(int x) {}", ALL),
        # A method may be called as a type is declared.
        ("class A { void record(int x) { |", "count += x;", ALL),
        ("class A { public static void record(int x) { |", "count += x;", ALL),
        ("class A { static record Tow<E>(int x) { |", "Tag x;", "Ta"),
        # Values of what a class declares.
        ("@interface A { int x() |", "default REACH;", ALL),
        ("interface A { default |", "Tag x();", "Ta"),
        ("class A { Tug x = " + "1 + " * 12 + "(|", "count + 1);", ALL),
        ("class A { Tug x = " + "1 + " * 12 + "(|", "counts + 1);", "count"),
        ("class A { Tug x = " + "1 + " * 12 + "close(|", "count, total);", ALL),
        # Parameters of types are new, wherever they are declared.
        ("enum E { A; static <|", "T> void f() {}", ALL),
        ("enum E { A; static <S, |", "T> void f() {}", ALL),
        ("enum E { A(1) { <|", "T> void f() {} }", ALL),
        ("class A { public non-sealed class B<|", "T> {}", ALL),
        ("class A { <@Tow T> |", "void f(T x) {}", ALL),
        ("f(count < |", "T);", "T"),
        # What follows a long type.
        ("{ Map<" + "Tug, Map<" * 5 + "Tug" + ">" * 6 + " |", "found = count;", ALL),
        ("{ f(x > |", "counts);", "count"),
        # Lambda expressions as elements of arrays.
        ("{ a[0][1] = |", "found -> 1;", ALL),
        ("{ Tug[][] a = {{|", "found -> 1}};", ALL),
        ("{ Tug[][] a = {{count}, {|", "found -> 1}};", ALL),
        ("{ new Tug() {{ |", "found -> 1", "found "),
        # Parts of patterns.
        ("if (x instanceof Tug(Tug(|", "Tug(var y), Tug z), var u) && y)", ALL),
        ("class A { |", "Éclair x;", ALL),
        ("(" * 3000 + "|", "count", ALL),
        ("{ int[] a = " + "{" * 3000 + "|", "count", ALL),
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


class Lost(KindTable):
    """Makes nothing of lambda expressions."""

    def names(self, kind: Kind, source: Source, offset: int) -> Future[Names]:
        found = super().names(kind, source, offset)
        lost = kind is Kind.SCOPE and "->" in source.text[:offset]
        return answered(Names.unknown(self.name, "nothing is listed")) if lost else found


@pytest.mark.parametrize(
    ("data", "admitted"),
    [
        ("close(x -> count);", ALL),
        ("close(x -> x);", ALL),
        ("close(x -> counts);", "close(x -> counts"),
        ("close(x -> 1 + counts);", "close(x -> 1 + count"),
        ("close((x, Tug y) -> y + z);", "close((x, Tug y) -> y + z"),
        ("close(x -> y -> x + y + count);", ALL),
        ("close(x -> y -> close(z));", "close(x -> y -> close(z"),
        ("close(x -> { z(); });", ALL),
    ],
)
def test_a_lambda_expression_that_analysis_makes_nothing_of(
    data: str, admitted: str | None
) -> None:
    check(lambda: monitor(JavaScope, "{ |", Lost(TYPES)), data, admitted)


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
