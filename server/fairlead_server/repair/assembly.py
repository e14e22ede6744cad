"""A completer for repairing: its engines remember what they have answered."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from fairlead_decoding.anchored_prompts import AnchoredPrompts
from fairlead_decoding.complete import Decoder
from fairlead_decoding.model import LanguageModel
from fairlead_decoding.speculation import Speculation
from fairlead_monitors.engine import CompletionEngine
from fairlead_server.analysis.choice import choices
from fairlead_server.analysis.jedi_engine import find_interpreter
from fairlead_server.completer import Completer
from fairlead_server.daemon.places import cache_folder
from fairlead_server.document import DocumentSnapshot
from fairlead_server.engine import build_analysis, layout_of, load_decoder
from fairlead_server.project_analysis import ProjectAnalysis
from fairlead_server.repair.fingerprint import fingerprint
from fairlead_server.repair.memo import Memo, MemoEngine
from fairlead_server.settings import Settings


@dataclass(frozen=True)
class Assembled:
    """A completer, and the engine that it asks about the document's language, if there is one."""

    completer: Completer
    engine: MemoEngine | None


@contextlib.contextmanager
def assembled(
    settings: Settings,
    project: str | None,
    document: DocumentSnapshot,
    memo: Path | None = None,
    model: LanguageModel | None = None,
) -> Iterator[Assembled]:
    """Load the model and set up analysis for `document`; both end with the context.

    A `model` that is given is used, and stays open; what it writes depends on no question but the
    first (`AnchoredPrompts`), provided that the completer is told to forget the others.
    `memo` is the file that answers are kept in. Without a project, what analysis reads besides the
    document is not known, and answers hold for this once. Raises `UserError`.
    """
    language, layout = document.language, layout_of(settings)
    # A patch brings no imports along.
    analysis = build_analysis(replace(settings, imports=False), project, languages=[language])
    known = memo or cache_folder() / "repair" / "answers.sqlite"
    kept = Memo(known if project else None)
    state = _state(settings, project, language)
    engines: dict[str, CompletionEngine] = {
        name: MemoEngine(engine, kept, project, state) for name, engine in analysis.engines.items()
    }
    try:
        decoder = _decoder(settings, model)
        completer = Completer(decoder, engines, analysis.monitors, layout)
    except BaseException:
        analysis.close()
        kept.close()
        raise
    try:
        engine = engines.get(language)
        yield Assembled(completer, engine if isinstance(engine, MemoEngine) else None)
    finally:
        if model is None:
            completer.close()
        else:
            decoder.close()
            ProjectAnalysis(engines, analysis.monitors).close()
        kept.close()


def _decoder(settings: Settings, model: LanguageModel | None) -> Decoder:
    if model is None:
        return load_decoder(settings)
    decoder = Decoder(model, Speculation() if settings.speculate else None)
    decoder.prompts = AnchoredPrompts(model)
    return decoder


def _state(settings: Settings, project: str | None, language: str) -> str:
    chosen = choices(settings.engines, trusted=settings.trusted).get(language)
    told = f"{language} {chosen!r} {settings.trusted}"
    if language != "python":
        return fingerprint(project, None, told)
    stated = find_interpreter(project, settings.interpreter, trusted=settings.trusted)
    return fingerprint(project, stated or sys.executable, told)
