"""Which licences are admitted, and what the head of a file says of its own.

A package is admitted by the SPDX expression in the catalogue, a file by what its first lines say:
packages carry files of other origins. A file that says nothing has the licence of its package.
"""

from __future__ import annotations

import re

ADMITTED = frozenset(
    {
        *("0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "BSL-1.0", "CC0-1.0", "ISC"),
        *("MIT", "PSF-2.0", "Unicode-DFS-2016", "Unicode-3.0", "Zlib"),
    }
)
"""SPDX identifiers."""

_HEAD = 3000
"""Characters in which a file states its licence."""

_SPDX = re.compile(r"SPDX-License-Identifier:[ \t]*([^\n*#]+)")
# Names of licences that ask for more than attribution, as they are spelled in headers.
_RECIPROCAL = re.compile(
    r"GNU\s+(?:\w+\s+){0,2}(?:General|Library)\s+(?:\w+\s+)?Public|\b[AL]?GPL\b|\b[AL]?GPLv?[23]"
    r"|Mozilla\s+Public|\bMPL[ -]?[12]|Eclipse\s+Public|\bEPL[ -]?v?[12]"
    r"|Common\s+Development\s+and\s+Distribution|\bCDDL\b|Common\s+Public\s+License"
    r"|European\s+Union\s+Public|\bEUPL\b|Creative\s+Commons\s+Attribution-(?:Share|Non)"
    r"|\bCC[- ]BY-(?:SA|NC)|Server\s+Side\s+Public|Business\s+Source\s+License"
    r"|(?:^|\W)proprietary\s+and\s+confidential",
    re.IGNORECASE,
)
_ALTERNATIVE = re.compile(r"Apache|\bMIT\b|\bBSD\b", re.IGNORECASE)
_CHOICE = re.compile(r"\b(?:either|dual|or|choice|alternatively)\b", re.IGNORECASE)
_MENTION = re.compile(r"licen[cs]e|copyright", re.IGNORECASE)


def is_admitted(expression: str) -> bool:
    """Tell whether an SPDX expression leaves a way to use the code under `ADMITTED` licences.

    Understands AND, and OR that binds less; WITH is refused, and so are brackets, but for one pair
    around the whole.
    """
    plain = expression.strip()
    if plain.startswith("(") and plain.endswith(")"):
        plain = plain[1:-1].strip()
    if "(" in plain or ")" in plain:
        return False
    choices = re.split(r"\s+OR\s+", plain)
    return any(all(part in ADMITTED for part in re.split(r"\s+AND\s+", c)) for c in choices)


def admits_file(text: str) -> bool:
    """Tell whether the head of a file leaves it under a licence that is admitted."""
    head = text[:_HEAD]
    if stated := _SPDX.search(head):
        return is_admitted(stated[1].replace("*/", "").strip())
    if not _RECIPROCAL.search(head):
        return True
    # Two licences to choose from, one of which asks for no more than attribution.
    return bool(_ALTERNATIVE.search(head) and _CHOICE.search(head))


def without_header(text: str, language: str) -> str:
    """Return `text` without the comment that states licence and copyright, if it begins with one.

    It says the same in each file, and would be most of what is learned.
    """
    pattern = r"\s*/\*.*?\*/\s*|(?:\s*//[^\n]*\n)+\s*"
    if language == "python":
        pattern = r"(?:[ \t]*#[^\n]*\n|[ \t]*\n)+"
    head = re.match(pattern, text, re.DOTALL)
    if head and _MENTION.search(head[0]):
        return text[head.end() :]
    return text
