"""The life of a local variable in Python text: what made its object, and what was called since.

Only what runs for certain, once, and in the order of the text is followed. Anything else that
might happen to the object makes its life unknown.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache

from fairlead_monitors.protocols import protocols
from fairlead_monitors.python.bindings import bindings, statements
from fairlead_monitors.python.lexer import window
from fairlead_monitors.python.tokens import Line, Token, logical_lines
from fairlead_monitors.typestate import Life, state_of

_FAR = 8192
"""Characters before a place among which the variable must have been bound."""
_RECEIVER = re.compile(r"(?<![\w.])([^\W\d]\w*)\s*\.\s*\Z")
_IMPORT = re.compile(r"^[ \t]*import[ \t]+(.+)$", re.MULTILINE)
_FROM = re.compile(
    r"^[ \t]*from[ \t]+([\w.]+)[ \t]+import[ \t]+(?:\(([^()]*)|([^()#\n]*))", re.MULTILINE
)
_COMMENT = re.compile(r"#.*")
_STAR = "*"
_EXPECTS_ERRORS = re.compile(r"raises|suppress", re.IGNORECASE)
# Words after which part of a statement may not run, or run often.
_PERHAPS = frozenset(("and", "or", "if", "else", "for", "lambda", "while", "await", "yield"))
_PASSED = frozenset(("if", "elif", "else", "with"))
"""Headers of blocks that run at most once, and hide no errors."""


def life_of(before: str, rest: str) -> Life | None:
    """Return the life of the object whose member is named after `before`, None if not known.

    `rest` is the text after the cursor, which may bind names that the file uses.
    """
    found = _RECEIVER.search(before[-200:])
    if found is None:
        return None
    binds = rf"\b{found[1]}\s*=[^=]|\bas\s+{found[1]}\b"
    text = before + rest
    if not re.search(binds, before[-_FAR:]) or not _opener_words().search(text):
        return None
    data = before.encode(errors="replace")
    lines = list(logical_lines(data[window(data) :].decode(errors="replace")))
    return _life(lines, found[1], text) if lines else None


@cache
def _openers() -> frozenset[str]:
    """Return the full names of the calls that make the objects of protocols."""
    return frozenset(call for protocol in protocols("python") for call in protocol.opened_by)


@cache
def _opener_words() -> re.Pattern[str]:
    """Return what finds their last parts: a text without any of them makes no such object."""
    words = sorted({call.rpartition(".")[2] for call in _openers()})
    return re.compile(rf"\b(?:{'|'.join(words)})\b")


def _life(lines: Sequence[Line], name: str, text: str) -> Life | None:
    """Return the life of `name` at the end of the last of `lines`."""
    last = lines[-1]
    if re.search(rf"^\s*(?:global|nonlocal)\b.*\b{name}\b", text, re.MULTILINE):
        return None
    calls = _calls(_before_member(last.tokens), name)
    if calls is None or _expects_errors(last):
        return None
    indent, deeper = last.indent, list[Line]()
    for place in range(len(lines) - 2, -1, -1):
        line = lines[place]
        if line.indent > indent:
            deeper.append(line)
            continue
        entered, indent = line.indent < indent, line.indent
        if opener := _opener(line, name, entered):
            if not entered and _mentions(deeper, name) and not _is_with(line):
                return None
            return _born(lines[: place + 1], opener, calls, name, text, deeper, entered)
        own = None if _mentions(deeper, name) else _on_the_way(line, name, entered)
        if own is None:
            return None
        calls, deeper = own + calls, []
    return None


def _on_the_way(line: Line, name: str, entered: bool) -> tuple[str, ...] | None:
    """Return what `line` calls of `name`; None if it may do anything else to it."""
    if not entered:
        return _calls(line.tokens, name)
    passed = line.tokens[0][1] in _PASSED and not _expects_errors(line)
    return () if passed and not _mentions([line], name) else None


def _expects_errors(line: Line) -> bool:
    """Tell whether a statement may be there to see something fail, as tests do."""
    return any(_EXPECTS_ERRORS.search(token[1]) for token in line.tokens)


def _born(
    lines: Sequence[Line],
    opener: Sequence[str],
    calls: tuple[str, ...],
    name: str,
    text: str,
    inside: Sequence[Line],
    entered: bool,
) -> Life | None:
    """Return the life of what the last of `lines` makes by calling `opener`."""
    ended = _is_with(lines[-1]) and not entered
    if ended and any(_binds(line, name) for line in inside):
        return None
    if lines[-1].indent == 0 and _mentions([x for x in lines[:-1] if x.indent], name):
        return None  # A function may use the variable of the module.
    qualified = _qualified(lines, opener, text)
    return None if qualified is None else Life(qualified, calls=calls, managed=ended)


def _qualified(lines: Sequence[Line], opener: Sequence[str], text: str) -> str | None:
    """Return the full name of a call, by what the file imports."""
    root, rest = opener[0], opener[1:]
    names = _imports(text)
    if root in names:
        return ".".join((names[root], *rest))
    if rest:
        return _method(lines, opener, text) if len(opener) == 2 else None
    return root if root in _openers() and not _is_bound(root, text) else None


def _method(lines: Sequence[Line], opener: Sequence[str], text: str) -> str | None:
    """Return the full name of a method of an object whose life is known."""
    receiver = [*lines[:-1], _cut(lines[-1], opener[0])]
    life = _life(receiver, opener[0], text)
    found = None if life is None else state_of(life, "python")
    return f"{found[0].types[0]}.{opener[1]}" if found and found[0].types else None


def _cut(line: Line, name: str) -> Line:
    """Return the line up to ``name.``."""
    place = next(i for i, token in enumerate(line.tokens) if token[1] == name)
    return Line(line.indent, line.begin, line.end, line.tokens[: place + 2])


@lru_cache(maxsize=4)
def _imports(text: str) -> Mapping[str, str]:
    names: dict[str, str] = {}
    for match in _IMPORT.finditer(text):
        for part in match[1].split(","):
            module, _, alias = part.partition(" as ")
            root = module.strip().partition(".")[0]
            names[alias.strip() or root] = module.strip() if alias else root
    for match in _FROM.finditer(text):
        for part in _COMMENT.sub("", match[2] or match[3] or "").split(","):
            name, _, alias = part.partition(" as ")
            if name.strip():
                names[alias.strip() or name.strip()] = f"{match[1]}.{name.strip()}"
    return names


def _is_bound(name: str, text: str) -> bool:
    """Tell whether anything in the file may be called `name`, or a builtin only."""
    # What is only called is bound nowhere, which takes no reading of the whole text to see.
    suspect = rf"\b(?:def|class)[\s\\]+{name}\b|(?<![.\w]){name}\b(?!\()|import[\s\\(]*\*"
    return re.search(suspect, text) is not None and not {name, _STAR}.isdisjoint(_bound(text))


@lru_cache(maxsize=4)
def _bound(text: str) -> frozenset[str]:
    """Return the names that are bound anywhere in the file; a star stands for any."""
    found = (b for line in logical_lines(text) for s in statements(line) for b in bindings(s))
    return frozenset(_STAR if bound.how == "star" else bound.name for bound in found)


def _opener(line: Line, name: str, entered: bool) -> list[str] | None:
    """Return the parts of the call that `line` binds `name` to, None if it does not."""
    values = [token[1] for token in line.tokens]
    if values[:2] == [name, "="]:
        return _call(values[2:])
    if values[0] == "with" and values[-3:] == ["as", name, ":"]:
        return _call(values[1:-3])
    return None


def _call(values: Sequence[str]) -> list[str] | None:
    """Return the dotted name that is called, if one call is all there is."""
    if "(" not in values or values[-1] != ")":
        return None
    opened = values.index("(")
    if opened % 2 == 0 or any(dot != "." for dot in values[1:opened:2]):
        return None
    if _closed(values, opened) != len(values) - 1:
        return None
    return list(values[0:opened:2])


def _calls(tokens: Sequence[Token], name: str) -> tuple[str, ...] | None:
    """Return the methods of `name` that a statement calls; None if it may do anything else."""
    values = [token[1] for token in tokens]
    found: list[tuple[int, str]] = []
    for place, value in enumerate(values):
        if value != name or (place and values[place - 1] == "."):
            continue
        after = values[place + 1 : place + 4]
        if len(after) < 2 or after[0] != ".":
            return None
        if len(after) < 3 or after[2] != "(":
            found.append((place, "." + after[1]))
        elif end := _closed(values, place + 3):
            # A call comes after those in its arguments; one that is not closed is still to come.
            found.append((end, after[1]))
    strings = any(sort == "string" and name in text for sort, text, *_ in tokens)
    called = any(not method.startswith(".") for _, method in found)
    if strings or (called and not _PERHAPS.isdisjoint(values)):
        return None
    return tuple(method for _, method in sorted(found))


def _closed(values: Sequence[str], opened: int) -> int | None:
    """Return where the bracket at `opened` is closed."""
    depth = 0
    for place in range(opened, len(values)):
        depth += (values[place] in ("(", "[", "{")) - (values[place] in (")", "]", "}"))
        if depth == 0:
            return place
    return None


def _before_member(tokens: Sequence[Token]) -> Sequence[Token]:
    """Return the tokens of a statement before the name and the dot that end it."""
    return tokens[:-2]


def _mentions(lines: Sequence[Line], name: str) -> bool:
    return any(
        value == name or (sort == "string" and name in value)
        for line in lines
        for sort, value, *_ in line.tokens
    )


def _binds(line: Line, name: str) -> bool:
    values = [token[1] for token in line.tokens]
    return any(
        value == name and values[place + 1 : place + 2] in (["="], [":="])
        for place, value in enumerate(values)
    )


def _is_with(line: Line) -> bool:
    return line.tokens[0][1] == "with"
