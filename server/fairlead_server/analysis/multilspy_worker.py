"""The child process behind `MultilspyEngine`: starts a server by multilspy, passes completions on.

Run as a script, by its path, with the folder that multilspy is installed in as the first argument:
multilspy depends on older versions of libraries that fairlead uses itself, so nothing of fairlead
is imported here, and of the installed packages only those in that folder are seen.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from typing import Any, BinaryIO


def main(arguments: Mapping[str, Any]) -> None:
    """Answer until standard input ends."""
    # Whatever prints in the course of an analysis must not print among the answers.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    server = _server(arguments, arguments["scratch"])
    with server.start_server():
        _serve(server, arguments["project"], sys.stdin.buffer, answers)


def _serve(server: Any, project: str, requests: BinaryIO, answers: BinaryIO) -> None:
    for line in requests:
        request = json.loads(line)
        try:
            answer: dict[str, Any] = {"items": _complete(server, project, request)}
        except Exception as error:  # Whatever it is, it concerns this request only.
            answer = {"failure": f"{type(error).__name__}: {error}"}
        answers.write(json.dumps(answer).encode() + b"\n")
        answers.flush()


def _server(arguments: Mapping[str, Any], scratch: str) -> Any:
    from multilspy import SyncLanguageServer
    from multilspy.multilspy_config import MultilspyConfig
    from multilspy.multilspy_logger import MultilspyLogger

    config = MultilspyConfig.from_dict(
        {"code_language": arguments["language"], "server_binary": arguments.get("binary")}
    )
    logger = MultilspyLogger()
    logger.logger.disabled = True
    project = arguments["project"]
    if arguments["language"] == "java":
        return SyncLanguageServer(_java(config, logger, project, arguments["java"], scratch))
    return SyncLanguageServer.create(config, logger, project)


def _java(config: Any, logger: Any, project: str, places: Mapping[str, str], scratch: str) -> Any:
    """Return multilspy's server for Java, on a JDT LS that is there instead of a downloaded one."""
    from multilspy.language_servers.eclipse_jdtls import eclipse_jdtls
    from multilspy.multilspy_settings import MultilspySettings

    class Settings(MultilspySettings):  # type: ignore[misc]
        """Keeps what is written out of the user's home."""

        @staticmethod
        def get_language_server_directory() -> str:
            """Return the folder for workspaces."""
            return scratch

        @staticmethod
        def get_global_cache_directory() -> str:
            """Return the folder for indexes."""
            return scratch

    class Server(eclipse_jdtls.EclipseJDTLS):  # type: ignore[misc]
        """Takes the places that it is given, and does without IntelliCode."""

        def setupRuntimeDependencies(self, logger: Any, config: Any) -> Any:
            """Return the places."""
            return eclipse_jdtls.RuntimeDependencyPaths(
                gradle_path=scratch, intellicode_jar_path="", intellisense_members_path="", **places
            )

        def _get_initialize_params(self, repository: str) -> Any:
            params = super()._get_initialize_params(repository)
            params["initializationOptions"]["bundles"] = []
            java = params["initializationOptions"]["settings"]["java"]
            java["import"]["gradle"]["enabled"] = java["import"]["maven"]["enabled"] = False
            java["completion"]["guessMethodArguments"] = False
            # It is waited for otherwise.
            self.intellicode_enable_command_available.set()
            return params

    eclipse_jdtls.MultilspySettings = Settings
    return Server(config, logger, project)


def _complete(server: Any, project: str, request: Mapping[str, Any]) -> list[Any]:
    path = os.path.relpath(request["path"], project)
    language_server = server.language_server
    with server.open_file(path):
        server._call_on_loop(_replace, language_server, request["path"], request["text"])
        found = server.request_completions(path, request["line"], request["character"])
    return [[item["completionText"], item["kind"]] for item in found]


def _replace(language_server: Any, path: str, text: str) -> None:
    """Let the server see `text` instead of what the file holds."""
    import pathlib

    buffer = language_server.open_file_buffers[pathlib.Path(path).as_uri()]
    buffer.version += 1
    buffer.contents = text
    language_server.server.notify.did_change_text_document(
        {
            "textDocument": {"uri": buffer.uri, "version": buffer.version},
            "contentChanges": [{"text": text}],
        }
    )


if __name__ == "__main__":
    sys.path[:0] = [sys.argv[1]]
    # The server for Python is one of the packages there.
    os.environ["PYTHONPATH"] = sys.argv[1]
    main(json.loads(sys.argv[2]))
