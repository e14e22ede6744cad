"""Making samples, repository by repository: what is loaded, started and closed again."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

from fairlead_decoding.complete import Decoder
from fairlead_monitors.engine import Completeness, Source
from fairlead_server.analysis.language_server.engine import LanguageServerEngine
from fairlead_server.completer import Completer
from fairlead_server.engine import build_analysis, layout_of, load_decoder
from fairlead_server.errors import UserError
from fairlead_server.evaluation import Setting
from fairlead_server.evaluation.completion.journal import Entry
from fairlead_server.evaluation.dotprompts.compiling import Compiling
from fairlead_server.evaluation.dotprompts.dataset import LANGUAGE, Case
from fairlead_server.evaluation.dotprompts.trial import Compiles, Writing, entry
from fairlead_server.evaluation.judging import Judge, settled

PATIENCE = 30.0
"""Seconds that analysis is waited for at least: what time it takes is measured elsewhere."""


def made(
    missing: Sequence[tuple[Case, int]], setting: Setting, writing: Writing
) -> Generator[Entry, None, None]:
    """Yield what comes of each sample; which way is first alternates."""
    files: dict[str, Source] = {}
    for case, _ in missing:
        files.setdefault(case.folder, Source(case.path, case.text))
    with closing(opened(files, setting)) as projects:
        for folder, completer in projects:
            own = [(case, number) for case, number in missing if case.folder == folder]
            with _compiling(folder, setting) as compiles:
                for turn, (case, number) in enumerate(own):
                    first = turn % 2 == 0
                    yield entry(
                        completer, case, number, writing, guided_first=first, compiles=compiles
                    )


@contextmanager
def _compiling(folder: str, setting: Setting) -> Iterator[Compiles | None]:
    """Give what compiles a repository, if that is wanted."""
    arguments = setting.arguments
    if not arguments.compile:
        yield None
        return
    try:
        compiling = Compiling(folder, arguments.compile, arguments.compile_seconds)
    except UserError as error:
        setting.remark(f"not compiled: {error}")
        yield lambda case, text: None
        return
    with compiling:
        yield compiling


def opened(
    files: Mapping[str, Source], setting: Setting
) -> Generator[tuple[str, Completer], None, None]:
    """Yield what completes in each of the repositories, of which `files` has a file each, in turn.

    The model is loaded once, and not at all if there are none. Raises `UserError` where there is
    no analysis that could guide.
    """
    settings = setting.settings
    with ExitStack() as stack:
        decoder: Decoder | None = None
        for folder, source in files.items():
            analysis = build_analysis(settings, str(Path(folder).absolute()), [LANGUAGE])
            with closing(analysis):
                engine = analysis.engines[LANGUAGE]
                if isinstance(engine, LanguageServerEngine):
                    engine.locate()
                if decoder is None:
                    decoder = load_decoder(settings)
                    stack.callback(decoder.model.close)
                    stack.callback(decoder.close)
                patience = max(PATIENCE, settings.patience)
                known = settled(Judge(LANGUAGE, engine, patience), source, patience)
                if known.completeness is not Completeness.COMPLETE:
                    why = f"{folder}: not all is analysed, so that not all is guided"
                    setting.remark(f"{why}: {known.reason or known.completeness.value}")
                layout = layout_of(settings)
                yield folder, Completer(decoder, analysis.engines, analysis.monitors, layout)
