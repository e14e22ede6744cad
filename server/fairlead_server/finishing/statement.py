"""Statements that a limit cut off: what is offered ends with a whole one, if there is one."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache, partial

from fairlead_monitors.evidence import Verdict
from fairlead_monitors.syntax import SyntaxCheck
from fairlead_server.document import DocumentSnapshot
from fairlead_server.finishing.brackets import brackets
from fairlead_server.finishing.draft import Draft
from fairlead_server.finishing.missing import LARGEST
from fairlead_server.finishing.shape import shape_of

_LINE_END = re.compile(r"\n(?=[^\n]*\S)")


def unfinished_statement(draft: Draft) -> Draft | None:
    """Cut the last lines, if a limit ended the text and it parses in its place without them.

    As few as can be. A text of which no lines parse stays: it can be gone on with.
    """
    if draft.whole or "\n" not in draft.text.strip():
        return draft
    if len(draft.prefix) + len(draft.suffix) > LARGEST:
        return draft
    syntax = cache(partial(_syntax, draft))
    ends = [match.start() for match in _LINE_END.finditer(draft.text)]
    for cut in (draft, *(draft.cut(end) for end in reversed(ends))):
        if cut is not None and _is_whole(cut, syntax):
            return cut
    return draft


def _is_whole(draft: Draft, syntax: Callable[[int], SyntaxCheck]) -> bool:
    """Tell whether the text parses, its brackets looked after, and leaves no block empty."""
    mended = brackets(draft) or draft
    if syntax(mended.replaces).judge(mended.text).verdict is not Verdict.VALID:
        return False
    # To the grammar of Python, a block may be empty.
    return not (draft.text.rstrip().endswith(":") and _opens_block(mended))


def _opens_block(draft: Draft) -> bool:
    before = draft.prefix + draft.text
    document = DocumentSnapshot("", before + draft.after, draft.language)
    return shape_of(document, len(before)) == "block"


def _syntax(draft: Draft, replaces: int) -> SyntaxCheck:
    return SyntaxCheck(draft.language, draft.prefix, draft.suffix[replaces:])
