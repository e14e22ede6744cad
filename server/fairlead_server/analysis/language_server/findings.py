"""Diagnostics read as plain values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fairlead_monitors.engine import Completeness, Diagnostic, Diagnostics
from fairlead_server.analysis.language_server.sync import Lines


def read(found: Any, lines: Lines, engine: str) -> Diagnostics:
    """Read the diagnostics of the document in `lines`; one that cannot be read costs COMPLETE."""
    if not isinstance(found, list):
        return Diagnostics.unknown(engine, "the answer is no list of diagnostics")
    read = [_diagnostic(entry, lines) for entry in found]
    good = tuple(diagnostic for diagnostic in read if diagnostic is not None)
    if len(good) < len(read):
        reason = "a diagnostic is for another text or cannot be read"
        return Diagnostics(good, Completeness.PARTIAL, engine, reason)
    return Diagnostics(good, Completeness.COMPLETE, engine)


def _diagnostic(entry: Any, lines: Lines) -> Diagnostic | None:
    try:
        start = lines.offset(entry["range"]["start"])
        end = lines.offset(entry["range"]["end"])
        message = entry["message"]
    except (TypeError, KeyError, AttributeError, ValueError):
        return None
    severity, code = entry.get("severity"), entry.get("code")
    if isinstance(message, Mapping):  # markup, where both sides can do that
        message = message.get("value")
    return Diagnostic(
        start,
        max(start, end),
        str(message),
        severity if severity in (1, 2, 3, 4) else 1,
        "" if code is None else str(code),
    )
