"""Whether the only difference of two texts is that a thing has another name, and where."""

from __future__ import annotations

import re
from collections.abc import Iterator

_FORMS = ("{old}: {new}", "{old} as {new}", "{new}: {old}", "{new} as {old}", "{new}")
"""What stands for an old name: besides the new one, an alias where others see the old one."""

_IN_WORD = re.compile(r"[\w$]")

Found = tuple[int, int]
"""Where the old name is in the one text, and the new one in the other."""


def renamed_at(before: str, after: str, old: str, new: str) -> list[Found] | None:
    """Return where `old` in the one text is `new` in the other; None if they differ otherwise.

    All ways to read a difference are followed: ``{old: old}`` may have become ``{old: new}``.
    """
    word = re.compile(rf"(?<![\w$]){re.escape(old)}(?![\w$])")
    reached: dict[int, tuple[Found, ...]] = {0: ()}
    end = 0
    for place in word.finditer(before):
        between = before[end : place.start()]
        end = place.end()
        going: dict[int, tuple[Found, ...]] = {}
        for at, path in reached.items():
            if after.startswith(between, at):
                for stop, found in _steps(after, at + len(between), old, new):
                    more = () if found is None else ((place.start(), found),)
                    going.setdefault(stop, path + more)
        reached = going
    ends = (list(path) for at, path in reached.items() if after[at:] == before[end:])
    return next(ends, None)


def _steps(after: str, at: int, old: str, new: str) -> Iterator[tuple[int, int | None]]:
    """Yield how far one may get from a place of the old name, and where the new one is then."""
    for form in (*_FORMS, "{old}"):
        text = form.format(old=old, new=new)
        stop = at + len(text)
        if after.startswith(text, at) and not _IN_WORD.match(after, stop):
            before_it, is_new, _ = form.partition("{new}")
            yield stop, at + len(before_it.format(old=old)) if is_new else None
