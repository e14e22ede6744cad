"""Where statements and expressions begin, as far as lexing can tell."""

from __future__ import annotations

from fairlead_monitors.clike.language import Language
from fairlead_monitors.clike.tokens import Code, Sort, Token

_CONTROL = frozenset({b"if", b"while", b"for", b"with"})
_VALUED = frozenset(
    b"return typeof instanceof in of new delete void throw case await yield".split()
)
_WORDS = frozenset({Sort.WORD, Sort.KEYWORD})


def begins_expression(code: Code) -> bool:
    """Tell whether a slash at the end of `code` would begin a regular expression of JavaScript."""
    if not code.recent:
        return True
    last = code.recent[-1]
    before = code.recent[-2] if len(code.recent) > 1 else None
    if last.text == b")":
        return before is not None and before.text in _CONTROL
    if last.text == b"}" and last.sort is Sort.CLOSE:
        return _is_block(code, before)
    return not last.operand and last.sort is not Sort.DEREFERENCE


def _is_block(code: Code, before: Token | None) -> bool:
    """Tell whether the brace that was closed last held statements, by what stood before it."""
    if before is None:
        return code.bracket in (b"", b"{")
    if before.text == b":":
        return code.head[0].text in (b"case", b"default")
    if before.sort is Sort.OPERATOR:
        return before.text == b"=>"
    return before.text not in _VALUED


def begins_statement(language: Language, code: Code, token: Token) -> bool:
    """Tell whether `token` begins a statement although no semicolon ended the last one."""
    if not code.recent or not code.recent[-1].operand or token.text in language.continues:
        return False
    last = code.recent[-1]
    if last.text == b"}":
        return token.sort in _WORDS or token.text in (b"{", b"@", b"#")
    return language.newlines and token.fresh and token.sort in _WORDS


def ends_label(language: Language, code: Code, token: Token) -> bool:
    """Tell whether `token` ends a label such as ``case X:``, after which a statement begins."""
    if token.text not in (b":", b"->") or not code.head:
        return False
    return code.head[0].text in language.labels
