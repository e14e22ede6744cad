"""What the editor and the command line stated, and what follows from it."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass, field

from fairlead_server.lsp.snapshot import project_in
from fairlead_server.settings import Layer, Options, Settings, Stack, stack

log = logging.getLogger(__name__)

MOST_REMARKS = 100
"""Remarks that are known to have been made: many name a file, and there is no end of files."""


@dataclass
class State:
    """What was stated on the command line, at the start, and since; of all folders and of each.

    `folders` are those that are open in the editor, the first of which counts for what lies in
    none. All are replaced, never changed, so that any thread may read them; but `remarks`, the last
    that the user was told, and `complained`, what was wrong when that was last asked, are for the
    event loop only.
    """

    command_line: Options
    initial: Options = field(default_factory=Options)
    configured: Options = field(default_factory=Options)
    of_folders: dict[str, Options] = field(default_factory=dict)
    folders: tuple[str, ...] = ()
    remarks: dict[str, None] = field(default_factory=dict)
    complained: frozenset[str] = frozenset()
    shut_down: bool = False

    def settings(self, path: str | None = None) -> Settings:
        """Return the settings that hold now for the document at `path`, or for the first folder."""
        return self.stack_of(project_in(self.folders, path)).settings()

    def stack_of(self, project: str | None) -> Stack:
        """Return all that is stated for the project in a folder."""
        editor = (
            Layer("editor, at the start", self.initial),
            Layer("editor", self.configured),
            Layer("editor, for the folder", self.of_folders.get(project or "", Options())),
        )
        return stack(project, editor, self.command_line)

    def complaints(self) -> Iterable[str]:
        """Return what is wrong with the files that settings come from and was not the last time."""
        stacks = [self.stack_of(project) for project in self.folders or (None,)]
        found = dict.fromkeys(text for one in stacks for text in one.complaints())
        told, self.complained = self.complained, frozenset(found)
        return [text for text in found if text not in told]

    def is_news(self, remark: str) -> bool:
        """Tell whether the user has not been told `remark` of late; from here on he has."""
        news = remark not in self.remarks
        self.remarks.pop(remark, None)
        self.remarks[remark] = None
        if len(self.remarks) > MOST_REMARKS:
            del self.remarks[next(iter(self.remarks))]
        return news
