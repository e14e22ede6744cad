"""A model process without a model: its completer does what the document says.

``wait`` (until cancelled), ``count`` (tokens, until cancelled), ``grow``, ``die``, ``hang`` (the
whole process), ``fail``, ``panic``, ``refuse``, ``misfit``; anything else is echoed. Every load of
the model adds a line to the file beside it, and so does every end of counting.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from fairlead_decoding.errors import DecodingError
from fairlead_monitors.engine import Completeness, Names
from fairlead_server.analysis.rewriting import Rewrite, Rewritten, Way
from fairlead_server.daemon.host import Parts, Remark
from fairlead_server.daemon.process import log_to_stderr, run, told
from fairlead_server.document import DocumentSnapshot
from fairlead_server.errors import UserError
from fairlead_server.settings import Settings
from fairlead_server.suggestion import CompletionRequest, CompletionResult
from tests.server.lsp.idle import IdleCompleter, Panic, wait, written

TOKENS = 100_000


@dataclass
class EchoModel:
    path: Path

    @property
    def name(self) -> str:
        return self.path.stem

    def forget(self) -> None:
        note(self.path, "forgotten")

    def close(self) -> None:
        note(self.path, "unloaded")
        if "clumsy" in self.path.read_text():
            raise Panic("panicked as told")


class EchoTools(IdleCompleter):
    def __init__(self, settings: Settings, project: str | None) -> None:
        self.settings = settings
        self.project = project

    def members(
        self,
        document: DocumentSnapshot,
        offset: int,
        patience: float,
        *,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> Names | None:
        if "." not in document.text:
            return None
        if "fail" in document.text:
            raise RuntimeError("failed as told")
        return Names(frozenset({document.text[:offset]}), Completeness.PARTIAL, "echo", "as told")

    def rewrite(
        self,
        document: DocumentSnapshot,
        wanted: Rewrite,
        patience: float,
        *,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> Rewritten:
        if wanted.name == "wait":
            wait(cancelled)
            note(Path(self.settings.model), "withdrawn")
        return Rewritten("echo", (Way(wanted.operation, {document.path: wanted.name}),))

    def close(self) -> None:
        note(Path(self.settings.model), "left")


class EchoCompleter(IdleCompleter):
    def __init__(self, model: EchoModel, tools: EchoTools) -> None:
        self._model = model
        self._tools = tools

    def complete(
        self,
        request: CompletionRequest,
        *,
        cancelled: Callable[[], bool] = lambda: False,
        growing: Callable[[str], None] = lambda text: None,
    ) -> CompletionResult:
        text = request.document.text
        if text == "die":
            os.kill(os.getpid(), signal.SIGKILL)
        if text == "hang":
            os.kill(os.getpid(), signal.SIGSTOP)
        if text == "fail":
            raise RuntimeError("failed as told")
        if text == "panic":
            raise Panic("panicked as told")
        if text == "refuse":
            raise UserError("refused as told")
        if text == "misfit":
            raise DecodingError("does not fit")
        if text == "wait":
            growing("waiting")
            wait(cancelled)
        if text in ("count", "grow"):
            self._count(5 if text == "grow" else TOKENS, cancelled, growing)
        project = self._tools.project or "nowhere"
        return written(f"{text[: request.offset]} in {Path(project).name}", -1.5)

    def _count(
        self, most: int, cancelled: Callable[[], bool], growing: Callable[[str], None]
    ) -> None:
        """Do as a decoder does: look at the flag, then take a while for a token."""
        tokens = 0
        while tokens < most and not cancelled():
            time.sleep(0.02)
            tokens += 1
            growing(str(tokens))
        note(self._model.path, f"counted {tokens}")


def note(model: Path, line: str) -> None:
    with Path(f"{model}.notes").open("a") as file:
        file.write(f"{line}\n")


def load(settings: Settings) -> EchoModel:
    path = Path(settings.model)
    if "unusable" in path.read_text():
        raise UserError(f"{path.name}: cannot be used")
    note(path, f"loaded by {os.getpid()}")
    if "deadly" in path.read_text():
        os.kill(os.getpid(), signal.SIGKILL)
    return EchoModel(path)


def equip(settings: Settings, project: str | None, remark: Remark) -> EchoTools:
    remark(f"patience {settings.patience:g}")
    return EchoTools(settings, project)


if __name__ == "__main__":
    place, settings = told(sys.stdin.buffer.read())
    log_to_stderr(settings.log_level)
    # An idle time of the tests' own: settings count in minutes.
    sys.exit(run(place, settings, Parts(load, equip, EchoCompleter), grace=float(sys.argv[1])))
