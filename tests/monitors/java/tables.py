"""What the tests of names in Java share: tables of names, and monitors on them."""

from __future__ import annotations

from fairlead_monitors.clike.names import ClikeNames
from fairlead_monitors.engine import Kind
from tests.monitors.engines import KindTable
from tests.monitors.stepwise import at

TABLE = {
    Kind.SCOPE: "count total REACH light close toList",
    Kind.IMPORT: "List Map Objects concurrent requireNonNull",
    Kind.CLASS: "Tug Thread TreeMap",
    Kind.CASE: "CLEAR CAUTION",
}


def monitor(of: type[ClikeNames], text: str, engine: KindTable | None = None) -> ClikeNames:
    return of(at("A.java", text, engine or KindTable(TABLE)))
