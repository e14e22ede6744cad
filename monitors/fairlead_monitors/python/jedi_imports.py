"""What an import statement may name, by jedi: modules, and what is in them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jedi.inference.imports import Importer

from fairlead_monitors.engine import Completeness, Names
from fairlead_monitors.python.installed import modules_in, top_modules
from fairlead_monitors.python.jedi_cursor import PLACEHOLDER
from fairlead_monitors.python.jedi_extra import behind
from fairlead_monitors.python.jedi_narrow import PLATFORM
from fairlead_monitors.python.jedi_rules import extra_names, module_gap
from fairlead_monitors.python.jedi_script import ENGINE, Place
from fairlead_monitors.python.tokens import Line, Token, logical_lines

_HANDLER = re.compile(r"except(?!\s*(?:OSError|KeyError|ValueError)\b)")
# What makes modules importable from a package that lie in none of its folders.
_ELSEWHERE = re.compile(r"\b__path__\s*(?:\+?=[^=]|\.)|\bextend_path\b")
_REGISTERED = re.compile(r"\b_?sys\.modules(?:\[[^\]\n]*\]\s*=[^=]|\.\w+\()")


@dataclass(frozen=True)
class Import:
    """A place in an import statement: the names asked for are in `package`, `level` dots up.

    `members` says that any name in the module counts, and not modules alone.
    """

    package: tuple[str, ...]
    level: int
    members: bool

    def __str__(self) -> str:
        return "." * self.level + ".".join(self.package)


def import_names(place: Place) -> Names:
    """List what the import statement at `place` may name there."""
    text = place.text[: place.offset] + PLACEHOLDER + place.text[place.offset :]
    lines = list(logical_lines(text))
    at = next((i for i, line in enumerate(lines) if line.end >= place.offset), 0)
    asked = import_at([token for token in lines[at].tokens if token[2] < place.offset])
    if asked is None:
        return Names.unknown(ENGINE, "not in an import statement")
    if not asked.package and not asked.level:
        return _top_names(place, _guard(lines, at) or _lazy(lines, at))
    return _names_in(place, asked, _guard(lines, at))


def import_at(tokens: Sequence[Token]) -> Import | None:
    """Return what is imported where the `tokens` of a statement end, None if nothing is."""
    values = [value for _, value, _, _ in tokens]
    starts = [i for i, v in enumerate(values) if v in ("import", "from") and _heads(values, i)]
    if not starts:
        return None
    values = values[starts[-1] :]
    if values[0] == "from":
        members = "import" in values
        path = values[1 : values.index("import")] if members else values[1:]
    else:
        members = False
        commas = [i for i, value in enumerate(values) if value == ","]
        path = values[(commas[-1] if commas else 0) + 1 :]
    dots = "".join(path)
    level = len(dots) - len(dots.lstrip("."))
    return Import(tuple(v for v in path if v.strip(".")), level, members)


def _heads(values: Sequence[str], place: int) -> bool:
    return place == 0 or values[place - 1] in (";", ":")


def _top_names(place: Place, guard: str) -> Names:
    """List the modules that are installed for the document, or lie beside it."""
    if not place.is_stated:
        return Names.unknown(ENGINE, "a package need not be installed here")
    script = place.script(f"import {PLACEHOLDER}\n", short=True)
    state = script._get_module_context().inference_state
    path = state.get_sys_path()
    names = top_modules(path) | frozenset(state.compiled_subprocess.get_builtin_module_names())
    completeness = Completeness.PARTIAL if guard else Completeness.COMPLETE
    return Names(names, completeness, ENGINE, guard)


def _names_in(place: Place, asked: Import, guard: str) -> Names:
    script = place.script(f"import {PLACEHOLDER}\n", short=True)
    context = script._get_module_context()
    importer = Importer(context.inference_state, asked.package, context, asked.level)
    if not asked.level:
        # Not the folder of the document too, if that is a package, as jedi has it.
        importer._fixed_sys_path = context.inference_state.get_sys_path(add_init_paths=False)
    modules = [m for m in importer.follow() if m.is_module() or m.is_namespace()]
    parts = [part for module in modules for part in {module, *behind(module)}]
    if not parts:
        return Names.unknown(ENGINE, f"unresolved module {asked}")
    names = {name for part in parts for name in _submodules(part)}
    if asked.members or not any(map(_is_written, parts)):
        names |= {n.string_name for part in parts for f in part.get_filters() for n in f.values()}
        names |= extra_names(modules)
    if not names:
        return Names.unknown(ENGINE, f"{asked} is not a package")
    gap = guard or next((gap for part in parts if (gap := _gap(part, asked.members))), "")
    completeness = Completeness.PARTIAL if gap else Completeness.COMPLETE
    return Names(frozenset(names), completeness, ENGINE, gap)


def _is_written(module: Any) -> bool:
    """Tell whether what makes `module` importable stands in folders; compiled code may register."""
    if module.is_namespace() or module.tree_node is not None:
        return True
    path = module.py__file__()
    if path is None:
        return False
    return Path(path).with_name(f"{Path(path).name.partition('.')[0]}.py").exists()


def _submodules(module: Any) -> Iterator[str]:
    """Yield what stands in the folders of a package, compiled modules included."""
    if not module.is_namespace() and not getattr(module, "is_package", lambda: False)():
        return
    for folder in module.py__path__() or ():
        yield from modules_in(folder)


def _gap(module: Any, members: bool) -> str:
    """Return why something may be in `module` that cannot be listed."""
    gap = module_gap(module)
    if gap or module.is_namespace() or module.tree_node is None:
        return gap
    code = "".join(module.code_lines or ())
    if _ELSEWHERE.search(code) or (not members and _REGISTERED.search(code)):
        return f"module {module.py__name__()} makes modules of other places its own"
    for statement in module.tree_node.iter_imports():
        if statement.is_star_import():
            path, level = statement.get_paths()[-1], statement.level
            if not Importer(module.inference_state, path, module.as_context(), level).follow():
                return f"unresolved import of all names in {module.py__name__()}"
    return ""


def _lazy(lines: Sequence[Line], at: int) -> str:
    """Return why a package need not be installed that only a function imports, if one does."""
    indent = lines[at].indent
    for line in reversed(lines[:at]):
        if line.indent < indent:
            indent = line.indent
            if "def" in [token[1] for token in line.tokens[:2]]:
                return "a function may do without"
    return ""


def _guard(lines: Sequence[Line], at: int) -> str:
    """Return how the code around an import allows for an absent name."""
    indent = lines[at].indent
    for place in range(at - 1, -1, -1):
        line = lines[place]
        if line.indent < indent:
            indent = line.indent
            if gap := _clause_guard(lines, place):
                return gap
    return ""


def _clause_guard(lines: Sequence[Line], place: int) -> str:
    """Return how the compound statement allows for it of which a clause begins at `place`."""
    word = lines[place].tokens[0][1]
    if word in ("try", "except"):
        after = (line for line in lines[place + 1 :] if line.indent <= lines[place].indent)
        handler = lines[place] if word == "except" else next(after, None)
        code = "except" if handler is None else _code(handler)
        return "its absence may be handled" if _HANDLER.match(code) else ""
    for line in reversed(lines[: place + 1]):
        if line.indent == lines[place].indent:
            if PLATFORM.search(_code(line)):
                return "guarded by a check of the platform"
            if line.tokens[0][1] not in ("elif", "else"):
                return ""
    return ""


def _code(line: Line) -> str:
    text = ""
    for _, value, _, _ in line.tokens:
        text += value if value in "." or text.endswith(".") else f" {value}"
    return text.strip()
