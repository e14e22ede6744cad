"""Whether a server knows the project that a document belongs to, or looks at the file alone."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, TypeVar

from fairlead_monitors.engine import Completeness, Diagnostics, Names, Signatures
from fairlead_server.analysis.language_server.rules import SourcesRule

Answer = TypeVar("Answer", Names, Signatures, Diagnostics)

ALONE = "the server knows of no project that this file is in"


def folders(result: Any, rule: SourcesRule) -> tuple[str, ...]:
    """Read the folders of sources that the server has; none where the answer is another one."""
    entries = result.get(rule.list) if isinstance(result, Mapping) else None
    if not isinstance(entries, list):
        return ()
    paths = (entry.get(rule.path) for entry in entries if isinstance(entry, Mapping))
    return tuple(os.path.realpath(path) for path in paths if isinstance(path, str) and path)


def belongs(path: str, known: tuple[str, ...]) -> bool:
    """Tell whether the file at `path`, which need not be there yet, is in a folder of `known`."""
    real = os.path.realpath(path)
    return any(real.startswith(os.path.join(folder, "")) for folder in known)


def reduced(answer: Answer) -> Answer:
    """Return `answer` as what is known from one file: there may be more."""
    if answer.completeness is not Completeness.COMPLETE:
        return answer
    return replace(answer, completeness=Completeness.PARTIAL, reason=ALONE)
