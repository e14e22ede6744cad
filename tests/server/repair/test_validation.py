"""The ladder: which step has the last word on a patch, and what it says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from fairlead_monitors.engine import Diagnostic, Diagnostics
from fairlead_server.document import DocumentSnapshot
from fairlead_server.repair.sandbox import Outcome
from fairlead_server.repair.validation import (
    Bench,
    Finding,
    PatchValidator,
    Suite,
    climb,
    validators,
)
from fairlead_server.repair.validation.silences import Silences
from fairlead_server.repair.validation.unreachable import unreachable
from tests.server.repair.scripted import CODE, Scripted, hunk

UNKNOWN = Diagnostics.unknown("scripted", "late")


def bench(line: int, text: str = CODE, known: bool = True) -> Bench:
    place = hunk(line, text=text)
    scripted = Scripted([])

    def diagnose(document: DocumentSnapshot) -> Diagnostics:
        return scripted.diagnostics(document, 1.0) if known else UNKNOWN

    return Bench(place, diagnose, diagnose(place.document))


def judged(text: str, on: Bench) -> tuple[str | None, str]:
    """Return the verdict and the step that had the last word."""
    result = climb(text, on, validators())
    return result.verdict, result.steps[-1].step


def test_what_is_installed() -> None:
    names = ["parse", "silences", "diagnostics", "unreachable", "compile"]
    names += ["compiles", "tests", "relevant-tests", "all-tests"]
    assert [step.name for step in validators()] == names


@pytest.mark.parametrize(
    ("line", "text", "expected"),
    [
        (8, "        return 1", ("plausible", "compile")),
        (8, "        return (1", ("does_not_parse", "parse")),
        (8, "        return missing", ("new_diagnostic", "diagnostics")),
        (8, "        return 1  # type: ignore", ("rejected", "silences")),
        (8, "        return 1  #noqa: E501", ("rejected", "silences")),
        (7, "            return 1\n            return 2", ("rejected", "unreachable")),
        (8, "        break", ("does_not_compile", "compile")),
        (8, "        return 1\n        nonlocal x", ("rejected", "unreachable")),
        (8, "        nonlocal x", ("does_not_compile", "compile")),
        (8, "        if 1:", ("does_not_compile", "compile")),
        (8, "        return '# about: noqa'", ("plausible", "compile")),
    ],
)
def test_verdicts(line: int, text: str, expected: tuple[str | None, str]) -> None:
    assert judged(text, bench(line)) == expected


@pytest.mark.parametrize(
    ("before", "after", "verdict"),
    [
        ("# noqa", "# noqa", None),
        ("# noqa: E501", "#  NOQA:E501", None),
        ("# noqa: E501", "", None),
        ("# noqa: E501", "# type: ignore", "rejected"),
        ("# type: ignore[x]", "# type: ignore", "rejected"),
        ("# type: ignore[x]", "# type: ignore[x]  # noqa", "rejected"),
        ("/* eslint-disable a */ x()", "/* eslint-disable a */ y()", None),
        ("/* eslint-disable a */ x()", "/* eslint-disable */ x()", "rejected"),
        ('@SuppressWarnings("a") int x = 0;', '@SuppressWarnings( "a" ) int x = 1;', None),
        ('@SuppressWarnings("a") int x;', '@SuppressWarnings("b") int x;', "rejected"),
        ("#[allow(a)] fn f() {}", "#[allow(a)] fn g() {}", None),
        ("#[allow(a)] fn f() {}", "#[allow(a, b)] fn f() {}", "rejected"),
    ],
)
def test_what_switched_checks_off_before_may_go_on_to_and_nothing_else(
    before: str, after: str, verdict: str | None
) -> None:
    place = hunk(1, text=f"{before}\n")
    on = Bench(place, lambda document: UNKNOWN, UNKNOWN)
    assert Silences().check(after, on).verdict == verdict


def test_nothing_else_is_checked_of_what_does_not_parse() -> None:
    steps = climb("        return (", bench(8), validators()).steps
    assert [step.step for step in steps] == ["parse"]


def test_what_is_not_analysed_is_not_called_good() -> None:
    assert judged("        return 1", bench(8, known=False)) == ("rejected", "diagnostics")
    on = replace(bench(8), diagnose=lambda document: UNKNOWN)
    result = climb("        return 1", on, validators())
    assert result.verdict == "rejected" and result.steps[-1].detail == "not analysed: late"


def test_cancelled_checks_have_no_verdict() -> None:
    result = climb("        return 1", bench(8), validators(), lambda: True)
    assert (result.verdict, len(result.steps)) == (None, 1)


BROKEN = CODE.replace("return 0", "return missing")


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("        return 0", "plausible"),
        ("        return missing + 1", "rejected"),
        ("        return missing2", "new_diagnostic"),
        ("        return missing(missing)", "new_diagnostic"),
    ],
)
def test_the_diagnostic_has_to_go(text: str, verdict: str | None) -> None:
    on = bench(8, text=BROKEN)
    on = replace(on, targets=on.before.found)
    result = climb(text, on, validators())
    assert result.verdict == verdict
    if verdict == "plausible":
        assert result.facts == {"new_diagnostics": 0, "gone_diagnostics": 1}


def test_a_remark_that_is_to_go_is_looked_for() -> None:
    on = bench(8)
    hint = Diagnostic(on.hunk.start, on.hunk.end, "unused", 4)
    for left, verdict in (((hint,), "rejected"), ((), "plausible")):
        before, after = (replace(on.before, found=found) for found in ((hint,), left))

        def diagnose(document: DocumentSnapshot, after: Diagnostics = after) -> Diagnostics:
            return after

        asked = replace(on, before=before, diagnose=diagnose, targets=(hint,))
        assert judged("        return 1", asked)[0] == verdict


# (language, text, how many statements cannot be reached)
LEAVING = [
    ("python", "def f():\n    return 1\n    x = 2\n", 1),
    ("python", "def f():\n    if a:\n        return 1\n    # c\n    x = 2\n", 0),
    ("python", "for x in y:\n    if x: break\n    g()\nelse:\n    raise E\nh()\n", 0),
    ("python", "try:\n    raise E\nexcept E:\n    pass\n", 0),
    ("python", "match x:\n    case 1:\n        pass\n        break\n    case 2:\n        f()\n", 0),
    ("java", "class A { int f() { if (a) return 1; return 2; } }", 0),
    ("java", "class A { int f() { switch (a) { case 1: return 1; case 2: g(); } return 2; } }", 0),
    ("java", "class A { int f() { throw e; int x; } }", 1),
    ("javascript", "function f() { return g(); function g() {} }", 0),
    ("javascript", "if (a) return; else f();", 0),
    ("c", "void f() { return; l: g(); }", 0),
    ("go", "func f() int { switch { case a: return 1\n case b: return 2 }\n return 3 }", 0),
    ("plaintext", "return\nx\n", 0),
]


@pytest.mark.parametrize(("language", "text", "count"), LEAVING)
def test_what_cannot_be_reached(language: str, text: str, count: int) -> None:
    assert unreachable(text, language) == count


def test_a_file_that_never_compiles_is_not_judged() -> None:
    on = bench(2, text="print 'old'\nx = 1\n", known=False)
    result = climb("y = 2", on, [s for s in validators() if s.name == "compile"])
    assert result.verdict == "plausible" and "not judged" in result.steps[-1].detail


EXITED = Outcome("exited", 0, "", 0.1)
RED = replace(EXITED, code=1, output="AssertionError: 0 != 1")


def bench_with(
    *outcomes: Outcome, base: Outcome = RED, all_tests: str = "", known: bool = True
) -> Bench:
    """Return a bench whose test runs end in `outcomes`, the last again."""
    made, runs = bench(8, known=known), list(outcomes)

    def run(files: Mapping[str, str], command: str) -> Outcome:
        assert list(files) == [made.hunk.document.path], "only the hunk's file changes"
        return runs.pop(0) if len(runs) > 1 else runs[0]

    return replace(made, suite=Suite(run, "make test", base, all_tests))


@pytest.mark.parametrize(
    ("outcomes", "expected"),
    [
        ([EXITED], ("plausible", "tests")),
        ([RED], ("fails_tests", "tests")),
        ([EXITED, RED], ("fails_tests", "tests")),
        ([replace(RED, ended="timeout")], ("timeout", "tests")),
        ([replace(RED, ended="memory")], ("rejected", "tests")),
        ([replace(RED, ended="processes")], ("rejected", "tests")),
        ([replace(RED, ended="disk")], ("rejected", "tests")),
        ([replace(EXITED, network=True)], ("rejected", "tests")),
    ],
)
def test_with_tests(outcomes: list[Outcome], expected: tuple[str | None, str]) -> None:
    assert judged("        return 1", bench_with(*outcomes)) == expected


def test_tests_that_used_the_network_before_may_go_on_to() -> None:
    on = bench_with(replace(EXITED, network=True), base=replace(RED, network=True))
    assert judged("        return 1", on) == ("plausible", "tests")


def test_all_tests_come_last() -> None:
    on = bench_with(EXITED, EXITED, RED, all_tests="make all")
    assert judged("        return 1", on) == ("fails_tests", "all-tests")


def test_nothing_is_run_of_what_does_not_parse() -> None:
    on = bench_with(EXITED)
    assert judged("        return (", on) == ("does_not_parse", "parse")
    assert judged("        return missing", on) == ("new_diagnostic", "diagnostics")


def test_where_tests_tell_analysis_need_not() -> None:
    assert judged("        return missing", bench_with(EXITED, known=False)) == (
        "plausible",
        "tests",
    )


class Faulty:
    name, order = "faulty", 5

    def wanted(self, bench: Bench) -> bool:
        return True

    def check(self, text: str, bench: Bench) -> Finding:
        raise RuntimeError("broken plug-in")


def test_a_step_that_fails_calls_nothing_good() -> None:
    faulty: PatchValidator = Faulty()
    result = climb("        return 1", bench(8), [faulty, *validators()])
    assert result.verdict == "rejected" and "broken plug-in" in result.steps[0].detail
