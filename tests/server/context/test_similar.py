"""Pieces of other files by their likeness to the text around the cursor."""

from __future__ import annotations

import math
from collections import Counter

import pytest

from fairlead_server.context.similar import LINES, MOST, OWN_DISTANCE, Similar, bm25, terms
from fairlead_server.context.source import Place, Snippet
from fairlead_server.document import DocumentSnapshot


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("line_count", {"line_count", "line", "count"}),
        ("lineCount", {"linecount", "line", "count"}),
        ("HTTPServer2", {"httpserver2", "http", "server"}),
        ("x = _y", {"_y"}),
        ("größe.Ärger", {"größe", "ärger"}),
        ("1 + 0x1f", set()),
        ("", set()),
    ],
)
def test_terms(text: str, expected: set[str]) -> None:
    assert set(terms(text)) == expected


def test_terms_are_counted_once_for_each_identifier() -> None:
    assert terms("load load_all")["load"] == 2


def test_bm25_is_the_published_formula() -> None:
    texts = [Counter("aab"), Counter("bc"), Counter("cccc")]
    k, b, average = 1.2, 0.75, 3.0

    def weight(having: int) -> float:
        return math.log(1 + (3 - having + 0.5) / (having + 0.5))

    def part(count: int, size: int) -> float:
        return count * (k + 1) / (count + k * (1 - b + b * size / average))

    expected = [
        weight(1) * part(2, 3) + weight(2) * part(1, 3),
        weight(2) * part(1, 2),
        0.0,
    ]
    assert bm25(["a", "b", "absent"], texts) == pytest.approx(expected)
    assert bm25(["a"], []) == []


def snippets(document: str, *others: tuple[str, str, str]) -> list[Snippet]:
    """Ask at the end of `document`; `others` are path, language and text."""
    own = DocumentSnapshot("/p/own.py", document, "python")
    opened = tuple(DocumentSnapshot(path, text, language) for path, language, text in others)
    return Similar().snippets(Place(own, len(document), opened)).result(0)


FILLER = "".join(f"filler_{n} = {n}\n" for n in range(40))
TARIFF = "def invoice_for(booking):\n    return tariff.invoice(booking.vessel)\n"


def test_what_resembles_the_line_comes_first() -> None:
    found = snippets(
        "total = tariff.invoice(boo",
        ("/p/a.py", "python", FILLER),
        ("/p/b.py", "python", FILLER + TARIFF + FILLER),
        ("/p/c.md", "markdown", TARIFF),
    )
    assert (found[0].path, found[0].source) == ("/p/b.py", "similar")
    assert TARIFF in found[0].text
    assert [s.score for s in found] == sorted((s.score for s in found), reverse=True)
    assert {s.path for s in found} == {"/p/b.py"}


def test_pieces_do_not_overlap_and_are_not_too_many() -> None:
    text = "".join(f"tariff.invoice(booking_{n})\n" for n in range(400))
    found = snippets("tariff.invoice(", ("/p/b.py", "python", text))
    assert len(found) == MOST
    lines = [line for s in found for line in s.text.splitlines()]
    assert len(lines) == len(set(lines)) == MOST * LINES


def test_far_parts_of_the_document_count_and_near_ones_do_not() -> None:
    near = snippets(TARIFF + "x = 1\n" * (OWN_DISTANCE // 2) + "tariff.invoice(")
    far = snippets(TARIFF + "x = 1\n" * (OWN_DISTANCE + LINES) + "tariff.invoice(")
    assert near == []
    assert [s.path for s in far] == ["/p/own.py"]
    assert TARIFF in far[0].text


def test_nothing_resembles_nothing() -> None:
    assert snippets("", ("/p/b.py", "python", TARIFF), ("/p/c.py", "python", "")) == []
