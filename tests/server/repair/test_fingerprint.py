"""Whatever answers may depend on makes another fingerprint, and nothing else does."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from fairlead_server.repair.fingerprint import fingerprint


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Make a project, an environment that it runs in, and a package that is edited in place."""
    for name in ("project/a.py", "edited/b.py", "env/bin/python"):
        path = tmp_path / name
        path.parent.mkdir(parents=True)
        path.write_text("x = 1\n")
    packages = tmp_path / "env" / "lib" / "python3.11" / "site-packages"
    info = packages / "edited-1.0.dist-info"
    info.mkdir(parents=True)
    url = {"url": (tmp_path / "edited").as_uri(), "dir_info": {"editable": True}}
    (info / "direct_url.json").write_text(json.dumps(url))
    return tmp_path


def taken(project: Path, settings: str = "") -> str:
    interpreter = str(project / "env" / "bin" / "python")
    return fingerprint(str(project / "project"), interpreter, settings)


@pytest.mark.parametrize(
    "path",
    [
        "project/a.py",
        "project/new.py",
        "project/pyproject.toml",
        "project/lib/x.jar",
        "edited/b.py",
        "env/lib/python3.11/site-packages/new-1.0.dist-info/METADATA",
    ],
)
def test_what_matters(project: Path, path: str) -> None:
    before = taken(project)
    assert taken(project) == before
    (project / path).parent.mkdir(parents=True, exist_ok=True)
    (project / path).write_text("something else\n")
    assert taken(project) != before


@pytest.mark.parametrize(
    "path",
    [
        "project/README.md",
        "project/__pycache__/a.pyc",
        "project/.mypy_cache/a.json",
        "project/venv/lib/x.py",
        "other/a.py",
    ],
)
def test_what_does_not_matter(project: Path, path: str) -> None:
    before = taken(project)
    (project / path).parent.mkdir(parents=True, exist_ok=True)
    (project / path).write_text("something else\n")
    assert taken(project) == before


def test_settings_matter(project: Path) -> None:
    assert taken(project) != taken(project, "trusted")


def test_without_a_project_or_an_interpreter_there_is_one_too() -> None:
    assert fingerprint(None, None) == fingerprint(None, None)


def test_packages_that_tell_nonsense_of_themselves_are_ignored(project: Path) -> None:
    info = project / "env/lib/python3.11/site-packages/edited-1.0.dist-info/direct_url.json"
    for text in ("", "[]", '{"url": 7, "dir_info": {"editable": true}}', "\0"):
        info.write_text(text)
        assert taken(project)
