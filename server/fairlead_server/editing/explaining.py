"""What is wrong in some lines, and what analysis knows that may help: no model is asked."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Protocol

from fairlead_monitors.engine import Completeness, Diagnostic, Diagnostics, Kind, Names
from fairlead_server.document import DocumentSnapshot
from fairlead_server.editing.candidate import EditRequest, Outcome
from fairlead_server.importing import find_imports
from fairlead_server.missing_imports import missing_names
from fairlead_server.project_imports import LANGUAGES, ProjectImports

_WORD = re.compile(r"[^\W\d]\w*")
_CALLED = re.compile(r"([^\W\d]\w*)\s*\(")
_CALLS = re.compile(r"argument|parameter|overload|call", re.IGNORECASE)
_MOST_IMPORTS, _MOST_MEMBERS = 3, 8
_REMARK = 2


class Explaining(Protocol):
    """What explaining needs of a completer."""

    def diagnostics(self, document: DocumentSnapshot, patience: float) -> Diagnostics:
        """Return what is wrong with `document`."""

    def names(self, kind: Kind, document: DocumentSnapshot, offset: int, patience: float) -> Names:
        """Return the names of `kind` that may begin at `offset`."""

    def describe(self, document: DocumentSnapshot, offset: int, patience: float) -> str:
        """Return how the name that ends at `offset` is declared."""


def explain(request: EditRequest, means: Explaining) -> Outcome:
    """Return what is wrong in the selected lines, or why nobody knows."""
    document, patience = request.document, request.patience
    found = means.diagnostics(document, patience)
    if found.completeness is Completeness.UNKNOWN:
        return Outcome((), (f"analysis gives no diagnostics: {found.reason or found.engine}",))
    first, last = (_line(document.text, at) for at in (request.start, request.end))
    here = [d for d in found.found if first <= _line(document.text, d.start) <= last]
    if not here:
        where = f"line {first}" if first == last else f"lines {first} to {last}"
        return Outcome((), (f"{found.engine} finds nothing wrong on {where}",))
    here.sort(key=lambda one: (one.start, one.severity))
    project = ProjectImports()
    texts = ("\n".join(_said(request, one, found.engine, means, project)) for one in here)
    return Outcome((), explanation="\n".join(texts))


def _said(
    request: EditRequest,
    one: Diagnostic,
    engine: str,
    means: Explaining,
    project: ProjectImports,
) -> Iterator[str]:
    """Yield the message, and what else is known."""
    code = f" {one.code}" if one.code else ""
    yield f"line {_line(request.document.text, one.start)}: {one.message} ({engine}{code})"
    for hint in (
        *_similar(request, one, means),
        *_imports(request, one, project),
        *_signature(request, one, means),
    ):
        yield f"  {hint}"


def _similar(request: EditRequest, one: Diagnostic, means: Explaining) -> Iterator[str]:
    """Yield names that are spelled alike, if the diagnostic is about a name that is not there."""
    document, name = request.document, _name_of(request.document.text, one)
    if not name or one.severity > _REMARK:
        return
    start = document.text.rindex(name, one.start, _end_of(one))
    before, after = document.text[:start], document.text[start + len(name) :]
    dotted = before.rstrip().endswith(".")
    asked = replace(document, text=before + after)
    kind = Kind.MEMBER if dotted else Kind.SCOPE
    known = means.names(kind, asked, start, request.patience)
    if known.completeness is Completeness.UNKNOWN or name in known.names:
        return
    alike = difflib.get_close_matches(name, sorted(known.names), n=3, cutoff=0.6)
    if alike:
        yield f"spelled alike: {', '.join(f'`{other}`' for other in alike)}"
    elif dotted:
        shown = sorted(other for other in known.names if not other.startswith("_"))
        partial = known.completeness is Completeness.PARTIAL
        more = ", …" if len(shown) > _MOST_MEMBERS or partial else ""
        listed = ", ".join(f"`{other}`" for other in shown[:_MOST_MEMBERS]) + more
        if shown:
            yield f"what is there: {listed}"


def _end_of(one: Diagnostic) -> int:
    """Return where the diagnostic ends; one that is about no characters is about the next."""
    return max(one.end, one.start + 1)


def _name_of(text: str, one: Diagnostic) -> str:
    """Return the last identifier of what the diagnostic is about, if its message names it."""
    words = _WORD.findall(text[one.start : _end_of(one)])
    named = [word for word in words if re.search(rf"\b{re.escape(word)}\b", one.message)]
    return named[-1] if named else ""


def _imports(request: EditRequest, one: Diagnostic, project: ProjectImports) -> Iterator[str]:
    """Yield the imports that would bind a name that is bound nowhere."""
    document = request.document
    if document.language not in LANGUAGES:
        return
    for missing in missing_names(document.text, [one]):
        index = project.index(request.project, document)
        lines = find_imports(missing.name, index)[:_MOST_IMPORTS]
        if lines:
            yield f"it can be imported: {', '.join(f'`{line}`' for line in lines)}"


def _signature(request: EditRequest, one: Diagnostic, means: Explaining) -> Iterator[str]:
    """Yield how the function is called, if the diagnostic is about a call."""
    if not _CALLS.search(one.message):
        return
    text = request.document.text
    begun = text.rfind("\n", 0, one.start) + 1
    for call in _CALLED.finditer(text, begun, _end_of(one)):
        inside = call.start() <= one.start <= call.end() or one.start >= call.end()
        told = means.describe(request.document, call.end(1), request.patience) if inside else ""
        if told:
            yield from (f"it is called as {line}" for line in told.splitlines()[:3])


def _line(text: str, offset: int) -> int:
    before = text[:offset]
    return before.count("\n") + before.count("\r") - before.count("\r\n") + 1
