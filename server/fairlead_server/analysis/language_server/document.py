"""The document that is open in a server."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any

from fairlead_server.analysis.language_server.sync import Lines

VERSIONS = 32
"""How many versions of a document are remembered, for diagnostics of them that come late."""


@dataclass
class Document:
    """The document that is open in the server, and the diagnostics that it pushed for it.

    `texts` has the last versions of it, and `findings` what was found in them. A server may find
    that a text is that of an earlier version, and not push again. One that does not say which
    version its diagnostics are of sets `latest`, until the next change.
    """

    uri: str
    language: str
    lines: Lines
    version: int
    opened: float
    texts: dict[int, str] = field(default_factory=dict)
    findings: dict[str, list[Any]] = field(default_factory=dict)
    latest: list[Any] | None = None
    pushed: asyncio.Event = field(default_factory=asyncio.Event)
    diagnosed: bool = False

    def become(self, lines: Lines, version: int) -> None:
        """Take note of a change."""
        self.lines, self.version, self.latest = lines, version, None
        self.texts[version] = lines.text
        self.texts.pop(version - VERSIONS, None)

    def found(self, version: object, findings: list[Any]) -> None:
        """Take note of diagnostics."""
        if isinstance(version, int):
            text = self.texts.get(version)
            if text is None:
                return
            self.keep(text, findings)
        else:
            # They replace what the text as it is now was thought to have.
            self.findings.pop(self.lines.text, None)
            self.latest = findings
        self.diagnosed = True
        self.pushed.set()

    def keep(self, text: str, findings: list[Any]) -> None:
        """Remember what was found in `text`, and in the texts that were the last before it."""
        others = [(other, found) for other, found in self.findings.items() if other != text]
        self.findings = {text: findings} | dict(others[: VERSIONS - 1])
