"""Imports in order, and without those that nothing uses: statements are moved, never rewritten.

What is between two imports and is neither blank nor a comment ends a run of them, in which alone
they are put in order.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from fairlead_server.editing.refactoring.job import Job, Proposal, Refused, line_at
from fairlead_server.editing.refactoring.meaning import is_rearranged
from fairlead_server.editing.refactoring.words import leaves
from fairlead_server.importing.line import ImportLine
from fairlead_server.importing.python import WIDTH, group_of
from fairlead_server.importing.statements import Imported, Statement, python_imports

_WORD = re.compile(r"[^\W\d]\w*")
_BY = "fairlead"


@dataclass(frozen=True)
class _Piece:
    """An import statement with the comments that belong to it, as lines."""

    text: str
    items: tuple[ImportLine, ...]


def organise_imports(job: Job) -> Iterator[Proposal]:
    """Yield the text with its imports in isort's groups and order. Raises `Refused`."""
    text, own, named = job.text, _own_modules(job), set[int]()
    for run in reversed(_runs(text)):
        start, end = run[0][0], run[-1][1]
        pieces = _merged([_piece(text, *one) for one in run])
        new = _laid_out(_sorted(pieces, own), own)
        if not text[start:end].endswith("\n"):
            new = new.removesuffix("\n")
        named |= set(range(line_at(text, start), line_at(text, max(start, end - 1)) + 1))
        text = text[:start] + new + text[end:]
    if text == job.text:
        raise Refused("the imports are in order")
    _check(job.text, text)
    yield Proposal(_BY, "Organise imports", {job.path: text}, frozenset(named))


def remove_unused_imports(job: Job) -> Iterator[Proposal]:
    """Yield the text without the imports of its top level that it does not use.

    Raises `Refused` when there is none. What other modules may import from here stays: all of an
    ``__init__.py``, ``import x as x`` and what ``__all__`` names; so does what has a comment.
    """
    if os.path.basename(job.path) == "__init__.py":
        raise Refused("others may import these names from a package: nothing is removed here")
    used, text, named, gone = _used(job.text), job.text, set[int](), list[str]()
    for statement in reversed(_top_level(job.text)):
        kept = [item for item in statement.items if _is_kept(job.text, statement, item, used)]
        if len(kept) == len(statement.items):
            continue
        gone += [item.line.binds for item in statement.items if item not in kept]
        first, last = (line_at(text, at) for at in (statement.start, statement.end))
        named |= set(range(first, last + 1))
        text = _without(text, statement, kept)
    if not gone:
        raise Refused("all imports are used")
    _check(job.text, text)
    names = ", ".join(f"`{name}`" for name in sorted(set(gone)))
    yield Proposal(_BY, f"Remove the import of {names}", {job.path: text}, frozenset(named))


def _check(old: str, new: str) -> None:
    if not is_rearranged(old, new):
        raise Refused("more than imports would be changed")


def _top_level(text: str) -> list[Statement]:
    """Return the imports that stand alone on their lines, unindented."""
    found = []
    for one in python_imports(text):
        start = text.rfind("\n", 0, one.start) + 1
        rest = text[one.end : _line_end(text, one.end)].strip()
        if start == one.start and (not rest or rest.startswith("#")):
            found.append(one)
    return found


def _line_end(text: str, offset: int) -> int:
    end = text.find("\n", offset)
    return len(text) if end < 0 else end + 1


def _runs(text: str) -> list[list[tuple[int, int, Statement]]]:
    """Return runs of imports, each with where its lines begin and end, comments above included."""
    runs: list[list[tuple[int, int, Statement]]] = []
    last = -1
    for one in _top_level(text):
        between = text[last : one.start] if last >= 0 else ""
        start = _with_comments(text, one.start, max(last, 0)) if last >= 0 else one.start
        entry = (start, _line_end(text, one.end), one)
        if last >= 0 and not text[last:start].strip() and "\n\n\n" not in between:
            runs[-1].append(entry)
        else:
            runs.append([(one.start, entry[1], one)])
        last = entry[1]
    return [run for run in runs if _may_be_moved(run)]


def _with_comments(text: str, start: int, limit: int) -> int:
    """Return where the comments begin that stand right above the line at `start`."""
    while start > limit:
        above = text.rfind("\n", 0, start - 1) + 1
        if above < limit or not text[above:start].lstrip().startswith("#"):
            break
        start = above
    return start


def _may_be_moved(run: Sequence[tuple[int, int, Statement]]) -> bool:
    """Tell whether order means nothing: no name is bound twice, none comes from a ``*``."""
    items = {item.line for _, _, one in run for item in one.items}
    bound = Counter(line.binds for line in items if line.name or line.alias)
    whole = {line.binds for line in items if not line.name and not line.alias}
    return "*" not in bound and all(n == 1 and b not in whole for b, n in bound.items())


def _piece(text: str, start: int, end: int, one: Statement) -> _Piece:
    lines = text[start:end]
    return _Piece(lines if lines.endswith("\n") else lines + "\n", tuple(i.line for i in one.items))


def _merged(pieces: Sequence[_Piece]) -> list[_Piece]:
    """Return the pieces without repetitions; one-line imports from one module are joined."""
    kept: list[_Piece] = []
    for piece in pieces:
        if any(set(piece.items) <= set(other.items) for other in kept) and "#" not in piece.text:
            continue
        for place, other in enumerate(kept):
            joined = _joined(other, piece)
            if joined is not None:
                kept[place] = joined
                break
        else:
            kept += _split(piece)
    return kept


def _split(piece: _Piece) -> list[_Piece]:
    """Return one piece for each module of ``import a, b``."""
    if len(piece.items) < 2 or piece.items[0].name or "#" in piece.text:
        return [piece]
    return [_Piece(f"{item}\n", (item,)) for item in piece.items]


def _joined(one: _Piece, other: _Piece) -> _Piece | None:
    """Return both as one statement, if they import from one module and each is one plain line."""
    texts, items = one.text + other.text, (*one.items, *other.items)
    if len({item.module for item in items}) > 1 or not all(item.name for item in items):
        return None
    if set("#(\\") & set(texts):
        return None
    items = tuple(dict.fromkeys(items))
    names = sorted({str(item).partition(" import ")[2] for item in items}, key=_order)
    line = f"from {items[0].module} import {', '.join(names)}"
    return _Piece(line + "\n", items) if len(line) <= WIDTH else None


def _order(name: str) -> tuple[int, str]:
    """Return isort's place for a name: constants, then classes, then the rest."""
    word = name.split()[0]
    kind = 0 if word.isupper() and len(word) > 1 else 1 if word[0].isupper() else 2
    return kind, word


def _sorted(pieces: Sequence[_Piece], own: frozenset[str]) -> list[_Piece]:
    def key(piece: _Piece) -> tuple[int, bool, str]:
        line = piece.items[0]
        return group_of(line, own), bool(line.name), line.module.lower()

    return sorted(pieces, key=key)


def _laid_out(pieces: Sequence[_Piece], own: frozenset[str]) -> str:
    """Return the pieces with a blank line between groups."""
    text = ""
    for place, piece in enumerate(pieces):
        group = group_of(piece.items[0], own)
        if place and group != group_of(pieces[place - 1].items[0], own):
            text += "\n"
        text += piece.text
    return text


def _own_modules(job: Job) -> frozenset[str]:
    """Return what can be imported from the project's folder, from ``src`` in it, and from here.

    The package that the file is in is one of them, even if the project is but a part of it.
    """
    folders, here = [Path(job.path).parent], Path(job.path).parent
    package = ""
    while (here / "__init__.py").exists():
        package, here = here.name, here.parent
    if job.project:
        folders += [Path(job.project), Path(job.project, "src")]
    names = (path for folder in folders if folder.is_dir() for path in folder.iterdir())
    found = {path.stem for path in names if path.suffix == ".py" or (path / "__init__.py").exists()}
    return frozenset({*found, package} - {""})


def _used(text: str) -> frozenset[str]:
    """Return the names that `text` uses outside of its imports, those in strings included."""
    spans = [(one.start, one.end) for one in python_imports(text)]
    lines = {n for s, e in spans for n in range(line_at(text, s), line_at(text, max(s, e - 1)) + 1)}
    used: set[str] = set()
    for leaf in leaves(text):
        if leaf.type == "name" and leaf.start_pos[0] not in lines:
            used.add(leaf.value)
        elif leaf.type in ("string", "fstring_string") and leaf.parent.type != "simple_stmt":
            used.update(_WORD.findall(leaf.value))
        for comment in re.findall(r"#\s*type:[^\n]*", leaf.prefix):
            used.update(_WORD.findall(comment))
    return frozenset(used)


def _is_kept(text: str, one: Statement, item: Imported, used: frozenset[str]) -> bool:
    line = item.line
    if line.binds in used or line.name == "*" or line.module == "__future__":
        return True
    again = line.alias and line.alias == (line.name or line.module)
    return bool(again) or "#" in text[one.start : _line_end(text, one.end)]


def _without(text: str, one: Statement, kept: Sequence[Imported]) -> str:
    """Return `text` with only the `kept` items of a statement."""
    if not kept:
        end = _line_end(text, one.end)
        return text[: one.start] + text[end:]
    items = list(one.items)
    for place in reversed(range(len(items))):
        if items[place] in kept:
            continue
        if place + 1 < len(items):
            start, end = items[place].start, items[place + 1].start
        else:
            start, end = items[place - 1].end, items[place].end
        text = text[:start] + text[end:]
        del items[place]
    return text
