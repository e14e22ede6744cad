"""Filling in what a program lacks: examples made from sequences of insertions."""

from __future__ import annotations

import random
import re

from fairlead_server.training.holes import Example
from fairlead_server.training.lintseq.records import Record, inserted

_LINE = re.compile(r"(?<=\n)")


def insertion(record: Record, rng: random.Random) -> Example:
    """Return an example whose hole ends where one of the insertions of `record` does.

    What was inserted later is not there. Without text after the insertion there is no hole.
    """
    number = rng.randrange(len(record.steps))
    _, end = rng.choice(inserted(record.steps[number]))
    lines = _LINE.split(record.states()[number])
    text = "".join(lines[:end]).replace("\r\n", "\n")
    after = "".join(lines[end:]).replace("\r\n", "\n")
    if not after.strip():
        return Example(text + after)
    # As decoding stops: at the end of a line, not after it.
    written = text.rstrip()
    return Example(written, text[len(written) :] + after)
