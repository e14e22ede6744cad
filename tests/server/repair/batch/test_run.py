"""Runs over bugs: what is written down of each, whatever becomes of them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from fairlead_server.errors import UserError
from fairlead_server.repair.batch.bug import Bug, Place
from fairlead_server.repair.batch.folder import RunFolder, Told, folder_of, told_in
from fairlead_server.repair.batch.order import Order, order_from
from fairlead_server.repair.batch.running import run
from fairlead_server.repair.batch.stopping import Interrupted, NoRoom
from fairlead_server.repair.datasets.jsonl import JsonLines
from fairlead_server.repair.sandbox import Outcome
from fairlead_server.settings import Options
from tests.server.repair.batch.bugs import CODE, LINE, lines, listed, told
from tests.server.repair.batch.inline import InlineCrew, InlineWorkshop, Writer, run_inline

SHAPE = """bug file start_line end_line patch rank logprob guided verdict steps features origins
diff fixed tried places"""


def ran(
    folder: Path, *bugs: dict[str, Any], workshop: Callable[[Order], InlineWorkshop] | None = None
) -> list[dict[str, Any]]:
    """Run the bugs; return what became of each."""
    path = listed(folder, *bugs)
    order = Order(f"jsonl:{path}", samples=30)
    made = workshop(order) if workshop else None
    run_inline(folder / "out", order, JsonLines(str(path)), made)
    return lines(folder / "out" / "bugs.jsonl")


def results(folder: Path) -> list[dict[str, Any]]:
    return lines(folder / "out" / "results.jsonl")


def test_what_is_written_down(tmp_path: Path) -> None:
    (bug,) = ran(tmp_path, {"name": "one", "facts": {"kind": "line"}})
    assert bug["status"] == "plausible" and bug["fixed"] and bug["plausible"] == 1
    assert bug["facts"] == {"kind": "line"} and bug["reason"] == "" and bug["remarks"] == []
    assert abs(bug["tokens"]["guided"] - bug["tokens"]["unguided"]) < 5
    found = results(tmp_path)
    assert bug["candidates"] == len(found) > 5
    assert set(found[0]) == set(SHAPE.split())
    best = found[0]
    assert (best["bug"], best["file"], best["start_line"]) == ("one", "basket.py", 4)
    assert (best["verdict"], best["rank"], best["fixed"]) == ("plausible", 1, True)
    assert best["diff"].startswith("--- a/basket.py\n") and "+        return sum(" in best["diff"]
    assert [one["rank"] for one in found] == list(range(1, len(found) + 1))
    tried = sorted(one["tried"] for one in found if one["tried"])
    assert tried == list(range(1, len(tried) + 1)) and best["tried"] == bug["first_plausible_rank"]
    order = [one["verdict"] for one in found if one["tried"]]
    assert order == ["plausible"] + ["fails_tests"] * (len(tried) - 1)


def green(order: Order) -> InlineWorkshop:
    return InlineWorkshop(order, passing=())


@pytest.mark.parametrize(
    ("bug", "status", "reason"),
    [
        ({"project": "absent"}, "no_checkout", "project"),
        ({"file": "absent.py"}, "failed", "no such file"),
        ({"file": "../bugs.jsonl"}, "failed", "is not in the project"),
        ({"start_line": 99}, "failed", "lines 99-99 are not in the file"),
        ({"fixed": "        return 1"}, "failed", "fail with what the developers wrote, too"),
        ({"test": "true"}, "green", "'true' passes already"),
        ({"file": "../project/basket.py"}, "plausible", ""),
    ],
)
def test_a_bug_in_trouble_is_marked_and_the_run_goes_on(
    tmp_path: Path, bug: dict[str, Any], status: str, reason: str
) -> None:
    first, second = ran(tmp_path, {"name": "one", **bug}, {"name": "two"})
    assert first["status"] == status and reason in first["reason"]
    assert second["status"] == "plausible"


@pytest.mark.parametrize("number", range(8))
def test_what_is_cut_short_says_nothing(tmp_path: Path, number: int) -> None:
    """Whichever command it is that the end comes upon: without a patch, with the fix, with one."""
    path = listed(tmp_path, {"name": "one", "all_tests": "make all"})
    order, dataset = Order("jsonl", samples=60), JsonLines(str(path))

    class Stopped(InlineWorkshop):
        def run(self, files: Mapping[str, str], command: str) -> Outcome:
            found = super().run(files, command)
            return Outcome("cancelled", None, "", 0.0) if len(self.ran) > number else found

    first = Stopped(order)
    told_first = Told(order, ("one",), dataset.version, {"name": "scripted"})
    with RunFolder(tmp_path / "out", told_first) as folder:
        crew = InlineCrew(folder, dataset, first, lambda: len(first.ran) > number)
        with pytest.raises(Interrupted):
            run(folder, crew, ["one"])
    assert len(first.ran) == number + 1
    run_inline(tmp_path / "out", order, dataset)
    run_inline(tmp_path / "calm", order, dataset)
    assert told(tmp_path / "out") == told(tmp_path / "calm")


def test_a_run_does_not_lie_in_a_project(tmp_path: Path) -> None:
    (bug,) = ran(tmp_path, {"project": "."})
    assert bug["status"] == "no_checkout" and "choose another --out" in bug["reason"]


def test_a_defect_costs_one_bug(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    class Faulty(InlineWorkshop):
        def run(self, files: Mapping[str, str], command: str) -> Outcome:
            if command == "break":
                raise RuntimeError("no such luck")
            return super().run(files, command)

    first, second = ran(tmp_path, {"test": "break"}, {"name": "two"}, workshop=Faulty)
    assert first["reason"] == "defect of fairlead: RuntimeError: no such luck"
    assert (first["status"], second["status"]) == ("failed", "plausible")
    assert "cannot be worked on" in caplog.text


def test_a_faulty_plug_in_costs_one_bug(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    class Faulty(JsonLines):
        def checkout(self, name: str, folder: Path) -> Bug:
            if name == "one":
                raise KeyError("no such key")
            found = super().checkout(name, folder)
            return replace(found, root=tmp_path / "nowhere") if name == "two" else found

    path, order = listed(tmp_path, {"name": "one"}, {"name": "two"}, {"name": "three"}), Order("d")
    run_inline(tmp_path / "out", order, Faulty(str(path)))
    first, second, third = lines(tmp_path / "out" / "bugs.jsonl")
    assert (first["status"], second["status"], third["status"]) == (
        "no_checkout",
        "no_checkout",
        "plausible",
    )
    assert "KeyError" in first["reason"] and "nowhere is not a folder" in second["reason"]
    assert "one: cannot be worked on" in caplog.text


def test_a_full_disk_ends_the_run_and_marks_no_bug(tmp_path: Path) -> None:
    class Full(InlineWorkshop):
        def run(self, files: Mapping[str, str], command: str) -> Outcome:
            raise UserError("/p: cannot be copied: No space left on device")

    with pytest.raises(NoRoom):
        ran(tmp_path, {"name": "one"}, workshop=Full)
    assert not (tmp_path / "out" / "bugs.jsonl").exists()
    assert ran(tmp_path, {"name": "one"})[0]["status"] == "plausible"


def test_a_disk_that_is_full_is_no_patchs_fault(tmp_path: Path) -> None:
    class Filling(InlineWorkshop):
        def run(self, files: Mapping[str, str], command: str) -> Outcome:
            if len(self.ran) == 4:
                raise UserError("/p: cannot be copied: No space left on device")
            return super().run(files, command)

    with pytest.raises(NoRoom):
        ran(tmp_path, {"name": "one"}, workshop=Filling)
    ran(tmp_path, {"name": "one"})
    ran(tmp_path / "calm", {"name": "one"})
    assert told(tmp_path / "out") == told(tmp_path / "calm" / "out")


def test_a_finished_run_does_nothing_more(tmp_path: Path) -> None:
    ran(tmp_path, {"name": "one"}, {"name": "two"})
    before = told(tmp_path / "out")
    again = Writer()
    ran(
        tmp_path,
        {"name": "one"},
        {"name": "two"},
        workshop=lambda order: InlineWorkshop(order, again),
    )
    assert told(tmp_path / "out") == before and again.written == 0


def test_what_is_lost_of_the_lists_is_made_again(tmp_path: Path) -> None:
    bugs = [{"name": "one"}, {"name": "two"}]
    ran(tmp_path, *bugs)
    before = told(tmp_path / "out")
    for name in ("results.jsonl", "bugs.jsonl"):
        (tmp_path / "out" / name).write_text('{"torn')
    ran(tmp_path, *bugs)
    assert told(tmp_path / "out") == before


def test_bugs_in_trouble_are_taken_up_again_if_that_is_wanted(tmp_path: Path) -> None:
    path = listed(tmp_path, {"name": "one", "project": "later"}, {"name": "two"})
    order, out = Order("jsonl"), tmp_path / "out"
    dataset = JsonLines(str(path))
    run_inline(out, order, dataset)
    (tmp_path / "project").rename(tmp_path / "later")
    (tmp_path / "project").mkdir()
    version = Told(order, ("one", "two"), dataset.version, {"name": "scripted"})
    (out / "run.json").write_text(json.dumps(version.to_json()))
    run_inline(out, order, dataset)
    assert [bug["status"] for bug in lines(out / "bugs.jsonl")] == ["no_checkout", "plausible"]
    run_inline(out, order, dataset, retry=True)
    assert [bug["status"] for bug in lines(out / "bugs.jsonl")] == ["plausible", "plausible"]


@pytest.mark.parametrize(
    ("fixed", "ran_steps", "remark"),
    [
        (LINE["fixed"], ["compiles", "tests", "relevant-tests", "all-tests"], None),
        (None, ["compiles", "tests", "relevant-tests", "all-tests"], None),
    ],
)
def test_all_commands_are_run_in_their_order(
    tmp_path: Path, fixed: str | None, ran_steps: list[str], remark: str | None
) -> None:
    commands = {"compiles": "true", "relevant": "make some", "all_tests": "make all"}
    ran(tmp_path, {"fixed": fixed, **commands})
    (best,) = (one for one in results(tmp_path) if one["verdict"] == "plausible")
    assert [step["step"] for step in best["steps"]][-4:] == ran_steps


class Failing(InlineWorkshop):
    """Commands with ``fails`` in them fail."""

    def run(self, files: Mapping[str, str], command: str) -> Outcome:
        found = super().run(files, command)
        return replace(found, code=1, output="no target") if "fails" in command else found


@pytest.mark.parametrize(
    ("bug", "left", "said"),
    [
        ({"relevant": "fails"}, "relevant-tests", "fails with what the developers wrote: no targ"),
        ({"all_tests": "fails"}, "all-tests", "fails with what the developers wrote: no target"),
        ({"compiles": "fails"}, "compiles", "fails with what the developers wrote: no target"),
        ({"compiles": "fails", "fixed": None}, "compiles", "fails without a patch: no target"),
    ],
)
def test_what_cannot_tell_is_left_out(
    tmp_path: Path, bug: dict[str, Any], left: str, said: str
) -> None:
    (found,) = ran(tmp_path, bug, workshop=Failing)
    assert found["status"] == "plausible"
    (remark,) = found["remarks"]
    assert said in remark and "is left out" in remark
    assert left not in {step["step"] for one in results(tmp_path) for step in one["steps"]}


def test_one_of_each_half_may_be_enough(tmp_path: Path) -> None:
    path = listed(tmp_path, {"name": "one", "fixed": None})

    def tried(first: bool) -> list[dict[str, Any]]:
        order, out = Order("jsonl", samples=60, first=first), tmp_path / f"out-{first}"
        run_inline(out, order, JsonLines(str(path)), InlineWorkshop(order, passing=("return",)))
        return [one for one in lines(out / "results.jsonl") if one["tried"]]

    every, some = tried(False), tried(True)
    assert 0 < len(some) < len(every)
    arms = {o["guided"] for one in some for o in one["origins"] if one["verdict"] == "plausible"}
    assert arms == {True, False}


def test_places_that_are_not_known_are_found(tmp_path: Path) -> None:
    places = (Place("basket.py", 2, 2), Place("basket.py", 4, 4))
    bug = {"file": None, "start_line": None, "fixed": None}

    def workshop(order: Order) -> InlineWorkshop:
        return InlineWorkshop(order, Writer(("return sum(prices)",)), suspicious=places)

    (found,) = ran(tmp_path, bug, workshop=workshop)
    assert found["status"] == "plausible"
    assert {one["start_line"] for one in results(tmp_path)} == {2, 4}
    assert {one["fixed"] for one in results(tmp_path)} == {None}
    (found,) = ran(tmp_path / "none", bug)
    assert found["status"] == "failed" and "no line of the project is suspicious" in found["reason"]


def test_places_may_be_looked_for_though_they_are_known(tmp_path: Path) -> None:
    path = listed(tmp_path, {})
    order = Order("jsonl", samples=60, localise="trace")
    suspicious = (Place("basket.py", 3, 3), Place("basket.py", 4, 4))
    workshop = InlineWorkshop(order, suspicious=suspicious)
    run_inline(tmp_path / "out", order, JsonLines(str(path)), workshop)
    found = [one for one in results(tmp_path) if one["verdict"] == "plausible"]
    assert {(one["start_line"], one["fixed"]) for one in found} >= {(4, True)}


def test_a_run_goes_on_only_with_what_it_was_told(tmp_path: Path) -> None:
    order = Order("jsonl:a", samples=7, options=Options(model="m", threads=2))
    first = Told(order, ("one",), "v1", {"name": "m"})
    with RunFolder(tmp_path / "out", first) as folder:
        assert not folder.goes_on
    assert told_in(tmp_path / "out") == first and order_from(order.to_json()) == order

    def check(other: Told, message: str | None) -> None:
        if message is None:
            with RunFolder(tmp_path / "out", other) as folder:
                assert folder.goes_on
            return
        with pytest.raises(UserError, match=f"made with another {message}") as error:
            RunFolder(tmp_path / "out", other)
        assert "repair resume" in str(error.value)

    check(first, None)
    check(replace(first, order=replace(order, options=Options(model="m", threads=1))), None)
    check(replace(first, order=replace(order, samples=8, seed=1)), "--samples, --seed; choose")
    check(replace(first, order=replace(order, test_seconds=8)), "--test-timeout")
    check(replace(first, order=replace(order, options=Options(model="n"))), "--model")
    check(replace(first, dataset="v2"), "--dataset: its bugs have changed")
    check(replace(first, model={"name": "m", "bytes": 1}), "--model: the file has changed")


def test_one_run_at_a_time(tmp_path: Path) -> None:
    first, out = Told(Order("jsonl"), ("one",), "v1", {}), tmp_path / "out"
    said = r"process \d+ on .*, since .*, is at work there; wait"
    with RunFolder(out, first), pytest.raises(UserError, match=said):
        RunFolder(out, first)
    RunFolder(out, first).__exit__(None, None, None)


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"notes.txt": ""}, "is not empty, and holds no run; choose another --out"),
        ({"run.json": "{}"}, "is not what a run has written"),
        ({"run.json": "nothing"}, "is not what a run has written"),
    ],
)
def test_folders_of_others_are_left_alone(
    tmp_path: Path, files: Mapping[str, str], message: str
) -> None:
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    with pytest.raises(UserError, match=message):
        RunFolder(tmp_path, Told(Order("jsonl"), ("one",), "v1", {}))
    assert all((tmp_path / name).read_text() == text for name, text in files.items())


def test_the_folder_has_to_be_a_folder(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match="cannot be written"):
        RunFolder(tmp_path / "file", Told(Order("jsonl"), ("one",), "v1", {}))
    with pytest.raises(UserError, match="holds no run"):
        told_in(tmp_path)


def test_names_of_bugs_are_names_of_folders(tmp_path: Path) -> None:
    names = ["Codec-7", "python/gcd", "python_gcd", "..", ".", "a" * 300, "ä ö", "a b", "a/b"]
    folders = {folder_of(tmp_path, name) for name in names}
    assert len(folders) == len(names)
    for folder in folders:
        assert folder.parent == tmp_path / "bugs"
        folder.mkdir(parents=True)


def test_the_project_is_left_as_it_is(tmp_path: Path) -> None:
    ran(tmp_path, {"name": "one"})
    assert (tmp_path / "project" / "basket.py").read_text() == CODE
    assert [path.name for path in (tmp_path / "project").iterdir()] == ["basket.py"]
    assert (
        not list((tmp_path / "out").glob("bugs/*/checkout"))
        and not (tmp_path / "out" / "tmp").exists()
    )


def test_a_run_that_goes_on_begins_with_the_first_question(tmp_path: Path) -> None:
    path = listed(tmp_path, {"name": "one"})
    order, dataset = Order("jsonl", samples=30), JsonLines(str(path))
    first, second = InlineWorkshop(order), InlineWorkshop(order)
    first_told = Told(order, ("one",), dataset.version, {"name": "scripted"})
    with RunFolder(tmp_path / "out", first_told) as folder:
        crew = InlineCrew(folder, dataset, first, lambda: first.writer.written > 7)
        with pytest.raises(Interrupted):
            run(folder, crew, ["one"])
    run_inline(tmp_path / "out", order, dataset, second)
    assert first.writer.written == 8 and second.writer.written == 30 - 7
    assert first.writer.begun is not None and second.writer.begun == first.writer.begun
