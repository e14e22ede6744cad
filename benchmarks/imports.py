"""Measure what becomes of names of which the import is missing, in real code.

Packages are copied, and in some of their files one import of one name is deleted that is used
once. Where it is used, the line is put to the monitors as if it were being written, twice: as an
engine sees it that knows of no imports to come, and as it ships. Told are the shares of the names
that are refused, and of those for which an import is found and checked, and whether it is the one
that was deleted.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import random
import re
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from fairlead_monitors.context import Context
from fairlead_monitors.engine import CompletionEngine, Source
from fairlead_monitors.python.tokens import logical_lines
from fairlead_server import __version__
from fairlead_server.analysis.importable import ImportableEngine
from fairlead_server.document import DocumentSnapshot
from fairlead_server.engine import build_engines
from fairlead_server.evaluation.machine import describe_machine
from fairlead_server.importing import ImportLine, ProjectIndex, is_standard, parse_import
from fairlead_server.importing.statements import Statement, python_imports
from fairlead_server.monitoring import monitors
from fairlead_server.needed_imports import NeededImports
from fairlead_server.project_imports import ProjectImports
from fairlead_server.review import review
from fairlead_server.settings import Settings
from fairlead_server.suggestion import Suggestion

# None of those that the lists of `importing.likely` were made with.
PACKAGES = (
    "anyio",
    "markdown_it",
    "tqdm",
    "cattrs",
    "pyparsing",
    "fsspec",
    "httpx2",
    "typer",
    "pydantic",
    "importlinter",
)
PATIENCE = 60.0


@dataclass(frozen=True)
class Case:
    """A file without one import, and the place of the line that uses its name."""

    path: Path
    text: str
    start: int
    end: int
    line: ImportLine

    @property
    def sort(self) -> str:
        """Where the import comes from."""
        if self.line.module.startswith("."):
            return "relative"
        if is_standard(self.line.module):
            return "standard library"
        top = self.line.module.partition(".")[0]
        return "own package" if top in self.path.parts else "other packages"


def cases(path: Path) -> Iterator[Case]:
    """Yield what can be made of the file: one case for each import of one name, used once."""
    text = path.read_text(encoding="utf-8", errors="replace")
    lines = list(logical_lines(text))
    words = Counter(token[1] for line in lines for token in line.tokens if token[0] == "name")
    for statement in python_imports(text):
        line = statement.items[0].line
        if statement.indent or len(statement.items) > 1 or line.name == "*":
            continue
        if line.module == "__future__" or words[line.binds] != 2 + _extra(statement, line):
            continue
        start = text.rfind("\n", 0, statement.start) + 1
        end = text.find("\n", statement.end) + 1
        if text[start : statement.start].strip() or text[statement.end : end].strip():
            continue
        kept = text[:start] + text[end:]
        use = re.search(rf"^[^\S\n]*(\S[^\n]*(?<![\w.]){line.binds}\b[^\n]*)", kept, re.MULTILINE)
        if use and not use[1].startswith(("#", '"', "'", "@")):
            yield Case(path, kept, use.start(1), use.end(1), line)


def _extra(statement: Statement, line: ImportLine) -> int:
    """Return how often the name stands in its import besides where it is bound."""
    parts = [*line.module.split("."), line.name, line.alias]
    return max(0, parts.count(line.binds) - 1)


def draw(folder: Path, count: int, seed: int) -> list[Case]:
    """Return a case of each of some files, which are changed accordingly."""
    rng = random.Random(seed)
    files = sorted(folder.rglob("*.py"))
    rng.shuffle(files)
    drawn: list[Case] = []
    for path in files:
        found = list(cases(path))
        if found and len(drawn) < count:
            drawn.append(rng.choice(found))
            path.write_text(drawn[-1].text, encoding="utf-8")
    return drawn


def judged(case: Case, engine: CompletionEngine) -> tuple[str, Suggestion]:
    """Return what is said of the name as the line is written, and the line with its imports."""
    before, after = case.text[: case.start], case.text[case.end :]
    context = Context(str(case.path), before, after, engine, PATIENCE)
    factory = monitors(["python"])["python"]
    text = case.text[case.start : case.end]
    evidence = review(factory, context, text)
    about = [n.verdict for n in evidence if n.kind == "name" and n.name == case.line.binds]
    made = Suggestion(text, 0.0, "stop", False, evidence)
    if isinstance(engine, ImportableEngine):
        engine.prepare(Source(str(case.path), case.text), PATIENCE)
        made = NeededImports(engine, factory, context, "python").added(made)
    return about[0] if about else "not looked at", made


def measure(folder: Path, count: int, seed: int) -> Mapping[str, Counter[str]]:
    """Return what came of the cases, by where the import comes from."""
    drawn = draw(folder, count, seed)
    plain = build_engines(Settings(), str(folder), ["python"])["python"]
    imports = ProjectImports()

    def read(source: Source) -> ProjectIndex:
        document = DocumentSnapshot(source.path, source.text, "python")
        return imports.index(str(folder), document)

    shipped = ImportableEngine(plain, "python", read)
    found: dict[str, Counter[str]] = {}
    try:
        for case in drawn:
            shipped.prepare(Source(str(case.path), case.text), PATIENCE)
            before, (after, made) = judged(case, plain)[0], judged(case, shipped)
            came = _came(before, after, made, case)
            for key in (case.sort, "all"):
                found.setdefault(key, Counter()).update(came)
            if "equal" not in came:
                place = f"{case.path.relative_to(folder)}: {case.line}"
                print(place, came, made.imports, file=sys.stderr)
    finally:
        shipped.close()
    return found


def _came(before: str, after: str, made: Suggestion, case: Case) -> list[str]:
    came = ["uses"]
    came += ["not looked at"] * (before == "not looked at")
    came += ["refused without"] * (before == "invalid")
    came += ["refused"] * (after == "invalid")
    lines = [parse_import(statement, "python") for statement in made.imports]
    is_found = any(line is not None and line.binds == case.line.binds for line in lines)
    came += ["import found"] * is_found
    came += ["verified"] * (is_found and made.verified)
    return came + ["equal"] * (str(case.line) in made.imports)


def main() -> None:
    """Measure and print one JSON value."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--package", action="append", help=f"default: {', '.join(PACKAGES)}")
    parser.add_argument("--files", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    share = -(-arguments.files // len(arguments.package or PACKAGES))
    total: dict[str, Counter[str]] = {}
    for name in arguments.package or PACKAGES:
        spec = importlib.util.find_spec(name)
        if spec is None or not spec.submodule_search_locations:
            raise SystemExit(f"no package {name!r} is installed here")
        with tempfile.TemporaryDirectory() as folder:
            shutil.copytree(spec.submodule_search_locations[0], Path(folder, name))
            for key, counts in measure(Path(folder), share, arguments.seed).items():
                total.setdefault(key, Counter()).update(counts)
    command = " ".join(["benchmarks/imports.py", *sys.argv[1:]])
    told = {"version": __version__, "machine": describe_machine(), "command": command}
    print(json.dumps(told | {"found": total}, indent=1))


if __name__ == "__main__":
    main()
