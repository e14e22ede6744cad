"""The local variables that a Java text declares, in the blocks that are open at its end.

Analysis of unfinished code misses some: variables of patterns and of loops without a block.
"""

from __future__ import annotations

import re
from functools import lru_cache

from fairlead_monitors.java.header import code_of

_PIECE = re.compile(
    r"[(){};]|(?<![\w$.])(?:if|while)(?![\w$])"
    r"|(?P<type>(?<![\w$])[\w$]+|\]|(?<=[^\s>])>+|\.\.\.)\s+(?P<name>[^\W\d][\w$]*)"
    r"(?=\s*(?:[:;,)?|&]|=(?!=)))"
)
_OTHERS = """
assert break case continue do else extends goto implements import instanceof new package return
throw throws yield
"""
_NO_TYPES = frozenset(_OTHERS.split())
_PARAMETER = re.compile(r"[<,]\s*(?:@[\w$.]+\s+)*([^\W\d][\w$]*)")


@lru_cache(maxsize=8)
def declared_in(text: str) -> frozenset[str]:
    """Return the variables that `text` declares in open blocks and their headers, or more.

    The condition of an ``if`` or ``while`` may bind names for what follows it as well. (The Java
    Language Specification, section 6.3.2.) Other brackets bind nothing behind the statement, as
    those of a method without a body.
    """
    found, begin, depth, binds = list[tuple[str, int]](), 0, 0, False
    around: list[tuple[int, int]] = []
    for piece in _PIECE.finditer(code_of(text)):
        sign = piece[0]
        if piece["name"]:
            found += [(piece["name"], depth)] if piece["type"] not in _NO_TYPES else []
        elif sign in "()":
            depth += 1 if sign == "(" else -1
        elif sign in ("if", "while"):
            binds = True
        elif sign != ";" or depth <= 0:
            if sign == "{":
                around.append((len(found) if binds else begin, depth))
                depth = 0
            elif sign == "}" and around:
                kept, depth = around.pop()
                del found[kept:]
            elif sign == ";" and not binds:
                found[begin:] = [one for one in found[begin:] if one[1] <= 0]
            begin, binds = len(found), False
    return frozenset(name for name, _ in found)


def type_parameters(text: str) -> frozenset[str]:
    """Return the parameters of types that the unfinished statement of `text` declares, or more."""
    code = code_of(text)
    return frozenset(_PARAMETER.findall(code, max(map(code.rfind, ";{}")) + 1))
