"""The licence texts of what a model learns from, collected in one file."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from fairlead_server.training.archives import matching_files
from fairlead_server.training.download import Archive

FILE_NAME = "THIRD_PARTY_NOTICES.txt"

# At the top of a tarball, or with a wheel's own metadata.
_NOTICE = re.compile(
    r"(?:[^/]+\.dist-info/(?:licen[cs]es/)?)?(?:licen[cs]e|notice|copying|copyright)[\w.-]*",
    re.IGNORECASE,
)


def notices_of(archive: Archive) -> list[str]:
    """Return the licences and notices that an archive states for the whole of it."""
    found = matching_files(archive.path, _NOTICE)
    return [text.strip() for _, text in found if text.strip()]


def write_notices(folder: Path, archives: Iterable[Archive]) -> None:
    """Write the notices of `archives`: each text once, under the packages that have it."""
    owners: dict[str, list[str]] = {}
    for archive in archives:
        package = archive.package
        for text in notices_of(archive) or [f"Licence: {package.licence}"]:
            owners.setdefault(text, []).append(f"{package.name} {package.version}")
    parts = (f"{', '.join(names)}\n\n{text}\n" for text, names in owners.items())
    whole = f"\n{'=' * 79}\n\n".join(parts)
    (folder / FILE_NAME).write_text(whole, encoding="utf-8")
