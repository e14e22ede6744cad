from __future__ import annotations

import pytest

from fairlead_server.editing.instructions import parse, phrases
from fairlead_server.editing.refactoring.worker import operations

# (instruction, operation, arguments)
KNOWN = [
    ("rename x to y", "rename", {"old": "x", "new": "y"}),
    ("Rename `total` to 'amount'.", "rename", {"old": "total", "new": "amount"}),
    ("please rename the variable total to amount", "rename", {"old": "total", "new": "amount"}),
    ("Rename the method total() to amount()", "rename", {"old": "total", "new": "amount"}),
    ("rename this to größe", "rename", {"new": "größe"}),
    ("rename the symbol to y, please", "rename", {"new": "y"}),
    ("rename to y", "rename", {"new": "y"}),
    ("rename x to y . , please !", "rename", {"old": "x", "new": "y"}),
    ("rename x to displease", "rename", {"old": "x", "new": "displease"}),
    # As many blanks as there may be take no time.
    (f"rename x to{' ' * 3_900}y please", "rename", {"old": "x", "new": "y"}),
    ("change the name of x to y", "rename", {"old": "x", "new": "y"}),
    ("rename x to 1x", "rename", {"old": "x", "new": "1x"}),
    ("rename this to a-b", "rename", {"new": "a-b"}),
    ("extract this to a function called f", "extract_function", {"name": "f"}),
    ("Extract the selection into a new method named `f`", "extract_function", {"name": "f"}),
    ("extract   to function\tf", "extract_function", {"name": "f"}),
    ("extract function", "extract_function", {}),
    ("extract this into a function", "extract_function", {}),
    ("extract a variable called v", "extract_variable", {"name": "v"}),
    ("extract `a + b` to a variable v", "extract_variable", {"code": "a + b", "name": "v"}),
    ("introduce a variable v for `f(1)`", "extract_variable", {"code": "f(1)", "name": "v"}),
    ("extract variable", "extract_variable", {}),
    ("inline", "inline", {}),
    ("inline this variable", "inline", {}),
    ("inline the helper `norm`", "inline", {"old": "norm"}),
    ("organise imports", "organise_imports", {}),
    ("Organize the imports!", "organise_imports", {}),
    ("sort imports", "organise_imports", {}),
    ("remove unused imports", "remove_unused_imports", {}),
    ("add type hints", "add_type_hints", {}),
    ("add a docstring", "add_docstring", {}),
    ("write the missing docstring for this function", "add_docstring", {}),
    ("document this method", "add_docstring", {}),
    ("explain", "explain", {}),
    ("explain this error", "explain", {}),
    ("what is wrong here?", "explain", {}),
    ("add missing type annotations to this function", "add_type_hints", {}),
]

# What is more than a known refactoring, or something else.
OTHERS = [
    "",
    "rename",
    "rename x",
    "rename x to y and add a test",
    "rename x to y.z",
    "rename 1x to y",
    "make it faster",
    "call super init instead",
    "extract the constants of all modules into a file",
    "inline the functions that are used once",
    "add a docstring that mentions the units",
    "explain the algorithm",
    "organise the code",
    f"a{' ' * 3_900}b",
    f"a{' .' * 1_900} , b",
    f"a{' ,' * 1_900} b",
    f"rename{' ' * 1_900}x{' ' * 1_900}to",
    f"extract `{'a ' * 1_900}",
]


@pytest.mark.parametrize(("instruction", "operation", "arguments"), KNOWN)
def test_known_refactorings(instruction: str, operation: str, arguments: dict[str, str]) -> None:
    found = parse(instruction)
    assert found is not None
    assert (found.name, dict(found.arguments)) == (operation, arguments)


@pytest.mark.parametrize("instruction", OTHERS)
def test_all_else_is_for_the_model(instruction: str) -> None:
    assert parse(instruction) is None


def test_each_operation_of_the_table_can_be_done() -> None:
    assert phrases().keys() == operations().keys() | {"add_docstring", "explain"}


@pytest.mark.parametrize("name", list(phrases()))
def test_an_operation_has_several_phrases(name: str) -> None:
    assert len(set(phrases()[name])) == len(phrases()[name]) > 1
