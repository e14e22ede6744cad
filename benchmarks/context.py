"""Measure whether text besides the document helps a model, source by source.

Each sample is a place in a file of an installed package: the rest of the line after it is taken
out, and completed from the document alone and with the context of each source. Half of the places
stand right after the dot of a dereference, the others anywhere in a line of code. Other files of
the same package count as open. All configurations meet the same places, so that differences are
paired: `p` is that of the exact sign test. Besides, the bits are counted that the model spends on
the line that is wanted, in each prompt; `saved` are those that a source makes unnecessary.

With `--repository`, places are taken from its history instead (see `_history.py`), and recent edits
count as a source too. Choose packages and repositories that the model was not trained on.
"""

from __future__ import annotations

import argparse
import ast
import importlib.util
import json
import math
import random
import re
import shutil
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import Future
from contextlib import closing
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import stdev
from typing import Any

from _history import Moment, moments

from fairlead_decoding.complete import Decoder
from fairlead_decoding.sampling import log_probability
from fairlead_decoding.types import Completion, GenerationConfig, Prompt
from fairlead_monitors.engine import (
    CompletionEngine,
    Declaration,
    Kind,
    Names,
    Source,
    Unknowing,
)
from fairlead_monitors.python.members import MembersMonitor
from fairlead_server import __version__
from fairlead_server.analysis.jedi_engine import JediEngine
from fairlead_server.completer import Completer
from fairlead_server.context import assemble
from fairlead_server.context.source import EDITS, NAMES
from fairlead_server.document import DocumentSnapshot
from fairlead_server.evaluation.figures import share
from fairlead_server.evaluation.machine import describe_machine
from fairlead_server.model_files import load_model
from fairlead_server.settings import LAYOUTS, Options, resolve
from fairlead_server.suggestion import CompletionRequest

PACKAGES = ("jedi", "parso", "pygls", "importlinter", "grimp", "hypothesis")
OPEN = 8
"""How many other files are open."""

PATIENCE = 60.0
METRICS = ("line_exact_match", "next_identifier")
_WORD = re.compile(r"[^\W\d]\w*")


@dataclass
class Tally:
    """Whether each place was completed rightly, in the order of the places."""

    right: dict[tuple[str, str, str], list[bool]] = field(default_factory=dict)
    tokens: dict[str, list[int]] = field(default_factory=dict)
    bits: dict[str, list[float]] = field(default_factory=dict)

    def count(self, metric: str, guided: str, sources: str, right: bool) -> None:
        """Count one completion."""
        self.right.setdefault((metric, guided, sources), []).append(right)


class Listening(Decoder):
    """A decoder that remembers its last prompt."""

    def complete(self, prompt: Prompt, *arguments: Any, **options: Any) -> list[Completion]:
        """Complete as always."""
        self.last = prompt
        return super().complete(prompt, *arguments, **options)

    def bits(self, text: str) -> float:
        """Return the information in `text`, written after the last prompt."""
        session, logits = self.prompts.prefill(self.last.tokens)
        tokens = self.model.encode(self.last.heal.decode() + text)
        with closing(session.fork()) as fork:
            return -log_probability(fork, logits, tokens) / math.log(2)


class Remembering(Unknowing):
    """An engine that is asked each question once: configurations share the answers."""

    name = "jedi"

    def __init__(self, engine: CompletionEngine) -> None:
        self._engine = engine
        self._names: dict[tuple[Kind, Source, int], Future[Names]] = {}
        self._declarations: dict[tuple[Source, int], Future[tuple[Declaration, ...]]] = {}

    def names(self, kind: Kind, source: Source, offset: int) -> Future[Names]:
        """Ask for names."""
        key = (kind, source, offset)
        if key not in self._names:
            self._names[key] = self._engine.names(kind, source, offset)
        return self._names[key]

    def declarations(self, source: Source, offset: int) -> Future[tuple[Declaration, ...]]:
        """Ask for declarations."""
        key = (source, offset)
        if key not in self._declarations:
            self._declarations[key] = self._engine.declarations(source, offset)
        return self._declarations[key]

    def forget(self) -> None:
        """Drop the answers: another place is next."""
        self._names.clear()
        self._declarations.clear()

    def warm(self, source: Source) -> None:
        """Do nothing: nobody waits."""

    def close(self) -> None:
        """Stop the engine."""
        self._engine.close()


def package_files(name: str, copies: Path) -> list[Path]:
    """Return the Python files of an installed package that are neither tests nor tiny.

    They are copied to `copies`: where packages are installed is often ignored by git.
    """
    spec = importlib.util.find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        raise SystemExit(f"context: no package {name} is installed here")
    shutil.copytree(spec.submodule_search_locations[0], copies / name)
    files = [f for f in (copies / name).rglob("*.py") if f.stat().st_size > 2000]
    return sorted(f for f in files if "test" not in f.relative_to(copies).as_posix())


def draw(packages: Sequence[str], size: int, seed: int, copies: Path) -> list[Moment]:
    """Draw `size` places of each package, dereferences and others by turns."""
    rng, places = random.Random(seed), []
    for package in packages:
        files, drawn = package_files(package, copies), 0
        while drawn < size:
            path = rng.choice(files)
            text = path.read_bytes().decode("utf-8")
            offsets = _dereferences(text) if drawn % 2 else _code(text, rng)
            if offsets:
                places.append(_cut(path, text, rng.choice(offsets), files, rng))
                drawn += 1
    return places


def _cut(path: Path, text: str, offset: int, files: list[Path], rng: random.Random) -> Moment:
    end = text.find("\n", offset)
    beside = [f for f in files if f != path and f.parent == path.parent]
    elsewhere = [f for f in files if f.parent != path.parent]
    rng.shuffle(beside)
    rng.shuffle(elsewhere)
    opened = (beside + elsewhere)[:OPEN]
    return Moment(
        DocumentSnapshot(str(path), text[:offset] + text[end:], "python"),
        offset,
        text[offset:end],
        tuple(DocumentSnapshot(str(f), f.read_text("utf-8"), "python") for f in opened),
        (),
    )


def draw_history(repositories: Sequence[Path], size: int, seed: int, copies: Path) -> list[Moment]:
    """Draw `size` places from the history of each repository."""
    rng = random.Random(seed)
    return [m for path in repositories for m in moments(path, size, rng, copies)]


def _dereferences(text: str) -> list[int]:
    """Return the offsets behind the dots of attribute reads, but for those of modules' heads."""
    starts = _line_starts(text)
    found = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load):
            row, column = node.end_lineno or 1, node.end_col_offset or 0
            line = text[starts[row - 1] : starts[row]]
            offset = starts[row - 1] + len(line.encode()[:column].decode()) - len(node.attr)
            if text[offset - 1] == "." and text.startswith(node.attr, offset):
                found.append(offset)
    return found


def _code(text: str, rng: random.Random) -> list[int]:
    """Return one offset in each line of a function that holds code."""
    starts, rows = _line_starts(text), set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            body = [s for s in node.body if not _is_docstring(s)]
            rows |= {s.lineno for s in ast.walk(node) if isinstance(s, ast.stmt) and s in body}
    found = []
    for row in sorted(rows):
        line = text[starts[row - 1] : starts[row]].rstrip("\r\n")
        indent = len(line) - len(line.lstrip())
        found.append(starts[row - 1] + rng.randint(indent, max(indent, len(line) - 1)))
    return found


def _is_docstring(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _line_starts(text: str) -> list[int]:
    return [0, *(m.end() for m in re.finditer("\n", text)), len(text)]


def next_identifier(prefix: str, text: str) -> str:
    """Return the first identifier that `text` writes or goes on with."""
    typed = re.search(r"\w*\Z", prefix)
    found = _WORD.search((typed[0] if typed else "") + text)
    return found[0] if found else ""


def measure(
    completer: Completer,
    decoder: Listening,
    engine: Remembering,
    places: Sequence[Moment],
    sets: dict[str, list[str]],
) -> Tally:
    """Complete every place with every set of sources, guided and not."""
    tally = Tally()
    for number, place in enumerate(places, 1):
        prefix = place.document.text[: place.offset]
        wanted = place.wanted.rstrip()
        for name, sources in sets.items():
            for guided in ("guided", "unguided"):
                request = CompletionRequest(
                    place.document,
                    place.offset,
                    GenerationConfig(max_new_tokens=64),
                    guided=guided == "guided",
                    patience=PATIENCE,
                    others=place.others,
                    edits=place.edits,
                    context=tuple(sources),
                )
                result = completer.complete(request)
                text = result.suggestions[0].text
                exact = text.partition("\n")[0].rstrip() == wanted
                same = next_identifier(prefix, text) == next_identifier(prefix, wanted)
                tally.count("line_exact_match", guided, name, exact)
                tally.count("next_identifier", guided, name, same)
            used = sum(c.tokens for c in result.context.contributions)
            tally.tokens.setdefault(name, []).append(used)
            tally.bits.setdefault(name, []).append(decoder.bits(wanted + "\n"))
        engine.forget()
        if number % 20 == 0:
            print(f"{number} of {len(places)} places", file=sys.stderr)
    return tally


def figures(tally: Tally) -> dict[str, dict[str, object]]:
    """Sum up: shares with Wilson's interval, and what each source gained and lost."""
    found: dict[str, dict[str, object]] = {}
    for (metric, guided, name), right in tally.right.items():
        entry: dict[str, object] = asdict(share(right))
        base = tally.right[metric, guided, "none"]
        gained = sum(new and not old for new, old in zip(right, base, strict=True))
        lost = sum(old and not new for new, old in zip(right, base, strict=True))
        if name != "none":
            entry |= {"gained": gained, "lost": lost, "p": sign_test(gained, lost)}
        found[f"{metric}.{guided}.{name}"] = entry
    for name, bits in tally.bits.items():
        saved = [old - new for old, new in zip(tally.bits["none"], bits, strict=True)]
        mean, half = sum(saved) / len(saved), 1.96 * stdev(saved) / math.sqrt(len(saved))
        found[f"bits_of_the_line.{name}"] = {
            "value": sum(bits) / len(bits),
            "unit": "bits",
            "n": len(bits),
            "saved": mean,
            "saved_low": mean - half,
            "saved_high": mean + half,
        }
    for name, counts in tally.tokens.items():
        mean = sum(counts) / len(counts)
        found[f"context_tokens.{name}"] = {"value": mean, "unit": "tokens", "n": len(counts)}
    return found


def sign_test(gained: int, lost: int) -> float:
    """Return how probable a split at least as uneven is when gain and loss are alike."""
    n, least = gained + lost, min(gained, lost)
    tail = sum(math.comb(n, k) for k in range(least + 1)) / 2**n
    return min(1.0, 2 * tail)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark; print the figures, or write them to a file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--package", action="append", help=f"default: {', '.join(PACKAGES)}")
    parser.add_argument("--repository", action="append", type=Path, help="a git repository")
    parser.add_argument("--sample", type=int, default=60, help="places in each package")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--model")
    parser.add_argument("--layout", choices=LAYOUTS, default="auto")
    parser.add_argument("--share", type=float, default=assemble.SHARE, help="of the context")
    parser.add_argument("--json", action="store_true", help="print one JSON value")
    stated = parser.parse_args(arguments)
    assemble.SHARE = stated.share
    names = [name for name in NAMES if name != EDITS or stated.repository]
    sets = {"none": [], **{name: [name] for name in names}, "all": names}
    settings = resolve(Options(model=stated.model))
    engine = Remembering(JediEngine())
    layout = None if stated.layout == "auto" else stated.layout
    decoder = Listening(load_model(settings))
    completer = Completer(decoder, {"python": engine}, {"python": MembersMonitor}, layout)
    with tempfile.TemporaryDirectory(prefix="fairlead-benchmark-") as copies:
        if stated.repository:
            places = draw_history(stated.repository, stated.sample, stated.seed, Path(copies))
        else:
            packages = stated.package or PACKAGES
            places = draw(packages, stated.sample, stated.seed, Path(copies))
        tally = measure(completer, decoder, engine, places, sets)
    completer.close()
    report = {
        "benchmark": "context",
        "version": __version__,
        "model": decoder.model.name,
        "machine": describe_machine(),
        "seed": stated.seed,
        "command": "python benchmarks/context.py " + " ".join(arguments or sys.argv[1:]),
        "figures": figures(tally),
    }
    if stated.json:
        json.dump(report, sys.stdout, indent=2)
    else:
        show(report["figures"])
    return 0


def show(found: dict[str, dict[str, object]]) -> None:
    """Print the figures as lines."""
    for name, figure in found.items():
        line = f"{name:44} {figure['value']:8.3f}"
        if "p" in figure:
            line += f"   +{figure['gained']} -{figure['lost']}, p = {figure['p']:.3f}"
        if "saved" in figure:
            line += f"   saved {figure['saved']:.3f} ({figure['saved_low']:.3f} to"
            line += f" {figure['saved_high']:.3f})"
        print(line)


if __name__ == "__main__":
    raise SystemExit(main())
