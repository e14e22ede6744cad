from __future__ import annotations

import pytest

from fairlead_decoding.stopping import StopRule, after_lines, at_strings, first_of, never


@pytest.mark.parametrize(
    ("rule", "text", "kept"),
    [
        (never, "a\nb", None),
        (after_lines(1), "abc", None),
        (after_lines(1), "abc\n", "abc"),
        (after_lines(1), "abc\r\ndef", "abc"),
        (after_lines(1), "\n\n    abc", None),
        (after_lines(1), "\n\n    abc\nd", "\n\n    abc"),
        (after_lines(2), "a\n\nb\nc", "a\n\nb"),
        (at_strings([b"stop", b"to"]), "a stop", "a "),
        (at_strings([]), "a stop", None),
        (first_of(after_lines(1), at_strings([b";"])), "a;b\n", "a"),
    ],
)
def test_rule(rule: StopRule, text: str, kept: str | None) -> None:
    cut = rule(text.encode(), 0)
    assert (None if cut is None else text.encode()[:cut].decode()) == kept


def test_a_stop_string_is_found_across_two_tokens() -> None:
    assert at_strings([b"stop"])(b"a stop", 4) == 2
