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
        ("new |", "Tug;", "Tug"),
        ("new |", "Tug)", "Tug"),
        ("new |", "Tug /* all */ (1)", ALL),
        ("new |", "Tug.Sailor(1)", ALL),
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


@pytest.mark.parametrize(
    ("text", "data", "admitted"),
    [
        ("new |", "Signal[3]", ALL),
        ("new |", "char[3]", ALL),
        ("new |", "char @A [3]", ALL),
        ("new |", "char(3)", "char"),
        ("new |", "char;", "char"),
        ("new |", "Signal(1)", "Signal"),
        ("new |", "Sequel[3]", "Se"),
        ("new |", "java.util.List[3]", ALL),
        ("new |", "jova.util.List[3]", "jo"),
        ("new |", "Thread(1)", ALL),
        ("new |", "Crane(1)", "Cr"),
        ("{ |", "Crane x;", "Cr"),
        ("new |", "Tub[1]", "Tu"),
        ("import a.Crane; { |", "Crane x;", ALL),
    ],
)
def test_arrays_are_of_any_type_that_is_there(text: str, data: str, admitted: str | None) -> None:
    of = JavaInstances if text.startswith("new") else JavaScope
    table = {**TABLE, Kind.TYPE: "Signal java"}
    check(lambda: monitor(of, text, Importing(table)), data, admitted)


class Importing(KindTable):
    """Lists a type that would have to be imported."""

    def names(self, kind: Kind, source: Source, offset: int) -> Future[Names]:
        found = super().names(kind, source, offset).result()
        of_types = kind in (Kind.TYPE, Kind.CLASS)
        return answered(replace(found, importable=frozenset({"Crane"} if of_types else ())))


@pytest.mark.parametrize(
    ("after", "ends"), [("", True), (";", False), ("(1)", True), ("\n}", False), ("[3]", True)]
)
def test_an_instance_ends_before_its_brackets(after: str, ends: bool) -> None:
    made = monitor(JavaInstances, f"x = |{after}")
    made.advance(b"new Tug")
    assert made.may_end() is ends


def test_classes_are_asked_for_by_their_first_letters() -> None:
    engine = KindTable(TABLE)
    asking = monitor(JavaInstances, "x = new |;", engine)
    for byte in (b"T", b"u", b"g", b"("):
        assert asking.admitted(byte) == 1
        asking.advance(byte)
    monitor(JavaInstances, "x = new Tu|g();", engine).may_end()
    assert engine.asked == [
        (Kind.CLASS, "x = new Tug", ";"),
        (Kind.CLASS, "x = new Tug", "();"),
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
