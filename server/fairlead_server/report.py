"""From what decoding and monitors recorded to what a front end shows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from fairlead_decoding.monitor import Monitor
from fairlead_decoding.types import Completion, Veto
from fairlead_monitors.evidence import Evidence, Verdict
from fairlead_server.suggestion import CheckedName, Suggestion


class _Checking(Monitor, Protocol):
    def evidence(self) -> tuple[Evidence, ...]: ...


def suggestion(completion: Completion, monitor: _Checking | None, *, crlf: bool) -> Suggestion:
    """Describe `completion`, which was decoded under `monitor` (None: unguided).

    `crlf` says that the document's lines end so, and the suggestion's must as well.
    """
    text = completion.text.decode("utf-8", errors="ignore")
    evidence = () if monitor is None else _evidence(completion, monitor)
    return Suggestion(
        text=text.replace("\r\n", "\n").replace("\n", "\r\n") if crlf else text,
        logprob=completion.logprob,
        finish_reason=completion.finish_reason,
        verified=monitor is not None and all(e.verdict == "valid" for e in evidence),
        evidence=evidence,
        tokens=len(completion.tokens),
    )


def _evidence(completion: Completion, monitor: _Checking) -> tuple[CheckedName, ...]:
    probe = monitor.fork()
    probe.advance(completion.text)
    return tuple(_checked(e, completion.vetoes) for e in probe.evidence())


def _checked(evidence: Evidence, vetoes: Iterable[Veto]) -> CheckedName:
    inside = (veto.text for veto in vetoes if _concerns(veto, evidence))
    return CheckedName(
        name=evidence.name,
        kind=evidence.kind,
        verdict=evidence.verdict.value,
        engine=evidence.engine,
        candidates=evidence.candidates,
        vetoed=tuple(dict.fromkeys(text.decode(errors="replace") for text in inside)),
        reason="" if evidence.verdict is Verdict.VALID else evidence.reason,
    )


def _concerns(veto: Veto, evidence: Evidence) -> bool:
    """Tell whether a refused token would have written into the name.

    It may have begun before the name, as ``.foo`` does, or made a complete name longer.
    """
    lengthens = veto.text[:1].isalnum() or veto.text[:1] == b"_"
    begins = veto.offset < evidence.end or (veto.offset == evidence.end and lengthens)
    return begins and veto.offset + len(veto.text) > evidence.start
