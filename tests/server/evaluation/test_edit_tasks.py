"""Tasks made out of real code: what is given, what is asked for, and what that leads to."""

from __future__ import annotations

import ast
import random
import textwrap
from pathlib import Path

import pytest

from fairlead_server.evaluation.edit.code import Draft, read
from fairlead_server.evaluation.edit.oracle import FREE
from fairlead_server.evaluation.edit.tasks import KINDS, draw
from fairlead_server.evaluation.monitors.passages import sources

HARBOUR = Path(__file__).parents[3] / "examples" / "harbour" / "harbour"


def made(kind: str, text: str, seed: int = 0) -> list[Draft]:
    code = read("shop.py", textwrap.dedent(text), "shop")
    assert code is not None
    return list(KINDS[kind](code, random.Random(seed)))


def shown(draft: Draft) -> str:
    """Return the given text with the selection marked."""
    return (
        f"{draft.text[: draft.start]}«{draft.text[draft.start : draft.end]}»"
        + (draft.text[draft.end :])
    )


# A kind, a file, and of one of its tasks what is given, where it is selected, and the instruction.
MADE = [
    (
        "rename",
        "def f(a):\n    total = a\n    return total\n",
        "    «placeholder» = a",
        "rename placeholder to total",
    ),
    (
        "rename",
        "_LIMIT = 2\n\n\ndef f():\n    return _LIMIT\n",
        "«_placeholder» = 2",
        "rename _placeholder to _LIMIT",
    ),
    (
        "rename",
        "class A:\n    def _go(self):\n        return 1\n\n    def b(self):\n"
        "        return self._go()\n",
        "    def «_placeholder»(self):",
        "rename _placeholder to _go",
    ),
    (
        "extract_variable",
        "def f(a):\n    parts = a.split()\n    return g(parts)\n",
        "    return g(«a.split()»)",
        "extract this to a variable called parts",
    ),
    (
        "extract_function",
        "def f(a):\n    b = a + 1\n    c = b + 1\n    return c\n",
        "    «b = a + 1\n    c = b + 1»",
        "extract this to a function called extracted_part",
    ),
    (
        "inline",
        "def f(a):\n    return g(a.parts)\n",
        "    «value» = a.parts\n    return g(value)",
        "inline value",
    ),
    (
        "organise_imports",
        "import os\nimport re\nfrom json import dumps\n\nfrom click import echo\n\n"
        "from shop import cart\n",
        "«",
        "organise imports",
    ),
    (
        "remove_unused_imports",
        "import os\nimport re\n\nprint(os.sep, re.M)\n",
        "«import os",
        "remove unused imports",
    ),
    ("add_type_hints", "def f(a: int) -> None:\n    a += 1\n", "«def f(a: int):", "add type hints"),
    (
        "add_type_hints",
        "def f() -> bool:\n    g()\n    return a is b\n",
        "«def f():",
        "add type hints",
    ),
    ("operator", "def f(a):\n    return a + 1\n", "    «return a - 1»", "use `+`, not `-`"),
    (
        "comparison",
        "def f(a):\n    if a < 1:\n        g()\n",
        "    «if a <= 1:»",
        "compare with `<`, not with `<=`",
    ),
    (
        "comparison",
        "def f(a, b):\n    return a not in b\n",
        "    «return a in b»",
        "compare with `not in`, not with `in`",
    ),
    (
        "off_by_one",
        "def f(a):\n    return a[3]\n",
        "    «return a[4]»",
        "it is off by one: write 3 instead of 4",
    ),
    (
        "arguments",
        "def f(a, b):\n    return g(a, b)\n",
        "    «return g(b, a)»",
        "swap the first two arguments of `g`",
    ),
    (
        "attribute",
        "def f(a):\n    return a.parts\n",
        "    «return a.parst»",
        "the attribute is `parts`, not `parst`",
    ),
    ("missing_return", "def f(a):\n    return g(a)\n", "    «g(a)»", "return this value"),
    ("condition", "def f(a):\n    if a:\n        g()\n", "    «if not a:»", "negate the condition"),
    ("condition", "def f(a):\n    if not a:\n        g()\n", "    «if a:»", "negate the condition"),
    (
        "add_docstring",
        'def f(a):\n    """Do."""\n    return a\n',
        "«def f(a):»\n    return a",
        "add a docstring",
    ),
]


@pytest.mark.parametrize(("kind", "text", "given", "said"), MADE)
def test_what_tasks_are_made(kind: str, text: str, given: str, said: str) -> None:
    drafts = made(kind, text)
    assert any(given in shown(draft) and said == draft.instruction for draft in drafts), drafts
    for draft in drafts:
        assert (draft.expected == text) or kind in FREE
        assert (draft.text != text) or kind == "extract_function"
        ast.parse(draft.text)


# A kind and a file of which no task can be made that has one right answer, or any.
NOT_MADE = [
    ("rename", "def f(total):\n    return total\n"),
    ("rename", "def f():\n    total = 1\n    return g(total=total)\n"),
    ("rename", "def f():\n    total = 1  # the total\n    return total\n"),
    ("rename", "def f():\n    global total\n    total = 1\n"),
    ("rename", '_LIMIT = 2\nprint(f"{_LIMIT}", _LIMIT)\n__all__ = ["_LIMIT"]\n'),
    ("extract_variable", "def f(a):\n    parts = a.split()\n    return g(parts, parts)\n"),
    ("extract_variable", "def f(a):\n    parts = a.split()\n    return g(a.sort(), parts)\n"),
    ("extract_variable", "def f(a):\n    parts = a.split()\n    return [parts for _ in a]\n"),
    ("extract_variable", "def f(a):\n    parts = a or b\n    return -parts\n"),
    ("extract_variable", "def f(a):\n    parts = a.split()  # why\n    return g(parts)\n"),
    ("extract_function", "def f(a):\n    yield a\n    yield a\n"),
    ("inline", "def f(a):\n    a.go()\n    return a and b.parts\n"),
    ("organise_imports", "import re\nimport os\nimport ast\nimport sys\n"),
    ("organise_imports", "import ast\n# why\nimport os\nimport re\nimport sys\n"),
    ("remove_unused_imports", "import os\nimport re\n\nprint(os.sep)\n"),
    ("add_type_hints", "def f() -> None: ...\n"),
    ("add_type_hints", "def f(a=1) -> None:\n    a += 1\n"),
    ("add_type_hints", "def f() -> str:\n    return g()\n"),
    ("operator", "def f(a):\n    return '%s' % a\n"),
    ("operator", "def f(a):\n    return (a) + 1\n"),
    ("comparison", "def f(a):\n    return a == 1 != b == 2\n"),
    ("arguments", "def f(a):\n    return g(a, a)\n"),
    ("missing_return", "def f(a):\n    return a\n"),
    ("add_docstring", "def f(a):\n    return a\n"),
    ("add_docstring", 'def f(a):\n    """Do."""\n'),
]


@pytest.mark.parametrize(("kind", "text"), NOT_MADE)
def test_what_no_task_is_made_of(kind: str, text: str) -> None:
    assert [shown(draft) for draft in made(kind, text)] == []


@pytest.mark.parametrize("text", ["x = 1\r\n", "x = (\n", "\ufeffx = 1\n", "x = '\0'\n"])
def test_what_is_not_read(text: str) -> None:
    assert read("a.py", text) is None


def test_tasks_are_drawn_from_many_files_and_are_always_the_same() -> None:
    files = sources(HARBOUR)["python"]
    tasks = draw(str(HARBOUR), files, list(KINDS), 2, 7)
    assert tasks == draw(str(HARBOUR), files, list(KINDS), 2, 7)
    assert tasks != draw(str(HARBOUR), files, list(KINDS), 2, 8)
    counts = {kind: [t.path for t in tasks if t.kind == kind] for kind in KINDS}
    assert max(map(len, counts.values())) == 2
    assert len(set(counts["attribute"])) == 2
    assert len({task.key for task in tasks}) == len(tasks)


def test_a_small_root_gives_several_tasks_of_a_file(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_text("def f(a):\n    x = a.parts\n    return x.names\n")
    (alone,) = {task.path for task in draw(str(path), [path], ["attribute"], 9, 0)}
    assert alone == "."
    assert len(draw(str(tmp_path), [path], ["attribute"], 9, 0)) == 2
