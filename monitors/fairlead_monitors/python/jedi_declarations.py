"""How the imported names that a piece of code uses are declared, by jedi.

Like `jedi_members`, a function of text that reads files and is not safe to call from two threads
at once.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import jedi

from fairlead_monitors.engine import Declaration, Source
from fairlead_monitors.python.declarations import declaration
from fairlead_monitors.python.jedi_script import DEPTH, Place, forget, recursion_limit

LINES_BEFORE, LINES_AFTER = 40, 10
"""How far from the cursor a name may be used."""

MOST = 16
"""How many declarations are returned."""

_log = logging.getLogger(__name__)
_IMPORTS = ("import_name", "import_from")
_INSTALLED = frozenset({"site-packages", "dist-packages"})


def declarations(
    source: Source,
    offset: int,
    *,
    environment: Any = None,
    project: str | None = None,
    over: Callable[[], bool] = lambda: False,
) -> tuple[Declaration, ...]:
    """Return the declarations of imported names used near `offset`, the nearest first.

    Only what `project` declares counts; without one, what the package of the document declares.
    No further name is looked up once it is `over`.
    """
    environment = environment or jedi.InterpreterEnvironment()
    place = Place(source.path, source.text, offset, environment, project)
    root = _home_of(place.probe, project)
    found: dict[Declaration, None] = {}
    try:
        with recursion_limit(DEPTH):
            script = place.script(source.text)
            line = source.text.count("\n", 0, offset) + 1
            for names in _resolved(script, line):
                found |= dict.fromkeys(_declared(names, root))
                if len(found) >= MOST or over():
                    break
    except Exception:
        # jedi raises whatever it stumbles on.
        _log.debug("jedi failed", exc_info=True)
        forget(place)
    return tuple(found)[:MOST]


def _home_of(path: Path, project: str | None) -> Path:
    """Return the folder whose declarations are the project's own."""
    if project and _is_within(path, Path(project).absolute()):
        return Path(project).absolute()
    folder = path.parent
    while (folder.parent / "__init__.py").is_file():
        folder = folder.parent
    return folder


def _is_within(path: Path, root: Path) -> bool:
    return path.is_relative_to(root) and _INSTALLED.isdisjoint(path.relative_to(root).parts)


def _resolved(script: Any, line: int) -> Iterator[Iterable[Any]]:
    """Yield what each imported name stands for that is used near `line`, the nearest first.

    Of a module, it is what its members stand for that are used.
    """
    known: dict[str, list[Any]] = {}
    members: set[tuple[str, str]] = set()
    for use in _imported_uses(script._module_node, line):
        if use.value not in known:
            known[use.value] = _goto(script, use)
            yield known[use.value]
        member = _member_after(use)
        if member is None or (use.value, member.value) in members:
            continue
        if any(name.type == "module" for name in known[use.value]):
            members.add((use.value, member.value))
            yield _goto(script, member)


def _imported_uses(module: Any, line: int) -> list[Any]:
    """Return the uses of imported names around `line`, the nearest first."""
    used = module.get_used_names().values()
    imported = (nodes for nodes in used if any(map(_is_import, nodes)))
    near = [n for nodes in imported for n in nodes if _is_near(n, line) and not _is_import(n)]
    return sorted(near, key=lambda name: (abs(name.line - line), -name.line, -name.column))


def _is_import(name: Any) -> bool:
    return name.search_ancestor(*_IMPORTS) is not None


def _is_near(name: Any, line: int) -> bool:
    return bool(line - LINES_BEFORE <= name.line <= line + LINES_AFTER)


def _declared(names: Iterable[Any], root: Path) -> Iterator[Declaration]:
    """Yield the declarations of those of `names` that files below `root` declare."""
    for name in names:
        tree, path = name._name.tree_name, name.module_path
        if tree is not None and path is not None and _is_within(path, root):
            text = declaration(tree.get_definition())
            if text:
                yield Declaration(str(path), text)


def _goto(script: Any, leaf: Any) -> list[Any]:
    found: list[Any] = script.goto(leaf.line, leaf.column, follow_imports=True)
    return found


def _member_after(leaf: Any) -> Any:
    dot = leaf.get_next_leaf()
    if dot is None or dot.value != ".":
        return None
    name = dot.get_next_leaf()
    return name if name is not None and name.type == "name" else None
