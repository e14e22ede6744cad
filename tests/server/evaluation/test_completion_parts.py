"""What ``fairlead eval completion`` is made of: units, tasks, new errors, comparisons, journals."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from fairlead_monitors.engine import Diagnostic
from fairlead_server.errors import UserError
from fairlead_server.evaluation.completion.absence import findings, kind_of
from fairlead_server.evaluation.completion.journal import Journal, key_of
from fairlead_server.evaluation.completion.paired import difference, mean, reduction, sign_test
from fairlead_server.evaluation.completion.summary import figures, untold
from fairlead_server.evaluation.completion.tasks import Task, draw
from fairlead_server.evaluation.completion.trial import completed, name_alone
from fairlead_server.evaluation.completion.units import LEVELS, parses, units
from fairlead_server.suggestion import Suggestion

PYTHON = '''\
import os


class Größe:
    """A size: self.nothing."""

    def area(self, x):
        """Of a size."""
        # self.remark
        if x.wide:
            y = self.wide * x.höhe  # y.remark
        return os.path.join(y, "a.b")

    def none(self):
        ...
'''
JAVA = """\
class Shop {
    private int open;
    Shop() { this.open = 1; }
    int sell(Item item) {
        if (item.price() > 0) {
            total += item.price();
        }
        return count(item);
    }
}
"""
UNITS = {
    PYTHON: {
        "member": {"wide", "höhe", "path", "join"},
        "expression": {
            *("x.wide", "self.wide", "x.höhe", "self.wide * x.höhe", "os.path", "os.path.join"),
            'os.path.join(y, "a.b")',
        },
        "statement": {"y = self.wide * x.höhe", 'return os.path.join(y, "a.b")'},
        "block": {"y = self.wide * x.höhe"},
        "function": {
            "if x.wide:\n            y = self.wide * x.höhe  # y.remark\n"
            '        return os.path.join(y, "a.b")'
        },
    },
    JAVA: {
        "member": {"open", "price"},
        "expression": {
            *("this.open", "item.price()", "item.price() > 0", "count(item)"),
        },
        "statement": {"total += item.price();", "return count(item);"},
        "block": {"total += item.price();"},
        "function": {
            "if (item.price() > 0) {\n            total += item.price();\n        }\n"
            "        return count(item);"
        },
    },
}
RESTS = {
    PYTHON: {"self.wide * x.höhe", "y = self.wide * x.höhe", 'os.path.join(y, "a.b")'},
    JAVA: {"(item.price() > 0) {", "count(item);"},
}
NO_RESTS = {PYTHON: {"self.remark", "self.nothing", "# y.remark"}, JAVA: {"}"}}


@pytest.mark.parametrize(("text", "language"), [(PYTHON, "python"), (JAVA, "java")])
def test_units_of_a_file(text: str, language: str) -> None:
    found = units(text, language)
    assert tuple(found) == LEVELS
    texts = {level: {text[a:b] for a, b in extents} for level, extents in found.items()}
    assert texts["line"] >= RESTS[text]
    assert not [rest for rest in texts.pop("line") for bad in NO_RESTS[text] if bad == rest]
    assert texts == UNITS[text]


@pytest.mark.parametrize("text", ["", "\n", "def f(:\n    x.y\n", "1", "'x.y'\n"])
def test_nothing_is_taken_out_where_nothing_can_be(text: str) -> None:
    assert not any(units(text, "python").values())


@pytest.mark.parametrize(
    ("text", "language", "good"),
    [("", "python", True), ("x = (", "python", False), ("class A {", "java", False)],
)
def test_what_parses(text: str, language: str, good: bool) -> None:
    assert parses(text, language) is good


def test_tasks_are_drawn_alike_from_many_files(tmp_path: Path) -> None:
    for name in "abcd":
        (tmp_path / f"{name}.py").write_text(PYTHON, "utf-8")
    (tmp_path / "bad.py").write_bytes(b"\xff\0")
    files = sorted(tmp_path.iterdir())
    drawn = draw(str(tmp_path), files, "python", ["member", "block"], 3, seed=1)
    assert drawn == draw(str(tmp_path), files, "python", ["member", "block"], 3, seed=1)
    assert sorted(task.level for task in drawn) == ["block"] * 3 + ["member"] * 3
    assert len({task.path for task in drawn}) >= 3
    for task in drawn:
        document = task.document(suffix=True)
        assert document.text[: task.start] + task.wanted + document.text[task.start :] == PYTHON
        assert task.document(suffix=False).text == PYTHON[: task.start]
        assert task.file == str(tmp_path / task.path)
    # Too few files give more of each.
    assert len(draw(str(tmp_path), files[:1], "python", ["member"], 50, seed=1)) == 5
    assert draw(str(tmp_path), [], "python", ["member"], 5, seed=1) == []
    (one,) = draw(str(files[0]), files[:1], "python", ["block"], 5, seed=1)
    assert (one.path, one.file) == (".", str(files[0]))


def test_nothing_is_drawn_from_what_git_ignores(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / ".gitignore").write_text("made/\n")
    for folder in ("made", "own"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "a.py").write_text(PYTHON, "utf-8")
    files = sorted(tmp_path.rglob("*.py"))
    drawn = draw(str(tmp_path), files, "python", ["member"], 9, seed=0)
    assert {task.path for task in drawn} == {"own/a.py"}
    made = tmp_path / "made"
    assert draw(str(made), files[:1], "python", ["member"], 9, seed=0)


def task(text: str, unit: str) -> Task:
    start = text.index(unit)
    return Task("project", "a.py", text, "python", "line", start, start + len(unit))


@pytest.mark.parametrize(
    ("text", "unit", "suggestion", "whole"),
    [
        ("x = a.b()\n", "a.b", Suggestion("c", 0, "stop", True), "x = [c]()\n"),
        ("x = f(a)\n", "a", Suggestion("b)", 0, "stop", True, replaces=1), "x = f([b)]\n"),
        (
            '"""About."""\n\nx = 1\n',
            "1",
            Suggestion("os.sep", 0, "stop", True, imports=("import os",)),
            '"""About."""\n\nimport os\n\nx = [os.sep]\n',
        ),
        ("x = 1\n", "1", Suggestion("2", 0, "stop", True, imports=("nonsense",)), "x = [2]\n"),
        ("x = 1\n", "1", Suggestion("", 0, "dead_end", False), "x = []\n"),
    ],
)
def test_what_is_accepted(text: str, unit: str, suggestion: Suggestion, whole: str) -> None:
    found, start, end = completed(task(text, unit), suggestion)
    marked = f"{found[:start]}[{found[start:end]}]{found[end:]}"
    assert "".join(marked.split()) == "".join(whole.split())


@pytest.mark.parametrize(
    ("code", "message", "before", "kind"),
    [
        ("missing-attribute", "Object of type `A` has no attribute `b`", "", "member"),
        ("missing-union-attribute", "Attribute `b` is not defined on `int`", "", "other"),
        ("unresolved-reference", "Name `b` used when not defined", "", "name"),
        ("import-not-found", "Cannot resolve imported module `b`", "", "name"),
        ("invalid-argument-type", "Argument is incorrect", "", "other"),
        ("reportUndefinedVariable", '"b" is not defined', "", "name"),
        ("reportAttributeAccessIssue", '"b" is unknown import symbol', "", "name"),
        ("reportAttributeAccessIssue", '"b" is not a known attribute of module "os"', "", "member"),
        (
            "reportAttributeAccessIssue",
            'Cannot access attribute "b" for class "A"\n  Attribute "b" is unknown',
            "",
            "member",
        ),
        (
            "reportAttributeAccessIssue",
            'Cannot assign to attribute "b" for class "A"\n  "int" is not assignable to "str"',
            "",
            "other",
        ),
        ("reportOptionalMemberAccess", '"b" is not a known attribute of "None"', "", "other"),
        ("33554502", "b cannot be resolved or is not a field", "a.", "member"),
        ("33554515", "b cannot be resolved to a variable", "x = ", "name"),
        ("16777218", "B cannot be resolved to a type", "new ", "name"),
        ("67108964", "The method b(int) is undefined for the type A", "a.\n  ", "member"),
        ("67108964", "The method b(int) is undefined for the type A", "", "name"),
        ("134217858", "The constructor B(int) is undefined", "new ", "other"),
        ("67108965", "The method b() from the type A is not visible", "a.", "other"),
        ("268435846", "The import b.c cannot be resolved", "import b.", "name"),
        ("67108979", "The method b(int) is not applicable for the arguments ()", "a.", "other"),
        ("compiler.err.cant.resolve.location", "cannot find symbol", "a.", "member"),
        ("compiler.err.cant.resolve.location.args", "cannot find symbol", "a .\n  ", "member"),
        ("compiler.err.cant.resolve.location", "cannot find symbol", "x = ", "name"),
        ("compiler.err.cant.resolve", "cannot find symbol", "import a.b.", "name"),
        ("compiler.err.doesnt.exist", "package a.b does not exist", "import a.", "name"),
        ("compiler.err.cant.apply.symbol", "method b in class A cannot be applied", "a.", "other"),
        (
            "compiler.err.invalid.mref",
            "invalid method reference\n cannot find symbol",
            "",
            "member",
        ),
        ("compiler.err.invalid.mref", "invalid method reference\n incompatible", "", "other"),
        ("1610612976", 'Syntax error, insert ")" to complete Expression', "", "other"),
    ],
)
def test_which_errors_say_that_a_name_is_not_there(
    code: str, message: str, before: str, kind: str
) -> None:
    diagnostic = Diagnostic(len(before), len(before) + 1, message, 1, code)
    assert kind_of(diagnostic, before + "b") == kind


def error(start: int, message: str = "m", severity: int = 1) -> Diagnostic:
    return Diagnostic(start, start + 2, message, severity, "unresolved-reference")


@pytest.mark.parametrize(
    ("before", "after", "own"),
    [
        ([], [], []),
        ([error(0)], [error(5)], []),  # it has moved
        ([error(0)], [error(0), error(11)], [True]),  # written a second time
        ([], [error(0)], [False]),  # it comes from what is not there any more
        ([error(10)], [error(11, "n")], [True]),
        ([error(10), error(30)], [error(30)], []),
        ([], [error(10, severity=2)], []),
        ([], [error(8), error(20), error(19)], [False, False, True]),
    ],
)
def test_which_errors_are_new(
    before: list[Diagnostic], after: list[Diagnostic], own: list[bool]
) -> None:
    assert [f.own for f in findings(before, after, "x" * 40, 10, 20)] == own


@pytest.mark.parametrize(
    ("guided", "unguided", "p", "n"),
    [
        ([], [], 1.0, 0),
        ([1, 1], [1, 1], 1.0, 0),
        ([1], [0], 1.0, 1),
        ([0] * 5, [1] * 5, 2 / 32, 5),
        ([1, 0, 0, 0, 0, 0, 5], [0, 1, 1, 1, 1, 1, 5], 14 / 64, 6),
        ([0, 1], [1, 0], 1.0, 2),
    ],
)
def test_the_sign_test(guided: list[float], unguided: list[float], p: float, n: int) -> None:
    found = sign_test(guided, unguided)
    assert found.value == pytest.approx(p)
    assert (found.n, found.unit) == (n, "p")


def test_means_and_differences() -> None:
    yes = mean([1, 0, 1, 1], "share", 0)
    assert (yes.value, yes.n) == (0.75, 4) and 0.2 < yes.low < 0.75 < yes.high < 1
    assert mean([0.0] * 30, "share", 0).high > 0
    assert mean([0.5, 0.25], "share", 0).value == pytest.approx(0.375)
    assert mean([2, 4], "tokens", 0).value == 3
    same = difference([1, 0], [1, 0], "share", 0)
    assert (same.value, same.low, same.high) == (0, 0, 0)
    less = difference([0, 0, 1, 0], [1, 1, 1, 0], "share", 0)
    assert less.value == -0.5 and -1 <= less.low < -0.5 < less.high <= 0


def test_what_is_prevented() -> None:
    assert reduction([0, 1], [0, 0], 0) is None
    fifth = reduction([1, 0, 0, 0, 0] * 20, [1] * 100, 0)
    assert fifth is not None and fifth.value == pytest.approx(0.8)
    assert 0.65 < fifth.low < 0.8 < fifth.high < 0.9
    more = reduction([1, 1], [1, 0], 0)
    assert more is not None and more.value == -1


def outcome(text: str, *kinds: str, own: bool = True, judge: str = "ty") -> dict[str, Any]:
    new = [{"kind": kind, "own": own, "code": "", "message": ""} for kind in kinds]
    return {"text": text, "wanted": "a.b", "tokens": 3, "parses": True, "new": {judge: new}}


@pytest.mark.parametrize(
    ("text", "name"),
    [("a.b(c)", "a"), ("größe", "größe"), ("(a)", ""), ("", ""), ("$a1 = 2", "$a1")],
)
def test_of_a_member_only_its_name_counts(text: str, name: str) -> None:
    written = Suggestion(text, -1.0, "stop", True, replaces=1, imports=("import c",))
    found = name_alone(written)
    assert found.text == name
    assert found == written or (found.replaces, found.imports) == (0, ())


def entry(guided: dict[str, Any], unguided: dict[str, Any], **changed: object) -> dict[str, Any]:
    where = {"root": "p/one", "path": "a.py", "level": "line", "start": 1, "end": 2, "seed": 0}
    return {**where, "guided": guided, "unguided": unguided, **changed}


def test_the_figures_of_hand_made_tasks() -> None:
    entries = [
        entry(outcome("a.b"), outcome("a.c", "member", "name")),
        entry(outcome("a.b", "other"), outcome("a.b"), start=2),
        entry(outcome("c", "name", own=False), outcome("", "name"), level="member", root="p/two"),
    ]
    found = figures(entries, ["ty"], "python", 0)
    told = {name: round(figure.value, 4) for name, figure in found.items()}
    expected = {
        "exact_match.guided": 0.6667,
        "exact_match.unguided": 0.3333,
        "exact_match.difference": 0.3333,
        "exact_match.p": 1,
        "exact_match.guided.line": 1,
        "exact_match.unguided.line": 0.5,
        "exact_match.guided.member": 0,
        "exact_match.guided.in_one": 1,
        "exact_match.guided.in_two": 0,
        "next_identifier.unguided": 0.6667,
        "identifier_sequence.unguided.line": 0.75,
        "prefix_match.unguided.line": 0.8333,
        "offered.unguided": 0.6667,
        "tokens.guided": 3,
        "parse_rate.guided": 1,
        "new_unknown_rate.guided": 0.3333,
        "new_unknown_rate.unguided": 0.6667,
        "new_unknown_rate.reduction": 0.5,
        "new_unknown_rate.reduction.line": 1,
        "new_unknown_rate.reduction.member": 0,
        "own_unknown_rate.guided": 0,
        "own_unknown_rate.reduction": 1,
        "new_unknown_member_rate.unguided": 0.3333,
        "new_unknown_name_rate.unguided": 0.6667,
        "new_diagnostics.guided": 0.6667,
        "new_diagnostics.unguided": 1,
    }
    assert {name: told[name] for name in expected} == expected
    assert found["exact_match.guided"].n == 3


@pytest.mark.parametrize(
    ("roots", "labels"),
    [
        (["a"], set()),
        (["p/a", "p/b"], {"in_a", "in_b"}),
        (["p/a", "q/a"], {"in_p/a", "in_q/a"}),
        (["v1.2", "."], {"in_v1_2", "in__"}),
    ],
)
def test_projects_have_figures_of_their_own(roots: list[str], labels: set[str]) -> None:
    entries = [entry(outcome("a.b"), outcome("c"), root=root) for root in roots]
    found = {name.rpartition(".")[2] for name in figures(entries, ["ty"], "python", 0)}
    assert {name for name in found if name.startswith("in_")} == labels


def test_seeds_of_a_task_are_one_measurement() -> None:
    tried = [("a.b", "a.b"), ("a.b", "c"), ("c", "c"), ("a.b", "c")]
    entries = [entry(outcome(g), outcome(u), seed=n) for n, (g, u) in enumerate(tried)]
    found = figures(entries, ["ty"], "python", 0)
    guided, unguided = found["exact_match.guided"], found["exact_match.unguided"]
    assert (guided.value, guided.n, unguided.value) == (0.75, 1, 0.25)
    assert "new_unknown_rate.reduction" not in found


def test_a_judge_that_does_not_know() -> None:
    entries = [entry(outcome("a.b", judge="other"), outcome("a.c", "name"))]
    entries.append(entry(outcome("a.b"), outcome("a.c", "name"), start=5))
    found = figures(entries, ["other", "ty"], "python", 0)
    assert "new_unknown_rate.guided" not in found
    assert found["ty.new_unknown_rate.unguided"].n == 1
    reason = "no diagnostics of the document"
    assert untold(entries, ["other", "ty"]) == {"other": {reason: 3}, "ty": {reason: 1}}
    assert untold([], ["ty"]) == {}


def test_a_journal_goes_on(tmp_path: Path) -> None:
    path, options = tmp_path / "made.jsonl", {"model": "tiny", "judges": ("ty",)}
    one, two = entry({}, {}), entry({}, {}, start=9)
    journal = Journal(path, options)
    assert journal.get(key_of(one)) is None
    journal.add(one)
    with path.open("a") as file:
        file.write(json.dumps(two)[:30])  # killed while it was writing
    again = Journal(path, options)
    assert (again.get(key_of(one)), again.get(key_of(two))) == (one, None)
    again.add(two)
    assert Journal(path, options).get(key_of(two)) == two
    assert len(path.read_text().splitlines()) == 3
    with pytest.raises(UserError, match="another model; choose another --out"):
        Journal(path, {**options, "model": "large"})


@pytest.mark.parametrize(
    "text", ["[]\n", "nonsense\n", '{"a": 1}\n', '{"options": {}}\n{"a": 1}\n']
)
def test_a_file_that_is_no_journal(tmp_path: Path, text: str) -> None:
    path = tmp_path / "notes.jsonl"
    path.write_text(text)
    with pytest.raises(UserError, match="choose another --out"):
        Journal(path, {})
    assert path.read_text() == text


def test_a_journal_that_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="cannot be written"):
        Journal(tmp_path / "absent" / "made.jsonl", {})
    with pytest.raises(UserError, match="cannot be written"):
        Journal(tmp_path, {})
