"""The monitor of names in scope for Java: no bare variable or method that is not there."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from fairlead_monitors.clike.languages import JAVA
from fairlead_monitors.clike.lexer import LexState
from fairlead_monitors.clike.names import ClikeNames
from fairlead_monitors.clike.tokens import Code, Frame, Sort, Token
from fairlead_monitors.context import Context
from fairlead_monitors.engine import Kind
from fairlead_monitors.grammar import Opening, SpelledName
from fairlead_monitors.java.imported import Imported
from fairlead_monitors.java.shapes import chain_start, is_class_body, opens_call
from fairlead_monitors.java.supertypes import Supertypes
from fairlead_monitors.lookup import MemberList, MemberLookup

_HEADERS = frozenset({b"import", b"package", b"case", b"@"})
_CONDITIONS = frozenset({b"if", b"while", b"switch", b"synchronized"})
_BEFORE_EXPRESSION = frozenset({b"return", b"assert", b"else", b"do", b"throw"})
# Types, labels, parameters of lambdas and new variables are followed by other things than these.
_PROOF = frozenset({b"(", b")", b";", b",", b"]", b"}", b"+", b"*", b"%", b"=", b"!", b"|", b"^"})
_WORDS = frozenset({b"this", b"super", b"true", b"false", b"null", b"var", b"yield", b"when"})


class JavaScope(ClikeNames, language=JAVA):
    """Looks at names where an expression may begin: variables, and methods that are called.

    What they are shows when they end; a name before a dot may be a package and is let pass, like
    one that is declared there.
    """

    asks = Kind.SCOPE
    kind = "name"
    languages = ("java",)
    words = _WORDS | JAVA.keywords

    def __init__(self, context: Context, lookup: MemberLookup | None = None) -> None:
        super().__init__(context, lookup)
        self._imported = Imported(context)
        self._supertypes = Supertypes(self._imported)

    def _members(self, name: SpelledName) -> MemberList:
        found = self._supertypes.doubted(super()._members(name))
        return self._imported.doubted(found, name.typed, static=True)

    def opening(self, state: LexState) -> Opening | None:
        """Return how a name begins where an expression may, None elsewhere."""
        frames = state.end.frames
        code = frames[-1]
        if not isinstance(code, Code):
            return None
        return Opening(proof=_PROOF) if _begins_expression(frames, code) else None


def _begins_expression(frames: Sequence[Frame], code: Code) -> bool:
    if not code.recent:
        return _begins_in_bracket(frames, code)
    last = code.recent[-1]
    if code.head[0].text in _HEADERS or _in_annotation(frames):
        return False
    if last.text == b",":
        return code.bracket == b"(" and opens_call(frames[:-1]) and not _has_angle(code.recent)
    if last.sort is Sort.OPERATOR:
        return last.text not in (b"<", b">", b"@", b"&", b"?", b":", b"...")
    return last.text in _BEFORE_EXPRESSION and last.sort is Sort.KEYWORD


def _begins_in_bracket(frames: Sequence[Frame], code: Code) -> bool:
    """Tell whether the first token of a bracket, block or statement may begin an expression."""
    if code.bracket == b"{":
        return not is_class_body(frames) and _is_block(frames)
    if code.bracket == b"[":
        return True
    outer = frames[-2] if len(frames) > 1 else None
    if code.bracket != b"(" or not isinstance(outer, Code):
        return False
    controls = bool(outer.recent) and outer.recent[-1].text in _CONDITIONS
    return controls or opens_call(frames[:-1])


def _is_block(frames: Sequence[Frame]) -> bool:
    """Tell whether a brace holds statements, not the cases of a switch or an array's elements."""
    outer = frames[-2]
    if not isinstance(outer, Code):
        return True
    if not outer.recent:
        return outer.bracket != b"("
    last = outer.recent[-1]
    if last.text == b")":
        return len(outer.recent) < 2 or outer.recent[-2].text != b"switch"
    throws = any(token.text == b"throws" for token in outer.recent)
    return throws or last.text in (b"->", b"else", b"do", b"try", b"finally", b"static", b"}")


def _in_annotation(frames: Sequence[Frame]) -> bool:
    """Tell whether some bracket holds the elements of an annotation."""
    for outer, inner in pairwise(frames):
        if isinstance(outer, Code) and isinstance(inner, Code) and inner.bracket == b"(":
            begin = chain_start(outer.recent) if outer.recent else 0
            if begin and outer.recent[begin - 1].text == b"@":
                return True
    return False


def _has_angle(recent: Sequence[Token]) -> bool:
    return any(token.text in (b"<", b">") for token in recent)
