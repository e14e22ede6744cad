from __future__ import annotations

from pathlib import Path

import pytest

from fairlead_server import project_imports
from fairlead_server.document import DocumentSnapshot
from fairlead_server.importing import find_imports
from fairlead_server.project_imports import ProjectImports, own_modules

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


def test_there_is_an_end_to_looking(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(project_imports, "MOST", 0)
    assert imports(ProjectImports(), project, "python", "Apple") == []


def test_own_modules() -> None:
    assert own_modules(["a.py", "b/c.py", "src/d/e.py"]) == {"a", "b", "d"}
