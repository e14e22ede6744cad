"""When to stop decoding a block."""

from __future__ import annotations

from fairlead_decoding.stopping import StopRule, after_lines, first_of, never
from fairlead_server.document import DocumentSnapshot
from fairlead_server.finishing.block_end import block_end
from fairlead_server.finishing.draft import Draft
from fairlead_server.finishing.shape import shape_of

LONGEST = 24
"""Lines of a block."""


def stop_rule(document: DocumentSnapshot, offset: int, lines: int | None, blocks: bool) -> StopRule:
    """Return the rule for a text at `offset`: that of a block, if `blocks` and the place allow it.

    Otherwise it stops after `lines` lines, or not at all.
    """
    if blocks and shape_of(document, offset) == "block":
        before, after = document.text[:offset], document.text[offset:]
        before, after = (text.replace("\r\n", "\n") for text in (before, after))
        return block_stop(document.language, before, after)
    return after_lines(lines) if lines else never


def block_stop(language: str, prefix: str, suffix: str, lines: int = LONGEST) -> StopRule:
    """Return the rule that cuts at the end of the block between `prefix` and `suffix`.

    It stops at the first line that is less indented than the block, in languages with braces at
    the one that ends the block, and after `lines` lines.
    """
    draft = Draft(language, prefix, suffix, "")

    def rule(text: bytes, seen: int) -> int | None:
        begun = text.rfind(b"\n") + 1
        ended = begun and text[begun:].strip() and not text[begun:seen].strip()
        if not ended and b"}" not in text[seen:]:
            return None
        written = text.decode(errors="ignore")
        end = block_end(draft.with_text(written))
        return None if end is None else len(written[:end].rstrip().encode())

    return first_of(rule, after_lines(lines))
