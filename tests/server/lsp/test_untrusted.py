"""A workspace that is not trusted runs none of its programs, whatever it tries."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tests.server.lsp.editor import Editor, labels
from tests.server.lsp.scripted import LIMIT

pytestmark = pytest.mark.needs("llama")

SERVE = (str(Path(sys.executable).with_name("fairlead")), "serve", "--process", "inside")
EVIL = "#!/bin/sh\ntouch '{mark}'\nexec '{python}' \"$@\"\n"
EVIL_PYTHON = "open({mark!r}, 'w').close()\n"
EVIL_JAVASCRIPT = "require('fs').writeFileSync('{mark}', '')\n"
# Where programs and modules of a project are found by those who trust it.
PROGRAMS = [".venv/bin/python", "venv/bin/python", "bin/zls", "ty", "clangd", "clang", "python3"]
MODULES = ["json.py", "jedi.py", "sitecustomize.py", "fairlead_server/__init__.py", "conftest.py"]
SCRIPTS = ["node_modules/typescript/lib/tsserver.js", "node_modules/typescript/lib/typescript.js"]
SETTINGS = """\
interpreter = ".venv/bin/python"
model = "missing"
trusted = true
[engines]
python = { name = "evil", command = ["{root}/bin/zls"], languages = { ".py" = "python" } }
"""
OTHERS = {
    "pyproject.toml": '[tool.ty.environment]\npython = ".venv"\n',
    "compile_commands.json": '[{"directory": ".", "file": "a.c", "command": "./clang a.c"}]',
    ".clangd": "CompileFlags: {Compiler: ./clang}\n",
    "Cargo.toml": '[package]\nname = "evil"\nversion = "0.1.0"\nbuild = "build.rs"\n',
    "tsconfig.json": '{"compilerOptions": {"plugins": [{"name": "../evil"}]}}',
    ".env": "PYTHONSTARTUP=json.py\n",
}
DOCUMENTS = {
    "a.py": ("python", "xs = [3, 1]\nxs."),
    "a.c": ("c", "struct s { int y; } x; int f() { return x."),
    "a.ts": ("typescript", "const xs = [3, 1]\nxs."),
    "src/main.rs": ("rust", "fn main() { let x = 1; x."),
}


@pytest.fixture
def mark(tmp_path: Path) -> Path:
    """What is there once a program of the project has run."""
    return tmp_path / "mark"


@pytest.fixture
def project(tmp_path: Path, mark: Path) -> Path:
    folder = tmp_path / "project"
    for names, text in ((PROGRAMS, EVIL), (MODULES, EVIL_PYTHON), (SCRIPTS, EVIL_JAVASCRIPT)):
        for name in names:
            file = folder / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text.format(mark=str(mark), python=sys.executable))
            file.chmod(file.stat().st_mode | stat.S_IXUSR)
    for name, text in (OTHERS | {".fairlead.toml": SETTINGS}).items():
        (folder / name).write_text(text)
    for name, (_, text) in DOCUMENTS.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)
    return folder


def use(project: Path, options: dict[str, object]) -> list[str]:
    """Ask for completions in all languages; return the members in Python."""
    options = {"patience": LIMIT / 8, "completion": "items", **options}
    with Editor(SERVE, root=project, options=options, cwd=project) as editor:
        found: dict[str, list[str]] = {}
        for name, (language, text) in DOCUMENTS.items():
            uri = (project / name).as_uri()
            place = (text.count("\n"), len(text) - text.rfind("\n") - 1)
            editor.open(uri, text, language)
            found[name] = labels(editor.members(uri, *place))
            editor.inline(uri, *place)
        if not options.get("trusted"):
            ignored = f"{project / '.fairlead.toml'} is ignored: the workspace is not trusted"
            assert editor.logs.count(ignored) == 1
    return found["a.py"]


def test_a_project_runs_nothing_in_the_editor(project: Path, mark: Path) -> None:
    assert "append" in use(project, {})
    assert not mark.exists()


def test_a_project_that_is_trusted_may(project: Path, mark: Path) -> None:
    """The trap works: where the workspace is trusted, the project's own interpreter is run."""
    (project / ".fairlead.toml").unlink()
    assert use(project, {"trusted": True}) is not None
    assert mark.exists()


@pytest.mark.parametrize("trusted", [False, True])
def test_a_project_runs_nothing_on_the_command_line(
    project: Path, mark: Path, trusted: bool
) -> None:
    (project / ".fairlead.toml").write_text('interpreter = ".venv/bin/python"\n')
    command = [SERVE[0], "complete", "a.py:2:4", "--json", *["--trust"] * trusted]
    environ = {name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"}
    done = subprocess.run(command, cwd=project, capture_output=True, text=True, env=environ)
    assert done.returncode in (0, 1), done.stderr
    assert mark.exists() == trusted
    assert ("is ignored: the workspace is not trusted" in done.stderr) == (not trusted)
