"""The life of a local variable in Java text: what made its object, and what was called since.

Only what runs for certain, once, and in the order of the text is followed. Anything else that
might happen to the object makes its life unknown.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from fairlead_monitors.clike.languages import JAVA
from fairlead_monitors.clike.lexer import tokens
from fairlead_monitors.clike.tokens import Sort, Token
from fairlead_monitors.java.header import header_of
from fairlead_monitors.protocols import protocols
from fairlead_monitors.typestate import Life

_FAR = 8192
"""Characters before a place among which the variable must have been bound."""
_RECEIVER = re.compile(r"(?<![\w.$])([^\W\d][\w$]*)\s*\.\s*\Z")
_COMPOUND = frozenset(
    (b"if", b"else", b"for", b"while", b"do", b"switch", b"case", b"try", b"catch", b"finally")
)
# Operators after which part of a statement may not run, or runs another time.
_PERHAPS = frozenset((b"&&", b"||", b"?", b"->"))


@dataclass
class Statement:
    """The tokens of a statement, those of blocks in it apart."""

    own: list[Token] = field(default_factory=list)
    inner: list[Token] = field(default_factory=list)


@dataclass
class Block:
    """The statements between two braces; the last one is not ended. `parens` are open in it."""

    statements: list[Statement] = field(default_factory=lambda: [Statement()])
    parens: int = 0


def life_of(before: str, rest: str) -> Life | None:
    """Return the life of the object whose member is named after `before`, None if not known.

    `rest` is the text after the cursor, which may declare types that the file uses.
    """
    found = _RECEIVER.search(before[-200:])
    text = before[-_FAR:]
    if found is None or not re.search(rf"[\w>]\s+{re.escape(found[1])}\s*=[^=]", text):
        return None
    if len(before) > _FAR:
        text = _from_whole_line(text)
    blocks = _blocks([t for t in tokens(JAVA, text.encode()) if t.sort is not Sort.COMMENT])
    return _life(blocks, found[1].encode(), before + rest)


def _from_whole_line(text: str) -> str:
    """Return the lines of `text` that are whole, without a comment that began before them."""
    text = text.partition("\n")[2]
    end = text.find("*/")
    begins = text.find("/*")
    return text[end + 2 :] if end >= 0 and (begins < 0 or end < begins) else text


def _blocks(found: Sequence[Token]) -> list[Block]:
    """Return the blocks that are open after the tokens, outermost first."""
    stack = [Block()]
    for place, token in enumerate(found):
        block = stack[-1]
        if token.text == b"{":
            stack.append(Block())
        elif token.text == b"}" and len(stack) > 1:
            stack.pop()
            _leave(stack[-1], block, found[place + 1 : place + 2])
        elif token.text == b"}":
            stack = [Block()]
        elif token.sort is Sort.END and not block.parens:
            block.statements.append(Statement())
        else:
            block.parens += (token.text == b"(") - (token.text == b")")
            block.statements[-1].own.append(token)
    return stack


def _leave(outer: Block, block: Block, following: Sequence[Token]) -> None:
    statement = outer.statements[-1]
    for inner in block.statements:
        statement.inner += inner.own + inner.inner
    goes_on = outer.parens or any(t.text in (b";", b",", b".", b")") for t in following)
    if not goes_on:
        outer.statements.append(Statement())


def _life(blocks: Sequence[Block], name: bytes, text: str) -> Life | None:
    """Return the life of `name`, a member of which is named at the end of `blocks`."""
    last = blocks[-1].statements[-1].own
    del last[-2:]
    if any(token.text == b"->" for token in last):
        return None  # It runs when the lambda does.
    calls: tuple[str, ...] = ()
    for depth in range(len(blocks) - 1, -1, -1):
        statements = blocks[depth].statements
        for place in range(len(statements) - 1, -1, -1):
            statement, entered = statements[place], place == len(statements) - 1
            header = entered and depth < len(blocks) - 1
            for own in _declarations(statement, header):
                if birth := _born(own, name, text):
                    return Life(birth.opener, birth.kind, calls)
            passed = _passed(statement, name, header)
            if passed is None:
                return None
            calls = passed + calls
    return None


def _declarations(statement: Statement, header: bool) -> list[list[Token]]:
    """Return the parts of a statement that may declare a variable, the last one first."""
    own = statement.own
    if not header or not own or own[0].text != b"try":
        return [own]
    parts: list[list[Token]] = [[]]
    for token in own[2:-1]:
        if token.sort is Sort.END:
            parts.append([])
        else:
            parts[-1].append(token)
    return parts[::-1]


def _passed(statement: Statement, name: bytes, header: bool) -> tuple[str, ...] | None:
    """Return what a statement calls of `name`; None if it may do anything else to it."""
    own = statement.own
    if _mentions(statement.inner, name):
        return None
    word = own[0].text if own else b""
    if header and word not in (b"if", b"else"):
        return None
    if word in _COMPOUND and word not in (b"if", b"else") and _mentions(own, name):
        return None
    if word in (b"if", b"else") and not header and not statement.inner and _mentions(own, name):
        return None  # What belongs to it stands in no block.
    return _calls(own, name)


def _calls(own: Sequence[Token], name: bytes) -> tuple[str, ...] | None:
    found: list[tuple[int, str]] = []
    for place, token in enumerate(own):
        if token.text != name or (place and own[place - 1].sort is Sort.DEREFERENCE):
            continue
        after = own[place + 1 : place + 4]
        if len(after) < 2 or after[0].text != b".":
            return None
        method = after[1].text.decode(errors="replace")
        if len(after) < 3 or after[2].text != b"(":
            found.append((place, "." + method))
        elif end := _closed(own, place + 3):
            # A call comes after those in its arguments; one that is not closed is still to come.
            found.append((end, method))
    if found and not _PERHAPS.isdisjoint(token.text for token in own):
        return None
    return tuple(method for _, method in sorted(found))


def _closed(own: Sequence[Token], opened: int) -> int | None:
    """Return where the bracket at `opened` is closed."""
    depth = 0
    for place in range(opened, len(own)):
        depth += (own[place].sort is Sort.OPEN) - (own[place].sort is Sort.CLOSE)
        if depth == 0:
            return place
    return None


def _mentions(found: Sequence[Token], name: bytes) -> bool:
    return any(token.text == name for token in found)


def _born(own: Sequence[Token], name: bytes, text: str) -> Life | None:
    """Return what `own` binds `name` to, if it declares it and calls something to make it."""
    values = [token.text for token in own]
    if name not in values or values[values.index(name) + 1 : values.index(name) + 2] != [b"="]:
        return None
    place = values.index(name)
    declared = b"".join(v for v in values[:place] if v != b"final").partition(b"<")[0]
    made = values[place + 2 :]
    groups = [i for i in range(place + 2, len(own)) if own[i].text == b"("]
    ends = [i for i in groups if _closed(own, i) == len(own) - 1]
    if not declared or not ends or not _is_chain(made):
        return None
    if made[0] == b"new":
        kind = b"".join(values[place + 3 : groups[0]]).partition(b"<")[0]
        return Life(_qualified(kind.decode(), text)) if ends[0] == groups[0] else None
    declared_kind = _qualified(declared.decode(), text)
    return Life(values[ends[0] - 1].decode(errors="replace"), declared_kind)


def _is_chain(made: Sequence[bytes]) -> bool:
    """Tell whether an expression is nothing but calls, one of the result of the other."""
    depth = 0
    for value in made:
        depth += (value in (b"(", b"[")) - (value in (b")", b"]"))
        if depth == 0 and not re.match(rb"[\w.)<>,]", value):
            return False
    return made[0] not in (b"(", b"switch")


def _qualified(name: str, text: str) -> str:
    """Return the full name of a type, by what the file imports; as it is if that is not known."""
    if "." in name or re.search(rf"\b(?:class|interface|record|enum)\s+{re.escape(name)}\b", text):
        return name
    known = {kind for p in protocols("java") for kind in (*p.types, *p.opened_by)}
    statements = header_of(text).imports
    for statement in statements:
        if statement.name == name:
            return str(statement)
    found = [f"{statement.package}.{name}" for statement in statements if statement.name == "*"]
    return next((kind for kind in found if kind in known), name)
