"""The types of an expression, from a hover or from where its type is defined."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote, urlsplit

from fairlead_monitors.engine import Completeness, Names
from fairlead_server.analysis.language_server.rules import TypesRule

# jdt://contents/java.base/java.util/ArrayList.class?..., where < and > are escaped
_JDT = re.compile(r"/[^/]*/(?P<package>[^/]*)/(?P<type>[^/]+)\.(?:class|java)\Z")


def read(result: Any, rule: TypesRule, engine: str) -> Names:
    """Read the answer to the request that `rule` names."""
    if rule.method == "hover":
        found = frozenset(_hovered(result, rule))
    else:
        found = frozenset(_defined(result, rule))
    if not found:
        return Names.unknown(engine, "the type is not known")
    return Names(found, Completeness.PARTIAL, engine, "a subtype may be meant")


def _hovered(result: Any, rule: TypesRule) -> Iterator[str]:
    for match in rule.pattern.finditer(text_of(result)) if rule.pattern else ():
        yield match[match.re.groups and 1]


def text_of(result: Any) -> str:
    """Return the text of a hover."""
    return "\n".join(_texts(result.get("contents") if isinstance(result, Mapping) else None))


def _texts(contents: Any) -> Iterator[str]:
    """Yield the texts in a hover, in any of the four shapes that the protocol allows."""
    if isinstance(contents, str):
        yield contents
    elif isinstance(contents, Mapping):
        yield str(contents.get("value", ""))
    elif isinstance(contents, list):
        for part in contents:
            yield from _texts(part)


def _defined(result: Any, rule: TypesRule) -> Iterator[str]:
    for place in result if isinstance(result, list) else [result]:
        if isinstance(place, Mapping):
            name = _type_in(str(place.get("uri", place.get("targetUri", ""))), rule)
            if name:
                yield name


def _type_in(uri: str, rule: TypesRule) -> str:
    parts = urlsplit(uri)
    path = unquote(parts.path)
    if parts.scheme == "jdt" and (found := _JDT.search(path)):
        return f"{found['package']}.{found['type'].replace('$', '.')}"
    if parts.scheme == "file" and rule.pattern and (found := rule.pattern.search(path)):
        return found[found.re.groups and 1].replace("/", ".")
    return os.path.splitext(os.path.basename(path))[0] if parts.scheme == "file" else ""
