"""The imports monitor for Java: no type or member that is not there."""

from __future__ import annotations

from dataclasses import dataclass

from fairlead_monitors.clike.languages import JAVA
from fairlead_monitors.clike.lexer import LexState
from fairlead_monitors.clike.names import ClikeNames
from fairlead_monitors.engine import Completeness, Kind
from fairlead_monitors.grammar import Opening, SpelledName
from fairlead_monitors.lookup import MemberList


@dataclass(frozen=True)
class InPackage(Opening):
    """How the name of a type or package begins, after a package's dot."""


class JavaImports(ClikeNames, language=JAVA):
    """Looks at the names after the dots of import statements.

    Archives that analysis does not see may add to a package; what of it is known shows whether it
    sees this one. So packages are let pass (names in small letters, by the conventions), and types
    too where none of their package is known.
    """

    asks = Kind.IMPORT
    kind = "import"
    languages = ("java",)

    def opening(self, state: LexState) -> Opening | None:
        """Return how a name begins after a dot of an import statement."""
        code = state.end.code
        if code is None or not state.end.dereferences or code.head[0].text != b"import":
            return None
        of_type = code.recent[-2].text[:1].isupper()
        return Opening() if of_type else InPackage()

    def _members(self, name: SpelledName) -> MemberList:
        found = super()._members(name)
        if not isinstance(name.opening, InPackage) or not found.complete:
            return found
        if name.typed[:1].isupper() and any(n[:1].isupper() for n in found.names):
            return found
        return found.reduced(Completeness.PARTIAL, "analysis may not see all of the package")
