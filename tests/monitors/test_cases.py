"""Cases of enumerations: what jedi lists, and the monitor that refuses the rest."""

from __future__ import annotations

from concurrent.futures import Future

import pytest

from fairlead_monitors.context import Context
from fairlead_monitors.engine import Completeness, Kind, Names, Source, Unknowing, answered
from fairlead_monitors.python.cases import CasesMonitor
from fairlead_monitors.python.jedi_cases import case_names
from fairlead_monitors.python.jedi_script import ask

COMPLETE, UNKNOWN = Completeness.COMPLETE, Completeness.UNKNOWN

CODE = """\
import enum
from enum import Enum
from typing import Optional

class Color(Enum):
    RED = 1
    GREEN, BLUE = 2, 3
    def paint(self): return self
    @property
    def dark(self): return True

class Shape(enum.IntEnum):
    ROUND = enum.auto()

class Made(Enum):
    vars()['A'] = 1

class Plain:
    RED = 1

"""


def text_of(subject: str, pattern: str, after: str = "") -> str:
    body = f"    match {subject}:\n        case Color.RED: pass\n        case {pattern}¶{after}\n"
    arguments = "color: Color, maybe: Optional[Color], either: Color | Shape, plain: Plain, "
    arguments += "shape: Shape, x"
    return f"{CODE}def f({arguments}):\n{body}\n\ndef g(): ...\n"


@pytest.mark.parametrize(
    ("subject", "pattern", "verdict"),
    [
        ("color", "Color.", COMPLETE),
        ("maybe", "Color.", COMPLETE),
        ("Color(x)", "Color.", COMPLETE),
        ("color", "Color.RED | Color.", COMPLETE),
        ("color", "[Color.", COMPLETE),
        ("shape", "Shape.", COMPLETE),
        ("either", "Color.", UNKNOWN),
        ("color", "Shape.", UNKNOWN),
        ("color", "Color.RED.", UNKNOWN),
        ("plain", "Plain.", UNKNOWN),
        ("x", "Color.", UNKNOWN),
        ("Made.A", "Made.", UNKNOWN),
        ("", "Color.", UNKNOWN),
    ],
)
def test_constants(subject: str, pattern: str, verdict: Completeness) -> None:
    before, _, after = text_of(subject, pattern, ": pass").partition("¶")
    found = ask(case_names, Names.unknown, Source("/a/b.py", before + after), len(before))
    assert found.completeness is verdict
    assert bool(found.reason) == (verdict is UNKNOWN)
    if verdict is COMPLETE:
        names = {"ROUND"} if "Shape" in pattern else {"RED", "GREEN", "BLUE"}
        assert found.names == names


def test_what_is_no_match_statement() -> None:
    text = "case.x = 1\ncase."
    found = ask(case_names, Names.unknown, Source("/a/b.py", text), len(text))
    assert found.completeness is UNKNOWN


class Jedi(Unknowing):
    """jedi in this process."""

    def names(self, kind: Kind, source: Source, offset: int) -> Future[Names]:
        assert kind is Kind.CASE
        return answered(ask(case_names, Names.unknown, source, offset))


@pytest.mark.parametrize(
    ("pattern", "data", "admitted"),
    [
        ("", "Color.RED:", "Color.RED:"),
        ("Color.", "GREEN | Color.dark", "GREEN | Color."),
        ("Color.G", "REY", "RE"),
        ("", "spam if Color.dark", "spam if Color.dark"),
        ("", "Shape.anything", "Shape.anything"),
        ("", "_: color.anything", "_: color.anything"),
    ],
)
def test_admitted(pattern: str, data: str, admitted: str) -> None:
    before, _, after = text_of("color", pattern).partition("¶")
    monitor = CasesMonitor(Context("/a/b.py", before, after, Jedi()))
    assert data.encode()[: monitor.admitted(data.encode())].decode() == admitted
