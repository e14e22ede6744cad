"""Tests in a repair: seen to fail first, then run with what has passed so far, in its order."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from fairlead_server.errors import UserError
from fairlead_server.repair import testing
from fairlead_server.repair.fault import fault_in
from fairlead_server.repair.sandbox import Limits, Outcome, Shadow
from fairlead_server.repair.search import Found, Plan, bench_of, search
from fairlead_server.repair.testing import Bed, folder_in, said, suite, tried
from fairlead_server.repair.validation import Suite
from tests.server.repair.scripted import Scripted, hunk

TEXTS = ["return sum(self.prices)", "return missing", "return (", "return 1", "raise ValueError"]
RED = Outcome("exited", 1, "  File x\nAssertionError: 0 != 1\n\nFAILED (failures=1)\n", 0.0)


def run(files: Mapping[str, str], command: str) -> Outcome:
    (text,) = files.values()
    return Outcome("exited", 0 if "sum(" in text or "return 1" in text else 1, "wrong", 0.0)


def searched(most: int | None = None, cancel_after: int | None = None) -> tuple[Found, list[int]]:
    """Search with tests; return what was found and which candidates were run."""
    completer, place, plan = Scripted(TEXTS), hunk(8), Plan(samples=80)
    tests = Suite(run, "make test", RED)
    fault = fault_in(place, completer.diagnostics(place.document, 1.0))
    bench = bench_of(completer, fault, plan, tests)
    news: list[int] = []
    found = search(completer, fault, plan, bench=bench)
    return tried(
        found,
        bench,
        most=most,
        cancelled=lambda: cancel_after is not None and len(news) > cancel_after,
        progress=lambda done, of: news.append(done),
    ), news


def test_what_passed_so_far_is_run() -> None:
    found, news = searched()
    verdicts = {one.candidate.text.strip(): one.result.verdict for one in found.candidates}
    assert verdicts == {
        "return sum(self.prices)": "plausible",
        "return missing": "new_diagnostic",
        "return (": "does_not_parse",
        "return 1": "plausible",
        "raise ValueError": "fails_tests",
    }
    assert news == [0, 1, 2]
    assert [one.rank for one in found.candidates] == [1, 2, 3, 4, 5]
    assert [one.plausible for one in found.candidates] == [True, True, False, False, False]


def test_one_may_be_enough() -> None:
    found, news = searched(most=1)
    assert sum(one.plausible for one in found.candidates) == 1 and len(news) <= 2


def test_cancelled_tests_judge_nothing() -> None:
    found, _ = searched(cancel_after=0)
    assert not any(one.plausible for one in found.candidates)


def test_what_the_failing_tests_say() -> None:
    assert said(Suite(run, "", RED)) == "AssertionError: 0 != 1"
    assert said(Suite(run, "", Outcome("exited", 1, "no\n", 0.0))) == ""


PYTHON = sys.executable


@pytest.mark.parametrize(
    ("command", "message"),
    [
        (f"{PYTHON} -c ''", "passes already"),
        ("no-such-command-here", "cannot be run"),
        (f"{PYTHON} -c 'b = bytearray(2 << 30)'", "stopped already without a patch (memory)"),
        ("false", None),
        ("test -f here.txt && false", None),
    ],
)
def test_tests_are_seen_to_fail(tmp_path: Path, command: str, message: str | None) -> None:
    (tmp_path / "here.txt").write_text("")
    limits = Limits(seconds=20, memory_mb=256, processes=40)
    with Shadow(tmp_path) as shadow:
        bed = Bed(shadow, limits)
        if message is None:
            assert suite(bed, command).base.code == 1
            return
        with pytest.raises(UserError) as error:
            suite(bed, command)
        assert message in str(error.value)


def test_where_nothing_can_be_run_that_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused = Outcome("failed", None, "no limit holds here", 0.0)
    monkeypatch.setattr(testing, "run", lambda *arguments, **options: refused)
    with Shadow(tmp_path) as shadow, pytest.raises(UserError, match="sandbox: no limit holds"):
        suite(Bed(shadow, Limits()), "false")


@pytest.mark.parametrize(
    ("project", "folder", "expected"),
    [("/p", "/p", "."), ("/p", "/p/a/b", "a/b"), ("/p/a", "/p", "."), ("/p", "/q", ".")],
)
def test_folder_in(project: str, folder: str, expected: str) -> None:
    assert folder_in(project, folder) == expected
