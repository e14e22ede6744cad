"""In which ways a model is asked to write a hunk anew.

Apart from plain infilling, the ways are the templates of Repilot (Wei et al., "Copiloting the
Copilots: Fusing Large Language Models with Completion Engines for Automated Program Repair", 2023):
part of what stands there is kept, and the model writes the rest. One more is ours: all is kept but
one token.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from fairlead_server.document import DocumentSnapshot
from fairlead_server.repair.hunk import Hunk, line_break
from fairlead_server.repair.pieces import calls, conditions, tokens

# A name with what it is dereferenced from, a number, a string, an operator or a bracket.
_SINGLE = re.compile(r"""\s*(?:"[^"\n]*"|'[^'\n]*'|\w+(?:\.\w+)*|[^\w\s"'()\[\]{}.,:;]+|[^\w\s])""")
_STRING = re.compile(r""""[^"\n]*"|'[^'\n]*'""")
_COMMENTS = {"python": "# "}
_SLASHES = "// "
_WORDS = {"condition-and": " and ", "condition-or": " or "}
_SIGNS = {"condition-and": " && ", "condition-or": " || "}
_LONGEST_REMARK = 300
"""Characters of a message that are shown to the model."""
_MOST_CUTS = 16
"""Tokens of a hunk at which it is cut, besides those that are at fault."""


@dataclass(frozen=True)
class Way:
    """A way to ask: the model writes what goes between `head` and `tail`, which are kept.

    `lines` is how many lines it may write; with `single`, no more than one token of the language.
    """

    name: str
    head: str
    tail: str
    lines: int
    single: bool = False


@dataclass(frozen=True)
class Asked:
    """What a completer is asked: to complete `document` at `offset`.

    So many characters as `shown` says, at the start of the hunk, are a comment for the model, and
    no part of the patch.
    """

    document: DocumentSnapshot
    offset: int
    shown: int


def ways(hunk: Hunk, focus: Sequence[tuple[int, int]] = ()) -> tuple[Way, ...]:
    """Return the ways to ask for `hunk`: infilling first, then templates, one of a kind each.

    Those come first that replace something in `focus`, places in the document.
    """
    found = [*_infills(hunk)]
    if not hunk.is_insertion:
        cuts = _cuts(hunk, focus)
        by_token = (kind(hunk, cuts) for kind in (_single_tokens, _kept_beginnings, _kept_ends))
        rounds = itertools.zip_longest(_conditions(hunk), _calls(hunk), *by_token)
        templates = [way for turn in rounds for way in turn if way is not None]
        found += sorted(templates, key=lambda way: not _is_about(way, hunk, focus))
    distinct: dict[tuple[str, str, int, bool], Way] = {}
    for way in found:
        distinct.setdefault((way.head, way.tail, way.lines, way.single), way)
    return tuple(distinct.values())


def _is_about(way: Way, hunk: Hunk, focus: Sequence[tuple[int, int]]) -> bool:
    start, end = hunk.start + len(way.head), hunk.end - len(way.tail)
    return any(start < last and first < end for first, last in focus)


def asked(hunk: Hunk, way: Way, remarks: Sequence[str] = ()) -> Asked:
    """Return what to ask for `way`; `remarks` are put as a comment above the hunk."""
    shown = "" if _is_joined(hunk) else _comment(hunk, remarks)
    before = hunk.before + shown + way.head
    document = hunk.patched(shown + way.head + way.tail)
    return Asked(document, len(before), len(shown))


def written(way: Way, text: str, replaces: int) -> str | None:
    """Return the patch that `text` makes, None when it reaches past the end of the hunk.

    `replaces` is how much of what follows gives way to it. A model often repeats the beginning of
    what follows, or goes on to the end of the line: that is left out.
    """
    if replaces > len(way.tail):
        return None
    tail = way.tail[replaces:]
    if way.single:
        found = _SINGLE.match(text)
        text = found[0] if found else ""
    elif tail:
        text = text[: len(text) - _repeated(text, tail)]
    return (way.head + text + tail).rstrip() if text else None


def _repeated(text: str, tail: str) -> int:
    """Return how many characters at the end of `text` the beginning of `tail` repeats.

    What closes brackets of the text itself repeats nothing.
    """
    for length in range(min(len(text), len(tail)), 0, -1):
        kept = text[: len(text) - length]
        if text.endswith(tail[:length]) and _open_brackets(kept) <= _open_brackets(text):
            return length
    return 0


def _open_brackets(text: str) -> int:
    """Count the brackets that `text` opens and does not close."""
    count = 0
    for char in _STRING.sub("", text):
        count += 1 if char in "([{" else -1 if char in ")]}" and count else 0
    return count


def _is_joined(hunk: Hunk) -> bool:
    """Tell whether the line before the hunk goes on in it, so that no comment can stand between."""
    return hunk.before.removesuffix("\n").removesuffix("\r").endswith("\\")


def _comment(hunk: Hunk, remarks: Sequence[str]) -> str:
    mark = hunk.indent + _COMMENTS.get(hunk.document.language, _SLASHES)
    shown = (" ".join(remark.split())[:_LONGEST_REMARK] for remark in remarks)
    end = line_break(hunk.document.text)
    return "".join(mark + remark + end for remark in shown if remark)


def _infills(hunk: Hunk) -> Iterator[Way]:
    count = sum(bool(line.strip()) for line in hunk.text.splitlines()) or 1
    yield Way("infill", hunk.indent, "", count)
    yield Way("infill-more", hunk.indent, "", count + 2)


def _cuts(hunk: Hunk, focus: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the tokens at which the hunk is cut: those in focus, and some, evenly spread."""
    found = tokens(hunk)
    spread = set(found[:: max(1, -(-len(found) // _MOST_CUTS))])
    places = [(first - hunk.start, last - hunk.start) for first, last in focus]
    about = (t for t in found if any(t[0] < last and first < t[1] for first, last in places))
    return sorted(spread.union(itertools.islice(about, _MOST_CUTS)))


def _single_tokens(hunk: Hunk, cuts: Sequence[tuple[int, int]]) -> Iterator[Way]:
    """Keep all but one token."""
    for start, end in cuts:
        yield Way("one-token", hunk.text[:start], hunk.text[end:], 1, single=True)


def _kept_beginnings(hunk: Hunk, cuts: Sequence[tuple[int, int]]) -> Iterator[Way]:
    for start, _ in cuts[1:]:
        rest = hunk.text[start:]
        yield Way("partial-before", hunk.text[:start], "", rest.count("\n") + 1)


def _kept_ends(hunk: Hunk, cuts: Sequence[tuple[int, int]]) -> Iterator[Way]:
    lead = len(hunk.text) - len(hunk.text.lstrip())
    for start, _ in cuts[1:]:
        lines = hunk.text[:start].count("\n") + 1
        yield Way("partial-after", hunk.text[:lead], hunk.text[start:], lines)


def _conditions(hunk: Hunk) -> Iterator[Way]:
    for condition in conditions(hunk):
        head, tail = hunk.text[: condition.start], hunk.text[condition.end :]
        kept = hunk.text[condition.start : condition.end]
        yield Way("condition", head, tail, 1)
        joins = _WORDS if condition.in_words else _SIGNS
        for name, word in joins.items():
            yield Way(name, head + kept + word, tail, 1)
            yield Way(name, head, word + kept + tail, 1)


def _calls(hunk: Hunk) -> Iterator[Way]:
    for call in calls(hunk):
        head, tail = hunk.text[: call.name], hunk.text[call.opening :]
        yield Way("call-name", head, tail, 1, single=True)
        yield Way("call-arguments", hunk.text[: call.opening + 1], hunk.text[call.closing :], 1)
