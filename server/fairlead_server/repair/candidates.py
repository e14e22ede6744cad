"""Candidates: different patches, each with all the ways in which it came about."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from tree_sitter import Node

from fairlead_monitors.trees import grammar
from fairlead_server.repair.hunk import Hunk


@dataclass(frozen=True)
class Origin:
    """How a sample was made: by which way of asking, guided or not, with which seed.

    `tokens` is what it took of the model; `search` is ``sample`` or ``beam``.
    """

    way: str
    guided: bool
    search: str
    seed: int
    tokens: int
    logprob: float
    verified: bool = False


@dataclass(frozen=True)
class Candidate:
    """A patch: `text` goes in the place of the hunk. `number` counts them as they were found."""

    text: str
    number: int
    origins: tuple[Origin, ...]

    @property
    def guided(self) -> bool:
        """Whether the first sample that wrote it was guided."""
        return self.origins[0].guided

    @property
    def logprob(self) -> float:
        """The best mean log-probability per token of the samples that wrote it."""
        return max(origin.logprob / max(1, origin.tokens) for origin in self.origins)


@dataclass
class Pool:
    """The candidates for one hunk, in the order in which they were found.

    Texts that differ in blanks and comments alone are one candidate. What stands there already is
    none.
    """

    hunk: Hunk
    _found: dict[tuple[str, ...], Candidate] = field(default_factory=dict)
    samples: int = 0

    def __post_init__(self) -> None:
        self._old = normalised(self.hunk, self.hunk.text)

    def __iter__(self) -> Iterator[Candidate]:
        return iter(self._found.values())

    def __len__(self) -> int:
        return len(self._found)

    def add(self, text: str, origin: Origin) -> Candidate | None:
        """Add a sample; return its candidate, None if it changes nothing."""
        self.samples += 1
        key = normalised(self.hunk, text)
        if key == self._old:
            return None
        known = self._found.get(key)
        made = (
            replace(known, origins=(*known.origins, origin))
            if known
            else Candidate(text, len(self._found) + 1, (origin,))
        )
        self._found[key] = made
        return made


def normalised(hunk: Hunk, text: str) -> tuple[str, ...]:
    """Return the tokens of the lines of the hunk if `text` stood there, with their indentation.

    Comments are left out, and blanks are but where they make blocks. Without a grammar, the words.
    """
    found = grammar(hunk.document.language)
    if found is None:
        return tuple(text.split())
    before = hunk.before.encode(errors="replace")
    data = text.encode(errors="replace")
    tree = found.parse(before + data + hunk.after.encode(errors="replace"))
    leaves = _leaves(tree.root_node, len(before), len(before) + len(data))
    return tuple(_spelled(hunk, before + data, leaf) for leaf in leaves)


def _leaves(root: Node, start: int, end: int) -> Iterator[Node]:
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if node.end_byte <= start or node.start_byte >= end or "comment" in node.type:
            continue
        if node.child_count:
            waiting.extend(reversed(node.children))
        elif node.end_byte > node.start_byte and (node.text or b"").strip():
            yield node


def _spelled(hunk: Hunk, data: bytes, leaf: Node) -> str:
    """Return the token, with its indentation where it begins a line of Python."""
    spelled = (leaf.text or b"").decode(errors="replace")
    if hunk.document.language != "python":
        return spelled
    line = data[data.rfind(b"\n", 0, leaf.start_byte) + 1 : leaf.start_byte]
    return spelled if line.strip() else f"\n{line.decode(errors='replace')}{spelled}"
