"""Edits that running proves: faster ones, and tests that notice mistakes."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from fairlead_server.document import DocumentSnapshot
from fairlead_server.editing.candidate import Candidate, EditRequest, FileEdit, Outcome
from fairlead_server.editing.process import Cancelled
from fairlead_server.editing.proving.optimising import check_base, proved_faster
from fairlead_server.editing.proving.subject import (
    Subject,
    module_of,
    place_for_tests,
    subject_of,
    text_of,
)
from fairlead_server.editing.proving.testing import Proof, command_for, write_tests
from fairlead_server.editing.proving.written_tests import distinct, read_tests, with_tests
from fairlead_server.editing.refactoring.job import Refused
from fairlead_server.errors import UserError
from fairlead_server.repair.sandbox import Limits, Shadow
from fairlead_server.repair.sandbox import Outcome as Ended
from fairlead_server.repair.testing import Bed
from tests.server.editing.test_writing import Model

SLOW, FAST, EQUAL, WRONG = "slow", "fast", "equal", "wrong"
SECONDS = {SLOW: 1.0, FAST: 0.5, EQUAL: 1.0, WRONG: 0.1}


def candidate(text: str) -> Candidate:
    return Candidate("model", "scripted", text, (FileEdit("a.py", SLOW, text),), True, ("kept",))


def run(files: Mapping[str, str], command: str) -> Ended:
    """Return what becomes of `command` where the file a.py decides on everything."""
    text = files.get("a.py", SLOW)
    code = 1 if (command == "test" and text == WRONG) or command == "fails" else 0
    return Ended("exited", code, "AssertionError: no", SECONDS[text])


def test_only_what_is_faster_and_passes_is_offered() -> None:
    outcome = Outcome(tuple(map(candidate, (EQUAL, WRONG, FAST))), ("one was refused",))
    found = proved_faster(outcome, run, "bench", "test")
    assert [one.title for one in found.candidates] == [FAST]
    (speed, kept) = found.candidates[0].remarks
    assert speed.startswith("2.00 times as fast (2.00 to 2.00; 12 runs of each") and kept == "kept"
    assert found.reasons == (
        "one was refused",
        "candidate 1: it is not faster beyond noise: 1.00 times as fast "
        "(1.00 to 1.00; 4 runs of each, p = 1)",
        "candidate 2: the tests fail: AssertionError: no",
    )


def test_the_fastest_is_first_and_without_tests_that_is_said() -> None:
    outcome = Outcome(tuple(map(candidate, (FAST, WRONG))))
    found = proved_faster(outcome, run, "bench")
    assert [one.title for one in found.candidates] == [WRONG, FAST]
    assert all("no tests were run" in one.remarks[1] for one in found.candidates)


@pytest.mark.parametrize(
    ("ended", "reason"),
    [
        (Ended("exited", 3, "", 1.0), "the benchmark fails: exit code 3"),
        (Ended("timeout", None, "", 60.0), "the benchmark fails: timeout after 60.0 s"),
        (Ended("exited", 0, "", 0.1, network=True), "it tried to reach the network"),
    ],
)
def test_what_misbehaves_is_refused(ended: Ended, reason: str) -> None:
    def odd(files: Mapping[str, str], command: str) -> Ended:
        return ended if files else run({}, command)

    found = proved_faster(Outcome((candidate(FAST),)), odd, "bench")
    assert (found.candidates, found.reasons) == ((), (f"candidate 1: {reason}",))


def test_who_cancels_waits_for_no_further_candidate() -> None:
    with pytest.raises(Cancelled):
        proved_faster(Outcome((candidate(FAST),)), run, "bench", cancelled=lambda: True)


@pytest.mark.parametrize(
    ("bench", "test", "message"),
    [("fails", "", "--bench: 'fails' fails as things are"), ("bench", "fails", "--test: 'fails'")],
)
def test_commands_have_to_pass_as_things_are(bench: str, test: str, message: str) -> None:
    check_base(run, "bench", "")
    with pytest.raises(UserError, match=message):
        check_base(run, bench, test)


CODE = '''\
import os


def grade(points):
    """Return the grade."""
    if points < 50:
        return "fail"
    return "pass"


class Desk:
    @property
    def name(self):
        return os.name

    async def open(self): ...
'''


def request_for(selected: str, path: str = "/p/shop/marks.py", text: str = CODE) -> EditRequest:
    start = text.index(selected)
    return EditRequest(DocumentSnapshot(path, text, "python"), start, start + len(selected), "")


@pytest.mark.parametrize(
    ("selected", "name", "lines"),
    [
        ("points < 50", "grade", (4, 8)),
        ("def grade", "grade", (4, 8)),
        ("return os.name", "Desk", (13, 14)),
        ("@property", "Desk", (13, 14)),
        ("class Desk", "Desk", (11, 16)),
    ],
)
def test_what_is_tested(selected: str, name: str, lines: tuple[int, int]) -> None:
    found = subject_of(request_for(selected))
    assert (found.name, found.module, (found.first, found.last)) == (name, "marks", lines)


@pytest.mark.parametrize("selected", ["import os", CODE])
def test_what_is_not_one_function_or_class(selected: str) -> None:
    with pytest.raises(Refused, match="select a function or class"):
        subject_of(request_for(selected))


def test_where_a_module_is_found_and_its_tests_go(tmp_path: Path) -> None:
    package = tmp_path / "src" / "shop" / "till"
    package.mkdir(parents=True)
    for folder in (package, package.parent):
        (folder / "__init__.py").write_text("")
    path = package / "marks.py"
    assert module_of(str(path)) == ("shop.till.marks", str(tmp_path / "src"))
    assert module_of(str(package / "__init__.py")) == ("shop.till", str(tmp_path / "src"))
    request = request_for("def grade", str(path))
    subject = subject_of(request)
    assert place_for_tests(request, subject, None) == str(tmp_path / "src" / "test_marks.py")
    (tmp_path / "tests").mkdir()
    inside = EditRequest(request.document, request.start, request.end, "", str(tmp_path))
    place = place_for_tests(inside, subject, None)
    assert place == str(tmp_path / "tests" / "test_marks.py")
    command = command_for(place, subject, str(tmp_path), "/usr/bin/python3")
    assert command == (
        "PYTHONPATH=src /usr/bin/python3 -m pytest -q -x -p no:cacheprovider tests/test_marks.py"
    )
    assert place_for_tests(inside, subject, str(tmp_path / "t.py")) == str(tmp_path / "t.py")
    assert text_of(place) == ""
    with pytest.raises(UserError, match="there is no such folder"):
        text_of(str(tmp_path / "nowhere" / "t.py"))


GRADE = Subject("grade", "marks", "/p", 4, 8, "")
ONE = 'def test_a():\n    assert grade(50) == "pass"'


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (ONE, ["test_a"]),
        (f"{ONE}\n\n\ndef test_b():\n    assert gra", ["test_a"]),
        (f"{ONE}\n\n\ndef test_b():\n    x = (", ["test_a"]),
        ("def test_a():\n    with pytest.raises(E):\n        grade(None)", ["test_a"]),
        ("def test_a():\n    grade(50)", []),
        ("def test_a():\n    assert 1", []),
        ("def test_a(tmp_path):\n    assert grade(50)", []),
        ("@skip\ndef test_a():\n    assert grade(50)", []),
        ("def check():\n    assert grade(50)", []),
        ("no code (", []),
        ("def test_a():\n    assert grade(50)" + "\n    x = 1" * 70, []),
    ],
)
def test_what_of_an_answer_is_a_test(text: str, names: list[str]) -> None:
    assert [one.name for one in read_tests(text, GRADE)] == names


def test_a_file_with_tests() -> None:
    two = 'import pytest\nfrom a import b, c as d\ndef test_a():\n    assert grade(0) == "fail"'
    found = [*read_tests(ONE, GRADE), *read_tests(two, GRADE), *read_tests(ONE, GRADE)]
    tests = distinct(found, GRADE, "def test_grade_1(): ...\n")
    assert [one.name for one in tests] == ["test_a", "test_grade_2"]
    assert with_tests("", tests, GRADE) == (
        "import pytest\nfrom a import b, c as d\n\nfrom marks import grade\n\n\n"
        'def test_a():\n    assert grade(50) == "pass"\n\n\n'
        'def test_grade_2():\n    assert grade(0) == "fail"\n'
    )
    old = "from marks import Desk\n\n\ndef test_desk():\n    Desk()\n"
    assert with_tests(old, tests[:1], GRADE) == (
        "from marks import Desk, grade\n\n\ndef test_desk():\n    Desk()\n\n\n"
        'def test_a():\n    assert grade(50) == "pass"\n'
    )


BARE = (
    f"{shlex.quote(sys.executable)} -c 'import test_marks as t\n"
    'for name in dir(t): name.startswith("test_") and getattr(t, name)()\''
)
"""Runs the tests as well, and is there in no time."""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "marks.py").write_text(CODE)
    return tmp_path


@pytest.fixture
def proof(project: Path) -> Iterator[Callable[..., Proof]]:
    """Proofs by what is run in the sandbox."""
    with Shadow(project) as shadow:
        bed = Bed(shadow, Limits(30, cpu=30))

        def made(command: str = BARE, mutants: int = 20) -> Proof:
            return Proof(str(project / "test_marks.py"), "", bed.run, command, mutants)

        yield made


def asked(project: Path, model: Model, proof: Proof) -> Outcome:
    request = request_for("def grade", str(project / "marks.py"))
    return write_tests(request, subject_of(request), model, proof)


# How the check ``assert grade(`` goes on.
ANSWERS = [
    '50) == "pass"',
    '49) == "fail"',
    '49) == "fail" and True',
    '50) == "fail"',
    "nope)",
    "50",
]


def test_tests_are_written_run_and_scored(project: Path, proof: Callable[..., Proof]) -> None:
    model = Model([[], [(text, -1.0, True) for text in ANSWERS]], chats=False)
    found = asked(project, model, proof())
    (made,) = found.candidates
    assert made.files[0].new == (
        "from marks import grade\n\n\n"
        'def test_grade():\n    assert grade(50) == "pass"\n\n\n'
        'def test_grade_1():\n    assert grade(49) == "fail"\n'
    )
    assert (made.title, made.checked) == ("Add 2 tests of `grade`", True)
    assert made.remarks == ("they notice 7 of 7 mistakes put into the code",)
    assert found.reasons == (
        "`test_grade_3` does not pass",
        "`test_grade_4`: it would be wrong on line 5: nope is not defined",
        "`test_grade_2` notices nothing that others do not",
    )
    (question, _) = model.asked
    head = "from marks import grade\n\n\ndef test_grade():\n    assert grade("
    assert (question.document.text, question.lines) == (head, 1)
    assert [one.path for one in question.others] == [str(project / "marks.py")]
    assert not (project / "test_marks.py").exists()


def test_who_chats_is_shown_the_code(project: Path, proof: Callable[..., Proof]) -> None:
    model = Model([[(f"assert grade({ANSWERS[0]}\n\n\n{ONE}", -1.0, True)]])
    subject = subject_of(request_for("def grade", str(project / "marks.py")))
    command = command_for(str(project / "test_marks.py"), subject, str(project), sys.executable)
    found = asked(project, model, proof(command, mutants=4))
    assert len(found.candidates) == 1
    assert 'return "pass"' in model.asked[0].ask
    assert model.asked[0].opening == "```python\ndef test_grade():\n    "


def test_what_is_not_noticed_is_told(project: Path, proof: Callable[..., Proof]) -> None:
    model = Model([[(f"assert grade({ANSWERS[0]}", -1.0, True)]])
    (made,) = asked(project, model, proof()).candidates
    assert made.remarks[0] == "they notice 5 of 7 mistakes put into the code"
    assert made.remarks[1].startswith("not noticed: line ")


def test_no_test_at_all(project: Path, proof: Callable[..., Proof]) -> None:
    found = asked(project, Model([[("grade(1)", -1.0, True)]]), proof())
    assert found.candidates == ()
    assert found.reasons == ("the model wrote no test that calls `grade` and checks something",)


@pytest.mark.parametrize(
    ("command", "message"),
    [("false", "tests cannot be run by 'false': exit code 1"), ("true", "'true' passes whatever")],
)
def test_commands_that_run_no_tests(
    project: Path, proof: Callable[..., Proof], command: str, message: str
) -> None:
    with pytest.raises(UserError, match=message):
        asked(project, Model([]), proof(command))
