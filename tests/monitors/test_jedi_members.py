"""Member lists and how far they can be relied on: the expectations stand in the fixtures.

A line of a fixture that ends in ``#? [prefix] VERDICT names... !absent...; reason`` is asked about
with the cursor at each ``HERE`` in it: the completeness is VERDICT, the names are listed and those
after ``!`` are not, and the reason contains the given one. ``prefix`` cuts the text at the cursor.
``creates`` stands for a list that is complete but for what an assignment creates.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from fairlead_monitors.engine import Completeness, Names, Source
from fairlead_monitors.python import jedi_members
from fairlead_monitors.python.jedi_members import members

FIXTURES = Path(__file__).parents[1] / "fixtures" / "python_members"
DIRECTIVE = re.compile(
    r"[ \t]*#\? (?P<prefix>prefix )?(?P<verdict>\w+)(?P<names>[^;\n]*);?(?P<reason>.*)"
)


@dataclass(frozen=True)
class Case:
    path: Path
    line: int
    source: Source
    offset: int
    verdict: str
    listed: frozenset[str]
    absent: frozenset[str]
    reason: str


def cases() -> Iterator[Case]:
    for path in sorted(FIXTURES.glob("*.py")):
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        for number, line in enumerate(lines):
            if directive := DIRECTIVE.search(line):
                code = line[: directive.start()]
                cursors = list(re.finditer(r"\bHERE\b", code))
                assert cursors, f"{path}:{number + 1}: no HERE to ask at"
                for here in cursors:
                    yield case(path, lines, number, here.start(), directive)


def case(path: Path, lines: list[str], number: int, column: int, directive: re.Match[str]) -> Case:
    line = lines[number][: directive.start()]
    before = plain("".join(lines[:number])) + plain(line[:column] + "HERE")[: -len("HERE")]
    after = plain(line[column + len("HERE") :] + "\n" + "".join(lines[number + 1 :]))
    names = directive["names"].split()
    return Case(
        path,
        number + 1,
        Source(str(path), before if directive["prefix"] else before + after),
        len(before),
        directive["verdict"],
        frozenset(name for name in names if name[0] != "!"),
        frozenset(name[1:] for name in names if name[0] == "!"),
        directive["reason"].strip(),
    )


def plain(text: str) -> str:
    """Take the directives and, but for one at the end, the cursors out."""
    text = re.sub(DIRECTIVE, "", text)
    return re.sub(r"\.HERE\b(?!\Z)", "", text)


@pytest.mark.parametrize("case", [*cases()], ids=lambda case: f"{case.path.name}:{case.line}")
def test_fixture(case: Case) -> None:
    found = members(case.source, case.offset)
    verdict = "creates" if found.may_create else found.completeness.value
    assert (verdict, found.reason) == (case.verdict, found.reason)
    assert found.completeness is Completeness.COMPLETE or not found.may_create
    assert (case.listed - found.names, case.absent & found.names) == (frozenset(), frozenset())
    assert case.reason in found.reason
    assert bool(found.reason) == (verdict != "complete")


def at(text: str, path: Path = FIXTURES / "inline.py") -> Names:
    """Ask at ``|`` in `text`."""
    before, _, after = text.partition("|")
    return members(Source(str(path), before + after), len(before))


ORDER = "class Order:\n    total = 1\n\n\norder = Order()\n"


@pytest.mark.parametrize(
    "text",
    [
        ORDER + "order.|",
        ORDER + "order.|\nprint(order)\n",
        ORDER + "order.|\nclass Next: ...\n",
        ORDER + "print(order.|\n\ndef after():\n    return 1\n",
        ORDER + "after = f'{order.|'\n",
        ORDER + "after = f'{order.|",
        ORDER + "after = f'''\n{order.|",
        ORDER + "if order.|\n    print(1)\n",
        ORDER + "order.|tot",
        (ORDER + "if order:\n\tprint(order.|)\n").replace("\n", "\r\n"),
        (ORDER + "order.|\n").replace("\n", "\r"),
        "names = '😀'\n" * 3 + ORDER + "'😀', order.|\n",
        "\ufeff" + ORDER + "order.|\n",
        "\f\n" + ORDER + "order.|\n",
        ORDER.replace("total", "x = '\x0c\x1c\u2028'; total") + "order.|",
    ],
)
def test_broken_and_unusual_text(text: str) -> None:
    found = at(text)
    assert (found.completeness, found.reason) == (Completeness.COMPLETE, "")
    assert "total" in found.names and "price" not in found.names


@pytest.mark.parametrize(
    "text",
    [
        "|",
        "order|",
        "1.|",
        "order..|",
        "...|",
        "from .|",
        "from .. import a.|",
        "'a.|'",
        "#.|",
        ".|",
    ],
)
def test_where_nothing_is_dereferenced(text: str) -> None:
    assert at(text).completeness is Completeness.UNKNOWN


def test_a_long_file() -> None:
    filler = "".join(f"def function_{n}(a, b):\n    return a + b\n" for n in range(10_000))
    text = ORDER + filler + "order.|\n"
    assert at(text).completeness is Completeness.COMPLETE
    assert at(text.replace("total", "price")).names >= {"price"}


def test_a_truncated_text_is_not_remembered(tmp_path: Path) -> None:
    (tmp_path / "shop.py").write_text(ORDER)
    (tmp_path / "user.py").write_text("")
    assert at("class Order:\n    |", tmp_path / "shop.py").completeness is Completeness.UNKNOWN
    assert at("class Order:\n    x = ''.|", tmp_path / "shop.py").names
    found = at("import shop\nshop.Order.|\n", tmp_path / "user.py")
    assert "total" in found.names


def test_relative_imports_and_the_package_itself_resolve(tmp_path: Path) -> None:
    package = tmp_path / "shop"
    package.mkdir()
    (package / "__init__.py").write_text("from .orders import order\nlimit = 1\n")
    (package / "orders.py").write_text(ORDER)
    for text, name in [
        ("from .orders import Order\nOrder.|", "total"),
        ("from . import orders\norders.|", "Order"),
        ("from shop import orders\norders.order.|", "total"),
        ("import shop\nshop.|", "limit"),
        ("import shop.orders\nshop.orders.|", "order"),
    ]:
        for module in ("user.py", "__init__.py"):
            found = at(text, package / module)
            assert found.completeness is Completeness.COMPLETE, (text, module, found.reason)
            assert name in found.names


@pytest.mark.parametrize("error", [KeyError("a module"), RecursionError(), AssertionError()])
def test_when_jedi_fails_nothing_is_known(
    error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise error

    assert at(ORDER + "order.|").completeness is Completeness.COMPLETE
    with monkeypatch.context() as patched:
        patched.setattr(jedi_members, "find_chain", fail)
        found = at(ORDER + "order.|")
        assert found.completeness is Completeness.UNKNOWN
        assert found.reason == f"jedi failed with {type(error).__name__}"
    assert at(ORDER + "order.|").completeness is Completeness.COMPLETE
