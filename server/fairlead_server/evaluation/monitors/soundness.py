"""Whether what a monitor lists is there: listed names, written into real code and analysed again.

A name that the list offers takes the place of the one that was written. If the document is then
said to use something that does not exist, and was not before, the list was wrong.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from concurrent.futures import TimeoutError as Late
from dataclasses import dataclass, replace

from fairlead_monitors.context import Context
from fairlead_monitors.engine import (
    Completeness,
    CompletionEngine,
    Diagnostic,
    Diagnostics,
    Source,
)
from fairlead_monitors.joint import PartFactory
from fairlead_server.evaluation.monitors.forcing import Forced

_ABSENT = re.compile(
    r"unresolved|undefined|no attribute|no member|does not exist|cannot be resolved"
    r"|not (found|defined|declared)|cannot find|possibly-missing",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Emission:
    """A listed name in the place of the one that was written; `absent` says what is wrong."""

    forced: Forced
    name: str
    absent: str

    def __str__(self) -> str:
        """Tell where it was put and what analysis said."""
        return f"{self.forced.passage}: {self.name!r} for {self.forced.name.name!r}: {self.absent}"


def emission(
    forced: Forced,
    factory: PartFactory,
    engine: CompletionEngine,
    judge: CompletionEngine,
    rng: random.Random,
    patience: float,
) -> Emission | None:
    """Put a name that is listed where `forced` stands there, and ask what is wrong then.

    None where no other name is listed, or the judge does not know.
    """
    place, others = _listed(forced, factory, engine, patience)
    if not others:
        return None
    name = rng.choice(others)
    text, end = forced.passage.text, place + len(forced.name.name)
    source = Source(forced.passage.path, text[:place] + name + text[end:])
    found = _diagnosed(judge, source, patience)
    before = _diagnosed(judge, replace(source, text=text), patience)
    if found is None or before is None:
        return None
    known = {d.message for d in before.found}
    wrong = (d.message for d in _absent(found, name, place) if d.message not in known)
    return Emission(forced, name, next(wrong, ""))


def _listed(
    forced: Forced, factory: PartFactory, engine: CompletionEngine, patience: float
) -> tuple[int, list[str]]:
    """Return where the name stands, and the others that are listed there.

    The same word may stand in a line more than once: it is where the complete list has it.
    """
    name, passage = forced.name.name, forced.passage
    word = re.compile(rf"(?<!\w){re.escape(name)}(?!\w)")
    for found in word.finditer(passage.text, passage.offset, passage.offset + len(passage.line)):
        before, after = passage.text[: found.start()], passage.text[found.end() :]
        listed = factory(Context(passage.path, before, after, engine, patience)).members()
        if listed is None or listed.completeness is not Completeness.COMPLETE:
            continue
        if name in listed.names:
            return found.start(), sorted(listed.names - {name})
    return 0, []


def _absent(found: Diagnostics, name: str, place: int) -> Iterator[Diagnostic]:
    """Yield what says that the `name` at `place` does not exist."""
    for diagnostic in found.found:
        told = f"{diagnostic.code} {diagnostic.message}"
        # What is said of the name ends with it; what is said of a use of it ends later.
        is_its_own = diagnostic.start <= place and diagnostic.end == place + len(name)
        if is_its_own and name in told and _ABSENT.search(told):
            yield diagnostic


def _diagnosed(judge: CompletionEngine, source: Source, patience: float) -> Diagnostics | None:
    try:
        found = judge.diagnostics(source).result(timeout=patience)
    except Late:
        return None
    return None if found.completeness is Completeness.UNKNOWN else found
