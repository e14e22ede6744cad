"""The metrics of ``fairlead eval completion`` on cases whose values were worked out by hand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairlead_server.evaluation.completion.lexing import tokens
from fairlead_server.evaluation.completion.metrics import (
    edit_distance,
    edit_similarity,
    exact_match,
    identifier_sequence,
    identifiers,
    next_identifier,
    prefix_match,
)

LANGUAGES = ("python", "java")
CODE = st.text(alphabet="ab_é1. \n\t\"'#/*\\([{}])=$", max_size=40)


@pytest.mark.parametrize(
    ("language", "text", "found"),
    [
        ("python", "", []),
        ("python", "self.total + len(xs)", ["self", "total", "len", "xs"]),
        ("python", "for x in xs: return None", ["x", "xs"]),
        ("python", "x = 'a.b' + f\"{c}\"  # d.e", ["x"]),
        ("python", '"""a\nb""".c', ["c"]),
        ("python", "r'\\'.a'.b", ["b"]),
        ("python", "größe.länge_2 + μ", ["größe", "länge_2", "μ"]),
        ("python", "f(a[b, {c", ["f", "a", "b", "c"]),
        ("python", ")] a", ["a"]),
        ("python", "'unclosed a", []),
        ("python", "'unclosed a\nb", ["b"]),
        ("python", "1e5 + 0x1f.real + 1.5e-3j + .5 + a1", ["a1"]),
        ("python", "a \\\n . b", ["a", "b"]),
        ("java", "Map<String, X> m = new HashMap<>();", ["Map", "String", "X", "m", "HashMap"]),
        ("java", "this.$a = null; // b", ["$a"]),
        ("java", "a /* b */ + 'c' + \"d\"", ["a"]),
        ("java", "a /* b", ["a"]),
        ("java", "x -> y::z", ["x", "y", "z"]),
    ],
)
def test_identifiers(language: str, text: str, found: list[str]) -> None:
    assert identifiers(text, language) == found


@pytest.mark.parametrize(
    ("language", "text", "found"),
    [
        ("python", "a**=b//c", ["a", "**=", "b", "//", "c"]),
        ("python", "x:=y->z...", ["x", ":=", "y", "->", "z", "..."]),
        ("python", "a != b # c", ["a", "!=", "b"]),
        ("java", "a>>>=b&&c++", ["a", ">>>=", "b", "&&", "c", "++"]),
        ("java", "List<List<X>> y", ["List", "<", "List", "<", "X", ">", ">", "y"]),
    ],
)
def test_tokens(language: str, text: str, found: list[str]) -> None:
    assert [token.text for token in tokens(text, language)] == found


# Of the wanted text the identifiers are self, client, get, url, limit; there are ten tokens.
WANTED = "self.client.get(url, limit)"


@pytest.mark.parametrize(
    ("written", "wanted", "first", "sequence", "prefix"),
    [
        (WANTED, WANTED, True, 1.0, 1.0),
        ("self.client.get( url,limit )  # so", WANTED, True, 1.0, 1.0),
        ("self.client.post(url, limit)", WANTED, True, 2 / 5, 4 / 10),
        ("self.client.get(url)", WANTED, True, 4 / 5, 7 / 10),
        ("self.client.get(url, limit, 3).x", WANTED, True, 1.0, 9 / 10),
        ("(self.client", WANTED, True, 2 / 5, 0.0),
        ("client.get(url, limit)", WANTED, False, 0.0, 0.0),
        ("", WANTED, False, 0.0, 0.0),
        ("(((", WANTED, False, 0.0, 0.0),
        # Nothing can be matched.
        ("a", "", None, None, None),
        ("", "", None, None, None),
        ("1", "'text'", None, None, 0.0),
        ("'text'", "'text'", None, None, 1.0),
        # Unicode, and brackets that do not match.
        ("größe.länge", "größe.breite", True, 1 / 2, 2 / 3),
        ("f(x[", "f(x)", True, 1.0, 3 / 4),
        ("f(x", "f(x", True, 1.0, 1.0),
        ("naive", "naïve", False, 0.0, 0.0),
    ],
)
def test_what_is_matched_from_the_first_on(
    written: str, wanted: str, first: bool | None, sequence: float | None, prefix: float | None
) -> None:
    assert next_identifier(written, wanted, "python") is first
    assert identifier_sequence(written, wanted, "python") == pytest.approx(sequence)
    assert prefix_match(written, wanted, "python") == pytest.approx(prefix)


@pytest.mark.parametrize(
    ("written", "wanted", "same"),
    [
        ("", "", True),
        ("a", "", False),
        ("a.b  ", "a.b", True),
        ("a  \n    b\n", "a\n    b", True),
        ("a\r\n    b", "a\n    b", True),
        ("a\n  b", "a\n    b", False),
        ("f( x)", "f(x)", False),
        ("é", "e\u0301", False),
    ],
)
def test_exact_match(written: str, wanted: str, same: bool) -> None:
    assert exact_match(written, wanted) is same


@pytest.mark.parametrize(
    ("written", "wanted", "distance", "similarity"),
    [
        ("", "", 0, 1.0),
        ("abc", "", 3, 0.0),
        ("", "abc", 3, 0.0),
        ("abc", "abc", 0, 1.0),
        ("abc", "xyz", 3, 0.0),
        ("kitten", "sitting", 3, 4 / 7),
        ("flaw", "lawn", 2, 2 / 4),
        ("naive", "naïve", 1, 4 / 5),
        ("f(x", "f(x))", 2, 3 / 5),
    ],
)
def test_edit_similarity(written: str, wanted: str, distance: int, similarity: float) -> None:
    assert edit_distance(written, wanted) == distance
    assert edit_similarity(written, wanted) == pytest.approx(similarity)


def test_blanks_around_a_text_do_not_count_as_edits() -> None:
    assert edit_similarity(" a.b \n", "a.b") == 1


@pytest.mark.parametrize("language", LANGUAGES)
@given(written=CODE, wanted=CODE)
def test_all_texts_are_measured(language: str, written: str, wanted: str) -> None:
    for text in (written, wanted):
        assert all(token.text for token in tokens(text, language))
        assert exact_match(text, text) and edit_similarity(text, text) == 1
        assert next_identifier(text, text, language) in (True, None)
        assert prefix_match(text, text, language) in (1.0, None)
    assert 0 <= (prefix_match(written, wanted, language) or 0) <= 1
    assert 0 <= (identifier_sequence(written, wanted, language) or 0) <= 1
    assert edit_distance(written, wanted) == edit_distance(wanted, written)
    assert 0 <= edit_similarity(written, wanted) <= 1
