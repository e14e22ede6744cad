"""Names that an import would bind: let through, never said to be there; modules before a dot."""

from __future__ import annotations

from concurrent.futures import Future

import pytest

from fairlead_monitors.engine import Completeness, Kind, Names, Source, answered
from fairlead_monitors.evidence import Verdict
from fairlead_monitors.lookup import IMPORTABLE
from fairlead_monitors.python.scope import ScopeMonitor
from tests.monitors.engines import TableEngine
from tests.monitors.stepwise import at, check


class Library(TableEngine):
    """Everywhere `total` is bound, and `Path`, `json` and `jsonlines` can be imported."""

    def __init__(self, sure: Completeness = Completeness.COMPLETE) -> None:
        super().__init__({})
        importable = frozenset({"Path", "json", "jsonlines", "total"})
        modules = frozenset({"json", "total"})
        names = frozenset({"total"})
        self.answer = Names(names, sure, self.name, "", importable=importable, modules=modules)

    def names(self, kind: Kind, source: Source, offset: int) -> Future[Names]:
        return answered(self.answer)


@pytest.mark.parametrize(
    ("text", "data", "admitted"),
    [
        ("x = |", "Path(total)", "Path(total)"),
        ("x = P|", "ath\n", "ath\n"),
        ("x = |", "Paths", "Path"),
        ("x = |", "json.loads", "json.loads"),
        ("x = |", "json", "json"),
        ("x = |", "json)", "json"),
        ("x = |", "json .x", "json"),
        ("x = js|", "on + 1", "on"),
        ("x = |", "jsonlines()", "jsonlines()"),
        ("x = |", "jsonl.x", "jsonl"),
        # What is bound is no module that is to be imported.
        ("x = |", "total + 1", "total + 1"),
        # The start of a statement, the names of arguments.
        ("|", "json = 1", "json = 1"),
        ("|", "json(1)", "json"),
        ("|", "json.x()", "json.x()"),
        ("f(1, |", "json=2", "json=2"),
        ("f(1, |", "json)", "json"),
        # The first of a comprehension may be bound further on.
        ("[|", "json for json", "json for json"),
    ],
)
def test_what_is_admitted(text: str, data: str, admitted: str) -> None:
    check(lambda: ScopeMonitor(at("a.py", text, Library())), data, admitted)


@pytest.mark.parametrize("sure", [Completeness.COMPLETE, Completeness.PARTIAL])
def test_it_is_not_known_before_the_import_is_there(sure: Completeness) -> None:
    monitor = ScopeMonitor(at("a.py", "x = |", Library(sure)))
    monitor.advance(b"Path(total)")
    told = [(e.name, e.verdict, e.reason) for e in monitor.evidence()]
    assert told == [("Path", Verdict.UNKNOWN, IMPORTABLE), ("total", Verdict.VALID, "")]


@pytest.mark.parametrize(
    ("suffix", "may_end"), [("", True), ("\n", False), (" + 1", False), (".loads()\n", True)]
)
def test_a_module_that_is_to_be_imported_is_no_value_at_the_end(suffix: str, may_end: bool) -> None:
    monitor = ScopeMonitor(at("a.py", f"x = |{suffix}", Library()))
    monitor.advance(b"json")
    assert monitor.may_end() is may_end
    # More than the name has to follow where the text may not end with it.
    assert (monitor.constraint() is not None) is may_end
    assert monitor.admitted(b".loads") == len(".loads")
