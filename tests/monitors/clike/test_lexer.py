"""Where text ends: in code or not, and after a dereference or not."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairlead_monitors.clike import languages
from fairlead_monitors.clike.language import Language
from fairlead_monitors.clike.lexer import LexState, lex
from fairlead_monitors.clike.tokens import Code
from tests.monitors.clike.grammars import GRAMMARS

FIXTURES = Path(__file__).parents[2] / "fixtures" / "clike"
LANGUAGES = {ending: language for ending, (language, _) in GRAMMARS.items()}

FRAGMENTS = [
    *("a", "x.", "1", ".5", "e+", "case", "import", "é", "ÿ", "\n", "\r\n", " ", "\\"),
    *("'", '"', "`", '"""', "${", 'R"x(', ')x"', 'r#"', '"#', "/", "//", "/*", "*/", "#"),
    *("(", ")", "[", "]", "{", "}", ";", ":", "::", "->", "?.", "!", ">"),
]
DEREFERENCE, CODE, TEXT = "after a dereference", "elsewhere in code", "not in code"


def end(language: Language, text: str) -> str:
    place = lex(language, LexState(), text.encode()).end
    by_bytes = LexState()
    for byte in text.encode():
        by_bytes = lex(language, by_bytes, bytes([byte]))
    assert by_bytes.end == place
    if place.code is None:
        return TEXT
    return DEREFERENCE if place.dereferences else CODE


@pytest.mark.parametrize(
    ("ending", "text", "expected"),
    [
        # Dereferences.
        ("java", "x.", DEREFERENCE),
        ("java", "x . ", DEREFERENCE),
        ("java", "x.\n  ", DEREFERENCE),
        ("java", "x. // why\n", DEREFERENCE),
        ("java", "x. /* why */", DEREFERENCE),
        ("java", "f(a)\n    .", DEREFERENCE),
        ("java", "a[0].", DEREFERENCE),
        ("java", "new A() {}.", DEREFERENCE),
        ("java", '"a".', DEREFERENCE),
        ("java", "this.", DEREFERENCE),
        ("java", "String.class.", DEREFERENCE),
        ("java", "String::", DEREFERENCE),
        ("java", "List<String>::", DEREFERENCE),
        ("java", "int[]::", DEREFERENCE),
        ("java", "größe.", DEREFERENCE),
        ("java", "$a.", DEREFERENCE),
        ("ts", "x?.", DEREFERENCE),
        ("ts", "x!.", DEREFERENCE),
        ("ts", "`a${x.", DEREFERENCE),
        ("ts", "`a${`${b}`.", DEREFERENCE),
        ("ts", "`a`.", DEREFERENCE),
        ("ts", "/a/.", DEREFERENCE),
        ("ts", "if (x) /a/.", DEREFERENCE),
        ("ts", "x / 2 / y.", DEREFERENCE),
        ("ts", "(x) / y.", DEREFERENCE),
        ("ts", "x++ / y.", DEREFERENCE),
        ("ts", "1..", DEREFERENCE),
        ("cpp", "p->", DEREFERENCE),
        ("cpp", "A::", DEREFERENCE),
        ("cpp", "A<int>::", DEREFERENCE),
        ("cpp", 'R"x()" )x".', DEREFERENCE),
        ("c", "#define A \\\n b\nx.", DEREFERENCE),
        ("c", "#define A /* b\n c */\nx.", DEREFERENCE),
        ("go", "`a\\`.", DEREFERENCE),
        ("go", "x.\n", DEREFERENCE),
        ("rs", "x?.", DEREFERENCE),
        ("rs", "x.0.", DEREFERENCE),
        ("rs", "f::<T>::", DEREFERENCE),
        ("rs", "'a'.", DEREFERENCE),
        ("rs", "/* /* */ */ x.", DEREFERENCE),
        ("rs", "r#type.", DEREFERENCE),
        ("rs", "f(1.).", DEREFERENCE),
        # Other code.
        ("java", "x", CODE),
        ("java", "String...", CODE),
        ("java", "1.", CODE),
        ("java", "x = 'a'", CODE),
        ("java", "return .", CODE),
        ("java", '"broken\nx', CODE),
        ("ts", "...", CODE),
        ("ts", "{...x", CODE),
        ("ts", "x ? .5", CODE),
        ("ts", "1.", CODE),
        ("cpp", "::", CODE),
        ("cpp", "= { .", CODE),
        ("rs", "1.", CODE),
        ("rs", "0..", CODE),
        ("rs", "x..", CODE),
        ("rs", "&'a ", CODE),
        # No code.
        ("java", "// x.", TEXT),
        ("java", "/* x.", TEXT),
        ("java", '"x.', TEXT),
        ("java", '"\\"x.', TEXT),
        ("java", '"""\n"x".', TEXT),
        ("ts", "`${x}.", TEXT),
        ("ts", "x = /a.", TEXT),
        ("ts", "x = /[/]a.", TEXT),
        ("ts", "return /a.", TEXT),
        ("ts", "{} /a.", TEXT),
        ("c", "#include <a.", TEXT),
        ("c", "  # define X a.", TEXT),
        ("c", "// a \\\n b.", TEXT),
        ("cpp", 'R"x()".', TEXT),
        ("go", "`\n.", TEXT),
        ("rs", "/* /* */ x.", TEXT),
        ("rs", '"a\n.', TEXT),
        ("rs", 'r#"a".', TEXT),
        ("rs", "r" + 16 * "#" + '"a" x.', TEXT),
        ("rs", "r" + 40 * "#" + '"a" x.', DEREFERENCE),
    ],
)
def test_end_of_text(ending: str, text: str, expected: str) -> None:
    assert end(LANGUAGES[ending], text) == expected


@pytest.mark.parametrize(
    ("text", "enclosing"),
    [
        ("f(a[", "( ["),
        ("f(a)[", "["),
        ("{ f(a; }", ""),
        ("{ f(a; } g(", "("),
        ("f) { (", "{ ("),
        ("class A { void f() { if (x", "{ { ("),
        ("f(\"(\", '(', /* ( */ x", "("),
    ],
)
def test_brackets_that_enclose_the_end(text: str, enclosing: str) -> None:
    frames = lex(languages.JAVA, LexState(), text.encode()).end.frames
    assert [
        frame.bracket for frame in frames[1:] if isinstance(frame, Code)
    ] == enclosing.encode().split()


@pytest.mark.parametrize(
    ("text", "head"),
    [
        ("import a.b; import c.", "import c"),
        ("case A: x", "x"),
        ("case A -> x", "x"),
        ("if (a) { b; } c", "c"),
        ("new A() { b; }.c", "new A"),
        ("@A(x) private int y", "@ A"),
    ],
)
def test_beginning_of_the_statement(text: str, head: str) -> None:
    code = lex(languages.JAVA, LexState(), text.encode()).end.code
    assert code is not None
    assert [token.text for token in code.head[: len(head.split())]] == head.encode().split()


@pytest.mark.parametrize("ending", LANGUAGES)
@given(data=st.data())
def test_pieces_are_lexed_as_the_whole(ending: str, data: st.DataObject) -> None:
    text = (FIXTURES / f"nasty.{ending}").read_bytes()
    cuts = data.draw(st.lists(st.integers(0, len(text)), max_size=12))
    bounds = sorted({*cuts})
    state = LexState()
    for start, stop in zip([0, *bounds], bounds, strict=False):
        state = lex(LANGUAGES[ending], state, text[start:stop])
    whole = lex(LANGUAGES[ending], LexState(), text[: max(bounds, default=0)])
    assert state.end == whole.end


@pytest.mark.parametrize("ending", LANGUAGES)
@given(
    pieces=st.lists(
        st.sampled_from(FRAGMENTS) | st.binary(max_size=3).map(lambda b: b.decode("latin-1")),
        max_size=40,
    )
)
def test_whatever_is_written_is_lexed(ending: str, pieces: list[str]) -> None:
    one, by_pieces = LexState(), LexState()
    one = lex(LANGUAGES[ending], one, "".join(pieces).encode())
    for piece in pieces:
        by_pieces = lex(LANGUAGES[ending], by_pieces, piece.encode())
    assert by_pieces.end == one.end
