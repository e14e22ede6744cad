"""Rename: wherever jedi or rope finds the name, in all files, and only if it can be undone.

Both engines miss places: rope those whose receiver an annotation tells, jedi methods that override.
So what one finds is what the other starts from again.
"""

from __future__ import annotations

import builtins
import os
from collections.abc import Iterator, Mapping
from functools import cache, partial
from typing import Any

from fairlead_server.editing.refactoring.engines import attempt, script
from fairlead_server.editing.refactoring.importers import (
    Places,
    imported_from,
    importing,
    project_files,
)
from fairlead_server.editing.refactoring.job import (
    Job,
    Proposal,
    Refused,
    Word,
    check_in_project,
    on_disk,
)
from fairlead_server.editing.refactoring.roping import rope_places
from fairlead_server.editing.refactoring.target import word_at
from fairlead_server.editing.refactoring.words import (
    checked_identifier,
    leaves,
    refuse_if_taken,
    replaced,
    words,
)

_ROUNDS = 20
_IMPORTS = ("import_name", "import_from")


def rename(job: Job) -> Iterator[Proposal]:
    """Yield the renaming of the target. Raises `Refused`."""
    new = checked_identifier(job.arguments["new"])
    # A search goes through all files: the one for the meaning of a name is the one for its places.
    search = cache(partial(places, job, job.text))
    known, old = words(job.text), job.arguments.get("old")
    word = word_at(job, old, lambda one: search(one)[0].get(job.path, set()), known)
    old = word.text
    if old == new:
        raise Refused(f"it is called `{new}` already")
    found, by = search(word)
    if (word.line, word.column) not in found.get(job.path, ()):
        raise Refused(f"no engine finds where `{old}` is defined")
    check_in_project(job, found)
    _check_imports(job, found, old)
    _add_importers(job, found, word)
    if not any(at & set(_definitions(job, path)) for path, at in found.items()):
        raise Refused(f"`{old}` is not defined in the project")
    files = {path: replaced(_text(job, path), at, old, new) for path, at in found.items()}
    _check_free(job, found, files, old, new)
    yield Proposal(
        by,
        f"Rename `{old}` to `{new}`",
        files,
        frozenset(line for line, _ in found[job.path]),
        {old: new},
        (*_unseen(job, found, by), *_hidden(job, found, new), *_left_out(job, found, old)),
    )


def _check_imports(job: Job, found: Places, name: str) -> None:
    """Raise `Refused` where what is found is imported from a file that has another of that name.

    For jedi, the document's own folder is on the search path of all files.
    """
    known = {os.path.realpath(path) for path in found}
    for path, places in found.items():
        for other, place in imported_from(job, path, _text(job, path), name):
            if place not in places or os.path.realpath(other) in known:
                continue
            if any(word.text == name for word in words(on_disk(other))):
                raise Refused(f"{path} imports another `{name}`, that of {other}, as it seems")


def _add_importers(job: Job, found: Places, word: Word) -> None:
    """Add the files that import a name of the module, as far as engines have not seen them.

    Raises `Refused` where such a file may mean something else by the name, or imports the module as
    a whole and names it so where no engine has seen it.
    """
    defined = set(_definitions(job, job.path)) & found.get(job.path, set())
    if not any(_is_of_module(job.text, line, column) for line, column in defined):
        return
    importers = importing(job, word.text)
    for path, places in importers.named.items():
        if path in found:
            continue
        bound = set(_definitions(_other(job, path), path))
        if taken := sorted(places & bound):
            raise Refused(f"{path} binds `{word.text}` again, on line {taken[0][0]}")
        found[path] = places
    seen = {os.path.realpath(path): places for path, places in found.items()}
    for path, places in importers.through.items():
        if missed := sorted(places - seen.get(os.path.realpath(path), set())):
            raise Refused(
                f"{path} names `{word.text}` by its module on line {missed[0][0]}, "
                "and no engine follows the import"
            )


def _is_of_module(text: str, line: int, column: int) -> bool:
    """Tell whether what is bound at a place is bound in an unindented line."""
    begun = text.split("\n")[line - 1]
    return bool(begun) and not begun[0].isspace() and not begun[:column].lstrip().startswith("(")


def places(job: Job, text: str, word: Word) -> tuple[Places, str]:
    """Return where the thing is named that `word` names in `text`, and who has found that.

    Raises `Refused` where another file keeps rope from looking.
    """
    reasons: list[str] = []
    by_jedi: Places = {}
    by_rope = rope_places(job, text, word, reasons)
    view = script(job, text)
    starts = [(job.path, word.line, word.column)]
    for _ in range(_ROUNDS):
        if not starts:
            break
        for path, line, column in starts:
            source = view if path == job.path else script(_other(job, path))
            found = attempt(partial(_jedi_places, job, source, line, column), reasons)
            _add(by_jedi, found or {})
        starts = list(_definitions_unseen(job, text, by_rope, by_jedi))
        for path, line, column in starts:
            by_jedi.setdefault(path, set()).add((line, column))
    union: Places = {}
    _add(union, by_jedi)
    _add(union, by_rope)
    found_by = (("jedi", by_jedi), ("rope", by_rope))
    return union, "+".join(name for name, found in found_by if found) or "nobody"


def _jedi_places(job: Job, view: Any, line: int, column: int) -> Places:
    found: Places = {}
    for name in view.get_references(line, column, include_builtins=False):
        if name.module_path is not None and name.line is not None:
            path = _same(job, str(name.module_path))
            found.setdefault(path, set()).add((name.line, name.column))
    return found


def _definitions_unseen(
    job: Job, text: str, by_rope: Places, by_jedi: Places
) -> Iterator[tuple[str, int, int]]:
    """Yield where rope sees a function or class defined and jedi has not looked."""
    for path, found in by_rope.items():
        lines = (text if path == job.path else on_disk(path)).split("\n")
        for line, column in found - by_jedi.get(path, set()):
            before = lines[line - 1][:column].split()
            if before[-1:] and before[-1] in ("def", "class"):
                yield path, line, column


def _other(job: Job, path: str) -> Job:
    return Job(job.operation, {}, path, on_disk(path), 0, 0, job.project, job.interpreter)


def _add(to: Places, more: Places) -> None:
    for path, found in more.items():
        if found:
            to.setdefault(path, set()).update(found)


def _same(job: Job, path: str) -> str:
    """Return `path` as the job calls it, if it is the document's own."""
    return job.path if os.path.realpath(path) == os.path.realpath(job.path) else path


def _text(job: Job, path: str) -> str:
    return job.text if path == job.path else on_disk(path)


def _definitions(job: Job, path: str) -> Iterator[tuple[int, int]]:
    """Yield where names are bound, but for imports of what has the name elsewhere."""
    view = script(job) if path == job.path else script(_other(job, path))
    lines = _text(job, path).split("\n")
    for name in view.get_names(all_scopes=True, definitions=True, references=True):
        if not name.is_definition():
            continue
        node = name._name.tree_name.get_definition(import_name_always=True)
        before = lines[name.line - 1][: name.column].split()
        if node is None or node.type not in _IMPORTS or before[-1:] == ["as"]:
            yield name.line, name.column


def _check_free(job: Job, found: Places, files: Mapping[str, str], old: str, new: str) -> None:
    """Raise `Refused` unless the new name means the same as the old one, and nothing else does.

    In the document, renaming back has to lead to the same places; other files must not have it.
    """
    for path in found:
        if path != job.path:
            refuse_if_taken(new, on_disk(path))
    if new not in {word.text for word in words(job.text)}:
        return
    text, mine = files[job.path], sorted(found[job.path])
    first = Word(*mine[0], new)
    again, _ = places(job, text, first)
    expected = {word for word in _moved(mine, len(new) - len(old))}
    if again.get(job.path) != expected:
        raise Refused(f"`{new}` already means something else where `{old}` is used")


def _moved(mine: list[tuple[int, int]], longer: int) -> Iterator[tuple[int, int]]:
    """Yield where the places are once each is `longer` by so many characters."""
    line, seen = 0, 0
    for at, column in mine:
        line, seen = at, (seen + 1 if at == line else 0)
        yield at, column + seen * longer


def _unseen(job: Job, found: Places, by: str) -> Iterator[str]:
    """Say what may have the name and was not looked for."""
    if "rope" not in by and _is_member(job, found):
        yield "rope does not understand this file: methods that override may have the old name"


def _hidden(job: Job, found: Places, new: str) -> Iterator[str]:
    """Say what of Python the new name stands for already."""
    if hasattr(builtins, new) and not _is_member(job, found):
        yield f"`{new}` is a builtin of Python, which the new name hides"


def _left_out(job: Job, found: Places, old: str) -> Iterator[str]:
    """Say where the name stands and is not renamed, for the user to look at."""
    texts = {path: _text(job, path) for path in found}
    if _is_member(job, found):
        for path, text in texts.items():
            yield from _unknown(text, found[path], old, _in(job, path))
        elsewhere = [
            path
            for path, text in project_files(job, old)
            if path not in found and any(w.text == old and w.dotted for w in words(text))
        ]
        if elsewhere:
            names = ", ".join(os.path.basename(path) for path in elsewhere[:3])
            more = ", …" if len(elsewhere) > 3 else ""
            yield f"`.{old}` in other files is left alone: {names}{more}"
    for path, text in texts.items():
        if strings := _strings(text, old):
            yield f"'{old}' in a string on {_lines(strings)}{_in(job, path)} is left alone"


def _unknown(text: str, done: set[tuple[int, int]], old: str, where: str) -> Iterator[str]:
    unknown = [
        w.line for w in words(text) if w.text == old and w.dotted and (w.line, w.column) not in done
    ]
    if unknown:
        on = f"{_lines(unknown)}{where}"
        yield f"`.{old}` on {on} is left alone: it is another's, or nobody knows whose"


def _strings(text: str, old: str) -> list[int]:
    """Return the lines of strings that are the name."""
    return [
        leaf.start_pos[0]
        for leaf in leaves(text)
        if leaf.type == "string" and leaf.value.strip("rRbBuUfF\"'") == old
    ]


def _in(job: Job, path: str) -> str:
    return "" if path == job.path else f" of {os.path.basename(path)}"


def _is_member(job: Job, found: Places) -> bool:
    """Tell whether what is renamed is an attribute or method, of which members may be."""
    return any(
        word.dotted
        for path, done in found.items()
        for word in words(_text(job, path))
        if (word.line, word.column) in done
    ) or any(
        name.parent().type == "class"
        for name in script(job).get_names(all_scopes=True)
        if (name.line, name.column) in found[job.path]
    )


def _lines(numbers: list[int]) -> str:
    several = list(dict.fromkeys(numbers))
    shown = ", ".join(map(str, several[:5])) + (", …" if len(several) > 5 else "")
    return f"line {shown}" if len(several) == 1 else f"lines {shown}"
