"""What is offered: the engines' proposals, held to real analysis, in files of every form."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from fairlead_monitors.engine import Completeness, Diagnostic, Diagnostics
from fairlead_server.document import DocumentSnapshot, read_document
from fairlead_server.editing.candidate import EditRequest, Outcome
from fairlead_server.editing.checks import Diagnosing
from fairlead_server.editing.process import Cancelled
from fairlead_server.editing.refactor import operation_for, refactor
from fairlead_server.engine import build_analysis
from fairlead_server.project_analysis import ProjectAnalysis
from fairlead_server.settings import Settings

PATIENCE = 60.0


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("project")


@pytest.fixture(scope="module")
def analysis(project: Path) -> Iterator[ProjectAnalysis]:
    found = build_analysis(Settings(), str(project), ["python"])
    yield found
    found.close()


def edited(
    analysis: ProjectAnalysis,
    project: Path,
    data: bytes,
    instruction: str,
    selected: str | None = None,
) -> Outcome:
    path = project / "code.py"
    path.write_bytes(data)
    document = read_document(str(path))
    start, end = 0, len(document.text)
    if selected is not None:
        start = document.text.index(selected)
        end = start + len(selected)
    request = EditRequest(document, start, end, instruction, str(project), patience=PATIENCE)
    return done(request, analysis)


def done(
    request: EditRequest,
    analysis: Diagnosing,
    cancelled: Callable[[], bool] = lambda: False,
) -> Outcome:
    operation = operation_for(request)
    assert operation is not None
    return refactor(request, operation, analysis, cancelled)


# (text, instruction, text afterwards)
FORMS = [
    (b"x = 1\r\nprint(x)\r\n", "rename x to yy", b"yy = 1\r\nprint(yy)\r\n"),
    (b"\xef\xbb\xbfx = 1\r\nprint(x)", "rename x to yy", b"\xef\xbb\xbfyy = 1\r\nprint(yy)"),
    (b"x = 1\rprint(x)\r", "rename x to yy", b"yy = 1\rprint(yy)\r"),
    (b"x = 1\r\nprint(x)\n\n\n\n", "rename x to yy", b"yy = 1\r\nprint(yy)\n\n\n\n"),
    (b"x = 1 \n\x0c\nprint( x )  # x\n", "rename x to yy", b"yy = 1 \n\x0c\nprint( yy )  # x\n"),
    (
        b"def f(a):\r\n\treturn a  +  1",
        "extract `a  +  1` to a variable s",
        b"def f(a):\r\n\ts = a  +  1\r\n\treturn s",
    ),
    (
        b"def f(a):\n\tb = a\n\treturn b",
        "extract `a` to a variable s",
        None,
    ),
    (b"import b\r\nimport a\r\n", "organise imports", b"import a\r\nimport b\r\n"),
    (b"import b\nimport a", "organise imports", b"import a\nimport b"),
    (b"def f(n=1):\r\n\tprint(n)", "add type hints", b"def f(n: int = 1) -> None:\r\n\tprint(n)"),
    ("größe = '😀'\nprint(größe)\n".encode(), "rename größe to x", "x = '😀'\nprint(x)\n".encode()),
]


@pytest.mark.parametrize(("data", "instruction", "expected"), FORMS)
def test_files_keep_their_form(
    analysis: ProjectAnalysis,
    project: Path,
    data: bytes,
    instruction: str,
    expected: bytes | None,
) -> None:
    outcome = edited(analysis, project, data, instruction)
    if expected is None:
        assert outcome.candidates == () and outcome.reasons
        return
    best = outcome.candidates[0]
    assert (best.kind, best.checked) == ("refactoring", True)
    assert [one.new.encode() for one in best.files] == [expected]
    assert best.files[0].old.encode() == data


SHOP = b"""\
class Item:
    price = 1

    def total(self, count):
        base = self.price * count
        return base + 1


def show(item: Item, copy):
    print(item.total(2), copy.total(3))
"""


def test_engines_make_several_candidates(analysis: ProjectAnalysis, project: Path) -> None:
    outcome = edited(analysis, project, SHOP, "extract method price_of", "self.price * count")
    assert [one.by for one in outcome.candidates] == ["rope", "jedi"]
    assert len({one.files for one in outcome.candidates}) == 2
    assert all("return self.price * count" in one.files[0].new for one in outcome.candidates)


def test_what_would_be_wrong_is_not_offered(analysis: ProjectAnalysis, project: Path) -> None:
    # The hint that the default suggests is not right for all calls.
    data = b"def f(n=1):\n    return g(n)\n\n\ndef g(n=2):\n    return str(n)\n\n\nf('x')\n"
    (found,) = edited(analysis, project, data, "add type hints").candidates
    assert found.files[0].new.startswith("def f(n=1):\n")
    assert "def g(n: int = 2) -> str:" in found.files[0].new


def test_what_is_wrong_already_does_not_matter(analysis: ProjectAnalysis, project: Path) -> None:
    data = b"def f(a):\n    return a.x + missing\n\n\nf(1)\nprint(nothing)\n"
    (found,) = edited(analysis, project, data, "rename a to b").candidates
    assert found.files[0].new == data.decode().replace("(a)", "(b)").replace("a.x", "b.x")
    assert edited(analysis, project, data, "rename f to missing").candidates == ()


def test_other_files_are_edited_as_they_are_on_disk(
    analysis: ProjectAnalysis, project: Path
) -> None:
    other = project / "other.py"
    other.write_bytes(b"from code import go\r\ngo()")
    data = b"def go():\n    pass\n"
    try:
        (found,) = edited(analysis, project, data, "rename go to run").candidates
        assert [one.path for one in found.files] == [str(project / "code.py"), str(other)]
        assert found.files[1].new == "from code import run\r\nrun()"
        document = DocumentSnapshot(str(project / "code.py"), data.decode(), "python")
        request = EditRequest(
            document,
            0,
            0,
            "rename go to run",
            str(project),
            open_texts={str(other): "# not saved\n"},
            patience=PATIENCE,
        )
        outcome = done(request, analysis)
        assert outcome.candidates == ()
        assert "other.py has changes that are not saved" in outcome.reasons[0]
    finally:
        other.unlink()


class Silent:
    def diagnostics(self, document: DocumentSnapshot, patience: float) -> Diagnostics:
        return Diagnostics.unknown("nobody", "it is not there")


def test_without_diagnostics_it_is_told(project: Path) -> None:
    path = project / "code.py"
    document = DocumentSnapshot(str(path), "x = 1\nprint(x)\n", "python")
    request = EditRequest(document, 0, 0, "rename x to y", str(project))
    (found,) = done(request, Silent()).candidates
    assert not found.checked
    assert "only its syntax was checked" in found.remarks[-1]


def test_cancelled(project: Path) -> None:
    document = DocumentSnapshot(str(project / "code.py"), "x = 1\n", "python")
    with pytest.raises(Cancelled):
        done(EditRequest(document, 0, 0, "rename x to y"), Silent(), lambda: True)


class Refusing:
    """Analysis that finds one thing more wrong each time, and counts how often it was asked."""

    def __init__(self) -> None:
        self.asked = 0

    def diagnostics(self, document: DocumentSnapshot, patience: float) -> Diagnostics:
        self.asked += 1
        found = (Diagnostic(0, 1, f"{number} is wrong") for number in range(self.asked))
        return Diagnostics(tuple(found), Completeness.COMPLETE, "refusing")


def test_cancelled_while_parts_are_tried(project: Path) -> None:
    text = "".join(f"def f{number}(a=1):\n    print(a)\n" for number in range(8))
    document = DocumentSnapshot(str(project / "code.py"), text, "python")
    analysis = Refusing()
    request = EditRequest(document, 0, len(text), "add type hints", str(project))
    with pytest.raises(Cancelled):
        done(request, analysis, lambda: analysis.asked > 3)
    assert analysis.asked == 4


# (language, code before, instruction)
UNKNOWN = [
    ("java", None, "add type hints"),
    ("python", "y = 1\n", "rename x to y"),
    ("python", None, "make it faster"),
]


@pytest.mark.parametrize(("language", "before", "instruction"), UNKNOWN)
def test_what_is_no_refactoring_of_an_engine(
    language: str, before: str | None, instruction: str
) -> None:
    document = DocumentSnapshot("/p/code", "x = 1\n", language, before=before)
    assert operation_for(EditRequest(document, 0, 0, instruction)) is None
