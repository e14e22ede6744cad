"""The context stays while the user types, and changes when what it is made of does."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import Future
from dataclasses import replace

import pytest

from fairlead_server.context.keeper import DOCUMENTS, NEAR, ContextKeeper
from fairlead_server.context.source import ContextReport, Edit, Place, Snippet
from fairlead_server.document import DocumentSnapshot
from tests.decoding.test_background import QWEN, model

NEW = 64


class Source:
    """Answers with a text that tells how often it was asked, at once or when it is told to."""

    def __init__(self, name: str, *, late: bool = False) -> None:
        self.name = name
        self.late = late
        self.asked: list[Place] = []
        self.answers: list[Future[list[Snippet]]] = []

    def snippets(self, place: Place) -> Future[list[Snippet]]:
        self.asked.append(place)
        self.answers.append(Future())
        if not self.late:
            self.answer()
        return self.answers[-1]

    def answer(self) -> None:
        text = f"{self.name} = {len(self.asked)}"
        self.answers[-1].set_result([Snippet("/p/other.py", text, 1.0, self.name)])


class Clock:
    """Moves on by a second whenever somebody looks."""

    now = 0.0

    def __call__(self) -> float:
        self.now += 1
        return self.now


class Session:
    """A keeper and the document that is being edited."""

    def __init__(self, *sources: Source) -> None:
        self.keeper = ContextKeeper(model(QWEN), sources, Clock())
        self.names = tuple(source.name for source in sources)

    def at(self, marked: str, path: str = "/p/own.py", **rest: object) -> list[str]:
        """Return the texts in the context of the cursor, which a bar marks."""
        before, after = marked.split("|")
        place = Place(DocumentSnapshot(path, before + after, "python"), len(before))
        place = replace(place, **rest)  # type: ignore[arg-type]
        assembled, self.report = self.keeper.at(place, self.names, NEW, until=10.0)
        self.background = assembled.background
        return sorted(c.text for c in assembled.contributions)


LINES = "".join(f"line_{n} = {n}\n" for n in range(NEAR * 4)).splitlines(keepends=True)
HEAD, TAIL = "".join(LINES[: NEAR * 2]), "".join(LINES[NEAR * 2 :])


def typed(text: str) -> Iterable[str]:
    return (HEAD + text[:end] + "|" + TAIL for end in range(len(text) + 1))


def test_typing_asks_no_source_again() -> None:
    source = Source("similar")
    session = Session(source)
    backgrounds = set()
    for marked in typed("def f(x):\n    return x\n" * 5):
        assert session.at(marked) == ["similar = 1"]
        backgrounds.add(session.background)
    assert len(source.asked) == len(backgrounds) == 1


# (first place, second place) -> asked again
PLACES = [
    (HEAD + "x|" + TAIL, HEAD + "x|y" + TAIL, False),
    (HEAD + "xy|" + TAIL, HEAD + "x|" + TAIL, False),
    (HEAD + "|" + TAIL, "|" + HEAD + TAIL, True),
    (HEAD + "|" + TAIL, HEAD + TAIL + "|", True),
    (HEAD + "|" + TAIL, "import new\n" + HEAD + "|" + TAIL, True),
    (HEAD + "|" + TAIL, HEAD + "|" + TAIL + "end\n", True),
    (HEAD + "|" + TAIL, HEAD + "x\n" * (NEAR - 2) + "|" + TAIL, False),
    (HEAD + "|" + TAIL, HEAD + "x\n" * 2 * NEAR + "|" + TAIL, True),
    ("|", "x|", False),
    ("|" + TAIL, "|", True),
]


@pytest.mark.parametrize(("first", "second", "again"), PLACES)
def test_another_place_is_asked_about(first: str, second: str, again: bool) -> None:
    source = Source("similar")
    session = Session(source)
    session.at(first)
    assert session.at(second) == [f"similar = {1 + again}"]


def test_other_open_documents_that_change_are_asked_about() -> None:
    session = Session(Source("similar"))
    other = DocumentSnapshot("/p/other.py", "x = 1\n", "python")
    assert session.at("|", others=(other,)) == ["similar = 1"]
    assert session.at("x|", others=(replace(other),)) == ["similar = 1"]
    assert session.at("x|", others=(replace(other, text="x = 2\n"),)) == ["similar = 2"]
    assert session.at("x|", others=()) == ["similar = 3"]
    assert session.at("x|", edits=(Edit("/p/own.py", "x"),)) == ["similar = 3"]


def test_a_late_source_is_left_out_and_comes_in_once_it_has_answered() -> None:
    late, quick = Source("imports", late=True), Source("similar")
    session = Session(late, quick)
    assert session.at("|") == ["similar = 1"]
    assert session.report.late == ("imports",)
    assert session.at("x|") == ["similar = 1"]
    late.answer()
    assert session.at("xy|") == ["imports = 1", "similar = 1"]
    assert not session.report.late
    assert len(late.asked) == len(quick.asked) == 1


def test_nobody_waits_any_more_for_a_late_answer_about_another_place() -> None:
    late = Source("imports", late=True)
    session = Session(late)
    session.at(HEAD + "|")
    session.at("|" + HEAD)
    assert [answer.cancelled() for answer in late.answers] == [True, False]


def test_a_cancelled_request_does_not_wait() -> None:
    keeper = ContextKeeper(model(QWEN), [Source("imports", late=True)])
    place = Place(DocumentSnapshot("/p/own.py", "", "python"), 0)
    _, report = keeper.at(place, ("imports",), NEW, float("inf"), cancelled=lambda: True)
    assert report == ContextReport(("imports",), (), ("imports",))


def test_only_the_sources_that_are_on_are_asked() -> None:
    first, second = Source("imports"), Source("similar")
    keeper = ContextKeeper(model(QWEN), [first, second])
    place = Place(DocumentSnapshot("/p/own.py", "", "python"), 0)
    asked = []
    for names in ((), ("similar",), ("similar", "imports"), ()):
        assembled, report = keeper.at(place, names, NEW, until=float("inf"))
        assert {c.source for c in report.contributions} == set(report.sources) == set(names)
        assert bool(len(assembled.background)) == bool(names)
        asked.append((len(first.asked), len(second.asked)))
    assert asked == [(0, 0), (0, 1), (1, 2), (1, 2)]


def test_the_last_documents_are_remembered() -> None:
    source = Source("similar")
    session = Session(source)
    for number in range(DOCUMENTS + 1):
        session.at("|", path=f"/p/{number}.py")
    asked = len(source.asked)
    session.at("|", path=f"/p/{DOCUMENTS}.py")
    assert len(source.asked) == asked
    session.at("|", path="/p/0.py")
    assert len(source.asked) == asked + 1


def test_sources_are_not_shown_what_must_not_be_shown() -> None:
    source = Source("similar")
    documents = [DocumentSnapshot(f"/p/{name}", "x", "python") for name in (".env", "a.py")]
    edits = tuple(Edit(document.path, "x") for document in documents)
    Session(source).at("|", others=tuple(documents), edits=edits)
    (place,) = source.asked
    assert [document.path for document in place.others] == ["/p/a.py"]
    assert [edit.path for edit in place.edits] == ["/p/a.py"]
