"""The monitors for Java with Eclipse JDT LS on a small project of several files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

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
from tests.server.language_server.real import ALL, CURSOR, await_names, check

pytestmark = pytest.mark.needs("jdtls")

PROJECT = Path(__file__).parents[1] / "fixtures" / "java" / "src"
LIGHTHOUSE = PROJECT / "harbour" / "Lighthouse.java"


@pytest.fixture(scope="module")
def jdtls() -> Iterator[CompletionEngine]:
    with real.engine("jdtls", PROJECT) as running:
        _await_index(running)
        yield running


def _await_index(engine: CompletionEngine) -> None:
    """Wait until the server knows what classes there are; before that it lists none."""
    text = LIGHTHOUSE.read_text(encoding="utf-8").replace("new Tug(", "new T▮(")
    await_names(engine, Kind.CLASS, LIGHTHOUSE, text, lambda found: "Tug" in found.names)


def context(old: str, new: str, engine: CompletionEngine) -> Context:
    text = LIGHTHOUSE.read_text(encoding="utf-8")
    assert text.count(old) == 1
    return real.context(LIGHTHOUSE, text.replace(old, new), engine)


OWN = (
    "import java.util.Map; class Own { static final int MADE = ▮\n\n/** Next. */\n"
    "static final int NEXT = 1; static int make(int size) { return size; } }"
)
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
        (FITS, "vessel▮;", ".name;", ".name"),
        (FITS, "vessel▮;", ".name ();", ALL),
        (FITS, "vessel▮;", ".name + 1;", ".name "),
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
        (FITS, "boolean fits = ▮;", "deep > 1", "de"),  # no lambda expression
        (FITS, "boolean fits = ▮;", "deep.quay() > 1", "de"),
        (FITS, "boolean fits = ▮;", "depth[0] > 1", ALL),
        (FITS, "boolean fits = ▮;", "light > 1", "light "),
        (FITS, "boolean fits = ▮;", "light() > 1", ALL),
        (FITS, "boolean fits = ▮;", "depth() > 1", "depth"),
        (FITS, "boolean fits = ▮;", "String.valueOf(1) == null", ALL),
        (FITS, "boolean fits = ▮;", "Strong.valueOf(1) == null", "Str"),
        (FITS, "boolean fits = ▮;", "java.util.List.of() == null", ALL),
        (FITS, "boolean fits = ▮;", "jova.util.List.of() == null", "jo"),
        (FITS, "boolean fits = ▮;", "TimeUnit.DAYS == null", "Ti"),  # which is not imported
        (FITS, "boolean fits = ▮;", "Map.Entry.class == null", ALL),
        (FITS, "▮", "List<Map<String, Tug>> found;", ALL),
        (FITS, "▮", "List<Map<Strong, Tug>> found;", "List<Map<Str"),
        (FITS, "Object found = ▮;", "(Vessel) signal", ALL),
        (FITS, "Object found = ▮;", "(Vassal) signal", "(Va"),
        (FITS, "Object found = ▮;", "vessel::name", ALL),
        (FITS, "seen.forEach(▮);", "x -> x.name()", ALL),
        (FITS, "seen.forEach(▮);", "x -> y.name()", "x -> y"),
        (FITS, "Runnable pilot = ▮;", "Strong.x;", "Str"),
        (FITS, "Runnable pilot = ▮;", "Integer.x;", ALL),
        (FITS, "▮", "Tug tug;", ALL),
        (FITS, "▮", "Tig tug;", "Ti"),
        (FITS, "boolean fits = ▮;", "deep == 1", "de"),
        (FITS, "boolean fits = ▮;", "deep", "de"),
        (FITS, "▮", "admit(vessel, REACH);", ALL),
        (FITS, "▮", "admits(vessel, REACH);", "admits"),
        (FITS, "▮", "String s = light();", ALL),
        (FITS, "▮", "String s = lights();", "String s = light"),
        # A field of which a method makes the value.
        ("import java.util.Map;", OWN, "make(1);", ALL),
        ("import java.util.Map;", OWN, "mode(1);", "mo"),
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


def test_a_bracket_on_the_next_line_calls_nothing(jdtls: CompletionEngine) -> None:
    place = context(FITS, "long size = (((long) ▮\n(((long) depth) << 8));", jdtls)
    source = Source(place.path, place.prefix + place.suffix)
    found = jdtls.names(Kind.SCOPE, source, len(place.prefix)).result(place.patience)
    assert {"depth", "vessel"} <= found.names


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
        (PILOT, "Vessel pilot = new ▮;", 'Tub("Pilot", REACH)', "Tu"),
        (PILOT, "Vessel pilot = new ▮;", "Vessel() {", ALL),
        (PILOT, "Object pilot = new ▮;", "ArrayList<>()", ALL),
        (PILOT, "Object pilot = new ▮;", "TimeUnit(1)", "Ti"),
        (PILOT, "Object pilot = new ▮;", "NOP()", "NO"),  # of a package that cannot be imported
        (PILOT, "Runnable pilot = new ▮;", "Tub()", "Tu"),
        (PILOT, "Object pilot = new ▮;", "Signal[3]", ALL),
        ("import java.util.Map;", "import org.unseen.*; class A { Object o = new ▮; }", "Tub(1)",
         ALL),
        ("import java.util.Map;", "import java.util.*; class A { Object o = new ▮; }", "Tub(1)",
         "Tu"),
        (MATE, "pilot.new ▮", 'Sailor("mate")', ALL),
        (MATE, "pilot.new ▮", 'Stoker("mate")', "St"),
    ],
)  # fmt: skip
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
        (FITS, "if (depth < 0) throw new IllegalArgumentException▮", "();", ALL),
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
    ("imported", "parent", "data", "admitted"),
    [
        ("harbour.craft.Tug", "Tug", "this.power()", ALL),
        ("harbour.craft.Tug", "Tug", "unheard()", "unheard"),
        ("harbour.craft.*", "Tug", "this.power()", ALL),
        ("harbour.craft.*", "Tug", "unheard()", "unheard"),
        ("java.util.List", "harbour.craft.Tug", "this.power()", ALL),
        ("java.util.List", "harbour.craft.Tug", "unheard()", "unheard"),
        ("org.unseen.Base", "Base", "this.unheard()", ALL),
        ("org.unseen.Base", "Base", "unheard()", ALL),
        ("org.unseen.*", "Base", "this.unheard()", ALL),
        ("org.unseen.*", "Base", "unheard()", ALL),
        ("java.util.List", "org.unseen.Base", "this.unheard()", ALL),
        ("java.util.List", "org.unseen.Base", "unheard()", ALL),
        ("static org.unseen.Base.unheard", "harbour.craft.Tug", "unheard()", ALL),
        ("static org.unseen.Base.*", "harbour.craft.Tug", "unheard()", ALL),
        ("static java.util.Map.*", "harbour.craft.Tug", "unheard()", "unheard"),
    ],
)
def test_what_a_class_inherits_or_imports(
    imported: str, parent: str, data: str, admitted: str | None, jdtls: CompletionEngine
) -> None:
    before = f"package harbour;\n\nimport {imported};\n\nclass Lighthouse extends {parent} {{\n"
    before += "    Lighthouse() { super(null, 1); }\n    void sail() { "
    where = real.context(LIGHTHOUSE, before + CURSOR + ";\n    }\n}\n", jdtls)
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
        ("seen.add(new Tug(vessel.name(), RANGE));", "seen.add(new Tug(vessel.name(), RA"),
        ("seen.add(new Tug(1));", "seen.add(new Tug(1"),
        ("seen.add(new Tub(1));", "seen.add(new Tu"),
    ]:
        check(JointMonitor(where, monitors), data, admitted)
