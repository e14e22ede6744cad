"""The languages, as data. (Lexical rules: the specification of each language.)"""

from __future__ import annotations

from dataclasses import replace

from fairlead_monitors.clike.language import (
    BLOCK_COMMENT,
    CHARACTER,
    LINE_COMMENT,
    SPLICED_COMMENT,
    STRING,
    WORD,
    Language,
    Quote,
)


def _words(text: str) -> frozenset[bytes]:
    return frozenset(text.encode().split())


_C_NUMBER = rb"\.?\d(?:[eEpP][-+]|'?[\w.])*"
_NUMBER = rb"0[xX][\da-fA-F_]*\.?[\da-fA-F_]*(?:[pP][-+]?)?\w*|\.?\d(?:[eE][-+]|[\w.])*"
_TEXT_BLOCK = Quote(rb'"""', rb'"""', lines=True)

JAVA = Language(
    name="java",
    keywords=_words(
        """abstract assert boolean break byte case catch char class const continue default do
        double else enum extends final finally float for goto if implements import instanceof int
        interface long native new package private protected public return short static strictfp
        switch synchronized throw throws transient try void volatile while"""
    ),
    dereferences=(b"::", b"."),
    receivers=_words(">"),
    quotes=(LINE_COMMENT, BLOCK_COMMENT, _TEXT_BLOCK, STRING, CHARACTER),
    numbers=_NUMBER,
    declares=_words("import package"),
    members=_words("class new super this"),
)

_REGEX = Quote(
    rb"/",
    rb"/[A-Za-z]*",
    skips=rb"\[(?:[^\]\\\r\n]|\\.)*",
    prefix=True,
)
_TEMPLATE = Quote(rb"`", rb"`", lines=True, fields=b"${")
_HASHBANG = Quote(rb"\A#!", rb"(?=[\r\n])", escapes=False, operand=False, line_start=True)
_JS_KEYWORDS = """await break case catch class const continue debugger default delete do else
    enum export extends finally for function if import in instanceof new return switch throw try
    typeof var void while with yield"""

JAVASCRIPT = Language(
    name="javascript",
    keywords=_words(_JS_KEYWORDS),
    dereferences=(b"?.", b"."),
    receivers=_words("! >"),
    quotes=(_HASHBANG, LINE_COMMENT, BLOCK_COMMENT, STRING, CHARACTER, _TEMPLATE, _REGEX),
    numbers=rb"0[xXbBoO]\w*|\d[\d_]*n|(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][-+]?\d*)?",
    postfix=_words("++ -- !"),
    continues=_words("as from in instanceof of satisfies"),
    newlines=True,
)

TYPESCRIPT = replace(JAVASCRIPT, name="typescript")

_DIRECTIVE = Quote(
    rb"#",
    rb"(?=[\r\n])",
    skips=rb"/\*(?:[^*]|\*(?!/))*(?:\*/)?|//[^\r\n]*" + rb'|"(?:[^"\\\r\n]|\\.)*"?',
    operand=False,
    line_start=True,
)
_PREFIXED = rb"(?:u8|[uUL])?"
_C_QUOTES = (
    SPLICED_COMMENT,
    BLOCK_COMMENT,
    _DIRECTIVE,
    Quote(_PREFIXED + rb'"', rb'"'),
    Quote(_PREFIXED + rb"'", rb"'"),
)

C = Language(
    name="c",
    keywords=_words(
        """auto break case char const continue default do double else enum extern float for goto if
        inline int long register restrict return short signed sizeof static struct switch typedef
        union unsigned void volatile while _Alignas _Alignof _Atomic _Bool _Complex _Generic
        _Noreturn _Static_assert _Thread_local"""
    ),
    dereferences=(b"->", b"."),
    quotes=_C_QUOTES,
    numbers=_C_NUMBER,
)

CPP = replace(
    C,
    name="cpp",
    keywords=_words(
        """alignas alignof and and_eq asm auto bitand bitor bool break case catch char char8_t
        char16_t char32_t class compl concept const consteval constexpr constinit const_cast
        continue co_await co_return co_yield decltype default delete do double dynamic_cast else
        enum explicit export extern float for friend goto if inline int long mutable namespace new
        noexcept not not_eq operator or or_eq private protected public register reinterpret_cast
        requires return short signed sizeof static static_assert static_cast struct switch template
        thread_local throw try typedef typeid typename union unsigned using virtual void volatile
        wchar_t while xor xor_eq"""
    ),
    dereferences=(b"->", b"::", b"."),
    receivers=_words(">"),
    quotes=(
        Quote(
            rb'(?:u8|[uUL])?R"(?P<guard>[^()\\\s"]{0,16})\(',
            rb'\)%s"',
            escapes=False,
            lines=True,
        ),
        *_C_QUOTES,
    ),
    labels=_words("case default public private protected"),
    declares=_words("namespace"),
    members=_words("operator template"),
)

GO = Language(
    name="go",
    keywords=_words(
        """break case chan const continue default defer else fallthrough for func go goto if import
        interface map package range return select struct switch type var"""
    ),
    dereferences=(b".",),
    quotes=(
        LINE_COMMENT,
        BLOCK_COMMENT,
        STRING,
        CHARACTER,
        Quote(rb"`", rb"`", escapes=False, lines=True),
    ),
    numbers=_NUMBER,
    newlines=True,
)

RUST = Language(
    name="rust",
    keywords=_words(
        """as async await break const continue dyn else enum extern fn for if impl in let loop
        match mod move mut pub ref return static struct trait type unsafe use where while"""
    ),
    dereferences=(b"::", b"."),
    receivers=_words(">"),
    quotes=(
        LINE_COMMENT,
        replace(BLOCK_COMMENT, nests=rb"/\*"),
        Quote(rb'(?:br|cr|r)(?P<guard>#{0,16})"', rb'"%s', escapes=False, lines=True),
        Quote(rb'[bc]?"', rb'"', lines=True),
    ),
    numbers=rb"0[xob]\w*"
    rb"|\d[\d_]*(?:\.\d[\d_]*|\.(?![.\w\x80-\xff]))?(?:[eE][-+]?[\d_]+)?\w*",
    characters=rb"b?'(?:[^'\\\r\n\x80-\xff]|[\x80-\xff]{2,4}|\\(?:x[\da-fA-F]*|u\{\w*\}|.))'"
    rb"|r\#" + WORD,
    marks=rb"'" + WORD,
    indices=True,
    postfix=_words("?"),
    labels=frozenset(),
    declares=_words("use"),
    # The first of r#type is no name, but the name that follows the # is not followed up.
    members=_words("await self super r"),
)
