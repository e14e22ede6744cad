"""Proposals: candidates for all places of a bug together, and their records."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from fairlead_server.repair.batch.places import Texts
from fairlead_server.repair.hunk import Hunk
from fairlead_server.repair.records import to_json
from fairlead_server.repair.search import Repaired


@dataclass(frozen=True)
class Proposal:
    """A candidate and what it writes in each place.

    `fixed` says whether the developers wrote the same, None where that is not known. `tried` is its
    number among the candidates that were run.
    """

    one: Repaired
    texts: Texts
    fixed: bool | None = None
    tried: int | None = None

    @property
    def arms(self) -> frozenset[bool]:
        """Which halves of the search wrote it: guided, unguided."""
        return frozenset(origin.guided for origin in self.one.candidate.origins)

    @property
    def hunk(self) -> Hunk:
        """The hunk around all places of the first file."""
        return next(iter(self.texts.joint().values()))[0]

    @property
    def others(self) -> Mapping[str, str]:
        """The texts of the other files, by path."""
        _, *rest = self.texts.joint().values()
        return {hunk.document.path: hunk.patched(text).text for hunk, text in rest}


def in_order(proposals: Iterable[Proposal]) -> list[Proposal]:
    """Return the proposals with those first that passed, and their ranks."""
    order = sorted(proposals, key=lambda p: not p.one.plausible)
    return [replace(p, one=replace(p.one, rank=n)) for n, p in enumerate(order, 1)]


def record_of(proposal: Proposal) -> dict[str, Any]:
    """Return the record of a proposal, in the shape that scripts rely on.

    Paths are relative to the project. What is written in each place is in ``places``; ``tried``
    counts the candidates that were run, in their order.
    """
    texts, bug = proposal.texts, proposal.texts.bug
    first = bug.places[0]
    record = to_json(proposal.one, proposal.hunk, bug.name)
    places = [
        {"file": p.path, "start_line": p.first, "end_line": p.last, "patch": text}
        for p, text in zip(bug.places, texts.written, strict=True)
    ]
    diff = "".join(hunk.diff(text, path) for path, (hunk, text) in texts.joint().items())
    more = {"fixed": proposal.fixed, "tried": proposal.tried, "places": places}
    return record | {"file": first.path, "diff": diff, **more}
