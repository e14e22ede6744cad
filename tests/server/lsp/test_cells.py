from __future__ import annotations

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairlead_server.document import DocumentSnapshot
from fairlead_server.lsp.cells import cell_language, code_ahead, plain, shift, whole

# (cell, the same for Python), where ~ stands for a space
PLAIN = [
    ("x = 1\n", "x = 1\n"),
    ("%matplotlib inline\nx = 1", "~~~~~~~~~~~~~~~~~~\nx = 1"),
    ("%time x.y()\r\nz", "~~~~~~~~~~~\r\nz"),
    ("!ls -l (\nx = 1", "~~~~~~~~\nx = 1"),
    ("?print\nprint?\nx.y??\nx", "~~~~~~\n~~~~~~\n~~~~~\nx"),
    ("if x:\n    !ls", "if x:\n    0~~"),
    ("if x:\n    %cd ..\n", "if x:\n    pass~~\n"),
    ("files = !ls *.py\nfiles", "files = _~~~~~~~\nfiles"),
    ("a.b = %time f()", "a.b = _~~~~~~~~"),
    ("%%time\nx = !ls\ny", "~~~~~~\nx = _~~\ny"),
    ("y = (x\n%z)\n", "y = (x\n%z)\n"),
    ("t = '''\n%time\n!ls\n'''\n%pwd", "t = '''\n%time\n!ls\n'''\n~~~~"),
    ('t = "it\'s"\n%pwd', 't = "it\'s"\n~~~~'),
    ("x != y\nx == '!z'\nx = '%s' % y", "x != y\nx == '!z'\nx = '%s' % y"),
    ("# (\n%pwd\n", "# (\n~~~~\n"),
    ("x % y", "x % y"),
    ("", ""),
]


@pytest.mark.parametrize(("cell", "expected"), PLAIN)
def test_what_is_not_python_is_replaced(cell: str, expected: str) -> None:
    found = plain(cell)
    assert found == expected.replace("~", " ")
    ast.parse(found)


@given(st.text(st.sampled_from("ab1%!?='\"()[]#\\.: \t\n\r\f"), max_size=40))
def test_lengths_and_lines_stay(cell: str) -> None:
    found = plain(cell)
    assert len(found) == len(cell)
    assert [i for i, c in enumerate(found) if c in "\r\n"] == [
        i for i, c in enumerate(cell) if c in "\r\n"
    ]


def test_the_line_that_is_written_is_left_alone() -> None:
    cell = "%time a\n%time xs."
    assert plain(cell, len(cell)) == "       \n%time xs."


@pytest.mark.parametrize(
    ("cell", "language"),
    [
        ("x", "python"),
        ("%%time\nx", "python"),
        ("%%bash\nls", "shellscript"),
        ("\n%%html\n<p>", "html"),
        ("%%unheard_of\nx", "plaintext"),
        ("x = 1\n%%bash", "python"),
    ],
)
def test_the_language_of_a_cell(cell: str, language: str) -> None:
    assert cell_language(cell, "python") == language


def test_the_code_of_earlier_cells() -> None:
    cells = ["import os\n", "", "%%bash\nls", "%pwd\nx = 1\n\n\n"]
    assert "".join(map(code_ahead, cells)) == "import os\n\n    \nx = 1\n\n"


def test_a_cell_as_a_whole_file() -> None:
    cell = DocumentSnapshot("/p/a.ipynb", "%pwd\nx.", "python", 3, "x = 1\n\n")
    file = whole(cell, 7)
    assert file == DocumentSnapshot("/p/a.ipynb.py", "x = 1\n\n    \nx.", "python", 3)
    assert file.text[7 + shift(cell) :] == cell.text[7:]
    assert shift(file) == 0
    assert whole(file) == file


def test_a_cell_in_another_language_stands_alone() -> None:
    cell = DocumentSnapshot("/p/a.ipynb", "%%bash\nls", "shellscript", 3, "x = 1\n\n")
    assert whole(cell).text == cell.text
    assert shift(cell) == 0
