"""Where the names of a project come from: its own import statements, counted."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import PurePath

from fairlead_monitors.java.header import code_of, header_of
from fairlead_server.importing import standard, standard_java
from fairlead_server.importing.line import ImportLine
from fairlead_server.importing.statements import java_imports, python_imports

_MOST = 8
_DEFINITION = re.compile(r"^(?:async[ \t]+def|def|class)[ \t]+([^\W\d_]\w*)", re.MULTILINE)
# Quicker than to read all of a file, at the price of imports in examples and comments.
_PYTHON_IMPORT = re.compile(
    r"(?<![^\n\r])[ \t]*\b(?:from[ \t]+\.*[\w.]*[ \t]+import[ \t]*(?:\([^()]*\)|[^\n\r(]+)"
    r"|import[ \t]+[^\n\r(]+)"
)
_JAVA_TYPE = re.compile(
    r"^public\b[^\n{;=(]*\b(?:class|interface|enum|record|@interface)[ \t]+(\w+)", re.MULTILINE
)


@dataclass(frozen=True)
class FileImports:
    """What one file of a project imports, and under what names others could import from it."""

    uses: tuple[ImportLine, ...] = ()
    offers: tuple[ImportLine, ...] = ()


@dataclass(frozen=True)
class ProjectIndex:
    """The imports of a project by the name that they bind, the most frequent ones first.

    `own` holds the names of the project's own top-level modules and packages, `declared` those of
    what it depends on, and `language` is the one that all of it is in.
    """

    language: str = "python"
    lines: Mapping[str, tuple[ImportLine, ...]] = field(default_factory=dict)
    modules: Mapping[str, int] = field(default_factory=dict)
    own: frozenset[str] = frozenset()
    declared: frozenset[str] = frozenset()

    @property
    def top_modules(self) -> frozenset[str]:
        """The top-level modules that the project imports, has or depends on."""
        imported = {line.module for lines in self.lines.values() for line in lines}
        return self.own | self.declared | {module.partition(".")[0] for module in imported}

    def joined(self, file: FileImports) -> ProjectIndex:
        """Return the index with what one more file imports."""
        lines = dict(self.lines)
        for line in file.uses:
            known = lines.get(line.binds, ())
            lines[line.binds] = known if line in known else (*known, line)
        return replace(self, lines=lines)


def read_file(path: str, text: str, language: str) -> FileImports:
    """Return what the file at `path`, relative to the root of its project, says about imports."""
    text = text.removeprefix("\ufeff")
    if language == "java":
        return _read_java(text)
    statements = "\n".join(found[0] for found in _PYTHON_IMPORT.finditer(text))
    uses = tuple(item.line for s in python_imports(statements) for item in s.items)
    module = module_of(path)
    offers = tuple(ImportLine(module, name) for name in _DEFINITION.findall(text)) if module else ()
    kept = (u for u in uses if u.name != "*" and not u.module.startswith((".", "__future__")))
    return FileImports(tuple(kept), offers)


def _read_java(text: str) -> FileImports:
    uses = tuple(item.line for s in java_imports(text) for item in s.items)
    package = header_of(text).package
    types = _JAVA_TYPE.findall(code_of(text)) if package else []
    offers = tuple(ImportLine(package, name, language="java") for name in types)
    return FileImports(tuple(line for line in uses if line.name != "*"), offers)


def module_of(path: str) -> str:
    """Return the module at `path`, relative to the folder that imports start from; may be blank."""
    parts = PurePath(path).with_suffix("").parts
    parts = parts[1:] if parts[:1] == ("src",) else parts
    parts = parts[:-1] if parts[-1:] == ("__init__",) else parts
    return ".".join(parts) if all(part.isidentifier() for part in parts) else ""


def build_index(
    files: Iterable[FileImports], language: str, own: Iterable[str] = ()
) -> ProjectIndex:
    """Join what the files of a project say; what several files import comes first."""
    count: Counter[ImportLine] = Counter()
    offered: dict[ImportLine, None] = {}
    for file in files:
        count.update(set(file.uses))
        offered.update(dict.fromkeys(file.offers))
    found: dict[str, list[ImportLine]] = {}
    for line, _ in sorted(count.items(), key=lambda pair: (-pair[1], str(pair[0]))):
        found.setdefault(line.binds, []).append(line)
    for line in sorted(offered.keys() - count.keys(), key=str):
        found.setdefault(line.binds, []).append(line)
    modules: Counter[str] = Counter()
    for line, times in count.items():
        modules[line.module] += times
    lines = {name: tuple(items) for name, items in found.items()}
    return ProjectIndex(language, lines, modules, frozenset(own))


def find_imports(name: str, index: ProjectIndex) -> tuple[ImportLine, ...]:
    """Return what may be imported to bind `name`, the likeliest first.

    The project's own way comes first; then what it defines, then the standard library, of which
    the modules come first that the project uses.
    """
    known = index.lines.get(name, ())
    library = standard_java.java if index.language == "java" else standard.python
    more = sorted(library(name), key=lambda line: -index.modules.get(line.module, 0))
    return tuple(dict.fromkeys((*known, *more)))[:_MOST]
