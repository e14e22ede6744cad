"""The typestate monitor for Java; the cursor is at `|`, inside a method."""

from __future__ import annotations

import pytest

from fairlead_monitors.engine import CompletionEngine, Unknowing
from fairlead_monitors.java.typestate import JavaTypestate
from tests.monitors.engines import SilentEngine
from tests.monitors.stepwise import ALL, at, check

IMPORTS = """\
import java.sql.*;
import java.util.Iterator;
import java.util.concurrent.locks.*;
import java.io.FileReader;
"""


def monitor(
    body: str, imports: str = IMPORTS, engine: CompletionEngine | None = None
) -> JavaTypestate:
    text = f"{imports}class A extends Iterator {{ void f(Connection c) {{ {body} }} }}"
    return JavaTypestate(at("A.java", text, engine or Unknowing()))


OPENED = "ResultSet r = s.executeQuery(q); "


@pytest.mark.parametrize(
    ("body", "name", "expected"),
    [
        (OPENED + "r.|", "getString", True),
        (OPENED + "r.|", "next", False),
        (OPENED + "x = r.|", "getString", True),
        (OPENED + "r.next(); r.|", "getString", False),
        (OPENED + "if (r.next()) { r.|", "getString", False),
        (OPENED + "if (a) { r.|", "getString", True),
        (OPENED + "while (r.next()) { r.|", "getString", False),
        (OPENED + "while (a) { r.|", "getString", False),
        (OPENED + "r.close(); r.|", "next", True),
        (OPENED + "g(r); r.|", "getString", False),
        (OPENED + "if (a) { r.next(); } r.|", "getString", False),
        (OPENED + "if (a) r.next(); r.|", "getString", False),
        (OPENED + "for (;;) r.next(); r.|", "getString", False),
        (OPENED + "h = () -> r.next(); r.|", "getString", False),
        (OPENED + "h = () -> { r.next(); }; r.|", "getString", False),
        (OPENED + "try { r.|", "getString", False),
        ("ReentrantLock l = new ReentrantLock(); l.|", "unlock", True),
        ("ReentrantLock l = new ReentrantLock(); Runnable u = () -> l.|", "unlock", False),
        (OPENED + "assertThrows(X.class, () -> r.|", "getString", False),
        (OPENED + "boolean b = a && r.next(); r.|", "getString", False),
        (OPENED + "r = t; r.|", "getString", False),
        ("try (" + OPENED.strip("; ") + ") { r.|", "getString", True),
        ("try (Statement s = c.createStatement(); " + OPENED.strip("; ") + ") { r.|", "getString",
         True),
        ("var r = s.executeQuery(q); r.|", "getString", False),
        ("ResultSet r = a ? s.executeQuery(q) : t; r.|", "getString", False),
        ("ResultSet r = s.executeQuery(q).unwrap(t); r.|", "getString", False),
        ("/* " + OPENED + "*/ r.|", "getString", False),
        ("Iterator<String> i = xs.iterator(); i.|", "remove", True),
        ("Iterator<Map<K, V>> i = xs.iterator(); i.next(); i.|", "remove", False),
        ("Iterator<String> i = xs.iterator(); i.next(); i.remove(); i.|", "remove", True),
        ("Iterator<String> i = xs.iterator(); i.forEachRemaining(f); i.|", "remove", False),
        ("FileReader r = new FileReader(p); r.close(); r.|", "read", True),
        ("var r = new FileReader(p); r.close(); r.|", "read", True),
        ("Connection d = DriverManager.getConnection(u); d.close(); d.|", "prepareStatement", True),
        ("int[] a = {1}; " + OPENED + "r.|", "getString", True),
        ("class B { void g() { x(); } } " + OPENED + "r.|", "getString", True),
        # The text may be broken.
        ("x[ B r = f(); r.|", "getString", False),
        ("{ * B r = f(); r.|", "getString", False),
    ],
)  # fmt: skip
def test_forbidden(body: str, name: str, expected: bool) -> None:
    check(lambda: monitor(body), f"{name}()", name if expected else ALL)


@pytest.mark.parametrize(
    ("imports", "known"),
    [
        ("import java.sql.ResultSet;", True),
        ("import java.sql.*;", True),
        ("import java.sql.*;\nimport mine.ResultSet;", False),
        ("", False),
        ("import java.sql.*;\nclass ResultSet {}", False),
    ],
)
def test_types_are_known_by_their_imports(imports: str, known: bool) -> None:
    watching = monitor(OPENED + "r.|", imports + "\n")
    watching.advance(b"g")
    assert (b"getString" in watching.forbidden()) == known


@pytest.mark.parametrize(
    ("body", "may_end"),
    [
        ("Iterator<String> i = xs.iterator(); i.|remove();", False),
        ("Iterator<String> i = xs.iterator(); i.|next();", True),
        ("Iterator<String> i = xs.iterator(); i.|", True),
        ("x.|remove();", True),
    ],
)
def test_may_end(body: str, may_end: bool) -> None:
    engine = SilentEngine({})
    assert monitor(body, engine=engine).may_end() == may_end
    assert not engine.asked
