"""Puts the language server together and serves it over standard input and output."""

from __future__ import annotations

import logging
import os
import signal

from fairlead_server.lsp.features import (
    add_import,
    code_action,
    completion,
    configuration,
    documents,
    edit,
    explain,
    inline_completion,
    lifecycle,
    notebooks,
    repair,
    status,
    workspace_folders,
)
from fairlead_server.lsp.projects import Build
from fairlead_server.lsp.server import FairleadServer
from fairlead_server.lsp.stdio import protocol_streams
from fairlead_server.settings import Options

_FEATURES = (
    lifecycle,
    configuration,
    documents,
    notebooks,
    workspace_folders,
    status,
    explain,
    completion,
    inline_completion,
    code_action,
    add_import,
    repair,
    edit,
)
_TIME_TO_STOP = 1.0
"""Seconds that a model in the middle of a step gets before the process ends without it."""


def create_server(build: Build, options: Options | None = None) -> FairleadServer:
    """Return a server with all features. `options` are those of the command line.

    `build` is called once the client has said ``initialized``, on the worker's thread.
    """
    server = FairleadServer(build, options or Options())
    for feature in _FEATURES:
        feature.register(server)
    return server


def serve_stdio(options: Options | None = None, *, build: Build) -> int:
    """Serve one client until it says exit or goes away; return the process's exit code."""
    # pygls warns whenever a client cancels what has just been answered, which is daily business.
    logging.getLogger("pygls").setLevel(logging.ERROR)
    # The thread that waits for input cannot be interrupted: end at once, as the user asks.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    server = create_server(build, options)
    with protocol_streams() as (stdin, stdout):
        server.start_io(stdin, stdout)
    server.worker.close()
    code = 0 if server.state.shut_down else 1
    if not server.worker.join(_TIME_TO_STOP):
        # A library that is loading a model cannot be interrupted, and may crash when the
        # interpreter is taken down around it.
        os._exit(code)
    return code
