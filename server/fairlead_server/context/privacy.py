"""What must not be shown to a model: secrets, and files that git, or fairlead, is told to ignore.

Nothing is run to find out: the files that git reads are read, with its own rules, for which see
gitignore(5). A ``.fairleadignore`` is written in the same way; what it names is ignored as well.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator
from fnmatch import fnmatch
from functools import lru_cache
from pathlib import Path

from pathspec import GitIgnoreSpec

from fairlead_server.context.git import excludes_files, git_folder

_FRESH = 1.0
"""Seconds for which an answer holds; every request asks about all documents that are open."""

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
    "*.age",
    "*.agekey",
    "*.p8",
    "*.keytab",
    "*.mobileprovision",
    "*.kubeconfig",
    "kubeconfig",
    "service-account*.json",
    "service_account*.json",
    "local.settings.json",
    ".boto",
    ".dockercfg",
    ".my.cnf",
    ".s3cfg",
    ".vault-token",
    ".vault_pass*",
    "*.ovpn",
    "*.tfstate*",
    "*.tfvars*",
)
_SECRET_FOLDERS = frozenset(
    {".ssh", ".aws", ".azure", ".gnupg", ".kube", ".docker", ".gcloud", ".password-store"}
)


def is_admissible(path: str) -> bool:
    """Tell whether text of the file at `path`, which need not exist, may go into a prompt."""
    return _is_admissible(os.path.abspath(path), int(time.monotonic() / _FRESH))


@lru_cache(maxsize=256)
def _is_admissible(path: str, moment: int) -> bool:
    """Look at the files with patterns; takes a millisecond or two, once in a `moment`."""
    return not is_secret(path) and not any(map(is_ignored, _places(path)))


def is_secret(path: str) -> bool:
    """Tell whether the file is one that usually holds keys or passwords, by its name."""
    return any(_has_secret_name(Path(place)) for place in _places(path))


def _places(path: str) -> tuple[str, ...]:
    """Return the path, and where the file really lies if it is, or is behind, a link."""
    return tuple(dict.fromkeys((os.path.abspath(path), os.path.realpath(path))))


def _has_secret_name(file: Path) -> bool:
    name = file.name.lower()
    return any(fnmatch(name, pattern) for pattern in _SECRET_FILES) or any(
        part.lower() in _SECRET_FOLDERS for part in file.parts[:-1]
    )


def is_ignored(path: str) -> bool:
    """Tell whether git would ignore the file, tracked or not, or fairlead is told to.

    Outside of a repository, the files with patterns in all folders above it hold.
    """
    file = Path(os.path.abspath(path))
    repository = repository_of(path)
    above = (*reversed(file.parents), file)
    inside = [one for one in above if repository is None or repository in one.parents]
    # A file of the one sort cannot take back what one of the other sort says.
    return any(
        _is_excluded(one, one != file, _git_listings(one, repository))
        or _is_excluded(one, one != file, _own_listings(one, repository))
        for one in inside
    )


def repository_of(path: str) -> Path | None:
    """Return the root of the working tree that the file lies in."""
    parents = Path(os.path.abspath(path)).parents
    return next((folder for folder in parents if (folder / ".git").exists()), None)


Listing = tuple[Path, Path]
"""A folder, and a file with patterns for what is in it."""


def _is_excluded(file: Path, is_folder: bool, listings: Iterator[Listing]) -> bool:
    """Tell what the nearest pattern says that matches `file` itself."""
    for base, listing in listings:
        name = file.relative_to(base).as_posix() + "/" * is_folder
        verdict = _patterns(listing).check_file(name).include if listing.is_file() else None
        if verdict is not None:
            return bool(verdict)
    return False


def _own_listings(file: Path, repository: Path | None) -> Iterator[Listing]:
    """Yield the files with patterns for fairlead, those that overrule others first."""
    for folder in file.parents:
        yield folder, folder / ".fairleadignore"
        if folder == repository:
            break


def _git_listings(file: Path, repository: Path | None) -> Iterator[Listing]:
    """Yield the files with patterns for git, those that overrule others first."""
    for folder in file.parents:
        yield folder, folder / ".gitignore"
        if folder == repository:
            break
    if repository is not None:
        settings = git_folder(repository)
        yield repository, settings / "info" / "exclude"
        for listing in excludes_files(settings):
            yield repository, listing


def _patterns(listing: Path) -> GitIgnoreSpec:
    try:
        return _read(listing, listing.stat().st_mtime_ns)
    except OSError:
        return GitIgnoreSpec.from_lines([])


@lru_cache(maxsize=64)
def _read(listing: Path, changed: int) -> GitIgnoreSpec:
    """Read a file with patterns; `changed` makes a file that is written anew another one."""
    lines = listing.read_text(encoding="utf-8", errors="replace").splitlines()
    return GitIgnoreSpec.from_lines(filter(_is_pattern, lines))


def _is_pattern(line: str) -> bool:
    """Tell whether `line` can be understood; one that cannot ignores nothing, as in git."""
    try:
        GitIgnoreSpec.from_lines([line])
    except (ValueError, re.error):
        return False
    return True
