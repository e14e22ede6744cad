"""What git's own files say of where to look for patterns. Nothing is run to find out.

The places and their rank are those of git-config(1) and gitrepository-layout(5). Settings that
other ones include, and those of the command line, are not looked at.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path

_SECTION = re.compile(r"\s*\[\s*([\w.-]+)\s*(\".*\")?\s*\]")
_EXCLUDES = re.compile(r"\s*excludesfile\s*=\s*(.*?)\s*(?:[#;].*)?$", re.IGNORECASE)
_SYSTEM = "/etc/gitconfig"
_POINTER = "gitdir:"


def git_folder(repository: Path) -> Path:
    """Return where git keeps what all working trees of `repository` share.

    In a linked working tree, and in a submodule, ``.git`` is a file that names the place.
    """
    place = repository / ".git"
    if not place.is_file():
        return place
    text = _text(place)
    if not text.startswith(_POINTER):
        return place
    linked = repository / text.removeprefix(_POINTER).strip()
    common = _text(linked / "commondir").strip()
    return linked / common if common else linked


def excludes_files(folder: Path, environ: Mapping[str, str] = os.environ) -> Iterator[Path]:
    """Yield the user's files with patterns, as settings name them, and the usual one.

    Only one of them counts for git. Here all do: to ignore too much is harmless.
    """
    home = os.path.expanduser("~")
    settings = Path(environ.get("XDG_CONFIG_HOME") or os.path.join(home, ".config")) / "git"
    own = environ.get("GIT_CONFIG_GLOBAL")
    users = (Path(own),) if own else (Path(home, ".gitconfig"), settings / "config")
    for file in (folder / "config", *users, Path(environ.get("GIT_CONFIG_SYSTEM") or _SYSTEM)):
        if named := _excludes_file(file, _stamp(file)):
            yield file.parent / os.path.expanduser(named)
    yield settings / "ignore"


@lru_cache(maxsize=64)
def _excludes_file(file: Path, changed: int) -> str:
    """Return what ``core.excludesFile`` is set to; `changed` makes a new file another one."""
    section = found = ""
    for line in _text(file).splitlines() if changed else ():
        if header := _SECTION.match(line):
            section = header[1].lower() if header[2] is None else ""
            line = line[header.end() :]
        if section == "core" and (value := _EXCLUDES.match(line)):
            found = value[1].strip('"')
    return found


def _stamp(file: Path) -> int:
    try:
        return file.stat().st_mtime_ns
    except OSError:
        return 0


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
