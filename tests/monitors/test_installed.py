"""Modules on disk: what can be imported from a folder."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from fairlead_monitors.python.installed import top_modules

FINDER = "MAPPING: dict[str, str] = {'shop': '/elsewhere/shop', 'till': '/elsewhere/till'}\n"


@pytest.mark.parametrize(
    ("files", "found"),
    [
        ("a.py b.pyi c.txt", "a b"),
        ("native.cpython-311-x86_64-linux-gnu.so old.pyc", "native old"),
        ("pkg/__init__.py space/part.py", "pkg space"),
        ("pkg/__init__.py pkg-2.1.dist-info/METADATA run-it.py", "pkg"),
        ("__editable___shop_1_0_finder.py", "__editable___shop_1_0_finder shop till"),
    ],
)
def test_modules_of_a_folder(tmp_path: Path, files: str, found: str) -> None:
    for name in files.split():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(FINDER)
    assert top_modules([str(tmp_path), str(tmp_path / "missing")]) == set(found.split())


def test_a_broken_finder_maps_nothing(tmp_path: Path) -> None:
    (tmp_path / "__editable___a_finder.py").write_text("MAPPING = {'a': f(}\n")
    assert top_modules([str(tmp_path)]) == {"__editable___a_finder"}


def test_what_is_installed_later_is_seen(tmp_path: Path) -> None:
    assert top_modules([str(tmp_path)]) == frozenset()
    (tmp_path / "a.py").touch()
    os.utime(tmp_path, ns=(1, 1))
    assert top_modules([str(tmp_path)]) == {"a"}
