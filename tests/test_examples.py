from __future__ import annotations

import subprocess
import sys
from pathlib import Path

HARBOUR = Path(__file__).parents[1] / "examples" / "harbour"


def test_the_example_project_passes_its_own_tests() -> None:
    command = [sys.executable, "-B", "-W", "error", "-m", "unittest"]
    run = subprocess.run(command, cwd=HARBOUR, capture_output=True, text=True, timeout=60)
    assert run.returncode == 0, run.stderr
    assert "Ran 11 tests" in run.stderr
