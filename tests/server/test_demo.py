from __future__ import annotations

import io
import re
import textwrap

import pytest

from fairlead_server.demo import Side, format_side_by_side, wants_colour
from fairlead_server.suggestion import CheckedName

GUIDED = Side(
    "        return self.tariff.",
    "invoice_for(booking)",
    (CheckedName("invoice_for", "member", "valid", "jedi", 33, (".enter", "enter", ".charge")),),
)
UNGUIDED = Side(
    "        return self.tariff.",
    "enter(booking)",
    (CheckedName("enter", "member", "invalid", "jedi", 33),),
)


def check(guided: Side, unguided: Side, width: int, expected: str) -> None:
    found = format_side_by_side(guided, unguided, width)
    assert found.splitlines() == textwrap.dedent(expected).strip("\n").splitlines()


def test_names_are_marked_and_explained() -> None:
    check(
        GUIDED,
        UNGUIDED,
        90,
        """
        guided                                      | unguided
        --------------------------------------------+--------------------------------------------
        return self.tariff.invoice_for(booking)     | return self.tariff.enter(booking)
                           +++++++++++~~~~~~~~~     |                    !!!!!~~~~~~~~~
                                                    |
        + invoice_for: valid, one of 33 (jedi)      | ! enter: invalid, none of 33 (jedi)
          tokens vetoed: '.enter', 'enter',         |
            '.charge'                               |
        """,
    )


def test_long_lines_are_wrapped_and_further_lines_keep_their_relative_indentation() -> None:
    long = Side(
        "    if ready:", "\n        berth.moor(first_vessel_of_the_day, at_seven)\n    go()"
    )
    unknown = CheckedName("moor", "member", "unknown", "jedi", 0, (), "unresolved base")
    check(
        Side(long.line_prefix, long.text, (unknown,)),
        Side("    if ready:", ""),
        80,
        """
        guided                                 | unguided
        ---------------------------------------+---------------------------------------
        if ready:                              | if ready:
            berth.moor(                        |
            ~~~~~~????~                        |
          first_vessel_of_the_day, at_seven)   |
          ~~~~~~~~~~~~~~~~~~~~~~~~ ~~~~~~~~~   |
        go()                                   |
        ~~~~                                   |
                                               |
        ? moor: unknown, unresolved base       | nothing was written
        """,
    )


@pytest.mark.parametrize(
    ("prefix", "text", "name", "expected"),
    [
        ("self.get_na", "me()", "get_name", "     ++++++++~~"),
        ("a = name.", "name", "name", "         ++++"),
        ("x.", "y.y", "y", "  +~~"),
        ("x.", "yy.y", "y", "  ~~~+"),
    ],
)
def test_the_name_itself_is_marked(prefix: str, text: str, name: str, expected: str) -> None:
    side = Side(prefix, text, (CheckedName(name, "member", "valid", "jedi", 1),))
    marks = format_side_by_side(side, side, 80).splitlines()[3]
    assert marks.split("|")[0].rstrip() == expected


def test_equal_names_are_marked_in_turn_and_told_once() -> None:
    name = CheckedName("up", "member", "valid", "jedi", 1)
    side = Side("tree.", "up.up", (name, name))
    shown = format_side_by_side(side, side, 80)
    assert shown.splitlines()[3].startswith("     ++~++ ")
    assert shown.count("+ up: valid, one of 1 (jedi)") == 2


@pytest.mark.parametrize("width", [1, 80, 93, 100, 1000])
def test_lines_stay_within_the_width(width: int) -> None:
    side = Side("    x = ", "名前\x1b[31m\té " * 20)
    lines = format_side_by_side(side, side, width).splitlines()
    assert max(map(_columns, lines)) <= min(max(width, 80), 100)
    assert len({_columns(line.split("|")[0]) for line in lines[2:]}) == 1


def _columns(line: str) -> int:
    return len(line) + sum(char in "名前" for char in line)


def test_what_would_steer_a_terminal_is_written_out() -> None:
    side = Side("", "\x1b]0;title\x07\r\n")
    assert r"\x1b]0;title\x07" in format_side_by_side(side, side, 80)


def test_colour_replaces_marks() -> None:
    coloured = format_side_by_side(GUIDED, UNGUIDED, 90, colour=True)
    plain = re.sub(r"\x1b\[[\d;]*m", "", coloured).splitlines()
    marked = format_side_by_side(GUIDED, UNGUIDED, 90).splitlines()
    assert plain == marked[:3] + marked[4:]
    assert "\x1b[1;32minvoice_for\x1b[0m" in coloured
    assert "\x1b[1;31menter\x1b[0m" in coloured


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_colour_is_for_terminals_that_want_it() -> None:
    assert wants_colour(Terminal(), {"TERM": "xterm"})
    assert not wants_colour(io.StringIO(), {"TERM": "xterm"})
    assert not wants_colour(Terminal(), {"TERM": "dumb"})
    assert not wants_colour(Terminal(), {"NO_COLOR": "1"})
