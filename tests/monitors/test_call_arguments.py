"""Call arguments in Python, on a table of signatures; the cursor is at `|`."""

from __future__ import annotations

import inspect

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fairlead_monitors.evidence import Verdict
from fairlead_monitors.python.call_arguments import PythonCallArguments
from tests.monitors.calls import SignatureEngine
from tests.monitors.stepwise import ALL, at, check, listed

TABLE = {
    "none": "",
    "one": "a",
    "two": "a, b",
    "opt": "a, b=0",
    "pos": "a, b, /",
    "named": "a, *, key, other=0",
    "many": "a, *rest",
    "any": "**kw",
    "over": "a|a, b, c|*, key",
    "words": "a, *, origin, is_fuzzy, default",
    "verbose": "*, verb=0, verbose=0",
}


def monitor(text: str, engine: SignatureEngine | None = None) -> PythonCallArguments:
    return PythonCallArguments(at("a.py", text, engine or SignatureEngine(TABLE)))


@pytest.mark.parametrize(
    ("text", "data", "admitted"),
    [
        # A bracket closes if some overload takes what was passed.
        ("|", "none()", ALL),
        ("|", "none(1)", "none("),
        ("|", "one()", "one("),
        ("|", "one(1)", ALL),
        ("|", "two(1)", "two(1"),
        ("|", "two(1, 2)", ALL),
        ("|", "opt(1)", ALL),
        ("|", "many()", "many("),
        ("|", "many(1, 2, 3, 4)", ALL),
        ("|", "over(1)", ALL),
        ("|", "over(1, 2)", "over(1, 2"),
        ("|", "over(1, 2, 3)", ALL),
        # A comma comes if some overload takes more.
        ("|", "one(1, 2)", "one(1"),
        ("|", "two(1, 2, 3)", "two(1, 2"),
        ("|", "over(1, 2, 3, 4)", "over(1, 2, 3"),
        ("|", "any(1)", "any("),
        # Names.
        ("|", "two(b=1, a=2)", ALL),
        ("|", "two(1, b=2)", ALL),
        ("|", "two(1, a=2)", "two(1, a="),
        ("|", "two(1, b=2, b=3)", "two(1, b=2"),
        ("|", "two(a=1, a=2)", "two(a=1, "),
        ("|", "two(c==1, 2)", ALL),
        ("|", "two(c=1", "two(c="),
        ("|", "two(1, c= 1", "two(1, c= "),
        ("|", "two(a=1, c", "two(a=1, "),
        ("|", "two(a=1, b", "two(a=1, b"),
        ("|", "two(a=1, b)", "two(a=1, b"),
        ("|", "two(a=1, b==2", "two(a=1, b="),
        ("|", "pos(a=1", "pos(a="),
        ("|", "pos(1, 2)", ALL),
        ("|", "named(1)", "named(1"),
        ("|", "named(1, 2", "named(1, "),
        ("|", "named(1, key=2)", ALL),
        ("|", "named(1, keys=2)", "named(1, key"),
        ("|", "named(1, other=2)", "named(1, other=2"),
        ("|", "named(other = 2, a = 1, key = 3)", ALL),
        ("|", "over(key=1)", ALL),
        ("|", "over(key=1, a=2", "over(key=1"),
        ("|", "words(0, origin=1, is_fuzzy=2, default=3)", ALL),
        ("|", "words(0, or 1", "words(0, or"),
        ("|", "words(0, not 1", "words(0, "),
        ("|", "any(a=1, b=2, a=3)", "any(a=1, b=2, a"),
        ("|", "verbose(verb=1, verbose=2)", ALL),
        ("|", "verbose(verb=1, verb=2)", "verbose(verb=1, verb"),
        ("|", "one(not a)", ALL),
        ("|", "one(a if b else c)", ALL),
        ("|", "one(a := 1)", ALL),
        ("|", "one(a == b)", ALL),
        ("|", "one(a<=b)", ALL),
        # What is unpacked may be any number of arguments.
        ("|", "two(*xs)", ALL),
        ("|", "two(*xs, 1, 2, 3, **k)", ALL),
        ("|", "two(1, **k)", ALL),
        ("|", "one(a * b)", ALL),
        ("|", "one(a ** b, 1)", "one(a ** b"),
        # One argument, whatever is inside.
        ("|", "one([1, 2])", ALL),
        ("|", "one({1: 2, 3: 4})", ALL),
        ("|", "one((1, 2))", ALL),
        ("|", "one(x[1, 2])", ALL),
        ("|", "one(x for x, y in z)", ALL),
        ("|", "one(f(x, y) for x, y in z if x)", ALL),
        ("|", "one(lambda a, b=1, *c: a, 1", "one(lambda a, b=1, *c: a"),
        ("|", "one(lambda a=lambda: 1, b=2: a)", ALL),
        ("|", "one(two(1, 2))", ALL),
        ("|", "two(two(1, 2), opt(1))", ALL),
        ("|", "two(two(1), 2)", "two(two(1"),
        ("|", "one(unknown(1, 2, 3)(4, 5))", ALL),
        ("|", "one('a, b)')", ALL),
        ("|", 'one("""a, \n" b)""")', ALL),
        ("|", "one(f'{a, b}' 'c')", ALL),
        ("|", "one(f'{two(1, 2)}, {x:>{y, z}}')", ALL),
        ("|", "one(f'{two(1)}')", "one(f'{two(1"),
        ("|", "one('\\'', 1", "one('\\''"),
        ("|", "one(''", "one(''"),
        ("|", "one('', 1", "one(''"),
        ("|", "one(rb'x'.y[0].z)", ALL),
        ("|", "one(... )", ALL),
        ("|", "one(1.5e3)", ALL),
        ("|", "one(-1)", ALL),
        ("|", "one(  )", "one(  "),
        ("|", "one( # a, b)\n 1)", ALL),
        ("|", "one(\\\n1)", ALL),
        # A list over several lines may end in a comma.
        ("|", "one(\n    1,\n)", ALL),
        ("|", "one(\n    1,\n    2", "one(\n    1,\n    "),
        ("|", "two(\n    1,\n)", "two(\n    1,\n"),
        ("|", "one(1,\n)", "one(1"),
        # Other brackets.
        ("if (a|", ")", ALL),
        ("if (a, b|", ", c):", ALL),
        ("x = (one(1)|", ", 2)", ALL),
        ("|", "(1, 2, 3)", ALL),
        ("|", "not (1, 2)", ALL),
        ("|", "x.not_a_call, (1, 2)", ALL),
        ("|", "def one(a, b, c=1):\n    pass", ALL),
        ("|", "class one(A, B, metaclass=C):\n    pass", ALL),
        ("|", "class A:\n    x = one(1, 2)", "class A:\n    x = one(1"),
        ("|", "def f(a=one(1, 2)): pass", "def f(a=one(1"),
        ("match x:\n    |", "case two(a, b=c, d=1):\n", ALL),
        ("match x:\n    |", "case two(a, b=c, d=1) if one(1, 2)", "case two(a, b=c, d=1) if one(1"),
        ("|", "x.one(1, 2)", "x.one(1"),
        ("|", "@one(1, 2)", "@one(1"),
        # Calls that the user opened.
        ("one(|", "1, 2)", "1"),
        ("one(1|", ", 2)", ""),
        ("two(1|", ", 2)", ALL),
        ("two(1|", ")", ""),
        ("two(1, b|", "=2)", ALL),
        ("two(1, b|", "x=2)", "x="),
        ("one('a|", "b, c', 1)", "b, c'"),
        ("one(1, two(|", "1, 2)", ALL),
        ("two(two(|", "1, 2), 3)", ALL),
        ("two(two(|", "1, 2))", "1, 2)"),
        ("one(1, 2|", ", 3)", ALL),
        ("one(1, 2|", ")", ALL),
        ("two(*xs|", ", 1, 2, 3)", ALL),
        ("one(1\ndef f(): |", "one(1, 2)", "one(1"),
        # The text after the cursor belongs to the call.
        ("two(|, b)", "1", ALL),
        ("two(|, b)", "1, 2", "1"),
        ("one(|)", "1, 2", "1"),
        ("two(|)", "1, 2", ALL),
        ("two(|)", "1)", "1"),
        ("two(|, b)", "1)", ALL),
        ("two(|b)", "1, ", ALL),
        ("two(|b)", "1, 2, ", "1, 2"),
        ("two(|, b=1)", "a=1", ALL),
        ("two(|, b=1)", "b=1", "b="),
        ("named(1, |, key=2)", "other=1", ALL),
        ("named(1, |, key=2)", "key", ""),
        ("two(|, *xs)", "1, 2, 3", ALL),
        ("one(two(|)", "1, 2), 3", "1, 2)"),
        ("one(two(|\nx = 1\n", "1, 2), 3", "1, 2)"),
        ("one(two(|))", "1, 2, 3", "1, 2"),
    ],
)
def test_admitted(text: str, data: str, admitted: str | None) -> None:
    check(lambda: monitor(text), data, admitted)


@pytest.mark.parametrize(
    ("text", "data", "names"),
    [
        ("|", "named(1, ", None),
        ("|", "named(1, k", ({"key", "other"}, "k")),
        ("|", "named(1, key=1, o", ({"other"}, "o")),
        ("|", "two(a", None),
        ("|", "any(a", None),
        ("named(1, |, key=1)", "o", ({"other"}, "o")),
    ],
)
def test_constraint(text: str, data: str, names: tuple[set[str], str] | None) -> None:
    watching = monitor(text)
    watching.advance(data.encode())
    assert listed(watching.constraint()) == names


@pytest.mark.parametrize(
    ("text", "data", "evidence"),
    [
        ("x = |", "one(1)", [("one", "valid", 3, 6)]),
        ("x = one(|", "1)", [("one", "valid", -1, 2)]),
        ("|", "what(1)", [("what", "unknown", 4, 7)]),
        ("|", "two(*xs)", [("two", "unknown", 3, 8)]),
        ("|", "two(1, opt(2))", [("opt", "valid", 10, 13), ("two", "valid", 3, 14)]),
        ("two(|)", "1, 2", [("two", "valid", -1, 4)]),
        ("two(|)", "1", [("two", "invalid", -1, 1)]),
        ("two(|, b)", "1", [("two", "valid", -1, 1)]),
        ("two(|, b)", "", []),
        ("one(two(|))", "1, 2", [("two", "valid", -1, 4), ("one", "valid", -5, 4)]),
        ("one(1, 2|", ")", [("one", "unknown", -5, 1)]),
        ("two(|", "1", []),
        ("if (|", "a)", []),
    ],
)
def test_evidence(text: str, data: str, evidence: list[tuple[str, str, int, int]]) -> None:
    watching = monitor(text)
    watching.advance(data.encode())
    found = [(e.name, e.verdict.value, e.start, e.end) for e in watching.evidence()]
    assert found == evidence


def test_a_rejection_says_what_is_wrong() -> None:
    watching = monitor("x = |")
    assert watching.rejection(b"one(1)") is None
    found = watching.rejection(b"one(1, 2)")
    assert found is not None
    assert (found.name, found.verdict, found.start, found.end) == ("one", Verdict.INVALID, 3, 6)
    assert found.reason == "no overload takes these arguments"


def test_the_engine_is_asked_once_for_each_call_with_the_text_around_it() -> None:
    engine = SignatureEngine(TABLE)
    root = monitor("ä = two(1, |)\n", engine)
    for watching in (root, root.fork()):
        watching.advance(b"one(")
        watching.advance(b"1)")
    assert [(s.text[:offset], s.text[offset:]) for s, offset in engine.asked] == [
        ("ä = two(", ")\n"),
        ("ä = two(1, one(", ")\n"),
    ]


NAMES = "abcde"
PARAMETERS = st.lists(st.sampled_from(list(inspect._ParameterKind)), max_size=5)


@st.composite
def signatures(draw: st.DrawFn) -> str:
    """Draw the parameters of a function, as text."""
    kinds = sorted(draw(PARAMETERS))
    parameters: list[inspect.Parameter] = []
    for name, kind in zip(NAMES, kinds, strict=False):
        last = parameters[-1] if parameters else None
        variable = kind in (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
        if last is not None and variable and last.kind is kind:
            continue
        follows_default = last is not None and last.default == 0
        by_position = kind <= inspect.Parameter.POSITIONAL_OR_KEYWORD
        optional = draw(st.booleans()) or (follows_default and by_position)
        default = 0 if optional and not variable else inspect.Parameter.empty
        parameters.append(inspect.Parameter(name, kind, default=default))
    return str(inspect.Signature(parameters))[1:-1]


@settings(max_examples=300, deadline=None)
@given(
    st.lists(signatures(), min_size=1, max_size=3),
    st.integers(0, 4),
    st.lists(st.sampled_from(NAMES + "x"), max_size=4, unique=True),
)
def test_a_call_is_admitted_exactly_if_python_binds_it(
    overloads: list[str], positional: int, names: list[str]
) -> None:
    text = ", ".join([*map(str, range(positional)), *(f"{name}=1" for name in names)])
    watching = monitor("|", SignatureEngine({"f": "|".join(overloads)}))
    call = f"f({text})".encode()
    assert (watching.admitted(call) == len(call)) == any(
        binds(parameters, positional, names) for parameters in overloads
    )


def binds(parameters: str, positional: int, names: list[str]) -> bool:
    try:
        eval(f"lambda {parameters}: 0")(*range(positional), **dict.fromkeys(names))
    except TypeError:
        return False
    return True
