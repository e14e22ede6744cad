from __future__ import annotations

import threading
from pathlib import Path

import pytest

from fairlead_server.editing import process
from fairlead_server.editing.process import Cancelled, proposals
from fairlead_server.editing.refactoring.job import Job, Refused

JOB = Job("rename", {"old": "x", "new": "y"}, "/p/code.py", "x = 1\n", 0, 6)


def test_a_refactoring_in_its_own_process() -> None:
    (found,) = proposals(JOB)
    assert found.files == {"/p/code.py": "y = 1\n"}
    assert found.named == {1}
    assert found.renames == {"x": "y"}


def test_a_reason() -> None:
    with pytest.raises(Refused, match="there is no `z`"):
        proposals(Job("rename", {"old": "z", "new": "y"}, "/p/code.py", "x = 1\n", 0, 6))


def test_nobody_waits_for_what_is_cancelled() -> None:
    stopped = threading.Event()
    stopped.set()
    with pytest.raises(Cancelled):
        proposals(JOB, stopped.is_set)


# (what the process does, the reason)
FAULTS = [
    ("import time; time.sleep(600)", "took more than 0.2 s"),
    ("import os; os.abort()", "died"),
    ("print('no JSON')", "died"),
    ("print('[]')", "died"),
    ('print(\'{"proposals": [{"by": 1}]}\')', "died"),
    ("print('{\"proposals\": []}')", "no engine can do it"),
]


@pytest.mark.parametrize(("code", "reason"), FAULTS)
def test_a_process_that_fails(code: str, reason: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "_LAUNCH", code)
    limit = 0.2 if "sleep" in code else process.LIMIT
    with pytest.raises(Refused, match=reason):
        proposals(JOB, limit=limit)


def test_modules_of_the_project_are_not_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("json.py", "jedi.py", "rope.py", "parso.py"):
        (tmp_path / name).write_text("raise SystemExit('was run')\n")
    monkeypatch.chdir(tmp_path)
    path = str(tmp_path / "code.py")
    (found,) = proposals(Job("rename", {"new": "y"}, path, "x = 1\n", 0, 1, str(tmp_path)))
    assert found.files == {path: "y = 1\n"}
