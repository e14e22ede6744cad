"""All filters, one after the other."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace

from fairlead_server.finishing.blank import trailing_blanks
from fairlead_server.finishing.block_end import end_of_block
from fairlead_server.finishing.brackets import brackets
from fairlead_server.finishing.draft import Draft, Filter
from fairlead_server.finishing.indentation import indentation
from fairlead_server.finishing.overlap import overlap
from fairlead_server.finishing.repetition import repetition
from fairlead_server.finishing.statement import unfinished_statement
from fairlead_server.finishing.unfinished import unfinished_line

log = logging.getLogger(__name__)

FILTERS: tuple[tuple[str, Filter], ...] = (
    ("unfinished line", unfinished_line),
    ("indentation", indentation),
    ("repetition", repetition),
    ("end of block", end_of_block),
    ("overlap", overlap),
    ("unfinished statement", unfinished_statement),
    ("brackets", brackets),
    ("trailing blanks", trailing_blanks),
)
"""In this order: what cuts by lines sees them indented as the document is."""


@dataclass(frozen=True)
class Finished:
    """What is offered: `text`, in place of the `replaces` characters after the cursor.

    `applied` names the filters that changed it. An empty `text` says that nothing is left, which
    is the last filter's doing. The characters of `text` that are not blank are those that the
    text began with before.
    """

    text: str
    replaces: int = 0
    applied: tuple[str, ...] = ()


def finish(draft: Draft, filters: Sequence[tuple[str, Filter]] = FILTERS) -> Finished:
    """Put `draft` through the filters; line breaks come out as the document has them.

    A filter that fails is skipped.
    """
    crlf = "\r\n" in draft.prefix or "\r\n" in draft.suffix
    applied: list[str] = []
    draft = _unix(draft)
    for name, apply in filters:
        result = _attempt(name, apply, draft)
        if result != draft:
            applied.append(name)
        if result is None:
            return Finished("", draft.replaces, tuple(applied))
        draft = result
    text = draft.text.replace("\n", "\r\n") if crlf else draft.text
    return Finished(text, draft.replaces, tuple(applied))


def _attempt(name: str, apply: Filter, draft: Draft) -> Draft | None:
    try:
        return apply(draft)
    except Exception:
        log.exception("The filter %r failed. The completion goes on without it.", name)
        return draft


def _unix(draft: Draft) -> Draft:
    prefix, suffix, text = (
        value.replace("\r\n", "\n") for value in (draft.prefix, draft.suffix, draft.text)
    )
    return replace(draft, prefix=prefix, suffix=suffix, text=text)
