"""``fairlead eval monitors``: what is drawn, what is forced, what is counted."""

from __future__ import annotations

import json
import random
from concurrent.futures import Future
from pathlib import Path

import pytest

from fairlead_monitors.engine import (
    Completeness,
    Diagnostic,
    Diagnostics,
    Kind,
    Names,
    Source,
    answered,
)
from fairlead_monitors.python.members import MembersMonitor
from fairlead_server.cli import main
from fairlead_server.evaluation.monitors.forcing import Course, force
from fairlead_server.evaluation.monitors.passages import Passage, draw, sources
from fairlead_server.evaluation.monitors.soundness import emission
from tests.monitors.engines import TableEngine

HARBOUR = Path(__file__).parents[3] / "examples" / "harbour"
CODE = "import a\n\n# note\ndef f(order):\n    return order.total + other.name\n"
LINE = "return order.total + other.name"


def passage(text: str = CODE, line: str = LINE) -> Passage:
    return Passage("a.py", text, text.index(line), line)


def test_places_are_told_as_they_were_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("src").mkdir()
    Path("src/a.py").write_text("import a\na.b\n")
    drawn = draw(sources(Path("src"))["python"], 9, seed=1)
    assert {found.path for found in drawn} == {str(tmp_path / "src" / "a.py")}
    assert sorted(map(str, drawn)) == ["src/a.py:1", "src/a.py:2"]


def course(members: dict[str, str], *, suffix: bool = True) -> Course:
    found = Course()
    engine = TableEngine(members)
    force(MembersMonitor, engine, passage(), found, suffix=suffix, patience=9)
    assert len(found.milliseconds) == len(engine.asked)
    assert all(source.text.endswith("\n") is suffix for source, _ in engine.asked)
    return found


@pytest.mark.parametrize("suffix", [True, False])
@pytest.mark.parametrize(
    ("members", "verdicts"),
    [
        ({"order": "total date", "other": "name"}, {"total": "valid", "name": "valid"}),
        ({"order": "date", "other": "name"}, {"total": "invalid", "name": "valid"}),
        ({"order": "total"}, {"total": "valid", "name": "unknown"}),
        ({"order": "date", "other": "key"}, {"total": "invalid", "name": "invalid"}),
    ],
)
def test_real_code_is_put_to_a_monitor(
    members: dict[str, str], verdicts: dict[str, str], suffix: bool
) -> None:
    found = course(members, suffix=suffix)
    assert {f.name.name: f.name.verdict for f in found.forced} == verdicts
    assert {f.name.name for f in found.vetoed} == {n for n, v in verdicts.items() if v == "invalid"}


def test_a_veto_is_told_with_its_place() -> None:
    (vetoed,) = course({"order": "date"}).vetoed
    assert str(vetoed) == "a.py:5: member 'total' not among 1 from table"


def test_lines_of_code_are_drawn_alike_each_time(tmp_path: Path) -> None:
    for name in "abc":
        (tmp_path / f"{name}.py").write_text(CODE)
    (tmp_path / "d.py").write_bytes(b"\xff\0")
    (tmp_path / ".hidden.py").write_text(CODE)
    files = sources(tmp_path)["python"]
    assert [path.name for path in files] == ["a.py", "b.py", "c.py", "d.py"]
    drawn = draw(files, 100, 1)
    assert drawn == draw(files, 100, 1) and len(drawn) == 9
    assert {p.line for p in drawn} == {"import a", "def f(order):", LINE}
    assert all(p.text[p.offset :].startswith(p.line) for p in drawn)
    assert len(draw(files, 4, 1)) == 4 and draw([], 4, 1) == []


class Judge(TableEngine):
    """Says of each of `absent` that it does not exist, wherever it is written."""

    def __init__(self, *absent: str) -> None:
        super().__init__({"order": "total weight", "other": "name"})
        self.absent = absent

    def diagnostics(self, source: Source) -> Future[Diagnostics]:
        found = tuple(
            Diagnostic(place, place + len(name), f"no attribute {name}")
            for name in self.absent
            if (place := source.text.find(name)) >= 0
        )
        return answered(Diagnostics(found, Completeness.COMPLETE, self.name))


@pytest.mark.parametrize(
    ("absent", "wrong"), [((), ""), (("weight",), "no attribute weight"), (("total", "name"), "")]
)
def test_a_listed_name_that_is_absent_is_found(absent: tuple[str, ...], wrong: str) -> None:
    judge = Judge(*absent)
    forced = next(f for f in course({"order": "total"}).forced if f.name.name == "total")
    emitted = emission(forced, MembersMonitor, judge, judge, random.Random(0), 9)
    assert emitted is not None
    assert (emitted.name, emitted.absent) == ("weight", wrong)


@pytest.mark.parametrize(
    ("line", "written"),
    [
        ("return data + order.a", "a"),
        ("return total + order.total", "total"),
        ("return 'order.a' + order.a", "a"),
    ],
)
def test_a_name_is_replaced_where_it_is_listed(line: str, written: str) -> None:
    code = f"def f(order):\n    {line}\n"
    engine = TableEngine({"order": f"{written} weight"})
    found = Course()
    force(MembersMonitor, engine, passage(code, line), found, suffix=True, patience=9)
    (forced,) = (f for f in found.forced if f.name.verdict == "valid")

    class Listening(Judge):
        def diagnostics(self, source: Source) -> Future[Diagnostics]:
            read.append(source.text)
            return super().diagnostics(source)

    read: list[str] = []
    judge = Listening("weight")
    emitted = emission(forced, MembersMonitor, engine, judge, random.Random(0), 9)
    assert emitted is not None and emitted.absent == "no attribute weight"
    assert read == [code[: code.rindex(written)] + "weight\n", code]


def test_without_a_judge_or_another_name_nothing_is_said() -> None:
    forced = next(f for f in course({"order": "total"}).forced if f.name.name == "total")
    for engine in (TableEngine({"order": "total weight"}), TableEngine({"order": "total"})):
        assert emission(forced, MembersMonitor, engine, engine, random.Random(0), 9) is None
    assert engine.names(Kind.MEMBER, Source("a.py", "order."), 6).result() == Names(
        frozenset({"total"}), Completeness.COMPLETE, "table"
    )


def test_the_figures_of_a_project(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["--root", str(HARBOUR), "--sample", "12", "--emissions", "2", "--engine", "jedi"]
    assert main(["eval", "monitors", *arguments, "--monitor", "python-members", "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    figures = report["figures"]
    assert report["eval"] == "monitors"
    assert figures["python.members.jedi.over_rejection"]["value"] == 0
    assert figures["python.members.jedi.coverage"]["value"] > 0.5
    assert figures["python.members.jedi.over_rejection"]["high"] > 0
    assert figures["python.members.jedi.latency_ms_p95"]["unit"] == "ms"
    assert figures["python.members.jedi.list_size_p50"]["value"] > 1
    assert report["reasons"].keys() <= {"python.members.jedi"}


@pytest.mark.parametrize("trusted", [False, True])
def test_what_is_measured_runs_only_when_trusted(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    trusted: bool,
) -> None:
    given: list[bool] = []

    def engine(project: str, interpreter: str | None, *, trusted: bool) -> TableEngine:
        given.append(trusted)
        return TableEngine({"order": "total"})

    plugin = {"engines": engine, "monitors": MembersMonitor}
    monkeypatch.setattr("fairlead_server.plugins.load", lambda group, _: plugin[group])
    (tmp_path / "a.py").write_text(CODE)
    arguments = ["--root", str(tmp_path), "--engine", "table", "--monitor", "python-members"]
    stated = ["--trusted"] if trusted else []
    assert main(["eval", "monitors", *arguments, *stated, "--json"]) == 0
    assert given == [trusted]
    report = json.loads(capsys.readouterr().out)
    assert ("--trusted" in report["command"]) is trusted
    assert report["figures"]["python.members.table.coverage"]["value"] == 0.5
    assert report["reasons"] == {"python.members.table": {"no entry for 'other'": 1}}


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (["--root", "/nowhere"], "no such file or folder"),
        ([], "name a --root or a --package"),
        (["--package", "no_such_package"], "no package 'no_such_package'"),
        (["--package", "sys"], "no package 'sys' with source files"),
        (["--package", "../x"], "no package '../x'"),
        (["--root", str(HARBOUR), "--language", "cobol"], "no source file whose language"),
        (["--root", str(HARBOUR), "--monitor", "psychic"], "psychic"),
        (["--root", str(HARBOUR), "--engine", "psychic"], "psychic"),
        (["--root", str(HARBOUR), "--sample", "0"], "at least 1"),
    ],
)
def test_bad_input(capsys: pytest.CaptureFixture[str], arguments: list[str], error: str) -> None:
    assert main(["eval", "monitors", *arguments]) == 2
    told = capsys.readouterr().err
    assert error in told and told.count("\n") == 1
