"""The metrics of DotPrompts: each value is worked out by hand from the tokens."""

from __future__ import annotations

import sys
from itertools import combinations

import pytest

from fairlead_server.errors import UserError
from fairlead_server.evaluation.dotprompts import scores
from fairlead_server.evaluation.dotprompts.scores import cut, method_end, score_at_k


@pytest.mark.parametrize(
    ("text", "tokens", "identifiers"),
    [
        ("", [], []),
        (" \n", [], []),
        ("add(x, 1);", ["add", "(", "x", ",", "1", ")", ";"], ["add", "x"]),
        # Operators are single signs, and strings fall apart at backslashes.
        ("a != b && c", ["a", "!", "=", "b", "&", "&", "c"], ["a", "b", "c"]),
        (r'f("a\n")', ["f", "(", '"', "a", "\\", "n", '"', ")"], ["f"]),
        ("f('{')", ["f", "(", "'{'", ")"], ["f"]),
        # Comments are tokens, and so is the blank behind `class`.
        ("x; // y\n/* z */", ["x", ";", "// y", "/* z */"], ["x"]),
        ("class A {", ["class", " ", "A", "{"], ["class", "A"]),
        # Keywords, types of the language and literals are no identifiers; annotations are.
        ("if (true) return null;", ["if", "(", "true", ")", "return", "null", ";"], []),
        ("@Override int größe", ["@Override", "int", "größe"], ["@Override", "größe"]),
        # Names that are keywords in some places only.
        ("module; with(to)", ["module", ";", "with", "(", "to", ")"], ["module", "with", "to"]),
        ("a.module(b)", ["a", ".", "module", "(", "b", ")"], ["a", "module", "b"]),
        ("#", ["#"], []),
    ],
)
def test_tokens(text: str, tokens: list[str], identifiers: list[str]) -> None:
    assert scores.tokens(text) == tokens
    assert scores.identifiers(text) == identifiers


@pytest.mark.parametrize(
    ("before", "written", "counts"),
    [
        # It ends with the method; braces in strings, characters and comments do not count.
        (" a.", "b(); }\n int c() { }", "b(); }"),
        (" a.", "b(\"}\", '}'); /* } */ }\n}", "b(\"}\", '}'); /* } */ }"),
        ("\n if (a) { b.", "c(); }\n }\n}", "c(); }\n }"),
        # Braces that lack are added, behind what was written.
        ("\n if (a) { b.", "c();\n", "c();}}"),
        (" a.", "b(); if (c) {", "b(); if (c) {}}"),
        (" a.", "", "}"),
        (" a.", "größe(); }", "größe(); }"),
        (" a.", "b();\r\n c();\r}\r\nx", "b();\n c();\n}"),
        (" a.", 'b("no end }\n', 'b("no end }}'),
        # Nothing counts where the method was closed before.
        (" } a.", "b();", ""),
    ],
)
def test_what_counts_of_a_text(before: str, written: str, counts: str) -> None:
    assert cut(before, written) == counts


@pytest.mark.parametrize(
    ("body", "end"), [(" a; } b", 5), ("\n\n{ } }", 7), (" a; {", None), ("", None), ('"}"', None)]
)
def test_where_a_method_ends(body: str, end: int | None) -> None:
    assert method_end(body) == end


WANTED = "total(order); }"  # total ( order ) ; }


@pytest.mark.parametrize(
    ("written", "wanted", "expected"),
    [
        (WANTED, WANTED, (1, 1, 1)),
        # Of 2 identifiers the first, of 6 tokens the first 2.
        ("total(line); }", WANTED, (1, 1 / 2, 2 / 6)),
        # All identifiers, and of the tokens those before the first that differs.
        ("total(order).x; }", WANTED, (1, 1, 4 / 6)),
        ("sum(order); }", WANTED, (0, 0, 0)),
        ("total", WANTED, (1, 1 / 2, 1 / 6)),
        ("}", WANTED, (0, 0, 0)),
        ("", WANTED, (0, 0, 0)),
        # The first token decides, whatever sort it is of.
        ("/* all */ total(order); }", WANTED, (0, 1, 0)),
        ("  total ( order ) ;\n}", WANTED, (1, 1, 1)),
        ("class; }", "class; }", (1, 1, 1)),
        ("größe(); }", "größe() + 1; }", (1, 1, 3 / 7)),
        # No identifier can match where there is none: the metric says nothing.
        ("1; }", "2; }", (0, None, 0)),
    ],
)
def test_scores(written: str, wanted: str, expected: tuple[float, float | None, float]) -> None:
    assert tuple(scores.scores(written, wanted).values()) == expected
    assert tuple(scores.scores(written, wanted)) == scores.METRICS


@pytest.mark.parametrize(
    ("found", "k", "expected"),
    [
        ([0.5], 1, 0.5),
        ([1, 0.5, 0], 1, 0.5),
        ([0, 1, 0.5], 2, (1 + 1 + 0.5) / 3),
        ([0, 0.5, 1], 3, 1),
        # As pass@k: 1 - C(4, 2) / C(6, 2).
        ([1, 0, 0, 1, 0, 0], 2, 1 - 6 / 15),
        ([0, 0, 0], 2, 0),
        ([1, 1, 1], 2, 1),
    ],
)
def test_score_at_k(found: list[float], k: int, expected: float) -> None:
    assert score_at_k(found, k) == pytest.approx(expected, abs=1e-15)


@pytest.mark.parametrize("k", range(1, 7))
def test_score_at_k_is_the_mean_over_all_choices(k: int) -> None:
    found = [0.3, 0.9, 0.0, 0.3, 0.7, 1.0]
    best = [max(chosen) for chosen in combinations(found, k)]
    assert score_at_k(found, k) == pytest.approx(sum(best) / len(best))


@pytest.mark.parametrize(("found", "k"), [([], 1), ([1.0], 0), ([1.0], 2)])
def test_score_at_k_of_too_few_samples(found: list[float], k: int) -> None:
    with pytest.raises(ValueError, match="samples"):
        score_at_k(found, k)


def test_without_pygments(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pygments.lexers.jvm", None)
    scores._lexer.cache_clear()
    with pytest.raises(UserError, match=r"pip install 'fairlead\[eval\]'"):
        scores.require_lexer()
