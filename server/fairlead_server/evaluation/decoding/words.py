"""Names to decide between: what the standard library calls its functions, classes and methods."""

from __future__ import annotations

import importlib
import inspect
import random
from collections.abc import Sequence
from functools import cache

_MODULES = (
    *("argparse", "ast", "asyncio", "base64", "calendar", "collections", "configparser", "csv"),
    *("contextlib", "datetime", "decimal", "email.message", "fractions", "functools", "hashlib"),
    *("http.client", "inspect", "io", "itertools", "json", "locale", "logging", "math", "os"),
    *("operator", "pathlib", "pickle", "random", "re", "shutil", "signal", "socket", "ssl", "stat"),
    *("statistics", "string", "struct", "subprocess", "sys", "tarfile", "tempfile", "textwrap"),
    *("threading", "time", "tokenize", "traceback", "types", "typing", "unicodedata", "unittest"),
    *("unittest.mock", "urllib.parse", "urllib.request", "uuid", "warnings", "weakref", "zipfile"),
)


@cache
def names() -> tuple[str, ...]:
    """Return some thousand public names, sorted."""
    found: set[str] = set()
    for module in map(importlib.import_module, _MODULES):
        classes = [value for _, value in inspect.getmembers(module, inspect.isclass)]
        for owner in (module, *classes):
            found |= {name for name in dir(owner) if not name.startswith("_")}
    return tuple(sorted(found))


def members(owner: str) -> list[str]:
    """Return the public members of a module, or of a class given as ``module:Class``."""
    module, _, name = owner.partition(":")
    found = importlib.import_module(module)
    return [n for n in dir(getattr(found, name) if name else found) if not n.startswith("_")]


def some(own: Sequence[str], size: int, seed: object) -> list[str]:
    """Return `size` names: those of `own`, or some of them, and others."""
    draw = random.Random(repr(seed))
    kept = draw.sample(sorted(own), min(size, len(own)))
    others = draw.sample(names(), size)
    return list(dict.fromkeys([*kept, *others]))[:size]
