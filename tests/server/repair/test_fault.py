"""What is wrong: which diagnostics have to go, and which lines may change for that."""

from __future__ import annotations

import pytest

from fairlead_monitors.engine import Completeness, Diagnostic, Diagnostics
from fairlead_server.document import DocumentSnapshot
from fairlead_server.errors import UserError
from fairlead_server.repair.fault import fault_at, fault_in, seen
from fairlead_server.repair.hunk import lines_hunk

TEXT = "a = one\nb = two + two\nc = three\n"
DOCUMENT = DocumentSnapshot("/p/a.py", TEXT, "python")


def wrong(word: str, occurrence: int = 0, severity: int = 1, message: str = "") -> Diagnostic:
    start = -1
    for _ in range(occurrence + 1):
        start = TEXT.index(word, start + 1)
    return Diagnostic(start, start + len(word), message or f"{word}?", severity, "unknown-name")


def found(*diagnostics: Diagnostic) -> Diagnostics:
    return Diagnostics(diagnostics, Completeness.COMPLETE, "scripted")


ONE, TWO, AGAIN, THREE = wrong("one"), wrong("two"), wrong("two", 1), wrong("three", severity=4)
BEFORE = found(ONE, TWO, AGAIN, THREE)


@pytest.mark.parametrize(
    ("shown", "targets", "lines"),
    [
        (ONE, [ONE], (1, 1)),
        (wrong("one", message="as another server says"), [ONE], (1, 1)),
        # Which of two equal ones is gone could not be told: both have to go.
        (TWO, [TWO, AGAIN], (2, 2)),
        (wrong("b = two + two"), [TWO, AGAIN], (2, 2)),
        (wrong("one\nb"), [ONE], (1, 1)),
        # Remarks only where the one that is shown is a remark.
        (THREE, [THREE], (3, 3)),
        (wrong("= three"), [], None),
        (wrong("c"), [], None),
    ],
)
def test_fault_at(
    shown: Diagnostic, targets: list[Diagnostic], lines: tuple[int, int] | None
) -> None:
    if lines is None:
        with pytest.raises(UserError, match="scripted finds nothing wrong there"):
            fault_at(DOCUMENT, BEFORE, shown)
        return
    fault = fault_at(DOCUMENT, BEFORE, shown)
    assert list(fault.targets) == targets
    assert (fault.hunk.first, fault.hunk.last) == lines


def test_a_place_before_the_next_one_is_about_itself_alone() -> None:
    before = found(wrong("two"), wrong(" + "))
    assert fault_at(DOCUMENT, before, wrong("two")).messages == ("two?",)


def test_of_what_is_about_very_many_lines_the_first_is_repaired() -> None:
    text = "def f():\n" + "    x = 1\n" * 40
    document = DocumentSnapshot("/p/a.py", text, "python")
    whole = Diagnostic(0, len(text), "too long")
    fault = fault_at(document, found(whole), whole)
    assert (fault.hunk.first, fault.hunk.last) == (1, 1)


@pytest.mark.parametrize(
    ("lines", "targets"), [((1, 1), [ONE]), ((1, 2), [ONE, TWO, AGAIN]), ((3, 3), [])]
)
def test_fault_in(lines: tuple[int, int], targets: list[Diagnostic]) -> None:
    assert list(fault_in(lines_hunk(DOCUMENT, *lines), BEFORE).targets) == targets


@pytest.mark.parametrize(
    ("text", "places", "line", "targets"),
    [
        # As ty says it of a colon that is missing: between the end of the line and the next.
        ("def f()\n    pass\n", [(7, 8)], 1, [0]),
        ("def f()\n    pass\n", [(4, 5), (7, 8)], 1, [0, 1]),
        ("def f()\n    pass\n", [(0, 7), (7, 7)], 1, [0, 1]),
        ("def f()\n    pass\n", [(7, 8)], 2, []),
        ("def f()\n    pass\n", [(0, 19), (12, 16)], 2, [1]),
        ("def f()", [(7, 7)], 1, [0]),
        ("\n\n", [(0, 1), (1, 1)], 1, [0]),
    ],
)
def test_what_is_said_of_the_end_of_a_line_is_said_of_it(
    text: str, places: list[tuple[int, int]], line: int, targets: list[int]
) -> None:
    all_ = [Diagnostic(start, end, f"{start}") for start, end in places]
    document = DocumentSnapshot("/p/a.py", text, "python")
    fault = fault_in(lines_hunk(document, line, line), found(*all_))
    assert list(fault.targets) == [all_[number] for number in targets]


def test_what_is_not_analysed_is_not_repaired() -> None:
    unknown = Diagnostics.unknown("scripted", "late")
    with pytest.raises(UserError, match="cannot be analysed"):
        fault_at(DOCUMENT, unknown, ONE)
    with pytest.raises(UserError, match="could be checked: late"):
        seen(unknown, DOCUMENT)


def test_where_only_syntax_is_analysed_nothing_is_repaired() -> None:
    said = "A.java is a non-project file, only syntax errors are reported"
    before = found(Diagnostic(0, 1, said, 2), ONE)
    with pytest.raises(UserError, match=r"cannot be analysed.*non-project file"):
        fault_at(DOCUMENT, before, ONE)
