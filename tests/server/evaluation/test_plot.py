from __future__ import annotations

import sys
from pathlib import Path

import pytest

from fairlead_server.errors import UserError
from fairlead_server.evaluation.figures import Budget
from fairlead_server.evaluation.plot import require_plotting, write_plot
from tests.server.evaluation.test_figures import REPORT

STARTS = {"svg": b"<?xml", "png": b"\x89PNG", "pdf": b"%PDF"}


@pytest.mark.parametrize("kind", STARTS)
def test_a_plot_is_written(tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"figures.{kind}"
    require_plotting(path)
    write_plot(REPORT, {"speed": Budget(most=1.2)}, path)
    assert path.read_bytes().startswith(STARTS[kind])


def test_a_plot_names_its_figures(tmp_path: Path) -> None:
    path = tmp_path / "figures.svg"
    write_plot(REPORT, {}, path)
    text = path.read_text(encoding="utf-8")
    assert all(f"<!-- {name} -->" in text for name in (*REPORT.measured.figures, "ratio", "MB"))


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("figures.jpeg", "svg, png, pdf"),
        ("figures", "svg, png, pdf"),
        ("no/f.svg", "no such folder"),
    ],
)
def test_a_place_that_no_plot_can_be_written_to(tmp_path: Path, name: str, message: str) -> None:
    with pytest.raises(UserError, match=message):
        require_plotting(tmp_path / name)


def test_without_matplotlib(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(UserError, match=r"pip install 'fairlead\[eval\]'"):
        require_plotting(tmp_path / "figures.svg")
