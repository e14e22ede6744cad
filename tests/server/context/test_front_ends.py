"""Context as users meet it: the setting, the option, what `--explain` says."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest

from fairlead_server.cli import main
from fairlead_server.context.source import ContextReport, Contribution
from fairlead_server.explain import describe_context
from fairlead_server.settings import Options, from_json, resolve

REPORTS = [
    (ContextReport(), ["context: no source is on"]),
    (
        ContextReport(
            ("imports", "similar", "edits"),
            (
                Contribution("similar", "a.py", "\n  def f():\n    pass\n", 20),
                Contribution("similar", "b.py", "x = 1", 9),
            ),
            ("imports",),
        ),
        [
            "context: 29 tokens of other text",
            "   imports: came too late",
            "   similar: a.py, 20 tokens: def f():",
            "   similar: b.py, 9 tokens: x = 1",
            "   edits: nothing",
        ],
    ),
]


@pytest.mark.parametrize(("report", "expected"), REPORTS)
def test_explanation(report: ContextReport, expected: list[str]) -> None:
    assert list(describe_context(report)) == expected


@pytest.mark.parametrize(
    ("value", "context", "warning"),
    [
        ({"context": ["imports", "edits"]}, ("imports", "edits"), None),
        ({"context": []}, (), None),
        ({"context": None}, None, None),
        ({"context": ["imports", "web"]}, ("imports",), "no source is called 'web'; known are"),
        ({"context": "imports"}, None, "context must be a list of names"),
        ({"context": [1]}, None, "context must be a list of names"),
    ],
)
def test_setting(value: object, context: tuple[str, ...] | None, warning: str | None) -> None:
    options, warnings = from_json(value)
    assert options == Options(context=context)
    assert [warning in w for w in warnings if warning] == ([True] if warning else [])
    assert resolve(Options(context=("edits",)), options).context == (
        ("edits",) if context is None else context
    )


def test_an_unknown_source_is_bad_input(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["complete", "a.py:1:1", "--context", "imports,web"]) == 2
    captured = capsys.readouterr()
    assert "no source is called 'web'; known are none, imports" in captured.err
    assert captured.err.count("\n") == 1


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / ".git").mkdir()
    (tmp_path / ".gitignore").write_text("ignored.py\n")
    (tmp_path / "orders.py").write_text(
        "class Order:\n    def total_price(self) -> int: ...\n\n\ndef load(path) -> Order: ...\n"
    )
    (tmp_path / "ignored.py").write_text("def load(path): ...\nload(path)\n")
    (tmp_path / "secrets.py").write_text("def load(path): ...\nload(path)\n")
    (tmp_path / "own.py").write_text("from orders import load\n\n\norder = load(path)\n\n")
    return tmp_path


def explained(
    capsys: pytest.CaptureFixture[str], path: Path, *options: str
) -> tuple[list[str], str]:
    """Return what is said about the context, and the suggestion."""
    position = f"{path}:5:1"
    code = main(["complete", position, "--explain", "--patience", "60", *options])
    captured = capsys.readouterr()
    assert code in (0, 1), captured.err
    lines = captured.err.splitlines()
    end = next(n for n, line in enumerate(lines) if line.startswith("1:"))
    return lines[1:end], captured.out


@pytest.mark.needs("llama")
def test_explain_tells_what_each_source_put_into_the_prompt(
    capsys: pytest.CaptureFixture[str], project: Path
) -> None:
    said, _ = explained(capsys, project / "own.py", "--context", "imports,similar,edits")
    assert said[0].startswith("context: ") and said[0].endswith(" tokens of other text")
    imports, similar, edits = said[1:]
    assert imports.startswith("   imports: orders.py, ")
    assert imports.endswith(" tokens: def load(path) -> Order: ...")
    assert similar.startswith("   similar: orders.py, ")
    assert edits == "   edits: nothing"


@pytest.mark.needs("llama")
def test_none_switches_off(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, project: Path
) -> None:
    said, _ = explained(capsys, project / "own.py", "--context", "none")
    assert said == ["context: no source is on"]
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"x = 1\n\n\n\n\n")))
    said, _ = explained(capsys, project / "absent" / "own.py", "--stdin", "--context", "similar")
    assert said == ["context: 0 tokens of other text", "   similar: nothing"]
