"""Checking a text after the fact: what would a monitor have said of each name in it?"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

from fairlead_monitors.context import Context
from fairlead_monitors.evidence import Evidence, Verdict
from fairlead_server.report import Checking, checked_name
from fairlead_server.suggestion import CheckedName

_WORD = re.compile(rb"[\w\x80-\xff]*")


def review(
    factory: Callable[[Context], Checking], context: Context, text: str
) -> tuple[CheckedName, ...]:
    """Return every name in `text`, inserted at the cursor of `context`, with its verdict.

    Unlike in guided decoding, a verdict may be ``invalid`` here.
    """
    return tuple(checked_name(evidence, ()) for evidence in _names(factory, context, text))


def _names(
    factory: Callable[[Context], Checking], context: Context, text: str
) -> Iterator[Evidence]:
    data, done = text.encode(), 0
    while True:
        rest = data[done:]
        prefix = context.prefix + data[:done].decode(errors="replace")
        monitor = factory(replace(context, prefix=prefix))
        good = monitor.admitted(rest)
        monitor.advance(rest[:good])
        if good == len(rest) and monitor.may_end():
            yield from monitor.evidence()
            return
        # An absent name: what was checked before it counts, then the monitor starts anew.
        yield from monitor.evidence()
        members = monitor.members()
        tail = _WORD.match(rest, good)
        end = tail.end() if tail else good
        start = len(rest[:good]) - len(_last_word(rest[:good]))
        if members is not None:
            name = _last_word((prefix.encode() + rest)[: len(prefix.encode()) + end])
            yield Evidence(
                name.decode(errors="replace"),
                monitor.kind,
                Verdict.INVALID,
                members.engine,
                len(members.names),
                done + start,
                done + end,
            )
        if end == 0 or done + end >= len(data):
            return
        done += end


def _last_word(data: bytes) -> bytes:
    found = re.search(rb"[\w\x80-\xff]*\Z", data)
    return found[0] if found else b""
