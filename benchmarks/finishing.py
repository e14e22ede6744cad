"""Measure what the filters of `fairlead_server.finishing` do to real code and to a model's texts.

Places are in Python files of installed packages, of three sorts: the rest of a line is taken out,
or the arguments of a call (the editor has closed it), or the body of a function. First what was
taken out is put through the filters: it is right, so whatever they change is their mistake. Then
the model writes there, unguided, and its text is compared as it is and finished: whether it
restores the file, blanks at line ends apart, and whether the file parses with it.
"""

from __future__ import annotations

import argparse
import ast
import importlib.util
import json
import random
import re
import sys
import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from fairlead_decoding.types import GenerationConfig
from fairlead_server import __version__
from fairlead_server.completer import Completer
from fairlead_server.document import DocumentSnapshot
from fairlead_server.engine import build_completer
from fairlead_server.evaluation.machine import describe_machine
from fairlead_server.finishing import Draft, Finished, finish
from fairlead_server.settings import Options, resolve
from fairlead_server.suggestion import CompletionRequest, Suggestion

PACKAGES = ("jedi", "parso", "pygls", "importlinter", "grimp", "hypothesis")
LONGEST_BODY = 12
"""Lines of a body that is taken out."""
_CODE = re.compile(r"^[ \t]*[^\W\d][^\n]{8,}$", re.MULTILINE)


@dataclass(frozen=True)
class Place:
    """From `start` to `end` of a file's text, something is taken out."""

    sort: str
    path: str
    text: str
    start: int
    end: int

    @property
    def document(self) -> DocumentSnapshot:
        """The file without what is taken out."""
        return DocumentSnapshot(
            self.path, self.text[: self.start] + self.text[self.end :], "python"
        )

    def draft(self, text: str, *, whole: bool = True) -> Draft:
        """Return `text` in the place of what is taken out."""
        return Draft("python", self.text[: self.start], self.text[self.end :], text, whole=whole)

    def filled(self, text: str, replaces: int = 0) -> str:
        """Return the file with `text` in the place of what is taken out."""
        return self.text[: self.start] + text + self.text[self.end + replaces :]


def lines(path: str, text: str) -> Iterator[Place]:
    """Yield the rests of lines from a random place on."""
    for match in _CODE.finditer(text):
        indent = len(match[0]) - len(match[0].lstrip())
        cut = random.Random(match.start()).randint(indent, len(match[0]) - 2)
        yield Place("line", path, text, match.start() + cut, match.end())


def calls(path: str, text: str) -> Iterator[Place]:
    """Yield the arguments of calls that are on one line."""
    for match in re.finditer(r"\w\(([^()\n]+)\)", text):
        yield Place("call", path, text, match.start(1), match.end(1))


def bodies(path: str, text: str) -> Iterator[Place]:
    """Yield the bodies of functions, without their docstrings."""
    offsets = [0]
    for line in text.splitlines(keepends=True):
        offsets.append(offsets[-1] + len(line))
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        body = node.body[1:] if ast.get_docstring(node) else node.body
        if not body or body[0].lineno == node.lineno:
            continue
        last = body[-1].end_lineno or 0
        start = offsets[body[0].lineno - 1] + body[0].col_offset
        if (
            last - body[0].lineno < LONGEST_BODY
            and not text[offsets[body[0].lineno - 1] : start].strip()
        ):
            yield Place("body", path, text, start, len(text[: offsets[last]].rstrip()))


SORTS: dict[str, Callable[[str, str], Iterator[Place]]] = {
    "line": lines,
    "call": calls,
    "body": bodies,
}


def places(packages: Sequence[str], count: int, seed: int) -> dict[str, list[Place]]:
    """Draw `count` places of each sort."""
    found: dict[str, list[Place]] = {sort: [] for sort in SORTS}
    for path in files(packages):
        text = path.read_text(encoding="utf-8")
        if "\r" in text or "\f" in text or not text.isascii() or not parses(text):
            continue
        for sort, within in SORTS.items():
            found[sort] += within(str(path), text)
    rng = random.Random(seed)
    return {sort: rng.sample(all_, min(count, len(all_))) for sort, all_ in found.items()}


def files(packages: Sequence[str]) -> Iterator[Path]:
    """Yield the source files of installed packages."""
    for package in packages:
        spec = importlib.util.find_spec(package)
        if spec is None or not spec.submodule_search_locations:
            sys.exit(f"finishing: package {package} is not installed")
        yield from sorted(Path(spec.submodule_search_locations[0]).rglob("*.py"))


def parses(text: str) -> bool:
    """Tell whether `text` is Python."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            ast.parse(text)
        except SyntaxError:
            return False
    return True


def same(text: str, other: str) -> bool:
    """Tell whether texts are equal but for blanks at the ends of lines, and blank lines."""
    return _bare(text) == _bare(other)


def _bare(text: str) -> list[str]:
    return [line.rstrip() for line in text.split("\n") if line.strip()]


def changed_truths(found: Sequence[Place]) -> list[tuple[Place, Finished]]:
    """Return the places whose true text the filters change."""
    changed = []
    for place in found:
        finished = finish(place.draft(place.text[place.start : place.end]))
        if not same(place.filled(finished.text, finished.replaces), place.text):
            changed.append((place, finished))
    return changed


def written(completer: Completer, place: Place, tokens: int) -> Suggestion | None:
    """Return what the model writes at `place`."""
    request = CompletionRequest(
        place.document,
        place.start,
        GenerationConfig(max_new_tokens=tokens),
        guided=False,
        blocks=True,
        raw=True,
        context=(),
    )
    return next(iter(completer.complete(request).suggestions), None)


def compared(found: Sequence[tuple[Place, Suggestion]]) -> dict[str, object]:
    """Return how often which filter acted on the model's texts, and what came of it."""
    acted: Counter[str] = Counter()
    counts = Counter({"restored": 0, "restored.finished": 0, "parses": 0, "parses.finished": 0})
    for place, suggestion in found:
        whole = suggestion.finish_reason == "stop"
        finished = finish(place.draft(suggestion.text, whole=whole))
        raw, done = place.filled(suggestion.text), place.filled(finished.text, finished.replaces)
        acted.update(finished.applied)
        acted["dropped"] += not finished.text
        counts["restored"] += same(raw, place.text)
        counts["restored.finished"] += same(done, place.text)
        counts["parses"] += parses(raw)
        counts["parses.finished"] += parses(done)
    ended = Counter(suggestion.finish_reason for _, suggestion in found)
    return {"n": len(found), **counts, "applied": dict(acted.most_common()), "ended": dict(ended)}


def main() -> None:
    """Measure and print JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--packages", nargs="+", default=PACKAGES)
    parser.add_argument("--truths", type=int, default=2000, help="true texts of each sort")
    parser.add_argument("--places", type=int, default=70, help="places of each sort for the model")
    parser.add_argument("--model")
    parser.add_argument("--max-tokens", type=int, default=64)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--show", action="store_true", help="print the true texts that changed")
    arguments = parser.parse_args()
    drawn = places(arguments.packages, arguments.truths, arguments.seed)
    truths = {sort: changed_truths(found) for sort, found in drawn.items()}
    if arguments.show:
        for place, finished in (pair for found in truths.values() for pair in found):
            print(place.sort, place.path, finished, file=sys.stderr)
            print(repr(place.text[place.start - 60 : place.start]), file=sys.stderr)
            print(repr(place.text[place.start : place.end]), file=sys.stderr)
            print(repr(place.text[place.end : place.end + 60]), end="\n\n", file=sys.stderr)
    result: dict[str, object] = {
        "version": __version__,
        "machine": describe_machine(),
        "command": " ".join(["benchmarks/finishing.py", *sys.argv[1:]]),
        "truths_changed": {s: f"{len(truths[s])} of {len(drawn[s])}" for s in SORTS},
    }
    if arguments.places:
        with closing(build_completer(resolve(Options(model=arguments.model)))) as completer:
            result["model"] = completer.model_name
            result["texts"] = {
                sort: compared(
                    [
                        (place, suggestion)
                        for place in found[: arguments.places]
                        if (suggestion := written(completer, place, arguments.max_tokens))
                    ]
                )
                for sort, found in drawn.items()
            }
    print(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
