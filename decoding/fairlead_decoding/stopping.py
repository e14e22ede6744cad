"""Stop rules: where a growing text is cut.

A rule takes the text and the length it had at the last look, and returns the length to cut it to,
or None to go on.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

StopRule = Callable[[bytes, int], "int | None"]


def never(text: bytes, seen: int) -> int | None:
    """Let the text run."""
    return None


def at_strings(stops: Sequence[bytes]) -> StopRule:
    """Cut before the first of `stops`; a stop that spans two tokens is found as well."""
    longest = max((len(stop) for stop in stops), default=0)

    def rule(text: bytes, seen: int) -> int | None:
        start = max(0, seen - longest + 1)
        found = [place for stop in stops if (place := text.find(stop, start)) >= 0]
        return min(found, default=None)

    return rule


def after_lines(count: int) -> StopRule:
    """Cut at the end of the `count`-th line that is not blank, before its line break."""

    def rule(text: bytes, seen: int) -> int | None:
        if b"\n" not in text[seen:] and b"\r" not in text[seen:]:
            return None
        lines, start = 0, 0
        for line in text.splitlines(keepends=True):
            content = line.rstrip(b"\r\n")
            lines += bool(content.strip())
            if lines == count and content != line:
                return start + len(content)
            start += len(line)
        return None

    return rule


def first_of(*rules: StopRule) -> StopRule:
    """Cut where the first of `rules` cuts."""

    def rule(text: bytes, seen: int) -> int | None:
        return min((cut for r in rules if (cut := r(text, seen)) is not None), default=None)

    return rule
