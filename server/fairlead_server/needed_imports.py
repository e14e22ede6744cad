"""The imports that a suggestion needs, found and checked when its text is complete."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from functools import cached_property, partial
from itertools import islice, product

from fairlead_monitors.context import Context
from fairlead_monitors.engine import Completeness, Kind, Names, Source
from fairlead_monitors.lookup import IMPORTABLE, LATE, Questions
from fairlead_server.analysis.importable import ImportableEngine, Project, with_imports
from fairlead_server.importing import ImportLine
from fairlead_server.importing.unbound import Use, is_unbound, uses
from fairlead_server.report import Checking, stands
from fairlead_server.review import review
from fairlead_server.suggestion import CheckedName, Suggestion

_RECEIVER = re.compile(r"(?<![\w.])[^\W\d]\w*(?:\s*\.\s*\w*)+\Z")
_COMBINATIONS = 6
"""Sets of imports that are tried for one suggestion."""


@dataclass(frozen=True)
class NeededImports:
    """Finds imports for suggestions at one place, with `engine` of the document's language.

    `context` is the place as the monitors saw it, and `factory` what makes them.
    """

    engine: ImportableEngine
    factory: Callable[[Context], Checking]
    context: Context
    language: str

    def added(self, suggestion: Suggestion) -> Suggestion:
        """Return `suggestion` with the imports that it needs, and what is valid with them.

        As it is, if it needs none, or not for all of its names one can be found that holds.
        """
        context = self.context
        source = Source(context.path, context.prefix + context.suffix)
        project = self.engine.project(source)
        needed = self._needed(suggestion, project)
        choices = self._existing([project.ways(use, source) for use in needed])
        for number, lines in enumerate(islice(product(*choices), _COMBINATIONS if needed else 0)):
            found = self._checked(suggestion, [use.name for use in needed], lines, project)
            # What is less likely has to be right for certain.
            if found is not None and (number == 0 or found.verified):
                return found
        return suggestion

    def _needed(self, suggestion: Suggestion, project: Project) -> list[Use]:
        """Return the names that lack imports in the text, or before what it dereferences."""
        prefix, suffix = self.context.prefix, self.context.suffix[suggestion.replaces :]
        text = prefix + suggestion.text + suffix
        source = Source(self.context.path, text)
        receiver = _RECEIVER.search(prefix, max(0, len(prefix) - 200))
        begun = _word_start(prefix)
        begin = receiver.start() if receiver else begun
        read = {name.name for name in suggestion.evidence if name.kind == "name"}
        found: dict[str, Use] = {}
        for use in uses(text, begin, len(prefix) + len(suggestion.text), self.language):
            # A word may stand in a string, or name an argument; types in Java go unmentioned.
            is_read = use.place < begun or use.name in read or self.language == "java"
            if not is_read or use.name in found or not project.ways(use, source):
                continue
            if is_unbound(use, text, self.language):
                found[use.name] = use
        return list(found.values())

    @cached_property
    def _questions(self) -> Questions[str, Names]:
        """What was asked about modules: suggestions for one place often need the same ones."""
        return Questions(self.context)

    def _existing(self, ways: Sequence[Sequence[ImportLine]]) -> list[list[ImportLine]]:
        """Return those of all `ways` of which analysis finds what they import."""
        for lines in ways:
            for line in lines:
                text, _ = _opening(line)
                self._questions.ask(text, partial(self._ask, text))
        return [[line for line in lines if self._exists(line)] for lines in ways]

    def _ask(self, text: str) -> Future[Names]:
        return self.engine.names(Kind.IMPORT, Source(self.context.path, text), len(text))

    def _exists(self, line: ImportLine) -> bool:
        text, name = _opening(line)
        names = self._questions.wait(text, Names.unknown(self.engine.name, LATE))
        if not name:
            return names.completeness is not Completeness.UNKNOWN and bool(names.names)
        return name in names.names

    def _checked(
        self,
        suggestion: Suggestion,
        needed: Sequence[str],
        lines: Sequence[ImportLine],
        project: Project,
    ) -> Suggestion | None:
        """Return `suggestion` with `lines`, if with these nothing is wrong and all is known."""
        context = self.context
        source = Source(context.path, context.prefix + context.suffix)
        place = len(context.prefix)
        made, at = with_imports(source, place, list(lines), project.index.own)
        if made == source:
            return None
        prefix, suffix = made.text[:at], made.text[at + suggestion.replaces :]
        text = suggestion.text
        checked = review(self.factory, replace(context, prefix=prefix, suffix=suffix), text)
        if not _holds(checked, needed):
            return None
        evidence = _told(suggestion.evidence, checked, dict(zip(needed, lines, strict=True)))
        return replace(
            suggestion,
            evidence=evidence,
            verified=all(stands(name) for name in evidence),
            imports=tuple(map(str, lines)),
        )


def lacks(suggestion: Suggestion) -> bool:
    """Tell whether `suggestion` has a name that needs an import, and has none."""
    return not suggestion.imports and any(e.reason == IMPORTABLE for e in suggestion.evidence)


def _holds(checked: Sequence[CheckedName], needed: Sequence[str]) -> bool:
    """Tell whether nothing is wrong, and the names are known that had been missing."""
    unknown = {n.name for n in checked if n.kind == "name" and n.verdict != "valid"}
    return all(n.verdict != "invalid" for n in checked) and unknown.isdisjoint(needed)


def _told(
    before: Sequence[CheckedName], checked: Sequence[CheckedName], lines: dict[str, ImportLine]
) -> tuple[CheckedName, ...]:
    """Return the evidence after the imports, with what had been vetoed before."""
    after = list(checked)
    told = []
    for name in before:
        same = next((n for n in after if (n.kind, n.name) == (name.kind, name.name)), None)
        if same is not None:
            after.remove(same)
            name = replace(same, vetoed=name.vetoed, lost=name.lost)
        told.append(name)
    for line in lines.items():
        _note(told, *line)
    return tuple(told)


def _note(told: list[CheckedName], name: str, line: ImportLine) -> None:
    """Say of the name, or of the first member if it stands before the text, what it needs."""
    found = [n for n in told if n.name == name and n.kind in ("name", "class")]
    found = found or [n for n in told if n.kind == "member"]
    for known in found[:1]:
        if known.verdict == "valid":
            told[told.index(known)] = replace(known, reason=f"with `{line}`")


def _word_start(text: str) -> int:
    """Return where the word begins that ends `text`, its end if none does."""
    return len(text) - len(re.search(r"\w*\Z", text)[0])  # type: ignore[index]


def _opening(line: ImportLine) -> tuple[str, str]:
    """Return the statement up to its last name, and that; of a module, up to what is in it."""
    if line.language == "java":
        return f"import {'static ' * line.static}{line.module}.", line.name
    return f"from {line.module} import ", line.name
