"""Which diagnostics say that a name does not exist, and which of them a change brings."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from fairlead_monitors.engine import Diagnostic

Kind = Literal["member", "name", "other"]

_ERROR = 1

# What engines call them. A member that some of the types that a value may have do lack is none of
# these: what completes a name may write what any of the types has.
_CODES: dict[str, Kind] = {
    "missing-attribute": "member",  # ty
    "unresolved-attribute": "member",  # ty
    "unresolved-reference": "name",  # ty
    "import-not-found": "name",  # ty
    "unresolved-import": "name",  # ty
    "missing-module-member": "name",  # ty: what an import names
    "reportUndefinedVariable": "name",  # pyright
    "reportMissingImports": "name",  # pyright
}
_PYRIGHT_ATTRIBUTES = ("reportAttributeAccessIssue", "reportFunctionMemberAccess")
_PYRIGHT_IMPORT = re.compile(r"is unknown import symbol")
_PYRIGHT_MEMBER = re.compile(r"Attribute .* is unknown|is not a known attribute of")
_JAVAC = re.compile(r"compiler\.err\.(?:cant\.resolve(?:\.|\Z)|doesnt\.exist\Z)")
_JAVAC_REFERENCE = "compiler.err.invalid.mref"
_IMPORT = re.compile(r"[ \t]*import\b[^;]*\Z")
_ECLIPSE = re.compile(
    r"(?!The constructor).*(?:cannot be resolved(?: to a (?:type|variable)| or is not a field)?"
    r"|\bis undefined(?: for the type .*)?)\Z",
    re.DOTALL,
)


@dataclass(frozen=True)
class Finding:
    """A diagnostic that a suggestion brought; `own` says that it is about the suggestion itself.

    Others are about the rest of the document, such as a name that nothing binds any more.
    """

    kind: Kind
    own: bool
    code: str
    message: str


def kind_of(diagnostic: Diagnostic, text: str) -> Kind:
    """Tell whether `diagnostic` of `text` says that a member, or another name, does not exist."""
    code, message = diagnostic.code, diagnostic.message
    if code in _CODES:
        return _CODES[code]
    if code in _PYRIGHT_ATTRIBUTES:
        if _PYRIGHT_IMPORT.search(message):
            return "name"
        return "member" if _PYRIGHT_MEMBER.search(message) else "other"
    if _JAVAC.match(code):
        return _java_kind(text[: diagnostic.start])
    if code == _JAVAC_REFERENCE:
        return "member" if "cannot find symbol" in message else "other"
    if _ECLIPSE.match(message):
        # It says so of the whole of an import.
        return "name" if message.startswith("The import") else _java_kind(text[: diagnostic.start])
    return "other"


def _java_kind(before: str) -> Kind:
    """Tell what a name behind the text `before` is; what an import names is no member."""
    line = before.rpartition("\n")[2]
    return "member" if before.rstrip().endswith(".") and not _IMPORT.match(line) else "name"


def findings(
    before: Iterable[Diagnostic], after: Sequence[Diagnostic], text: str, start: int, end: int
) -> list[Finding]:
    """Return the errors in `after`, of `text`, that are not in `before`.

    The suggestion is ``text[start:end]``. What was said before is looked for in the rest of the
    document first, so that what the suggestion repeats counts against it.
    """
    known = Counter((d.code, d.message) for d in before)
    errors = [d for d in after if d.severity == _ERROR]
    found = []
    for diagnostic in sorted(errors, key=lambda d: _is_about(d, start, end)):
        key = diagnostic.code, diagnostic.message
        if known[key]:
            known[key] -= 1
        else:
            own = _is_about(diagnostic, start, end)
            found.append(Finding(kind_of(diagnostic, text), own, *key))
    return found


def _is_about(diagnostic: Diagnostic, start: int, end: int) -> bool:
    """Tell whether what a diagnostic is about touches the suggestion."""
    return start < diagnostic.end and diagnostic.start < end
