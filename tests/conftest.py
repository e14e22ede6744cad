"""The `needs` marker: what optional components a test uses.

Tests whose components are absent are deselected, and the summary names the components and their
remedies. FAIRLEAD_REQUIRE names those whose absence fails the run: ``all``, or some by commas.
"""

from __future__ import annotations

import functools
import gc
import os
import shutil
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.components import COMPONENTS
from tests.setup import java


@dataclass
class Absences:
    """The absent components that selected tests need, with the number of those tests."""

    tests: Counter[str] = field(default_factory=Counter)
    found: dict[str, Path | None] = field(default_factory=dict)

    def of(self, item: pytest.Item) -> list[str]:
        """Return which components `item` needs and lacks."""
        names = [name for mark in item.iter_markers("needs") for name in mark.args]
        for name in names:
            if name not in COMPONENTS:
                raise pytest.UsageError(f"{item.nodeid} needs {name!r}, of which nothing is known")
            if name not in self.found:
                self.found[name] = COMPONENTS[name].find()
        return [name for name in dict.fromkeys(names) if self.found[name] is None]

    def required(self) -> list[str]:
        """Return the absent components whose absence is a failure."""
        wanted = os.environ.get("FAIRLEAD_REQUIRE", "").replace(" ", "").split(",")
        return [name for name in self.tests if "all" in wanted or name in wanted]


ABSENCES = pytest.StashKey[Absences]()

# Nothing is about speed: a busy machine may take its time over an example.
settings.register_profile(
    "patient", settings.default, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("patient")


def pytest_configure(config: pytest.Config) -> None:
    config.stash[ABSENCES] = Absences()
    # The model processes of a developer's editors are left alone; those of tests end with them.
    folder = tempfile.mkdtemp(prefix="fairlead-")
    os.environ["XDG_RUNTIME_DIR"] = os.environ["FAIRLEAD_CACHE"] = folder
    config.add_cleanup(functools.partial(_end_model_processes, folder))
    os.environ["FAIRLEAD_DATA"] = str(java.DATA)
    # What a developer told `fairlead model use` is nothing for tests to depend on.
    os.environ["FAIRLEAD_MODELS"] = os.devnull
    os.environ["FAIRLEAD_CONFIG"] = os.devnull


def _end_model_processes(folder: str) -> None:
    from fairlead_server.daemon.inquiry import stop_all
    from fairlead_server.daemon.places import are_possible

    if are_possible():
        stop_all()
    shutil.rmtree(folder)


# Last, so that only tests count that -m and -k left in.
@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    absences = config.stash[ABSENCES]
    lacking = {item: absences.of(item) for item in items}
    for names in lacking.values():
        absences.tests.update(names)
    config.hook.pytest_deselected(items=[item for item in items if lacking[item]])
    items[:] = [item for item in items if not lacking[item]]


def pytest_collection_finish() -> None:
    # Thousands of tests lie in memory until the end: collections of garbage leave them out.
    gc.collect()
    gc.freeze()


def pytest_sessionfinish(session: pytest.Session) -> None:
    if session.config.stash[ABSENCES].required() and session.exitstatus in (
        pytest.ExitCode.OK,
        pytest.ExitCode.NO_TESTS_COLLECTED,
    ):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    absences = config.stash[ABSENCES]
    if not absences.tests:
        return
    terminalreporter.section("absent components")
    for name, count in absences.tests.items():
        failure = "FAILED, as required: " if name in absences.required() else ""
        terminalreporter.write_line(
            f"{failure}{name} is absent; tests that need it, not run: {count}"
        )
        terminalreporter.write_line(f"    remedy: {COMPONENTS[name].remedy}")
