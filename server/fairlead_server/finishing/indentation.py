"""Indentation: a text is indented as its document is."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from dataclasses import dataclass
from math import gcd

from fairlead_server.finishing.draft import Draft, indent_of
from fairlead_server.finishing.scan import scan

_AROUND = 40_000
"""Characters on each side of the cursor that show how the document is indented."""
_OPENER = re.compile(r"[:{]\s*\Z")
_COMMON = (4, 2, 8, 3)
"""Widths of one level, the usual one first."""


@dataclass(frozen=True)
class Style:
    """What one level is: a tab, or `width` blanks."""

    tabs: bool
    width: int

    @property
    def unit(self) -> str:
        """One level."""
        return "\t" if self.tabs else " " * self.width


def indentation(draft: Draft) -> Draft | None:
    """Convert the indentation that the text has in another style than the document.

    Lines inside of strings stay as they are. A first line that repeats the indentation which the
    cursor stands behind loses it again.
    """
    # The cursor's line counts, even if it is blank still.
    style = style_of(draft.prefix[-_AROUND:] + "_" + draft.after[:_AROUND])
    here = indent_of(draft.line_before)
    if style is None or (here and ("\t" in here) != style.tabs):
        return _without_doubled(draft, 4)
    lines, free = draft.text.split("\n"), _free_lines(draft)
    own = _style_of_text(draft, lines)
    if own is not None and own != style:
        base = indent_of(draft.line_before + lines[0])
        for number in range(1, len(lines)):
            if number in free:
                lines[number] = _converted(lines[number], own, style, base)
        if not draft.line_before and lines[0].strip():
            lines[0] = _converted(lines[0], own, style, "")
    return _without_doubled(draft.with_text("\n".join(lines)), style.width)


def style_of(text: str) -> Style | None:
    """Return how `text` is indented, None where it is not, or where tabs and blanks are mixed."""
    lines = [line for line in text.split("\n") if line.strip()]
    tabs = sum(line.startswith("\t") for line in lines)
    blanks = sum(line.startswith("  ") for line in lines)
    if (not tabs and not blanks) or 10 * min(tabs, blanks) > max(tabs, blanks):
        return None
    if tabs > blanks:
        return Style(True, 4)
    steps = Counter(_steps(lines))
    if not steps:
        return None
    width, count = steps.most_common(1)[0]
    return Style(False, width) if width in _COMMON and 2 * count >= steps.total() else None


def _steps(lines: list[str]) -> list[int]:
    """Return by how much lines are indented more than the ones before them that open a block."""
    found = []
    for above, line in itertools.pairwise(lines):
        step = len(indent_of(line)) - len(indent_of(above))
        if step > 0 and _OPENER.search(above) and "\t" not in indent_of(line):
            found.append(step)
    return found


def _free_lines(draft: Draft) -> set[int]:
    """Return the numbers of the lines that do not begin inside of a string."""
    found = scan(draft.language, draft.prefix, draft.text)
    breaks = [m.end() for m in re.finditer("\n", draft.text)]
    return {
        number
        for number, place in enumerate(breaks, 1)
        if found is None or not found.in_string(place)
    }


def _style_of_text(draft: Draft, lines: list[str]) -> Style | None:
    """Return how the model indented; the line that the cursor is in does not count."""
    indents = [indent_of(line) for line in lines[1:] if line.strip()]
    if not draft.line_before and lines[0].strip():
        indents.insert(0, indent_of(lines[0]))
    if any(indent.startswith("\t") for indent in indents):
        return None if any(indent.startswith("  ") for indent in indents) else Style(True, 4)
    first = draft.line_before.expandtabs(4) + lines[0]
    steps = _steps([line for line in [first, *lines[1:]] if line.strip()])
    widths = [len(indent) for indent in indents if indent]
    if not widths:
        return None
    if "\t" in indent_of(draft.line_before):
        return Style(False, _width(widths, indent_of(draft.line_before).count("\t")))
    return Style(False, steps[0]) if steps and set(steps) == {steps[0]} else None


def _width(widths: list[int], levels: int) -> int:
    """Return the width of a level for which the first of `widths` is nearest to `levels`."""
    fitting = [w for w in _COMMON if not any(width % w for width in widths)]
    return min(fitting or [gcd(*widths)], key=lambda width: abs(widths[0] // width - levels))


def _converted(line: str, own: Style, style: Style, base: str) -> str:
    """Return `line` with its indentation beyond `base` in another style."""
    indent = indent_of(line)
    if not own.tabs and not style.tabs:
        beyond = len(indent) - len(base)
        if beyond <= 0:
            return line
        levels, rest = divmod(beyond, own.width)
        return base + style.unit * levels + " " * rest + line[len(indent) :]
    columns = len(indent.expandtabs(own.width))
    levels, rest = divmod(columns, own.width)
    return style.unit * levels + " " * rest + line[len(indent) :]


def _without_doubled(draft: Draft, width: int) -> Draft:
    """Take back what the first line is indented more than its place allows."""
    lines = draft.text.split("\n")
    given = indent_of(lines[0])
    if draft.line_before.strip() or not given or not lines[0].strip() or not draft.line_before:
        return draft
    above = next((x for x in reversed(draft.prefix.split("\n")[:-1]) if x.strip()), "")
    here, there = draft.line_before.expandtabs(width), indent_of(above).expandtabs(width)
    right = len(there) + (width if _OPENER.search(above) else 0)
    surplus = len((draft.line_before + given).expandtabs(width)) - max(len(here), right)
    if surplus <= 0 or set(given) != {" "}:
        return draft
    own = len(here) + len(given)
    others = [line for line in lines[1:] if line.strip()]
    moves = all(indent_of(line).startswith(" " * own) for line in others)
    rest = [line[surplus:] if moves and line.strip() else line for line in lines[1:]]
    return draft.with_text("\n".join([lines[0][surplus:], *rest]))
