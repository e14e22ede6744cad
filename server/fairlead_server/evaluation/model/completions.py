"""Asking for completions as an editor does, and comparing them with what stood there."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from fairlead_decoding.types import GenerationConfig
from fairlead_monitors.engine import CompletionEngine, Source
from fairlead_server.analysis.importable import ImportableEngine
from fairlead_server.analysis.language_server.engine import LanguageServerEngine
from fairlead_server.completer import Completer
from fairlead_server.engine import build_analysis, layout_of, load_decoder
from fairlead_server.errors import UserError
from fairlead_server.evaluation.judging import Judge, settled
from fairlead_server.evaluation.model.places import Place
from fairlead_server.settings import Settings
from fairlead_server.suggestion import CompletionRequest, Suggestion

Normal = Callable[[str], str]
"""Takes from a text what is compared."""

_PATIENCE = 30.0
_IDENTIFIER = re.compile(r"\w*")


def identifier(text: str) -> str:
    """Return the identifier that `text` begins with."""
    found = _IDENTIFIER.match(text)
    return found[0] if found else ""


def line(text: str) -> str:
    """Return the first line of `text` without the blanks at its end."""
    return text.partition("\n")[0].rstrip()


@dataclass(frozen=True)
class Tried:
    """What came of a place: whether each completion is what stood there.

    `checked` tells whether analysis knew a name in one of them.
    """

    hits: tuple[bool, ...]
    checked: bool


def try_places(
    places: Sequence[Place], settings: Settings, normal: Normal, tokens: int, ways: Sequence[bool]
) -> list[Tried]:
    """Complete at each of `places` and compare with what stood there.

    `ways` says for each of several completions of a place whether it is guided. `tokens` is how
    long one may become. Analysis that is still starting, which would guide nothing, is waited for.
    """
    found = []
    for folder, own in _by_folder(places):
        with closing(_completer(settings, folder, own, guided=any(ways))) as completer:
            for place in own:
                given = [_completed(completer, place, tokens, guided) for guided in ways]
                hits = tuple(normal(s.text) == normal(place.wanted) for s in given)
                names = (name for s in given for name in s.evidence)
                found.append(Tried(hits, any(name.verdict == "valid" for name in names)))
    return found


def continuations(places: Sequence[Place], settings: Settings, tokens: int) -> list[str]:
    """Return what the model alone writes at each of `places`, over lines."""
    found = []
    for folder, own in _by_folder(places):
        with closing(_completer(settings, folder, own)) as completer:
            given = (_completed(completer, p, tokens, guided=False, lines=None) for p in own)
            found += [suggestion.text for suggestion in given]
    return found


def _by_folder(places: Sequence[Place]) -> Iterator[tuple[Path, list[Place]]]:
    ordered = sorted(places, key=lambda place: place.file.folder)
    for folder, own in groupby(ordered, key=lambda place: place.file.folder):
        yield folder, list(own)


def _completer(
    settings: Settings, folder: Path, places: Sequence[Place], *, guided: bool = False
) -> Completer:
    languages = {place.document.language for place in places}
    analysis = build_analysis(settings, str(folder), languages)
    decoder = load_decoder(settings)
    if guided:
        first = places[0].file.document
        _await(first.language, analysis.engines[first.language], Source(first.path, first.text))
    return Completer(decoder, analysis.engines, analysis.monitors, layout_of(settings))


def _await(language: str, engine: CompletionEngine, source: Source) -> None:
    """Wait until `engine` knows the project, unless its server is not there at all."""
    behind = engine.plain if isinstance(engine, ImportableEngine) else engine
    if isinstance(behind, LanguageServerEngine):
        try:
            behind.locate()
        except UserError:
            return  # Nothing is checked then, and the figures say so.
    settled(Judge(language, engine, _PATIENCE), source, _PATIENCE)


def _completed(
    completer: Completer, place: Place, tokens: int, guided: bool, lines: int | None = 1
) -> Suggestion:
    request = CompletionRequest(
        place.document,
        place.offset,
        GenerationConfig(max_new_tokens=tokens),
        guided=guided,
        lines=lines,
        # Over lines, what the model writes is wanted, and not what would be offered of it.
        raw=lines is None,
        patience=_PATIENCE,
        context=(),
    )
    suggestions = completer.complete(request).suggestions
    return suggestions[0] if suggestions else Suggestion("", 0.0, "dead_end", False)
