"""The composition root: from settings to a completer. The only place that knows all parts."""

from __future__ import annotations

from typing import cast

from fairlead_decoding.complete import Decoder
from fairlead_decoding.prompt import Layout
from fairlead_decoding.speculation import Speculation
from fairlead_monitors.engine import CompletionEngine
from fairlead_server.analysis.choice import choices, engines
from fairlead_server.completer import Completer
from fairlead_server.errors import UserError
from fairlead_server.model_files import load_model
from fairlead_server.monitoring import monitors
from fairlead_server.settings import Settings

LAYOUTS = ("auto", "psm", "spm", "left-to-right")


def build_completer(settings: Settings, project: str | None = None) -> Completer:
    """Load the model and set up its monitors; analysis starts with the first question.

    `project` is the folder that the documents belong to. Raises `UserError`.
    """
    if settings.layout not in LAYOUTS:
        raise UserError(f"layout {settings.layout!r} is not one of {', '.join(LAYOUTS)}")
    layout = None if settings.layout == "auto" else cast(Layout, settings.layout)
    chosen = choices(settings.engines, trusted=settings.trusted)
    found = monitors(chosen, settings.monitors)
    decoder = Decoder(load_model(settings), Speculation() if settings.speculate else None)
    return Completer(decoder, build_engines(settings, project), found, layout)


def build_engines(settings: Settings, project: str | None) -> dict[str, CompletionEngine]:
    """Return the completion engine of each language. None is started yet."""
    chosen = choices(settings.engines, trusted=settings.trusted)
    return engines(chosen, project, settings.interpreter, trusted=settings.trusted)
