"""How a text is indented, as servers are told."""

from __future__ import annotations

import pytest

from fairlead_server.analysis.language_server.indentation import indentation, with_indentation
from fairlead_server.analysis.language_server.rules import RewritingRule

TEXTS = [
    ("", (4, True)),
    ("a\nb\n", (4, True)),
    ("a {\n    b {\n        c\n    }\n}\n", (4, True)),
    ("a {\n  b {\n    c\n  }\n}\n", (2, True)),
    ("a {\n\tb {\n\t\tc\n\t}\n}\n", (4, False)),
    ("/**\n * a\n * b\n */\na {\n   b\n}\n", (3, True)),
    ("a {\n  b(c,\n        d)\n}\ne {\n  f\n}\n", (2, True)),
]


@pytest.mark.parametrize(("text", "expected"), TEXTS)
def test_indentation(text: str, expected: tuple[int, bool]) -> None:
    assert indentation(text) == expected


def test_settings() -> None:
    rule = RewritingRule(width=("a.b.size", "size"), spaces=("a.spaces",))
    settings = {"a": {"b": {"other": 1}, "c": 2}}
    assert with_indentation(settings, rule, (2, True)) == {
        "a": {"b": {"other": 1, "size": 2}, "c": 2, "spaces": True},
        "size": 2,
    }
    assert settings == {"a": {"b": {"other": 1}, "c": 2}}
