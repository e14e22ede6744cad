"""The names that a place in a Python document may read, with the modules behind its stars."""

from __future__ import annotations

import builtins
import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from jedi.inference.imports import Importer

from fairlead_monitors.engine import Completeness, Names
from fairlead_monitors.python.jedi_cursor import PLACEHOLDER
from fairlead_monitors.python.jedi_rules import module_gap
from fairlead_monitors.python.jedi_script import ENGINE, Place
from fairlead_monitors.python.scopes import Visible, visible

# Names of other versions and platforms, and those that a module has.
_SPECIAL = """
__name__ __file__ __doc__ __package__ __spec__ __loader__ __path__ __cached__ __debug__
__annotations__ __dict__ __class__ __all__ __builtins__ aiter
anext EncodingWarning BaseExceptionGroup ExceptionGroup PythonFinalizationError WindowsError
reveal_type reveal_locals get_ipython
"""
_ALWAYS = frozenset(dir(builtins)) | frozenset(_SPECIAL.split())
_PYTHON_2 = """
unicode basestring long xrange unichr raw_input reload file buffer cmp execfile intern
reduce apply coerce
"""
_OLDER = frozenset(_PYTHON_2.split())
_UNFINISHED = "the module may go on after this and define more names"
_TRANSLATED = re.compile(r"(?<![\w.])_\(")
"""What gettext installs is a built-in function then."""
_TWO_VERSIONS = re.compile(r"\bPY[23]\b|version_info|\bsix\b")


def names_in_scope(place: Place) -> Names:
    """List the names that an expression may read at `place`."""
    text = place.text[: place.offset] + PLACEHOLDER + place.text[place.offset :]
    found = visible(text, place.offset)
    common, gap = common_names(place, found)
    reason = gap or (_UNFINISHED if found.open_ended else "")
    completeness = Completeness.PARTIAL if reason else Completeness.COMPLETE
    return Names((found.names | common) - {PLACEHOLDER}, completeness, ENGINE, reason)


def common_names(place: Place, found: Visible) -> tuple[frozenset[str], str]:
    """Return the names that every place of a document may read, and why there may be others."""
    names = _ALWAYS | _OLDER if _TWO_VERSIONS.search(place.text) else _ALWAYS
    names |= {"_"} if _TRANSLATED.search(place.text) else set()
    names |= _submodules(Path(place.path))
    starred, gap = _starred(place, found.stars) if found.stars else (frozenset(), "")
    if not gap and not place.path.endswith((".py", ".pyi", ".pyw")):
        gap = "not a plain Python file: names may come from outside"
    return names | starred, found.gap or gap


def _submodules(path: Path) -> frozenset[str]:
    """Return what lies beside the ``__init__`` of a package: any import of it binds its name."""
    if path.stem != "__init__":
        return frozenset()
    try:
        return frozenset(name.partition(".")[0] for name in os.listdir(path.parent))
    except OSError:
        return frozenset()


def _starred(place: Place, stars: Iterable[str]) -> tuple[frozenset[str], str]:
    """Return the names of the modules that are imported with a star, and which are unknown."""
    names: set[str] = set()
    for star in sorted(stars):
        module = star.lstrip(".")
        script = place.script(f"from {star} import *\n", short=True)
        context = script._get_module_context()
        path = tuple(part for part in module.split(".") if part)
        importer = Importer(context.inference_state, path, context, len(star) - len(module))
        found, gap = _public(importer.follow(), star)
        if gap:
            return frozenset(names), gap
        names |= found
    return frozenset(names), ""


def _public(modules: Any, name: str, depth: int = 8) -> tuple[set[str], str]:
    if not modules:
        return set(), f"unresolved import of all names from {name}"
    names: set[str] = set()
    for module in modules:
        gap = module_gap(module)
        if gap and "__getattr__" not in gap:
            return names, gap
        names |= {found.string_name for f in module.get_filters() for found in f.values()}
        for inner in _inner_stars(module):
            found, gap = _public(inner, name, depth - 1) if depth else (set(), f"{name} is deep")
            if gap:
                return names, gap
            names |= found
    return names, ""


def _inner_stars(module: Any) -> Iterable[Any]:
    tree = module.tree_node
    if tree is None:
        return []
    context = module.as_context()
    return [
        Importer(
            module.inference_state, [n.value for n in i.get_paths()[-1]], context, i.level
        ).follow()
        for i in tree.iter_imports()
        if i.is_star_import()
    ]
