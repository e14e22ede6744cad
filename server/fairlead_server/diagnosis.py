"""What this installation can do: each check tries the real thing."""

from __future__ import annotations

import platform
import shutil
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import TimeoutError
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import Literal

from fairlead_decoding.errors import DecodingError
from fairlead_decoding.prompt import find_fim_tokens, preferred_layout
from fairlead_monitors.engine import Completeness, CompletionEngine, Kind, Source
from fairlead_server import __version__, plugins
from fairlead_server.analysis.javac_engine import JavacEngine
from fairlead_server.analysis.language_server.engine import LanguageServerEngine
from fairlead_server.analysis.multilspy_engine import MultilspyEngine
from fairlead_server.engine import build_engines
from fairlead_server.errors import UserError
from fairlead_server.model_files import (
    choose_backend,
    find_model,
    installed_backends,
    known_models,
    load_model,
)
from fairlead_server.settings import Settings


@dataclass(frozen=True)
class Check:
    """One finding. `optional` means absent and not needed; `remedy` says how to mend it."""

    name: str
    state: Literal["ok", "missing", "optional"]
    finding: str
    remedy: str = ""


_PROBE = "import os\nos.path."
_BACKENDS = {
    "llama_cpp": ("llama-cpp-python", "pip install 'fairlead[llama]'"),
    "transformers": ("transformers", "pip install 'fairlead[transformers]'"),
}


def examine(settings: Settings) -> list[Check]:
    """Run all checks. Takes a second or two: the model is loaded and an engine is asked."""
    return [
        Check("fairlead", "ok", f"{__version__}, Python {platform.python_version()}"),
        *_backends(),
        _compiler(),
        _model(settings),
        *_engines(settings),
        *_plugins(),
    ]


def _backends() -> Iterator[Check]:
    installed = installed_backends()
    for name, (package, remedy) in _BACKENDS.items():
        if name in installed:
            yield Check(f"backend {name}", "ok", f"{package} {_version(package)}")
        else:
            state: Literal["missing", "optional"] = "optional" if installed else "missing"
            yield Check(f"backend {name}", state, f"{package} is not installed", remedy)


def _compiler() -> Check:
    found = shutil.which("c++") or shutil.which("g++") or shutil.which("clang++")
    if found:
        return Check("C++ compiler", "ok", found)
    remedy = "needed only to build llama-cpp-python; on Debian: apt-get install build-essential"
    return Check("C++ compiler", "optional", "none found", remedy)


def _model(settings: Settings) -> Check:
    try:
        path = find_model(settings.model)
        backend = choose_backend(path, settings.backend)
        model = load_model(settings)
    except (UserError, DecodingError) as error:
        remedy = f"choose one with --model PATH|NAME; known names: {', '.join(known_models())}"
        return Check("model", "missing", str(error), remedy)
    try:
        fim = "fill-in-the-middle" if find_fim_tokens(model) else "left-to-right only"
        finding = (
            f"{model.name} by {backend}: {len(model.vocabulary):,} tokens, context "
            f"{model.context_length:,}, {fim}, completes in layout {preferred_layout(model)}"
        )
        return Check("model", "ok", f"{finding} ({path})")
    finally:
        model.close()


def _engines(settings: Settings) -> list[Check]:
    checks: list[Check] = []
    served: dict[CompletionEngine, list[str]] = {}

    def refused(language: str, error: UserError) -> None:
        checks.append(Check(f"{language} engine", "missing", str(error)))

    for language, engine in build_engines(settings, None, refused=refused).items():
        served.setdefault(engine, []).append(language)
    checks += [_engine(engine, languages, settings) for engine, languages in served.items()]
    return checks


def _engine(engine: CompletionEngine, languages: Sequence[str], settings: Settings) -> Check:
    name = f"{', '.join(languages)} engine"
    if isinstance(engine, (LanguageServerEngine, MultilspyEngine, JavacEngine)):
        return _outside(name, engine)
    if "python" in languages:
        return _python_engine(name, engine, settings)
    return Check(name, "ok", engine.name)


def _outside(name: str, engine: LanguageServerEngine | MultilspyEngine | JavacEngine) -> Check:
    try:
        return Check(name, "ok", f"{engine.name} ({engine.locate()})")
    except UserError as error:
        finding, _, remedy = str(error).partition("; ")
        return Check(name, "optional", finding, remedy)


def _python_engine(name: str, engine: CompletionEngine, settings: Settings) -> Check:
    probe = Source("doctor.py", _PROBE)
    try:
        members = engine.names(Kind.MEMBER, probe, len(_PROBE)).result(timeout=30)
    except TimeoutError:  # In Python 3.10 it is not the builtin one.
        return Check(name, "missing", f"{engine.name}: no answer within 30 s")
    finally:
        engine.close()
    if members.completeness is Completeness.COMPLETE and "join" in members.names:
        interpreter = settings.interpreter or sys.executable
        versions = ", ".join(f"{part} {_version(part)}" for part in members.engine.split("+"))
        return Check(name, "ok", f"{versions}, packages of {interpreter}")
    finding = f"{engine.name} does not know os.path: {members.reason}"
    return Check(name, "missing", finding, "pip install --force jedi")


def _plugins() -> Iterator[Check]:
    for group in plugins.GROUPS:
        found = plugins.names(group)
        yield Check(
            f"plug-ins fairlead.{group}", "ok" if found else "optional", ", ".join(found) or "none"
        )


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "(version unknown)"
