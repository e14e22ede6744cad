"""Signature help of real servers, as labels, read as parameters."""

from __future__ import annotations

from typing import Any

import pytest

from fairlead_monitors.engine import Completeness, Passing
from fairlead_server.analysis.language_server.calls import read
from fairlead_server.analysis.language_server.rules import SignaturesRule

POSITION, EITHER, NAME = Passing.POSITION, Passing.EITHER, Passing.NAME
VARIADIC, KEYWORDS = Passing.VARIADIC, Passing.KEYWORDS

# The style, the label, and the name, passing and necessity of each parameter.
LABELS: list[tuple[str, str, list[tuple[str, Passing, bool]]]] = [
    ("java", "f()", []),
    ("java", "f(int a)", [("a", POSITION, True)]),
    (
        "java",
        "<K, V> put(Map<String, Integer> map, int... rest) : void",
        [("map", POSITION, True), ("rest", VARIADIC, False)],
    ),
    (
        "java",
        'f(final Function<? super T, ? extends R> a, @Nullable("x,y") int[] b)',
        [("a", POSITION, True), ("b", POSITION, True)],
    ),
    ("python", "()", []),
    ("python", "(a, b: int = 1) -> None", [("a", EITHER, True), ("b", EITHER, False)]),
    (
        "python",
        "(a: dict[str, int], /, b='x,(y', *, c: Literal['=', '\\''], d=(1, 2))",
        [("a", POSITION, True), ("b", EITHER, False), ("c", NAME, True), ("d", NAME, False)],
    ),
    (
        "python",
        "(*args: int, flag: Callable[[int], str], **more)",
        [("args", VARIADIC, False), ("flag", NAME, True), ("more", KEYWORDS, False)],
    ),
    (
        "typescript",
        "f<T>(this: Window, a: Map<string, number>, b?: () => void, ...rest: T[]): void",
        [("a", POSITION, True), ("b", POSITION, False), ("rest", VARIADIC, False)],
    ),
    (
        "typescript",
        "f({ a, b }: { a: number; b: string }, c: (x: number, y: number) => number): void",
        [("{ a, b }", POSITION, True), ("c", POSITION, True)],
    ),
    ("c", "f(void) -> int", []),
    (
        "c",
        "f(const char *a, std::map<int, int> b, int c = g(1, 2), ...) -> void",
        [
            ("a", POSITION, True),
            ("b", POSITION, True),
            ("c", POSITION, False),
            ("", VARIADIC, False),
        ],
    ),
    (
        "go",
        "Printf(format string, args ...any) (n int, err error)",
        [("format", POSITION, True), ("args", VARIADIC, False)],
    ),
    (
        "rust",
        "fn insert<'a, K: Into<String>>(&'a mut self, key: K, value: (i32, i32)) -> Option<V>",
        [("key", POSITION, True), ("value", POSITION, True)],
    ),
]


def asked(style: str, *signatures: Any) -> Any:
    return read({"signatures": list(signatures)}, SignaturesRule(style, complete=True), "server")


@pytest.mark.parametrize(("style", "label", "parameters"), LABELS)
def test_labels(style: str, label: str, parameters: list[tuple[str, Passing, bool]]) -> None:
    answer = asked(style, {"label": label})
    assert answer.completeness is Completeness.COMPLETE, answer.reason
    (overload,) = answer.overloads
    assert [(p.name, p.passing, p.required) for p in overload.parameters] == parameters


def test_parameters_as_ranges_count_utf_16() -> None:
    ranges = [{"label": [2, 8]}, {"label": [10, 14]}]
    signature = {"label": "f(𐐀x: A, y: B)", "parameters": ranges}
    (overload,) = asked("typescript", signature).overloads
    assert [p.name for p in overload.parameters] == ["𐐀x", "y"]


def test_overloads_stay_apart() -> None:
    answer = asked("java", {"label": "f(int a)"}, {"label": "f()"})
    assert [len(overload.parameters) for overload in answer.overloads] == [1, 0]


UNREADABLE: list[Any] = [
    None,
    17,
    {},
    {"signatures": None},
    {"signatures": []},
    {"signatures": [17]},
    {"signatures": [{}]},
    {"signatures": [{"label": "f"}]},
    {"signatures": [{"label": "f(int a"}]},
    {"signatures": [{"label": "f(int... a, int b)"}]},
    {"signatures": [{"label": "f(int a)", "parameters": [{"label": [3, "x"]}]}]},
]


@pytest.mark.parametrize("result", UNREADABLE)
def test_what_cannot_be_read_is_unknown(result: Any) -> None:
    answer = read(result, SignaturesRule("java", complete=True), "server")
    assert answer.completeness is Completeness.UNKNOWN
    assert answer.reason


def test_a_made_up_overload_shows_that_the_class_is_not_finished() -> None:
    made_up = {"label": "f(Void[][][] fairlead_made_this_up)"}
    answer = asked("java", {"label": "f(int a)"}, made_up)
    assert answer.completeness is Completeness.PARTIAL
    assert len(answer.overloads) == 1
