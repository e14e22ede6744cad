"""Signature help read as parameters, in the way that each language writes them.

An overload that is not understood to its last parameter makes the whole answer UNKNOWN.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from fairlead_monitors.engine import Completeness, Parameter, Passing, Signature, Signatures
from fairlead_server.analysis.language_server.rules import SignaturesRule
from fairlead_server.analysis.language_server.sync import encoded_offsets
from fairlead_server.analysis.language_server.unfinished import MARK

_Read = Callable[[Sequence[str]], "Iterator[Parameter]"]


def read(result: Any, rule: SignaturesRule, engine: str) -> Signatures:
    """Read the answer to ``textDocument/signatureHelp``."""
    raw = result.get("signatures") if isinstance(result, Mapping) else None
    if not isinstance(raw, list) or not raw:
        return Signatures.unknown(engine, "no signature is known")
    try:
        overloads = tuple(_signature(entry, _STYLES[rule.style]) for entry in raw)
    except (ValueError, KeyError, TypeError) as error:
        return Signatures.unknown(engine, f"a signature cannot be read: {error}")
    written = tuple(overload for overload in overloads if not _is_made_up(overload))
    if rule.complete and written == overloads:
        return Signatures(overloads, Completeness.COMPLETE, engine)
    reason = "this server's overloads are not known to be complete"
    if written != overloads:
        overloads, reason = written, "the end of the class is not written yet"
    return Signatures(overloads, Completeness.PARTIAL, engine, reason)


def _is_made_up(overload: Signature) -> bool:
    return any(parameter.name == MARK for parameter in overload.parameters)


def _signature(entry: Mapping[str, Any], style: _Read) -> Signature:
    label, stated = entry["label"], entry.get("parameters")
    if style is _rust:
        label, stated = _LIFETIME.sub("", label), None
    texts = [_parameter_text(label, parameter) for parameter in stated or ()]
    written = split(inside(label))
    if stated is None or len(texts) != len(written):
        # The label has them all: some servers leave `*` and `/` out of the parameters.
        texts = written
    return Signature(tuple(style(texts)))


def _parameter_text(label: str, parameter: Mapping[str, Any]) -> str:
    stated = parameter["label"]
    text = stated if isinstance(stated, str) else encoded_offsets(label, stated)
    return text.strip()


# It looks like the beginning of a character.
_LIFETIME = re.compile(r"'\w+\b(?!')\s*")
_OPEN, _CLOSE = "([{<", ")]}>"


def inside(label: str) -> str:
    """Return what the round brackets of a function's label enclose. Raises `ValueError`."""
    start = _parameters_start(label)
    depth = 0
    for place, character in _code(label, start):
        depth += (character in _OPEN) - (character in _CLOSE)
        if not depth:
            return label[start + 1 : place]
    raise ValueError(f"{label!r} has no end of its parameters")


def _parameters_start(label: str) -> int:
    """Return where the round bracket of the parameters is, after generic parameters if any."""
    depth = 0
    for place, character in _code(label, 0):
        if character == "(" and not depth:
            return place
        depth += (character in "<[") - (character in ">]")
    raise ValueError(f"{label!r} has no parameters")


def split(parameters: str) -> list[str]:
    """Split a list of parameters at its commas, not at those in brackets or strings."""
    parts, depth, start = [], 0, 0
    for place, character in _code(parameters, 0):
        depth += (character in _OPEN) - (character in _CLOSE)
        if character == "," and not depth:
            parts.append(parameters[start:place].strip())
            start = place + 1
    last = parameters[start:].strip()
    return [*parts, last] if last else parts


def _code(text: str, start: int) -> Iterator[tuple[int, str]]:
    """Yield places and characters outside of strings, without the `>` of an arrow."""
    quote = ""
    place = start
    while place < len(text):
        character = text[place]
        if quote:
            place += character == "\\"
            quote = "" if character == quote else quote
        elif character in "\"'":
            quote = character
        elif character == ">" and text[place - 1 : place] in ("-", "="):
            pass
        else:
            yield place, character
        place += 1


def _java(texts: Sequence[str]) -> Iterator[Parameter]:
    for place, text in enumerate(texts):
        words = text.split()
        if not words:
            raise ValueError("an empty parameter")
        last = place == len(texts) - 1
        variadic = "..." in text
        if variadic and not last:
            raise ValueError(f"{text!r} is not the last parameter")
        passing = Passing.VARIADIC if variadic else Passing.POSITION
        yield Parameter(words[-1].removeprefix("..."), passing, not variadic)


_PYTHON = re.compile(r"(?P<stars>\*{0,2})(?P<name>[^\W\d]\w*)\s*(?::.*?)?(?P<default>=.*)?\Z", re.S)


def _python(texts: Sequence[str]) -> Iterator[Parameter]:
    slash = texts.index("/") if "/" in texts else -1
    named = False
    for place, text in enumerate(texts):
        if text in ("/", "*"):
            named = named or text == "*"
            continue
        match = _PYTHON.match(text)
        if match is None or text == "...":
            raise ValueError(f"{text!r} is no parameter")
        name, default = match["name"], _has_default(text)
        if match["stars"]:
            passing = Passing.KEYWORDS if match["stars"] == "**" else Passing.VARIADIC
            named = True
            yield Parameter(name, passing, False)
        elif place < slash:
            yield Parameter(name, Passing.POSITION, not default)
        else:
            yield Parameter(name, Passing.NAME if named else Passing.EITHER, not default)


def _has_default(text: str) -> bool:
    """Tell whether an equals sign stands outside of all brackets and strings."""
    depth = 0
    for place, character in _code(text, 0):
        depth += (character in _OPEN) - (character in _CLOSE)
        arrow = text[place : place + 2] in ("=>", "==")
        if character == "=" and not depth and not arrow:
            return True
    return False


_TYPESCRIPT = re.compile(
    r"(?P<rest>\.\.\.)?(?P<name>[\w$]+|[{\[].*?[}\]])(?P<optional>\?)?\s*(?::|\Z|=)", re.S
)


def _typescript(texts: Sequence[str]) -> Iterator[Parameter]:
    for text in texts:
        match = _TYPESCRIPT.match(text)
        if match is None:
            raise ValueError(f"{text!r} is no parameter")
        if match["name"] == "this":
            continue
        optional = bool(match["optional"]) or _has_default(text)
        passing = Passing.VARIADIC if match["rest"] else Passing.POSITION
        yield Parameter(match["name"], passing, not optional and not match["rest"])


def _c(texts: Sequence[str]) -> Iterator[Parameter]:
    for text in texts if list(texts) != ["void"] else ():
        name = re.search(r"([^\W\d]\w*)\s*(?:\[.*)?(?:=.*)?\Z", text, re.S)
        variadic = "..." in text
        passing = Passing.VARIADIC if variadic else Passing.POSITION
        required = not variadic and not _has_default(text)
        yield Parameter(name[1] if name else "", passing, required)


def _go(texts: Sequence[str]) -> Iterator[Parameter]:
    for text in texts:
        variadic = "..." in text
        passing = Passing.VARIADIC if variadic else Passing.POSITION
        yield Parameter(text.split()[0], passing, not variadic)


def _rust(texts: Sequence[str]) -> Iterator[Parameter]:
    for text in texts:
        if re.match(r"(?:&\s*(?:'\w+\s+)?)?(?:mut\s+)?self\b", text):
            continue
        yield Parameter(text.partition(":")[0].strip(), Passing.POSITION)


_STYLES: Mapping[str, _Read] = {
    "java": _java,
    "python": _python,
    "typescript": _typescript,
    "c": _c,
    "go": _go,
    "rust": _rust,
}
STYLES = frozenset(_STYLES)
"""The ways of writing parameters that can be read."""
