"""What is wrong, and what may help: from real analysis."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fairlead_monitors.engine import Completeness, Diagnostic, Diagnostics, Kind, Names
from fairlead_server import project_imports
from fairlead_server.document import DocumentSnapshot
from fairlead_server.editing.candidate import EditRequest
from fairlead_server.editing.explaining import explain
from fairlead_server.engine import build_analysis
from fairlead_server.project_analysis import ProjectAnalysis
from fairlead_server.settings import Settings

CODE = """\
import os


class Order:
    def __init__(self, lines):
        self.total_price = len(lines)


def show(order: Order, loud: bool):
    print(order.totl_price, loud)
    json.dumps({})
    order.zzz
    os.path.joyn("a")
    show(order)
    return show
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("project")


@pytest.fixture(scope="module")
def analysis(project: Path) -> Iterator[ProjectAnalysis]:
    found = build_analysis(Settings(), str(project), ["python"])
    yield found
    found.close()


# (line, what is said of it)
SAID = [
    (10, ["totl_price", "  spelled alike: `total_price`"]),
    (11, ["json", "  it can be imported: `import json`"]),
    (12, ["zzz", "  what is there: `total_price`, …"]),
    (13, ["joyn", "  spelled alike: `join`"]),
    (14, ["loud", "  it is called as show(order, loud)"]),
]


def request(project: Path, first: int, last: int) -> EditRequest:
    lines = CODE.splitlines(keepends=True)
    document = DocumentSnapshot(str(project / "shop.py"), CODE, "python")
    start, end = (sum(map(len, lines[:count])) for count in (first - 1, last - 1))
    return EditRequest(document, start, end, "explain", str(project), patience=60.0)


@pytest.mark.parametrize(("line", "expected"), SAID)
def test_what_is_said(
    analysis: ProjectAnalysis, project: Path, line: int, expected: list[str]
) -> None:
    outcome = explain(request(project, line, line), analysis)
    first, *others = outcome.explanation.splitlines()
    assert first.startswith(f"line {line}: ") and expected[0] in first and "(ty" in first
    assert expected[1] in others
    assert (outcome.candidates, outcome.reasons) == ((), ())


def test_several_lines_in_their_order(analysis: ProjectAnalysis, project: Path) -> None:
    told = explain(request(project, 10, 14), analysis).explanation.splitlines()
    lines = [int(one.split(":")[0].removeprefix("line ")) for one in told if one[0] != " "]
    assert lines == [10, 11, 12, 13, 14]


def test_where_nothing_is_wrong(analysis: ProjectAnalysis, project: Path) -> None:
    outcome = explain(request(project, 4, 6), analysis)
    assert outcome.reasons == ("ty finds nothing wrong on lines 4 to 6",)
    assert explain(request(project, 15, 15), analysis).reasons == (
        "ty finds nothing wrong on line 15",
    )


def test_where_nobody_knows(analysis: ProjectAnalysis) -> None:
    document = DocumentSnapshot("/p/a.rb", "x", "ruby")
    (reason,) = explain(EditRequest(document, 0, 1, "explain"), analysis).reasons
    assert reason == "analysis gives no diagnostics: no engine for the language"


class Told:
    """Analysis that knows one name, and finds what it is told at one place."""

    def __init__(self, *found: Diagnostic) -> None:
        self._found = found

    def diagnostics(self, document: DocumentSnapshot, patience: float) -> Diagnostics:
        return Diagnostics(self._found, Completeness.COMPLETE, "told")

    def names(self, kind: Kind, document: DocumentSnapshot, offset: int, patience: float) -> Names:
        return Names(frozenset({"name"}), Completeness.COMPLETE, "told")

    def describe(self, document: DocumentSnapshot, offset: int, patience: float) -> str:
        return ""


# (text, from where to where something is wrong, the name that the message says, what is spelled so)
EXTENTS = [
    ("x", 0, 0, "x", ""),
    ("f(n)", 2, 2, "n", ""),
    ("nam", 0, 3, "nam", "name"),
    ("nam = nam()", 0, 3, "nam", "name"),
    ("", 0, 0, "x", ""),
]


@pytest.mark.parametrize(("text", "start", "end", "name", "alike"), EXTENTS)
def test_extents_of_diagnostics(text: str, start: int, end: int, name: str, alike: str) -> None:
    one = Diagnostic(start, end, f"{name} is not defined")
    document = DocumentSnapshot("/p/a.txt", text, "plaintext")
    outcome = explain(EditRequest(document, 0, len(text), "explain"), Told(one))
    hint = f"\n  spelled alike: `{alike}`" if alike else ""
    assert outcome.explanation == f"line 1: {name} is not defined (told){hint}"


def test_the_project_is_read_once(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reads, read = [], project_imports._read

    def counted(*given: Any) -> Any:
        reads.append(given)
        return read(*given)

    monkeypatch.setattr(project_imports, "_read", counted)
    text = "json.dumps(math)\n"
    document = DocumentSnapshot(str(project / "a.py"), text, "python")
    found = (
        Diagnostic(text.index(name), text.index(name) + 4, f"`{name}` is not defined", 1, code)
        for name, code in (("json", "unresolved-reference"), ("math", "unresolved-reference"))
    )
    outcome = explain(EditRequest(document, 0, 1, "explain", str(project)), Told(*found))
    assert outcome.explanation.count("it can be imported") == 2
    assert len(reads) == 1
