"""Several monitors on one document."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Mapping
from concurrent.futures import Future
from concurrent.futures import TimeoutError as Late

import pytest

from fairlead_monitors.context import Context
from fairlead_monitors.engine import Completeness, Kind, Names, Source, answered
from fairlead_monitors.joint import JointMonitor, join
from fairlead_monitors.python.members import MembersMonitor
from fairlead_monitors.sharing import SharedEngine
from tests.monitors.engines import SilentEngine, TableEngine


class ListEngine(TableEngine):
    """Answers with one list for each kind of names, whatever is asked about; counts."""

    def __init__(self, lists: Mapping[Kind, str]) -> None:
        super().__init__({})
        self.lists = {kind: frozenset(names.split()) for kind, names in lists.items()}
        self.count: Counter[tuple[Kind, str, int]] = Counter()

    def names(self, kind: Kind, source: Source, offset: int) -> Future[Names]:
        self.count[kind, source.text, offset] += 1
        return answered(Names(self.lists[kind], Completeness.COMPLETE, self.name))


class First(MembersMonitor):
    kind = "first"


class Second(MembersMonitor):
    kind = "second"
    asks = Kind.CASE


class Third(MembersMonitor):
    kind = "third"
    asks = Kind.CLASS


def joint(lists: str, text: str = "x.|", *, forbidden: str = "") -> JointMonitor:
    """Join as many monitors as `lists`, which are divided by slashes."""

    class Against(MembersMonitor):
        kind = "against"

        def constraint(self) -> None:
            return None

        def admitted(self, data: bytes) -> int:
            return len(data)

        def forbidden(self) -> frozenset[bytes]:
            return frozenset(name.encode() for name in forbidden.split())

    kinds = (Kind.MEMBER, Kind.CASE, Kind.CLASS)
    engine = ListEngine(dict(zip(kinds, lists.split("/"), strict=False)))
    monitors: list[type[MembersMonitor]] = [First, Second, Third][: len(lists.split("/"))]
    monitors += [Against] if forbidden else []
    prefix, _, suffix = text.partition("|")
    return JointMonitor(Context("a.py", prefix, suffix, engine), monitors)


@pytest.mark.parametrize(
    ("lists", "forbidden", "data", "admitted"),
    [
        ("get item load", "", "item(", "item("),
        ("get item load/item load/load", "", "load(", "load("),
        ("get item load/item load/load", "", "item(", ""),
        # What only leads to a name that another monitor refuses is refused at once.
        ("abx ac/aby ac", "", "ab", "a"),
        ("abx ac/aby ac", "", "ac.", "ac."),
        # A name that is known to be wrong is not one of the names.
        ("close closed", "close", "close(", "close"),
        ("close closed", "close", "closed(", "closed("),
        # Several names in one token.
        ("get item/item", "", "item.item.get", "item.item."),
    ],
)
def test_admitted(lists: str, forbidden: str, data: str, admitted: str) -> None:
    monitor = joint(lists, forbidden=forbidden)
    assert monitor.admitted(data.encode()) == len(admitted)
    for byte in admitted.encode():
        assert monitor.admitted(bytes([byte])) == 1
        monitor.advance(bytes([byte]))


def test_constraints_are_intersected() -> None:
    constraint = joint("get item load/item load more", forbidden="load").constraint()
    assert constraint is not None
    assert constraint.names == {b"item"}
    assert joint("get/get", "x|").constraint() is None


@pytest.mark.parametrize(
    ("lists", "forbidden", "data", "evidence"),
    [
        (
            "get item/other/item",
            "",
            "item()",
            [
                ("first", "item", "valid"),
                ("second", "item", "left out"),
                ("third", "item", "valid"),
            ],
        ),
        (
            "get",
            "get",
            "get(x.get",
            [("against", "get", "left out"), ("first", "get", "valid")] * 2,
        ),
        (
            "get/load",
            "",
            "get(x.get)",
            [("first", "get", "valid"), ("second", "get", "left out")] * 2,
        ),
    ],
)
def test_in_a_dead_end_of_the_combination_the_less_reliable_is_left_out(
    lists: str, forbidden: str, data: str, evidence: list[tuple[str, str, str]]
) -> None:
    whole, byte_wise = (joint(lists, forbidden=forbidden) for _ in range(2))
    assert whole.admitted(data.encode()) == len(data)
    whole.advance(data.encode())
    for byte in data.encode():
        assert byte_wise.admitted(bytes([byte])) == 1
        byte_wise.fork().advance(bytes([byte]))
        byte_wise.advance(bytes([byte]))
    assert whole.evidence() == byte_wise.evidence()
    found = [
        (e.kind, e.name, "left out" if e.reason.startswith("left out") else e.verdict.value)
        for e in whole.evidence()
        if e.kind != "against" or e.reason.startswith("left out")
    ]
    assert sorted(found) == sorted(evidence)


def test_a_monitor_that_was_left_out_returns_with_the_next_name() -> None:
    engine = TableEngine({"x": "get", "y": "item load"})
    other = ListEngine({Kind.MEMBER: "", Kind.CASE: "load"})
    engine.names, table = other.names, engine.names  # type: ignore[method-assign]
    engine.names = lambda kind, source, offset: (  # type: ignore[method-assign]
        table if kind is Kind.MEMBER else other.names
    )(kind, source, offset)
    monitor = JointMonitor(Context("a.py", "x.", "", engine), (First, Second))
    assert monitor.admitted(b"get(y.item") == len(b"get(y.")
    assert monitor.admitted(b"get(y.load") == len(b"get(y.load")
    monitor.advance(b"get(y.load()")
    spans = [(e.kind, e.name, e.start, e.end) for e in monitor.evidence()]
    assert spans == [
        ("first", "get", 0, 3),
        ("second", "get", 0, 3),
        ("first", "load", 6, 10),
        ("second", "load", 6, 10),
    ]


def test_one_monitor_is_not_wrapped() -> None:
    context = Context("a.py", "x.", "", TableEngine({}))
    assert type(join((First,))(context)) is First
    assert type(join((First, Second))(context)) is JointMonitor


def test_three_monitors_on_eight_sequences_ask_each_question_once() -> None:
    class Likewise(First):
        kind = "likewise"

    engine = ListEngine({Kind.MEMBER: "get item load"})
    root = JointMonitor(Context("a.py", "x.", "", engine), (First, Likewise, MembersMonitor))
    sequences = [root.fork() for _ in range(8)]
    words = (b"get().", b"item.", b"load, x.")
    for step in range(4):
        for i, monitor in enumerate(sequences):
            word = words[(i >> step) % 3]
            assert monitor.admitted(word) == len(word)
            monitor.advance(word)
            monitor.constraint()
    assert len(engine.count) > 8
    assert set(engine.count.values()) == {1}


def test_forks_are_independent() -> None:
    first = joint("get item/get item")
    second = first.fork()
    first.advance(b"ge")
    assert (first.admitted(b"t"), second.admitted(b"item")) == (1, 4)
    second.advance(b"item")
    assert (first.may_end(), second.may_end()) == (False, True)
    assert [e.name for e in second.evidence()] == ["item", "item"]
    first.advance(b"t")
    assert [e.name for e in first.evidence()] == ["get", "get"]


def test_a_late_analysis_of_all_vetoes_nothing() -> None:
    context = Context("a.py", "x.", "", SilentEngine({}), patience=0.01)
    monitor = JointMonitor(context, (First, Second))
    assert monitor.pending()
    assert monitor.admitted(b"frobnicate()") == len(b"frobnicate()")
    assert not monitor.pending()


SOURCE = Source("a.py", "x.")


def test_who_gives_up_takes_nothing_from_the_others() -> None:
    engine = SilentEngine({})
    shared = SharedEngine(engine)
    one, other = (shared.names(Kind.MEMBER, SOURCE, 2) for _ in range(2))
    assert len(engine.asked) == 1
    one.cancel()
    with pytest.raises(Late):
        other.result(timeout=0.01)


def test_an_answer_reaches_all_who_wait_for_it() -> None:
    answer: Future[Names] = Future()
    engine = TableEngine({})
    engine.names = lambda kind, source, offset: answer  # type: ignore[method-assign]
    shared = SharedEngine(engine)
    waiting = [shared.names(Kind.MEMBER, SOURCE, 2) for _ in range(3)]
    waiting[0].cancel()
    known = Names(frozenset({"get"}), Completeness.COMPLETE, "table")
    threading.Thread(target=answer.set_result, args=(known,)).start()
    assert [future.result(timeout=30) for future in waiting[1:]] == [known, known]
    assert shared.names(Kind.MEMBER, SOURCE, 2).result(timeout=30) == known


def test_a_question_that_nobody_waits_for_is_withdrawn_and_can_be_put_again() -> None:
    engine = SilentEngine({})
    shared = SharedEngine(engine)
    for future in [shared.names(Kind.MEMBER, SOURCE, 2) for _ in range(2)]:
        future.cancel()
    shared.names(Kind.MEMBER, SOURCE, 2)
    assert len(engine.asked) == 2
