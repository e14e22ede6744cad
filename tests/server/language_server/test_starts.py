"""Starts of a language server that come to nothing: what is left of them, and what comes next."""

from __future__ import annotations

import asyncio
import sys
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fairlead_server.analysis import backoff
from fairlead_server.analysis.language_server.errors import Fault
from fairlead_server.analysis.language_server.launch import Launch, prepare
from fairlead_server.analysis.language_server.recipe import Recipe, recipe_of
from fairlead_server.analysis.language_server.server import Server
from fairlead_server.analysis.language_server.supervisor import Supervisor
from fairlead_server.errors import UserError

STATEFUL = [sys.executable, "{launcher}", "{state}/workspace"]


def recipe(folder: Path, **other: Any) -> Recipe:
    table = {
        "command": STATEFUL,
        "languages": {".x": "x"},
        "places": {"launcher": [f"{folder}/launcher*.jar"]},
    }
    return recipe_of(table | other)


def started(folder: Path, **other: Any) -> Launch:
    return prepare(recipe(folder, **other), str(folder), "a.x", None, trusted=True)


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder that temporary files go to."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


# What is there, what more the recipe says, and the complaint.
INCOMPLETE: list[tuple[list[str], dict[str, Any], str]] = [
    ([], {}, "its launcher is not there"),
    (["launcher-1.jar"], {"command": ["no-such-program", *STATEFUL[1:]]}, "no program"),
    (["launcher-1.jar"], {"copies": {"{env:NO_SUCH}": "{state}/x"}}, "its env is not there"),
    (["launcher-1.jar"], {"copies": {"{launcher}": "{state}/x"}}, "its files cannot be made"),
    (["launcher-1.jar"], {"copies": {"{root}": "{env:NO_SUCH}"}}, "its env is not there"),
    (["launcher-1.jar"], {"needs": ["{interpreter}"]}, "its interpreter is not there"),
]


@pytest.mark.parametrize(("there", "other", "complaint"), INCOMPLETE)
def test_nothing_is_left_when_something_is_missing(
    there: list[str], other: dict[str, Any], complaint: str, tmp_path: Path, temporary: Path
) -> None:
    for name in there:
        (tmp_path / name).touch()
    with pytest.raises(UserError, match=complaint):
        started(tmp_path, **other)
    assert list(temporary.iterdir()) == []


def test_a_folder_of_its_own(tmp_path: Path, temporary: Path) -> None:
    (tmp_path / "launcher-1.jar").touch()
    launch = started(tmp_path)
    (state,) = temporary.iterdir()
    assert launch.command[1:] == (str(tmp_path / "launcher-1.jar"), f"{state}/workspace")
    launch.clear()
    assert not state.exists()


def test_a_program_of_the_project(tmp_path: Path) -> None:
    program = tmp_path / "server"
    program.touch(mode=0o755)
    assert started(tmp_path, command=["{root}/server"]).command == (str(program),)


def test_closing_while_a_start_is_prepared_leaves_nothing(tmp_path: Path, temporary: Path) -> None:
    (tmp_path / "launcher-1.jar").touch()
    begun, go_on = threading.Event(), threading.Event()

    def slowly() -> Launch:
        launch = started(tmp_path)
        begun.set()
        go_on.wait()
        return launch

    async def close_early() -> None:
        supervisor = Supervisor(recipe(tmp_path), slowly)
        question = asyncio.ensure_future(supervisor.server())
        while not begun.is_set():
            await asyncio.sleep(0.01)
        closing = asyncio.ensure_future(supervisor.close())
        await asyncio.sleep(0)
        go_on.set()
        await closing
        assert question.cancelled()

    asyncio.run(close_early())
    assert list(temporary.iterdir()) == []


async def faults(supervisor: Supervisor, times: int) -> list[str]:
    """Ask for the server so many times; return why it cannot be had."""
    reasons = []
    for _ in range(times):
        with pytest.raises(Fault) as caught:
            await supervisor.server()
        reasons.append(str(caught.value))
    await supervisor.close()
    return reasons


def breaks() -> Launch:
    raise PermissionError("not yours")


def works() -> Launch:
    return Launch((sys.executable,), tempfile.gettempdir())


async def half_done(server: Server) -> None:
    raise TypeError("unhashable")


@pytest.mark.parametrize(
    ("ready", "reason"), [(breaks, "PermissionError: not yours"), (works, "TypeError: unhashable")]
)
def test_a_start_that_goes_wrong_in_any_way_is_put_off(
    ready: Callable[[], Launch],
    reason: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(backoff, "FIRST_DELAY", 1000.0)
    monkeypatch.setattr(backoff, "LONGEST_DELAY", 1000.0)
    monkeypatch.setattr(Server, "start", half_done)
    supervisor = Supervisor(recipe(tmp_path), ready)
    assert asyncio.run(faults(supervisor, 5)) == [reason] * 5
    # The first restart is at once, the second is not.
    assert len(caplog.records) == 2
