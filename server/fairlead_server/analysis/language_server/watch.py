"""Files that change on disk: most servers leave it to their client to notice that."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from itertools import islice
from pathlib import Path

EVERY = 3.0
"""Seconds between two looks."""
MOMENT = 0.05
"""Seconds that a question waits for a look."""
MOST = 20_000
"""Files in a project that are looked at, and folders; of larger ones the rest is left out."""

CREATED, CHANGED, DELETED = 1, 2, 3

_SKIPPED = frozenset({"node_modules", "__pycache__", "target", "build", "dist", "out", "venv"})

Stamp = tuple[int, int]


def stamps(root: str, suffixes: tuple[str, ...]) -> dict[str, Stamp]:
    """Return the time of change and the size of the project's files with these suffixes."""
    found: dict[str, Stamp] = {}
    for path in files(root, suffixes):
        with suppress(OSError):
            status = os.stat(path)
            found[path] = (status.st_mtime_ns, status.st_size)
    return found


def files(root: str, suffixes: tuple[str, ...]) -> Iterator[str]:
    """Yield the project's files with these suffixes, but for what tools have put there."""
    return islice(_files(root, suffixes), MOST)


def _files(root: str, suffixes: tuple[str, ...]) -> Iterator[str]:
    for folder, folders, files in islice(os.walk(root), MOST):
        folders[:] = [f for f in folders if f not in _SKIPPED and not f.startswith(".")]
        for name in files:
            if name.endswith(suffixes):
                yield os.path.join(folder, name)


def events(old: Mapping[str, Stamp], new: Mapping[str, Stamp]) -> list[dict[str, object]]:
    """Return the differences as the protocol's file events."""
    kinds = {
        path: CHANGED if path in old else CREATED
        for path, stamp in new.items()
        if old.get(path) != stamp
    }
    kinds |= dict.fromkeys(old.keys() - new.keys(), DELETED)
    return [{"uri": Path(path).as_uri(), "type": kind} for path, kind in kinds.items()]


class Watch:
    """Knows how a project's files were when last looked at. Belongs to an event loop's thread."""

    def __init__(self, root: str, suffixes: Iterable[str]) -> None:
        self._root = root
        self._suffixes = tuple(suffixes)
        self._known: dict[str, Stamp] | None = None
        self._looked = float("-inf")
        self._looking: asyncio.Future[dict[str, Stamp]] | None = None

    async def look(
        self, changed: Callable[[list[dict[str, object]]], None], *, now: bool = False
    ) -> None:
        """Look again if the last time is a while ago, and tell `changed` what is different.

        In a large project that goes on while the caller does not wait any longer, unless it is
        wanted `now`: then all is told that is different at this moment.
        """
        loop = asyncio.get_running_loop()
        if now and self._looking is not None:
            # It began earlier, and may have passed what is different since.
            await asyncio.wait([self._looking])
            await self.look(changed)
        if self._looking is None and (now or loop.time() - self._looked > EVERY):
            self._looked = loop.time()
            self._looking = loop.run_in_executor(None, stamps, self._root, self._suffixes)
        looking = self._looking
        if looking is None:
            return
        done, _ = await asyncio.wait([looking], timeout=None if now else MOMENT)
        # Another who waited for it may have taken the result, and begun to look again.
        if done and self._looking is looking:
            new, self._looking = looking.result(), None
            found = events(self._known, new) if self._known is not None else []
            self._known = new
            if found:
                changed(found)
