"""The monitors for Java with Eclipse JDT LS on a small project of several files."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from fairlead_decoding.monitor import Monitor
from fairlead_monitors.context import Context
from fairlead_monitors.engine import CompletionEngine, Kind, Source
from fairlead_monitors.java.calls import JavaCallArguments
from fairlead_monitors.java.cases import JavaCases
from fairlead_monitors.java.imports import JavaImports
from fairlead_monitors.java.instances import JavaInstances
from fairlead_monitors.java.members import JavaMembers
from fairlead_monitors.java.scope import JavaScope
from fairlead_monitors.joint import JointMonitor
from tests.server.language_server import real

pytestmark = pytest.mark.needs("jdtls")

PROJECT = Path(__file__).parents[1] / "fixtures" / "java" / "src"
LIGHTHOUSE = PROJECT / "harbour" / "Lighthouse.java"
CURSOR = "▮"
ALL = None


@pytest.fixture(scope="module")
def jdtls() -> Iterator[CompletionEngine]:
    with real.engine("jdtls", PROJECT) as running:
        _await_index(running)
        yield running


def _await_index(engine: CompletionEngine) -> None:
    """Wait until the server knows what classes there are; before that it lists none."""
    text = LIGHTHOUSE.read_text(encoding="utf-8").replace("new Tug(", "new T(")
    place = text.index("new T(") + len("new T")
    deadline = time.monotonic() + real.PATIENCE
    while time.monotonic() < deadline:
        source = Source(str(LIGHTHOUSE), text := text + "\n")
        if "Tug" in engine.names(Kind.CLASS, source, place).result(real.PATIENCE).names:
            return
    raise TimeoutError("the server has not found the classes")


def context(old: str, new: str, engine: CompletionEngine) -> Context:
    text = LIGHTHOUSE.read_text(encoding="utf-8")
    assert text.count(old) == 1
    prefix, _, suffix = text.replace(old, new).partition(CURSOR)
    return Context(str(LIGHTHOUSE), prefix, suffix, engine, patience=real.PATIENCE)


def check(monitor: Monitor, data: str, admitted: str | None) -> None:
    expected = data if admitted is ALL else admitted
    assert data.encode()[: monitor.admitted(data.encode())].decode() == expected
    if admitted is ALL:
        monitor.advance(data.encode())


FITS = "boolean fits = vessel.draught() < depth;"
PILOT = 'Vessel pilot = new Tug("Pilot", REACH);'
MATE = 'pilot.new Sailor("mate")'


@pytest.mark.parametrize(
    ("old", "new", "data", "admitted"),
    [
        (FITS, "vessel▮;", ".name()", ALL),
        (FITS, "vessel▮;", ".quay()", "."),
        (FITS, "vessel.▮;", "draft()", "dra"),
        (FITS, "vessel.▮(depth);", "loaded", "load"),
        (FITS, "vessel\n  .▮", "name().length()", ALL),
        (FITS, "vessel\n  .▮", "name().quay()", "name()."),
        (FITS, "Vessel.▮;", "ferry", ALL),
        (FITS, "Vessel.▮;", "load()", ""),
        (FITS, "super.▮;", "hashCode()", ALL),
        (FITS, "this.▮;", "signal.flashes()", ALL),
        (FITS, "Lighthouse.this.▮;", "berths.sizes()", "berths.size"),
        (FITS, "new int[0].▮;", "length", ALL),
        (FITS, "new int[0].▮;", "depth", ""),
        (FITS, "java.util.▮;", "List x", ALL),
        (FITS, "java.util.▮;", "Lust x", ALL),
        ("Tug::name", "Tug::▮", "tow", ALL),
        ("Tug::name", "Tug::▮", "new", ALL),
        ("Tug::name", "Tug::▮", "rudder", ""),
        ("tug.power() >= least", "tug.▮ >= least", "powers()", "power"),
        (FITS, "unheard.▮;", "anything()", ALL),
    ],
)
def test_members(
    old: str, new: str, data: str, admitted: str | None, jdtls: CompletionEngine
) -> None:
    check(JavaMembers(context(old, new, jdtls)), data, admitted)


@pytest.mark.parametrize(
    ("old", "new", "data", "admitted"),
    [
        (FITS, "boolean fits = ▮;", "depth > 1", ALL),
        (FITS, "boolean fits = ▮;", "deep > 1", ALL),
        (FITS, "boolean fits = ▮;", "deep == 1", "deep "),
        (FITS, "boolean fits = ▮;", "deep", ALL),
        (FITS, "▮", "admit(vessel, REACH);", ALL),
        (FITS, "▮", "admits(vessel, REACH);", "admits"),
        (FITS, "▮", "String s = light();", ALL),
        (FITS, "▮", "String s = lights();", "String s = lights"),
        (".collect(toList())", ".collect(▮)", "toList()", ALL),
        (".collect(toList())", ".collect(▮)", "toSet()", ALL),
        ("tug.power() >= least", "tug.power() >= ▮", "least)", ALL),
        ("tug.power() >= least", "tug.power() >= ▮", "most)", "most"),
    ],
)
def test_names_in_scope(
    old: str, new: str, data: str, admitted: str | None, jdtls: CompletionEngine
) -> None:
    check(JavaScope(context(old, new, jdtls)), data, admitted)


@pytest.mark.parametrize(
    ("old", "new", "data", "admitted"),
    [
        ("import java.util.Map;", "import ▮;", "java.util.Map", ALL),
        ("import java.util.Map;", "import ▮;", "java.util.Mop", "java.util.M"),
        ("import java.util.Map;", "import java.util.▮;", "concurrent.Future", ALL),
        ("import harbour.craft.Tug;", "import harbour.craft.▮;", "Tug", ALL),
        ("import harbour.craft.Tug;", "import harbour.craft.▮;", "Tub", "Tu"),
        ("import harbour.craft.Tug;", "import harbour.craft.Vessel.▮;", "Sailor", ALL),
        ("Collectors.toList;", "Collectors.▮;", "joining", ALL),
        ("Collectors.toList;", "Collectors.▮;", "unheard", ""),
        ("import java.util.Map;", "import org.unseen.▮;", "Thing", ALL),
    ],
)
def test_imports(
    old: str, new: str, data: str, admitted: str | None, jdtls: CompletionEngine
) -> None:
    check(JavaImports(context(old, new, jdtls)), data, admitted)


@pytest.mark.parametrize(
    ("old", "new", "data", "admitted"),
    [
        (PILOT, "Vessel pilot = new ▮;", 'Tug("Pilot", REACH)', ALL),
        (PILOT, "Vessel pilot = new ▮;", 'Tub("Pilot", REACH)', "Tub"),
        (PILOT, "Vessel pilot = new ▮;", "Vessel() {", ALL),
        (PILOT, "Object pilot = new ▮;", "ArrayList<>()", ALL),
        (PILOT, "Object pilot = new ▮;", "TimeUnit(1)", "TimeUnit"),
        (PILOT, "Object pilot = new ▮;", "Signal[3]", ALL),
        (MATE, "pilot.new ▮", 'Sailor("mate")', ALL),
        (MATE, "pilot.new ▮", 'Stoker("mate")', "Stoker"),
    ],
)
def test_instances(
    old: str, new: str, data: str, admitted: str | None, jdtls: CompletionEngine
) -> None:
    check(JavaInstances(context(old, new, jdtls)), data, admitted)


@pytest.mark.parametrize(
    ("old", "new", "data", "admitted"),
    [
        ("case CAUTION:", "case ▮:", "CAUTION", ALL),
        ("case CAUTION:", "case ▮:", "CLEAR", "CL"),
        ("case CAUTION:", "case ▮:", "CLOSED", ALL),
        ("case CAUTION:", "case ▮:", "COMING", "C"),
        ("case CAUTION:", "case ▮:", "Signal.CAUTION", ALL),
        ("case CAUTION:", "case CLOSED, ▮:", "CAUTION", ALL),
    ],
)
def test_cases(
    old: str, new: str, data: str, admitted: str | None, jdtls: CompletionEngine
) -> None:
    check(JavaCases(context(old, new, jdtls)), data, admitted)


@pytest.mark.parametrize(
    ("old", "new", "data", "admitted"),
    [
        (FITS, "vessel.load▮;", "()", ALL),
        (FITS, "vessel.load▮;", '("coal", "salt", "tea")', ALL),
        (FITS, "vessel.load▮;", "(berths, seen, depth)", ALL),
        (FITS, "admit▮;", "(vessel, 1)", ALL),
        (FITS, "admit▮;", "(vessel)", "(vessel"),
        (FITS, "admit▮;", "(vessel, 1, 2)", "(vessel, 1"),
        (FITS, "vessel.name▮;", "()", ALL),
        (FITS, "vessel.name▮;", "(1)", "("),
        (FITS, "new Tug▮;", '("Pilot", f(1, 2))', ALL),
        (FITS, "new Tug▮;", '("Pilot")', '("Pilot"'),
        (FITS, "berths.merge▮;", '("a", 1, (a, b) -> a)', ALL),
        (FITS, "if ▮ {}", "(fits)", ALL),
        (FITS, "if (fits▮ {}", ")", ALL),
    ],
)
def test_call_arguments(
    old: str, new: str, data: str, admitted: str | None, jdtls: CompletionEngine
) -> None:
    check(JavaCallArguments(context(old, new, jdtls)), data, admitted)


@pytest.mark.parametrize(
    ("parent", "data", "admitted"),
    [
        ("harbour.craft.Tug", "this.power()", ALL),
        ("harbour.craft.Tug", "unheard()", "unheard"),
        ("org.unseen.Base", "this.unheard()", ALL),
        ("org.unseen.Base", "unheard()", ALL),
    ],
)
def test_what_a_class_inherits(
    parent: str, data: str, admitted: str | None, jdtls: CompletionEngine
) -> None:
    name = parent.rpartition(".")[2]
    before = f"package harbour;\n\nimport {parent};\n\nclass Lighthouse extends {name} {{\n"
    before += "    Lighthouse() { super(null, 1); }\n    void sail() { "
    where = Context(str(LIGHTHOUSE), before, ";\n    }\n}\n", jdtls, patience=real.PATIENCE)
    check(JointMonitor(where, [JavaMembers, JavaScope]), data, admitted)


def test_all_together(jdtls: CompletionEngine) -> None:
    monitors = [
        *(JavaMembers, JavaCases, JavaImports),
        *(JavaInstances, JavaScope, JavaCallArguments),
    ]
    where = context(FITS, CURSOR, jdtls)
    for data, admitted in [
        ("seen.add(new Tug(vessel.name(), REACH));", ALL),
        ("seen.add(new Tug(vessel.bow(), REACH));", "seen.add(new Tug(vessel."),
        ("seen.add(new Tug(vessel.name(), RANGE));", "seen.add(new Tug(vessel.name(), RANGE"),
        ("seen.add(new Tug(1));", "seen.add(new Tug(1"),
        ("seen.add(new Tub(1));", "seen.add(new Tub"),
    ]:
        check(JointMonitor(where, monitors), data, admitted)
