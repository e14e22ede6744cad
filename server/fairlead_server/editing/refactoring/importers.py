"""Files of a project that import a name from a module, found by their import statements alone.

Engines follow imports by the search path of one Python, where the project's folders may be missing,
or another copy of the project comes first.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path, PurePath

from fairlead_server.editing.refactoring.job import Job, Refused, Word, position
from fairlead_server.editing.refactoring.words import words
from fairlead_server.editing.texts import plain
from fairlead_server.importing.line import ImportLine
from fairlead_server.importing.statements import python_imports

MOST = 5000
"""Files that are looked through."""

Place = tuple[int, int]
"""Where a name stands: the line from 1 and the column from 0."""

Places = dict[str, set[Place]]
"""Where a name stands in each file, by its path."""


def project_files(job: Job, name: str) -> Iterator[tuple[str, str]]:
    """Yield the other files of the project that have `name` in them, and their plain texts.

    What cannot be read is none of them: dangling links, such as editors make of unsaved files.
    Raises `Refused` when there are too many to tell.
    """
    if job.project is None:
        return
    for count, path in enumerate(_python_files(job.project)):
        if count >= MOST:
            raise Refused(f"the project has more than {MOST:,} files: too many to see who names it")
        if os.path.realpath(path) == os.path.realpath(job.path) or not os.path.isfile(path):
            continue
        try:
            text = plain(Path(path).read_text(encoding="utf-8", errors="replace"))
        except OSError:
            continue
        if name in text:
            yield path, text


def elsewhere(job: Job, names: Collection[str]) -> tuple[str, str] | None:
    """Return another file of the project in which one of `names` is an identifier, and that one."""
    for path, text in project_files(job, "") if names else ():
        if any(name in text for name in names):
            found = {word.text for word in words(text)}.intersection(names)
            if found:
                return path, min(found)
    return None


def _python_files(root: str) -> Iterator[str]:
    for folder, folders, files in os.walk(root):
        folders[:] = sorted(name for name in folders if _is_own(folder, name))
        yield from (os.path.join(folder, name) for name in sorted(files) if name.endswith(".py"))


def _is_own(folder: str, name: str) -> bool:
    if name.startswith((".", "__")) or name in ("node_modules", "site-packages"):
        return False
    return not os.path.exists(os.path.join(folder, name, "pyvenv.cfg"))


@dataclass(frozen=True)
class Importers:
    """Where files name what they import of a module, and where they name it by the module."""

    named: Places = field(default_factory=dict)
    through: Places = field(default_factory=dict)


def importing(job: Job, name: str) -> Importers:
    """Return where other files name what is called `name` in the document's module.

    Those that import it from a file which imports it in turn count as well. They import the name;
    or the module as a whole, and name it so: `module.name`, or `name` alone after an import of all.
    """
    files = {path: _File(path, text) for path, text in project_files(job, name)}
    modules, found = [job.path], Importers()
    naming = _by_last_part(files.values())
    while modules:
        module = modules.pop()
        for path in {one: None for last in _last_parts(module) for one in naming.get(last, ())}:
            file = files[path]
            if through := _through(job, file, name, module):
                found.through.setdefault(path, set()).update(through)
            if path in found.named:
                continue
            places, again = _places(job, file, name, module)
            if places:
                found.named[path] = places
                modules += [path] if again else []
    return found


@dataclass(frozen=True)
class _File:
    """A file and its text, which is read once for what it imports and names."""

    path: str
    text: str

    @cached_property
    def imported(self) -> list[tuple[ImportLine, Place]]:
        """What is imported, and where it is named."""
        return list(_imported(self.text))

    @cached_property
    def words(self) -> list[Word]:
        """All identifiers, in order."""
        return words(self.text)


def _by_last_part(files: Iterable[_File]) -> dict[str, list[str]]:
    """Return the files that import by the last part of what may be the name of a module."""
    found: dict[str, list[str]] = {}
    for file in files:
        lines = [line for line, _ in file.imported]
        dotted = {line.module for line in lines}.union(
            whole for line in lines for whole, _ in _wholes(line)
        )
        for last in {one.rpartition(".")[2] for one in dotted}:
            found.setdefault(last, []).append(file.path)
    return found


def _last_parts(module: str) -> set[str]:
    """Return what the last part of a module's name may be, blank for the package around."""
    package = {""} if os.path.basename(module) == "__init__.py" else set[str]()
    return package.union(_without_suffix(one).name for one in (module, os.path.realpath(module)))


def imported_from(job: Job, path: str, text: str, name: str) -> Iterator[tuple[str, Place]]:
    """Yield the files of the project from which a file imports `name`, and where it does."""
    for line, place in _imported(text):
        found = _file(job, line.module, path) if line.name == name else None
        if found is not None:
            yield found, place


def _imported(text: str) -> Iterator[tuple[ImportLine, Place]]:
    """Yield what is imported, and where it is named."""
    for statement in python_imports(text):
        for item in statement.items:
            yield item.line, position(text, item.start)


def _places(job: Job, file: _File, name: str, module: str) -> tuple[set[Place], bool]:
    """Return the places in one file, and whether it binds the name itself."""
    known, binds = set[Place](), False
    for line, place in file.imported:
        if line.name == name and _is_module(job, line.module, file.path, module):
            known.add(place)
            binds = binds or not line.alias
    if binds:
        known |= {(w.line, w.column) for w in file.words if w.text == name and not w.dotted}
    return known, binds


def _through(job: Job, file: _File, name: str, module: str) -> set[Place]:
    """Return the places in one file that name what is in the module by the module."""
    known, everything = set[tuple[str, ...]](), False
    for line, _ in file.imported:
        if line.name == "*":
            public = not name.startswith("_")
            everything |= public and _is_module(job, line.module, file.path, module)
        for dotted, written in _wholes(line):
            if _is_module(job, dotted, file.path, module):
                known.add(tuple(written.split(".")))
    if not known and not everything:
        return set()
    found, before = set(), tuple[str, ...]()
    for word in file.words:
        before = before if word.dotted else ()
        if word.text == name and (before in known if word.dotted else everything):
            found.add((word.line, word.column))
        before = (*before, word.text)
    return found


def _wholes(line: ImportLine) -> Iterator[tuple[str, str]]:
    """Yield what may be modules of what is imported, and how each is written from then on."""
    if line.name:
        separator = "." if line.module.strip(".") else ""
        yield f"{line.module}{separator}{line.name}", line.alias or line.name
    elif line.alias:
        yield line.module, line.alias
    else:
        parts = line.module.split(".")
        names = [".".join(parts[: count + 1]) for count in range(len(parts))]
        yield from zip(names, names, strict=True)


def _is_module(job: Job, dotted: str, path: str, module: str) -> bool:
    """Tell whether what the file at `path` calls `dotted` may be the module at `module`."""
    if dotted.rpartition(".")[2] not in _last_parts(module):
        return False
    found = _file(job, dotted, path)
    if found is not None:
        return os.path.realpath(found) == os.path.realpath(module)
    own = _without_suffix(os.path.realpath(module))
    if dotted.startswith("."):
        return _relative(dotted, path) == own
    # The search path may have any folder of the project on it.
    parts = tuple(dotted.split("."))
    return own.parts[-len(parts) :] == parts


def _without_suffix(path: str) -> PurePath:
    """Return where the module in the file at `path` is, as its name is dotted."""
    found = PurePath(path).with_suffix("")
    return found.parent if found.name == "__init__" else found


def _file(job: Job, dotted: str, path: str) -> str | None:
    """Return the file of the project that the file at `path` calls `dotted`; None if unknown.

    Of the folders around it, that with the module is on the search path more likely the nearer it
    is; one that is a package itself is so for scripts alone.
    """
    if dotted.startswith("."):
        return _source(_relative(dotted, path))
    root = os.path.realpath(job.project) if job.project else ""
    around = PurePath(os.path.realpath(path)).parents
    inside = [one for one in around if root and one.is_relative_to(root)]
    inside.sort(key=lambda one: os.path.exists(one / "__init__.py"))
    found = (_source(one.joinpath(*dotted.split("."))) for one in inside)
    return next((one for one in found if one is not None), None)


def _relative(dotted: str, path: str) -> PurePath:
    """Return where the module `dotted`, which begins with dots, is without a suffix."""
    names = dotted.lstrip(".")
    around = PurePath(os.path.realpath(path)).parents
    base = around[min(len(dotted) - len(names), len(around)) - 1]
    return base.joinpath(*names.split(".")) if names else base


def _source(module: PurePath) -> str | None:
    """Return the file of a module or package, which is where `module` is without a suffix."""
    for path in (module / "__init__.py", module.parent / f"{module.name}.py"):
        if os.path.isfile(path):
            return str(path)
    return None
