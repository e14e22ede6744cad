"""Imports put into files of this project: they parse as before, and their order stays isort's."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

from fairlead_server.importing import insert_import, parse_import

ROOT = Path(__file__).parents[3]
FILES = sorted((ROOT / "server" / "fairlead_server" / "lsp").glob("*.py"))
OWN = frozenset({"fairlead_server", "fairlead_decoding", "fairlead_monitors"})
STATEMENTS = [
    "import os",
    "import zlib",
    "import numpy as np",
    "from typing import Any",
    "from pathlib import Path",
    "from lsprotocol import types",
    "from fairlead_server import plugins",
    "from fairlead_server.errors import UserError",
]
SETTINGS = """\
line-length = 100
lint.select = ["I"]
lint.isort.known-first-party = ["fairlead_server", "fairlead_decoding", "fairlead_monitors"]
"""


def with_import(text: str, statement: str) -> str:
    line = parse_import(statement, "python")
    assert line is not None
    offset, inserted = insert_import(text, line, OWN)
    return text[:offset] + inserted + text[offset:]


def test_files_parse_as_before() -> None:
    for file in FILES:
        text = file.read_text()
        docstring = ast.get_docstring(ast.parse(text))
        for statement in STATEMENTS:
            made = with_import(text, statement)
            assert ast.get_docstring(ast.parse(made)) == docstring
            assert with_import(made, statement) == made


def test_the_order_stays_that_of_isort(tmp_path: Path) -> None:
    (tmp_path / "ruff.toml").write_text(SETTINGS)
    for file in FILES:
        (tmp_path / f"{file.stem}.py").write_text(file.read_text())
    unsorted = {path.stem for path in disordered(tmp_path)}
    for file in FILES:
        for number, statement in enumerate(STATEMENTS):
            if file.stem not in unsorted:
                made = with_import(file.read_text(), statement)
                (tmp_path / f"{file.stem}-{number}.py").write_text(made)
    assert {path.stem for path in disordered(tmp_path)} == unsorted


def disordered(folder: Path) -> set[Path]:
    """Return the files whose imports ruff, which follows isort, would write in another way."""
    command = [sys.executable, "-m", "ruff", "check", "--no-cache", "--output-format", "concise"]
    done = subprocess.run([*command, "."], cwd=folder, capture_output=True, text=True)
    assert done.returncode in (0, 1), done.stderr
    return {Path(line.split(":")[0]) for line in done.stdout.splitlines() if "I001" in line}
