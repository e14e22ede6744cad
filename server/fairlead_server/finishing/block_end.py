"""The end of a block: a text of several lines ends with the block that its first line is in."""

from __future__ import annotations

import re

from fairlead_server.finishing.definitions import next_definition
from fairlead_server.finishing.draft import Draft, indent_of
from fairlead_server.finishing.missing import missing
from fairlead_server.finishing.scan import BRACES, scan

_COMMENT = re.compile(r"\s*(?:#|//|/?\*|@|template\b)")
_TAIL = re.compile(r"([;,)\]]*)[ \t]*(?=$|//|/\*|(?:else|catch|finally|while)\b)", re.MULTILINE)
"""What may follow the brace that ends a block; after that of a literal, its expression goes on."""


def end_of_block(draft: Draft) -> Draft | None:
    """Cut what lies outside of the block that the cursor is in, and neighbouring definitions."""
    if "\n" not in draft.text.rstrip():
        return draft
    ends = block_end(draft)
    cut = draft if ends is None else draft.cut(ends)
    if cut is None:
        return None
    neighbour = next_definition(cut)
    return cut if neighbour is None else cut.cut(_with_comments(cut.text, neighbour))


def block_end(draft: Draft) -> int | None:
    """Return where in the text the block ends that the cursor is in, None if it does not."""
    return _dedent(draft) if draft.language == "python" else _closing_brace(draft)


def _with_comments(text: str, place: int) -> int:
    """Return where the comments and decorators begin that stand right above `place`."""
    start = text.rfind("\n", 0, place) + 1
    while start > 0:
        above = text.rfind("\n", 0, start - 1) + 1
        if not _COMMENT.match(text[above : start - 1]):
            break
        start = above
    return start


def _dedent(draft: Draft) -> int | None:
    """Return where a line begins that is less indented than the block."""
    found = scan(draft.language, draft.prefix, draft.text)
    if found is None or not found.lines:
        return None
    least = column(draft.line_before) if draft.line_before.strip() else None
    head = draft.line_before + draft.text[: found.lines[0]]
    opens = least is not None and head.rstrip().endswith(":")
    if least is None and draft.text.partition("\n")[0].strip():
        first = draft.line_before + draft.text.partition("\n")[0]
        least = column(first)
    for place in found.lines:
        line = draft.text[place + 1 : _line_end(draft.text, place + 1)]
        if not line.strip():
            continue
        here = column(line)
        if least is None or (opens and here > least):
            least, opens = here, False
        elif here < least or opens:
            return place
    return None


def _closing_brace(draft: Draft) -> int | None:
    """Return where the brace that ends the block has been closed, with what belongs to it."""
    found = scan(draft.language, draft.prefix, draft.text)
    if found is None or draft.language not in BRACES:
        return None
    needed = missing(draft.language, draft.prefix, draft.after)
    for mark in found.surplus():
        tail = _TAIL.match(draft.text, mark.offset + 1)
        if mark.text == "}" and tail:
            return tail.end(1) if needed is None or "}" in needed else mark.offset
    return _blank_after_block(draft) if draft.language == "rust" else None


def _blank_after_block(draft: Draft) -> int | None:
    """Return where a blank line follows a block that the text opened, for want of a grammar."""
    base = re.escape(indent_of(draft.line_before + draft.text.partition("\n")[0]))
    found = re.search(rf"\n{base}\}}(?=\n[ \t]*\n)", draft.text)
    return found.end() if found else None


def _line_end(text: str, start: int) -> int:
    end = text.find("\n", start)
    return len(text) if end < 0 else end


def column(line: str) -> int:
    """Return the column at which the code of `line` begins; tabs go to multiples of eight."""
    return len(indent_of(line).expandtabs(8))
