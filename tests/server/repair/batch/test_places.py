"""Several places of a bug: where each is once those before are mended, and all of them at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from fairlead_server.errors import UserError
from fairlead_server.repair.batch.bug import Bug, Commands, Place
from fairlead_server.repair.batch.order import Order
from fairlead_server.repair.batch.places import is_fix, mended, texts_of
from fairlead_server.repair.datasets.jsonl import JsonLines
from fairlead_server.repair.sandbox import Outcome
from tests.server.repair.batch.bugs import lines, listed
from tests.server.repair.batch.inline import InlineWorkshop, Writer, run_inline

FILES = {"a.py": "a = 1\nb = 2\nc = 3\nd = 4\n", "b.py": "x = 1\ny = 2\n"}


def bug(folder: Path, places: Sequence[Place], files: Mapping[str, str] = FILES) -> Bug:
    for name, text in files.items():
        (folder / name).write_bytes(text.encode())
    return Bug("one", folder, "python", Commands("false"), tuple(places))


@pytest.mark.parametrize(
    ("places", "texts", "expected"),
    [
        ([(2, 2)], ["B"], "a = 1\nB\nc = 3\nd = 4\n"),
        ([(2, 2), (4, 4)], ["B\nB2\nB3", "D"], "a = 1\nB\nB2\nB3\nc = 3\nD\n"),
        ([(4, 4), (1, 2)], ["A", "D"], "A\nc = 3\nD\n"),
        ([(1, 3), (4, 3)], ["A", "N"], "A\nN\nd = 4\n"),
        ([(1, 0), (1, 1)], ["N\nN2", "A"], "N\nN2\nA\nb = 2\nc = 3\nd = 4\n"),
        ([(1, 0), (3, 2)], ["N", "M"], "N\na = 1\nb = 2\nM\nc = 3\nd = 4\n"),
        ([(2, 1)], ["N"], "a = 1\nN\nb = 2\nc = 3\nd = 4\n"),
        ([(2, 2), (3, 3)], ["", "C"], "a = 1\n\nC\nd = 4\n"),
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_texts_go_where_they_belong(
    tmp_path: Path, places: list[tuple[int, int]], texts: list[str], expected: str, end: str
) -> None:
    files = {"a.py": FILES["a.py"].replace("\n", end)}
    state = texts_of(bug(tmp_path, [Place("a.py", *place) for place in places], files))
    expected = expected.replace("\n", end)
    for text in texts:
        state = state.then(text.replace("\n", end))
    assert list(state.files().values()) == [expected]
    ((hunk, text),) = state.joint().values()
    assert hunk.patched(text).text == expected
    assert hunk.document.text == files["a.py"]


def test_several_files(tmp_path: Path) -> None:
    places = [Place("b.py", 1, 1, "X"), Place("a.py", 4, 4, "D"), Place("a.py", 1, 1, "A\nA2")]
    state = texts_of(bug(tmp_path, places))
    assert [place.path for place in state.bug.places] == ["b.py", "a.py", "a.py"]
    fix = mended(state)
    assert fix is not None
    assert list(fix.files().values()) == ["X\ny = 2\n", "A\nA2\nb = 2\nc = 3\nD\n"]
    assert list(fix.joint()) == ["b.py", "a.py"]


def test_what_is_a_fix(tmp_path: Path) -> None:
    known = bug(tmp_path, [Place("a.py", 1, 1, "a = f( 2 )"), Place("a.py", 3, 3, "c = 4")])
    fix = mended(texts_of(known))
    assert is_fix(texts_of(known).then("a = f(2)  # so").then("c=4"), fix) is True
    assert is_fix(texts_of(known).then("a = f(2)").then("c = 3"), fix) is False
    assert is_fix(texts_of(known).then("a = f(2)").then("c = 4"), None) is None
    elsewhere = bug(tmp_path, [Place("a.py", 1, 3)])
    assert is_fix(texts_of(elsewhere).then("a = f(2)\nb = 2\nc = 4"), fix) is True
    assert mended(texts_of(elsewhere)) is None


@pytest.mark.parametrize(
    ("places", "message"),
    [
        ([(1, 2), (2, 3)], "lines 1 and 2 overlap"),
        ([(9, 9)], "are not in the file"),
        ([(9, 8)], "is not in the file"),
    ],
)
def test_places_that_are_none(tmp_path: Path, places: list[tuple[int, int]], message: str) -> None:
    with pytest.raises(UserError, match=message):
        texts_of(bug(tmp_path, [Place("a.py", *place) for place in places]))


CODE = """\
def total(prices):
    count = 0
    found = sum(prices)
    return count
"""
OTHER = """\
def rate():
    return 1
"""


class Both(InlineWorkshop):
    """Tests pass where what was changed has both texts."""

    def run(self, files: Mapping[str, str], command: str) -> Outcome:
        self.passing = ("count = len(prices)", "return found")
        return super().run(files, command)


def searched(folder: Path, second: dict[str, object]) -> list[dict[str, object]]:
    first = {"file": "basket.py", "start_line": 2, "fixed": "    count = len(prices)"}
    places = {"places": [first, second], "file": None, "start_line": None, "fixed": None}
    path = listed(folder, {"name": "two", **places}, code=CODE)
    (folder / "project" / "rates.py").write_text(OTHER)
    order = Order("jsonl", samples=200, beam=4)
    texts = ("count = len(prices)", "return found", "count = (", "return missing", "pass")
    run_inline(folder / "out", order, JsonLines(str(path)), Both(order, Writer(texts)))
    return lines(folder / "out" / "results.jsonl")


def test_places_are_mended_one_after_the_other(tmp_path: Path) -> None:
    found = searched(tmp_path, {"file": "basket.py", "start_line": 4, "fixed": "    return found"})
    best = next(one for one in found if one["fixed"])
    assert best["verdict"] == found[0]["verdict"] == "plausible"
    assert best["patch"] == "    count = len(prices)\n    found = sum(prices)\n    return found"
    assert (best["start_line"], best["end_line"]) == (2, 4)
    assert [(p["start_line"], p["patch"]) for p in best["places"]] == [  # type: ignore[attr-defined]
        (2, "    count = len(prices)"),
        (4, "    return found"),
    ]
    verdicts = {one["verdict"] for one in found}
    assert {"plausible", "fails_tests", "new_diagnostic"} <= verdicts
    guided = {o["guided"] for one in found for o in one["origins"]}  # type: ignore[attr-defined]
    assert guided == {True, False}


def test_places_of_several_files_are_mended_together(tmp_path: Path) -> None:
    found = searched(tmp_path, {"file": "rates.py", "start_line": 2, "fixed": "    return found"})
    best = next(one for one in found if one["fixed"])
    assert (best["verdict"], best["file"]) == ("plausible", "basket.py")
    assert "+++ b/basket.py\n" in str(best["diff"]) and "+++ b/rates.py\n" in str(best["diff"])
