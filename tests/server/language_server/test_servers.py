"""clangd, typescript-language-server and ty on small documents: what each recipe makes of them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from fairlead_monitors.engine import Completeness, Kind, Parameter, Passing, Source
from fairlead_server.analysis.language_server import watch
from fairlead_server.analysis.language_server.engine import LanguageServerEngine
from tests.server.language_server.faulty import eventually
from tests.server.language_server.real import PATIENCE, engine, place
from tests.setup import npm

COMPLETE, PARTIAL, UNKNOWN = Completeness.COMPLETE, Completeness.PARTIAL, Completeness.UNKNOWN

CPP = """\
#include <string>
struct Berth {
    int depth;
    std::string name;
    static Berth make();
    void moor(const char *vessel, int hours = 2);
    void moor(int number, ...);
    int twice() const { return 2 * depth; }
};
int use(Berth berth, Berth *other) {
    @
    return 1;
}
"""
TYPESCRIPT = """\
interface Open { known: number; [name: string]: number }
class Berth {
    depth = 1;
    name?: string;
    static make(): Berth { return new Berth(); }
    moor(vessel: string, hours?: number, ...rest: Map<string, number>[]): void {}
    twice() { return 2 * this.depth; }
}
function use(berth: Berth, open: Open, mystery: any) {
    @
    return 1;
}
"""
PYTHON = """\
class Berth:
    def __init__(self, depth: int) -> None:
        self.depth = depth

    def moor(self, vessel: str, /, hours: int = 2, *rest: int, flag: bool, **more: str) -> None: ...

class Open:
    known = 1
    def __getattr__(self, name): ...

class Lost(Nowhere):
    known = 1

def use(berth: Berth, open: Open, lost: Lost, mystery):
    @
    return 1
"""
DOCUMENTS = {
    "clangd": ("berth.cpp", CPP),
    "typescript-language-server": ("berth.ts", TYPESCRIPT),
    "ty": ("berth.py", PYTHON),
}
COMPONENTS = {"clangd": "clangd", "typescript-language-server": "typescript"}


def case(recipe: str, *values: object) -> object:
    """Return a parameter set that needs the server's component, if it is one."""
    needs = [pytest.mark.needs(COMPONENTS[recipe])] if recipe in COMPONENTS else []
    return pytest.param(recipe, *values, marks=needs)


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    running = Servers(tmp_path_factory.mktemp("berths"))
    yield running
    running.close()


class Servers:
    """The engines in use, each started by the first test that asks for it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._running: dict[str, LanguageServerEngine] = {}
        self._stack = ExitStack()
        self._path = os.environ["PATH"]
        os.environ["PATH"] = npm.SEARCH

    def __getitem__(self, recipe: str) -> LanguageServerEngine:
        if recipe not in self._running:
            self._running[recipe] = self._stack.enter_context(engine(recipe, self.folder))
        return self._running[recipe]

    def close(self) -> None:
        os.environ["PATH"] = self._path
        self._stack.close()


# What is written, what is known of its members, some of them, and some names that are none.
MEMBERS = [
    case("clangd", "berth.▮", COMPLETE, {"depth", "name", "moor"}, {"twices", "vessel"}),
    case("clangd", "other->▮", COMPLETE, {"depth", "name", "moor"}, {"vessel"}),
    case("clangd", "Berth::▮", COMPLETE, {"make"}, {"vessel"}),
    case("clangd", "berth.name.▮", COMPLETE, {"size", "empty"}, {"depth"}),
    case("clangd", "nothing.▮", UNKNOWN, set(), set()),
    case("typescript-language-server", "berth.▮", COMPLETE, {"depth", "toString"}, {"make"}),
    case("typescript-language-server", "Berth.▮", COMPLETE, {"make"}, {"depth"}),
    case("typescript-language-server", "berth.name.▮", COMPLETE, {"length", "trim"}, {"depth"}),
    case("typescript-language-server", "'a'.▮;", COMPLETE, {"length", "trim"}, {"depth"}),
    case("typescript-language-server", "open.▮", PARTIAL, {"known"}, set()),
    case("typescript-language-server", "mystery.▮", UNKNOWN, set(), set()),
    case("ty", "berth.▮", COMPLETE, {"depth", "moor"}, {"vessel"}),
    case("ty", "'ä𝄞'.▮", COMPLETE, {"upper", "split"}, {"depth"}),
    case("ty", "open.▮", PARTIAL, {"known"}, set()),
    case("ty", "lost.▮", PARTIAL, {"known"}, set()),
    case("ty", "mystery.▮", UNKNOWN, set(), set()),
]


@pytest.mark.parametrize(("recipe", "written", "completeness", "some", "none"), MEMBERS)
@pytest.mark.parametrize("prefix_only", [False, True])
def test_members(
    servers: Servers,
    recipe: str,
    written: str,
    completeness: Completeness,
    some: set[str],
    none: set[str],
    prefix_only: bool,
) -> None:
    name, text = DOCUMENTS[recipe]
    if prefix_only:
        text = text.partition("@")[0] + "@"
    source, offset = place(servers.folder / name, text.replace("@", written))
    if prefix_only:
        source, offset = place(servers.folder / name, source.text[:offset] + "▮")
    answer = servers[recipe].names(Kind.MEMBER, source, offset).result(PATIENCE)
    assert answer.completeness is completeness, answer.reason
    assert some - answer.names == set()
    assert none & answer.names == set()


def test_files_that_change_on_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "EVERY", 0.0)
    other = tmp_path / "other.py"
    other.write_text("before = 1\n")
    source, offset = place(tmp_path / "a.py", "import other\nother.▮\n")

    def listed(name: str) -> bool:
        return name in asked.names(Kind.MEMBER, source, offset).result(PATIENCE).names

    with engine("ty", tmp_path) as asked:
        assert listed("before")
        other.write_text("before = 1\nafter_that = 2\n")
        eventually(lambda: listed("after_that"))
        other.unlink()
        eventually(lambda: not listed("before"))


# A class that breaks off, where `self` or `this` may get more than is there.
UNFINISHED = [
    case("clangd", "struct A { int a; int f() { return this->▮"),
    case("typescript-language-server", "class A { a = 1; f() { return [this.▮"),
    case("ty", "class A:\n    a = 1\n    def f(self):\n        return [self.▮"),
]


@pytest.mark.parametrize(("recipe", "marked"), UNFINISHED)
def test_a_class_whose_end_is_not_written(servers: Servers, recipe: str, marked: str) -> None:
    source, offset = place(servers.folder / DOCUMENTS[recipe][0], marked)
    answer = servers[recipe].names(Kind.MEMBER, source, offset).result(PATIENCE)
    assert answer.completeness is PARTIAL
    assert "a" in answer.names and "fairlead_made_this_up" not in answer.names


def a(name: str, passing: Passing = Passing.POSITION, required: bool = True) -> Parameter:
    return Parameter(name, passing, required)


VARIADIC, EITHER = Passing.VARIADIC, Passing.EITHER
CALLS = [
    case(
        "clangd",
        "berth.moor(▮);",
        {(a("vessel"), a("hours", required=False)), (a("number"), a("", VARIADIC, False))},
    ),
    case(
        "typescript-language-server",
        "berth.moor(▮);",
        {(a("vessel"), a("hours", required=False), a("rest", VARIADIC, False))},
    ),
    case(
        "ty",
        "berth.moor(▮)",
        {
            (
                a("vessel"),
                a("hours", EITHER, False),
                a("rest", VARIADIC, False),
                a("flag", Passing.NAME),
                a("more", Passing.KEYWORDS, False),
            )
        },
    ),
]


@pytest.mark.parametrize(("recipe", "written", "overloads"), CALLS)
@pytest.mark.parametrize("prefix_only", [False, True])
def test_signatures(
    servers: Servers,
    recipe: str,
    written: str,
    overloads: set[tuple[Parameter, ...]],
    prefix_only: bool,
) -> None:
    name, text = DOCUMENTS[recipe]
    marked = text.replace("@", written)
    if prefix_only:
        marked = marked.partition("▮")[0] + "▮"
    source, offset = place(servers.folder / name, marked)
    answer = servers[recipe].signatures(source, offset).result(PATIENCE)
    assert answer.completeness is COMPLETE, answer.reason
    assert {overload.parameters for overload in answer.overloads} == overloads


# An error, and the text that is wrong.
DIAGNOSTICS = [
    case("clangd", "berth.depths = 1;", "depths"),
    case("typescript-language-server", "berth.depths = 1;", "depths"),
    case("ty", "berth.depths", "berth.depths"),
]


@pytest.mark.parametrize(("recipe", "written", "wrong"), DIAGNOSTICS)
def test_diagnostics(servers: Servers, recipe: str, written: str, wrong: str) -> None:
    name, text = DOCUMENTS[recipe]
    source, _ = place(servers.folder / name, text.replace("@", written) + "▮")
    answer = servers[recipe].diagnostics(source).result(PATIENCE)
    errors = [found for found in answer.found if found.severity == 1]
    assert wrong in [source.text[found.start : found.end] for found in errors]


# A text, and the errors in it: one after the other, as the server is silent where nothing changes.
TEXTS: list[tuple[str, list[str]]] = [
    ("const a = 1;\n", []),
    ("const b = 1;\n", []),
    ("const c = 1", []),
    ("function f() {\n", ["'}' expected."]),
    ("/* open", ["'*/' expected."]),
    ("const d = 1;\n", []),
]


@pytest.mark.needs("typescript")
@pytest.mark.parametrize("suffix", ["ts", "tsx", "js"])
def test_nothing_wrong_is_known_as_well(servers: Servers, suffix: str) -> None:
    path = str(servers.folder / f"clean.{suffix}")
    for text, errors in TEXTS:
        answer = servers["typescript-language-server"].diagnostics(Source(path, text))
        found = answer.result(PATIENCE)
        assert found.completeness is COMPLETE, found.reason
        assert [one.message for one in found.found if one.severity == 1] == errors
        assert all(one.end <= len(text) and "fairlead" not in one.message for one in found.found)


TYPES = [
    case("clangd", "berth▮.depth;", {"Berth"}),
    case("typescript-language-server", "berth▮.depth;", {"Berth"}),
    case("ty", "berth▮.depth", {"Berth"}),
]


@pytest.mark.parametrize(("recipe", "written", "types"), TYPES)
def test_types(servers: Servers, recipe: str, written: str, types: set[str]) -> None:
    name, text = DOCUMENTS[recipe]
    source, offset = place(servers.folder / name, text.replace("@", written))
    assert servers[recipe].types(source, offset).result(PATIENCE).names == types
