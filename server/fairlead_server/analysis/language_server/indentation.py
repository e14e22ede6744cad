"""How a text is indented, and how servers are told."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from fairlead_server.analysis.language_server.rules import RewritingRule

USUAL = 4
"""Columns of a step where a text shows none."""

_INDENT = re.compile(r"^([ \t]*)(?=[^\s*])", re.MULTILINE)


def indentation(text: str) -> tuple[int, bool]:
    """Return how many columns a step of indentation has, and whether it is of spaces.

    That is the most frequent step from one line to a deeper one; lines that go on with a comment
    are passed over.
    """
    indents = _INDENT.findall(text)
    if sum("\t" in one for one in indents) > sum(" " in one for one in indents):
        return USUAL, False
    widths = [len(one) for one in indents if "\t" not in one]
    steps = Counter(deep - less for less, deep in pairwise(widths) if deep - less in range(2, 9))
    return (steps.most_common(1)[0][0] if steps else USUAL), True


def with_indentation(
    settings: Mapping[str, Any], rule: RewritingRule, found: tuple[int, bool]
) -> dict[str, Any]:
    """Return `settings` with the indentation where `rule` says."""
    changed = dict(settings)
    for names, value in ((rule.width, found[0]), (rule.spaces, found[1])):
        for name in names:
            changed = _with(changed, name.split("."), value)
    return changed


def _with(settings: Mapping[str, Any], keys: list[str], value: Any) -> dict[str, Any]:
    """Return `settings` with a `value` under a path of keys."""
    first, *rest = keys
    below = settings.get(first)
    inner = below if isinstance(below, Mapping) else {}
    return {**settings, first: _with(inner, rest, value) if rest else value}
