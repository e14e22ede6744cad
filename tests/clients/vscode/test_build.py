"""The extension's own checks, and what is in its package."""

from __future__ import annotations

import json
import posixpath
import re
import zipfile
from pathlib import Path

import pytest

from tests.clients.vscode.conftest import npm_run

PICTURE = re.compile(r"!\[[^]]+\]\(([^)]+)\)")

pytestmark = pytest.mark.needs("vscode-client")


def test_types_lint_and_unit_tests() -> None:
    run = npm_run("check")
    assert run.returncode == 0, run.stdout + run.stderr


def test_the_package_holds_what_its_manifest_names_and_no_sources(vsix: Path) -> None:
    with zipfile.ZipFile(vsix) as archive:
        files = {name.removeprefix("extension/") for name in archive.namelist()}
        manifest = json.loads(archive.read("extension/package.json"))
    walkthroughs = manifest["contributes"]["walkthroughs"]
    pages = {step["media"]["markdown"] for walk in walkthroughs for step in walk["steps"]}
    named = {manifest["main"].removeprefix("./"), manifest["icon"], *pages}
    assert named <= files
    assert not [name for name in files if name.endswith(".ts") or "node_modules" in name]


def test_the_package_holds_the_pictures_that_its_pages_show(vsix: Path) -> None:
    with zipfile.ZipFile(vsix) as archive:
        sizes = {f"/{entry.filename}": entry.file_size for entry in archive.infolist()}
        pages = [name for name in sizes if name.lower().endswith(".md")]
        shown = {
            posixpath.normpath(posixpath.join(posixpath.dirname(page), picture))
            for page in pages
            for picture in PICTURE.findall(archive.read(page[1:]).decode())
        }
    assert len(shown) == 4
    assert {picture for picture in shown if sizes.get(picture, 0) > 150_000} == set()
    assert shown <= set(sizes)
