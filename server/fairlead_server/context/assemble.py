"""From what the sources found to the tokens that go before the document, within a budget."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain, zip_longest
from pathlib import Path

from fairlead_decoding.background import NO_BACKGROUND, Background, background, file_part
from fairlead_decoding.model import LanguageModel
from fairlead_server.context.privacy import is_admissible, repository_of
from fairlead_server.context.source import NAMES, Contribution, Place, Snippet

SHARE = 0.25
"""The part of a model's context that other text gets, even at the expense of the document's own.

Room that the document leaves free is used besides.
"""

MOST_TOKENS = 2048
"""No more than this, however long the context: it takes time to read."""

_LEAST_TOKENS = 24
"""A snippet is not cut to less."""

_CHARACTERS_PER_TOKEN = 3
"""Hardly any code has fewer, so that a text is taken for no shorter than it is."""

_TO_BE_TYPED = 64
"""Tokens of free room that are left to the document, which grows."""

_COMMENTS = {
    "#": ("python", "ruby", "perl", "r", "julia", "elixir", "shellscript", "makefile", "yaml"),
    "--": ("lua", "sql", "haskell", "ada"),
}


@dataclass(frozen=True)
class Assembled:
    """What goes before the document, and where each part of it came from."""

    background: Background = NO_BACKGROUND
    contributions: tuple[Contribution, ...] = ()


def budget_of(model: LanguageModel, place: Place, max_new_tokens: int) -> int:
    """Return how many tokens of other text a prompt for `place` may hold."""
    room = model.context_length - max_new_tokens
    before = place.offset // _CHARACTERS_PER_TOKEN
    after = (len(place.document.text) - place.offset) // _CHARACTERS_PER_TOKEN
    free = room - before - min(after, room // 4) - _TO_BE_TYPED
    return max(0, min(MOST_TOKENS, max(int(SHARE * room), free)))


def assemble(
    model: LanguageModel, place: Place, snippets: Mapping[str, Sequence[Snippet]], budget: int
) -> Assembled:
    """Choose among `snippets`, which are by source, at most `budget` tokens.

    The sources take turns, each with its best; what the document shows anyway, or another snippet,
    is left out. The best stand last, next to the document.
    """
    root = root_of(place.document.path)
    comment = comment_mark(place.document.language)
    own = _relative(place.document.path, root)
    room = budget - len(background(model, [[0]], own, root.name)) + 1
    chosen: list[tuple[Contribution, tuple[int, ...]]] = []
    for snippet in _news(place, snippets, model.context_length * _CHARACTERS_PER_TOKEN):
        path = _relative(snippet.path, root)
        fitted = _fit(snippet.text, room, partial(file_part, model, path, comment=comment))
        if fitted is not None:
            text, tokens = fitted
            room -= len(tokens)
            chosen.append((Contribution(snippet.source, path, text, len(tokens)), tokens))
    parts = [tokens for _, tokens in reversed(chosen)]
    contributions = tuple(contribution for contribution, _ in chosen)
    return Assembled(background(model, parts, own, root.name), contributions)


def root_of(path: str) -> Path:
    """Return the folder that paths in prompts are relative to.

    It is the working tree of git, or else the folder from which Python would import the file.
    """
    repository = repository_of(path)
    if repository is not None:
        return repository
    folder = Path(os.path.abspath(path)).parent
    while (folder / "__init__.py").is_file() and folder.parent != folder:
        folder = folder.parent
    return folder


def comment_mark(language: str) -> str:
    """Return what begins a comment that ends with the line."""
    return next((mark for mark, names in _COMMENTS.items() if language in names), "//")


def _relative(path: str, root: Path) -> str:
    """Return the path below `root`; of a file elsewhere, the name alone."""
    file = Path(os.path.abspath(path))
    return file.relative_to(root).as_posix() if file.is_relative_to(root) else file.name


def _news(
    place: Place, snippets: Mapping[str, Sequence[Snippet]], visible: int
) -> Iterator[Snippet]:
    """Yield the snippets that show something new and may be shown, in order of rank."""
    own = place.document
    seen = _unix(own.text[max(0, place.offset - visible) : place.offset + visible // 4])
    shown: dict[str, set[str]] = {own.path: set(_code_lines(seen))}
    for snippet in _by_turns(snippets):
        lines = _code_lines(snippet.text)
        known = shown.setdefault(snippet.path, set())
        fresh = sum(line not in known for line in lines)
        if 2 * fresh > len(lines) and (snippet.path == own.path or is_admissible(snippet.path)):
            known.update(lines)
            yield snippet


def _by_turns(snippets: Mapping[str, Sequence[Snippet]]) -> Iterable[Snippet]:
    ranked = (sorted(snippets.get(name, ()), key=lambda s: -s.score) for name in NAMES)
    turns = chain.from_iterable(zip_longest(*ranked))
    return (snippet for snippet in turns if snippet is not None)


def _code_lines(text: str) -> list[str]:
    """Return the lines that tell something, without their indentation."""
    return [line for line in map(str.strip, text.splitlines()) if any(map(str.isalnum, line))]


def _fit(
    text: str, room: int, tokenise: Callable[[str], tuple[int, ...]]
) -> tuple[str, tuple[int, ...]] | None:
    """Return as many lines of `text` as take up `room` tokens at most, with their tokens.

    None when that would be next to nothing.
    """
    lines = _unix(text).splitlines(keepends=True)
    tokens = tokenise("".join(lines))
    whole = len(lines)
    while len(tokens) > room:
        lines = lines[: min(len(lines) - 1, len(lines) * room // len(tokens))]
        if room < _LEAST_TOKENS or not lines:
            return None
        tokens = tokenise("".join(lines))
    if len(lines) < whole and len(tokens) < _LEAST_TOKENS:
        return None
    return "".join(lines), tokens


def _unix(text: str) -> str:
    return text.replace("\r\n", "\n")
