"""How near what was written comes to what stood there. Pure: texts in, numbers out.

The next identifier, the identifier sequence and the prefix are matched as for DotPrompts (Agrawal,
Kanade, Goyal, Lahiri, Rajamani: "Monitor-Guided Decoding of Code LMs with Static Analysis of
Repository Context", 2023); the edit similarity is that of ExecRepoBench (Yang and others, 2024).
None is the answer where what stood there has nothing that could be matched.
"""

from __future__ import annotations

from collections.abc import Sequence

from fairlead_server.evaluation.completion.lexing import tokens


def identifiers(text: str, language: str) -> list[str]:
    """Return the identifiers of `text` in their order; keywords are none."""
    return [token.text for token in tokens(text, language) if token.sort == "identifier"]


def next_identifier(written: str, wanted: str, language: str) -> bool | None:
    """Tell whether the first identifier is the one that is wanted."""
    first = identifiers(wanted, language)[:1]
    return identifiers(written, language)[:1] == first if first else None


def identifier_sequence(written: str, wanted: str, language: str) -> float | None:
    """Return how many of the identifiers match from the first on, as a share of those wanted."""
    return _common(identifiers(written, language), identifiers(wanted, language))


def prefix_match(written: str, wanted: str, language: str) -> float | None:
    """Return how many of the tokens match from the first on, as a share of those wanted."""
    return _common(
        [token.text for token in tokens(written, language)],
        [token.text for token in tokens(wanted, language)],
    )


def exact_match(written: str, wanted: str) -> bool:
    """Tell whether the texts are the same but for blanks around them and at ends of lines."""
    return normal(written) == normal(wanted)


def edit_similarity(written: str, wanted: str) -> float:
    """Return 1 less the edit distance as a share of the longer text; 1 for two empty ones."""
    written, wanted = normal(written), normal(wanted)
    longest = max(len(written), len(wanted))
    return 1 - edit_distance(written, wanted) / longest if longest else 1.0


def edit_distance(one: str, other: str) -> int:
    """Return how many characters have to be inserted, deleted or replaced (Levenshtein, 1966)."""
    row = list(range(len(other) + 1))
    for i, mine in enumerate(one, 1):
        diagonal, row[0] = row[0], i
        for j, its in enumerate(other, 1):
            best = min(row[j] + 1, row[j - 1] + 1, diagonal + (mine != its))
            diagonal, row[j] = row[j], best
    return row[-1]


def normal(text: str) -> str:
    """Return `text` without the blanks that are not compared."""
    return "\n".join(line.rstrip() for line in text.strip().splitlines())


def _common(written: Sequence[str], wanted: Sequence[str]) -> float | None:
    if not wanted:
        return None
    pairs = zip(written, wanted, strict=False)
    same = next((i for i, (a, b) in enumerate(pairs) if a != b), min(len(written), len(wanted)))
    return same / len(wanted)
