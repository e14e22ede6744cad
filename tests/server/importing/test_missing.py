from __future__ import annotations

import pytest

from fairlead_monitors.engine import Completeness, Diagnostic, Diagnostics, Kind, Names
from fairlead_server.document import DocumentSnapshot
from fairlead_server.importing import parse_import
from fairlead_server.missing_imports import ImportCheck, Missing, is_mended, missing_names
from tests.server.lsp.idle import IdleCompleter

TEXT = "x = Path('a')\ny = os.path\n"

# (start, message, code) of diagnostics -> names that are missing
DIAGNOSTICS = [
    ((4, "Name `Path` used when not defined", "unresolved-reference"), ["Path"]),
    ((4, '"Path" is not defined', "reportUndefinedVariable"), ["Path"]),
    ((4, "Undefined name `Path`", "F821"), ["Path"]),
    ((4, "Undefined variable 'Path'", "E0602"), ["Path"]),
    ((4, "Path cannot be resolved to a type", "16777218"), ["Path"]),
    ((18, "Name `os` used when not defined", ""), ["os"]),
    # An attribute, something else, nothing.
    ((21, "path is not defined", ""), []),
    ((4, "Expected 2 arguments", "call"), []),
    ((8, "is not defined", ""), []),
    ((27, "is not defined", ""), []),
]


@pytest.mark.parametrize(("diagnostic", "expected"), DIAGNOSTICS)
def test_missing_names(diagnostic: tuple[int, str, str], expected: list[str]) -> None:
    start, message, code = diagnostic
    found = missing_names(TEXT, [Diagnostic(start, start + 4, message, 1, code)])
    assert [missing.name for missing in found] == expected


def test_a_name_that_is_missing_twice_is_one() -> None:
    twice = [Diagnostic(4, 8, "`Path` is not defined"), Diagnostic(4, 8, "undefined name")]
    assert missing_names(TEXT, twice) == [Missing("Path", 4, (0, 1))]


MISSING = Missing("Path", 4, (0,))
GONE = (4, "not defined")
LENGTH = 10

# What is wrong before, and after LENGTH characters were put in at the start -> whether it is mended
CHANGES: list[tuple[list[tuple[int, str]], list[tuple[int, str]], bool]] = [
    ([GONE], [], True),
    ([], [], False),
    ([GONE], [(4 + LENGTH, "not defined")], False),
    ([GONE], [(2, "no such module")], False),
    ([GONE], [(4 + LENGTH, "takes 2 arguments")], False),
    ([GONE, (18, "other")], [(18 + LENGTH, "other")], True),
    ([GONE, (18, "other")], [], True),
    ([GONE, (18, "other")], [(18 + LENGTH, "another")], False),
    ([GONE, (18, "other")], [(18 + LENGTH, "other"), (18 + LENGTH, "other")], False),
]


def diagnostics(found: list[tuple[int, str]]) -> Diagnostics:
    listed = tuple(Diagnostic(start, start + 2, message) for start, message in found)
    return Diagnostics(listed, Completeness.COMPLETE, "e")


@pytest.mark.parametrize(("before", "after", "mended"), CHANGES)
def test_is_mended(
    before: list[tuple[int, str]], after: list[tuple[int, str]], mended: bool
) -> None:
    found = is_mended(diagnostics(before), diagnostics(after), MISSING, 0, LENGTH)
    assert found == mended


def test_a_hint_is_nothing_new() -> None:
    hint = Diagnostics((Diagnostic(0, 2, "hint", 4),), Completeness.COMPLETE, "e")
    assert is_mended(diagnostics([GONE]), hint, MISSING, 0, LENGTH)


class Listing(IdleCompleter):
    """Knows no diagnostics, but what can be imported."""

    def names(self, kind: Kind, document: DocumentSnapshot, offset: int, patience: float) -> Names:
        assert (kind, offset) == (Kind.IMPORT, len(document.text))
        known = {
            "from pathlib import ": "Path",
            "import ": "os",
            "import xml.": "dom",
            "import java.util.": "List",
            "import static a.B.": "c",
        }
        names = frozenset({known[document.text]} if document.text in known else ())
        return Names(names, Completeness.PARTIAL, "e")


# (language, statement, whether it holds)
STATEMENTS = [
    ("python", "from pathlib import Path", True),
    ("python", "from pathlib import Paths", False),
    ("python", "from zipfile import Path", False),
    ("python", "from pathlib import Path as P", True),
    ("python", "import os", True),
    ("python", "import xml.dom", True),
    ("python", "import nothing", False),
    ("java", "import java.util.List;", True),
    ("java", "import java.util.Lists;", False),
    ("java", "import static a.B.c;", True),
]


@pytest.mark.parametrize(("language", "statement", "expected"), STATEMENTS)
def test_without_diagnostics_what_can_be_imported_counts(
    language: str, statement: str, expected: bool
) -> None:
    document = DocumentSnapshot("/a", TEXT, language)
    line = parse_import(statement, language)
    assert line is not None
    check = ImportCheck.of(Listing(), document, frozenset(), 60)
    assert check.holds(MISSING, line) == expected


def test_what_is_imported_already_is_no_remedy() -> None:
    document = DocumentSnapshot("/a", "import os\n" + TEXT, "python")
    line = parse_import("import os", "python")
    assert line is not None
    assert not ImportCheck.of(Listing(), document, frozenset(), 60).holds(MISSING, line)
