"""The servers that multilspy can start, as a completion engine: members only.

multilspy tells neither how complete a list is nor what is wrong with a text. Where it finds a list
incomplete it returns an empty one, so a list that is not empty is one that the server called
complete. For Java that is known to hold.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from pathlib import Path

from fairlead_monitors.engine import Completeness, Kind, Names, Source, Unknowing
from fairlead_server.analysis.child import Answer, Child, answered
from fairlead_server.analysis.language_server.launch import NEEDS_TRUST, find_place
from fairlead_server.analysis.language_server.recipe import load_recipe
from fairlead_server.analysis.language_server.sync import Lines
from fairlead_server.errors import UserError
from fairlead_server.user_data import data_folder

_LANGUAGES = {
    ".py": "python",
    ".java": "java",
    ".ts": "typescript",
    ".tsx": "typescript",
    ".js": "javascript",
    ".jsx": "javascript",
    ".go": "go",
    ".rs": "rust",
    ".c": "cpp",
    ".h": "cpp",
    ".cc": "cpp",
    ".cpp": "cpp",
    ".hpp": "cpp",
}
_BINARIES = {
    "go": "gopls",
    "rust": "rust-analyzer",
    "cpp": "clangd",
    "typescript": "typescript-language-server",
    "javascript": "typescript-language-server",
    "python": "jedi-language-server",
}
_NAME = re.compile(r"\s*[•]?\s*([^\W\d][\w$]*)")
_SILENT = "multilspy does not answer"
_COMPLETE = {"java"}
_TRUSTED_ONLY = {"go", "rust", "typescript", "javascript"}
"""What these servers run comes with the project: tools, build scripts, a compiler."""


class MultilspyEngine(Unknowing):
    """Asks multilspy, in a process of its own for each language, for members.

    Where it is not installed, or does not know the language, answers are UNKNOWN and say so.
    """

    name = "multilspy"

    def __init__(
        self,
        project: str | None = None,
        interpreter: str | None = None,
        *,
        trusted: bool = False,
        limit: float = 120.0,
    ) -> None:
        """`limit` is how many seconds an answer may take, with the start of the server."""
        self._project = os.path.abspath(project) if project else None
        self._trusted = trusted
        self._limit = limit
        self._children: dict[str, Child] = {}
        self._scratch = ""

    def names(self, kind: Kind, source: Source, offset: int) -> Future[Names]:
        """Ask for completions, which are the members where the text before ends in a dot."""
        if kind is not Kind.MEMBER:
            return super().names(kind, source, offset)
        language = _LANGUAGES.get(Path(source.path).suffix, "")
        try:
            child = self._child(language, source.path)
        except UserError as error:
            answer: Future[Names] = Future()
            answer.set_result(Names.unknown(self.name, str(error)))
            return answer
        place = Lines(source.text, "utf-16").position(offset)
        path = os.path.abspath(os.path.join(self._project or "", source.path))
        asked = child.ask({"path": path, "text": source.text, **place})
        return answered(asked, lambda found: _names(found, language))

    def locate(self) -> str:
        """Return the folder that multilspy is in; raises `UserError` with the remedy."""
        return str(installed())

    def close(self) -> None:
        """End the processes."""
        for child in self._children.values():
            child.close()
        if self._scratch:
            shutil.rmtree(self._scratch, ignore_errors=True)

    def _child(self, language: str, path: str) -> Child:
        if language not in self._children:
            if not self._trusted and language in _TRUSTED_ONLY:
                raise UserError(f"{self.name}: {NEEDS_TRUST}")
            project = self._project or os.path.dirname(os.path.abspath(path))
            command = _command(language, project, self._folder)
            self._children[language] = Child(command, self._limit)
        return self._children[language]

    def _folder(self) -> str:
        """Return the folder that servers may write to."""
        self._scratch = self._scratch or tempfile.mkdtemp(prefix="fairlead-multilspy-")
        return self._scratch


def installed() -> Path:
    """Return the folder that multilspy is in. Raises `UserError` with the remedy."""
    folder = Path(os.environ.get("FAIRLEAD_MULTILSPY") or data_folder() / "multilspy")
    if not (folder / "multilspy").is_dir():
        raise UserError("multilspy is not there; fairlead doctor --fix multilspy")
    return folder


def _command(language: str, project: str, scratch: Callable[[], str]) -> list[str]:
    if not language:
        raise UserError("multilspy knows no server for this sort of file")
    from fairlead_server.analysis import multilspy_worker

    folder = installed()
    arguments: dict[str, object] = {"language": language, "project": project}
    if language == "java":
        arguments["java"] = _java()
    elif binary := _binary(language, folder):
        arguments["binary"] = binary
    arguments["scratch"] = scratch()
    script = str(multilspy_worker.__file__)
    # Neither the environment's packages nor the user's folder: only what multilspy came with.
    return [sys.executable, "-I", "-S", script, str(folder), json.dumps(arguments)]


def _binary(language: str, folder: Path) -> str | None:
    name = _BINARIES[language]
    beside = os.path.dirname(sys.executable)
    return shutil.which(name, path=os.pathsep.join((str(folder / "bin"), beside))) or shutil.which(
        name
    )


def _java() -> Mapping[str, str]:
    """Return where JDT LS and its runtime are, by the names that multilspy has for them."""
    recipe = load_recipe("jdtls")
    server, java = find_place(recipe, "{server}"), find_place(recipe, "{java}")
    return {
        "lombok_jar_path": f"{server}/lombok.jar",
        "jre_path": java,
        "jre_home_path": str(Path(java).parents[1]),
        "jdtls_launcher_jar_path": find_place(recipe, "{launcher}"),
        "jdtls_readonly_config_path": find_place(recipe, "{server}/config_{system}"),
    }


def _names(answer: Answer | None, language: str) -> Names:
    if answer is None or "items" not in answer:
        reason = answer["failure"] if answer and "failure" in answer else _SILENT
        return Names.unknown(MultilspyEngine.name, reason)
    matches = [_NAME.match(text) for text, _ in answer["items"]]
    names = frozenset(match[1] for match in matches if match)
    if not names:
        return Names.unknown(MultilspyEngine.name, "nothing is listed")
    if language in _COMPLETE:
        always = load_recipe("jdtls").names.kinds[Kind.MEMBER].always
        return Names(names | always, Completeness.COMPLETE, MultilspyEngine.name)
    reason = "this server's lists are not known to be complete"
    return Names(names, Completeness.PARTIAL, MultilspyEngine.name, reason)
