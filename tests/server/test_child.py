"""A child process that answers, dies, hangs, or cannot be started."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from fairlead_server.analysis import backoff
from fairlead_server.analysis.child import Child

ECHO = "import sys, os\nfor line in sys.stdin:\n    print(line.strip(), flush=True)"
DIES = "import sys\nsys.stdin.readline()"
HANGS = "import time\ntime.sleep(1000)"
# Starts a process of its own, tells its id, and answers no more.
BREEDS = (
    "import json, subprocess, sys, time\n"
    "own = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(1000)'])\n"
    "for line in sys.stdin:\n    print(json.dumps({'pid': own.pid}), flush=True)"
)
BABBLES = "import sys\nfor line in sys.stdin:\n    print('not json', flush=True)"
ANSWER_LIMIT = 30


@pytest.fixture(autouse=True)
def quick_restarts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backoff, "FIRST_DELAY", 0.01)


@contextmanager
def running(script: str, limit: float = 20.0) -> Iterator[Child]:
    child = Child([sys.executable, "-c", script], limit)
    try:
        yield child
    finally:
        child.close()


def eventually(condition: Callable[[], object]) -> object:
    end = time.monotonic() + ANSWER_LIMIT
    while not (found := condition()):
        assert time.monotonic() < end, "it never came to pass"
        time.sleep(0.02)
    return found


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_answers_go_with_their_requests() -> None:
    with running(ECHO) as child:
        asked = [child.ask({"n": n, "text": "ü\n" * 1000}) for n in range(20)]
        answers = [a.result(ANSWER_LIMIT) or {} for a in asked]
        assert [answer.get("n") for answer in answers] == [*range(20)]


def test_nothing_runs_before_the_first_request() -> None:
    with running(ECHO) as child:
        assert child.pid is None


def test_a_killed_child_is_replaced() -> None:
    with running(ECHO) as child:
        child.ask({"n": 1}).result(ANSWER_LIMIT)
        first = child.pid
        assert first is not None
        os.kill(first, signal.SIGKILL)
        eventually(lambda: not alive(first) or child.pid is None)
        eventually(lambda: child.ask({"n": 2}).result(ANSWER_LIMIT))
        assert child.pid not in (None, first)


def test_a_child_killed_in_the_middle_of_a_request_answers_none() -> None:
    with running(HANGS) as child:
        asked = child.ask({})
        pid = eventually(lambda: child.pid)
        assert isinstance(pid, int)
        os.kill(pid, signal.SIGKILL)
        assert asked.result(ANSWER_LIMIT) is None


@pytest.mark.parametrize("script", [DIES, HANGS, BABBLES])
def test_a_request_that_cannot_be_answered_is_answered_with_none(script: str) -> None:
    with running(script, limit=1.0) as child:
        assert child.ask({}).result(ANSWER_LIMIT) is None
        assert child.ask({}).result(ANSWER_LIMIT) is None


def test_a_command_that_does_not_exist_is_answered_with_none() -> None:
    child = Child([str(Path("no") / "such" / "program")])
    assert child.ask({}).result(ANSWER_LIMIT) is None
    child.close()


def test_restarts_keep_their_distance(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backoff, "FIRST_DELAY", 1000.0)
    with running(DIES) as child:
        assert child.ask({}).result(ANSWER_LIMIT) is None
        assert child.ask({}).result(ANSWER_LIMIT) is None
        assert child.pid is None


def test_closing_answers_what_waits_and_leaves_no_process() -> None:
    child = Child([sys.executable, "-c", HANGS])
    asked = [child.ask({}) for _ in range(3)]
    pid = eventually(lambda: child.pid)
    assert isinstance(pid, int)
    child.close()
    assert [a.result(ANSWER_LIMIT) for a in asked] == [None] * 3
    assert not alive(pid)
    assert child.ask({}).result(ANSWER_LIMIT) is None


def test_a_withdrawn_request_is_not_sent() -> None:
    with running(ECHO) as child:
        asked = [child.ask({"n": n}) for n in range(200)]
        withdrawn = asked[-1].cancel()
        assert asked[-2].result(ANSWER_LIMIT) == {"n": 198}
        assert asked[-1].cancelled() == withdrawn
        assert child.ask({"n": 0}).result(ANSWER_LIMIT) == {"n": 0}


def test_a_child_that_answered_is_replaced_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backoff, "FIRST_DELAY", 1000.0)
    with running(ECHO) as child:
        for n in range(3):
            assert child.ask({"n": n}).result(ANSWER_LIMIT) == {"n": n}
            killed = child.pid
            assert killed is not None
            os.kill(killed, signal.SIGKILL)
            eventually(lambda: child.pid is None)
        assert child.ask({"n": 3}).result(ANSWER_LIMIT) == {"n": 3}


def test_a_child_that_does_not_read_is_replaced() -> None:
    with running(HANGS, limit=1.0) as child:
        assert child.ask({"text": "x" * 10_000_000}).result(ANSWER_LIMIT) is None


def test_what_a_child_has_started_ends_with_it() -> None:
    child = Child([sys.executable, "-c", BREEDS])
    answer = child.ask({}).result(ANSWER_LIMIT)
    assert answer is not None and alive(answer["pid"])
    child.close()
    eventually(lambda: not running_still(answer["pid"]))


def running_still(pid: int) -> bool:
    """Tell whether a process runs; one that has ended may stay listed until it is waited for."""
    stat = Path(f"/proc/{pid}/stat")
    return alive(pid) and not (
        stat.exists() and stat.read_text().rpartition(")")[2].split()[0] == "Z"
    )
