"""A program that runs tests with coverage and prints which lines are suspicious.

It runs under the project's own Python, which need not have fairlead: it imports only what comes
with Python, coverage.py, and pytest if the tests are for that.
"""

from __future__ import annotations

import json
import math
import os
import sys
import unittest
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

MARK = "fairlead-spectrum: "
MOST = 300
"""Lines that are reported."""


def main(arguments: Sequence[str]) -> None:
    """Run the tests that `arguments` name: the framework, then its own arguments."""
    # The newer way to record, which is the default from Python 3.14 on, knows no contexts.
    os.environ.setdefault("COVERAGE_CORE", "ctrace")
    try:
        import coverage
    except ImportError:
        sys.exit(f"coverage is not installed for {sys.executable}: pip install coverage")
    sys.path.insert(0, os.getcwd())
    recorder = coverage.Coverage(data_file=None, config_file=False, source=[os.getcwd()])
    recorder.start()
    runner = {"unittest": _unittest, "pytest": _pytest}[arguments[0]]
    outcomes = runner(recorder, arguments[1:])
    recorder.stop()
    sys.stdout.write(f"\n{MARK}{json.dumps(report(recorder.get_data(), outcomes))}\n")


def _unittest(recorder: Any, arguments: Sequence[str]) -> dict[str, bool]:
    """Run unittest; return whether each test passed."""
    outcomes: dict[str, bool] = {}

    class Result(unittest.TextTestResult):
        def startTest(self, test: unittest.TestCase) -> None:
            outcomes[test.id()] = True
            recorder.switch_context(test.id())
            super().startTest(test)

        def stopTest(self, test: unittest.TestCase) -> None:
            super().stopTest(test)
            recorder.switch_context("")

        def addError(self, test: unittest.TestCase, err: Any) -> None:
            outcomes[test.id()] = False
            super().addError(test, err)

        def addFailure(self, test: unittest.TestCase, err: Any) -> None:
            outcomes[test.id()] = False
            super().addFailure(test, err)

        def addSubTest(self, test: unittest.TestCase, subtest: unittest.TestCase, err: Any) -> None:
            if err is not None:
                outcomes[test.id()] = False
            super().addSubTest(test, subtest, err)

        def addSkip(self, test: unittest.TestCase, reason: str) -> None:
            outcomes.pop(test.id(), None)
            super().addSkip(test, reason)

    runner: Any = unittest.TextTestRunner(resultclass=Result)  # type: ignore[arg-type]
    unittest.main(module=None, argv=["unittest", *arguments], testRunner=runner, exit=False)
    return outcomes


def _pytest(recorder: Any, arguments: Sequence[str]) -> dict[str, bool]:
    """Run pytest; return whether each test passed."""
    import pytest

    outcomes: dict[str, bool] = {}

    class Plugin:
        @pytest.hookimpl(hookwrapper=True)
        def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
            recorder.switch_context(item.nodeid)
            yield
            recorder.switch_context("")

        def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
            if not report.skipped:
                outcomes[report.nodeid] = outcomes.get(report.nodeid, True) and report.passed

    pytest.main([*arguments, "-p", "no:cacheprovider", "-o", "addopts="], plugins=[Plugin()])
    return outcomes


def report(data: Any, outcomes: Mapping[str, bool]) -> dict[str, Any]:
    """Return the lines that any failing test ran, the most suspicious first."""
    failed = {name for name, passed in outcomes.items() if not passed}
    lines: list[tuple[str, int, float]] = []
    for path in data.measured_files():
        for line, contexts in data.contexts_by_lineno(path).items():
            ran = {context for context in contexts if context in outcomes}
            score = ochiai(len(ran & failed), len(ran - failed), len(failed))
            if score:
                lines.append((path, line, score))
    lines.sort(key=lambda entry: (-entry[2], entry[0], entry[1]))
    passed = len(outcomes) - len(failed)
    return {"failed": len(failed), "passed": passed, "lines": lines[:MOST]}


def ochiai(failing: int, passing: int, failed: int) -> float:
    """Return the coefficient of a line that so many failing and passing tests ran."""
    return failing / math.sqrt(failed * (failing + passing)) if failing else 0.0


if __name__ == "__main__":
    main(sys.argv[1:])
