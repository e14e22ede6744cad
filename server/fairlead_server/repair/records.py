"""A repair's results as JSON values, in the shape that scripts rely on."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from fairlead_server.repair.hunk import Hunk
from fairlead_server.repair.search import Repaired


def to_json(one: Repaired, hunk: Hunk, bug: str = "") -> dict[str, Any]:
    """Return the record of a candidate for `hunk`; `bug` names what it is to mend."""
    candidate = one.candidate
    return {
        "bug": bug,
        "file": hunk.document.path,
        "start_line": hunk.first,
        "end_line": hunk.last,
        "patch": candidate.text,
        "rank": one.rank,
        "logprob": candidate.logprob,
        "guided": candidate.guided,
        "verdict": one.result.verdict,
        "steps": [asdict(step) for step in one.result.steps],
        "features": one.features.as_numbers(),
        "origins": [asdict(origin) for origin in candidate.origins],
        "diff": hunk.diff(candidate.text),
    }
