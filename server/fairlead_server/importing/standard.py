"""What Python's standard library offers.

It is read off the sources of the one that runs fairlead, without importing them: the names in
``__all__``, or else the functions and classes. That of the user's project may be of another
version: whoever offers an import checks it.
"""

from __future__ import annotations

import ast
import importlib
import re
import sys
import sysconfig
import warnings
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from fairlead_server.importing.line import ImportLine

_ALL = re.compile(r"^__all__\s*=\s*(\[[^\]]*\]|\([^)]*\))", re.MULTILINE)
_DEFINED = re.compile(r"^(?:async +def|def|class) +([^\W\d_]\w*)", re.MULTILINE)
_ASSIGNED = re.compile(r"^([^\W\d_]\w*) *(?:: *[^=\n]+)?= ", re.MULTILINE)

# Modules for the work on Python itself, for its tests, or that do something when imported.
_SELDOM = frozenset(
    """antigravity idlelib lib2to3 this turtledemo turtle test ensurepip pydoc_data distutils
    builtins msilib nt nturl2path posix pyexpat sre_compile sre_constants sre_parse""".split()  # noqa: SIM905
)
_NESTED = (
    "collections.abc",
    "concurrent.futures",
    "email.message",
    "email.utils",
    "html.parser",
    "http.client",
    "http.server",
    "importlib.metadata",
    "importlib.resources",
    "importlib.util",
    "json.decoder",
    "logging.config",
    "logging.handlers",
    "multiprocessing.pool",
    "unittest.mock",
    "urllib.error",
    "urllib.parse",
    "urllib.request",
    "wsgiref.simple_server",
    "xml.etree.ElementTree",
)
# Where several modules have a name: those that are meant more often.
_USUAL = tuple(
    """pathlib dataclasses collections.abc typing collections functools itertools datetime enum abc
    contextlib json logging math random re subprocess threading unittest.mock""".split()  # noqa: SIM905
)
# Where the list of a module's names is written, if not in its own source.
_ELSEWHERE = {"collections.abc": "_collections_abc", "decimal": "_pydecimal"}
# Small modules that are written in C, or whose list of names is computed: they are imported.
_COMPILED = ("array", "binascii", "cmath", "hashlib", "math", "mmap", "os", "select", "zlib")
# Of a large one, what most people want.
_SOME = {
    "asyncio": "Event Future Lock Queue Semaphore Task create_task gather get_running_loop run "
    "sleep wait_for",
}


@cache
def _python() -> Mapping[str, tuple[str, ...]]:
    """Return the modules of Python's library that offer each name, the usual ones first."""
    found: dict[str, list[str]] = {}
    for module in _modules():
        for name in _names_of(module):
            found.setdefault(name, []).append(module)
    return {name: tuple(sorted(modules, key=_rank)) for name, modules in found.items()}


def python(name: str) -> tuple[ImportLine, ...]:
    """Return the imports from Python's standard library that bind `name`."""
    modules = (ImportLine(name),) if name in _top_level() else ()
    submodule = tuple(
        ImportLine(module.rpartition(".")[0], name)
        for module in _NESTED
        if module.rpartition(".")[2] == name
    )
    offered = (ImportLine(module, name) for module in _python().get(name, ()))
    return (*modules, *submodule, *offered)


def is_standard(module: str) -> bool:
    """Tell whether `module` belongs to Python's standard library."""
    return module.partition(".")[0] in sys.stdlib_module_names


def _top_level() -> frozenset[str]:
    return frozenset(m for m in sys.stdlib_module_names if not m.startswith("_")) - _SELDOM


def _modules() -> Iterator[str]:
    yield from sorted(_top_level())
    yield from _NESTED


def _rank(module: str) -> tuple[int, int, str]:
    usual = _USUAL.index(module) if module in _USUAL else len(_USUAL)
    return usual, module.count("."), module


def _names_of(module: str) -> list[str]:
    if module in _SOME:
        return _SOME[module].split()
    if module in sys.builtin_module_names or module in _COMPILED:
        return _imported(module)
    text = _text_of(_ELSEWHERE.get(module, module))
    stated = _ALL.search(text)
    if stated is None:
        return [] if "__all__" in text else _DEFINED.findall(text) + _ASSIGNED.findall(text)
    try:
        return [name for name in ast.literal_eval(stated[1]) if isinstance(name, str)]
    except (ValueError, SyntaxError):
        return []


def _text_of(module: str) -> str:
    """Return the source of a module; nothing where it has none or it cannot be read."""
    place = Path(sysconfig.get_path("stdlib"), *module.split("."))
    for file in (place.with_suffix(".py"), place / "__init__.py"):
        try:
            return file.read_text(encoding="utf-8", errors="replace")
        except OSError:
            continue
    return ""


def _imported(module: str) -> list[str]:
    try:
        with warnings.catch_warnings():
            # Some that are compiled into Python are about to be removed from it.
            warnings.simplefilter("ignore")
            found = importlib.import_module(module)
    except ImportError:
        return []
    public = frozenset(getattr(found, "__all__", dir(found)))
    return [
        name
        for name, value in vars(found).items()
        if not name.startswith("_")
        and (name in public or getattr(value, "__module__", "") == module)
    ]
