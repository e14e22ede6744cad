"""Imports, instances and cases in Java, on tables; the cursor is at `|`."""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import replace

import pytest

from fairlead_monitors.engine import Kind, Names, Source, answered
from fairlead_monitors.java.cases import JavaCases
from fairlead_monitors.java.imports import JavaImports
from fairlead_monitors.java.instances import JavaInstances
from fairlead_monitors.java.scope import JavaScope
from tests.monitors.engines import KindTable
from tests.monitors.java.tables import TABLE, monitor
from tests.monitors.stepwise import ALL, check


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
