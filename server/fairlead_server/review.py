"""Checking a text after the fact: what would a monitor have said of each name in it?"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from fairlead_monitors.context import Context
from fairlead_monitors.evidence import Evidence, Verdict
from fairlead_monitors.joint import parts
from fairlead_monitors.sharing import SharedEngine
from fairlead_server.report import Checking, checked_name
from fairlead_server.suggestion import CheckedName

_WORD = re.compile(rb"[\w\x80-\xff]*")


def review(
    factory: Callable[[Context], Checking], context: Context, text: str
) -> tuple[CheckedName, ...]:
    """Return every name in `text`, inserted at the cursor of `context`, with its verdict.

    Unlike in guided decoding, a verdict may be ``invalid`` here. Monitors that were joined check
    the text one by one, so that what one of them says does not hide what another would.
    """
    context = replace(context, engine=SharedEngine(context.engine))
    found = [evidence for part in parts(factory) for evidence in _checked(part, context, text)]
    found.sort(key=lambda evidence: (evidence.end, -evidence.start))
    return tuple(checked_name(evidence, ()) for evidence in found)


def _checked(
    factory: Callable[[Context], Checking], context: Context, text: str
) -> Iterator[Evidence]:
    """Yield what one monitor says of the text, but of anything wrong only that it is."""
    wrong: set[int] = set()
    for evidence in _found(factory, context, text.encode()):
        if evidence.start not in wrong:
            yield evidence
        if evidence.verdict is Verdict.INVALID:
            wrong.add(evidence.start)


def _found(
    factory: Callable[[Context], Checking], context: Context, data: bytes
) -> Iterator[Evidence]:
    done = 0
    while done <= len(data):
        rest = data[done:]
        prefix = context.prefix + data[:done].decode(errors="replace")
        monitor = factory(replace(context, prefix=prefix))
        good = monitor.admitted(rest)
        monitor.advance(rest[:good])
        if good == len(rest) and monitor.may_end():
            yield from _moved(monitor.evidence(), done)
            return
        # Something is wrong: what was checked before it counts, then the monitor starts anew.
        rejections = _rejections(monitor, rest[good:])
        starts = {rejection.start for rejection in rejections}
        yield from _moved((e for e in monitor.evidence() if e.start not in starts), done)
        if rejections:
            yield from _moved(rejections, done)
            done += good + 1
            continue
        name = _absent(monitor, prefix.encode(), rest, good)
        if name is not None:
            yield from _moved((name,), done)
        # The byte after the name is read, so that it is not taken to be under way.
        tail = _WORD.match(rest, good)
        done += max(good, tail.end() if tail else 0) + 1


def _absent(monitor: Checking, prefix: bytes, rest: bytes, good: int) -> Evidence | None:
    """Return the record of the name of which only ``rest[:good]`` was admitted."""
    members = monitor.members()
    if members is None:
        return None
    tail = _WORD.match(rest, good)
    end = tail.end() if tail else good
    name = _last_word((prefix + rest)[: len(prefix) + end])
    return Evidence(
        name=name.decode(errors="replace"),
        kind=monitor.kind,
        verdict=Verdict.INVALID,
        engine=members.engine,
        candidates=len(members.names),
        start=good - len(_last_word(rest[:good])),
        end=end,
    )


def _rejections(monitor: Checking, data: bytes) -> tuple[Evidence, ...]:
    """Return what is wrong with `data` or before it, if `monitor` says more than where."""
    ask_all: Callable[[bytes], tuple[Evidence, ...]] | None = getattr(monitor, "rejections", None)
    if ask_all is not None:
        return ask_all(data)
    ask: Callable[[bytes], Evidence | None] | None = getattr(monitor, "rejection", None)
    found = None if ask is None else ask(data)
    return () if found is None else (found,)


def _moved(found: Iterable[Evidence], by: int) -> Iterator[Evidence]:
    for evidence in found:
        yield replace(evidence, start=evidence.start + by, end=evidence.end + by)


def _last_word(data: bytes) -> bytes:
    found = re.search(rb"[\w\x80-\xff]*\Z", data)
    return found[0] if found else b""
