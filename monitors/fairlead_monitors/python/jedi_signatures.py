"""How the imported names that a piece of code uses are declared, by jedi.

Like `jedi_members`, a function of text that reads files and is not safe to call from two threads
at once.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import jedi
import parso.cache

from fairlead_monitors.engine import Signature, Source
from fairlead_monitors.python.declarations import declaration
from fairlead_monitors.python.jedi_members import _probe_path, _project_root, _recursion_limit

LINES_BEFORE, LINES_AFTER = 40, 10
"""How far from the cursor a name may be used."""

MOST = 16
"""How many declarations are returned."""

_log = logging.getLogger(__name__)
_IMPORTS = ("import_name", "import_from")
_INSTALLED = frozenset({"site-packages", "dist-packages"})


def signatures(
    source: Source,
    offset: int,
    *,
    environment: Any = None,
    project: str | None = None,
    seconds: float = 1.0,
) -> tuple[Signature, ...]:
    """Return the declarations of imported names used near `offset`, the nearest first.

    Only what `project` declares counts; without one, what the package of the document declares.
    No name is looked up once `seconds` have passed.
    """
    environment = environment or jedi.InterpreterEnvironment()
    path, end = _probe_path(source.path), time.monotonic() + seconds
    home = jedi.Project(project or _project_root(path, environment.get_sys_path()))
    root = _home_of(path, project)
    found: dict[Signature, None] = {}
    try:
        with _recursion_limit(3000):
            script = jedi.Script(source.text, path=path, environment=environment, project=home)
            line = source.text.count("\n", 0, offset) + 1
            for use in _imported_uses(script._module_node, line):
                for signature in _declared(script, use, root):
                    found[signature] = None
                if len(found) >= MOST or time.monotonic() > end:
                    break
    except Exception:
        # jedi raises whatever it stumbles on; its cache of this text is not to be trusted then.
        _log.debug("jedi failed", exc_info=True)
        for modules in parso.cache.parser_cache.values():
            modules.pop(path, None)
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


def _imported_uses(module: Any, line: int) -> Iterator[Any]:
    """Yield the nearest use of each imported name around `line`, the nearest of all first."""
    nearest = []
    for nodes in module.get_used_names().values():
        uses = [node for node in nodes if not _is_import(node) and _is_near(node, line)]
        if uses and any(map(_is_import, nodes)):
            nearest.append(min(uses, key=lambda node: abs(node.line - line)))
    yield from sorted(nearest, key=lambda node: (abs(node.line - line), -node.line))


def _is_import(name: Any) -> bool:
    return name.search_ancestor(*_IMPORTS) is not None


def _is_near(name: Any, line: int) -> bool:
    return bool(line - LINES_BEFORE <= name.line <= line + LINES_AFTER)


def _declared(script: Any, use: Any, root: Path) -> Iterator[Signature]:
    """Yield the declaration of a name; of a module, that of the member that is used."""
    found = _goto(script, use)
    member = _member_after(use)
    if member is not None and any(name.type == "module" for name in found):
        found = _goto(script, member)
    for name in found:
        tree, path = name._name.tree_name, name.module_path
        if tree is not None and path is not None and _is_within(path, root):
            text = declaration(tree.get_definition())
            if text:
                yield Signature(str(path), text)


def _goto(script: Any, leaf: Any) -> Iterable[Any]:
    found: list[Any] = script.goto(leaf.line, leaf.column, follow_imports=True)
    return found


def _member_after(leaf: Any) -> Any:
    dot = leaf.get_next_leaf()
    if dot is None or dot.value != ".":
        return None
    name = dot.get_next_leaf()
    return name if name is not None and name.type == "name" else None
