"""Where text ends: hand-made cases, and every dot of the standard library against `tokenize`."""

from __future__ import annotations

import io
import keyword
import random
import sysconfig
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

from fairlead_monitors.python.lexer import Last, LexState, lex, window

DEREFERENCE, OPERAND, OTHER, START = Last.DEREFERENCE, Last.OPERAND, Last.OTHER, Last.START
STRING = COMMENT = None


@pytest.mark.parametrize(
    ("text", "last"),
    [
        ("x.", DEREFERENCE),
        ("x .", DEREFERENCE),
        ("x. ", DEREFERENCE),
        ("f(x).", DEREFERENCE),
        ("xs[0].", DEREFERENCE),
        ("{}.", DEREFERENCE),
        ("''.", DEREFERENCE),
        ("1 .", DEREFERENCE),
        ("1..", DEREFERENCE),
        ("None.", DEREFERENCE),
        ("match.", DEREFERENCE),
        ("größe.", DEREFERENCE),
        ("(x\n  .", DEREFERENCE),
        ("x \\\n  .", DEREFERENCE),
        ("@app.", DEREFERENCE),
        ("yield from x.", DEREFERENCE),
        ("raise E from x.", DEREFERENCE),
        ("if x: y.", DEREFERENCE),
        ("import a; b.", DEREFERENCE),
        ("import a\nb.", DEREFERENCE),
        ("f'{x.", DEREFERENCE),
        ("f'{x!r:{y.", DEREFERENCE),
        ("f'''\n{\nx.", DEREFERENCE),
        ("f'{d['a'].", DEREFERENCE),
        ("f'a' + x.", DEREFERENCE),
        ("f'{x}' + y.", DEREFERENCE),
        ("f'{x:>{w}}' + y.", DEREFERENCE),
        ("rb'\\' .", STRING),
        ("f'\\N{x.", STRING),
        ("f'\\N{FULL STOP}' + x.", DEREFERENCE),
        ("f'\\N{FULL STOP}{x.", DEREFERENCE),
        ("f'{{x.", STRING),
        ("f'{x} y.", STRING),
        ("f'{x:.", STRING),
        ("'x.", STRING),
        ('"""x\n.', STRING),
        ("'''it's x.", STRING),
        ("'a\\'x.", STRING),
        ("# x.", COMMENT),
        ("x = 1 # x.", COMMENT),
        ("1.", OPERAND),
        ("0x1f.", OPERAND),
        ("...", OPERAND),
        ("x..", OTHER),
        ("import a.", OTHER),
        ("import a, b.", OTHER),
        ("from a.", OTHER),
        ("from .", OTHER),
        ("if x: import a.", OTHER),
        ("return .", OTHER),
        ("(.", OTHER),
        ("x = 'broken\ny.", DEREFERENCE),
        ("f(\nimport a.", OTHER),
        ("f(\ndef g():\n    x.", DEREFERENCE),
        ("", START),
        ("x = 1\n", START),
    ],
)
def test_end_of_text(text: str, last: Last | None) -> None:
    state = lex(LexState(), text.encode())
    if last is None:
        assert state.last is not DEREFERENCE
        assert not state.in_code or "#" in text
    else:
        assert (state.in_code, state.last) == (True, last)


def sources(count: int) -> list[Path]:
    root = Path(sysconfig.get_paths()["stdlib"])
    files = sorted(p for p in root.glob("*.py") if p.stat().st_size < 60_000)
    return random.Random(0).sample(files, count)


def expected_dots(text: str) -> Iterator[tuple[int, bool]]:
    """Yield the offset after each dot and whether it dereferences, by the tokens of `tokenize`."""
    starts = [0]
    for line in text.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    blank = {tokenize.NL, tokenize.COMMENT, tokenize.INDENT, tokenize.DEDENT}
    previous, first = "", ""
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type in blank:
            continue
        if token.type == tokenize.NEWLINE or token.string == ";":
            previous = first = ""
            continue
        if token.string == "." and token.type == tokenize.OP:
            operand = previous not in {"", ".", *keyword.kwlist} and (
                previous[-1].isalnum() or previous[-1] in "_)]}\"'"
            )
            yield starts[token.end[0] - 1] + token.end[1], operand and first not in IMPORTS
        previous = token.string
        first = first or previous
        if previous == ":":
            first = ""


IMPORTS = ("import", "from")


@pytest.mark.parametrize("path", sources(25), ids=lambda p: p.name)
def test_dots_of_the_standard_library(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    state, place = LexState(), 0
    for offset, dereferences in expected_dots(text):
        # In pieces, each ended by a dot: no piece splits a token.
        state = lex(state, text[place:offset].encode())
        place = offset
        found = state.in_code and state.last is DEREFERENCE
        assert found == dereferences, f"{path}:{text.count(chr(10), 0, offset) + 1}"


def test_a_window_is_lexed_as_the_whole() -> None:
    text = "".join(p.read_text(encoding="utf-8") for p in sources(8)).encode()
    generator = random.Random(1)
    for _ in range(60):
        prefix = text[: generator.randrange(len(text))]
        start = window(prefix, 500)
        whole, part = lex(LexState(), prefix), lex(LexState(), prefix[start:])
        assert (part.in_code, part.last) == (whole.in_code, whole.last), prefix[-200:]


@pytest.mark.parametrize("seed", range(20))
def test_any_bytes_are_lexed(seed: int) -> None:
    generator = random.Random(seed)
    data = bytes(generator.choice(b"abc.'\"{}()[]:;#\\\n\r fF\xc3\x00") for _ in range(2000))
    lex(LexState(), data)
