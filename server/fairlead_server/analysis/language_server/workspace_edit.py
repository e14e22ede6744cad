"""The protocol's workspace edits, as new texts of files: only what changes texts is taken."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import quote, unquote, urlsplit
from urllib.request import url2pathname

from fairlead_server.analysis.language_server.sync import Lines

Json = Any
TextOf = Callable[[str], Lines]
"""Returns the text of a file as the server sees it. Raises `Unusable`."""

_FILES = {"create": "be made", "delete": "be deleted"}


class Unusable(Exception):
    """An answer of which nothing can be made; the text is the reason, for people."""


def new_texts(edit: Json, text_of: TextOf, versions: Mapping[str, int]) -> dict[str, str]:
    """Return the texts that files have after `edit`, by path. Raises `Unusable`.

    `versions` are those of the files that are open in the server: an edit of another version is
    none of the text that there is.
    """
    if not isinstance(edit, Mapping):
        raise Unusable("the server has no edit for it")
    made: dict[str, str] = {}
    for path, several in _by_file(edit, versions):
        if path in made:
            raise Unusable(f"the server edits {path} twice")
        if several:
            made[path] = _applied(text_of(path), several, path)
    return made


def path_of(uri: object) -> str:
    """Return the path of a file's URI. Raises `Unusable` for any other."""
    split = urlsplit(uri) if isinstance(uri, str) else None
    if split is None or split.scheme != "file" or split.netloc not in ("", "localhost"):
        raise Unusable(f"it would have to change {uri}, which is no file of the project")
    # A drive's colon may be quoted as well, and is looked for before anything is unquoted.
    return os.path.abspath(url2pathname(quote(unquote(split.path), safe="/:")))


def _by_file(edit: Mapping[str, Json], versions: Mapping[str, int]) -> Iterator[tuple[str, Json]]:
    """Yield each file's path and edits."""
    listed = edit.get("documentChanges")
    if listed is None:
        changes = edit.get("changes") or {}
        if not isinstance(changes, Mapping):
            raise Unusable("the server's edit cannot be read")
        for uri, several in changes.items():
            yield path_of(uri), several
        return
    annotations = edit.get("changeAnnotations")
    for one in listed if isinstance(listed, list) else [None]:
        if not isinstance(one, Mapping):
            raise Unusable("the server's edit cannot be read")
        if "kind" in one:
            raise Unusable(_file_operation(one))
        about = one.get("textDocument")
        path = path_of(about.get("uri") if isinstance(about, Mapping) else None)
        _check_version(path, about, versions)
        _check_confirmed(one.get("edits"), annotations)
        yield path, one.get("edits")


def _file_operation(one: Mapping[str, Json]) -> str:
    """Say what would have to be done to a file."""
    kind = one.get("kind")
    if kind == "rename":
        old, new = (os.path.basename(path_of(one.get(key))) for key in ("oldUri", "newUri"))
        return f"the file {old} would have to be called {new}, and files are not moved"
    done = _FILES.get(str(kind), "be changed otherwise")
    return f"the file {os.path.basename(path_of(one.get('uri')))} would have to {done}"


def _check_version(path: str, about: Json, versions: Mapping[str, int]) -> None:
    stated = about.get("version") if isinstance(about, Mapping) else None
    known = versions.get(os.path.realpath(path))
    if isinstance(stated, int) and known is not None and stated != known:
        raise Unusable(f"the server's edit is one of another version of {os.path.basename(path)}")


def _check_confirmed(several: Json, annotations: Json) -> None:
    """Raise `Unusable` for edits about which the server is not sure."""
    known = annotations if isinstance(annotations, Mapping) else {}
    for one in several if isinstance(several, list) else ():
        note = known.get(one.get("annotationId")) if isinstance(one, Mapping) else None
        if isinstance(note, Mapping) and note.get("needsConfirmation"):
            raise Unusable(f"the server is not sure of it: {note.get('label') or 'no reason'}")


def _applied(lines: Lines, several: Json, path: str) -> str:
    """Return the text with the edits made. Raises `Unusable` for those that do not fit in."""
    name = os.path.basename(path)
    try:
        found = [_extent(lines, one) for one in several]
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise Unusable(f"the server's edit of {name} does not fit its text: {error}") from None
    text, end = "", 0
    # Several insertions in one place are in order: the sort is stable.
    for start, stop, new in sorted(found, key=lambda one: one[:2]):
        if start < end or stop < start:
            raise Unusable(f"the server's edits of {name} overlap")
        text += lines.text[end:start] + new
        end = stop
    return text + lines.text[end:]


def _extent(lines: Lines, one: Mapping[str, Json]) -> tuple[int, int, str]:
    place, new = one["range"], one["newText"]
    if not isinstance(new, str):
        raise ValueError("it has no text")
    if one.get("insertTextFormat") == 2:
        raise ValueError("it is a snippet")
    return lines.offset(place["start"]), lines.offset(place["end"]), new
