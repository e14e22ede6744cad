"""Reviewing a text under several monitors; the cursor is at `|`."""

from __future__ import annotations

from concurrent.futures import Future

import pytest

from fairlead_monitors.context import Context
from fairlead_monitors.engine import Completeness, Kind, Names, Signatures, Source, answered
from fairlead_monitors.joint import join
from fairlead_monitors.python.call_arguments import PythonCallArguments
from fairlead_monitors.python.members import MembersMonitor
from fairlead_monitors.python.scope import ScopeMonitor
from fairlead_server.review import review
from tests.monitors.calls import SignatureEngine
from tests.monitors.engines import TableEngine


class BothEngines(SignatureEngine):
    """Knows members and signatures."""

    def __init__(self) -> None:
        super().__init__({"one": "a", "append": "item"})
        self._members = TableEngine({"xs": "append pop", "d": "get"})
        bound = frozenset({"one", "xs", "d"})
        self._bound = Names(bound, Completeness.COMPLETE, self._members.name)

    def names(self, kind: Kind, source: Source, offset: int) -> Future[Names]:
        if kind is Kind.SCOPE:
            return answered(self._bound)
        return self._members.names(kind, source, offset)

    def signatures(self, source: Source, offset: int) -> Future[Signatures]:
        return super().signatures(source, offset)


@pytest.mark.parametrize(
    ("text", "inserted", "found"),
    [
        (
            "|",
            "xs.append(d.get, xs.got)",
            [
                "member append valid",
                "member get valid",
                "call append invalid",
                "member got invalid",
            ],
        ),
        ("|", "one(xs.pop)", ["member pop valid", "call one valid"]),
        ("|", "one()", ["call one invalid"]),
        ("|", "one(1, 2, 3)\none(1)", ["call one invalid", "call one valid"]),
        ("|", "xs.no(one())", ["member no invalid", "call one invalid", "call no unknown"]),
        ("one(|)", "1, 2", ["call one invalid"]),
        ("one(|)", "1", ["call one valid"]),
    ],
)
def test_each_monitor_has_its_say(text: str, inserted: str, found: list[str]) -> None:
    prefix, _, suffix = text.partition("|")
    factory = join((MembersMonitor, PythonCallArguments))
    checked = review(factory, Context("a.py", prefix, suffix, BothEngines()), inserted)
    assert [f"{c.kind} {c.name} {c.verdict}" for c in checked] == found


@pytest.mark.parametrize(
    ("text", "inserted", "found"),
    [
        ("|", "xs(nope)", ["xs valid", "nope invalid"]),
        ("|", "xs(nope)\nd.x(nope)", ["xs valid", "nope invalid", "d valid", "nope invalid"]),
        ("|", "xs(nope.x(spam), d)", ["xs valid", "nope invalid", "spam invalid", "d valid"]),
        ("|", "xs(d(nope), 1)", ["xs valid", "d valid", "nope invalid"]),
        ("|", "xs(nope", ["xs valid"]),
        ("|", "xs(nope for nope in d)", ["xs valid", "nope unknown", "d valid"]),
        ("|", "xs(nope.x for ham in d)", ["xs valid", "nope invalid", "d valid"]),
        ("|", "xs(d, nope == 1)", ["xs valid", "d valid", "nope invalid"]),
        ("|", "class A(Nope):\n    x = d", ["Nope invalid", "d valid"]),
        ("|", "if nope:\n    pass", ["nope invalid"]),
        ("|", "if nope := d:\n    pass", ["d valid"]),
        ("|", "while nope < d: pass", ["nope invalid", "d valid"]),
        ("|:", "if nope", ["nope invalid"]),
        ("if |:\n    pass", "nope", ["nope invalid"]),
        ("xs(|)", "nope", ["nope invalid"]),
        ("xs(n|pe)", "o", ["nope invalid"]),
        ("xs(no|)", "pe", ["nope invalid"]),
        ("xs(|)", "nope.x(spam)", ["nope invalid", "spam invalid"]),
        ("xs(|)", "nope=1", []),
        ("xs(| for nope in d)", "nope", ["nope unknown"]),
    ],
)
def test_names_that_what_follows_proves_to_be_read(
    text: str, inserted: str, found: list[str]
) -> None:
    prefix, _, suffix = text.partition("|")
    checked = review(ScopeMonitor, Context("a.py", prefix, suffix, BothEngines()), inserted)
    assert [f"{c.name} {c.verdict}" for c in checked] == found
