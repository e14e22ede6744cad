"""Standard input and output, kept for the protocol alone."""

from __future__ import annotations

import contextlib
import io
import os
import sys
from collections.abc import Iterator
from typing import Any, BinaryIO


class Outlet(io.BufferedWriter):
    """Drops what is written after the client has gone, or has been told the last word."""

    def write(self, data: Any, /) -> int:
        """Write `data`; never raises for want of a reader."""
        with contextlib.suppress(BrokenPipeError, ValueError):
            return super().write(data)
        return len(data)

    def flush(self) -> None:
        """Pass on what was written; never raises for want of a reader."""
        with contextlib.suppress(BrokenPipeError, ValueError):
            super().flush()


@contextlib.contextmanager
def protocol_streams() -> Iterator[tuple[BinaryIO, BinaryIO]]:
    """Take standard input and output away from everyone else and yield them.

    Whatever prints meanwhile, Python or C, here or in a child process, prints to standard error,
    and nobody else can read what the client sends.
    """
    stdin, stdout = os.dup(0), os.dup(1)
    try:
        nowhere = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nowhere, 0)
        os.close(nowhere)
        os.dup2(2, 1)
        with (
            os.fdopen(os.dup(stdin), "rb") as reader,
            Outlet(io.FileIO(os.dup(stdout), "wb")) as writer,
        ):
            yield reader, writer
    finally:
        # What was printed and is still buffered must not go out once the stream is back.
        sys.stdout.flush()
        for copy, original in ((stdin, 0), (stdout, 1)):
            os.dup2(copy, original)
            os.close(copy)
