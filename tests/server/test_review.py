"""Reviewing a text under several monitors; the cursor is at `|`."""

from __future__ import annotations

from concurrent.futures import Future

import pytest

from fairlead_monitors.context import Context
from fairlead_monitors.engine import Kind, Names, Signatures, Source
from fairlead_monitors.joint import join
from fairlead_monitors.python.call_arguments import PythonCallArguments
from fairlead_monitors.python.members import MembersMonitor
from fairlead_server.review import review
from tests.monitors.calls import SignatureEngine
from tests.monitors.engines import TableEngine


class BothEngines(SignatureEngine):
    """Knows members and signatures."""

    def __init__(self) -> None:
        super().__init__({"one": "a", "append": "item"})
        self._members = TableEngine({"xs": "append pop", "d": "get"})

    def names(self, kind: Kind, source: Source, offset: int) -> Future[Names]:
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
