"""Measure how often member lists would veto a name that real, working code uses.

Each sample is an attribute read in an installed package. The name is taken out of the text (and,
in the prefix context, all that follows), and the members are asked for at its place. A list
marked complete that lacks the name is an over-rejection: the shipped name is taken to be right.
"""

from __future__ import annotations

import argparse
import ast
import importlib.util
import json
import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from fairlead_monitors.engine import Completeness, Kind, Names, Source
from fairlead_monitors.python.jedi_members import members
from fairlead_server import plugins

PACKAGES = ["jedi", "parso", "pygls", "_pytest", "hypothesis", "networkx"]
"""Measured when none is named."""


Ask = Callable[[Source, int], Names]


@dataclass(frozen=True)
class Access:
    """A place where `name` is read from an object: `offset` is that of the name."""

    path: str
    line: int
    offset: int
    name: str


@dataclass(frozen=True)
class Answer:
    """What the analysis said of one access."""

    access: Access
    completeness: str
    reason: str
    listed: int
    known: bool
    milliseconds: float

    @property
    def vetoed(self) -> bool:
        """Tell whether the name, which is right, would have been refused."""
        return self.completeness == Completeness.COMPLETE.value and not self.known


def package_files(name: str) -> list[Path]:
    """Return the Python files of an installed package or module."""
    spec = importlib.util.find_spec(name)
    if spec is None:
        raise SystemExit(f"over_rejection: no package {name} is installed here")
    folders = list(spec.submodule_search_locations or ())
    files = [f for folder in folders for f in Path(folder).rglob("*.py")]
    return sorted(files) if folders else [Path(spec.origin or "")]


def accesses(path: Path) -> Iterator[Access]:
    """Yield the attribute reads of a file, without those whose place is not exactly known."""
    try:
        text = path.read_bytes().decode("utf-8")
        tree = ast.parse(text)
    except (OSError, UnicodeDecodeError, SyntaxError, ValueError):
        return
    lines = text.splitlines(keepends=True)
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line))
    for node in ast.walk(tree):
        if not isinstance(node, ast.Attribute) or not isinstance(node.ctx, ast.Load):
            continue
        row, column = node.end_lineno or 1, node.end_col_offset or 0
        end = starts[row - 1] + len(lines[row - 1].encode()[:column].decode("utf-8", "replace"))
        offset = end - len(node.attr)
        # Places inside f-strings are wrong before Python 3.12.
        if text[offset:end] == node.attr and text[offset - 1] == ".":
            yield Access(str(path), row, offset, node.attr)


def sample(packages: Sequence[str], size: int, seed: int) -> list[Access]:
    """Draw `size` accesses from each package, grouped by file as an editor would ask."""
    rng = random.Random(seed)
    drawn = []
    for package in packages:
        files = package_files(package)
        rng.shuffle(files)
        pool: list[Access] = []
        for path in files:
            found = list(accesses(path))
            pool += rng.sample(found, min(len(found), max(5, size // 10)))
            if len(pool) >= size:
                break
        drawn += pool[:size]
    return drawn


@contextmanager
def asking(engine: str, packages: Sequence[str]) -> Iterator[Ask]:
    """Return a function that asks an engine, in this process in the case of jedi."""
    if engine == "jedi":
        yield members
        return
    # The folder that the packages are in: to the engine they are one project.
    first = package_files(packages[0])[0]
    project = next(folder for folder in first.parents if not (folder / "__init__.py").exists())
    running = plugins.load("engines", engine)(str(project), sys.executable)
    try:
        yield lambda source, offset: running.names(Kind.MEMBER, source, offset).result()
    finally:
        running.close()


def answer_to(ask: Ask, access: Access, context: str) -> Answer:
    """Ask for the members at one access."""
    text = Path(access.path).read_bytes().decode("utf-8")
    prefix = text[: access.offset]
    suffix = text[access.offset + len(access.name) :] if context == "suffix" else ""
    start = time.perf_counter()
    found = ask(Source(access.path, prefix + suffix), access.offset)
    took = 1000 * (time.perf_counter() - start)
    return Answer(
        access,
        found.completeness.value,
        found.reason,
        len(found.names),
        access.name in found.names,
        took,
    )


def quantile(values: Sequence[float], share: float) -> float:
    """Return the value below which `share` of `values` lie (nearest rank)."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def report(answers: Sequence[Answer]) -> dict[str, object]:
    """Sum the answers up."""
    complete = [a for a in answers if a.completeness == Completeness.COMPLETE.value]
    vetoed = [a for a in answers if a.vetoed]
    times = [a.milliseconds for a in answers]
    return {
        "accesses": len(answers),
        "coverage": len(complete) / len(answers),
        "vetoed": len(vetoed),
        "over_rejection": len(vetoed) / len(answers),
        "latency_ms_p50": quantile(times, 0.5),
        "latency_ms_p95": quantile(times, 0.95),
        "list_size_p50": quantile([a.listed for a in complete] or [0], 0.5),
        "reasons": dict(Counter(_kind(a.reason) for a in answers if a.reason).most_common(12)),
        "vetoes": [asdict(a) for a in vetoed],
    }


def _kind(reason: str) -> str:
    return " ".join(reason.split()[:3])


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark and print its figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--package", action="append", help=f"may be given again; default {', '.join(PACKAGES)}"
    )
    parser.add_argument("--sample", type=int, default=100, help="accesses per package")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--context", choices=("suffix", "prefix"), default="suffix")
    parser.add_argument("--engine", default="python", help="jedi, ty, or any other plug-in")
    parser.add_argument("--json", action="store_true", help="print one JSON value")
    options = parser.parse_args(arguments)
    packages = options.package or PACKAGES
    drawn = sample(packages, options.sample, options.seed)
    with asking(options.engine, packages) as ask:
        answers = [answer_to(ask, access, options.context) for access in drawn]
    figures = report(answers)
    if options.json:
        json.dump(figures, sys.stdout, indent=2)
    else:
        _show(figures, answers)
    return 0


def _show(figures: dict[str, object], answers: Sequence[Answer]) -> None:
    for name, value in figures.items():
        if name == "reasons":
            print("reasons", *(f"  {n:5} {r}" for r, n in value.items()), sep="\n")  # type: ignore[attr-defined]
        elif name != "vetoes":
            print(f"{name:16} {value:.4g}")
    for answer in (a for a in answers if a.vetoed):
        access = answer.access
        print(f"{access.path}:{access.line}: {access.name} (of {answer.listed} listed)")


if __name__ == "__main__":
    raise SystemExit(main())
