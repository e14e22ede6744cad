"""What is new and what is gone after an edit, wherever the edit has moved it."""

from __future__ import annotations

import re

import pytest

from fairlead_monitors.engine import Completeness, Diagnostic, Diagnostics
from fairlead_server.rechecking import Replaced, compared


def diagnosed(text: str) -> Diagnostics:
    """Return that words of capital letters are wrong, and those that end in ``Z`` mere remarks."""
    found = (
        Diagnostic(m.start(), m.end(), m[0], 4 if m[0].endswith("Z") else 1)
        for m in re.finditer(r"[A-Z]+|$(?<=\?)", text)
    )
    return Diagnostics(tuple(found), Completeness.COMPLETE, "capitals")


# (text with what is replaced in brackets, what replaces it, what is new, what is gone)
CASES = [
    ("a [b] C", "ddd", [], []),
    ("A [b] C", "ddd", [], []),
    ("a [B] C", "b", [], ["B"]),
    ("a [b] C", "B", ["B"], []),
    ("a [b B] C", "Bbbb", [], []),
    ("a [B B] C", "B", [], ["B"]),
    # Gone here and new there is not the same.
    ("A [b] c", "A", ["A"], []),
    # What is inserted moves what begins there.
    ("a []B", "bb ", [], []),
    ("a []B", "C ", ["C"], []),
    # The end of the line, of which something is said.
    ("a [b?]", "bbb?", [], []),
    ("a [b?]", "b", [], [""]),
    ("a [b] c", "XZ", [], []),
]


@pytest.mark.parametrize(("text", "new", "came", "went"), CASES)
def test_compared(text: str, new: str, came: list[str], went: list[str]) -> None:
    before, _, rest = text.partition("[")
    old, _, after = rest.partition("]")
    edit = Replaced(len(before), len(before + old), len(new))
    found = compared(diagnosed(before + old + after), diagnosed(before + new + after), edit)
    assert [message for _, _, message in found.new.elements()] == came
    assert [message for _, _, message in found.gone.elements()] == went


def test_remarks_count_where_they_are_asked_for() -> None:
    edit = Replaced(0, 2, 1)
    found = compared(diagnosed("AZ"), diagnosed("a"), edit, severity=4)
    assert [message for _, _, message in found.gone] == ["AZ"]
    assert not found.lack(found.gone) and found.lack([(None, "", "B")])
