from __future__ import annotations

import pytest

from fairlead_server.document import DocumentSnapshot
from fairlead_server.editing.candidate import EditRequest, Outcome
from fairlead_server.editing.edit import edits_for
from tests.server.editing.test_writing import Model

TEXT = """\
import math


class Shape:
    sides: int = 0

    @property
    def area(
        self,
    ) -> float:  # in metres
        # The rest knows better.
        return math.nan


def scale(shape, factor=2):
    "Return it scaled."
    return shape


def flip(shape): return shape
"""
RADIUS = "def area(radius):\n    return 3 * radius\n"


def asked(
    text: str, selected: str, *written: str, chats: bool = True, silent: bool = False
) -> tuple[Model, Outcome]:
    start = text.index(selected)
    document = DocumentSnapshot("/p/shapes.py", text, "python")
    model = Model([[(one, -1.0, False) for one in written]], chats=chats, silent=silent)
    request = EditRequest(document, start, start + len(selected), "add a docstring")
    return model, edits_for(request, model)


def added(text: str, selected: str, written: str) -> str:
    (found,) = asked(text, selected, written)[1].candidates
    assert (found.kind, found.by) == ("model", "scripted")
    return found.files[0].new


# (text, what is selected, what the model writes, the docstring with what is before it)
WHERE = [
    (RADIUS, "3 *", "Return the area.", 'def area(radius):\n    """Return the area."""\n'),
    (RADIUS, RADIUS, " Return the area.\n", 'def area(radius):\n    """Return the area."""\n'),
    (
        TEXT,
        "return math",
        "Return the area.",
        '    ) -> float:  # in metres\n        """Return the area."""\n        # The rest knows',
    ),
    (TEXT, "class", "Say what a shape is.", 'Shape:\n    """Say what a shape is."""\n    sides'),
    (
        RADIUS,
        "area",
        "Return the area.\n\n    Args:\n        radius: half of the width\n    ",
        '"""Return the area.\n\n    Args:\n        radius: half of the width\n    """\n    return',
    ),
    (
        "if a:\n\tdef f():\n\t\tpass",
        "pass",
        "Do nothing here.\n\n:raises: never\n",
        'f():\n\t\t"""Do nothing here.\n\n\t\t:raises: never\n\t\t"""\n\t\tpass',
    ),
    (
        "def f():\r\n    pass\r\n",
        "pass",
        "Do nothing.",
        '):\r\n    """Do nothing."""\r\n    pass\r\n',
    ),
]


@pytest.mark.parametrize(("text", "selected", "written", "expected"), WHERE)
def test_where_docstrings_go(text: str, selected: str, written: str, expected: str) -> None:
    new = added(text, selected, written)
    assert expected in new
    assert all(line in new for line in text.splitlines(keepends=True))


# (text, what is selected, the reason)
NOWHERE = [
    (TEXT, "return shape", "`scale` has a docstring"),
    (TEXT, "def flip", "the body of `flip` is on the line of its header"),
    (TEXT, "import math", "no function or class is selected"),
    ("def f(:\n", "def", "the file does not parse"),
    ('def f():\n    """It does."""\n', "", "`f` has a docstring"),
]


@pytest.mark.parametrize(("text", "selected", "reason"), NOWHERE)
def test_where_none_can_go(text: str, selected: str, reason: str) -> None:
    model, outcome = asked(text, selected, "Do nothing.")
    assert (outcome.candidates, outcome.reasons) == ((), (reason,))
    assert model.asked == []


# (what the model writes, the reason why it is not offered)
REFUSED = [
    ("", "the model wrote nothing"),
    ("  \n", "the model wrote nothing"),
    (">>> 1", "the model wrote no sentence"),
    ("x" * 1_000_000, "far more than it was asked for"),
    ("Return \x00 the area.", "control character (U+0000)"),
    ('Return the """area""".', "cannot stand in a docstring"),
    ("Return the \\area.", "cannot stand in a docstring"),
    ('Return the "area"', "cannot stand in a docstring"),
    ("Add a docstring to this.", "the model repeats the instruction"),
    ("Return the area.\n\nArgs:\n    width: how wide", "a parameter `width` that there is not"),
    ("Return the area.\n\n:param int width: how wide", "a parameter `width` that there is not"),
    ("Return the area, see `volume()`.", "names `volume`, which the file does not"),
]


@pytest.mark.parametrize(("written", "reason"), REFUSED, ids=lambda text: text[:30])
@pytest.mark.parametrize("chats", [True, False])
def test_what_is_no_docstring(written: str, reason: str, chats: bool) -> None:
    _, outcome = asked(RADIUS, "return", written, chats=chats)
    assert outcome.candidates == ()
    assert any(reason in said for said in outcome.reasons)


def test_what_a_model_is_asked_that_follows_instructions() -> None:
    model, _ = asked(TEXT, "return math")
    first, sampled = model.asked
    assert "Write the docstring of `area`" in first.ask
    assert first.opening == '```python\n"""' and first.stops == ('"""', "\n```")
    before = first.document.text[: first.offset]
    assert before.endswith('-> float:  # in metres\n        """')
    assert first.document.text[first.offset :].startswith('"""\n        # The rest')
    assert sampled.samples > 1


def test_a_model_that_fills_holes_writes_one_line() -> None:
    model, outcome = asked(RADIUS, "return", "Return the area.", chats=False)
    assert [request.lines for request in model.asked] == [1, 1]
    assert [request.ask for request in model.asked] == ["", ""]
    assert len(outcome.candidates) == 1


def test_several_are_offered_in_their_order() -> None:
    _, outcome = asked(
        RADIUS, "return", "Return the area.", "Compute the area.", "Return the area."
    )
    shown = [one.files[0].new.split('"""')[1] for one in outcome.candidates]
    assert shown == ["Return the area.", "Compute the area."]
    assert [one.title for one in outcome.candidates] == ["Add a docstring to `area`"] * 2


def test_type_hints_that_the_model_adds_are_nothing_but_that() -> None:
    text = "def area(radius):\n    return radius.doubled\n"
    document = DocumentSnapshot("/p/shapes.py", text, "python")
    good = "def area(radius: Circle) -> float:\n    return radius.doubled"
    bad = "def area(radius: Circle) -> float:\n    return radius.halved"
    model = Model([[(good, -1.0, True), (bad, -0.5, True)]])
    outcome = edits_for(EditRequest(document, 0, len(text), "add type hints"), model)
    (found,) = outcome.candidates
    assert found.kind == "model" and found.files[0].new == good + "\n"
    assert outcome.reasons == (
        "no type is missing that could be inferred",
        "the model does something else than it was asked for",
    )


def test_without_diagnostics_it_is_told() -> None:
    (found,) = asked(RADIUS, "area", "Return the area.", silent=True)[1].candidates
    assert not found.checked
    assert found.remarks == (
        "analysis gives no diagnostics for this file: only its syntax was checked",
    )
