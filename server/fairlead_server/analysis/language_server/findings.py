"""Diagnostics read as plain values."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from fairlead_monitors.engine import Completeness, Diagnostic, Diagnostics
from fairlead_server.analysis.language_server.sync import Lines
from fairlead_server.analysis.language_server.unfinished import MARK


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


def probed(text: str, probe: str) -> tuple[str, str]:
    """Return `text` with the line `probe` after it, and the mark that is in no other text's."""
    mark = f"{MARK}_{zlib.crc32(text.encode(errors='surrogatepass')):x}"
    return f"{text}\n{probe.replace('{mark}', mark)}\n", mark


def without_probe(found: Diagnostics, text: str, mark: str) -> Diagnostics:
    """Return the diagnostics of `text` alone; what is missing at its end was found after it."""
    kept = (one for one in found.found if mark not in one.message)
    end = len(text)
    made = (replace(one, start=min(one.start, end), end=min(one.end, end)) for one in kept)
    return replace(found, found=tuple(made))


def tell_of(found: Any, mark: str) -> bool:
    """Tell whether one of the server's diagnostics is about the `mark`."""
    listed = found if isinstance(found, list) else ()
    return any(isinstance(one, Mapping) and mark in str(one.get("message")) for one in listed)


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
