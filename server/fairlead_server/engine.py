"""The composition root: from settings to a completer. The only place that knows all parts."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import partial
from typing import cast

from fairlead_decoding.complete import Decoder
from fairlead_decoding.prompt import Layout
from fairlead_decoding.speculation import Speculation
from fairlead_monitors.engine import CompletionEngine, Source
from fairlead_server.analysis.choice import Refused, choices, engines
from fairlead_server.analysis.importable import ImportableEngine
from fairlead_server.completer import Completer
from fairlead_server.document import DocumentSnapshot
from fairlead_server.errors import UserError
from fairlead_server.importing import ProjectIndex
from fairlead_server.model_files import load_model
from fairlead_server.monitoring import monitors
from fairlead_server.project_analysis import ProjectAnalysis
from fairlead_server.project_imports import LANGUAGES, ProjectImports
from fairlead_server.settings import LAYOUTS, Settings


def build_completer(
    settings: Settings,
    project: str | None = None,
    languages: Collection[str] | None = None,
    refused: Refused | None = None,
) -> Completer:
    """Load the model and set up its monitors; analysis starts with the first question.

    `project` is the folder that the documents belong to; for the rest see `build_engines`. Raises
    `UserError`.
    """
    layout = layout_of(settings)
    analysis = build_analysis(settings, project, languages, refused)
    return Completer(load_decoder(settings), analysis.engines, analysis.monitors, layout)


def layout_of(settings: Settings) -> Layout | None:
    """Return the layout of prompts, None for the model's own. Raises `UserError`."""
    if settings.layout not in LAYOUTS:
        raise UserError(f"layout {settings.layout!r} is not one of {', '.join(LAYOUTS)}")
    return None if settings.layout == "auto" else cast(Layout, settings.layout)


def load_decoder(settings: Settings) -> Decoder:
    """Load the model. Raises `UserError`."""
    return Decoder(load_model(settings), Speculation() if settings.speculate else None)


def build_analysis(
    settings: Settings,
    project: str | None,
    languages: Collection[str] | None = None,
    refused: Refused | None = None,
) -> ProjectAnalysis:
    """Set up what needs no model; see `build_engines`. Raises `UserError`."""
    made = build_engines(settings, project, languages, refused)
    if settings.imports:
        made = _importing(made, project)
    return ProjectAnalysis(made, monitors(made, settings.monitors))


def _importing(
    engines: Mapping[str, CompletionEngine], project: str | None
) -> dict[str, CompletionEngine]:
    """Return the engines, with names that an import would bind where imports can be added."""
    imports = ProjectImports()

    def read(source: Source, language: str) -> ProjectIndex:
        return imports.index(project, DocumentSnapshot(source.path, source.text, language))

    return {
        language: ImportableEngine(engine, language, partial(read, language=language))
        if language in LANGUAGES
        else engine
        for language, engine in engines.items()
    }


def build_engines(
    settings: Settings,
    project: str | None,
    languages: Collection[str] | None = None,
    refused: Refused | None = None,
) -> dict[str, CompletionEngine]:
    """Return the completion engine of each of `languages`, else of all. None is started yet.

    `refused` is told of each that cannot be made; without it, that raises `UserError`.
    """
    chosen = choices(settings.engines, trusted=settings.trusted)
    if languages is not None:
        chosen = {language: chosen[language] for language in chosen if language in languages}
    return engines(chosen, project, settings.interpreter, trusted=settings.trusted, refused=refused)
