"""``fairlead eval report``: results of many evals in one page and in Markdown."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from fairlead_server.cli import main
from fairlead_server.errors import UserError
from fairlead_server.evaluation.figures import Budget, Figure
from fairlead_server.evaluation.report import Result, Skipped, markdown, page, read
from fairlead_server.evaluation.report.drawing import panels, ticks
from fairlead_server.evaluation.report.rows import number
from tests.server.evaluation.test_figures import REPORT

FIGURE = {"value": 0.25, "low": 0.125, "high": 0.5, "unit": "share", "n": 40}
RESULT: dict[str, Any] = {
    "eval": "completion",
    "version": "0.1.0",
    "model": "tiny",
    "machine": "a machine, 2 cores",
    "seed": 7,
    "command": "fairlead eval completion --seed 7",
    "figures": {
        "exact_match.guided": FIGURE,
        "exact_match.difference": {"value": -0.01, "unit": "share", "n": 40},
        "edit_similarity.p.member": {**FIGURE, "unit": "p"},
    },
    "reasons": {"ty": {"no answer": 3}},
}
HOSTILE = '<script>alert(1)</script>|`x`\n# "y" & [z](http://z)'


def put(folder: Path, name: str, value: object) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(value if isinstance(value, str) else json.dumps(value))
    return path


class Tags(HTMLParser):
    """Notes the tags of a page, what they refer to, and that each is closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [v for k, v in attrs if k in ("href", "src") and v]
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        self.tags.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_a_report_of_what_the_command_line_prints(tmp_path: Path) -> None:
    """The shape that is read is the one that is written."""
    put(tmp_path, "speed.json", REPORT.to_json())
    ((result,), skipped) = read([str(tmp_path)])
    assert result.report.to_json() == REPORT.to_json() and not skipped
    assert (result.name, result.seed) == ("speed", str(REPORT.seed))


def test_all_that_makes_a_figure_comprehensible_is_there(tmp_path: Path) -> None:
    put(tmp_path, "shop.json", RESULT)
    found, _ = read([str(tmp_path)])
    for text in (page(found, ()), markdown(found, (), "the command")):
        for told in ("a machine, 2 cores", "--seed 7", "0.1.0", "tiny", "shop", "no answer (3)"):
            assert told in text, told
        assert "25 %" in text and "12.5 to 50" in text and "≥ 0 missed" in text


def test_the_markdown(tmp_path: Path) -> None:
    put(tmp_path, "shop.json", RESULT)
    found, _ = read([str(tmp_path)])
    text = markdown(found, [Skipped("x.json", "is damaged: a_b")], "the command")
    lines = text.splitlines()
    assert lines[0] == "# All figures" and "`the command`" in lines[2]
    assert "| [shop](#shop) | completion | tiny | 0.1.0 | 7 | 3 | 1 |" in lines
    assert "| `exact_match.guided` | 25 % | 12.5 to 50 | 40 |  |" in lines
    assert "| `exact_match.difference` | -1 % |  | 40 | ≥ 0 missed |" in lines
    # Of a great many figures the eval says which are for people.
    assert "edit_similarity" not in text and "1 more are in the file." in lines
    assert lines[-1] == "* `x.json` is damaged: a\\_b"


def test_the_page_needs_no_other(tmp_path: Path) -> None:
    put(tmp_path, "shop.json", RESULT)
    put(tmp_path, "batch/report.json", {**RESULT, "eval": "repair batch"})
    found, _ = read([str(tmp_path)])
    text = page(found, [Skipped("x.json", "is damaged")])
    tags = Tags(text)
    assert not tags.open and tags.links == ["#r0", "#r1"]
    assert "x.json" in text and "edit_similarity.p.member" in text
    assert tags.tags.count("svg") == 2 and "batch" in text
    assert "http" not in text


def test_nothing_that_a_file_says_is_markup(tmp_path: Path) -> None:
    texts = {name: HOSTILE for name in ("model", "machine", "command", "version", "eval")}
    hostile = {**RESULT, **texts, "figures": {HOSTILE: {**FIGURE, "unit": HOSTILE}}}
    put(tmp_path, "a.json", hostile | {"reasons": {HOSTILE: {HOSTILE: 1}}})
    put(tmp_path, "b.json", {**hostile, "figures": {}, "found": {HOSTILE: HOSTILE}})
    found, _ = read([str(tmp_path)])
    tags = Tags(page(found, [Skipped(HOSTILE, HOSTILE)]))
    assert not tags.open and "script" not in tags.tags and tags.links == ["#r0", "#r1"]
    text = re.sub(r"(?s)```\n.*?\n```", "", markdown(found, [Skipped(HOSTILE, HOSTILE)], HOSTILE))
    text = re.sub(r"`[^`\n]*`", "", text)
    assert not re.search(r"(?<!\\)(<|`|\]\(http)", text)
    assert [line for line in text.splitlines() if line.startswith("# ")] == ["# All figures"]


def test_a_benchmark_without_figures_is_read_for_its_numbers(tmp_path: Path) -> None:
    value = {"command": "c", "machine": "m", "found": {"all": {"uses": 1000}, "say": "0 of 9"}}
    put(tmp_path, "imports.json", value | {"late_ms": 8.312932, "on": True, "version": "0.1.0"})
    ((result,), _) = read([str(tmp_path)])
    assert dict(result.values) == {
        "found.all.uses": "1,000",
        "found.say": "0 of 9",
        "late_ms": "8.313",
    }
    assert "| `found.all.uses` | 1,000 |" in markdown([result], (), "c")
    assert "<td>late_ms</td><td>8.313</td>" in page([result], ())


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("", "is damaged: Expecting value"),
        ('{"eval": "completion", "fig', "is damaged: Unterminated string"),
        ("[" * 100_000, "is damaged: "),
        ([RESULT], "is not a result: no JSON object"),
        ({"name": "a package", "version": "1"}, "states no command and no machine"),
        ({**RESULT, "machine": None}, "states no command and no machine"),
        ({**RESULT, "figures": [1]}, "is damaged: its figures are no object"),
        ({**RESULT, "figures": {}, "reasons": {}}, "is not a result: it has no figures"),
        ({**RESULT, "figures": {"a": 1}}, "is damaged: the figure a is no object"),
        ({**RESULT, "figures": {"a": {**FIGURE, "low": "0"}}}, "the figure a has no number for"),
        ({**RESULT, "figures": {"a": {**FIGURE, "value": None}}}, "has no number for its value"),
        ({**RESULT, "figures": {"a": {**FIGURE, "high": float("nan")}}}, "number for its high"),
        ({**RESULT, "figures": {"a": {**FIGURE, "value": 10**400}}}, "number for its value"),
        ({**RESULT, "figures": {"a": {**FIGURE, "n": "40"}}}, "the figure a has no unit or no n"),
    ],
)
def test_what_is_no_result_is_named(tmp_path: Path, value: object, why: str) -> None:
    put(tmp_path, "good.json", RESULT)
    bad = put(tmp_path, "sub/bad.json", value)
    found, (skipped,) = read([str(tmp_path)])
    assert [result.name for result in found] == ["good"]
    assert skipped.path == str(bad) and why in skipped.why


def test_a_file_is_read_once_and_hidden_ones_are_not(tmp_path: Path) -> None:
    good = put(tmp_path, "good.json", RESULT)
    put(tmp_path, ".cache/old.json", RESULT)
    (tmp_path / "folder.json").mkdir()
    found, skipped = read([str(good), str(tmp_path)])
    assert [result.path for result in found] == [str(good)] and not skipped


def test_of_a_batch_its_report_is_read(tmp_path: Path) -> None:
    for name in ("run.json", "bugs/one/outcome.json", "bugs/one/checkout/package.json"):
        put(tmp_path, f"batch/{name}", {})
    good = put(tmp_path, "batch/report.json", {**RESULT, "eval": "repair batch"})
    for place in (tmp_path, tmp_path / "batch"):
        found, skipped = read([str(place)])
        assert [result.path for result in found] == [str(good)] and not skipped


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    put(tmp_path, "good.json", RESULT)
    (tmp_path / "latin.json").write_bytes(b'{"\xe9')
    (tmp_path / "loop.json").symlink_to(tmp_path / "loop.json")
    _, skipped = read([str(tmp_path)])
    assert [Path(one.path).name for one in skipped] == ["latin.json"]


def test_nothing_to_report(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"nowhere: no such file or folder"):
        read([str(tmp_path / "nowhere")])
    put(tmp_path, "package.json", {})
    with pytest.raises(UserError, match=r"no result of .*; 1 JSON files are something else"):
        read([str(tmp_path)])


def test_the_command_writes_what_is_asked_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    put(tmp_path, "in/good.json", RESULT)
    put(tmp_path, "in/bad.json", "{")
    assert main(["eval", "report", "in"]) == 0
    told = capsys.readouterr()
    assert told.out == "report.html\n"
    assert told.err.startswith("fairlead: in/bad.json is damaged: ")
    (tmp_path / "report.html").unlink()
    assert main(["eval", "report", "in", "--markdown", "all.md"]) == 0
    assert "`fairlead eval report in --markdown all.md`" in (tmp_path / "all.md").read_text()
    assert not (tmp_path / "report.html").exists()
    assert main(["eval", "report", "in", "--markdown", "all.md", "--html", "no/where"]) == 2
    assert "no/where: cannot be written: No such file" in capsys.readouterr().err


def figure(value: float, low: float, high: float, unit: str = "ms") -> Figure:
    return Figure(value, unit, 3, low, high)


def test_a_panel_for_each_unit() -> None:
    drawn = {
        "a.guided": figure(1, 0, 2),
        "b": figure(-5, -8, 1e6, "MB"),
        "c": figure(0, 0, 0, "n"),
        "d": figure(0.5, 0.5, 0.5, "p"),
    }
    ms, megabytes, n = panels(drawn, {"a.guided": Budget(most=9), "e": Budget(most=1)})
    assert "<title>a.guided: 1 ms, 95 %: 0 to 2</title>" in ms and 'class="guided"' in ms
    assert 'class="budget"' in ms and "red: budget" in ms
    assert "budget" not in megabytes and "1,000,000" in megabytes
    assert "nan" not in n and "inf" not in n


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0, 6, [0, 1, 2, 3, 4, 5, 6]),
        (0, 7, [0, 2, 4, 6, 8]),
        (-0.1, 0.3, [-0.1, 0, 0.1, 0.2, 0.3]),
        (0, 1730, [0, 500, 1000, 1500, 2000]),
        (0, 0, [0, 1]),
    ],
)
def test_ticks_are_round(low: float, high: float, expected: list[float]) -> None:
    assert ticks(low, high) == pytest.approx(expected)


def test_ticks_of_the_largest_numbers_there_are() -> None:
    assert len(ticks(-1e299, 1e299)) < 20 and len(ticks(0, 5e-324)) < 20


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0, "0"),
        (0.25, "0.25"),
        (27.43, "27.4"),
        (-1.04, "-1.04"),
        (999.6, "1,000"),
        (1730, "1,730"),
        (9e-14, "9e-14"),
        (1234567.8, "1,234,568"),
    ],
)
def test_numbers(value: float, expected: str) -> None:
    assert number(value) == expected


def test_the_name_of_a_result() -> None:
    names = {
        "results/decoding.json": "decoding",
        "run/report.json": "run",
        "report.json": "report",
    }
    assert {p: Result(p, "", "", REPORT).name for p in names} == names
