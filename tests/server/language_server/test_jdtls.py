"""Eclipse JDT LS on a small project: what it lists, and how sure that is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from fairlead_monitors.engine import Completeness, Kind, Parameter, Passing
from fairlead_server.analysis.language_server.engine import LanguageServerEngine
from tests.server.language_server import real
from tests.server.language_server.real import PATIENCE, edited

pytestmark = pytest.mark.needs("jdtls")

PROJECT = Path(__file__).parents[2] / "fixtures" / "java_project"
BERTH = PROJECT / "src" / "harbour" / "Berth.java"
COMPLETE, PARTIAL, UNKNOWN = Completeness.COMPLETE, Completeness.PARTIAL, Completeness.UNKNOWN


@pytest.fixture(scope="module")
def jdtls() -> Iterator[LanguageServerEngine]:
    with real.engine("jdtls", PROJECT) as running:
        yield running


# What is written in place of what, some of the members there, and some names that are none.
# Without a suffix the class Berth may get more.
MEMBERS = [
    ("vessel.flag()", "vessel.▮flag()", {"flag", "crew", "hashCode"}, {"of", "moor"}),
    ("name.length()", "name.▮", {"length", "isEmpty", "trim"}, {"size"}),
    ("String.join", "String.▮", {"join", "valueOf", "class"}, {"trim", "length"}),
    ("this.name = name", "this.▮", {"name", "log", "side"}, {"flag"}),
    ("Side.PORT", "Side.▮", {"PORT", "STARBOARD", "values", "valueOf"}, {"other"}),
    ("log.size()", "log.stream().map(x -> x.▮).count()", {"trim"}, {"size"}),
]


@pytest.mark.parametrize("prefix_only", [False, True])
@pytest.mark.parametrize(("old", "new", "some", "none"), MEMBERS)
def test_members(
    old: str,
    new: str,
    some: set[str],
    none: set[str],
    prefix_only: bool,
    jdtls: LanguageServerEngine,
) -> None:
    source, offset = edited(BERTH, old, new, prefix_only=prefix_only)
    answer = jdtls.names(Kind.MEMBER, source, offset).result(PATIENCE)
    unfinished = prefix_only and new.startswith("this.")
    assert answer.completeness is (PARTIAL if unfinished else COMPLETE), answer.reason
    assert some - answer.names == set()
    assert none & answer.names == set()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("vessel.flag()", "nothing.▮"),
        ("this.name = name;", "var found = nothing.of(); found.▮"),
        ("this.name = name;", "var found = name.nothing(); found.▮"),
        ("this.name = name;", "for (var each : nothing.all()) { each.▮ }"),
    ],
)
def test_members_of_what_is_not_known(old: str, new: str, jdtls: LanguageServerEngine) -> None:
    source, offset = edited(BERTH, old, new)
    answer = jdtls.names(Kind.MEMBER, source, offset).result(PATIENCE)
    assert answer.completeness is UNKNOWN


# The kind of names, what is written in place of what, some of the names, some that are none.
NAMES = [
    (Kind.SCOPE, "name.length()", "▮", {"name", "log", "moor", "width"}, {"flag", "vessel"}),
    (Kind.CASE, "PORT:", "▮:", {"PORT", "STARBOARD"}, {"width"}),
    (Kind.IMPORT, "java.util.Map", "java.util.▮", {"Map", "List", "concurrent"}, {"Berth"}),
    (Kind.IMPORT, "java.util.Map", "java.▮", {"util", "io", "lang"}, {"java"}),
]


@pytest.mark.parametrize(("kind", "old", "new", "some", "none"), NAMES)
def test_other_names(
    kind: Kind, old: str, new: str, some: set[str], none: set[str], jdtls: LanguageServerEngine
) -> None:
    source, offset = edited(BERTH, old, new)
    answer = jdtls.names(kind, source, offset).result(PATIENCE)
    assert answer.completeness is not UNKNOWN, answer.reason
    assert some - answer.names == set()
    assert none & answer.names == set()


def parameter(name: str, passing: Passing = Passing.POSITION) -> Parameter:
    return Parameter(name, passing, passing is not Passing.VARIADIC)


VESSEL, HOURS, NAME, SIDE = map(parameter, ("vessel", "hours", "name", "side"))
VARIADIC = parameter("notes", Passing.VARIADIC)

# What is written in place of what, and the overloads.
CALLS = [
    ("return log", "moor(▮); return log", [(VESSEL,), (VESSEL, HOURS)]),
    ("moor(vessel, 1)", "new Berth(▮)", [(NAME,), (NAME, SIDE)]),
    ("moor(vessel, 1)", "Berth.of(▮)", [(parameter("depths"), VARIADIC)]),
    ("moor(vessel, 1)", "name.isEmpty(▮)", [()]),
]


@pytest.mark.parametrize("prefix_only", [False, True])
@pytest.mark.parametrize(("old", "new", "overloads"), CALLS)
def test_signatures(
    old: str,
    new: str,
    overloads: list[tuple[Parameter, ...]],
    prefix_only: bool,
    jdtls: LanguageServerEngine,
) -> None:
    source, offset = edited(BERTH, old, new, prefix_only=prefix_only)
    answer = jdtls.signatures(source, offset).result(PATIENCE)
    unfinished = prefix_only and not new.startswith("name.")
    assert answer.completeness is (PARTIAL if unfinished else COMPLETE), answer.reason
    found = sorted((o.parameters for o in answer.overloads), key=len)
    assert found == sorted(overloads, key=len)


def test_types(jdtls: LanguageServerEngine) -> None:
    source, offset = edited(BERTH, "log.size()", "log▮.size()")
    assert jdtls.types(source, offset).result(PATIENCE).names == {"java.util.List"}


def test_diagnostics(jdtls: LanguageServerEngine) -> None:
    good, _ = edited(BERTH, "log.size()", "log.size()▮")
    assert jdtls.diagnostics(good).result(PATIENCE).found == ()
    bad, _ = edited(BERTH, "log.size()", "log.sizes()▮")
    (found,) = jdtls.diagnostics(bad).result(PATIENCE).found
    assert bad.text[found.start : found.end] == "sizes"
    assert found.severity == 1
