from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from fairlead_server import project_imports
from fairlead_server.analysis import importable
from fairlead_server.document import DocumentSnapshot
from fairlead_server.importing import FileImports, find_imports
from fairlead_server.project_imports import ProjectImports, own_modules

File = tuple[int, FileImports]
Files = dict[str, File]

FILES = {
    "shop/goods.py": "import numpy as np\nclass Apple: ...\n",
    "tests/test_goods.py": "from shop.goods import Apple\nclass TestApple: ...\n",
    ".hidden/a.py": "import hidden\n",
    "venv/pyvenv.cfg": "",
    "venv/lib/a.py": "import installed\n",
    "node_modules/a.py": "import installed\n",
    "build/a.py": "import built\n",
    ".gitignore": "build/\n",
    "secrets.py": "import secret_module\n",
    "Till.java": "package shop;\nimport org.a.Pear;\npublic class Till {}\n",
}

# (language, name, the import that binds it)
NAMES = [
    ("python", "np", ["import numpy as np"]),
    ("python", "Apple", ["from shop.goods import Apple"]),
    ("python", "TestApple", ["from tests.test_goods import TestApple"]),
    ("python", "hidden", []),
    ("python", "installed", []),
    ("python", "built", []),
    ("python", "secret_module", []),
    ("java", "Pear", ["import org.a.Pear;"]),
    ("java", "Till", ["import shop.Till;"]),
    # What the document itself imports, unsaved as it is.
    ("python", "here", ["import here"]),
]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def imports(source: ProjectImports, project: Path | None, language: str, name: str) -> list[str]:
    folder = project or Path("/nowhere")
    document = DocumentSnapshot(str(folder / "unsaved.py"), "import here\n", language)
    index = source.index(str(project) if project else None, document)
    return [str(line) for line in find_imports(name, index)]


@pytest.mark.parametrize(("language", "name", "expected"), NAMES)
def test_names(project: Path, language: str, name: str, expected: list[str]) -> None:
    assert imports(ProjectImports(), project, language, name) == expected


def test_without_a_project_the_document_counts() -> None:
    assert imports(ProjectImports(), None, "python", "here") == ["import here"]


def test_files_are_looked_at_again(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(project_imports, "AGE", -1)
    source = ProjectImports()
    assert imports(source, project, "python", "Pear") == []
    (project / "shop/pears.py").write_text("class Pear: ...\n")
    (project / "shop/goods.py").unlink()
    assert imports(source, project, "python", "Pear") == ["from shop.pears import Pear"]
    assert imports(source, project, "python", "np") == []


def test_what_changes_while_files_are_read_is_seen_the_next_time(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 0.0
    read = project_imports._read

    def slowly(root: str, language: str, known: Files) -> Iterator[tuple[str, File]]:
        nonlocal now
        yield from list(read(root, language, known))
        now += project_imports.SECONDS

    monkeypatch.setattr(project_imports, "_read", slowly)
    monkeypatch.setattr(project_imports, "time", SimpleNamespace(monotonic=lambda: now))
    source = ProjectImports()
    assert imports(source, project, "python", "Pear") == []
    (project / "shop/pears.py").write_text("class Pear: ...\n")
    assert imports(source, project, "python", "Pear") == []
    # Who asks in regular intervals never asks just too early.
    now = importable.AGE
    assert imports(source, project, "python", "Pear") == ["from shop.pears import Pear"]


def test_the_index_is_the_same_as_long_as_nothing_changes(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(project_imports, "AGE", -1)
    source, goods = ProjectImports(), project / "shop/goods.py"
    document = DocumentSnapshot(str(goods), "", "python")
    first = source.index(str(project), document)
    assert source.index(str(project), document) is first
    os.utime(goods, ns=(1, 1))
    assert source.index(str(project), document) is first
    goods.write_text("import other\n")
    assert source.index(str(project), document) != first


def test_an_empty_project_has_its_language(tmp_path: Path) -> None:
    document = DocumentSnapshot(str(tmp_path / "A.java"), "", "java")
    assert ProjectImports().index(str(tmp_path), document).language == "java"


def test_projects_are_forgotten(
    project: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(project_imports, "PROJECTS", 1)
    source = ProjectImports()
    assert imports(source, project, "python", "Pear") == []
    (project / "shop/pears.py").write_text("class Pear: ...\n")
    for language in ("python", "java"):
        assert imports(source, project, "python", "Pear") == []
        assert imports(source, tmp_path_factory.mktemp("other"), language, "Pear") == []
    assert imports(source, tmp_path_factory.mktemp("other"), "python", "Pear") == []
    assert imports(source, project, "python", "Pear") == ["from shop.pears import Pear"]


def test_there_is_an_end_to_looking(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(project_imports, "MOST", 0)
    assert imports(ProjectImports(), project, "python", "Apple") == []


def test_own_modules() -> None:
    assert own_modules(["a.py", "b/c.py", "src/d/e.py"]) == {"a", "b", "d"}


def test_what_a_project_depends_on(project: Path) -> None:
    (project / "pyproject.toml").write_text('dependencies = ["PyYAML>=6", "python-slugify"]\n')
    (project / "requirements").mkdir()
    (project / "requirements" / "dev.txt").write_text("pytest-cov==5\n")
    document = DocumentSnapshot(str(project / "unsaved.py"), "import here\n", "python")
    found = ProjectImports().index(str(project), document).top_modules
    assert {"yaml", "slugify", "pytest_cov", "numpy", "shop", "here"} <= found
    assert "installed" not in found
