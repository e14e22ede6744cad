"""The scope monitor on lists of names; `|` is the cursor."""

from __future__ import annotations

import random
from concurrent.futures import Future

import pytest

from fairlead_monitors.context import Context
from fairlead_monitors.engine import Completeness, Kind, Names, Source, answered
from fairlead_monitors.evidence import UNBOUND, Verdict
from fairlead_monitors.python import undecided
from fairlead_monitors.python.scope import ScopeMonitor
from fairlead_monitors.python.statement import Statement, read
from tests.monitors.engines import SilentEngine, TableEngine
from tests.monitors.stepwise import ALL, at, check


class OneScope(TableEngine):
    """Knows the same names everywhere, completely unless `sure` says otherwise."""

    def __init__(self, sure: Completeness = Completeness.COMPLETE) -> None:
        super().__init__({})
        self.answer = Names(frozenset({"total", "tax", "rate", "größe"}), sure, self.name)

    def names(self, kind: Kind, source: Source, offset: int) -> Future[Names]:
        assert kind is Kind.SCOPE
        self.asked.append((source, offset))
        return answered(self.answer)


def monitor(text: str, engine: TableEngine | None = None) -> ScopeMonitor:
    return ScopeMonitor(at("a.py", text, engine or OneScope()))


@pytest.mark.parametrize(
    ("text", "data", "admitted"),
    [
        # Where a name is read for sure, it is refused as it is written.
        ("x = |", "total + tax", "total + tax"),
        ("x = |", "total + spam", "total + "),
        ("x = |", "spam", ""),
        ("x = t|", "otal\n", "otal\n"),
        ("x = t|", "op", "o"),
        ("x =|", " taxi", " tax"),
        ("x = |", "größer", "größe"),
        ("return |", "ta\n", "ta"),
        ("|", "return spam", "return "),
        ("x = total.|", "spam", "spam"),
        ("x = total|", ".spam(spam", ".spam(spam"),
        ("x[|", "spam", ""),
        ("f'{|", "spam", ""),
        ("f'{total} {|", "rate:{spam", "rate:{"),
        ("lambda x: |", "spam", ""),
        ("def f(a: |", "spam", ""),
        ("x = 1 if |", "spam", ""),
        # Keywords, literals.
        ("x = |", "not total", "not total"),
        ("x = |", "await lambda a: tax", "await lambda a: tax"),
        ("x = |", "None", "None"),
        ("x = |", "rb'spam' + f'{spam", "rb'spam' + f'{"),
        ("x = |", "f + 1", "f"),
        ("x = |", "1e5 + 0xff + 1j", "1e5 + 0xff + 1j"),
        # The start of a statement: what follows the name tells whether it is read.
        (
            "|",
            "spam = 1\nspam, x = 2, 3\nspam: rate = 4",
            "spam = 1\nspam, x = 2, 3\nspam: rate = 4",
        ),
        ("|", "spam(1)", "spam"),
        ("|", "spam .x", "spam "),
        ("|", "spam[0] = 1", "spam"),
        ("|", "total.x = tax", "total.x = tax"),
        ("spam|", "(", ""),
        ("|", "if tax: spam.y", "if tax: spam"),
        # The name of an argument, the first of a condition.
        ("f(1, |", "spam=1, ham = 2)", "spam=1, ham = 2)"),
        ("f(1, |", "spam)", "spam"),
        ("f(1, |", "total)", "total)"),
        ("f(1, |", "spam if", "spam "),
        ("f(1, |", "spam == 2", "spam ="),
        ("f(1, |", "spam := 2", "spam := 2"),
        ("f(a=|", "spam", ""),
        ("len(|", "spam", ""),
        ("if |", "spam := total:", "spam := total:"),
        ("if |", "spam.x", "spam"),
        ("while |", "spam == 1", "spam "),
        ("while |", "spam = 1", "spam "),
        ("x = [|", "spam == 1]", "spam == 1"),
        ("if |", "spam:\n", "spam:"),
        ("if |", "spam : total", "spam :"),
        ("if |", "total:\n", "total:\n"),
        ("if |", "not spam", "not "),
        ("x = 1\nelif |", "spam:=total:\n", "spam:=total:\n"),
        ("while sp|", "am:pass", "am:"),
        ("while |", "spam < 1", "spam "),
        # The first element of a bracket: a comprehension may bind the name, until none can follow.
        ("total(|", "spam)", "spam"),
        ("total(|", "spam.x(rate)[0])", "spam.x(rate)[0]"),
        ("total(|", "spam, 1)", "spam"),
        ("total(|", "spam\n)", "spam\n"),
        ("total(sp|", "am)", "am"),
        ("total(|", "spam=1)", "spam=1)"),
        ("total(|", "spam = 1)", "spam = 1)"),
        ("total(|", "spam := 1)", "spam := 1)"),
        ("total(|", "spam:=1)", "spam:=1)"),
        ("total(|", "spam == 1)", "spam == 1"),
        ("total(|", "rate == spam for spam in tax)", "rate == spam for spam in tax)"),
        ("total(|", "lambda a=1: spam for spam in tax)", "lambda a=1: spam for spam in tax)"),
        ("total(|", "rate=spam", "rate="),
        ("total(|", "*spam, 1)", "*spam"),
        ("total(|", "'' + f'{spam}')", "'' + f'{spam}'"),
        ("total(|", "f'spam')", "f'spam')"),
        ("total(|", "tax, 1)", "tax, 1)"),
        ("class A(|", "spam):", "spam"),
        ("class A(|", "spam, total):", "spam"),
        ("class A(|", "spam\n", "spam"),
        ("class A(|", "spam.x, total):", "spam"),
        ("class A(|", "total(spam for spam in tax)):", ALL),
        ("class A(|", "total, metaclass=tax):", "total, metaclass=tax):"),
        ("x = [|", "spam]", "spam"),
        ("x = [|", "spam, 1]", "spam"),
        ("x = (|", "spam.x)", "spam.x"),
        ("x = {|", "spam: 1}", "spam: 1"),
        ("x = {|", "1: spam}", "1: spam"),
        ("x = {1: |", "spam, 2: spam}", "spam"),
        ("x = {|", "**spam, 2: 3}", "**spam"),
        ("x = [|", "(spam := 1)]", "(spam := 1)]"),
        ("x = [|", "spam := 1, 2]", "spam := 1, 2]"),
        ("|", "(spam, ham) = total\n[spam, ham] = total", ALL),
        ("|", "(spam.x, ham) = total", "(spam.x"),
        ("with (|", "spam as x):", "spam as x"),
        ("with (|", "total as spam, tax as x):", "total as spam, tax as x):"),
        ("x = [|", "spam.x for spam in total]", "spam.x for spam in total]"),
        ("x = [|", "spam for spam, ham in total]", "spam for spam, ham in total]"),
        ("x = [|", "spam + ham for (spam, ham), x in total]", ALL),
        ("x = [|", "spam async for spam in total]", ALL),
        ("x = [|", "spam for x in total]", "spam for x in total"),
        ("x = [|", "spam for x in total for spam in tax]", ALL),
        ("x = [|", "spam for x in total if (spam := tax)]", ALL),
        ("x = (|", "spam if (spam := total) else 1)", ALL),
        ("x = {|", "k: v for k, v in total}", ALL),
        ("x = {|", "tax: spam(k) for k in total}", "tax: spam(k) for k in total"),
        ("total(|", "f for f in tax)", ALL),
        ("total(|", "total.x(spam) for spam in tax)", ALL),
        ("total(|", "total.x(spam), 1)", "total.x(spam)"),
        ("x = [|", "(spam, 1) for spam in tax]", ALL),
        ("x = [|", "(spam, 1)]", "(spam, 1)"),
        ("x = [|", "[spam for spam in ham] for ham in tax]", ALL),
        ("x = [|", "[spam for ham in tax] for spam in tax]", ALL),
        ("x = [|", "[spam for ham in tax], 1]", "[spam for ham in tax]"),
        ("x = [|", "lambda tax, x: tax + spam for spam in tax]", ALL),
        ("x = [|", "total(lambda: spam) for spam in tax]", ALL),
        ("x = [|", "spam(lambda a, b: 1) for spam in tax]", ALL),
        ("x = [|", "spam or (lambda a, b: 1) for spam in tax]", ALL),
        ("x = [|", "spam or lambda a, b: 1 for spam in tax]", ALL),
        ("x = [|", "f'{spam}, {total(spam)}' for spam in tax]", ALL),
        ("x = [|", "spam['),]'] # ),]\n for spam in tax]", ALL),
        ("x = [|", "spam\n  for spam\n  in tax]", ALL),
        ("x = [total(1, |", "spam) for spam in taxes]", "spam) for spam in tax"),
        # Where a statement begins, a bracket before it was left open.
        ("x = [|", "spam\nreturn total(tax)", ALL),
        # Names that are not read.
        ("|", "def spam(a, *b): return spam", "def spam(a, *b): return "),
        ("|", "for spam, (ham, x.y) in spam", "for spam, (ham, x.y) in "),
        ("|", "import spam, ham as x", "import spam, ham as x"),
        ("|", "with total as spam, spam as y", "with total as spam, "),
        ("x = |", "'spam' # spam", "'spam' # spam"),
        ("x = 1 # |", "spam\ny = spam", "spam\ny = "),
    ],
)
def test_admitted(text: str, data: str, admitted: str | None) -> None:
    check(lambda: monitor(text), data, admitted)


@pytest.mark.parametrize(
    ("text", "may_end"),
    [
        ("x = |", True),
        ("x = ta|", False),
        ("x = tax|", True),
        ("x = ta|x", True),
        ("x = not|", True),
        ("spam|", True),
        ("spam|(1)", False),
        ("total|(1)", True),
        ("f(1, spam|=2)", True),
        ("f(1, spam|)", False),
        ("f(spam|)", False),
        ("f(spam|", True),
        ("f(spam|, 1)", False),
        ("f(spam|=1)", True),
        ("f(spam| := 1)", True),
        ("f(spam| == 1)", False),
        ("f(1, spam| == 1)", False),
        ("f(spam|\n)", False),
        ("f(spam|\nx = total(1)", True),
        ("f(spam|\nx, y = total(1)\n", True),
        ("f([\n  g(spam|),\n  tax, # )\n])\n", False),
        ("f([\n  g(spam|), # ])\n  tax,\n  ')])' ", True),
        ("f([\n  g(spam|)\n  for spam in tax\n])\n", True),
        ("f([\n  g(spam|)\n  for ham in tax\n])\n", False),
        ("f(g(spam|)\nfor spam in tax: g(')'))\n", True),
        ("f(sp|am.x)", False),
        ("f(tax|)", True),
        ("f(ta|x)", True),
        ("f(f|'spam')", True),
        ("f(spam| for spam in x)", True),
        ("[g(spam|) for spam in x]", True),
        ("[g(spam|) for ham in x]", False),
        ("if spam|:\n", False),
        ("if spam|:", False),
        ("if spam| := x:", True),
        ("if tax|:\n", True),
    ],
)
def test_may_end(text: str, may_end: bool) -> None:
    assert monitor(text).may_end() == may_end


@pytest.mark.parametrize(
    "text",
    [
        "total([spam|\nDATA = [" + "1, " * 600 + "]\n",
        "total([spam|" + "\n#" + " )" * 900 + "\n",
        "total([spam|.x # " + ") " * 900 + "\n",
        "total([spam| for spam in x" + ", 1" * 600,
        "total([spam|'" + "), " * 600 + "',\n",
    ],
)
def test_what_follows_is_read_once_or_twice(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    lengths: list[int] = []

    def counting(state: Statement, data: bytes) -> Statement:
        lengths.append(len(data))
        return read(state, data)

    monkeypatch.setattr(undecided, "read", counting)
    monitor(text).may_end()
    assert 0 < sum(lengths) <= 2 * len(text)


# What is written, and which names the first byte that is refused proves to be absent.
@pytest.mark.parametrize(
    ("text", "data", "expected"),
    [
        ("total(|", "spam)", ["spam"]),
        ("total(|", "spam )", ["spam"]),
        ("total(|", "spam .x)", ["spam"]),
        ("total(|", "spam + tax )", ["spam"]),
        ("total(|", "spam + ham )", ["spam", "ham"]),
        ("f(1, |", "spam )", ["spam"]),
        ("|", "spam (", ["spam"]),
        ("total(|)", "spam ", ["spam"]),
        ("total(|)", "tax", []),
    ],
)
def test_rejections(text: str, data: str, expected: list[str]) -> None:
    assert [found.name for found in monitor(text).rejections(data.encode())] == expected


@pytest.mark.parametrize(
    ("text", "typed"),
    [("x = t|", b"t"), ("x = to|", b"to"), ("x = |", None), ("x = f|", None), ("spam|", None)],
)
def test_constraint(text: str, typed: bytes | None) -> None:
    constraint = monitor(text).constraint()
    # After a single `t`, a template string may follow.
    if typed is None or typed == b"t":
        assert constraint is None
    else:
        assert constraint is not None
        assert constraint.typed == typed
        assert {b"total", b"not"} <= constraint.names


WORDS = "if for in lambda def import as not case"
SIGNS = "total tax to spam x f' ' = : := , . + ( ) [ ] { } # rb é 1 =="
PIECES = [*(f"{word} " for word in WORDS.split()), *SIGNS.split(), '"', " ", "    ", "\n", "\\\n"]


@pytest.mark.parametrize("seed", range(10))
def test_bytes_are_admitted_one_by_one_as_together(seed: int) -> None:
    generator = random.Random(seed)

    def text(most: int) -> str:
        return "".join(generator.choices(PIECES, k=generator.randrange(most)))

    for _ in range(60):
        whole = monitor(f"{text(10)}|{text(4)}")
        byte_wise = whole.fork()
        data = text(8).encode()
        admitted = whole.admitted(data)
        assert [whole.admitted(data[:n]) for n in range(len(data))] == [
            min(n, admitted) for n in range(len(data))
        ]
        for byte in data[:admitted]:
            assert byte_wise.admitted(bytes([byte])) == 1
            byte_wise.advance(bytes([byte]))
        whole.advance(data[:admitted])
        assert (whole.may_end(), whole.evidence()) == (byte_wise.may_end(), byte_wise.evidence())


def test_evidence_is_of_names_that_are_read() -> None:
    checked = monitor("x = ta|")
    checked.advance(b"x + total(rate, spam=not rate, b=[spam for spam in tax])\ntax = 1\ntax.x")
    assert [(e.name, e.kind, e.verdict, e.start, e.end) for e in checked.evidence()] == [
        ("tax", "name", Verdict.VALID, -2, 1),
        ("total", "name", Verdict.VALID, 4, 9),
        ("rate", "name", Verdict.VALID, 10, 14),
        ("rate", "name", Verdict.VALID, 25, 29),
        ("spam", "name", Verdict.UNKNOWN, 34, 38),
        ("tax", "name", Verdict.VALID, 51, 54),
        ("tax", "name", Verdict.VALID, 65, 68),
    ]


@pytest.mark.parametrize(
    ("text", "data", "told"),
    [
        ("x = |", "[spam.x", "spam unknown"),
        ("x = |\n", "[spam.x(ham) + tax", "spam unknown, ham unknown, tax valid"),
        ("x = [|]", "spam.x(ham) + 1", "spam invalid, ham invalid"),
        ("x = [|]", "tax, spam", "tax valid"),
        ("x = [|]", "spam", "spam invalid"),
        ("x = [sp|]", "am", "spam invalid"),
        ("x = [|am]", "sp", "spam invalid"),
        ("x = [| for spam in tax]", "spam", "spam unknown"),
        ("x = [| for ham in tax]", "spam", "spam invalid"),
    ],
)
def test_evidence_of_a_text_that_ends_there(text: str, data: str, told: str) -> None:
    # Names whose proof is to come have not been told.
    checked = monitor(text)
    admitted = checked.admitted(data.encode())
    checked.advance(data.encode()[:admitted])
    found = [f"{evidence.name} {evidence.verdict.value}" for evidence in checked.evidence()]
    assert ", ".join(found) == told


@pytest.mark.parametrize(
    ("text", "data", "left"),
    [
        ("x = |\n", "[spam.x", "spam"),
        ("x = |\n", "[spam.x(ham) for ham in tax", "spam"),
        ("x = |\n", "total(spam", "spam"),
        ("x = |\n", "total(tax, spam", ""),  # It may be the name of a parameter.
        ("x = |\n", "total(spam=tax", ""),
        ("x = |\n", "[tax.x", ""),
        ("x = [| for spam in tax]\n", "spam", ""),
    ],
)
def test_names_that_only_what_follows_can_bind(text: str, data: str, left: str) -> None:
    checked = monitor(text)
    checked.advance(data.encode())
    assert " ".join(e.name for e in checked.evidence() if e.reason == UNBOUND) == left


def test_a_list_that_is_not_complete_refuses_nothing() -> None:
    unsure = monitor("x = |", OneScope(Completeness.PARTIAL))
    unsure.advance(b"spam.ham(eggs, total)")
    told = {evidence.name: evidence.verdict for evidence in unsure.evidence()}
    assert told == {"spam": Verdict.UNKNOWN, "eggs": Verdict.UNKNOWN, "total": Verdict.VALID}


@pytest.mark.parametrize(
    ("text", "data", "place"),
    [
        ("x = |\n", "", "x = "),
        ("x =|\n", "  ", "x = "),
        ("x|\n", " = ", "x = "),
        ("return|\n", "  ", "return "),
        ("if x:\n  |\n", "  ", "if x:\n    "),
        ("if x:|\n", "\n  ", "if x:\n  "),
    ],
)
def test_the_engine_sees_the_name_s_place_once(text: str, data: str, place: str) -> None:
    engine = OneScope()
    watching = monitor(text, engine)
    watching.advance(data.encode())
    for name in (b"tax", b"total", b"tax + 1"):
        watching.admitted(name)
    sources = [source.text[:offset].rstrip(" ") for source, offset in engine.asked]
    assert sources.count(place.rstrip(" ")) == 1


def test_the_analysis_runs_ahead() -> None:
    engine = SilentEngine({})
    ahead = ScopeMonitor(Context("a.py", "1", "", engine, patience=0.01))
    for data, asked in ((b" ", 0), (b"+ ", 1), (b"'a b ", 1), (b"' + ", 2), (b"rate", 2)):
        ahead.advance(data)
        assert len(engine.asked) == asked
