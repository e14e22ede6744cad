"""Refactorings by real language servers: what is offered, held to their own analysis."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from fairlead_server.document import DocumentSnapshot
from fairlead_server.editing.candidate import EditRequest, Outcome
from fairlead_server.editing.refactor import operation_for, refactor
from fairlead_server.engine import build_analysis
from fairlead_server.project_analysis import ProjectAnalysis
from fairlead_server.settings import Settings
from tests.server.language_server.real import PATIENCE
from tests.setup import npm

JAVA = {
    "src/shop/Item.java": """\
package shop;

import java.util.Map;
import java.util.List;
import java.util.ArrayList;

/** See {@link #total(int)}. */
public class Item {
  private final List<Integer> prices = new ArrayList<>();

  /** The total. */
  public int total(int count) {
    int base = count * 2; // base
    String name = "total";
    return base + prices.size() + name.length() * 3;
  }

  /** Twice as much. */
  private int twice(int n) {
    return n * 2;
  }

  int more() {
    return twice(4) + 1;
  }
}
""",
    "src/shop/Use.java": """\
package shop;

class Use {
  int all(Item item) {
    return item.total(3); // total
  }
}
""",
}
TYPESCRIPT = {
    "shop.ts": """\
import { b, a } from "./other";
import * as fs from "fs";

export const LIMIT = 3;

export function area(width: number): number {
  const twice = width * 2; // twice
  return twice * LIMIT + a(1) + b;
}

export class Item {
  price = 1;
  total(count: number): number {
    const name = "x";
    const o = { name };
    const now = a(2);
    return this.price * count + o.name.length + now;
  }
}
""",
    "use.ts": """\
import { area, Item } from "./shop";

export const x = area(3); // area
export const n = new Item().total(2);
""",
    "other.ts": "export const a = (x: number) => x;\nexport const b = 2;\n",
}
CPP = {
    "berth.cpp": """\
int twice(int n) {
  int depth = n * 2; // depth
  return depth + n * 3;
}
""",
    "other.cpp": "int twice(int n);\nint depth = twice(2);\n",
}

Changes = Mapping[str, list[tuple[str, str]]]
"""What is replaced by what, once, in each file."""


@dataclass(frozen=True)
class Running:
    """A server's project, and what is asked of it."""

    folder: Path
    texts: Mapping[str, str]
    language: str
    analysis: ProjectAnalysis

    def edited(
        self,
        name: str,
        instruction: str,
        selected: str = "",
        text: str | None = None,
        open_texts: Mapping[str, str] | None = None,
    ) -> Outcome:
        """Return what comes of an instruction for a file, which may not have been saved."""
        text = text or self.texts[name]
        start = text.index(selected)
        end = start + len(selected) if selected else len(text)
        request = EditRequest(
            DocumentSnapshot(str(self.folder / name), text, self.language),
            start,
            end,
            instruction,
            str(self.folder),
            open_texts=open_texts,
            patience=PATIENCE,
        )
        operation = operation_for(request)
        assert operation is not None
        return refactor(request, operation, self.analysis, serving=self.analysis)

    def check(self, outcome: Outcome, by: str, changes: Changes) -> None:
        """Hold the first candidate against what is expected."""
        assert outcome.candidates, outcome.reasons
        best = outcome.candidates[0]
        assert (best.kind, best.by, best.checked) == ("refactoring", by, True)
        found = {os.path.relpath(one.path, self.folder): one.new for one in best.files}
        assert found == {
            name: replaced(self.texts[name], several) for name, several in changes.items()
        }
        for name, text in self.texts.items():
            assert (self.folder / name).read_text() == text

    def check_refused(self, name: str, instruction: str, selected: str, reason: str) -> None:
        """Hold why nothing comes of an instruction against what is expected."""
        outcome = self.edited(name, instruction, selected)
        assert outcome.candidates == ()
        assert reason in "; ".join(outcome.reasons)


def replaced(text: str, several: list[tuple[str, str]]) -> str:
    for old, new in several:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


def running(folder: Path, texts: Mapping[str, str], language: str) -> Iterator[Running]:
    for name, text in texts.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", npm.SEARCH)
        analysis = build_analysis(Settings(), str(folder), [language])
        try:
            yield Running(folder, texts, language, analysis)
        finally:
            analysis.close()


@pytest.fixture(scope="module")
def java(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    yield from running(tmp_path_factory.mktemp("java"), JAVA, "java")


@pytest.fixture(scope="module")
def typescript(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    yield from running(tmp_path_factory.mktemp("typescript"), TYPESCRIPT, "typescript")


@pytest.fixture(scope="module")
def cpp(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    yield from running(tmp_path_factory.mktemp("cpp"), CPP, "cpp")


ITEM, USE = "src/shop/Item.java", "src/shop/Use.java"
INLINED = "  /** Twice as much. */\n  private int twice(int n) {\n    return n * 2;\n  }\n\n"

# (file, instruction, what is selected, what changes)
IN_JAVA: list[tuple[str, str, str, Changes]] = [
    (
        ITEM,
        "rename total to sum",
        "",
        {ITEM: [("#total", "#sum"), ("int total", "int sum")], USE: [(".total", ".sum")]},
    ),
    (
        USE,
        "rename this method to sum",
        "total(3)",
        {USE: [(".total", ".sum")], ITEM: [("#total", "#sum"), ("int total", "int sum")]},
    ),
    (ITEM, "rename base to b", "", {ITEM: [("int base", "int b"), ("return base", "return b")]}),
    (
        ITEM,
        "extract `count * 2` to a variable called doubled",
        "",
        {ITEM: [("int base = count * 2;", "int doubled = count * 2;\n    int base = doubled;")]},
    ),
    (
        ITEM,
        "extract method threefold",
        "name.length() * 3",
        {
            ITEM: [
                (
                    "name.length() * 3;\n  }\n",
                    "threefold(name);\n  }\n\n  private int threefold(String name) {\n"
                    "    return name.length() * 3;\n  }\n",
                )
            ]
        },
    ),
    (
        ITEM,
        "extract function twofold",
        "n * 2",
        {
            ITEM: [
                ("int base = count * 2", "int base = twofold(count)"),
                (
                    "return n * 2;\n  }\n",
                    "return twofold(n);\n  }\n\n"
                    "  private int twofold(int n) {\n    return n * 2;\n  }\n",
                ),
            ]
        },
    ),
    (
        ITEM,
        "inline name",
        "",
        {ITEM: [('    String name = "total";\n', ""), ("name.l", '"total".l')]},
    ),
    (ITEM, "inline twice", "", {ITEM: [(INLINED, ""), ("twice(4)", "4 * 2")]}),
    (
        ITEM,
        "organise imports",
        "",
        {
            ITEM: [
                (
                    "import java.util.Map;\nimport java.util.List;\nimport java.util.ArrayList;\n",
                    "import java.util.ArrayList;\nimport java.util.List;\n",
                )
            ]
        },
    ),
]


@pytest.mark.needs("jdtls")
@pytest.mark.parametrize(("name", "instruction", "selected", "changes"), IN_JAVA)
def test_java(java: Running, name: str, instruction: str, selected: str, changes: Changes) -> None:
    java.check(java.edited(name, instruction, selected), "jdtls", changes)


# (file, instruction, what is selected, what is said of it)
NOT_IN_JAVA = [
    (ITEM, "rename Item to Thing", "", "the file Item.java would have to be called Thing.java"),
    (ITEM, "rename List to Foo", "", "jdtls: Renaming this element is not supported."),
    (ITEM, "rename base to name", "", "`name` already means something else in the file"),
    (ITEM, "rename total to item", "", "`item` is in use already, on line 4 of Use.java"),
    (ITEM, "rename total to class", "", "'class' is not a valid Java identifier"),
    (ITEM, "rename nothing to x", "", "there is no `nothing` in the file"),
    (ITEM, "extract this to a variable x", "int base", "jdtls: the server offers nothing of the"),
    (ITEM, "extract this to a variable base", "n * 2", "`base` is in use already, on line 13"),
    (USE, "organise imports", "", "jdtls: "),
    (ITEM, "extract variable v", "name.length() * 3", "something before it in the statement may"),
    (ITEM, "inline size", "", "`size` is not declared in this file"),
]


@pytest.mark.needs("jdtls")
@pytest.mark.parametrize(("name", "instruction", "selected", "reason"), NOT_IN_JAVA)
def test_not_in_java(
    java: Running, name: str, instruction: str, selected: str, reason: str
) -> None:
    java.check_refused(name, instruction, selected, reason)


@pytest.mark.needs("jdtls")
def test_java_that_is_not_saved(java: Running) -> None:
    text = JAVA[ITEM].replace("int more() {", "int some() { return total(1); }\n\n  int more() {")
    outcome = java.edited(ITEM, "rename total to sum", "", text.replace("\n", "\r\n"))
    expected = replaced(text, [("#total", "#sum"), ("int total", "int sum"), ("n total", "n sum")])
    best = outcome.candidates[0]
    assert best.files[0].new == expected.replace("\n", "\r\n")
    assert best.remarks[0] == "'total' in a string on line 14 is left alone"
    opened = {str(java.folder / USE): "// not saved\n"}
    outcome = java.edited(ITEM, "rename total to sum", open_texts=opened)
    assert "Use.java has changes that are not saved" in outcome.reasons[0]


SHOP = "shop.ts"

# (file, instruction, what is selected, what changes)
IN_TYPESCRIPT: list[tuple[str, str, str, Changes]] = [
    (
        SHOP,
        "rename area to surface",
        "",
        {
            SHOP: [("function area", "function surface")],
            "use.ts": [("{ area,", "{ surface,"), ("= area(", "= surface(")],
        },
    ),
    (
        SHOP,
        "rename name to title",
        "const name",
        {SHOP: [("t name", "t title"), ("{ name }", "{ name: title }")]},
    ),
    (
        SHOP,
        "rename b to bound",
        "",
        {SHOP: [("{ b, a }", "{ b as bound, a }"), ("+ b;", "+ bound;")]},
    ),
    (
        SHOP,
        "extract `width * 2` to a variable called double",
        "",
        {SHOP: [("const twice = width * 2", "const double = width * 2;\n  const twice = double")]},
    ),
    (
        SHOP,
        "extract method cost",
        "this.price * count",
        {
            SHOP: [
                (
                    "this.price * count + o.name.length + now;\n  }\n",
                    "this.cost(count) + o.name.length + now;\n  }\n\n"
                    "  private cost(count: number) {\n    return this.price * count;\n  }\n",
                )
            ]
        },
    ),
    (
        SHOP,
        "inline twice",
        "",
        {
            SHOP: [
                ("  const twice = width * 2; // twice\n", ""),
                ("return twice", "return width * 2"),
            ]
        },
    ),
    (
        SHOP,
        "organise imports",
        "",
        {
            SHOP: [
                (
                    'import { b, a } from "./other";\nimport * as fs from "fs";\n',
                    'import * as fs from "fs";\nimport { a, b } from "./other";\n',
                )
            ]
        },
    ),
    (SHOP, "remove unused imports", "", {SHOP: [('import * as fs from "fs";\n', "")]}),
]


@pytest.mark.needs("typescript")
@pytest.mark.parametrize(("name", "instruction", "selected", "changes"), IN_TYPESCRIPT)
def test_typescript(
    typescript: Running, name: str, instruction: str, selected: str, changes: Changes
) -> None:
    outcome = typescript.edited(name, instruction, selected)
    typescript.check(outcome, "typescript-language-server", changes)


# (file, instruction, what is selected, what is said of it)
NOT_IN_TYPESCRIPT = [
    (SHOP, "rename length to size", "", "cannot rename elements that are defined in the standard"),
    (SHOP, "rename twice to width", "", "`width` already means something else in the file"),
    (SHOP, "rename twice to class", "", "'class' is not allowed as a variable declaration name"),
    (SHOP, "rename area to n", "", "`n` is in use already, on line 4 of use.ts"),
    (SHOP, "extract variable x", "LIMIT", "server: Extract constant: Select more than a single id"),
    (SHOP, "inline LIMIT", "", "server: the server offers nothing of the sort here"),
    ("other.ts", "organise imports", "", "server: the server offers nothing of the sort here"),
]


@pytest.mark.needs("typescript")
@pytest.mark.parametrize(("name", "instruction", "selected", "reason"), NOT_IN_TYPESCRIPT)
def test_not_in_typescript(
    typescript: Running, name: str, instruction: str, selected: str, reason: str
) -> None:
    typescript.check_refused(name, instruction, selected, reason)


@pytest.mark.needs("typescript")
def test_what_a_server_does_not_look_at_is_told(typescript: Running) -> None:
    (found,) = typescript.edited(SHOP, "inline now").candidates
    doubt = "typescript-language-server does not look at when `now` is computed, and how often"
    assert found.remarks == (doubt,)


# (instruction, what changes)
IN_CPP: list[tuple[str, list[tuple[str, str]]]] = [
    ("rename depth to d", [("int depth", "int d"), ("return depth", "return d")]),
    (
        "extract `n * 3` to a variable called more",
        [("return depth + n * 3", "auto more = n * 3;\n  return depth + more")],
    ),
]


@pytest.mark.needs("clangd")
@pytest.mark.parametrize(("instruction", "changes"), IN_CPP)
def test_cpp(cpp: Running, instruction: str, changes: list[tuple[str, str]]) -> None:
    cpp.check(cpp.edited("berth.cpp", instruction), "clangd", {"berth.cpp": changes})


@pytest.mark.needs("clangd")
def test_cpp_in_files_that_the_server_does_not_look_at(cpp: Running) -> None:
    reason = "other.cpp has the name as well, and clangd does not look there"
    cpp.check_refused("berth.cpp", "rename twice to doubled", "", reason)
