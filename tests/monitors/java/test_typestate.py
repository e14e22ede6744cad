"""The typestate monitor for Java; the cursor is at `|`, inside a method."""

from __future__ import annotations

import pytest

from fairlead_monitors.context import Context
from fairlead_monitors.engine import Unknowing
from fairlead_monitors.java.typestate import JavaTypestate

IMPORTS = "import java.sql.*;\nimport java.util.Iterator;\nimport java.io.FileReader;\n"


def monitor(body: str, imports: str = IMPORTS) -> JavaTypestate:
    prefix, _, suffix = f"{imports}class A {{ void f(Connection c) {{ {body} }} }}".partition("|")
    return JavaTypestate(Context("A.java", prefix, suffix, Unknowing()))


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
        ("FileReader r = new FileReader(p); r.close(); r.|", "read", True),
        ("var r = new FileReader(p); r.close(); r.|", "read", True),
        ("Connection d = DriverManager.getConnection(u); d.close(); d.|", "prepareStatement", True),
        ("int[] a = {1}; " + OPENED + "r.|", "getString", True),
        ("class B { void g() { x(); } } " + OPENED + "r.|", "getString", True),
    ],
)  # fmt: skip
def test_forbidden(body: str, name: str, expected: bool) -> None:
    data = f"{name}()".encode()
    whole, byte_wise = monitor(body), monitor(body)
    good = whole.admitted(data)
    for byte in data[:good]:
        assert byte_wise.admitted(bytes([byte])) == 1
        byte_wise.advance(bytes([byte]))
    assert good == (len(name) if expected else len(data))


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
