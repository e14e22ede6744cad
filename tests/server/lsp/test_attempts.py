"""Which attempt serves a request, and which are given up when a document changes."""

from __future__ import annotations

from concurrent.futures import Future

import pytest

from fairlead_monitors.lookup import LATE
from fairlead_server.lsp.attempts import AUTOMATIC, INVOKED, MOST, Attempt, Attempts, Effort
from fairlead_server.lsp.typed import Spot
from fairlead_server.suggestion import CheckedName, CompletionResult, Suggestion

URI, OTHER = "file:///a.py", "file:///b.py"
SPOT = Spot("x = ", "\n")


def _at(typed: str) -> Spot:
    return Spot(SPOT.before + typed, SPOT.after)


def _attempt(*texts: str, effort: Effort = AUTOMATIC, decoded: str = "") -> Attempt:
    """Return a finished attempt with `texts`, or one that has got as far as `decoded`."""
    attempt = Attempt(SPOT, effort, text=decoded)
    if texts:
        found = (Suggestion(text, -1.0, "stop", verified=True) for text in texts)
        attempt.answer.set_result(CompletionResult(tuple(found)))
    return attempt


def _kept(*attempts: Attempt, uri: str = URI) -> Attempts:
    kept = Attempts()
    for attempt in attempts:
        kept.add(uri, attempt)
    return kept


@pytest.mark.parametrize(
    ("attempt", "typed", "effort", "serves"),
    [
        (_attempt("foo"), "", AUTOMATIC, True),
        (_attempt("foo"), "f", AUTOMATIC, True),
        (_attempt("foo", "bar"), "b", AUTOMATIC, True),
        (_attempt("foo"), "b", AUTOMATIC, False),
        (_attempt("foo"), "foo", AUTOMATIC, False),
        # An invoked request wants more than what was made without being asked for.
        (_attempt("foo"), "f", INVOKED, False),
        (_attempt("foo", effort=INVOKED), "f", AUTOMATIC, True),
        # What is still being decoded may become an answer.
        (_attempt(), "", AUTOMATIC, True),
        (_attempt(decoded="fo"), "foob", AUTOMATIC, True),
        (_attempt(decoded="fo"), "b", AUTOMATIC, False),
    ],
)
def test_who_serves(attempt: Attempt, typed: str, effort: Effort, serves: bool) -> None:
    kept = _kept(attempt)
    assert kept.find(URI, _at(typed), effort) is (attempt if serves else None)
    assert kept.find(OTHER, _at(typed), effort) is None


def test_what_was_not_checked_in_time_is_asked_for_again() -> None:
    name = CheckedName("foo", "member", "unknown", "", 0, reason=LATE)
    late = Suggestion("foo", -1.0, "stop", verified=False, evidence=(name,))
    attempt = _attempt()
    attempt.answer.set_result(CompletionResult((late,)))
    kept = _kept(attempt)
    assert kept.find(URI, _at(""), AUTOMATIC) is None
    assert kept.find(URI, _at("f"), AUTOMATIC) is attempt


def test_the_latest_attempt_serves_first() -> None:
    first, second = _attempt("foo"), _attempt("fob")
    kept = _kept(first, second)
    assert kept.find(URI, _at("fo"), AUTOMATIC) is second
    assert kept.find(URI, _at("foo"[:2] + "o"[:0]), AUTOMATIC) is second
    assert kept.find(URI, _at("f"), AUTOMATIC) is second


@pytest.mark.parametrize(
    ("text", "given_up", "followed"),
    [
        ("x = f\n", False, True),
        ("x = foo()\n", False, True),
        ("x = \n", False, False),
        ("x = b\n", True, False),
        ("y = f\n", True, False),
        ("x = f\n\n", True, False),
    ],
)
def test_what_a_change_does_to_what_is_being_decoded(
    text: str, given_up: bool, followed: bool
) -> None:
    attempt = _attempt(decoded="foo(")
    kept = _kept(attempt)
    assert kept.changed(URI, text) is None
    assert attempt.answer.cancelled() == given_up
    assert attempt.is_followed() == followed
    assert kept.pending(URI) == (set() if given_up else {attempt.answer})


def test_decoding_ends_once_it_comes_out_otherwise_than_typed() -> None:
    attempt = _attempt(decoded="f")
    _kept(attempt).changed(URI, "x = foo\n")
    assert attempt.is_wanted()
    attempt.grow("fob")
    assert not attempt.is_wanted()


def test_a_change_elsewhere_makes_finished_suggestions_stale() -> None:
    finished, pending = _attempt("foo"), _attempt(decoded="f")
    kept = _kept(finished, pending)
    kept.changed(OTHER, "anything")
    assert not pending.answer.cancelled()
    assert kept.find(URI, SPOT, AUTOMATIC) is pending
    pending.answer.set_result(CompletionResult(()))
    assert kept.find(URI, SPOT, AUTOMATIC) is None


def test_acceptance_is_seen() -> None:
    kept = _kept(_attempt("foo", "foo()"))
    assert kept.changed(URI, "x = foo()\n") == _at("foo()")
    assert kept.changed(URI, "x = fo\n") is None


def test_a_closed_document_keeps_nothing() -> None:
    attempt = _attempt()
    kept = _kept(attempt)
    kept.forget(URI)
    assert attempt.answer.cancelled()
    assert kept == Attempts()


def test_nothing_is_kept_of_a_document_whose_suggestions_are_stale() -> None:
    kept = _kept(_attempt("foo"))
    kept.outdate_others(OTHER)
    assert kept == Attempts()


def test_few_attempts_are_kept() -> None:
    attempts = [_attempt(f"a{i}") for i in range(MOST + 1)]
    kept = _kept(*attempts)
    assert kept.find(URI, _at("a0"[:1]), AUTOMATIC) is attempts[-1]
    assert kept.find(URI, _at("a0"), AUTOMATIC) is None


def test_an_answer_that_was_cancelled_serves_nobody() -> None:
    attempt = _attempt()
    answer: Future[CompletionResult] = attempt.answer
    assert answer.cancel()
    assert _kept(attempt).find(URI, SPOT, AUTOMATIC) is None
    assert attempt.accepted_in("x = foo\n") is None
