"""The members monitor on a table of members; `|` is the cursor."""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import replace

import pytest

from fairlead_monitors.context import Context
from fairlead_monitors.engine import Kind, Names, Source, answered
from fairlead_monitors.evidence import Verdict
from fairlead_monitors.lookup import DOUBTED
from fairlead_monitors.python.members import MembersMonitor
from tests.monitors.engines import SilentEngine, TableEngine
from tests.monitors.stepwise import at, check, listed

TABLE = {
    "xs": "append pop popitem",
    "d": "get items größe",
    "(": "",
    ")": "real imag",
    "self": "total",
}


def monitor(text: str, engine: TableEngine | None = None, patience: float = 2.0) -> MembersMonitor:
    return MembersMonitor(at("a.py", text, engine or TableEngine(TABLE), patience=patience))


@pytest.mark.parametrize(
    ("text", "data", "admitted"),
    [
        # In one token, split anywhere, or typed in part.
        ("xs|", ".append(1)", ".append(1)"),
        ("xs|", ".apply(1)", ".app"),
        ("xs.|", "append(1)", "append(1)"),
        ("xs.|", "popit", "popit"),
        ("xs.po|", "p()", "p()"),
        ("xs.po|", "()", ""),
        ("xs.po|", "x", ""),
        ("xs.pop|", "()", "()"),
        ("xs.pop|", "x", ""),
        ("xs. |", "foo", ""),
        ("xs\\\n.|", "foo", ""),
        ("(xs\n  .|", "pop", "pop"),
        # Names end where identifiers end, and only there.
        ("xs.|", "pop_all", "pop"),
        ("xs.|", "pop2", "pop"),
        ("xs.|", "popé", "pop"),
        ("xs.|", "pop)", "pop)"),
        ("xs.|", " pop", ""),
        ("xs.|", "(", ""),
        ("d.|", "größe", "größe"),
        ("d.|", "grösse", "grö"),
        # Several in one token; each receiver is its own question.
        ("|", "xs.pop().real", "xs.pop().real"),
        ("|", "xs.pop().unreal", "xs.pop()."),
        ("|", "xs.append(d.get, xs.get)", "xs.append(d.get, xs."),
        # Nothing is said about what is not known, and of what is no dereference.
        ("unknown.|", "anything", "anything"),
        ("|", "unknown.thing.other", "unknown.thing.other"),
        ("|", "'xs.foo'", "'xs.foo'"),
        ("|", "# xs.foo", "# xs.foo"),
        ("'''|", "xs.foo", "xs.foo"),
        ("import |", "xs.foo", "xs.foo"),
        ("x = 1|", ".5", ".5"),
        ("|", "f'{xs.foo}'", "f'{xs."),
        ("|", "f'{xs.pop}' xs.foo", "f'{xs.pop}' xs."),
        ("|", "xs.pop\nimport xs.foo\nxs.foo", "xs.pop\nimport xs.foo\nxs."),
    ],
)
def test_admitted(text: str, data: str, admitted: str) -> None:
    check(lambda: monitor(text), data, admitted)


@pytest.mark.parametrize(
    ("text", "may_end"),
    [
        ("xs|", True),
        ("xs.|", False),
        ("xs.po|", False),
        ("xs.pop|", True),
        ("xs.pop(|", True),
        ("xs.po|p()", True),
        ("xs.po|x()", False),
        ("unknown.na|", True),
    ],
)
def test_may_end(text: str, may_end: bool) -> None:
    assert monitor(text).may_end() == may_end


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("xs.|", ({"append", "pop", "popitem"}, "")),
        ("xs.po|", ({"append", "pop", "popitem"}, "po")),
        ("xs|", None),
        ("unknown.|", None),
    ],
)
def test_constraint(text: str, names: tuple[set[str], str] | None) -> None:
    assert listed(monitor(text).constraint()) == names


def test_evidence_says_what_was_checked() -> None:
    checked = monitor("xs.po|")
    checked.advance(b"p(unknown.thing, d.get")
    assert [(e.name, e.verdict, e.candidates, e.start, e.end) for e in checked.evidence()] == [
        ("pop", Verdict.VALID, 3, -2, 1),
        ("thing", Verdict.UNKNOWN, 0, 10, 15),
        ("get", Verdict.VALID, 3, 19, 22),
    ]


def test_forks_are_independent_and_share_the_analysis() -> None:
    engine = TableEngine(TABLE)
    first = monitor("xs.|", engine)
    second = first.fork()
    first.advance(b"pop")
    assert (first.may_end(), second.may_end()) == (True, False)
    second.advance(b"append")
    assert len(engine.asked) == 1


def test_the_engine_sees_the_text_on_both_sides_of_the_name() -> None:
    engine = TableEngine(TABLE)
    monitor("a = 'ä😀'\nxs.po|p(d)\nb = 1\n", engine).may_end()
    source, offset = engine.asked[0]
    assert source.text[:offset] == "a = 'ä😀'\nxs."
    assert source.text[offset:] == "(d)\nb = 1\n"


def test_an_analysis_that_comes_too_late_vetoes_nothing() -> None:
    engine = SilentEngine({})
    late = monitor("xs.|", engine, patience=0.01)
    assert late.admitted(b"frobnicate()") == len(b"frobnicate()")
    late.advance(b"frobnicate()")
    (evidence,) = late.evidence()
    assert (evidence.verdict, evidence.reason) == (Verdict.UNKNOWN, "analysis came too late")
    assert len(engine.asked) == 1


def test_an_analysis_is_pending_until_it_was_waited_for() -> None:
    waiting = monitor("xs|", SilentEngine({}), patience=0.01)
    assert not waiting.pending()
    waiting.advance(b".")
    assert waiting.pending()
    assert waiting.constraint() is None
    assert not waiting.pending()


def test_nobody_waits_for_the_analysis_of_a_cancelled_request() -> None:
    context = Context("a.py", "xs.", "", SilentEngine({}), patience=1e6, cancelled=lambda: True)
    assert MembersMonitor(context).may_end()


@pytest.mark.parametrize(
    ("prefix", "suffix", "text", "admitted"),
    [
        ("order.", "", "absent", False),
        ("order.absent = 1\norder.", "", "absent", True),
        ("order.", "\norder.absent()", "absent", True),
        ("order . absent = 1\norder.ab", "", "sent", True),
        ("border.absent\norder.", "", "absent", False),
        ("my.order.absent\norder.", "", "absent", False),
        ("order.absent.\norder.", "", "other", False),
        ("order.total  # not order.absent\norder.", "", "absent", False),
        ("a = '#' + order.absent()\norder.", "", "absent", True),
        ('a = "\'#" + order.absent()\norder.', "", "absent", True),
        ("x = order.absent", "", "", None),
    ],
)
def test_what_the_document_names_elsewhere_is_let_pass_unchecked(
    prefix: str, suffix: str, text: str, admitted: bool | None
) -> None:
    engine = TableEngine({"order": "total date"})
    monitor = MembersMonitor(Context("a.py", prefix, suffix, engine))
    if admitted is None:  # The name at the cursor is no evidence for itself.
        assert not monitor.may_end()
        return
    assert (monitor.admitted(text.encode()) == len(text)) is admitted
    if admitted:
        monitor.advance(text.encode())
        (evidence,) = monitor.evidence()
        assert (evidence.verdict, evidence.reason) == (
            Verdict.UNKNOWN,
            "it is not listed, but the document names it elsewhere",
        )


CLASSES = "class A:\n    def f(self):\n        self.a.absent\n\n\nclass B:\n    def g(self):\n"


@pytest.mark.parametrize(
    ("prefix", "suffix", "admitted"),
    [
        (CLASSES + "        self.", "", False),
        (CLASSES + "        self.", "\n\n    def h(self):\n        self.absent\n", True),
        (CLASSES + "        self.absent = 1\n        self.", "", True),
        (
            CLASSES + "        self.",
            "\n\n\nclass C:\n    def h(self):\n        self.absent\n",
            False,
        ),
        ("def f(self):\n    self.absent\n\ndef g(self):\n    self.", "", True),
        # What a function binds is another object in each.
        ("def f(other):\n    other.absent\n\ndef g(other):\n    other.", "", False),
        ("def f(other):\n    other.absent\n    other.", "", True),
        ("def f(other):\n    other.", "\n    other.absent\n", True),
        ("def f(other):\n    other.", "\n\ndef g(other):\n    other.absent\n", False),
        ("other.absent\nfor x in y:\n    def g():\n        other = z\n        other.", "", False),
        ("other.absent\ndef g(\n    x, other: T\n):\n    other.", "", False),
        ("other.absent\ndef g(x):\n    x.other = 1\n    other.", "", True),
        # Another receiver is the same object in all classes.
        (CLASSES.replace("self.a", "other") + "        other.", "", True),
    ],
)
def test_what_another_class_names_of_itself_does_not_count(
    prefix: str, suffix: str, admitted: bool
) -> None:
    engine = TableEngine({"self": "a b", "other": "total"})
    monitor = MembersMonitor(Context("a.py", prefix.replace("self.a.", "self."), suffix, engine))
    assert (monitor.admitted(b"absent") == len("absent")) is admitted


class CreatingEngine(TableEngine):
    """Says that an assignment may create more."""

    def names(self, kind: Kind, source: Source, offset: int) -> Future[Names]:
        found = super().names(kind, source, offset).result()
        return answered(replace(found, may_create=True, reason="it may be an assignment"))


@pytest.mark.parametrize(
    ("text", "suffix", "admitted"),
    [
        ("append(", "", "append("),
        ("absent = 1", "", "absent = 1"),
        ("absent: int = 1", "", "absent: int = 1"),
        ("absent, d = 1, 2", "", "absent, d = 1, 2"),
        ("absent(1)", "", "absent"),
        ("absent.a = 1", "", "absent"),
        ("absent[0] = 1", "", "absent"),
        ("abs", "ent()\n", "abs"),
    ],
)
def test_what_an_assignment_may_create_is_not_read(text: str, suffix: str, admitted: str) -> None:
    made = MembersMonitor(Context("a.py", "xs.", suffix, CreatingEngine(TABLE)))
    assert made.constraint() is None
    assert text.encode()[: made.admitted(text.encode())] == admitted.encode()
    made.advance(admitted.encode())
    read = admitted != text or suffix.endswith("()\n")
    assert made.may_end() is not (read and bool(suffix))


def test_evidence_where_an_assignment_may_create_a_name() -> None:
    made = monitor("xs.|", CreatingEngine(TABLE))
    made.advance(b"append = xs.other\n")
    assert [(e.name, e.verdict, e.reason) for e in made.evidence()] == [
        ("append", Verdict.VALID, ""),
        ("other", Verdict.UNKNOWN, "it may be an assignment"),
    ]


class DoubtingEngine(TableEngine):
    """Knows of one more name that another analysis denies."""

    def names(self, kind: Kind, source: Source, offset: int) -> Future[Names]:
        found = super().names(kind, source, offset).result()
        return answered(replace(found, doubted=frozenset({"platform"})))


def test_a_name_that_analysis_does_not_agree_on_is_let_pass_and_not_offered() -> None:
    made = monitor("xs.|", DoubtingEngine(TABLE))
    assert made.admitted(b"platform(") == len("platform(")
    assert made.admitted(b"platfrom") == len("platf")
    members = made.members()
    assert members is not None
    assert "platform" not in members.names
    made.advance(b"platform(")
    (evidence,) = made.evidence()
    assert (evidence.verdict, evidence.reason) == (Verdict.UNKNOWN, DOUBTED)
