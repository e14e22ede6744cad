"""The members of the expression before a dot, by jedi, and how far the list can be relied on.

Pure analysis: it reads files, starts no process unless `environment` is one of jedi's that does,
and is not safe to call from two threads at once (jedi is not).
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import jedi
import jedi.settings
import parso.cache
from jedi.api.completion import complete_trailer, get_user_context

from fairlead_monitors.engine import Completeness, Names, Source
from fairlead_monitors.python import jedi_cursor as cursor
from fairlead_monitors.python import jedi_rules as rules
from fairlead_monitors.python.data_model import ANY_OBJECT, data_model
from fairlead_monitors.python.jedi_extra import document_names
from fairlead_monitors.python.jedi_narrow import checked_values, contradiction, guard
from fairlead_monitors.python.jedi_trace import find_chain

ENGINE = "jedi"

_log = logging.getLogger(__name__)

# A cache entry may otherwise be dropped in the middle of an inference, which then fails.
parso.cache._CACHED_SIZE_TRIGGER = sys.maxsize
jedi.settings.auto_import_modules = []
jedi.settings.dynamic_params = False


def members(
    source: Source, offset: int, *, environment: Any = None, project: str | None = None
) -> Names:
    """List the members of the expression before `offset`, right after a dot.

    `environment` is a jedi environment; without one, it is that of the running interpreter.
    """
    if not source.text[:offset].endswith("."):
        return Names.unknown(ENGINE, "not after a dot")
    environment = environment or jedi.InterpreterEnvironment()
    path = _probe_path(source.path)
    try:
        with _recursion_limit(3000):
            return _members(source.text, offset, path, environment, project)
    except Exception as error:
        # jedi raises whatever it stumbles on; its cache of this text is not to be trusted then.
        _log.debug("jedi failed", exc_info=True)
        for modules in parso.cache.parser_cache.values():
            modules.pop(path, None)
        return Names.unknown(ENGINE, f"jedi failed with {type(error).__name__}")


def _probe_path(path: str) -> Path:
    """Return a path beside `path`, so that relative imports work, but not its own.

    jedi remembers a text by its path and shows it to other modules that import it.
    """
    place = Path(path).absolute()
    return place.with_name(f"__probe_{place.stem}__.py")


@contextmanager
def _recursion_limit(limit: int) -> Iterator[None]:
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(max(limit, before))
    try:
        yield
    finally:
        sys.setrecursionlimit(before)


def _members(text: str, offset: int, path: Path, environment: Any, project: str | None) -> Names:
    # Never jedi's own idea of the project: it reads settings from the project's folder.
    # The folder that an editor has open need not be the one that modules are imported from.
    root = _project_root(path, environment.get_sys_path())
    home = jedi.Project(project or root, added_sys_path=[str(root)])
    script = jedi.Script(
        cursor.probe_text(text, offset), path=path, environment=environment, project=home
    )
    leaf = cursor.find_placeholder(script._module_node, text, offset)
    if leaf is None:
        return Names.unknown(ENGINE, "not an attribute of an expression")
    module = script._get_module_context()
    receiver = cursor.code_of(cursor.receiver_nodes(leaf))
    context = module.create_context(leaf)
    found = find_chain(context, cursor.receiver_nodes(leaf))
    checked, unresolved = checked_values(module, leaf, receiver)
    values = found.values | checked
    user = get_user_context(module, leaf.start_pos)
    names = {name.string_name for name in complete_trailer(user, values)}
    names = {name for name in names if not name.startswith(cursor.PLACEHOLDER)}
    if names <= ANY_OBJECT:
        return Names.unknown(ENGINE, "type known to be None at most" if values else "type unknown")
    names |= rules.extra_names(values) | document_names(leaf, receiver)
    names |= data_model(values)
    reason = (
        unresolved
        or found.gap
        or guard(leaf, receiver, is_ours=_is_source(values))
        or _gap(leaf, values)
        or contradiction(leaf, receiver, names)
    )
    completeness = Completeness.PARTIAL if reason else Completeness.COMPLETE
    return Names(frozenset(names), completeness, ENGINE, reason)


def _project_root(path: Path, sys_path: Sequence[str]) -> Path:
    """Return the folder from which the modules around `path` are imported."""
    entries = [Path(entry) for entry in sys_path if entry]
    holding = [entry for entry in entries if entry in path.parents]
    if holding:
        return max(holding, key=lambda entry: len(entry.parts))
    folder = path.parent
    while (folder / "__init__.py").is_file() and folder.parent != folder:
        folder = folder.parent
    return folder


def _is_source(values: Any) -> bool:
    """Tell whether `values` are objects of classes written in Python, without stub files."""
    return not any(v.is_module() or v.is_stub() or v.is_compiled() for v in values)


def _gap(leaf: Any, values: Any) -> str:
    """Return the first reason found why the members of `values` are not all listed."""
    gaps = (rules.value_gap(value) or _cursor_gap(leaf, value) for value in values)
    return next((gap for gap in gaps if gap), "")


def _cursor_gap(leaf: Any, value: Any) -> str:
    """Return why a class around the cursor is not all there yet."""
    if value.is_module() or value.is_namespace() or value.is_function():
        return ""
    cls = value if value.is_class() else value.py__class__()
    around = [part.tree_node for part in rules.mro(cls) if part.tree_node is not None]
    around = [tree for tree in around if cursor.encloses(tree, leaf)]
    if not around:
        return ""
    if any(cursor.is_being_written(tree, leaf) for tree in around):
        return "class is still being written"
    if "mixin" in cls.py__name__().lower():
        return "a mixin may use members of the classes it is mixed into"
    if cursor.may_create_attribute(leaf):
        return "may be an assignment that creates the attribute"
    return ""
