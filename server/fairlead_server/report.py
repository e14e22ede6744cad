"""From what decoding and monitors recorded to what a front end shows."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Protocol

from fairlead_decoding.monitor import Monitor
from fairlead_decoding.types import Completion, Veto
from fairlead_monitors.engine import Names
from fairlead_monitors.evidence import Evidence, Verdict
from fairlead_server.suggestion import USES, CheckedName, Suggestion


class Checking(Monitor, Protocol):
    """A monitor that says what it checked: what plug-ins in ``fairlead.monitors`` return."""

    @property
    def kind(self) -> str:
        """What evidence calls the names it looks at."""

    def evidence(self) -> tuple[Evidence, ...]:
        """Return what was checked in the text so far."""

    def members(self) -> Names | None:
        """Return what may be named where the text ends, None where nothing is dereferenced."""


def suggestion(
    completion: Completion,
    monitor: Checking | None,
    syntax: Evidence | None = None,
    *,
    crlf: bool,
) -> Suggestion:
    """Describe `completion`, which was decoded under `monitor` (None: unguided).

    `syntax` is the verdict on the whole of it. `crlf` says that the document's lines end so, and
    the suggestion's must as well.
    """
    text = completion.text.decode("utf-8", errors="ignore")
    evidence = () if monitor is None else _evidence(completion, monitor)
    if syntax is not None:
        evidence = (*evidence, checked_name(syntax, ()))
    return Suggestion(
        text=text.replace("\r\n", "\n").replace("\n", "\r\n") if crlf else text,
        logprob=completion.logprob,
        finish_reason=completion.finish_reason,
        verified=monitor is not None and all(stands(name) for name in evidence),
        evidence=evidence,
        tokens=len(completion.tokens),
    )


def stands(name: CheckedName) -> bool:
    """Tell whether `name` leaves a suggestion verified, which is said of the names in it.

    How names are used is not always known: that counts only if it is known to be wrong.
    """
    return name.verdict == "valid" or (name.verdict == "unknown" and name.kind in USES)


def _evidence(completion: Completion, monitor: Checking) -> tuple[CheckedName, ...]:
    probe = monitor.fork()
    probe.advance(completion.text)
    return tuple(checked_name(e, completion.vetoes) for e in probe.evidence())


def checked_name(evidence: Evidence, vetoes: Iterable[Veto]) -> CheckedName:
    """Describe one name; those of `vetoes` that concern it go with it."""
    inside = [veto for veto in vetoes if _concerns(veto, evidence)]
    # All vetoes of one step state the same share; each step keeps what the ones before it left.
    kept = math.prod(1 - lost for lost in {veto.offset: veto.lost for veto in inside}.values())
    return CheckedName(
        name=evidence.name,
        kind=evidence.kind,
        verdict=evidence.verdict.value,
        engine=evidence.engine,
        candidates=evidence.candidates,
        vetoed=tuple(dict.fromkeys(veto.text.decode(errors="replace") for veto in inside)),
        reason="" if evidence.verdict is Verdict.VALID else evidence.reason,
        lost=1 - kept,
    )


def _concerns(veto: Veto, evidence: Evidence) -> bool:
    """Tell whether a refused token would have written into the name.

    It may have begun before the name, as ``.foo`` does, or made a complete name longer.
    """
    lengthens = veto.text[:1].isalnum() or veto.text[:1] == b"_"
    begins = veto.offset < evidence.end or (veto.offset == evidence.end and lengthens)
    return begins and veto.offset + len(veto.text) > evidence.start
