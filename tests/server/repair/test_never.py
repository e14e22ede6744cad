"""Patches that only keep analysis from speaking: what they add is never run, or never checked."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace

import pytest

from fairlead_monitors.engine import Completeness, Diagnostic, Diagnostics, Source
from fairlead_server.analysis.python_engine import PythonEngine
from fairlead_server.document import DocumentSnapshot
from fairlead_server.repair.fault import fault_in
from fairlead_server.repair.hunk import lines_hunk
from fairlead_server.repair.sandbox import Outcome
from fairlead_server.repair.validation import Bench, Suite, climb, validators
from fairlead_server.repair.validation.conditions import kept_under_condition
from fairlead_server.repair.validation.probes import Probes, probed

CODE = """\
class Basket:
    def subtotal(self) -> int:
        return 1


def show(n: int, other: Basket | None) -> None:
    basket = Basket()
    print(basket.subtotl())
    print(n)
    if n is None:
        print(n.real)
"""
PATIENCE = 60.0


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PythonEngine]:
    made = PythonEngine(str(tmp_path_factory.mktemp("project")))
    yield made
    made.close()


def bench(engine: PythonEngine, line: int, text: str) -> Bench:
    def diagnose(document: DocumentSnapshot) -> Diagnostics:
        return engine.diagnostics(Source(document.path, document.text)).result(PATIENCE)

    hunk = lines_hunk(DocumentSnapshot("basket.py", text, "python"), line, line)
    before = diagnose(hunk.document)
    return Bench(hunk, diagnose, before, fault_in(hunk, before).targets)


OPTIONAL = "    print(basket.subtotl())", "    print(other.subtotal())"
# (what replaces the line, whether it is let pass)
PATCHES = [
    ("    print(basket.subtotal())", True),
    ("    if basket is None:\n        print(basket.subtotl())", False),
    ("    if basket is None:(basket.subtotl())", False),
    ("    if basket is None:\n        print(0)", False),
    ("    while False:\n        print(basket.subtotl())", False),
    ("    for _ in []:\n        print(basket.subtotl())", False),
    ("    if n and basket is None and n > 1 and basket.subtotl(): pass", False),
    ("    assert not isinstance(basket, Basket)\n    if n: basket.subtotl()", False),
    ("    assert basket is None\n    print(basket.subtotl())", False),
    ("    exit()\n    print(basket.subtotl())", False),
    ("    assert basket is not None\n    print(basket.subtotal())", True),
    ("    if basket is not None:\n        return\n    print(basket.subtotl())", False),
    ("    basket is None and basket.subtotl()", False),
    ("    print(basket.subtotl() if basket is None else 1)", False),
    ("    if basket is not None:\n        print(basket.subtotal())", True),
    ("    if basket is not None:\n        print(1)\n    else:\n        print(0)", False),
    ("    if n > 1:\n        print(basket.subtotal())\n    elif n:\n        print(1)", True),
    ("    if n == 0 or basket.subtotal() > n:\n        return\n    print(1)", True),
    ("    print(basket.subtotal() if n else 0, n and 1, [x for x in range(n) if x])", True),
    ("    try:\n        print(basket.subtotal())\n    except ValueError:\n        pass", True),
    ('    if hasattr(basket, "subtotl"):\n        print(basket.subtotl)', False),
]


@pytest.mark.parametrize(("text", "passes"), PATCHES)
def test_what_ty_takes_to_be_never_run(engine: PythonEngine, text: str, passes: bool) -> None:
    result = climb(text, bench(engine, 8, CODE), validators())
    assert (result.verdict == "plausible") == passes, result
    if not passes:
        assert (result.verdict, result.steps[-1].step) == ("rejected", "unreachable")


def test_where_tests_tell_a_condition_may_be_stricter_than_types(engine: PythonEngine) -> None:
    on, text = bench(engine, 9, CODE), "    if n is None:\n        raise TypeError"
    steps = [step for step in validators() if step.name == "unreachable"]
    green, red = (Outcome("exited", code, "", 0.1) for code in (0, 1))
    suite = Suite(lambda files, command: green, "make test", red)
    assert climb(text, on, steps).verdict == "rejected"
    assert climb(text, replace(on, suite=suite), steps).verdict == "plausible"


def test_what_was_never_run_before_may_stay_so(engine: PythonEngine) -> None:
    result = climb("        print(n.imag)", bench(engine, 11, CODE), validators())
    assert result.verdict == "plausible"
    result = climb("    if not isinstance(n, int):", bench(engine, 10, CODE), validators())
    assert result.verdict == "plausible"


def test_a_condition_may_tell_those_that_have_a_member(engine: PythonEngine) -> None:
    on = bench(engine, 8, CODE.replace(*OPTIONAL))
    text = "    if other is not None:\n        print(other.subtotal())"
    assert on.targets and climb(text, on, validators()).verdict == "plausible"


PROBED = """\
def f(b, x, z):
    # é
    y = 1
    if b is None:(b.c())
    elif x and b or [y for y in z if y]:
        '''d'''
        for a in x:
            pass
    else:
        w = b if x else (
            c)
    match x:
        case 1: return x
    @d
    def g():
        return 1
    return x
"""


# (first and last line, how many probes there are, how many characters the control is indented)
@pytest.mark.parametrize(
    ("first", "last", "count", "indent"),
    [
        (3, 17, 17, 4),
        (4, 4, 2, 4),
        (5, 5, 4, 4),
        (9, 9, 1, 4),
        (10, 11, 3, 8),
        (13, 13, 1, 4),
        (1, 17, 18, 0),
        (14, 16, 2, 4),
        (2, 3, None, 0),
        (15, 16, None, 0),
        (17, 17, None, 0),
    ],
)
def test_probes(first: int, last: int, count: int | None, indent: int) -> None:
    hunk = lines_hunk(DocumentSnapshot("/p/a.py", PROBED, "python"), first, last)
    found = probed(PROBED, hunk.start, hunk.end)
    assert (found and len(found.probes)) == count
    if found is not None:
        names = [node.id for node in ast.walk(ast.parse(found.text)) if isinstance(node, ast.Name)]
        assert all(names.count(name) == 1 for name in (*found.probes, found.control))
        assert f"\n{' ' * indent}{found.control}\n" in f"\n{found.text}"


def test_the_control_may_be_wanted_where_nothing_is_conditional() -> None:
    hunk = lines_hunk(DocumentSnapshot("/p/a.py", PROBED, "python"), 17, 17)
    found = probed(PROBED, hunk.start, hunk.end, always=True)
    assert found is not None and len(found.probes) == 1
    assert f"\n    {found.probes[0]}\n    {found.control}\n    return x\n" in found.text


def test_what_guards_may_be_left_alone() -> None:
    text = "def f(x):\n    if x is None:\n        why = 1\n        raise Error(why)\n    return x\n"
    guarded = probed(text, 0, len(text), always=True)
    alone = probed(text, 0, len(text), always=True, guards=False)
    assert guarded is not None and alone is not None
    assert (len(guarded.probes), len(alone.probes)) == (5, 3)
    assert "x is None:\n        why = 1\n        raise" in alone.text


@pytest.mark.parametrize(
    ("reported", "silent"),
    [(["c_", "p_", "q_"], 0), (["c_", "q_"], 1), (["c_"], 2), (["p_", "q_"], None), ([], None)],
)
def test_nothing_is_told_where_the_control_is_not(reported: list[str], silent: int | None) -> None:
    found = tuple(Diagnostic(0, 0, f"no name {name}") for name in reported)
    probes = Probes("", ("p_", "q_"), "c_")
    all_of = Diagnostics(found, Completeness.COMPLETE, "scripted")
    assert probes.silent(all_of) == silent
    assert probes.silent(Diagnostics.unknown("scripted", "late")) is None
    remark = Diagnostic(0, 2, "unreachable", 4), *found
    assert Probes("p_", ("p_", "q_"), "c_").silent(replace(all_of, found=remark)) == silent


# (language, the faulty line, what is said of its `x.subtotl`, the patch, whether it is kept)
KEPT = [
    ("python", "b(x.subtotl)", "no attribute", "if hasattr(x, 'subtotl'): b(x.subtotl)", True),
    ("python", "b(x.subtotl)", "no attribute", "x.subtotl if p else 1", True),
    ("python", "b(x.subtotl)", "no attribute", "p and x . subtotl", True),
    ("python", "b(x.subtotl)", "no attribute", "b(x.subtotl)", False),
    ("python", "b(x.subtotl)", "no attribute", "if p: b(x.subtotal)", False),
    ("python", "b(x.subtotl)", "not defined on `None` in union", "if x: b(x.subtotl)", False),
    ("python", "if p: b(x.subtotl)", "no attribute", "if p: c(x.subtotl)", False),
    ("typescript", "b(x.subtotl);", "no such", "if ('subtotl' in x) b(x.subtotl);", True),
    ("typescript", "b(x.subtotl);", "no such", "p && b(x.subtotl);", True),
    ("typescript", "b(x.subtotl);", "no such", "b(p + x.subtotl);", False),
    ("typescript", "b(x.subtotl);", "not on type 'A | B'", "if (p) b(x.subtotl);", False),
    ("java", "b(x.subtotl());", "no such", "if (p) b(x.subtotl());", True),
    ("java", "b(x.subtotl());", "no such", "b(p ? x.subtotl() : 1);", True),
]


@pytest.mark.parametrize("whole", [True, False], ids=["access", "member"])
@pytest.mark.parametrize(("language", "line", "message", "text", "kept"), KEPT)
def test_what_is_kept_under_a_condition(
    language: str, line: str, message: str, text: str, kept: bool, whole: bool
) -> None:
    before = "class A { void f() {\n" if language == "java" else "a = 1\n"
    code = before + line + ("\n} }\n" if language == "java" else "\n")
    hunk = lines_hunk(DocumentSnapshot("/p/a", code, language), 2, 2)
    start = code.index("x.subtotl")
    wrong = Diagnostic(start + (0 if whole else 2), start + 9, message)
    known = Diagnostics((wrong,), Completeness.COMPLETE, "scripted")
    on = Bench(hunk, lambda document: known, known, (wrong,))
    found = kept_under_condition(text, on)
    assert (found is not None) == kept, found
