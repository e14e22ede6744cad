"""A run that is killed again and again finds what an undisturbed one finds."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from tests.server.repair.batch.bugs import LINE, listed, told

ROOT = Path(__file__).parents[4]
KILLS = 20


def test_kill_9_loses_no_more_than_what_was_under_way(tmp_path: Path) -> None:
    several = {"places": [LINE | {"start_line": 3, "fixed": "pass"}, LINE], "file": None}
    bugs = [{"name": f"bug-{n}", "start_line": 3 + n % 2, "fixed": None} for n in range(5)]
    path = listed(tmp_path, *bugs, {**several, "start_line": None, "fixed": None})
    arguments = [str(path), str(tmp_path), str(KILLS)]
    ended = subprocess.run(
        [sys.executable, "-m", "tests.server.repair.batch.killing", *arguments],
        capture_output=True,
        cwd=ROOT,
        check=True,
    )
    report = json.loads(ended.stdout)
    assert report["kills"] == KILLS
    assert len(report["again"]) == KILLS and set(report["again"]) <= {0, 1}
    calm, killed = told(tmp_path / "calm"), told(tmp_path / "killed")
    assert calm == killed and len(calm) > 50
