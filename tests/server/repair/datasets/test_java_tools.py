"""Where JUnit is found, and what is said where it is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from fairlead_server.errors import UserError
from fairlead_server.repair.datasets.java import find_junit
from tests.server.repair.datasets.benches import write

MAVEN = ".m2/repository"


@pytest.mark.parametrize(
    ("files", "environ", "expected"),
    [
        (["own.jar"], {"FAIRLEAD_JUNIT": "own.jar"}, "own.jar"),
        (["a.jar", "b.jar"], {"FAIRLEAD_JUNIT": "a.jar:b.jar"}, "a.jar:b.jar"),
        (["own.jar", "sys/junit4.jar"], {"FAIRLEAD_JUNIT": "own.jar"}, "own.jar"),
        (["sys/junit4.jar"], {}, "sys/junit4.jar"),
        (["sys/junit4.jar", "sys/hamcrest.jar"], {}, "sys/junit4.jar:sys/hamcrest.jar"),
        (
            [
                f"{MAVEN}/junit/junit/4.12/junit-4.12.jar",
                f"{MAVEN}/junit/junit/4.13.2/junit-4.13.2.jar",
                f"{MAVEN}/junit/junit/4.13.2/junit-4.13.2-sources.jar",
                f"{MAVEN}/org/hamcrest/hamcrest-core/1.3/hamcrest-core-1.3.jar",
            ],
            {},
            f"{MAVEN}/junit/junit/4.13.2/junit-4.13.2.jar:"
            f"{MAVEN}/org/hamcrest/hamcrest-core/1.3/hamcrest-core-1.3.jar",
        ),
    ],
)
def test_junit_is_found(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    files: list[str],
    environ: dict[str, str],
    expected: str,
) -> None:
    monkeypatch.chdir(write(tmp_path, dict.fromkeys(files, "")))
    assert find_junit({"HOME": "", **environ}, Path("sys")) == expected


@pytest.mark.parametrize(
    ("environ", "message"),
    [
        ({}, "JUnit 4 is not found: install it"),
        ({"FAIRLEAD_JUNIT": "gone.jar"}, "names gone.jar, which does not exist"),
    ],
)
def test_junit_is_not_found(tmp_path: Path, environ: dict[str, str], message: str) -> None:
    with pytest.raises(UserError, match=message):
        find_junit({"HOME": str(tmp_path), **environ}, tmp_path)
