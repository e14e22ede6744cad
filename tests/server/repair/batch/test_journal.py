"""What has been done survives whatever ends a run."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from fairlead_server.repair.batch.journal import Journal, written
from fairlead_server.repair.batch.stopping import Interrupted, NoRoom

ENTRIES = {f"k {n}": {"text": f"é\n{n}", "seconds": 2.0} for n in range(3)}


def make(path: Path) -> None:
    with Journal(path) as journal:
        for key, entry in ENTRIES.items():
            journal.add(key, entry)


def test_what_was_written_is_known_again(tmp_path: Path) -> None:
    make(tmp_path / "j")
    with Journal(tmp_path / "j") as journal:
        assert [journal.recall(key) for key in ENTRIES] == [
            {"key": key, **entry} for key, entry in ENTRIES.items()
        ]
        assert journal.recall("other") is None and "other" not in journal
        assert journal.total("seconds") == 6.0


def test_a_line_that_was_cut_anywhere_is_made_anew(tmp_path: Path) -> None:
    make(tmp_path / "j")
    whole = (tmp_path / "j").read_bytes()
    ends = [n + 1 for n, byte in enumerate(whole) if byte == 10]
    for cut in range(len(whole) + 1):
        (tmp_path / "j").write_bytes(whole[:cut])
        with Journal(tmp_path / "j") as journal:
            count = sum(end <= cut for end in ends)
            assert len(journal) == count
            for key, entry in list(ENTRIES.items())[count:]:
                journal.add(key, entry)
        assert (tmp_path / "j").read_bytes() == whole


def test_a_broken_line_loses_itself_alone(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    make(tmp_path / "j")
    first, second, third = (tmp_path / "j").read_bytes().splitlines(keepends=True)
    (tmp_path / "j").write_bytes(first + b"\0\xff\n" + b"[]\n" + third)
    with Journal(tmp_path / "j") as journal:
        assert [key in journal for key in ENTRIES] == [True, False, True]
    assert "line 2 is broken" in caplog.text and second not in (tmp_path / "j").read_bytes()


def test_the_time_of_an_earlier_run_counts_once(tmp_path: Path) -> None:
    make(tmp_path / "j")
    with Journal(tmp_path / "j") as journal:
        before = journal.clock()
        for _ in range(2):
            journal.recall("k 0")
        journal.add("k 9", {"seconds": 100.0})
        journal.recall("k 9")
        assert 2 <= journal.clock() - before < 50


def test_two_do_not_write_at_a_time(tmp_path: Path) -> None:
    with Journal(tmp_path / "j"):
        waited: list[int] = []

        def cancelled() -> bool:
            waited.append(1)
            return len(waited) > 2

        with pytest.raises(Interrupted):
            Journal(tmp_path / "j", cancelled)
    assert len(waited) == 3
    Journal(tmp_path / "j").__exit__(None, None, None)


def test_a_full_disk_leaves_whole_lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make(tmp_path / "j")
    before = (tmp_path / "j").read_bytes()

    def full(number: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with Journal(tmp_path / "j") as journal:
        monkeypatch.setattr(os, "fsync", full)
        with pytest.raises(NoRoom, match="No space left"):
            journal.add("k 9", {})
        with pytest.raises(NoRoom, match="cannot be written: No space left"):
            written(tmp_path / "whole", "text")
    assert (tmp_path / "j").read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["j"]
