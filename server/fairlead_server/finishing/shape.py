"""Does a place call for one line or for a block?"""

from __future__ import annotations

import re
from typing import Literal

from fairlead_monitors.clike import lexer as clike
from fairlead_monitors.clike.tokens import Code
from fairlead_monitors.python.lexer import window
from fairlead_monitors.python.tokens import Line, logical_lines
from fairlead_server.document import DocumentSnapshot
from fairlead_server.finishing.block_end import column
from fairlead_server.finishing.scan import BRACES, PAIRS

Shape = Literal["line", "block"]

_COMPOUND = frozenset(
    [
        *("async", "case", "class", "def", "elif", "else", "except", "finally", "for", "if"),
        *("match", "try", "while", "with"),
    ]
)
_COMMENTS = re.compile(r"//[^\n]*|/\*.*?\*/", re.DOTALL)


def shape_of(document: DocumentSnapshot, offset: int) -> Shape:
    """Return ``block`` where the body of a block is empty and the cursor is at its begin.

    That is after the line that opens the block, or below it, with nothing but comments and, in
    Python, a docstring between. Code after the cursor on its line, or in the block, calls for one
    line, and so does any place in a language of which nothing is known.
    """
    text = document.text.replace("\r\n", "\n")
    offset -= document.text.count("\r\n", 0, offset)
    prefix, suffix = text[:offset], text[offset:]
    rest, _, following = suffix.partition("\n")
    if rest.strip():
        return "line"
    if document.language == "python":
        opener = _python_opener(prefix)
    else:
        opener = _brace_opener(prefix, document.language)
    return "line" if opener is None or _has_body(opener, following) else "block"


def _python_opener(prefix: str) -> int | None:
    """Return the column of the statement whose body would begin at the end of `prefix`."""
    data = prefix.encode(errors="replace")
    lines = list(logical_lines(data[window(data) :].decode(errors="ignore")))
    fresh = not prefix[prefix.rfind("\n") + 1 :].strip()
    if fresh and lines and [token[0] for token in lines[-1].tokens] == ["string"]:
        # It has been closed, or else the cursor would be in it.
        if not lines[-1].tokens[0][1].endswith(("'", '"')) or len(lines[-1].tokens[0][1]) < 3:
            return None
        lines.pop()
    if not lines or not _opens(lines[-1]):
        return None
    return lines[-1].indent


def _opens(line: Line) -> bool:
    """Tell whether the logical line is the head of a compound statement."""
    texts = [text for sort, text, _, _ in line.tokens if sort == "operator"]
    balanced = sum(text in PAIRS for text in texts) == sum(text in PAIRS.values() for text in texts)
    return line.tokens[0][1] in _COMPOUND and line.tokens[-1][1] == ":" and balanced


def _brace_opener(prefix: str, language: str) -> int | None:
    """Return the column of the line whose brace would be followed by the end of `prefix`."""
    rules = BRACES.get(language)
    if rules is None:
        return None
    data = prefix.encode(errors="replace")
    frame = clike.lex(rules, clike.LexState(), data).end.frames[-1]
    if not isinstance(frame, Code) or frame.bracket != b"{":
        return None
    begun = data[: frame.start].decode(errors="ignore")
    between = data[frame.start + 1 :].decode(errors="ignore")
    if _COMMENTS.sub("", between).strip() or prefix.endswith("*/"):
        return None
    return column(begun[begun.rfind("\n") + 1 :])


def _has_body(opener: int, following: str) -> bool:
    """Tell whether `following` goes on with lines of a block that was opened at a column."""
    line = next((line for line in following.split("\n") if line.strip()), "")
    return column(line) > opener and not line.lstrip().startswith("}")
