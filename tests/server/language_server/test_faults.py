"""What a language server can do wrong: no answer is lost, and none is taken for more than it is."""

from __future__ import annotations

import logging
import os
import threading
from pathlib import Path

import pytest

from fairlead_monitors.engine import Completeness, Kind, Names
from fairlead_server.analysis import backoff
from fairlead_server.analysis.language_server.engine import LanguageServerEngine
from tests.server.language_server.faulty import (
    MEMBERS,
    PATIENCE,
    engine,
    eventually,
    messages,
    source,
)

COMPLETE, PARTIAL, UNKNOWN = Completeness.COMPLETE, Completeness.PARTIAL, Completeness.UNKNOWN


@pytest.fixture(autouse=True)
def quick_restarts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backoff, "FIRST_DELAY", 0.01)


def members(asked: LanguageServerEngine, text: str = "x.\n") -> Names:
    return asked.names(Kind.MEMBER, source(text), 2).result(PATIENCE)


def warnings(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [r.getMessage() for r in caplog.records if r.levelno >= logging.WARNING]


# What the server does, what its answer is taken for, and the reason that is given.
ANSWERS = [
    ("none", COMPLETE, ""),
    ("plain list", COMPLETE, ""),
    ("labels", COMPLETE, ""),
    ("no kinds", COMPLETE, ""),
    ("whole texts", COMPLETE, ""),
    ("no encoding", COMPLETE, ""),
    ("odd encoding", COMPLETE, ""),
    ("other answers", COMPLETE, ""),
    ("shouts", COMPLETE, ""),
    ("overtaken", COMPLETE, ""),
    ("slow", COMPLETE, ""),
    ("incomplete", PARTIAL, "says that its list is incomplete"),
    ("nameless", PARTIAL, "no name, or a kind"),
    ("blank", COMPLETE, ""),
    ("wrong kinds", PARTIAL, "no name, or a kind"),
    ("null", UNKNOWN, "the answer is null"),
    ("number", UNKNOWN, "no list"),
    ("empty", UNKNOWN, "nothing is listed"),
    ("not items", UNKNOWN, "for another place"),
    ("guesses", UNKNOWN, "guesses what the receiver is"),
    ("words", UNKNOWN, "offers words"),
    ("many", UNKNOWN, "100,000"),
    ("old version", UNKNOWN, "for another place"),
    ("wrong edits", UNKNOWN, "for another place"),
    ("error", UNKNOWN, "a bug"),
]


@pytest.mark.parametrize(("fault", "completeness", "reason"), ANSWERS)
def test_answers(
    fault: str,
    completeness: Completeness,
    reason: str,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    with engine(fault, tmp_path / "log", limit=20.0) as asked:
        answer = members(asked)
        first = asked.pid
        assert (answer.completeness, reason in answer.reason) == (completeness, True)
        assert answer.names == (frozenset() if completeness is UNKNOWN else MEMBERS)
        # It was no reason to replace the server.
        members(asked, "x.\n# again")
        assert asked.pid == first
    assert warnings(caplog) == []


# What the server does, and what the log says of it, once.
FAILURES = [
    ("hangs", "no answer to textDocument/completion within 0.5 s"),
    ("babbles", "no answer to textDocument/completion within 0.5 s"),
    ("crashes", "it ended with code 3: a bug"),
    ("ends output", "its output ended"),
    ("ends at once", "it ended with code 1"),
    ("never starts", "it was not ready within 0.5 s"),
]


@pytest.mark.parametrize(("fault", "reason"), FAILURES)
def test_failures(
    fault: str, reason: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    start_limit = 0.5 if fault == "never starts" else 20.0
    limit = 0.5 if "within" in reason else 20.0
    with engine(fault, tmp_path / "log", start_limit=start_limit, limit=limit) as asked:
        assert members(asked).completeness is UNKNOWN
        eventually(lambda: warnings(caplog))
        assert [reason in line for line in warnings(caplog)] == [True]
        # It is tried again, and keeps its distance.
        eventually(lambda: members(asked, "x.\n# again") and len(warnings(caplog)) > 1)
        assert "next start in 0.0" in warnings(caplog)[1]


def test_a_server_that_does_not_read_is_replaced(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with engine("deaf", tmp_path / "log") as asked:
        members(asked)
        answer = members(asked, "x.\n" + "y" * 10_000_000)
        assert answer.completeness is UNKNOWN
        eventually(lambda: warnings(caplog))


def test_a_server_that_crashed_is_replaced(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with engine("crashes once", tmp_path / "log", limit=20.0) as asked:
        assert members(asked).completeness is UNKNOWN
        assert members(asked).names == MEMBERS
        assert len(warnings(caplog)) == 1


def test_restarts_keep_their_distance(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(backoff, "FIRST_DELAY", 1000.0)
    monkeypatch.setattr(backoff, "LONGEST_DELAY", 1000.0)
    with engine("ends at once", tmp_path / "log", limit=20.0) as asked:
        # The first restart is at once, the second is not.
        for _ in range(5):
            assert "ended with code 1" in members(asked).reason
        assert [line.partition("; ")[2] for line in warnings(caplog)] == [
            "next start in 0.0 s",
            "next start in 1000.0 s",
        ]


def test_no_such_program(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    command = ["no-such-program"]
    with engine("none", tmp_path / "log", command=command, remedy="install it") as asked:
        assert members(asked).reason == "faulty: there is no program no-such-program; install it"
        assert len(warnings(caplog)) == 1


def test_a_server_that_runs_the_projects_programs_needs_trust(tmp_path: Path) -> None:
    with engine("none", tmp_path / "log", trusted_only=True) as asked:
        assert "trusted workspaces only" in members(asked).reason
        assert asked.pid is None


def test_a_file_that_the_server_needs_is_missing(tmp_path: Path) -> None:
    other = {"needs": ["{library}"], "places": {"library": [str(tmp_path / "nowhere*")]}}
    with engine("none", tmp_path / "log", None, remedy="install it", **other) as asked:
        assert members(asked).reason == "faulty: its library is not there; install it"


def test_a_killed_server_is_replaced(tmp_path: Path) -> None:
    with engine("none", tmp_path / "log", limit=20.0) as asked:
        members(asked)
        first = asked.pid
        assert first is not None
        os.kill(first, 9)
        eventually(lambda: asked.pid != first)
        assert eventually(lambda: members(asked, "x.\n# again").names) == MEMBERS


def test_closing_answers_what_waits_and_leaves_no_process(tmp_path: Path) -> None:
    with engine("hangs", tmp_path / "log", limit=20.0) as asked:
        waiting = [asked.names(Kind.MEMBER, source(f"x.\n{n}"), 2) for n in range(3)]
        pid = eventually(lambda: asked.pid)
        closing = threading.Thread(target=asked.close)
        closing.start()
        answers = [future.result(PATIENCE) for future in waiting]
        closing.join(PATIENCE)
        assert pid is not None
        assert [answer.completeness for answer in answers] == [UNKNOWN] * 3
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
        assert members(asked).completeness is UNKNOWN


def test_who_gave_up_waiting_for_the_start_keeps_nobody_waiting(tmp_path: Path) -> None:
    with engine("never starts", tmp_path / "log") as asked:
        first = asked.names(Kind.MEMBER, source(), 2)
        eventually(lambda: asked.pid)
        first.cancel()
        assert eventually(lambda: members(asked).reason) == "it is still starting"


def test_a_withdrawn_question_is_cancelled_at_the_server(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with engine("slow", log, limit=20.0) as asked:
        members(asked)
        question = asked.names(Kind.MEMBER, source("x.\n# more"), 2)
        eventually(lambda: len(messages(log, "textDocument/completion")) == 2)
        question.cancel()
        eventually(lambda: messages(log, "$/cancelRequest"))
        assert members(asked, "x.\n# yet more").names == MEMBERS


def test_a_request_that_nobody_waits_for_still_shows_that_a_server_hangs(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    log = tmp_path / "log"
    with engine("hangs", log) as asked:
        question = asked.names(Kind.MEMBER, source(), 2)
        eventually(lambda: log.exists() and messages(log, "textDocument/completion"))
        question.cancel()
        eventually(lambda: warnings(caplog))


@pytest.mark.parametrize("fault", ["null", "number"])
def test_signature_help_that_is_none(fault: str, tmp_path: Path) -> None:
    with engine(fault, tmp_path / "log") as asked:
        answer = asked.signatures(source(), 2).result(PATIENCE)
        assert answer.completeness is UNKNOWN
