"""What models write in answer: what is taken from it, and why it is refused."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairlead_server.document import DocumentSnapshot
from fairlead_server.editing.candidate import EditRequest
from fairlead_server.editing.outputs import LONGEST, code_of
from fairlead_server.editing.place import Place, place_of
from fairlead_server.editing.refactoring.job import Refused

TEXT = """import math


def area(radius):
    square = radius * radius
    return math.pi * square


print(area(2))
"""
BODY = "    square = radius * radius\n    return math.pi * square"
NEW = "    return math.pi * radius**2"


def place(text: str = TEXT, selected: str = BODY, language: str = "python") -> Place:
    start = text.index(selected)
    document = DocumentSnapshot("/p/shapes.py", text, language)
    return place_of(EditRequest(document, start, start + len(selected), "shorten it"))


# What comes to the same code.
TAKEN = [
    NEW,
    f"{NEW}\n",
    f"\n\n{NEW}\n\n",
    "return math.pi * radius**2",
    NEW.replace("\n", "\r\n"),
    f"```python\n{NEW}\n```",
    f"Sure! Here it is:\n\n```py\n{NEW}\n```\n\nThis squares the radius.",
    f"```\n{NEW}\n```",
    f"~~~\n{NEW}\n~~~\n",
    f"````python\n{NEW}\n````",
    "  ```python\n  return math.pi * radius**2\n  ```",
    f"<<<<<<< SEARCH\n{BODY}\n=======\n{NEW}\n>>>>>>> REPLACE",
    "<<<<<<< SEARCH\n    square = radius * radius\n=======\n>>>>>>> REPLACE\n"
    "<<<<<<< SEARCH\n    return math.pi * square\n=======\n"
    f"{NEW}\n>>>>>>> REPLACE\n",
    "```\n<<<<<<< SEARCH\n" + BODY + f"\n=======\n{NEW}\n>>>>>>> REPLACE\n```",
    "```diff\n--- a/shapes.py\n+++ b/shapes.py\n@@ -3,4 +3,3 @@\n def area(radius):\n"
    "-    square = radius * radius\n-    return math.pi * square\n+" + NEW + "\n \n```",
    "@@ -99,2 +99,1 @@ def area\n-    square = radius * radius\n"
    "-    return math.pi * square\n+" + NEW + "\n",
]


@pytest.mark.parametrize("output", TAKEN)
def test_what_is_taken(output: str) -> None:
    assert code_of(output, place(), "shorten it") == NEW


# (what the model writes, the reason why it is refused)
REFUSED = [
    ("", "wrote nothing"),
    (" \n\t\n", "wrote nothing"),
    ("```python\n```", "wrote nothing"),
    ("```python\n\n```", "wrote nothing"),
    (BODY, "changes nothing"),
    (f"```python\n{BODY}\n```", "changes nothing"),
    ("x" * 1_000_000, "wrote 1,000,000 characters"),
    (f"```python\n{NEW}", "did not come to the end of its code"),
    ("```rust\nfn area(r: f64) -> f64 { r }\n```", "wrote rust and not python"),
    (f"```python\n{NEW}\n```\n```python\n    return 1\n```", "several pieces"),
    (TEXT.replace(BODY, NEW), "wrote the whole file"),
    (f"def area(radius):\n{NEW}", "repeats what stands around"),
    (f"{NEW}\n\n\nprint(area(2))", "repeats what stands around"),
    (f"    # Shorten  it please\n{NEW}", "repeats the instruction"),
    ("    return 1\x00", "control character (U+0000)"),
    ("    return 1\x1b[2J", "control character (U+001B)"),
    ("    return 1  # \u202e", "control character (U+202E)"),
    ("    return 1  # \ufffd", "control character (U+FFFD)"),
    ("    print(radius)\n" * 20, "repeats itself"),
    ("    # square\n    # return", "nothing but comments"),
    (f"<<<<<<< SEARCH\n{BODY}\n=======\n{NEW}\n", "half of a search-and-replace"),
    ("<<<<<<< SEARCH\nprint(area(2))\n=======\nx\n>>>>>>> REPLACE", "not in the selection once"),
    ("<<<<<<< SEARCH\n\n=======\nx\n>>>>>>> REPLACE", "not in the selection once"),
    ("@@ -1 +1 @@\n-import math\n+import cmath\n", "goes beyond the selection"),
    ("@@ -1 +1 @@\n-import nothing\n+import cmath\n", "does not fit the file"),
    ("@@ -1 +1 @@\n+import cmath\n", "does not fit the file"),
]


@pytest.mark.parametrize(("output", "reason"), REFUSED, ids=lambda text: text[:30])
def test_what_is_refused(output: str, reason: str) -> None:
    with pytest.raises(Refused) as refusal:
        code_of(output, place(), "shorten it please")
    assert reason in str(refusal.value)


def test_an_endless_text_is_refused() -> None:
    with pytest.raises(Refused, match="did not come to an end"):
        code_of(NEW, place(), "shorten it", ended=False)


@pytest.mark.parametrize(
    "line", ["x", "x\n", "```\n", "@@ -1 +1 @@\n", "<<<<<<< SEARCH\n", "=" * 8]
)
def test_a_megabyte_of_anything_is_refused_at_once(line: str) -> None:
    assert len(line) * 1_000_000 > LONGEST
    with pytest.raises(Refused):
        code_of((line * 1_000_000)[:1_000_000], place(), "shorten it")


def test_what_is_selected_may_go_on_being_defined() -> None:
    whole = place(selected=TEXT[TEXT.index("def area") : TEXT.index("\n\n\nprint")])
    with pytest.raises(Refused, match="`area` would not be defined"):
        code_of("def surface(r):\n    return r", whole, "shorten it")
    code = "def surface(r):\n    return r"
    assert code_of(code, whole, "rename it to surface, shorten it") == code


# (text, what is selected in «», what the model writes, what becomes of the text)
FITTED = [
    (
        "if a:\n    if b:\n«        c()\n»d()\n",
        "c(1)\nif e:\n    f()",
        "if a:\n    if b:\n        c(1)\n        if e:\n            f()\nd()\n",
    ),
    ("x = f(«a + b»)\n", "a - b\n", "x = f(a - b)\n"),
    ("if a:\n«    b()»\n", "        c()\n", "if a:\n    c()\n"),
    ("if a:\n    b()\n«»\nc()\n", "    d()\n", "if a:\n    b()\n    d()\nc()\n"),
    ("«a()\n\n\n»b()\n", "c()\n", "c()\n\n\nb()\n"),
    ("if a:\n    b(«»)\n", "    c()", "if a:\n    c()\n"),
    ("if a:\n\tb«»()\n", "\tc()\n\td()", "if a:\n\tc()\n\td()\n"),
]


@pytest.mark.parametrize(("marked", "output", "expected"), FITTED)
def test_code_is_fitted_into_its_place(marked: str, output: str, expected: str) -> None:
    start, end = marked.index("«"), marked.index("»") - 1
    text = marked.replace("«", "").replace("»", "")
    document = DocumentSnapshot("/p/a.py", text, "python")
    found = place_of(EditRequest(document, start, end, "improve this"))
    assert found.with_text(code_of(output, found, "improve this")) == expected


@given(st.text(alphabet="ab \n\t`~<>=@+-#:()SEARCHREPLACE", max_size=200))
def test_any_text_gives_code_or_a_reason(output: str) -> None:
    spot = place()
    try:
        code = code_of(output, spot, "shorten it")
    except Refused as refusal:
        assert str(refusal)
    else:
        assert code.strip() and code != spot.selected


@pytest.mark.parametrize(
    ("instruction", "missing"),
    [
        ("use `math.tau`", "math.tau"),
        ("use `radius ** 2`, not `square`", ""),
        ("Call `abs`", "abs"),
        ("do not use `square`, but add `-` before it", "-"),
        ("never call `print`", ""),
        ("don't use `pow`", ""),
        ("make it like `area`", ""),
        ("replace `square` with `radius**2`", ""),
        ("return `math.pi*radius**2`", ""),
    ],
)
def test_what_is_to_be_put_in_has_to_be_there(instruction: str, missing: str) -> None:
    if not missing:
        assert code_of(NEW, place(), instruction) == NEW
        return
    with pytest.raises(Refused, match=f"wrote no `{re.escape(missing)}`, which is asked for"):
        code_of(NEW, place(), instruction)
