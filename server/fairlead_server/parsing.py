"""What becomes of a completion that does not parse where it goes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from fairlead_decoding.monitor import Monitor
from fairlead_decoding.types import Completion
from fairlead_monitors.evidence import Evidence, Verdict
from fairlead_monitors.syntax import SyntaxCheck


def parsed(
    completions: Iterable[Completion], syntax: SyntaxCheck, monitor: Monitor
) -> list[tuple[Completion, Evidence]]:
    """Return the completions with the verdict on their syntax, those that do not parse last.

    One that does not parse is cut back to what does; if that is nothing, it stays as it is, since
    its user can still mend it. Of those that are equal then, the first stays.
    """
    found: dict[bytes, tuple[Completion, Evidence]] = {}
    for completion in completions:
        kept = _kept(completion, syntax, monitor)
        found.setdefault(kept[0].text, kept)
    return sorted(found.values(), key=lambda pair: pair[1].verdict is Verdict.INVALID)


def _kept(
    completion: Completion, syntax: SyntaxCheck, monitor: Monitor
) -> tuple[Completion, Evidence]:
    text = completion.text.decode(errors="ignore")
    finished = completion.finish_reason == "stop"
    kept = syntax.longest(text, finished=finished)
    if kept != text and may_end(monitor, kept.encode()):
        return replace(completion, text=kept.encode()), syntax.judge(kept)
    return completion, syntax.judge(text, finished=finished)


def may_end(monitor: Monitor, text: bytes) -> bool:
    """Tell whether `monitor` admits `text` as a whole."""
    if monitor.admitted(text) < len(text):
        return False
    probe = monitor.fork()
    probe.advance(text)
    return probe.may_end()
