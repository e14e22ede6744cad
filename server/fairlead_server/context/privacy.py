"""What must not be shown to a model: secrets, and files that git is told to ignore.

Nothing is run to find out: the files that git reads are read. Of git's own settings only the
default place of the user's ignore file is known.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from fnmatch import fnmatch
from functools import lru_cache
from pathlib import Path

from pathspec import GitIgnoreSpec

_SECRET_FILES = (
    ".env",
    ".env.*",
    "*.env",
    "*.envrc",
    ".netrc",
    "_netrc",
    ".npmrc",
    ".pypirc",
    ".pgpass",
    ".htpasswd",
    ".git-credentials",
    "*credentials*",
    "secret.*",
    "secrets.*",
    "*.secret",
    "*.secrets",
    "id_rsa*",
    "id_dsa*",
    "id_ecdsa*",
    "id_ed25519*",
    "*.pem",
    "*.key",
    "*.p12",
    "*.pfx",
    "*.jks",
    "*.keystore",
    "*.kdbx",
    "*.ppk",
    "*.asc",
    "*.gpg",
    "*.ovpn",
    "*.tfstate*",
    "*.tfvars*",
)
_SECRET_FOLDERS = frozenset({".ssh", ".aws", ".azure", ".gnupg", ".kube", ".docker"})


def is_admissible(path: str) -> bool:
    """Tell whether text of the file at `path`, which need not exist, may go into a prompt."""
    return not is_secret(path) and not is_ignored(path)


def is_secret(path: str) -> bool:
    """Tell whether the file is one that usually holds keys or passwords, by its name."""
    file = Path(path)
    name = file.name.lower()
    return any(fnmatch(name, pattern) for pattern in _SECRET_FILES) or any(
        part.lower() in _SECRET_FOLDERS for part in file.parts[:-1]
    )


def is_ignored(path: str) -> bool:
    """Tell whether git would ignore the file, tracked or not.

    Outside of a repository, the ``.gitignore`` files of all folders above it hold.
    """
    file = Path(os.path.abspath(path))
    repository = repository_of(path)
    above = (*reversed(file.parents), file)
    inside = [one for one in above if repository is None or repository in one.parents]
    return any(_is_excluded(one, one != file, repository) for one in inside)


def repository_of(path: str) -> Path | None:
    """Return the root of the working tree that the file lies in."""
    parents = Path(os.path.abspath(path)).parents
    return next((folder for folder in parents if (folder / ".git").exists()), None)


def _is_excluded(file: Path, is_folder: bool, repository: Path | None) -> bool:
    """Tell what the nearest pattern says that matches `file` itself."""
    for base, listing in _listings(file, repository):
        name = file.relative_to(base).as_posix() + "/" * is_folder
        verdict = _patterns(listing).check_file(name).include if listing.is_file() else None
        if verdict is not None:
            return bool(verdict)
    return False


def _listings(file: Path, repository: Path | None) -> Iterator[tuple[Path, Path]]:
    """Yield the files with patterns, those that overrule others first, with their folder."""
    for folder in file.parents:
        yield folder, folder / ".gitignore"
        if folder == repository:
            break
    if repository is not None:
        yield repository, repository / ".git" / "info" / "exclude"
        settings = os.environ.get("XDG_CONFIG_HOME") or os.path.expanduser("~/.config")
        yield repository, Path(settings) / "git" / "ignore"


def _patterns(listing: Path) -> GitIgnoreSpec:
    try:
        return _read(listing, listing.stat().st_mtime_ns)
    except OSError:
        return GitIgnoreSpec.from_lines([])


@lru_cache(maxsize=64)
def _read(listing: Path, changed: int) -> GitIgnoreSpec:
    """Read a file with patterns; `changed` makes a file that is written anew another one."""
    lines = listing.read_text(encoding="utf-8", errors="replace").splitlines()
    return GitIgnoreSpec.from_lines(lines)
