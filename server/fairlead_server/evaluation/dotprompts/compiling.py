"""The compilation rate: does a repository compile with what was written in place?

The user's command says so, in a sandbox and on a copy of the repository. It is asked of the
repository as it is first: one that does not compile says nothing of what is written into it.
"""

from __future__ import annotations

from hashlib import blake2b
from types import TracebackType

from fairlead_server.evaluation.dotprompts.dataset import Case
from fairlead_server.repair.sandbox import Limits, Shadow, run

_MEMORY_MB = 4096


class Compiling:
    """Compiles one repository again and again; the same text is compiled once."""

    def __init__(self, folder: str, command: str, seconds: int) -> None:
        """Copy the repository. Raises `UserError`."""
        self._command = command
        self._limits = Limits(seconds=seconds, cpu=4 * seconds, memory_mb=_MEMORY_MB)
        self._shadow = Shadow(folder)
        self._known: dict[bytes, bool] = {}
        self._compiles: bool | None = None

    def __enter__(self) -> Compiling:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._shadow.close()

    def __call__(self, case: Case, text: str) -> bool | None:
        """Tell whether it compiles with `text` behind the dot; None if it never does."""
        if self._compiles is None:
            self._compiles = self._runs({})
        if not self._compiles:
            return None
        whole = case.text[: case.dot + 1] + text + case.text[case.stop + 1 :]
        key = blake2b(f"{case.path}\0{whole}".encode(errors="replace")).digest()
        if key not in self._known:
            self._known[key] = self._runs({case.path: whole})
        return self._known[key]

    def _runs(self, files: dict[str, str]) -> bool:
        with self._shadow.changed(files):
            return run(self._command, self._shadow.box(), self._limits).passed
