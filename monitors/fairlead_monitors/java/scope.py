"""The monitor of names in scope for Java: no bare variable or method that is not there."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from itertools import pairwise

from fairlead_monitors.clike.languages import JAVA
from fairlead_monitors.clike.lexer import LexState
from fairlead_monitors.clike.names import ClikeNames
from fairlead_monitors.clike.tokens import Code, Frame, Sort, Token
from fairlead_monitors.context import Context
from fairlead_monitors.engine import Completeness, Kind
from fairlead_monitors.grammar import Opening, SpelledName
from fairlead_monitors.java.declared import declared_in
from fairlead_monitors.java.header import code_of
from fairlead_monitors.java.imported import Imported
from fairlead_monitors.java.shapes import chain_start, is_class_body, opens_call
from fairlead_monitors.java.supertypes import Supertypes
from fairlead_monitors.java.uses import BLANKS, after_first_letter, is_misused
from fairlead_monitors.lookup import MemberList, MemberLookup

_HEADERS = frozenset({b"import", b"package", b"case", b"@"})
_CONDITIONS = frozenset({b"if", b"while", b"switch", b"synchronized"})
_BEFORE_EXPRESSION = frozenset({b"return", b"assert", b"else", b"do", b"throw"})
# Types, labels, parameters of lambdas and new variables are followed by other things than these.
_PROOF = frozenset({b"(", b")", b";", b",", b"]", b"}", b"+", b"*", b"%", b"=", b"!", b"|", b"^"})
_OPEN = frozenset(b".[<>&?")
"""Signs that may follow types and packages as well."""
_CONTEXTUAL = frozenset({b"record", b"sealed"})
_WORDS = frozenset({b"this", b"super", b"true", b"false", b"null", b"var", b"yield", b"when"})


class JavaScope(ClikeNames, language=JAVA):
    """Looks at names where an expression may begin: variables, and methods that are called.

    What they are shows when they end, and by the sign behind: before a dot, a bracket of an array
    or of type arguments, or another word, it may as well be a type or a package, and is held
    against a list of these. One that is declared there is let pass.
    """

    asks = Kind.SCOPE
    kind = "name"
    languages = ("java",)
    words = _WORDS | JAVA.keywords

    def __init__(self, context: Context, lookup: MemberLookup | None = None) -> None:
        self._before = context.prefix.encode(errors="replace")
        super().__init__(context, lookup)
        self._imported = Imported(context)
        self._supertypes = Supertypes(self._imported)

    def may_end(self) -> bool:
        """Tell whether the text may end: not in a name that what follows shows to be absent."""
        name = self._name
        if name is None or not name.typed or not self._is_open(self._follows(name)):
            return super().may_end()
        return self._begins_something(replace(name, typed=name.typed + self._rest(name)))

    def _members(self, name: SpelledName) -> MemberList:
        found = self._supertypes.doubted(super()._members(name))
        found = self._imported.doubted(found, name.typed, static=True)
        typed = name.typed.decode(errors="replace")
        is_variable = name.typed in found.names and typed not in found.members.methods
        if not found.complete or is_variable or typed not in declared_in(self._text_before(name)):
            return found
        return found.reduced(Completeness.PARTIAL, "the text declares it")

    def _text_before(self, name: SpelledName) -> str:
        before = self._before[: len(self._before) + min(0, name.start)]
        return (before + self._generated[: max(0, name.start)]).decode(errors="replace")

    def _prove(self, name: SpelledName, byte: bytes) -> bool:
        if name.sign:
            return self._end(name, byte) if byte != b">" else self._let_go()
        if byte == b"-":  # an arrow makes a new parameter of the name
            self._name = replace(name, sign=byte)
            self._append(byte)
            return True
        if byte in BLANKS:
            self._append(byte)
            return True
        if self._is_open(byte) and not self._begins_something(name):
            return False
        return super()._prove(name, byte)

    def _let_go(self) -> bool:
        self._name = None
        return True

    def _is_proven(self, name: SpelledName) -> bool:
        follows = self._follows(name)
        return bool(follows) and follows in _PROOF

    def _follows(self, name: SpelledName) -> bytes:
        """Return the sign behind the name that the text ends with."""
        return self._suffix[len(self._rest(name)) :].lstrip()[:1]

    def _is_open(self, sign: bytes) -> bool:
        """Tell whether `sign` may as well follow a type or a package; another word may."""
        return bool(sign) and (sign[0] in _OPEN or sign[0] in self.grammar.identifier)

    def _is_wrong_before(self, byte: bytes, name: SpelledName, spelled: bytes) -> bool:
        if super()._is_wrong_before(byte, name, spelled):
            return True
        # A static import brings all that has the name.
        brought = any(s.static and s.name.encode() == spelled for s in self._imported.statements)
        known = brought or spelled in self.words
        return not known and is_misused(self._members(name), spelled, byte)

    def _begins_something(self, name: SpelledName) -> bool:
        """Tell whether there may be a variable, a type or a package of this name."""
        typed, found = name.typed, self._members(name)
        if not found.complete or typed in self.words | _CONTEXTUAL or not typed[:1].isalpha():
            return True
        if typed in found.names and not is_misused(found, typed, b"."):
            return True
        if typed[:1].isupper() and typed in self._written:
            return True
        types = self._lookup.wait(Kind.TYPE, *after_first_letter(name))
        types = self._imported.doubted(self._supertypes.doubted(types), typed)
        return not types.complete or typed in types.names

    @cached_property
    def _written(self) -> frozenset[bytes]:
        """The words in the code of the document: types that it names are not asked for."""
        return frozenset(re.findall(rb"[\w$]+", code_of(self._imported.text).encode()))

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
