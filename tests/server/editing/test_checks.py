from __future__ import annotations

import pytest

from fairlead_monitors.engine import Completeness, Diagnostic, Diagnostics
from fairlead_server.document import DocumentSnapshot
from fairlead_server.editing.checks import (
    Analysed,
    keeps_lines,
    new_diagnostics,
    parses,
    stays_in_range,
    unchecked,
)

# (text before, after, whether what is outside of [ ] is still there)
RANGES = [
    ("a[b]c", "aXc", True),
    ("a[b]c", "ac", True),
    ("a[]c", "aXc", True),
    ("a[b]c", "aXd", False),
    ("a[b]c", "c", False),
    ("a[b]a", "a", False),
    ("\ufeffa[\r\n]b", "\ufeffa\nb", True),
    ("a\r\n[b]", "a\nb", False),
]


@pytest.mark.parametrize(("before", "after", "expected"), RANGES)
def test_what_is_outside_of_a_range(before: str, after: str, expected: bool) -> None:
    start, end = before.index("["), before.index("]") - 1
    old = before.replace("[", "").replace("]", "")
    assert stays_in_range(old, after, start, end) is expected


# (text before, after, lines that may change, whether all others are still there)
LINES = [
    ("a\nb\nc", "a\nX\nc", {2}, True),
    ("a\nb\nc", "X\na\nY\nc\nZ", {2}, True),
    ("a\nb\nc", "c\na", {2}, False),
    ("a\nb\nc", "a\nX\nC", {2}, False),
    ("a\nb \nc", "a\nb\nc", {3}, False),
    ("a", "", {1}, True),
]


@pytest.mark.parametrize(("before", "after", "named", "expected"), LINES)
def test_lines_that_must_stay(before: str, after: str, named: set[int], expected: bool) -> None:
    assert keeps_lines(before, after, named) is expected


# (language, text before, after, whether it parses as well)
PARSING = [
    ("python", "x = 1\n", "x = 2\n", True),
    ("python", "x = 1\n", "x = (\n", False),
    ("python", "x = (\n", "x = (1\n", True),
    ("java", "class A {}", "class A { int f() { return 1; } }", True),
    ("java", "class A {}", "class A { int f( }", False),
    ("plaintext", "(", "((", True),
]


@pytest.mark.parametrize(("language", "before", "after", "expected"), PARSING)
def test_syntax(language: str, before: str, after: str, expected: bool) -> None:
    assert parses(language, before, after) is expected


# (language, what is said where analysis gives no diagnostics)
UNCHECKED = [
    ("python", "only its syntax was checked"),
    ("java", "only its syntax was checked"),
    ("plaintext", "nothing was checked: there is no grammar"),
]


@pytest.mark.parametrize(("language", "expected"), UNCHECKED)
def test_what_is_not_checked_is_told(language: str, expected: str) -> None:
    assert expected in unchecked(language)


def diagnosed(text: str, severity: int = 1) -> Diagnostics:
    """Complain of each `?` as of the word before it."""
    found = []
    for place, character in enumerate(text):
        if character == "?":
            word = text[:place].split()[-1]
            found.append(Diagnostic(place, place + 1, f"what is {word}", severity, "q"))
    return Diagnostics(tuple(found), Completeness.COMPLETE, "test")


# (text before, after, renames, messages that are new)
DIAGNOSED: list[tuple[str, str, dict[str, str], list[str]]] = [
    ("a?", "a?", {}, []),
    ("a?", "a?\nb?", {}, ["what is b"]),
    ("a?", "x\na?", {}, []),
    ("a?\nb", "a\nb", {}, []),
    # In lines that have changed, as much may be wrong as before.
    ("a?\nb", "a? + 1\nb", {}, []),
    ("a?\nb", "c?\nb", {}, ["what is c"]),
    ("a?\nb", "a?\na? + b", {}, ["what is a"]),
    # A line that is the same may not be wrong because another one is right now.
    ("a?\nb", "a\nb\nc", {}, []),
    ("old?\nold", "new?\nnew", {"old": "new"}, []),
    ("older?", "older?", {"old": "new"}, []),
]


@pytest.mark.parametrize(("before", "after", "renames", "expected"), DIAGNOSED)
def test_new_diagnostics(
    before: str, after: str, renames: dict[str, str], expected: list[str]
) -> None:
    found = new_diagnostics(before, diagnosed(before), after, diagnosed(after), renames)
    assert [one.message for one in found] == expected


def test_remarks_do_not_count() -> None:
    assert new_diagnostics("a", diagnosed("a"), "b?", diagnosed("b?", severity=3)) == []


class Analysis:
    """Complains of each `?`; of a text with `!` nothing is known."""

    def diagnostics(self, document: DocumentSnapshot, patience: float) -> Diagnostics:
        if "!" in document.text:
            return Diagnostics.unknown("test", "no answer within 1 s")
        return diagnosed(document.text)


# (text before, after, whether other files are edited, complaint)
COMPLAINTS = [
    ("a", "b", False, ""),
    ("a", "x\nb?", False, "it would be wrong on line 2: what is b"),
    ("a", "new?", False, "it would be wrong on line 1: what is new"),
    ("a", "new?", True, ""),
    ("a", "b?", True, "it would be wrong on line 1: what is b"),
    ("a", "b!", False, "analysis has not checked it: no answer within 1 s"),
    # Where nothing is known of the document, nothing can be held against the edit.
    ("a!", "b?", False, ""),
]


@pytest.mark.parametrize(("before", "after", "others", "expected"), COMPLAINTS)
def test_complaints(before: str, after: str, others: bool, expected: str) -> None:
    analysed = Analysed(Analysis(), DocumentSnapshot("/p/a.py", before, "python"), 1.0)
    assert analysed.known is ("!" not in before)
    assert analysed.complaint(after, {"old": "new"}, alone=not others) == expected


# (path, project, whether what analysis says of it counts)
OUTSIDE = [
    ("/p/a.py", "/p", True),
    ("/p/q/a.py", "/p", True),
    ("/q/a.py", "/p", False),
    ("/pq/a.py", "/p", False),
    ("/q/a.py", None, True),
]


@pytest.mark.parametrize(("path", "project", "expected"), OUTSIDE)
def test_files_outside_of_the_project_are_not_checked(
    path: str, project: str | None, expected: bool
) -> None:
    analysed = Analysed(Analysis(), DocumentSnapshot(path, "a", "python"), 1.0, project)
    assert analysed.known is expected
    assert bool(analysed.complaint("b?")) is expected
