"""Typing along a suggestion. `|` is the cursor; what follows it is the rest of the document."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairlead_server.lsp.typed import (
    CLOSERS,
    Spot,
    Typed,
    goes_along,
    is_accepted,
    rest_of,
    typed_since,
    written_at,
)
from fairlead_server.suggestion import Suggestion


def _spot(marked: str) -> Spot:
    before, _, after = marked.partition("|")
    return Spot(before, after)


def _suggestion(text: str, replaces: int = 0) -> Suggestion:
    return Suggestion(text, -1.0, "stop", verified=True, replaces=replaces)


# (where it was suggested, the suggestion, where the cursor is now, what is left of it)
RESTS: list[tuple[str, str, str, str | None]] = [
    ("x = |\n", "foo(y)", "x = |\n", "foo(y)"),
    ("x = |\n", "foo(y)", "x = f|\n", "oo(y)"),
    ("x = |\n", "foo(y)", "x = foo(y|\n", ")"),
    ("x = |\n", "foo(y)", "x = foo(y)|\n", None),
    ("x = |\n", "foo(y)", "x = fa|\n", None),
    ("x = |\n", "foo(y)", "x = foo(y)z|\n", None),
    ("x = |\n", "foo(y)", "y = f|\n", None),
    ("x = |\n", "foo(y)", "x = f|\n\n", None),
    ("x = |\n", "foo(y)", "x =|\n", None),
    # The editor closed a bracket or a quote of its own accord.
    ("x = |\n", "foo(y)", "x = foo(|)\n", "y"),
    ("x = |\n", 'foo("y")', 'x = foo("|")\n', "y"),
    ("x = |\n", "foo(y) + 1", "x = foo(|)\n", None),
    ("x = |)\n", "foo(y)", "x = foo(|))\n", "y"),
    # Lines, and more than ASCII.
    ("def f():|\n", "\n    return 1", "def f():\n    |\n", "return 1"),
    ("x = |\r\n", "größe😀", "x = gr|\r\n", "öße😀"),
    ("|", "ab", "a|", "b"),
]


@pytest.mark.parametrize(("spot", "text", "now", "expected"), RESTS)
def test_what_is_left(spot: str, text: str, now: str, expected: str | None) -> None:
    typed = typed_since(_spot(spot), _spot(now))
    left = typed and rest_of(_suggestion(text), typed)
    assert (left.text if left else None) == expected


def test_what_replaces_the_rest_of_a_name_goes_on_replacing_it() -> None:
    typed = typed_since(_spot("x.|name\n"), _spot("x.fo|name\n"))
    assert typed == Typed("fo")
    assert rest_of(_suggestion("foo", replaces=4), typed) == _suggestion("o", replaces=4)
    assert rest_of(_suggestion("foo()", replaces=4), Typed("foo(", ")")) is None


@pytest.mark.parametrize(
    ("written", "suggested", "expected"),
    [
        ("", "", True),
        ("", "foo", True),
        ("foo", "", True),
        ("fo", "foo(", True),
        ("foo(", "fo", True),
        ("fa", "fo", False),
        ("foo()", "foo(x", True),
        ('foo("")', 'foo("x', True),
        ("foo()x", "foo(x", False),
    ],
)
def test_who_goes_along(written: str, suggested: str, expected: bool) -> None:
    assert goes_along(written, suggested) == expected


@pytest.mark.parametrize(
    ("text", "expected"), [("a = x\n", "x"), ("a = \n", ""), ("a =\n", None), ("b = x\n", None)]
)
def test_what_was_written(text: str, expected: str | None) -> None:
    assert written_at(_spot("a = |\n"), text) == expected


def test_an_accepted_suggestion_is_seen() -> None:
    assert is_accepted(_suggestion("foo()", replaces=3), _spot("x.|bar\n"), "x.foo()\n")
    assert not is_accepted(_suggestion("foo()", replaces=3), _spot("x.|bar\n"), "x.foo()bar\n")


PIECES = st.text("ab(\n😀", max_size=6)


@given(PIECES, PIECES, PIECES, st.data())
def test_what_is_typed_and_what_is_left_make_the_suggestion(
    before: str, after: str, text: str, data: st.DataObject
) -> None:
    cut = data.draw(st.integers(0, len(text)))
    typed = typed_since(Spot(before, after), Spot(before + text[:cut], after))
    assert typed == Typed(text[:cut])
    left = rest_of(_suggestion(text), typed)
    assert text[:cut] + (left.text if left else "") == text
    assert (left is None) == (cut == len(text))


@given(PIECES, PIECES, PIECES, st.text(CLOSERS, min_size=1, max_size=2))
def test_closers_are_never_written_twice(before: str, text: str, rest: str, closers: str) -> None:
    suggestion = _suggestion(text + rest + closers)
    typed = typed_since(Spot(before, ""), Spot(before + text, closers))
    assert typed is not None
    left = rest_of(suggestion, typed)
    assert (left.text if left else "") + typed.closers == rest + closers
